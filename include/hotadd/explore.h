/*
 * hotadd/explore.h - search for the failure, the order or the open point that breaks a driver
 *
 * ha_explore() searches a test of a driver that is linked into the program, ha_explore_files() the
 * scenarios of files.
 */
#ifndef HOTADD_EXPLORE_H
#define HOTADD_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

#include "hotadd/check.h"
#include "hotadd/scenario.h"
#include "hotadd/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ha_strategy {
    HA_SEARCH_DEPTH,            /* all runs within the bounds, one after another */
    HA_SEARCH_RANDOM,           /* within the bounds, by the seed, without an end */
    HA_SEARCH_PCT,              /* random priorities of threads, with `depth` - 1 changes of them */
    HA_SEARCH_FAULTS,           /* each failure by itself, once and from then on, no more */
    HA_SEARCH_PAIRS             /* and each two of them: what fails while a failure is undone */
};

#define HA_BOUND_USUAL UINT32_MAX       /* as the strategy has it: 1, but for sweeps of failures */

/* What a run may have at most of answers that are not the ordinary ones. */
struct ha_search_bounds {
    uint32_t faults;            /* something fails, once or from then on */
    uint32_t preemptions;       /* a thread that could go on lets another one go first */
    uint32_t deliveries;        /* arrivals come late, early, twice or after a removal, and
                                   timers and events before threads that could go on */
    bool fixed_order;           /* of threads that can go on, the ordinary one does */
};

/* A variable that has the same value at the beginning of every run. */
struct ha_variable {
    void *address;
    size_t bytes;
};
#define HA_STATE(variable) {&(variable), sizeof(variable)}

/* What ha_explore() searches, and how. */
struct ha_exploration {
    const char *name;           /* of the test: goes into reports and tokens */
    struct ha_test_options test;    /* what every run begins with, on coroutines and with a budget
                                       of a million records unless the machine has another; `fatal`
                                       and `explored` are not looked at */
    enum ha_strategy strategy;
    struct ha_search_bounds bounds;
    uint32_t depth;             /* of PCT, from 1 */
    uint64_t seed;              /* of what goes by chance */
    uint64_t runs;              /* at most; 0: no limit */
    uint64_t time_ns;           /* of the clock, at most; 0: no limit */
    bool keep_going;            /* do not end at the first finding */
    bool brute;                 /* do not leave runs that go on as an earlier one did */
    /* What DriverEntry does not set: driver and test find it in each run as it is now. */
    const struct ha_variable *state;
    size_t state_count;
    void (*reset)(void *argument);  /* called before each run for what is not a variable, or NULL */
    const char *replay;         /* play this token, once, and search nothing; NULL: the one in the
                                   environment variable HOTADD_REPLAY, if it is of this test */
};

/* Something that was found. */
struct ha_discovery {
    const struct ha_rule *rule; /* NULL: a check failed, or the run ended early, as `words` say */
    char *words;                /* a paragraph */
    char *token;                /* of the run with the fewest choices that shows it */
    uint64_t runs;              /* that show it */
};

/* What is known after the search. */
struct ha_explored {
    bool failed;                /* something was found, or a run has strayed */
    bool complete;              /* everything within the bounds was played */
    bool strayed;               /* a run was not the same when it was played again */
    uint64_t runs, left;        /* played to their ends, and left because another went on so */
    uint64_t traces;            /* distinct ones, up to the order of what is independent */
    struct ha_discovery *found;
    size_t found_count;
    char *report;               /* all of this in words; NULL when there is no result */
};

/* One run of a test: it may call what acts on the machine, whose driver is loaded. */
typedef void ha_explored_test(struct ha_machine *machine, void *argument);

/*
 * Play a test of a linked driver again and again on one machine of this process, with what could
 * go either way going another way each time, and judge every run.
 *
 * A run ends with the unloading of its drivers. Where a run ends early, or goes on as an earlier
 * one did, the function is left in the middle, without a return: what it holds itself is then lost.
 * It is not called when DriverEntry fails, as it may for want of memory. The ordinary course is
 * played first, and must pass as any test; then it is played again and must be the same. Where
 * it fails for its lists of calls or arrivals, the search ends there, keep_going or not. In all
 * other runs what the test expects of calls and arrivals is not compared; every check and every
 * rule counts.
 *
 *   explored  set in any case; ha_explored_close() gives it back
 *   error     gets a sentence when there is no result; may be NULL
 *
 * Returns HA_OK when there is a result; HA_ESTALE when the token to replay is of another test or
 * program; HA_EINVAL on a thread that has a machine, as from ha_test_begin() to ha_test_destroy();
 * and HA_EINVAL, HA_ENOMEM, HA_ETHREAD as ha_test_begin().
 */
int ha_explore(ha_explored_test *test, void *argument, const struct ha_exploration *exploration,
               struct ha_explored *explored, struct ha_error *error);
void ha_explored_close(struct ha_explored *explored);

/*
 * A check has failed in a function that ha_explore() plays, outside of the driver: note it and
 * leave the function. Elsewhere it returns, and nothing has happened.
 */
void ha_explore_failed(const char *file, int line, const char *what);

struct ha_explore_options {
    /* Which files, under which profile and with which modules, and where output goes: of these the
       members for paths, profile, set, driver, modules, record_budget, no_fork, hang_s, filter,
       strict, quiet, color, out_path, out and log. */
    struct ha_play_options play;
    enum ha_strategy strategy;
    struct ha_search_bounds bounds;
    const char *axes;           /* knobs with commas between them: all of their values are tried;
                                   NULL: none */
    uint32_t depth;             /* of PCT: decisions that a mistake takes; 0: 2 */
    uint64_t seed;              /* of what goes by chance */
    uint64_t runs;              /* of a scenario, at most; 0: no limit */
    uint64_t time_ns;           /* of the clock, for each scenario, at most; 0: no limit */
    uint32_t jobs;              /* so many processes search a scenario, 64 at most; 0: 1 */
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
