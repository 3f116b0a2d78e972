/*
 * expect_memory - the ranges of memory that there are at the end
 *
 * Owns struct ha_ranges.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "check/expect_parts.h"

bool ha_ranges_take(struct ha_ranges *ranges, const struct ha_record *record)
{
    size_t i = ranges->count;

    if (record->kind != HA_MEMORY && record->kind != HA_MEM_ONLINE)
        return true;
    if (ranges->count == ranges->room) {
        size_t room = ranges->room ? 2 * ranges->room : 8;
        struct ha_memory_options *range = realloc(ranges->range, room * sizeof *range);
        if (!range)
            return false;
        ranges->range = range;
        ranges->room = room;
    }
    for (; i && ranges->range[i - 1].base > record->as.memory.base; i--)
        ranges->range[i] = ranges->range[i - 1];
    ranges->range[i] = (struct ha_memory_options){record->as.memory.base, record->as.memory.size};
    ranges->count++;
    return true;
}

void ha_ranges_close(struct ha_ranges *ranges)
{
    free(ranges->range);
    *ranges = (struct ha_ranges){0};
}

static bool are_same(const struct ha_ranges *ranges, const struct ha_expect *expect)
{
    for (size_t i = 0; i < ranges->count && i < expect->memory_count; i++)
        if (ranges->range[i].base != expect->memory[i].base ||
            ranges->range[i].size != expect->memory[i].size)
            return false;
    return ranges->count == expect->memory_count;
}

static void add_list(const struct ha_memory_options *range, size_t count, struct ha_text *report)
{
    for (size_t i = 0; i < count; i++)
        ha_text_addf(report, "%s0x%" PRIx64 "+0x%" PRIx64, i ? ", " : "", range[i].base,
                     range[i].size);
    if (!count)
        ha_text_add(report, "none");
}

int ha_ranges_compare(const struct ha_ranges *ranges, const struct ha_expect *expect,
                      struct ha_text *report)
{
    uint64_t size = 0;

    for (size_t i = 0; i < ranges->count; i++)
        size += ranges->range[i].size;
    if (expect->has_memory_size && size != expect->memory_size) {
        ha_text_addf(report, "memory: %" PRIu64 " bytes expected, %" PRIu64 " at the end\n",
                     expect->memory_size, size);
        return 1;
    }
    if (!expect->has_memory || are_same(ranges, expect))
        return 0;
    ha_text_add(report, "memory: ");
    add_list(expect->memory, expect->memory_count, report);
    ha_text_add(report, " expected, ");
    add_list(ranges->range, ranges->count, report);
    ha_text_add(report, " at the end\n");
    return 1;
}
