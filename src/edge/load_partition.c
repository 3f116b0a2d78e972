/*
 * load_partition - the hardware that a scenario starts from
 *
 * Owns the member "partition": groups of processors, and ranges of memory.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "edge/load_parts.h"

#define MOST_GROUP_PROCESSORS 64u

/* Group-relative numbers of a list, each below `maximum` and none twice. */
static void load_numbers(struct ha_reader *reader, struct ha_node list, uint32_t maximum,
                         uint64_t *mask)
{
    for (struct ha_node item = ha_node_first(list); item.json;
         item = ha_node_next(&reader->tree, item)) {
        uint32_t number;
        if (!ha_read_kind(reader, item, HA_JSON_NUMBER)
            || !ha_read_number(reader, item, 0, maximum - 1, &number))
            continue;
        if (*mask >> number & 1)
            HA_COMPLAIN(reader, item, "processor %u is in the list twice", (unsigned)number);
        *mask |= (uint64_t)1 << number;
    }
}

static void load_active(struct ha_reader *reader, struct ha_node active, uint32_t maximum,
                        uint64_t *mask)
{
    uint32_t count = 0;
    if (ha_node_kind(active) == HA_JSON_ARRAY)
        load_numbers(reader, active, maximum, mask);
    else if (ha_read_number(reader, active, 0, MOST_GROUP_PROCESSORS, &count) && count > maximum)
        HA_COMPLAIN(reader, active, "%u active processors are more than the maximum of %u",
                    (unsigned)count, (unsigned)maximum);
    else if (count)
        *mask = UINT64_MAX >> (MOST_GROUP_PROCESSORS - count);
}

/* The node of each number, one after the other. */
static void load_node_list(struct ha_reader *reader, struct ha_node list,
                           struct ha_group_options *group)
{
    size_t count = ha_node_count(list), i = 0;
    if (count != group->maximum) {
        HA_COMPLAIN(reader, list, "must hold a node for each processor, %u in all, not %zu",
                    (unsigned)group->maximum, count);
        return;
    }
    uint16_t *node = ha_read_take(reader, count, sizeof *node);
    if (!node)
        return;
    for (struct ha_node item = ha_node_first(list); item.json;
         item = ha_node_next(&reader->tree, item), i++) {
        uint32_t number;
        if (ha_read_kind(reader, item, HA_JSON_NUMBER)
            && ha_read_number(reader, item, 0, HA_MAXIMUM_NODES - 1, &number))
            node[i] = (uint16_t)number;
    }
    group->nodes = node;
}

static void load_group(struct ha_reader *reader, struct ha_node node, bool first,
                       struct ha_group_options *group)
{
    enum { MAXIMUM, ACTIVE, NODE, KEYS };
    static const struct ha_key keys[KEYS] = {
        [MAXIMUM] = {"maximum", HA_JSON_NUMBER, true},
        [ACTIVE] = {"active", HA_JSON_NUMBER | HA_JSON_ARRAY, true},
        [NODE] = {"node", HA_JSON_NUMBER | HA_JSON_ARRAY, false},
    };
    struct ha_member member[KEYS];
    uint32_t numa_node;
    if (!ha_read_kind(reader, node, HA_JSON_OBJECT))
        return;

    ha_read_members(reader, node, keys, KEYS, member);
    bool sized = member[MAXIMUM].value.json
              && ha_read_number(reader, member[MAXIMUM].value, 1, MOST_GROUP_PROCESSORS,
                                &group->maximum);
    if (sized && member[ACTIVE].value.json) {
        struct ha_node active = member[ACTIVE].value;
        size_t before = reader->complaints.count;
        load_active(reader, active, group->maximum, &group->active_mask);
        if (first && group->active_mask == 0 && reader->complaints.count == before)
            HA_COMPLAIN(reader, active, "group 0 needs an active processor to start with");
    }
    if (!member[NODE].value.json)
        return;
    if (ha_node_kind(member[NODE].value) == HA_JSON_NUMBER) {
        if (ha_read_number(reader, member[NODE].value, 0, HA_MAXIMUM_NODES - 1, &numa_node))
            group->node = (uint16_t)numa_node;
    } else if (sized) {
        load_node_list(reader, member[NODE].value, group);
    }
}

static void load_groups(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), i = 0;
    uint32_t total = 0;
    if (count == 0 || count > HA_MAXIMUM_GROUPS) {
        HA_COMPLAIN(reader, list, "there must be from 1 to %u groups, not %zu",
                    HA_MAXIMUM_GROUPS, count);
        return;
    }
    struct ha_group_options *group = ha_read_take(reader, count, sizeof *group);
    if (!group)
        return;

    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node), i++) {
        uint32_t before = total;
        load_group(reader, node, i == 0, &group[i]);
        total += group[i].maximum;
        if (before <= HA_MAXIMUM_PROCESSORS && total > HA_MAXIMUM_PROCESSORS)
            HA_COMPLAIN(reader, node, "with this group the maximums add up to more than %u "
                        "processors", HA_MAXIMUM_PROCESSORS);
    }
    loading->made.plan.partition.group = group;
    loading->made.plan.partition.group_count = count;
    if (!ha_plan_suits(&loading->made.plan, &loading->made.plan.profile))
        HA_COMPLAIN(reader, list, "target=ws2008 has no processor groups: there must be one, not "
                    "%zu", count);
}

