/*
 * hotadd/scenario.h - play scenario files and report on them
 *
 * What the command line does, as one call. Needs the library hotadd::scenario.
 */
#ifndef HOTADD_SCENARIO_H
#define HOTADD_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hotadd/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a program ends that plays scenarios. When several apply: 70, 130 or 143, 2, 3, 1, 5, 4, 0. */
enum ha_exit {
    HA_EXIT_OK = 0,             /* all as expected */
    HA_EXIT_FAILED = 1,         /* a rule or an expectation failed */
    HA_EXIT_USAGE = 2,
    HA_EXIT_UNREADABLE = 3,     /* a scenario could not be read, the others were run; or
                                   memory was lacking, or output could not be written */
    HA_EXIT_NOTHING = 4,        /* nothing was run */
    HA_EXIT_BUDGET = 5,         /* the budget ended before the run, and that was not expected */
    HA_EXIT_INTERNAL = 70,
    HA_EXIT_SIGINT = 130,
    HA_EXIT_SIGTERM = 143
};

enum ha_output {
    HA_OUTPUT_VERDICT,          /* a line a scenario; the story of one that is alone or fails */
    HA_OUTPUT_STORY,            /* the story of every scenario */
    HA_OUTPUT_JSONL             /* the trace of every scenario on `out`, all else on `log` */
};

struct ha_play_options {
    const char *const *path;    /* files, and folders that are searched for *.json */
    size_t path_count;
    const char *profile;        /* a preset in place of the scenarios' own; NULL: theirs */
    const char *const *set;     /* knobs as "name=value", turned after the profile */
    size_t set_count;
    const char *replay;         /* a token, for one file; NULL: the ordinary course */
    uint64_t record_budget;     /* records that a run may write; 0 for no limit */
    enum ha_output output;
    bool quiet;                 /* no story, and no line for what passes */
    bool color;
    FILE *out, *log;
};

/*
 * Play all scenarios and print verdicts, ending with the line `N passed, N failed`.
 *
 * SIGINT and SIGTERM end the running scenario cleanly, with the trace so far; they are handled
 * during this call only. Returns an enum ha_exit.
 */
int ha_play(const struct ha_play_options *options);

#ifdef __cplusplus
}
#endif
#endif
