/*
 * twin - is a run the same when it is played again?
 */
#ifndef HA_EDGE_TWIN_H
#define HA_EDGE_TWIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "core/trace.h"

/* A record may be two lines, of which the second one differs: two records are enough to see it. */
#define HA_TWIN_SHOWN 2u

enum ha_twin_phase { HA_TWIN_KEEPS, HA_TWIN_COMPARES, HA_TWIN_DIFFERS, HA_TWIN_IDLE };

struct ha_twin {
    struct ha_sink sink;                /* first */
    enum ha_twin_phase phase;
    struct ha_collector first;          /* the first run */
    size_t from;                        /* what came before it comes once */
    size_t at;                          /* the record of it that the second one comes to next */
    struct ha_record second[HA_TWIN_SHOWN];     /* of the second run, where they differ */
    size_t second_count;
    bool differs;                       /* said by ha_twin_end(): */
    struct ha_text line[2];             /* where they differ first, as JSON Lines; empty for a run
                                           that has no such line */
};

void ha_twin_init(struct ha_twin *twin);
/* The first run begins. */
void ha_twin_begin(struct ha_twin *twin);
/* It has ended, and is played again. */
void ha_twin_again(struct ha_twin *twin);
/* The second one has ended: what comes now is neither. Returns HA_OK or HA_ENOMEM. */
int ha_twin_end(struct ha_twin *twin);
void ha_twin_close(struct ha_twin *twin);

#endif
