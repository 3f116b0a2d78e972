/*
 * coverage - what the runs of a whole session have shown of rules, states, arrivals, mishaps and
 * knobs
 */
#ifndef HA_EDGE_COVERAGE_H
#define HA_EDGE_COVERAGE_H

#include <stdint.h>

#include "base/text.h"
#include "check/judge.h"
#include "core/trace.h"
#include "edge/mishaps.h"
#include "hotadd/profile.h"

#define HA_COVERAGE_STATES 3            /* Start, Complete, Failure */
#define HA_COVERAGE_RULES 512

struct ha_coverage {
    struct ha_sink sink;                        /* takes the records of every run */
    uint64_t calls[2][HA_COVERAGE_STATES];      /* of a hot-add; for existing processors */
    uint64_t told[HA_PNP_EVENT_COUNT];          /* calls of PnP notification, by event */
    uint8_t values[HA_KNOB_COUNT];              /* bit n: the knob had its value n in a run */
    uint64_t rules[HA_COVERAGE_RULES / 64];     /* those that a run exercised */
    struct ha_mishaps mishaps;
};

/* Begin with nothing seen; close it in the end. */
void ha_coverage_init(struct ha_coverage *coverage);
void ha_coverage_close(struct ha_coverage *coverage);

/*
 * Note which rules a run has exercised, which the judge has watched to its end.
 *
 *   lacking  what its trace leaves out, as check/lacking.h numbers it; 0 for nothing
 */
void ha_coverage_add(struct ha_coverage *coverage, const struct ha_judge *judge,
                     uint64_t lacking);
/* Take back what was noted since it was copied to `then`. */
void ha_coverage_take_back(struct ha_coverage *coverage, const struct ha_coverage *then);
/* Note that data races were looked for, found or not. */
void ha_coverage_add_races(struct ha_coverage *coverage);

/* Append the report, some lines. */
void ha_coverage_write(const struct ha_coverage *coverage, struct ha_text *text);

#endif
