/*
 * twin - is a run the same when it is played again?
 */
#ifndef HA_SIM_TWIN_H
#define HA_SIM_TWIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/trace.h"

/* The record in hand, of which perhaps only the end differs, and the next one with its names. */
#define HA_TWIN_SHOWN 8u

enum ha_twin_phase { HA_TWIN_KEEPS, HA_TWIN_COMPARES, HA_TWIN_DIFFERS, HA_TWIN_IDLE };

/* Some records of a run, from where it differs on; none where the other one only goes on. */
struct ha_twin_part {
    struct ha_record record[HA_TWIN_SHOWN];
    size_t count;
};

struct ha_twin {
    struct ha_sink sink;                /* first */
    enum ha_twin_phase phase;
    struct ha_collector first;          /* the first run */
    size_t from;                        /* what came before it comes once */
    size_t at;                          /* the record of it that the second one comes to next */
    bool differs;                       /* said by ha_twin_end() */
    struct ha_twin_part part[2];        /* of the first run and the second, where they differ */
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
