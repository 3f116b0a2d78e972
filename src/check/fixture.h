/*
 * fixture - a machine that a unit test holds, and those who watch it
 *
 * A fixture goes with its machine as the machine's watcher: judge, matcher and story, a list of the
 * checks that failed, and the report that is made of all of them.
 */
#ifndef HA_CHECK_FIXTURE_H
#define HA_CHECK_FIXTURE_H

#include "base/text.h"
#include "check/expect.h"
#include "check/judge.h"
#include "hotadd/check.h"

struct ha_story;

struct ha_fixture {
    struct ha_sink sink;            /* first: hands on to all others, and takes failed checks */
    void (*fatal)(const char *report);
    struct ha_expect expect;
    struct ha_expected_driver driver;
    ha_driver_entry *entry;
    struct ha_expected_violation violation[HA_TEST_VIOLATIONS];
    struct ha_judge *judge;
    struct ha_matcher *matcher;
    struct ha_story *story;
    bool explored;
    uint64_t runs;                  /* of a test that is explored, with this one */
    bool is_ordinary;               /* no question has had another answer so far */
    enum ha_ending ending;
    size_t compared_calls;          /* how many were held against a list */
    size_t compared_arrivals;
    struct ha_text failures, report;
    bool told;                      /* the fatal hook has had the report */
};

static inline struct ha_fixture *ha_fixture_of(const struct ha_machine *machine)
{
    return ha_machine_watcher(machine);
}

/* Whether what the test expects of its ordinary course says nothing of this run. */
static inline bool ha_fixture_is_elsewhere(const struct ha_fixture *fixture)
{
    return fixture->explored && (fixture->runs > 1 || !fixture->is_ordinary);
}

#endif
