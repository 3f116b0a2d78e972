/*
 * twin - see twin.h
 */
#include "edge/twin.h"

#include <string.h>

#include "check/jsonl.h"
#include "hotadd/error.h"

static void take(struct ha_sink *sink, const struct ha_record *record, size_t count)
{
    struct ha_twin *twin = (struct ha_twin *)(void *)sink;
    if (twin->phase == HA_TWIN_KEEPS)
        twin->first.sink.take(&twin->first.sink, record, count);
    for (size_t i = 0; i < count; i++) {
        if (twin->phase == HA_TWIN_COMPARES &&
            (twin->at == twin->first.count ||
             memcmp(&twin->first.record[twin->at], &record[i], sizeof *record) != 0))
            twin->phase = HA_TWIN_DIFFERS;
        if (twin->phase == HA_TWIN_COMPARES)
            twin->at++;
        if (twin->phase == HA_TWIN_DIFFERS && twin->second_count < HA_TWIN_SHOWN)
            twin->second[twin->second_count++] = record[i];
    }
}

static size_t line_length(const char *text)
{
    const char *end = strchr(text, '\n');
    return end ? (size_t)(end - text) + 1 : strlen(text);
}

/* Keep of both texts the first line that is not the same in both. */
static void keep_difference(struct ha_twin *twin, const char *first, const char *second)
{
    while (*first && *second) {
        size_t length = line_length(first);
        if (length != line_length(second) || memcmp(first, second, length) != 0)
            break;
        first += length;
        second += length;
    }
    ha_text_add_bytes(&twin->line[0], first, line_length(first));
    ha_text_add_bytes(&twin->line[1], second, line_length(second));
}

static bool write_lines(struct ha_twin *twin)
{
    struct ha_text first = {0}, second = {0};
    for (size_t i = twin->at; i < twin->first.count && i < twin->at + HA_TWIN_SHOWN; i++)
        ha_jsonl_add(&first, &twin->first.record[i]);
    for (size_t i = 0; i < twin->second_count; i++)
        ha_jsonl_add(&second, &twin->second[i]);
    keep_difference(twin, ha_text_string(&first), ha_text_string(&second));
    bool whole = !first.lost && !second.lost && !twin->line[0].lost && !twin->line[1].lost;
    ha_text_close(&first);
    ha_text_close(&second);
    return whole;
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
    bool lost = twin->first.lost;
    twin->differs = !lost && (twin->phase == HA_TWIN_DIFFERS || twin->at < twin->first.count);
    if (twin->differs)
        lost = !write_lines(twin);
    twin->phase = HA_TWIN_IDLE;
    ha_collector_close(&twin->first);
    return lost ? HA_ENOMEM : HA_OK;
}

void ha_twin_close(struct ha_twin *twin)
{
    ha_collector_close(&twin->first);
    ha_text_close(&twin->line[0]);
    ha_text_close(&twin->line[1]);
}
