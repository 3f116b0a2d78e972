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
    bool of_traces;             /* they were judged, not played */
    struct ha_text cases;       /* of a protocol, that are not printed yet: of JUnit all */
    size_t count;               /* of all outcomes */
    size_t failed, unplayed, left_out;
    uint64_t time_ns;           /* simulated, of all runs */
    bool lost;                  /* memory was lacking for something that had to be said */
};

void ha_report_begin(struct ha_report *report, const struct ha_play_options *options);
void ha_report_add(struct ha_report *report, const struct ha_outcome *outcome);

/* Count an outcome and write it into the test protocol alone; that is printed when flushed. */
void ha_report_protocol(struct ha_report *report, const struct ha_outcome *outcome);
void ha_report_flush(struct ha_report *report);
/* Take back what was not flushed, to where the report was when it was copied to `then`. */
void ha_report_take_back(struct ha_report *report, const struct ha_report *then);

/*
 * End a test protocol, and give memory back.
 *
 *   trouble  why it ends too early, as "SIGINT"; NULL when all was told
 */
void ha_report_end(struct ha_report *report, const char *trouble);

#endif
