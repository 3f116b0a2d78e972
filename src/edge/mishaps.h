/*
 * mishaps - what has gone wrong in runs, by what it was and where
 *
 * Adds and registrations that came to nothing, routines that failed, refusals, ends of runs.
 */
#ifndef HA_EDGE_MISHAPS_H
#define HA_EDGE_MISHAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/names.h"
#include "base/text.h"
#include "check/nest.h"
#include "core/trace.h"

/* What adds, registrations and entries of drivers come to. */
enum { HA_WENT_WELL, HA_VETOED, HA_HARDWARE_FAILED, HA_NO_PLACE, HA_ADD_OUTCOMES };
enum { HA_ONLINE, HA_NOT_STARTED, HA_MEMORY_OUTCOMES };
enum { HA_REGISTERED, HA_TAKEN_BACK, HA_NOT_REGISTERED, HA_REGISTER_OUTCOMES };
enum { HA_LOADED, HA_NOT_LOADED, HA_ENTRY_OUTCOMES };

/* Where the code was that a routine failed, the innermost. */
enum {
    HA_IN_ENTRY, HA_IN_ADD_DEVICE, HA_IN_HOT_ADD,       /* Start, Complete, Failure */
    HA_IN_EXISTING = HA_IN_HOT_ADD + 3,                 /* the same for existing processors */
    HA_IN_PNP = HA_IN_EXISTING + 3, HA_IN_OTHER,
    HA_MISHAP_PLACES
};

struct ha_mishaps {
    uint64_t adds[HA_ADD_OUTCOMES];
    uint64_t memory[HA_MEMORY_OUTCOMES];
    uint64_t registrations[HA_REGISTER_OUTCOMES];
    uint64_t entries[HA_ENTRY_OUTCOMES];
    uint64_t endings[HA_END_COUNT];
    uint64_t refusals[HA_REASON_COUNT];
    uint64_t faults[HA_ROUTINE_COUNT];
    uint64_t places[HA_MISHAP_PLACES];
    /* Of the run in hand. */
    struct ha_nest inside;          /* code of drivers, as far as it has a place */
    bool hardware_failed, called;   /* of the add that is going on */
    uint32_t announced;             /* the registration that has last heard of existing ones */
    bool lost;                      /* memory was lacking */
};

/* Another run begins, as TRACE_BEGIN says, which a trace from elsewhere may lack. */
void ha_mishaps_begin(struct ha_mishaps *mishaps);

/* Begin with zeroes; close it in the end. */
void ha_mishaps_take(struct ha_mishaps *mishaps, const struct ha_record *record);
void ha_mishaps_close(struct ha_mishaps *mishaps);

/* Append to a coverage report how often each was met, and which never. */
void ha_mishaps_write(const struct ha_mishaps *mishaps, struct ha_text *text);

#endif
