/*
 * expect_parts - the pieces that a matcher is made of
 *
 * Calls against patterns, two lists beside each other, arrivals against what is said of them,
 * findings against a list, memory and drivers.
 */
#ifndef HA_CHECK_EXPECT_PARTS_H
#define HA_CHECK_EXPECT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/expect.h"
#include "check/nest.h"

/* A call that was made. */
struct ha_made_call {
    const char *words;          /* as ha_call_words() or ha_arrival_words() writes them */
    uint16_t group;             /* HA_NO_GROUP where no processor is spoken of */
    uint8_t number;
};

/*
 * Whether a call is what a pattern says: DRIVER.NAME STATE INDEX[ (STATUS)][ -> STATUS], or
 * DRIVER.NAME EVENT UNIT INDEX for arrivals and removals.
 *
 * A part that the pattern leaves out must be missing from the call. * stands for any word, and
 * for either side of DRIVER.NAME; INDEX may be GROUP:NUMBER; statuses and where memory begins are
 * compared by value.
 */
bool ha_call_matches(const char *pattern, const struct ha_made_call *call);
/*
 * The same, but statuses that the pattern leaves out may be there; and DRIVER.NAME * INDEX means
 * calls of both sorts, arrivals and removals of that processor, too.
 */
bool ha_call_is_meant(const char *pattern, const struct ha_made_call *call);
/* Whether the client of a call is the pattern's. */
bool ha_call_is_of(const char *pattern, const struct ha_made_call *call);

/*
 * Hold two lists of calls against each other.
 *
 * Appends nothing when they agree, otherwise a paragraph with both lists beside each other, which
 * begins with `what` they are. Returns 0, 1 when they differ, HA_ENOMEM.
 */
int ha_calls_compare(const char *what, const char *const *pattern, size_t pattern_count,
                     const struct ha_made_call *call, size_t call_count, struct ha_text *report);

/* The processor-change calls that were kept; all zero before the first. */
struct ha_calls {
    struct ha_kept_call *call;
    size_t count, room;
    size_t open_count;              /* entered and not left */
};

/* A record goes in, if it is of such a call. False when memory is lacking. */
bool ha_calls_take(struct ha_calls *calls, const struct ha_record *record);
void ha_calls_close(struct ha_calls *calls);
/* The words of each, in order, terminated by a NUL. */
void ha_calls_write(const struct ha_calls *calls, const struct ha_cast *cast,
                    struct ha_text *words);
/* Hold them, from the `first` on, against a list; as ha_calls_compare(). */
int ha_calls_compare_kept(const struct ha_calls *calls, const struct ha_cast *cast, size_t first,
                          const char *const *pattern, size_t pattern_count,
                          struct ha_text *report);

/* What came of the arrivals and orders that are expected; all zero before it is opened. */
struct ha_arrivals {
    struct ha_seen_arrival *seen;   /* of each expected arrival */
    struct ha_seen_order *order;    /* of each expected order */
    size_t arrival_count, order_count;
    struct ha_nest open;            /* processor-change calls, where orders may name them */
    struct ha_text words;
    bool keeps;
    struct ha_record *kept;         /* calls, for who wants a list of them */
    size_t kept_count, kept_room;
};

/* False when memory is lacking; close it then, too. */
bool ha_arrivals_open(struct ha_arrivals *arrivals, const struct ha_expect *expect);
void ha_arrivals_reset(struct ha_arrivals *arrivals);
void ha_arrivals_close(struct ha_arrivals *arrivals);
/*
 * A record goes in, if it is a call that matters. `expect`, here and below, has the same arrivals
 * and orders as when it was opened. False when memory is lacking.
 */
bool ha_arrivals_take(struct ha_arrivals *arrivals, const struct ha_expect *expect,
                      const struct ha_cast *cast, const struct ha_record *record);
/* Returns the number of differences, each a paragraph. */
int ha_arrivals_compare(const struct ha_arrivals *arrivals, const struct ha_expect *expect,
                        const struct ha_cast *cast, struct ha_text *report);
/* As ha_calls_compare_kept(). */
int ha_arrivals_compare_kept(const struct ha_arrivals *arrivals, const struct ha_cast *cast,
                             size_t first, const char *const *pattern, size_t pattern_count,
                             struct ha_text *report);

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

/* What the drivers' entries have returned, by the driver's id. */
struct ha_entries {
    struct ha_entry *entry;
    size_t room;
};

/* A record goes in, if an entry returns there. False when memory is lacking. */
bool ha_entries_take(struct ha_entries *entries, const struct ha_record *record);
void ha_entries_reset(struct ha_entries *entries);
void ha_entries_close(struct ha_entries *entries);
/* Returns the number of differences, each a paragraph. */
int ha_entries_compare(const struct ha_entries *entries, const struct ha_expect *expect,
                       const struct ha_cast *cast, struct ha_text *report);

#endif
