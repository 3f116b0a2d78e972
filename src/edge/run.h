/*
 * run - one scenario: a machine that plays it, and those who watch
 */
#ifndef HA_EDGE_RUN_H
#define HA_EDGE_RUN_H

#include "check/cast.h"
#include "check/expect.h"
#include "check/judge.h"
#include "check/story.h"
#include "edge/always.h"
#include "edge/breaches.h"
#include "edge/coverage.h"
#include "edge/crash.h"
#include "edge/load.h"
#include "edge/loop.h"
#include "edge/playing.h"
#include "edge/symbols.h"
#include "hotadd/scenario.h"

/* Looks at every record: who is who, how much happened, and the trace as JSON Lines if wanted. */
struct ha_watch {
    struct ha_sink sink;
    struct ha_cast *cast;
    struct ha_text jsonl;
    bool wants_jsonl;
    enum ha_detail detail;              /* of the JSON Lines */
    bool lost;                          /* memory was lacking */
    uint64_t calls, pnp_calls, adds;
    uint64_t time_ns;                   /* simulated, of the newest record */
};

/* Everything about one run of one scenario. */
struct ha_run {
    const struct ha_scenario *scenario;
    const struct ha_play_options *options;
    struct ha_plan plan;                /* the scenario's, with what the command line turned */
    struct ha_bag drivers;              /* of the plan, where the command line changed them */
    const struct ha_loop *loop;
    struct ha_playing *playing;
    struct ha_sink *sink[HA_TRACE_SINKS];
    struct ha_crash crash;              /* takes part when the run has a worker */
    struct ha_judge *judge;
    struct ha_matcher *matcher;
    struct ha_always always;
    struct ha_story *story;             /* NULL when nobody will read it */
    struct ha_coverage *coverage;       /* takes part in the run; NULL, or set before */
    struct ha_watch watch;
    uint64_t begun_ns;                  /* when the run began, as the loop's clock says */
    int err;                            /* what stopped it short: an enum ha_err */
    bool rules_only;                    /* the profile or the course is not the scenario's own */
    struct ha_expect rules;             /* ... and this is then expected */
    struct ha_symbols *symbols;         /* where the findings come from; NULL without a verdict */
    struct ha_breaches breaches;        /* what counts under any profile */
    int differences;                    /* from what was expected */
    struct ha_text *error;              /* gets lines for the user when there is no verdict */
    struct ha_text causes;              /* what the run did not show, or was lost after it, ... */
    int cause_count;                    /* ... in so many lines; part of the report */
    struct ha_text report;              /* of the differences */
    struct ha_scenario accepted;        /* the scenario as --accept has written it */
};

/*
 * Play a scenario to its end, or to a signal, and hold it against what it expects.
 *
 *   run     zeroed but for its coverage; ha_run_close() in any case
 *   signal  gets the number of the signal that ended it, 0 for none
 *   error   gets lines for the user when there is no verdict
 *
 * Returns HA_OK when there is a verdict; HA_EINVAL for a wrong profile, knob or token, or when
 * the profile does not go with the partition; HA_ESTALE for a token of another run; HA_EREAD when
 * a module cannot be loaded; HA_ENOMEM, HA_ETHREAD, HA_EINTERNAL.
 */
int ha_run_play(struct ha_run *run, const struct ha_scenario *scenario,
                const struct ha_play_options *options, struct ha_loop *loop, int *signal,
                struct ha_text *error);

/* How the run has ended; HA_END_NOT_YET for one that could not begin. */
enum ha_ending ha_run_ending(const struct ha_run *run);

/*
 * Ask a run that has ended, once, for causes that the scenario names and that never came: it does
 * not show what it says. Then its modules go, and their code may go wrong. Sets the causes.
 */
void ha_run_ask(struct ha_run *run);

/*
 * Hold a run that has ended against what its matcher expects: sets report and breaches.
 *
 * Returns the differences, or HA_ENOMEM.
 */
int ha_run_compare(struct ha_run *run);

/* Whether a driver of the plan is compiled: only such code has places that findings come from. */
bool ha_plan_is_compiled(const struct ha_plan *plan);

/* Whether a plan has compiled drivers, and is not to be played in this process. */
bool ha_run_is_apart(const struct ha_play_options *options, const struct ha_plan *plan);

/*
 * Turn a profile as the command line asks for: the preset first, then the knobs.
 *
 * Returns HA_OK, or HA_EINVAL with a sentence.
 */
int ha_run_turn_profile(const struct ha_play_options *options, struct ha_profile *profile,
                        struct ha_error *error);

/* Append the command line that repeats the run, which ended so, fit for bash and zsh. */
void ha_run_add_command(const struct ha_run *run, enum ha_ending ending, struct ha_text *text);

void ha_run_close(struct ha_run *run);

#endif