bool ha_plan_suits(const struct ha_plan *plan, const struct ha_profile *profile)
{
    return profile->knob[HA_KNOB_TARGET] != HA_TARGET_WS2008 || plan->partition.group_count == 1;
}

struct range {
    struct ha_memory_options memory;
    struct ha_node node;
};

static int by_base(const void *left, const void *right)
{
    const struct range *a = left, *b = right;
    return (a->memory.base > b->memory.base) - (a->memory.base < b->memory.base);
}

static bool read_pages(struct ha_reader *reader, struct ha_node node, uint64_t *bytes)
{
    if (!node.json || !ha_read_size(reader, node, bytes))
        return false;
    if (*bytes % HA_MEMORY_PAGE == 0)
        return true;
    HA_COMPLAIN(reader, node, "must be a multiple of %u bytes", HA_MEMORY_PAGE);
    return false;
}

bool ha_load_extent(struct ha_reader *reader, struct ha_node node, struct ha_node base,
                    struct ha_node size, struct ha_memory_options *memory)
{
    bool good = read_pages(reader, base, &memory->base);
    if (!read_pages(reader, size, &memory->size) || !good)
        return false;
    if (memory->size == 0)
        HA_COMPLAIN(reader, size, "must not be 0");
    else if (memory->size - 1 > UINT64_MAX - memory->base)
        HA_COMPLAIN(reader, node, "this range goes beyond the last address");
    return memory->size > 0 && memory->size - 1 <= UINT64_MAX - memory->base;
}

bool ha_load_range(struct ha_reader *reader, struct ha_node node, struct ha_memory_options *memory)
{
    enum { BASE, SIZE, KEYS };
    static const struct ha_key keys[KEYS] = {
        [BASE] = {"base", HA_JSON_STRING, true},
        [SIZE] = {"size", HA_JSON_STRING, true},
    };
    struct ha_member member[KEYS];
    if (!ha_read_kind(reader, node, HA_JSON_OBJECT))
        return false;
    ha_read_members(reader, node, keys, KEYS, member);
    return ha_load_extent(reader, node, member[BASE].value, member[SIZE].value, memory);
}

static uint64_t last_of(const struct range *range)
{
    return range->memory.base + (range->memory.size - 1);
}

static void find_overlaps(struct ha_reader *reader, struct range *range, size_t count)
{
    size_t furthest = 0;
    qsort(range, count, sizeof *range, by_base);
    for (size_t i = 1; i < count; i++) {
        const struct range *low = &range[furthest];
        if (range[i].memory.base <= last_of(low))
            HA_COMPLAIN(reader, range[i].node, "this range overlaps the one at 0x%" PRIx64,
                        low->memory.base);
        if (last_of(&range[i]) > last_of(low))
            furthest = i;
    }
}

static void load_memory(struct ha_loading *loading, struct ha_node list)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(list), good = 0;
    struct ha_memory_options *memory = ha_read_take(reader, count, sizeof *memory);
    struct range *range = ha_read_take(reader, count, sizeof *range);
    if (!memory || !range)
        return;

    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node)) {
        range[good].node = node;
        good += ha_load_range(reader, node, &range[good].memory);
    }
    for (size_t i = 0; i < good; i++) {
        memory[i] = range[i].memory;
        ha_load_give_memory(loading, memory[i].base);
    }
    find_overlaps(reader, range, good);
    loading->made.plan.partition.memory = memory;
    loading->made.plan.partition.memory_count = good;
}

void ha_load_partition(struct ha_loading *loading, struct ha_node partition)
{
    enum { GROUPS, MEMORY, KEYS };
    static const struct ha_key keys[KEYS] = {
        [GROUPS] = {"groups", HA_JSON_ARRAY, true},
        [MEMORY] = {"memory", HA_JSON_ARRAY, false},
    };
    struct ha_member member[KEYS];

    ha_read_members(&loading->reader, partition, keys, KEYS, member);
    if (member[GROUPS].value.json)
        load_groups(loading, member[GROUPS].value);
    if (member[MEMORY].value.json)
        load_memory(loading, member[MEMORY].value);
}

uint32_t ha_load_most_processors(const struct ha_loading *loading)
{
    const struct ha_partition_options *partition = &loading->made.plan.partition;
    uint32_t total = 0;
    for (size_t i = 0; i < partition->group_count; i++)
        total += partition->group[i].maximum;
    return total ? total : HA_MAXIMUM_PROCESSORS;   /* none when it could not be read */
}

bool ha_load_has_node(const struct ha_loading *loading, uint32_t node)
{
    const struct ha_partition_options *partition = &loading->made.plan.partition;
    for (size_t i = 0; i < partition->group_count; i++) {
        const struct ha_group_options *group = &partition->group[i];
        if (!group->nodes && group->node == node)
            return true;
        for (uint32_t k = 0; group->nodes && k < group->maximum; k++)
            if (group->nodes[k] == node)
                return true;
    }
    return false;
}
