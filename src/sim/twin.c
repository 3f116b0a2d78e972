/*
 * twin - see twin.h
 */
#include "sim/twin.h"

#include <string.h>

#include "hotadd/error.h"

static void show(struct ha_twin_part *part, const struct ha_record *record)
{
    if (part->count < HA_TWIN_SHOWN)
        part->record[part->count++] = *record;
}

static void compare(struct ha_twin *twin, const struct ha_record *record)
{
    const struct ha_collector *first = &twin->first;
    if (twin->phase == HA_TWIN_COMPARES &&
        (twin->at == first->count ||
         memcmp(&first->record[twin->at], record, sizeof *record) != 0))
        twin->phase = HA_TWIN_DIFFERS;
    if (twin->phase == HA_TWIN_COMPARES)
        twin->at++;
    else
        show(&twin->part[1], record);
}

static void take(struct ha_sink *sink, const struct ha_record *record, size_t count)
{
    struct ha_twin *twin = (struct ha_twin *)(void *)sink;
    if (twin->phase == HA_TWIN_KEEPS)
        twin->first.sink.take(&twin->first.sink, record, count);
    else if (twin->phase != HA_TWIN_IDLE)
        for (size_t i = 0; i < count; i++)
            compare(twin, &record[i]);
}

void ha_twin_init(struct ha_twin *twin)
{
    *twin = (struct ha_twin){.sink.take = take};
    ha_collector_init(&twin->first);
}

void ha_twin_begin(struct ha_twin *twin)
{
    twin->from = twin->first.count;
}

void ha_twin_again(struct ha_twin *twin)
{
    twin->phase = HA_TWIN_COMPARES;
    twin->at = twin->from;
}

int ha_twin_end(struct ha_twin *twin)
{
    const struct ha_collector *first = &twin->first;
    bool lost = first->lost;
    twin->differs = !lost && (twin->phase == HA_TWIN_DIFFERS || twin->at < first->count);
    for (size_t i = twin->at; i < first->count && twin->differs; i++)
        show(&twin->part[0], &first->record[i]);
    twin->phase = HA_TWIN_IDLE;
    ha_collector_close(&twin->first);
    return lost ? HA_ENOMEM : HA_OK;
}

void ha_twin_close(struct ha_twin *twin)
{
    ha_collector_close(&twin->first);
}
