/*
 * explorer - one scenario, played again and again as a search says
 */
#ifndef HA_EDGE_EXPLORER_H
#define HA_EDGE_EXPLORER_H

#include "check/judge.h"
#include "core/tape.h"
#include "edge/load.h"
#include "edge/playing.h"
#include "edge/twin.h"
#include "hotadd/explore.h"
#include "sim/finds.h"
#include "sim/search.h"
#include "sim/visited.h"

struct ha_explorer {
    const struct ha_scenario *scenario;
    const struct ha_explore_options *options;
    struct ha_plan plan;            /* the scenario's, with what the command line turned */
    struct ha_bag drivers;          /* of the plan, where the command line changed them */
    struct ha_judge *judge;
    struct ha_search *search;
    struct ha_playing *playing;
    struct ha_sink *sink[HA_TRACE_SINKS];
    struct ha_text *messages;       /* gets lines when modules cannot be loaded */
    struct ha_finds finds;
    struct ha_visited traces;       /* identities of the runs */
    uint64_t runs, left;            /* played to their ends, and left before */
    uint64_t begun_ns;
    const struct ha_loop *loop;
    int err;                        /* what stopped it: an enum ha_err */
    bool complete;                  /* everything within the bounds was played */
    bool strayed;                   /* a run was not the same when it was played again */
    struct ha_twin twin;            /* whether the ordinary course is the same both times */
};

/*
 * Search a scenario until all within the bounds was played, or enough was found, or its time or
 * number of runs is over, or a signal came.
 *
 *   explorer  zeroed; ha_explorer_close() in any case
 *   messages  gets a line for the user when something cannot be played
 *
 * Returns HA_OK when there is a result; HA_EINVAL, HA_EREAD, HA_ENOMEM, HA_ETHREAD as ha_run_play().
 */
int ha_explorer_run(struct ha_explorer *explorer, const struct ha_scenario *scenario,
                    const struct ha_explore_options *options, struct ha_loop *loop,
                    struct ha_text *messages);

void ha_explorer_close(struct ha_explorer *explorer);

#endif
