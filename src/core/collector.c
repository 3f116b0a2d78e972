/*
 * collector - keeps every record of a run
 *
 * Owns struct ha_collector. Records that find no memory are lost, and said to be; those kept
 * are always the first of the run, without a gap.
 */
#include "core/trace.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024u

static bool grow(struct ha_collector *collector, size_t needed)
{
    size_t room = collector->room ? collector->room : FIRST_ROOM;
    struct ha_record *record;

    while (room < needed)
        room *= 2;
    if (room == collector->room)
        return true;
    record = realloc(collector->record, room * sizeof *record);
    if (!record)
        return false;
    collector->record = record;
    collector->room = room;
    return true;
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_collector *collector = (struct ha_collector *)sink;

    if (!count)
        return;
    if (collector->lost || !grow(collector, collector->count + count)) {
        collector->lost = true;
        return;
    }
    memcpy(collector->record + collector->count, first, count * sizeof *first);
    collector->count += count;
}

void ha_collector_init(struct ha_collector *collector)
{
    *collector = (struct ha_collector){.sink = {.take = take}};
}

void ha_collector_clear(struct ha_collector *collector)
{
    collector->count = 0;
    collector->lost = false;
}

void ha_collector_close(struct ha_collector *collector)
{
    free(collector->record);
    ha_collector_init(collector);
}
