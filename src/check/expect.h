/*
 * expect - what a scenario says must come out, held against what came out
 *
 * A matcher takes the records of a run and is asked at its end. It reads records and findings
 * only. The strings and arrays of an expectation belong to whoever loaded it.
 */
#ifndef HA_CHECK_EXPECT_H
#define HA_CHECK_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "check/judge.h"
#include "core/trace.h"
#include "hotadd/machine.h"

/* A finding that is expected. Fields that are NULL match any. */
struct ha_expected_violation {
    const char *rule;           /* an id, as HOT-5 */
    const char *driver;
    const char *call;           /* words of a call, as "a.sync Complete 4"; * matches any word */
    uint32_t count;             /* exactly so many; 0 for one or more */
};

/* What a driver's entry returns; of several drivers of one name the newest counts. */
struct ha_expected_driver {
    const char *name;
    int32_t nt_status;
    const int32_t *other;       /* or one of these */
    size_t other_count;
};

/* How often an arrival or removal has to come, in all. */
struct ha_expected_arrival {
    const char *call;           /* words, as "a.cpu Arrival processor 4"; * matches any word */
    uint32_t least, most;
};

/* Two calls, arrivals or not: the first time of one is before the first time of the other. */
struct ha_expected_order {
    const char *before, *after;
};

/* A number from the least to the most. */
struct ha_expected_number {
    uint32_t least, most;
};

struct ha_expect {
    bool has_calls;
    const char *const *call;    /* the words of every synchronous notification call, in order */
    size_t call_count;
    bool has_active_processors;
    struct ha_expected_number active_processors;
    const struct ha_expected_number *active;    /* of each group; NULL: whatever they are */
    size_t active_count;
    bool has_memory;            /* all ranges at the end, ascending, or ... */
    const struct ha_memory_options *memory;
    size_t memory_count;
    bool has_memory_size;       /* ... their bytes together */
    uint64_t memory_size;
    const struct ha_expected_arrival *arrival;      /* "each", and "never" as 0 to 0 */
    size_t arrival_count;
    const struct ha_expected_order *order;
    size_t order_count;
    const struct ha_expected_driver *driver;
    size_t driver_count;
    const struct ha_expected_violation *violation;
    size_t violation_count;
    /* What a search of other runs may find besides, for that is the point of the scenario. */
    const char *const *explored_rule;   /* ids */
    size_t explored_rule_count;
    uint32_t explored_endings;          /* bit n: enum ha_ending n */
    enum ha_ending ending;      /* HA_END_NOT_YET stands for normally */
    uint32_t bugcheck;          /* its code, where that is how the run ends */
    const char *fast_fail;      /* why it is, by the name of the code of __fastfail; NULL: any */
    /* What any run comes to that ends, whatever fails and comes first: processors, memory, drivers,
       arrivals. NULL: nothing. */
    const struct ha_expect *always;
};

struct ha_matcher;

/* Whether a search may find the rule broken without a word about it. */
bool ha_rule_may_be_found(const struct ha_expect *expect, const struct ha_rule *rule);

/* Whether a finding answers any of the expectations. */
bool ha_violation_is_expected(const struct ha_finding *finding,
                              const struct ha_expected_violation *expected,
                              size_t expected_count, const struct ha_cast *cast);

/* NULL when memory is lacking. `expect` must outlive the matcher. */
struct ha_matcher *ha_matcher_create(const struct ha_expect *expect);
void ha_matcher_destroy(struct ha_matcher *matcher);
struct ha_sink *ha_matcher_sink(struct ha_matcher *matcher);

/*
 * Hold the run, which has ended, against what was expected.
 *
 *   judge    has taken the same trace
 *   report   gets a paragraph for each difference; a difference in the calls shows both lists
 *
 * An error finding that is not expected is a difference, and so is an expected one that is
 * missing, and an event of the scenario that could not be carried out. Returns the number of
 * differences, or HA_ENOMEM.
 */
int ha_matcher_compare(const struct ha_matcher *matcher, const struct ha_judge *judge,
                       struct ha_text *report);

/*
 * The same of what a run has come to at its end, and of arrivals, alone: not of calls, findings,
 * events, and how it ended.
 */
int ha_matcher_compare_state(const struct ha_matcher *matcher, struct ha_text *report);

/* To be called before the run: keep its calls even if `expect` does not ask which they are. */
void ha_matcher_keep_calls(struct ha_matcher *matcher);

/* Hold the run against something else from now on, that has the same arrivals and orders; it must
 * outlive the matcher. */
void ha_matcher_expect(struct ha_matcher *matcher, const struct ha_expect *expect);

/*
 * Append the words of every call that was made, in order, each terminated by a NUL. The matcher
 * must have kept them. Returns how many they are.
 */
size_t ha_matcher_write_calls(const struct ha_matcher *matcher, struct ha_text *words);

/* How many calls it has kept so far. */
size_t ha_matcher_call_count(const struct ha_matcher *matcher);

/*
 * Hold the calls that it has kept, from the `first` on, which counts from 0, against patterns.
 *
 * Returns 0, 1 with a paragraph when they differ, HA_ENOMEM.
 */
int ha_matcher_compare_calls(const struct ha_matcher *matcher, size_t first,
                             const char *const *pattern, size_t pattern_count,
                             struct ha_text *report);

/* The same of calls that tell of arrivals and removals, with patterns for those. */
void ha_matcher_keep_arrivals(struct ha_matcher *matcher);
size_t ha_matcher_arrival_count(const struct ha_matcher *matcher);
int ha_matcher_compare_arrivals(const struct ha_matcher *matcher, size_t first,
                                const char *const *pattern, size_t pattern_count,
                                struct ha_text *report);

/* Whether memory was lacking while the run was watched: then nothing can be said of it. */
bool ha_matcher_lost(const struct ha_matcher *matcher);

/* Whether the scenario lists a finding among the violations that it expects. */
bool ha_matcher_expects(const struct ha_matcher *matcher, const struct ha_finding *finding);

/*
 * The words of one call, as scenarios and stories write it: "calm.sync Start 4". An error in the
 * context follows as " (STATUS)", and what the driver wrote to OperationStatus comes last, as
 * " -> STATUS". `enter` is a CB_ENTER or CB_CALL; `leave` its CB_LEAVE, or NULL.
 */
struct ha_cast;
void ha_call_words(const struct ha_cast *cast, const struct ha_record *enter,
                   const struct ha_record *leave, struct ha_text *words);

#endif
