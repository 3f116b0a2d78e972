/*
 * tally - what a play of many scenarios has come to so far
 */
#ifndef HA_EDGE_TALLY_H
#define HA_EDGE_TALLY_H

#include <stdbool.h>
#include <stdio.h>

#include "edge/coverage.h"
#include "edge/load.h"
#include "edge/loop.h"
#include "edge/report.h"

struct ha_tally {
    const struct ha_play_options *options;      /* `out` and `log` as the report needs them */
    FILE *messages;             /* where the caller wants to hear of what is no verdict */
    struct ha_report report;
    struct ha_coverage coverage;
    size_t passed, failed;
    size_t listed, left_out;
    bool *driver_met;           /* which of options->driver some scenario has a driver for */
    bool unreadable;            /* or not to be judged, for want of means */
    bool wrong;                 /* something failed that no budget ended */
    int signal;
    int refused;                /* an enum ha_exit that ends it all */
};

/* Whether a scenario is to be played under one preset after another. */
bool ha_wants_all_profiles(const struct ha_play_options *options);

/* Say that memory was lacking for something, which makes the play no success. */
void ha_tally_lost(struct ha_tally *tally);

/* Count and report something of which there is no verdict; the message is closed. */
void ha_tally_fail(struct ha_tally *tally, const struct ha_outcome *outcome);

/* Play a scenario under every profile that is wanted, and count and report what comes out. */
void ha_tally_play(struct ha_tally *tally, const struct ha_scenario *scenario,
                   struct ha_loop *loop);

/* Print instead what would be played. */
void ha_tally_list(struct ha_tally *tally, const struct ha_scenario *scenario);

#endif
