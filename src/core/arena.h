/*
 * arena - the memory of one machine, which can be marked and wound back
 *
 * All that a run changes lies here, so putting one block of bytes back puts the machine back.
 * Pointers into the arena stay valid across a rewind, because the block never moves.
 */
#ifndef HA_CORE_ARENA_H
#define HA_CORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* Lies outside the memory that it describes, so a rewind does not touch it. */
struct ha_arena {
    unsigned char *bytes;       /* starts with the head: how much is used, and the free blocks */
    size_t size;
    unsigned char *saved;       /* what ha_arena_mark() copied; NULL before */
    size_t saved_size;
    bool is_free;               /* of free mode */
    bool is_shared;             /* with processes that are forked */
};

/* Returns HA_OK or HA_ENOMEM. */
int ha_arena_open(struct ha_arena *arena, size_t size);
/*
 * As large as the host will have it, for what nobody can tell the size of; kept in common with
 * every process that is forked from now on, one of which may use it at a time.
 */
int ha_arena_open_shared(struct ha_arena *arena);
void ha_arena_close(struct ha_arena *arena);

/* Zeroed bytes, aligned for any type. NULL when the arena is full. */
void *ha_arena_take(struct ha_arena *arena, size_t size);
/* Give a block back; `size` is the one it was taken with. */
void ha_arena_give(struct ha_arena *arena, void *block, size_t size);
/*
 * The same for memory that drivers read and write themselves. In free mode its next user comes
 * after its last one, and nobody uses it while it is given back; what only the simulator uses puts
 * no drivers in an order.
 */
void *ha_arena_lend(struct ha_arena *arena, size_t size);
void ha_arena_get_back(struct ha_arena *arena, void *block, size_t size);
/* Memory that is lent and that nobody may use for a while, and that may be used again. */
void ha_arena_hide(void *bytes, size_t size);
void ha_arena_show(void *bytes, size_t size);
/* A terminated copy of a string; NULL when the arena is full. */
char *ha_arena_copy(struct ha_arena *arena, const char *string);
/*
 * A larger array in place of `array`, which held *room elements and is given back; NULL and 0 to
 * begin with. The new elements are zeroed. NULL when the arena is full: all is then as it was.
 */
void *ha_arena_grow(struct ha_arena *arena, void *array, size_t *room, size_t element_size);

/*
 * The same of an arena or, where that is NULL, of the heap: for what lies in common memory only
 * where processes have it in common.
 */
void *ha_heap_take(struct ha_arena *arena, size_t size);
void ha_heap_give(struct ha_arena *arena, void *block, size_t size);
char *ha_heap_copy(struct ha_arena *arena, const char *string);
void *ha_heap_grow(struct ha_arena *arena, void *array, size_t *room, size_t element_size);

/* Remember all of it, in place of an earlier mark. Returns HA_OK or HA_ENOMEM. */
int ha_arena_mark(struct ha_arena *arena);
/* Put every byte back as it was at the mark. */
void ha_arena_rewind(struct ha_arena *arena);
/* Bytes in use, the free blocks among them included. */
size_t ha_arena_used(const struct ha_arena *arena);
/*
 * The same for copies that the caller keeps, as many as it likes: ha_arena_used() bytes of now, and
 * those bytes put back later.
 */
void ha_arena_save(const struct ha_arena *arena, void *copy);
void ha_arena_restore(struct ha_arena *arena, const void *copy, size_t size);

#endif
