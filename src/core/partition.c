/*
 * partition - the processors and memory that exist
 *
 * Owns struct ha_partition. Says nothing to anybody: who changes it writes the records.
 */
#include "core/partition.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"

#define BIT(n) (1u << (n))

/* How much of the memory at boot each pool may have: our choice. */
#define PAGED_PART 2u
#define NONPAGED_PART 4u

/* What a slot may become. Processors never leave. */
static const unsigned may_become[] = {
    [HA_SLOT_EMPTY] = BIT(HA_SLOT_INCOMING),
    [HA_SLOT_INCOMING] = BIT(HA_SLOT_ACTIVE) | BIT(HA_SLOT_EMPTY),
    [HA_SLOT_ACTIVE] = BIT(HA_SLOT_SCHEDULED),
    [HA_SLOT_SCHEDULED] = 0,
};

static void become(struct ha_partition *partition, struct ha_place place, enum ha_slot_state state)
{
    uint8_t *slot = &partition->group[place.group].slot[place.number];
    assert(may_become[*slot] & BIT(state));
    *slot = (uint8_t)state;
}

static uint16_t node_of(const struct ha_group_options *group, uint32_t number)
{
    return group->nodes ? group->nodes[number] : group->node;
}

static int check_groups(const struct ha_partition_options *options, struct ha_error *error)
{
    uint32_t total = 0;
    if (options->group_count == 0 || options->group_count > HA_MAXIMUM_GROUPS)
        return ha_error_set(error, HA_EINVAL, "a partition has 1 to %u groups, not %zu",
                            HA_MAXIMUM_GROUPS, options->group_count);
    for (size_t g = 0; g < options->group_count; g++) {
        const struct ha_group_options *group = &options->group[g];
        if (group->maximum == 0 || group->maximum > HA_GROUP_SIZE)
            return ha_error_set(error, HA_EINVAL, "group %zu: maximum is 1 to 64, not %u", g,
                                (unsigned)group->maximum);
        for (uint32_t n = 0; n < group->maximum; n++)
            if (node_of(group, n) >= HA_MAXIMUM_NODES)
                return ha_error_set(error, HA_EINVAL, "group %zu: node is 0 to %u, not %u", g,
                                    HA_MAXIMUM_NODES - 1, (unsigned)node_of(group, n));
        if (group->maximum < HA_GROUP_SIZE && group->active_mask >> group->maximum)
            return ha_error_set(error, HA_EINVAL,
                                "group %zu: a processor is active beyond its maximum of %u", g,
                                (unsigned)group->maximum);
        total += group->maximum;
    }
    if (total > HA_MAXIMUM_PROCESSORS)
        return ha_error_set(error, HA_EINVAL, "a partition has at most %u processors, not %u",
                            HA_MAXIMUM_PROCESSORS, (unsigned)total);
    if (!options->group[0].active_mask)
        return ha_error_set(error, HA_EINVAL, "group 0 has no active processor to boot on");
    return HA_OK;
}

static int check_memory(const struct ha_partition_options *options, struct ha_error *error)
{
    for (size_t i = 0; i < options->memory_count; i++) {
        const struct ha_memory_options *a = &options->memory[i];
        if (a->size == 0 || a->base + (a->size - 1) < a->base)
            return ha_error_set(error, HA_EINVAL, "memory range %zu is empty or wraps around", i);
        for (size_t j = 0; j < i; j++) {
            const struct ha_memory_options *b = &options->memory[j];
            if (a->base <= b->base + (b->size - 1) && b->base <= a->base + (a->size - 1))
                return ha_error_set(error, HA_EINVAL, "memory ranges %zu and %zu overlap", j, i);
        }
    }
    return HA_OK;
}

/* Put a range where it belongs among others that ascend, with room for one more. */
static void insert(struct ha_memory_options *memory, size_t count,
                   const struct ha_memory_options *range)
{
    for (; count && memory[count - 1].base > range->base; count--)
        memory[count] = memory[count - 1];
    memory[count] = *range;
}

int ha_partition_init(struct ha_partition *partition, struct ha_arena *arena,
                      const struct ha_partition_options *options, struct ha_error *error)
{
    int err = check_groups(options, error);
    if (!err)
        err = check_memory(options, error);
    if (err)
        return err;

    *partition = (struct ha_partition){
        .group_count = (uint32_t)options->group_count,
        .memory_count = (uint32_t)options->memory_count,
    };
    for (size_t g = 0; g < options->group_count; g++)
        partition->maximum += options->group[g].maximum;
    partition->group = ha_arena_take(arena, options->group_count * sizeof *partition->group);
    partition->place = ha_arena_take(arena, partition->maximum * sizeof *partition->place);
    partition->memory = ha_arena_take(arena, options->memory_count * sizeof *partition->memory);
    partition->memory_base = ha_arena_take(arena, options->memory_count * sizeof(uint64_t));
    if (!partition->group || !partition->place || !partition->memory || !partition->memory_base)
        return ha_error_set(error, HA_ENOMEM, "the arena is too small for the partition");

    for (size_t i = 0; i < options->memory_count; i++)
        insert(partition->memory, i, &options->memory[i]);
    for (size_t i = 0; i < options->memory_count; i++)
        partition->memory_base[i] = partition->memory[i].base;
    partition->paged_pool = ha_partition_memory_size(partition) / PAGED_PART;
    partition->nonpaged_pool = ha_partition_memory_size(partition) / NONPAGED_PART;
    for (uint32_t g = 0; g < partition->group_count; g++) {
        struct ha_group *group = &partition->group[g];
        group->maximum = options->group[g].maximum;
        for (uint32_t n = 0; n < group->maximum; n++) {
            group->node[n] = node_of(&options->group[g], n);
            if (group->node[n] >= partition->node_count)
                partition->node_count = group->node[n] + 1u;
            if (options->group[g].active_mask >> n & 1) {
                struct ha_place place = {(uint16_t)g, (uint8_t)n};
                ha_partition_offer(partition, place);
                ha_partition_activate(partition, place);
                ha_partition_schedule(partition, place);
            }
        }
    }
    return HA_OK;
}

