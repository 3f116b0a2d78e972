/*
 * slots - handles that can be told stale
 *
 * A handle is a number: the place in a table, and how often that place was used before. So a
 * handle that was given back, or was never given out, is recognised without touching memory.
 */
#ifndef HA_CORE_SLOTS_H
#define HA_CORE_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

enum ha_slot_answer { HA_HANDLE_LIVE, HA_HANDLE_STALE, HA_HANDLE_UNKNOWN };

struct ha_slot {
    void *object;           /* NULL while free */
    uint32_t uses;          /* of this place, from 1 */
    uint32_t next_free;     /* place + 1; 0 ends the list */
};

struct ha_slots {
    struct ha_slot *slot;
    size_t count, room;
    uint32_t first_free;    /* place + 1; 0 when none is free */
};

/* Put an object into the table. False when the arena is full. */
bool ha_slots_put(struct ha_slots *slots, struct ha_arena *arena, void *object, uint32_t *place);
/* The handle of what is in a place. */
uint64_t ha_slots_handle(const struct ha_slots *slots, uint32_t place);
/* What a handle is, and its object when it is live. */
enum ha_slot_answer ha_slots_get(const struct ha_slots *slots, uint64_t handle, void **object);
/* The place is free again, and its handle stale. */
void ha_slots_drop(struct ha_slots *slots, uint32_t place);

#endif
