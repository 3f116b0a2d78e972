/*
 * judge - holds a trace against the rules, one record after another
 *
 * Reads records and nothing else: it shares no code with the kernel that it judges.
 */
#ifndef HA_CHECK_JUDGE_H
#define HA_CHECK_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/trace.h"
#include "hotadd/verdict.h"

struct ha_cast;
struct ha_judge;

/* NULL when memory is lacking. */
struct ha_judge *ha_judge_create(void);
void ha_judge_destroy(struct ha_judge *judge);
/* Forget everything: the next record is the TRACE_BEGIN of another trace. */
void ha_judge_reset(struct ha_judge *judge);

/*
 * What a judge knew of a trace when it had heard a part of it. Begin with zeroes; may outlive the
 * judge.
 */
struct ha_judge_save {
    unsigned char *bytes;       /* NULL: nothing was saved */
    size_t room;
};

/* Keep what the judge knows now, in place of what was saved before. HA_OK or HA_ENOMEM. */
int ha_judge_save(struct ha_judge *judge, struct ha_judge_save *save);
/*
 * Have the judge know that again, no more and no less: the next record is the one that came next
 * then, or one that could have come. It must be the judge that was saved.
 */
void ha_judge_restore(struct ha_judge *judge, const struct ha_judge_save *save);
void ha_judge_save_close(struct ha_judge_save *save);

/*
 * Find notes as ever, but make no words for them (call, expected, seen, place): for who asks for
 * what fails only, and judges many traces.
 */
void ha_judge_spare_notes(struct ha_judge *judge);

/* The judge as a taker of records; belongs to the judge. */
struct ha_sink *ha_judge_sink(struct ha_judge *judge);

/*
 * The findings so far, in the order of their records.
 *
 * The array belongs to the judge and is valid until the next record, reset, restore or destroy.
 * Beyond a thousand, those against the same rule and driver only count on. `lost` (may be NULL)
 * becomes true when memory was lacking and findings are missing.
 */
const struct ha_finding *ha_judge_findings(const struct ha_judge *judge, size_t *count, bool *lost);

/* Who is who in the trace so far; belongs to the judge. */
const struct ha_cast *ha_judge_cast(const struct ha_judge *judge);

/* Whether the trace held anything that the rule speaks of. `rule` comes from ha_rules(). */
bool ha_judge_exercised(const struct ha_judge *judge, const struct ha_rule *rule);

#endif
