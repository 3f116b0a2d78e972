/*
 * ids - small numbers for pointers, in the order of their appearance
 *
 * The trace must not hold addresses, yet has to say "the same function", "the same context".
 */
#ifndef HA_CORE_IDS_H
#define HA_CORE_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

struct ha_id_entry {
    uintptr_t pointer;
    uint32_t id;                /* 0 for an empty place */
};

struct ha_ids {
    struct ha_id_entry *entry;  /* open addressing; `room` is a power of two */
    size_t count, room;
};

#define HA_NO_ID UINT32_MAX     /* of a pointer that there was no room for, which is not NULL */

/* The id of a pointer, a new one at its first appearance. 0 for NULL, HA_NO_ID: arena full. */
uint32_t ha_id_of(struct ha_ids *ids, struct ha_arena *arena, uintptr_t pointer);

#endif
