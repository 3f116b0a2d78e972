/*
 * explorer - one scenario, played again and again as a search says
 */
#ifndef HA_EDGE_EXPLORER_H
#define HA_EDGE_EXPLORER_H

#include "check/judge.h"
#include "core/tape.h"
#include "edge/crash.h"
#include "edge/load.h"
#include "edge/playing.h"
#include "hotadd/explore.h"
#include "sim/finds.h"
#include "sim/search.h"
#include "sim/twin.h"
#include "sim/visited.h"

/* What is known after some runs. */
struct ha_result {
    struct ha_finds finds;
    struct ha_visited traces;       /* identities of the runs */
    uint64_t runs, left;            /* played to their ends, and left before */
    bool over;                      /* nothing more is to be played */
    bool complete;                  /* everything within the bounds was played */
    bool strayed;                   /* a run was not the same when it was played again */
    struct ha_finds strays;         /* ... and how that shows: a paragraph about that run */
};

/*
 * The runs of compiled drivers are played in a worker. What may not be lost with it, the search and
 * the result, lies in memory that both processes have.
 */
struct ha_explorer {
    const struct ha_scenario *scenario;
    const struct ha_explore_options *options;
    struct ha_search_bounds bounds; /* as they are settled */
    struct ha_plan plan;            /* the scenario's, under the profile that is wanted */
    struct ha_bag drivers;          /* of the plan, where the command line changed them */
    struct ha_judge *judge;
    struct ha_judge_save begun;     /* the judge, when it has heard what all runs begin with */
    struct ha_search *search;
    struct ha_playing *playing;
    bool apart;                     /* ... in a worker */
    struct ha_arena memory;         /* of the search and the result; not opened without a worker */
    struct ha_result *result;
    struct ha_sink *sink[HA_TRACE_SINKS];
    struct ha_text *messages;       /* gets lines when modules cannot be loaded */
    struct ha_text trouble;         /* a sentence on what else is wrong */
    uint64_t begun_ns;
    const struct ha_loop *loop;
    int err;                        /* what stopped it: an enum ha_err */
    struct ha_twin twin;            /* whether the ordinary course is the same both times */
};

/*
 * Search a scenario under a profile until all within the bounds was played, or enough was found,
 * or its time or number of runs is over, or a signal came.
 *
 *   explorer  zeroed; ha_explorer_close() in any case
 *   messages  gets a line for the user when something cannot be played
 *
 * Returns HA_OK when there is a result; HA_EINVAL, HA_EREAD, HA_ENOMEM, HA_ETHREAD
 * as ha_run_play().
 */
int ha_explorer_run(struct ha_explorer *explorer, const struct ha_scenario *scenario,
                    const struct ha_profile *profile, const struct ha_explore_options *options,
                    struct ha_loop *loop, struct ha_text *messages);

void ha_explorer_close(struct ha_explorer *explorer);

/*
 * The worker was lost in a run: play that run once more, as its token says, in a worker of its own,
 * where all of it is recorded for the judge.
 *
 *   crash   initialised; learns what has happened
 *   ending  gets how the run ended this time
 *
 * Returns as ha_playing_open() and ha_playing_slice().
 */
int ha_explorer_repeat(struct ha_explorer *explorer, struct ha_crash *crash,
                       enum ha_ending *ending);
/*
 * A run was not the same when it was played again: note how, and that it has strayed. Each returns
 * HA_OK or HA_ENOMEM.
 */
/* The ordinary course, as its twin shows. */
int ha_explorer_note_twin(struct ha_explorer *explorer);
/* The beginning of a run, as its questions show. */
int ha_explorer_note_question(struct ha_explorer *explorer);
/* One that was lost with its worker, and not lost again; the judge knows those who took part. */
int ha_explorer_note_lost(struct ha_explorer *explorer, const struct ha_playing_state *lost);

/* Append the token of a run with these answers. */
void ha_explorer_add_token(const struct ha_explorer *explorer,
                           const struct ha_tape_input *answers, struct ha_text *token);

/* How the runs of the search are played. */
struct ha_playing_options ha_explorer_playing(struct ha_explorer *explorer);

#endif
