/*
 * partition - the processors and memory that exist
 *
 * A slot is a place for a processor: a group and a group-relative number. An active processor
 * also has a systemwide index; indices are contiguous from 0 and never change (QRY-8).
 */
#ifndef HA_CORE_PARTITION_H
#define HA_CORE_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "hotadd/machine.h"

#define HA_GROUP_SIZE 64u

enum ha_slot_state { HA_SLOT_EMPTY, HA_SLOT_INCOMING, HA_SLOT_ACTIVE, HA_SLOT_SCHEDULED };

struct ha_place {
    uint16_t group;
    uint8_t number;
};

struct ha_group {
    uint64_t active_mask;
    uint32_t maximum;
    uint16_t node[HA_GROUP_SIZE];
    uint16_t index[HA_GROUP_SIZE];      /* of an incoming or active processor */
    uint8_t slot[HA_GROUP_SIZE];        /* enum ha_slot_state */
};

struct ha_partition {
    struct ha_group *group;
    struct ha_place *place;             /* by index; room for the maximum of the partition */
    struct ha_memory_options *memory;   /* ascending */
    uint64_t *memory_base;              /* of each, in the order in which they came */
    uint32_t group_count, memory_count;
    uint64_t paged_pool, nonpaged_pool; /* limits in bytes, as they were at boot (MEM-5) */
    uint32_t maximum;                   /* processors of all groups together */
    uint32_t active;
    uint32_t active_groups;
    uint32_t node_count;                /* from node 0 to the highest that a place belongs to */
    uint32_t scheduled;                 /* processors 0 .. scheduled - 1 take threads */
};

/*
 * Build a partition in the arena.
 *
 * Returns HA_OK, HA_ENOMEM, or HA_EINVAL with a sentence when the options contradict each other.
 */
int ha_partition_init(struct ha_partition *partition, struct ha_arena *arena,
                      const struct ha_partition_options *options, struct ha_error *error);

/* Where a processor shall go. What is left open, as HA_ANY_PLACE, is chosen. */
struct ha_placing {
    uint32_t group, number, node;
    enum ha_placement { HA_PLACE_LOWEST, HA_PLACE_BY_NODE, HA_PLACE_EXPLICIT } rule;
};

/*
 * The place for the next processor among those that are free and named: of the lowest group the
 * lowest number, by node of the lowest node first; with the explicit rule only one whose group
 * and number are named. False when there is none.
 * Our choice, not documented (QRY-11).
 */
bool ha_partition_find_place(const struct ha_partition *partition,
                             const struct ha_placing *placing, struct ha_place *place);

/* The places of a group that belong to a node, as a mask. */
uint64_t ha_partition_node_mask(const struct ha_partition *partition, uint32_t node,
                                uint32_t group);

/* The slot becomes incoming and gets the next index, which is returned. */
uint32_t ha_partition_offer(struct ha_partition *partition, struct ha_place place);
/* An incoming processor becomes active: counts, masks and group counts change here, together. */
void ha_partition_activate(struct ha_partition *partition, struct ha_place place);
/* Threads may run on an active processor from now on. */
void ha_partition_schedule(struct ha_partition *partition, struct ha_place place);
/* An incoming processor did not come; its index is free again. */
void ha_partition_withdraw(struct ha_partition *partition, struct ha_place place);

/* Whether some of the range, which is not empty and does not wrap, is there already. */
bool ha_partition_has_memory(const struct ha_partition *partition,
                             const struct ha_memory_options *range);
/* A range that is not there comes. False when the arena is full. */
bool ha_partition_add_memory(struct ha_partition *partition, struct ha_arena *arena,
                             const struct ha_memory_options *range);
/*
 * Which range begins there: they are numbered from 1, first those of the start, ascending, then
 * those that were added, in their order. 0 for none.
 */
uint32_t ha_partition_range_at(const struct ha_partition *partition, uint64_t base);
/* Bytes of all ranges together. */
uint64_t ha_partition_memory_size(const struct ha_partition *partition);

/* State of a slot; HA_SLOT_EMPTY for a group or number that does not exist. */
enum ha_slot_state ha_partition_slot(const struct ha_partition *partition, uint32_t group,
                                     uint32_t number);

#endif
