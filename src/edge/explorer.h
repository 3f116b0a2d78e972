/*
 * explorer - one scenario, played again and again as a search says, or as a share of it does
 */
#ifndef HA_EDGE_EXPLORER_H
#define HA_EDGE_EXPLORER_H

#include "check/judge.h"
#include "core/tape.h"
#include "edge/always.h"
#include "edge/crash.h"
#include "edge/hearing.h"
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
    bool begun;                     /* the ordinary course is behind it */
    bool over;                      /* nothing more is to be played */
    bool complete;                  /* everything within the bounds, and the share, was played */
    bool strayed;                   /* a run was not the same when it was played again */
    struct ha_finds strays;         /* ... and how that shows: a paragraph about that run */
};

/*
 * The runs of compiled drivers, and of a share, are played in a worker. What may not be lost with
 * it, the search and the result, lies in memory that both processes have.
 */
struct ha_explorer {
    const struct ha_scenario *scenario;
    const struct ha_explore_options *options;
    struct ha_share share;          /* the ordinary course is of the first one */
    struct ha_search_bounds bounds; /* as they are settled */
    struct ha_plan plan;            /* the scenario's, under the profile that is wanted */
    struct ha_bag drivers;          /* of the plan, where the command line changed them */
    struct ha_judge *judge;
    struct ha_hearing hearing;      /* ... hears the runs */
    struct ha_always always;        /* hears them, too */
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
    bool at_work;
    bool called_off;                /* the worker is to come to rest within a second */
    int err;                        /* what stopped it: an enum ha_err */
    struct ha_twin twin;            /* whether the ordinary course is the same both times */
};

/*
 * Make ready to search a scenario under a profile.
 *
 *   explorer  zeroed; ha_explorer_close() in any case
 *   share     of several processes; the share of one is all
 *   messages  gets lines for the user about modules that cannot be loaded
 *
 * Returns HA_OK, HA_EINVAL, HA_EREAD, HA_ENOMEM or HA_ETHREAD as ha_run_play(); a sentence on it
 * may be in `trouble`.
 */
int ha_explorer_open(struct ha_explorer *explorer, const struct ha_scenario *scenario,
                     const struct ha_profile *profile, const struct ha_explore_options *options,
                     struct ha_share share, const struct ha_loop *loop, struct ha_text *messages);

/*
 * Play some runs, or have the worker play some and look later what has become of them. All is over
 * when everything in the share was played, enough was found, the time or the number of runs is
 * over, or something has gone wrong, as `err` says.
 */
void ha_explorer_go_on(struct ha_explorer *explorer);
bool ha_explorer_is_over(const struct ha_explorer *explorer);

/* Whether the worker is at rest, where nothing more is to be played; it is not replaced if lost. */
bool ha_explorer_rests(struct ha_explorer *explorer);

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
