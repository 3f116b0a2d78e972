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

/* The judge as a taker of records; belongs to the judge. */
struct ha_sink *ha_judge_sink(struct ha_judge *judge);

/*
 * The findings so far, in the order of their records.
 *
 * The array belongs to the judge and is valid until the next record, reset or destroy.
 * Beyond a thousand, those against the same rule and driver only count on. `lost` (may be NULL)
 * becomes true when memory was lacking and findings are missing.
 */
const struct ha_finding *ha_judge_findings(const struct ha_judge *judge, size_t *count, bool *lost);

/* Who is who in the trace so far; belongs to the judge. */
const struct ha_cast *ha_judge_cast(const struct ha_judge *judge);

/* Whether the trace held anything that the rule speaks of. `rule` comes from ha_rules(). */
bool ha_judge_exercised(const struct ha_judge *judge, const struct ha_rule *rule);

#endif
