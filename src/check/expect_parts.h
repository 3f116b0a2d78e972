/*
 * expect_parts - the pieces that a matcher is made of
 *
 * Calls against patterns, two lists beside each other, and findings against a list.
 */
#ifndef HA_CHECK_EXPECT_PARTS_H
#define HA_CHECK_EXPECT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/expect.h"

/* A call that was made. */
struct ha_made_call {
    const char *words;          /* as ha_call_words() writes them */
    uint16_t group;
    uint8_t number;
};

/*
 * Whether a call is what a pattern says: DRIVER.NAME STATE INDEX[ (STATUS)][ -> STATUS].
 *
 * A part that the pattern leaves out must be missing from the call. * stands for any word, and
 * for either side of DRIVER.NAME; INDEX may be GROUP:NUMBER; statuses are compared by value.
 */
bool ha_call_matches(const char *pattern, const struct ha_made_call *call);
/* The same for the call of a finding, except that the pattern may end early. */
bool ha_call_begins(const char *pattern, const char *words);

/*
 * Hold two lists of calls against each other.
 *
 * Appends nothing when they agree, otherwise a paragraph with both lists beside each other.
 * Returns 0, 1 when they differ, HA_ENOMEM.
 */
int ha_calls_compare(const char *const *pattern, size_t pattern_count,
                     const struct ha_made_call *call, size_t call_count, struct ha_text *report);

/*
 * Hold the errors among the findings against those that are expected.
 *
 * Every expectation speaks for itself: one finding may answer several. Returns the number of
 * differences, each of which appended a paragraph.
 */
int ha_violations_compare(const struct ha_expected_violation *expected, size_t expected_count,
                          const struct ha_finding *finding, size_t finding_count,
                          const struct ha_cast *cast, struct ha_text *report);

/* The ranges of memory that a trace tells of, ascending. */
struct ha_ranges {
    struct ha_memory_options *range;
    size_t count, room;
};

/* A record goes in, if it tells of one. False when memory is lacking. */
bool ha_ranges_take(struct ha_ranges *ranges, const struct ha_record *record);
void ha_ranges_close(struct ha_ranges *ranges);
/* Hold them against what is expected. Returns the number of differences, each a paragraph. */
int ha_ranges_compare(const struct ha_ranges *ranges, const struct ha_expect *expect,
                      struct ha_text *report);

/* Whether a finding answers any of the expectations. */
bool ha_violation_is_expected(const struct ha_finding *finding,
                              const struct ha_expected_violation *expected,
                              size_t expected_count, const struct ha_cast *cast);

#endif
