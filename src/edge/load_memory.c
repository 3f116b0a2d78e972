/*
 * load_memory - memory that a scenario adds, and what it says must be there at the end
 *
 * Owns the names of ranges: a range that was there or is added is known by its base.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "edge/load_parts.h"

#define NAME_SIZE sizeof "0x0123456789abcdef"

/*
 * What a range is called, as stories call it, in memory that outlives the loading; NULL where the
 * name is known already, or memory is lacking.
 */
static const char *new_name(struct ha_loading *loading, uint64_t base)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "0x%" PRIx64, base);
    if (ha_names_find(&loading->names, HA_SCOPE_MEMORY, name))
        return NULL;
    const char *copy = ha_bag_copy(&loading->reader.bag, name, strlen(name));
    loading->reader.no_memory |= !copy;
    return copy;
}

void ha_load_give_memory(struct ha_loading *loading, uint64_t base)
{
    const char *name = new_name(loading, base);
    if (name)
        ha_load_give(loading, HA_SCOPE_MEMORY, name, 0);
}

void ha_load_refer_memory(struct ha_loading *loading, size_t place, uint64_t base)
{
    const char *name = new_name(loading, base);
    if (name)
        ha_load_refer(loading, HA_SCOPE_MEMORY, place, name);
}

static void read_add(struct ha_loading *loading, struct ha_node object,
                     struct ha_memory_add_options *add)
{
    enum { BASE, SIZE, START, KEYS };
    static const struct ha_key keys[KEYS] = {
        [BASE] = {"base", HA_JSON_STRING, true},
        [SIZE] = {"size", HA_JSON_STRING, true},
        [START] = {"start", HA_JSON_STRING, false},
    };
    struct ha_reader *reader = &loading->reader;
    struct ha_member member[KEYS];
    struct ha_memory_options memory = {0};

    ha_read_members(reader, object, keys, KEYS, member);
    if (ha_load_extent(reader, object, member[BASE].value, member[SIZE].value, &memory))
        ha_load_give_memory(loading, memory.base);
    add->base = memory.base;
    add->size = memory.size;
    if (member[START].value.json)
        ha_load_start_status(reader, member[START].value, &add->start);
}

const struct ha_memory_add_options *ha_load_memory_add(struct ha_loading *loading,
                                                       struct ha_node object)
{
    struct ha_memory_add_options *add = ha_read_take(&loading->reader, 1, sizeof *add);
    if (add)
        read_add(loading, object, add);
    return add;
}

void ha_load_expected_memory(struct ha_loading *loading, struct ha_node memory)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_expect *expect = &loading->made.expect;
    size_t good = 0;

    if (ha_node_kind(memory) == HA_JSON_STRING) {
        expect->has_memory_size = ha_read_size(reader, memory, &expect->memory_size);
        return;
    }
    struct ha_memory_options *range = ha_read_take(reader, ha_node_count(memory), sizeof *range);
    if (!range)
        return;
    for (struct ha_node node = ha_node_first(memory); node.json;
         node = ha_node_next(&reader->tree, node))
        good += ha_load_range(reader, node, &range[good]);
    expect->has_memory = true;
    expect->memory = range;
    expect->memory_count = good;
}
