/*
 * always - what any run of a scenario comes to, whatever fails and comes first
 *
 * Of a run that has come to an end as it may; one that was cut short has no state to speak of.
 */
#ifndef HA_EDGE_ALWAYS_H
#define HA_EDGE_ALWAYS_H

#include "base/text.h"
#include "check/expect.h"
#include "core/trace.h"

struct ha_always {
    struct ha_sink sink;            /* first */
    struct ha_matcher *matcher;     /* NULL: nothing is always expected */
    struct ha_collector begun;      /* what all runs begin with, and only the first one brings */
    bool is_inside;                 /* a run */
    struct ha_text report;
};

/* Zeroed before; ha_always_close() in any case. HA_OK or HA_ENOMEM. */
int ha_always_open(struct ha_always *always, const struct ha_expect *expect);
void ha_always_close(struct ha_always *always);

/* What comes from now on is what all runs begin with. */
void ha_always_restart(struct ha_always *always);
/* A run begins. */
void ha_always_begin(struct ha_always *always);

/*
 * A run has ended, as it may: hold it against what is always expected. Leaves a line for each
 * difference in the report. Returns how many there are, or HA_ENOMEM.
 */
int ha_always_compare(struct ha_always *always);

#endif
