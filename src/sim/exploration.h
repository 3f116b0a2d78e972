/*
 * exploration - a test in this program, played again and again as a search says
 *
 * Runs are judged by way of hotadd/check.h, as any program could do it.
 */
#ifndef HA_SIM_EXPLORATION_H
#define HA_SIM_EXPLORATION_H

#include <setjmp.h>

#include "base/text.h"
#include "hotadd/explore.h"
#include "sim/finds.h"
#include "sim/machine.h"
#include "sim/search.h"
#include "sim/twin.h"
#include "sim/visited.h"

struct ha_exploring {
    const struct ha_exploration *exploration;
    ha_explored_test *test;
    void *argument;
    struct ha_machine *machine;
    struct ha_search *search;       /* NULL in the first run */
    struct ha_finds finds;
    struct ha_visited traces;       /* identities of the runs */
    uint64_t runs, left;
    uint64_t begun_ns;
    struct ha_twin twin;            /* whether the ordinary course is the same both times */
    jmp_buf leave;                  /* out of the test's function, while it is ... */
    bool is_inside;
    bool complete, strayed;
    bool replays;
    bool is_noted;                  /* something was shown of the run */
    int err;                        /* memory was lacking to note it */
};

/* Fill in what the search has found out. HA_OK or HA_ENOMEM. */
int ha_exploring_tell(struct ha_exploring *exploring, struct ha_explored *explored);

#endif
