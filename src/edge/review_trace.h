/*
 * review_trace - one trace from elsewhere, and those who look at it
 */
#ifndef HA_EDGE_REVIEW_TRACE_H
#define HA_EDGE_REVIEW_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/judge.h"
#include "check/story.h"
#include "edge/coverage.h"
#include "edge/report.h"
#include "hotadd/review.h"

struct ha_trace_review {
    const struct ha_review_options *options;
    struct ha_report *report;           /* a test protocol gets each trace as a test */
    struct ha_coverage *coverage;       /* NULL when nobody wants it */
    struct ha_judge *judge;
    struct ha_cast *cast;
    struct ha_story *story;             /* NULL when nobody wants it */
    bool lost;                          /* memory was lacking */
    /* Of the trace in hand. */
    size_t line;                        /* of its first record; 0 while there is none */
    uint64_t records, calls, gaps;
    uint64_t first_gap;                 /* seq of the record behind it */
    uint64_t next_seq, time_ns;
    bool own, ended;
    uint32_t ending;                    /* enum ha_ending, once it has ended */
    bool seen[HA_KIND_COUNT];
};

/* Begin with options, report and coverage. HA_OK or HA_ENOMEM; close it in any case. */
int ha_trace_review_open(struct ha_trace_review *review);
void ha_trace_review_close(struct ha_trace_review *review);

/* Look at a record of the trace, which stands in that line of its file. */
void ha_trace_review_take(struct ha_trace_review *review, const struct ha_record *record,
                          size_t line);

/*
 * The trace is over: tell of it, and make ready for another one.
 *
 *   lacking   what its lines have left out, as check/lacking.h numbers it
 *   verdicts  get story, findings and verdict
 *   lines     get verdict and findings as JSON Lines
 *
 * Returns whether it passes.
 */
bool ha_trace_review_end(struct ha_trace_review *review, const char *file, uint64_t lacking,
                         struct ha_text *verdicts, struct ha_text *lines);

#endif
