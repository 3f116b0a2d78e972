/*
 * trace - the stream of facts that a world writes
 *
 * Records are written into one window of memory. When it is full, when somebody flushes and when
 * the run ends, they are handed to the sinks and the window starts anew; who wants to keep them
 * adds a collector. A record is 64 bytes and is never changed once a sink has seen it.
 */
#ifndef HA_CORE_TRACE_H
#define HA_CORE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/trace.h"

#define HA_TRACE_WINDOW 16384u      /* records; 1 MiB */
#define HA_TRACE_SINKS 8u

static inline void ha_record_number(struct ha_record *record, uint64_t seq)
{
    record->seq_low = (uint32_t)seq;
    record->seq_high = (uint16_t)(seq >> 32);
}

/* Survives a rewind: where records lie and who takes them. */
struct ha_trace_store {
    struct ha_record *window;
    bool lent;                  /* the window is somebody else's memory */
    bool is_reused;             /* it was full, and later records lie where earlier ones did */
    struct ha_sink *sink[HA_TRACE_SINKS];
    size_t sink_count;
    struct ha_record *saved;    /* the window as it was at the mark; NULL before */
    size_t saved_count;
};

/* Part of the world, rewound with it. */
struct ha_trace {
    struct ha_record *next;     /* where the next record goes */
    struct ha_record *limit;    /* end of the window, or of the budget if that comes first */
    uint64_t seq;               /* number of the next record */
    uint64_t budget;            /* records that may be written in all; UINT64_MAX for no limit */
    uint64_t break_at;          /* number of the record to stop before; UINT64_MAX for none */
    bool spent;                 /* the budget ended; the run ends at the next scheduling point */
    bool flushed;               /* sinks have seen records; what they saw cannot be rewound */
};

/* Keeps every record of a run. Embed it, add its sink to the machine, close it. */
struct ha_collector {
    struct ha_sink sink;
    struct ha_record *record;
    size_t count, room;
    bool lost;                  /* memory was lacking: later records are missing */
};

void ha_collector_init(struct ha_collector *collector);
void ha_collector_clear(struct ha_collector *collector);
void ha_collector_close(struct ha_collector *collector);

#endif
