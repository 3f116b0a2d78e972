/* ids - see ids.h. Owns struct ha_ids. */
#include "core/ids.h"

static struct ha_id_entry *find(struct ha_id_entry *entries, size_t room, uintptr_t pointer)
{
    size_t i = (size_t)((uint64_t)pointer * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (room - 1);
    while (entries[i].id && entries[i].pointer != pointer)
        i = (i + 1) & (room - 1);
    return &entries[i];
}

/* Twice the room, and everything in its new place. */
static struct ha_id_entry *grow(struct ha_ids *ids, struct ha_arena *arena)
{
    size_t room = ids->room ? ids->room * 2 : 16;
    struct ha_id_entry *larger = ha_arena_take(arena, room * sizeof *larger);
    if (!larger)
        return NULL;
    for (size_t i = 0; i < ids->room; i++)
        if (ids->entry[i].id)
            *find(larger, room, ids->entry[i].pointer) = ids->entry[i];
    ha_arena_give(arena, ids->entry, ids->room * sizeof *ids->entry);
    ids->entry = larger;
    ids->room = room;
    return larger;
}

uint32_t ha_id_of(struct ha_ids *ids, struct ha_arena *arena, uintptr_t pointer)
{
    if (!pointer)
        return 0;
    struct ha_id_entry *entry = ids->room ? find(ids->entry, ids->room, pointer) : NULL;
    if (entry && entry->id)
        return entry->id;
    if ((ids->count + 1) * 2 > ids->room) {
        if (!grow(ids, arena))
            return HA_NO_ID;
        entry = find(ids->entry, ids->room, pointer);
    }
    *entry = (struct ha_id_entry){pointer, (uint32_t)++ids->count};
    return entry->id;
}
