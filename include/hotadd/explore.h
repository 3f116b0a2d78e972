/*
 * hotadd/explore.h - search for the failure, the order or the open point that breaks a driver
 */
#ifndef HOTADD_EXPLORE_H
#define HOTADD_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

#include "hotadd/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ha_strategy {
    HA_SEARCH_DEPTH,            /* all runs within the bounds, one after another */
    HA_SEARCH_RANDOM,           /* within the bounds, by the seed, without an end */
    HA_SEARCH_PCT               /* random priorities of threads, with `depth` - 1 changes of them */
};

/* What a run may have at most of answers that are not the ordinary ones. */
struct ha_search_bounds {
    uint32_t faults;            /* something fails, once or from then on */
    uint32_t preemptions;       /* a thread that could go on lets another one go first */
    uint32_t deliveries;        /* arrivals come late, early, twice or after a removal */
    bool fixed_order;           /* of threads that can go on, the ordinary one does */
};

struct ha_explore_options {
    /* Which files, under which profile and with which modules, and where output goes: of these the
       members for paths, profile, set, driver, modules, record_budget, filter, strict, quiet,
       color, out and log. */
    struct ha_play_options play;
    enum ha_strategy strategy;
    struct ha_search_bounds bounds;
    uint32_t depth;             /* of PCT: decisions that a mistake takes, from 1 */
    uint64_t seed;              /* of what goes by chance */
    uint64_t runs;              /* of a scenario, at most; 0: no limit */
    uint64_t time_ns;           /* of the clock, for each scenario, at most; 0: no limit */
    bool keep_going;            /* do not end a scenario at its first finding */
    bool brute;                 /* do not leave runs that go on as an earlier one did */
    bool list;                  /* print the questions of the ordinary course, and search nothing */
};

/*
 * Search all scenarios for runs that break a rule, or that end otherwise than foreseen, and print
 * what was found, each with a token that repeats it.
 *
 * Returns an enum ha_exit; HA_EXIT_BUDGET where nothing was found and not everything within the
 * bounds was played, HA_EXIT_STRAYED where a run was not the same when it was played again.
 */
int ha_explore_files(const struct ha_explore_options *options);

#ifdef __cplusplus
}
#endif
#endif
