/* slots - see slots.h. Owns struct ha_slots. */
#include "core/slots.h"

#include <assert.h>

/*
 * Handles look like kernel addresses: not NULL, not small, aligned. The place is shifted by four
 * bits, the use count stands above it.
 */
#define HANDLE_BASE UINT64_C(0xffff800000000000)
#define PLACE_BITS 24
#define PLACE_MASK ((UINT64_C(1) << PLACE_BITS) - 1)
#define USES_MASK UINT64_C(0x3ffff)

static uint64_t handle_of(size_t place, uint32_t uses)
{
    return HANDLE_BASE | (uint64_t)uses << (PLACE_BITS + 4) | (uint64_t)(place + 1) << 4;
}

bool ha_slots_put(struct ha_slots *slots, struct ha_arena *arena, void *object, uint32_t *place)
{
    if (slots->first_free) {
        *place = slots->first_free - 1;
        slots->first_free = slots->slot[*place].next_free;
    } else {
        if (slots->count == slots->room) {
            struct ha_slot *larger = slots->count < PLACE_MASK
                ? ha_arena_grow(arena, slots->slot, &slots->room, sizeof *larger) : NULL;
            if (!larger)
                return false;
            slots->slot = larger;
        }
        *place = (uint32_t)slots->count++;
    }
    slots->slot[*place].object = object;
    slots->slot[*place].uses++;
    return true;
}

uint64_t ha_slots_handle(const struct ha_slots *slots, uint32_t place)
{
    return handle_of(place, slots->slot[place].uses);
}

enum ha_slot_answer ha_slots_get(const struct ha_slots *slots, uint64_t handle, void **object)
{
    uint64_t place = handle >> 4 & PLACE_MASK;
    if ((handle & HANDLE_BASE) != HANDLE_BASE || place == 0 || place > slots->count)
        return HA_HANDLE_UNKNOWN;
    const struct ha_slot *slot = &slots->slot[place - 1];
    uint64_t uses = handle >> (PLACE_BITS + 4) & USES_MASK;
    if (slot->object && handle == handle_of(place - 1, slot->uses)) {
        *object = slot->object;
        return HA_HANDLE_LIVE;
    }
    return handle == handle_of(place - 1, (uint32_t)uses) && uses > 0 && uses <= slot->uses
               ? HA_HANDLE_STALE : HA_HANDLE_UNKNOWN;
}

void ha_slots_drop(struct ha_slots *slots, uint32_t place)
{
    assert(place < slots->count && slots->slot[place].object);
    slots->slot[place].object = NULL;
    if (slots->slot[place].uses == USES_MASK)
        return;         /* used up: another use would make an old handle live again */
    slots->slot[place].next_free = slots->first_free;
    slots->first_free = place + 1;
}
