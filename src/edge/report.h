/*
 * report - tells what came of each scenario, as it comes, in the format that is wanted
 *
 * Verdict lines go to `log` of the options; a test protocol (TAP, JUnit) goes to `out`. Where
 * the two differ, a story on `out` gets its verdict as well, so that it stands by itself.
 */
#ifndef HA_EDGE_REPORT_H
#define HA_EDGE_REPORT_H

#include "edge/outcome.h"

struct ha_report {
    const struct ha_play_options *options;
    struct ha_text cases;       /* JUnit: what the document will hold */
    size_t count;               /* of all outcomes */
    size_t failed, unplayed, left_out;
    uint64_t time_ns;           /* simulated, of all runs */
    bool lost;                  /* memory was lacking for something that had to be said */
};

void ha_report_begin(struct ha_report *report, const struct ha_play_options *options);
void ha_report_add(struct ha_report *report, const struct ha_outcome *outcome);

/*
 * End a test protocol, and give memory back.
 *
 *   trouble  why it ends too early, as "SIGINT"; NULL when all was told
 */
void ha_report_end(struct ha_report *report, const char *trouble);

#endif
