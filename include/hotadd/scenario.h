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
#include "hotadd/machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a program ends that plays scenarios. When several apply: 70, 130 or 143, 2, 3, 6, 1,
 * 5, 4, 0. */
enum ha_exit {
    HA_EXIT_OK = 0,             /* all as expected */
    HA_EXIT_FAILED = 1,         /* a rule or an expectation failed */
    HA_EXIT_USAGE = 2,
    HA_EXIT_UNREADABLE = 3,     /* a scenario could not be read, the others were run; or
                                   memory was lacking, or output could not be written */
    HA_EXIT_NOTHING = 4,        /* nothing was run */
    HA_EXIT_BUDGET = 5,         /* the budget ended before the run, and that was not expected */
    HA_EXIT_STRAYED = 6,        /* of a search: the same run came out in two ways */
    HA_EXIT_INTERNAL = 70,
    HA_EXIT_SIGINT = 130,
    HA_EXIT_SIGTERM = 143
};

/* The last three have `out` for themselves; verdicts and messages go to `log`. */
enum ha_output {
    HA_OUTPUT_VERDICT,          /* a line a scenario; the story of one that is alone or fails */
    HA_OUTPUT_STORY,            /* the story of every scenario */
    HA_OUTPUT_JSONL,            /* the trace of every scenario, and what is found in it */
    HA_OUTPUT_TAP,              /* TAP version 13: a test for each scenario and profile */
    HA_OUTPUT_JUNIT             /* one XML document of the same tests */
};

/* How much of a run is told; of what is left out nothing is kept while the run lasts. */
enum ha_detail {
    HA_DETAIL_CALLS,            /* all */
    HA_DETAIL_VIOLATIONS,       /* findings, without the calls that led there */
    HA_DETAIL_NONE,             /* verdicts only */
    HA_DETAIL_LOCKS             /* all, and every lock that is taken or given back */
};

#define HA_PROFILE_ALL "all"

struct ha_play_options {
    const char *const *path;    /* files, and folders that are searched for *.json */
    size_t path_count;
    const char *profile;        /* a preset in place of the scenarios' own; NULL: theirs;
                                   HA_PROFILE_ALL: one after another those that drivers must
                                   pass, and two that show what a driver relies on */
    const char *const *set;     /* knobs as "name=value", turned after the profile */
    size_t set_count;
    const char *const *driver;  /* modules as "name=path", in place of those that scenarios give
                                   their drivers; a relative path counts from the current folder */
    size_t driver_count;
    const char *modules;        /* a folder: relative paths of all other modules count from there
                                   in place of the scenarios' folders; NULL: from those */
    const char *replay;         /* a token, for one file; NULL: the ordinary course */
    enum ha_threads threads;    /* free: what depends on the schedule may differ from run to run;
                                   without replay, accept and break_at */
    uint64_t record_budget;     /* records that a run may write; 0 for no limit */
    bool accept;                /* write calls and violations of each run into its file as what
                                   is expected; without profile, set and replay */
    bool no_fork;               /* compiled drivers run in this process, and crash it if they do */
    uint64_t break_at;          /* SIGTRAP before the record with that number; 0 for none; with
                                   no_fork, and for one file */
    uint32_t hang_s;            /* a compiled driver that does nothing for so many seconds of its
                                   process' life, and neither returns, is stopped; 0: it is not */
    bool realtime;              /* simulated time passes no faster than the clock */
    enum ha_output output;
    enum ha_detail detail;
    const char *out_path;       /* a file for what `output` means; verdicts then go to `out` */
    const char *filter;         /* play only what this glob matches: path as printed, or name */
    bool list;                  /* print what would be played, and play nothing */
    bool strict;                /* a warning fails as an error does; no rule gives one yet */
    bool coverage;              /* say at the end which rules, states, failures and knobs
                                   were met, and which never */
    bool quiet;                 /* no story, and no line for what passes */
    bool color;
    FILE *out, *log;
};

/*
 * Play all scenarios and print verdicts, ending with the line `N passed, N failed`.
 *
 * Under a profile that is not the scenario's own, only rules are judged and whether the run came
 * to its end; what the scenario expects besides is not held against it. One that cannot be played
 * under it, for its number of groups, is left out with a line and counts neither way.
 *
 * SIGINT and SIGTERM end the running scenario cleanly, with the trace so far; they are handled
 * during this call only. SIGPIPE is left to the caller, who ignores it if `out` or `log` may be
 * a pipe. Returns an enum ha_exit.
 */
int ha_play(const struct ha_play_options *options);

/* The text of a JSON Schema 2020-12 for scenario files. Lives as long as the program. */
const char *ha_scenario_schema(void);

#ifdef __cplusplus
}
#endif
#endif