/* Of a group, the lowest number that is free and belongs to the node. */
static bool find_in_group(const struct ha_group *group, uint32_t number, uint32_t node,
                          uint8_t *found)
{
    uint32_t first = number == HA_ANY_PLACE ? 0 : number;
    uint32_t end = number == HA_ANY_PLACE ? group->maximum : number + 1;
    for (uint32_t n = first; n < end && n < group->maximum; n++) {
        if (group->slot[n] == HA_SLOT_EMPTY && (node == HA_ANY_PLACE || group->node[n] == node)) {
            *found = (uint8_t)n;
            return true;
        }
    }
    return false;
}

static bool find_of_node(const struct ha_partition *partition, const struct ha_placing *placing,
                         uint32_t node, struct ha_place *place)
{
    for (uint32_t g = 0; g < partition->group_count; g++) {
        if ((placing->group == HA_ANY_PLACE || placing->group == g) &&
            find_in_group(&partition->group[g], placing->number, node, &place->number)) {
            place->group = (uint16_t)g;
            return true;
        }
    }
    return false;
}

bool ha_partition_find_place(const struct ha_partition *partition,
                             const struct ha_placing *placing, struct ha_place *place)
{
    if (placing->rule == HA_PLACE_EXPLICIT &&
        (placing->group == HA_ANY_PLACE || placing->number == HA_ANY_PLACE))
        return false;
    if (placing->rule != HA_PLACE_BY_NODE || placing->node != HA_ANY_PLACE)
        return find_of_node(partition, placing, placing->node, place);
    for (uint32_t node = 0; node < partition->node_count; node++)
        if (find_of_node(partition, placing, node, place))
            return true;
    return false;
}

uint64_t ha_partition_node_mask(const struct ha_partition *partition, uint32_t node,
                                uint32_t group)
{
    uint64_t mask = 0;
    for (uint32_t n = 0; n < partition->group[group].maximum; n++)
        mask |= (uint64_t)(partition->group[group].node[n] == node) << n;
    return mask;
}

uint32_t ha_partition_offer(struct ha_partition *partition, struct ha_place place)
{
    struct ha_group *group = &partition->group[place.group];
    become(partition, place, HA_SLOT_INCOMING);
    group->index[place.number] = (uint16_t)partition->active;
    partition->place[partition->active] = place;
    return partition->active;
}

void ha_partition_activate(struct ha_partition *partition, struct ha_place place)
{
    struct ha_group *group = &partition->group[place.group];
    become(partition, place, HA_SLOT_ACTIVE);
    if (!group->active_mask)
        partition->active_groups++;
    group->active_mask |= UINT64_C(1) << place.number;
    partition->active++;
}

void ha_partition_schedule(struct ha_partition *partition, struct ha_place place)
{
    become(partition, place, HA_SLOT_SCHEDULED);
    partition->scheduled = partition->group[place.group].index[place.number] + 1u;
}

void ha_partition_withdraw(struct ha_partition *partition, struct ha_place place)
{
    become(partition, place, HA_SLOT_EMPTY);
}

bool ha_partition_has_memory(const struct ha_partition *partition,
                             const struct ha_memory_options *range)
{
    for (uint32_t i = 0; i < partition->memory_count; i++) {
        const struct ha_memory_options *there = &partition->memory[i];
        if (range->base <= there->base + (there->size - 1) &&
            there->base <= range->base + (range->size - 1))
            return true;
    }
    return false;
}

bool ha_partition_add_memory(struct ha_partition *partition, struct ha_arena *arena,
                             const struct ha_memory_options *range)
{
    size_t count = partition->memory_count;
    size_t size = count * sizeof *range, bases = count * sizeof(uint64_t);
    struct ha_memory_options *memory = ha_arena_take(arena, size + sizeof *range);
    uint64_t *base = memory ? ha_arena_take(arena, bases + sizeof *base) : NULL;
    if (!base) {
        if (memory)
            ha_arena_give(arena, memory, size + sizeof *range);
        return false;
    }
    if (count) {
        memcpy(memory, partition->memory, size);
        memcpy(base, partition->memory_base, bases);
    }
    ha_arena_give(arena, partition->memory, size);
    ha_arena_give(arena, partition->memory_base, bases);
    insert(memory, count, range);
    base[count] = range->base;
    partition->memory = memory;
    partition->memory_base = base;
    partition->memory_count++;
    return true;
}

uint32_t ha_partition_range_at(const struct ha_partition *partition, uint64_t base)
{
    for (uint32_t i = 0; i < partition->memory_count; i++)
        if (partition->memory_base[i] == base)
            return i + 1;
    return 0;
}

uint64_t ha_partition_memory_size(const struct ha_partition *partition)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < partition->memory_count; i++)
        size += partition->memory[i].size;
    return size;
}

enum ha_slot_state ha_partition_slot(const struct ha_partition *partition, uint32_t group,
                                     uint32_t number)
{
    if (group >= partition->group_count || number >= partition->group[group].maximum)
        return HA_SLOT_EMPTY;
    return (enum ha_slot_state)partition->group[group].slot[number];
}
