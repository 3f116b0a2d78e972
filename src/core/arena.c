/*
 * arena - the memory of one machine, which can be marked and wound back
 *
 * Owns struct ha_arena. Blocks are cut from the front; given-back blocks wait in a list for
 * each power of two. The lists and the fill level lie in the arena itself, so that a rewind
 * restores them with everything else.
 */
#include "core/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/port.h"
#include "base/race.h"
#include "hotadd/error.h"

/* AddressSanitizer is told what is given back, so that whoever still uses it is found. */
#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#ifdef WATCHED
#include <sanitizer/asan_interface.h>
#define FORBID(bytes, size) __asan_poison_memory_region((bytes), (size))
#define ALLOW(bytes, size) __asan_unpoison_memory_region((bytes), (size))
#else
#define WATCHED 0
#define FORBID(bytes, size) ((void)(bytes), (void)(size))
#define ALLOW(bytes, size) ((void)(bytes), (void)(size))
#endif

#define SMALLEST 16u
#define CLASSES 40u
#define LINE 64u
#define MOST_SHARED ((size_t)1 << 36)
#define LEAST_SHARED ((size_t)1 << 20)

struct free_block {
    struct free_block *next;
};

struct head {
    size_t used;
    struct free_block *free[CLASSES];
};

#define HEAD_BYTES ((sizeof(struct head) + 63) / 64 * 64)

static struct head *head_of(const struct ha_arena *arena)
{
    return (struct head *)(void *)arena->bytes;
}

/*
 * Nobody may touch a free block, except its link. What one process forbids another does not learn
 * to be allowed again, so in common memory nothing is forbidden.
 */
static void forbid(const struct ha_arena *arena, struct free_block *block, size_t size)
{
    if (!arena->is_shared)
        FORBID(block + 1, size - sizeof *block);
}

static void forbid_free_blocks(const struct ha_arena *arena)
{
    size_t size = SMALLEST;
    for (unsigned class = WATCHED ? 0 : CLASSES; class < CLASSES; class++, size *= 2)
        for (struct free_block *block = head_of(arena)->free[class]; block; block = block->next)
            forbid(arena, block, size);
}

int ha_arena_open(struct ha_arena *arena, size_t size)
{
    *arena = (struct ha_arena){.size = size};
    if (size < HEAD_BYTES)
        return HA_ENOMEM;
    arena->bytes = ha_port_reserve(size);
    if (!arena->bytes)
        return HA_ENOMEM;
    head_of(arena)->used = HEAD_BYTES;
    return HA_OK;
}

int ha_arena_open_shared(struct ha_arena *arena)
{
    *arena = (struct ha_arena){.size = MOST_SHARED, .is_shared = true};
    while (!(arena->bytes = ha_port_share(arena->size))) {
        arena->size /= 2;
        if (arena->size < LEAST_SHARED)
            return HA_ENOMEM;
    }
    head_of(arena)->used = HEAD_BYTES;
    return HA_OK;
}

void ha_arena_close(struct ha_arena *arena)
{
    if (arena->bytes)
        ALLOW(arena->bytes, head_of(arena)->used);
    ha_port_release(arena->bytes, arena->size);
    free(arena->saved);
    *arena = (struct ha_arena){0};
}

/* The class whose blocks hold `size` bytes, and how many bytes those have. */
static unsigned class_of(size_t size, size_t *block)
{
    unsigned class = 0;
    *block = SMALLEST;
    while (*block < size && class < CLASSES - 1) {
        *block *= 2;
        class++;
    }
    return class;
}

void *ha_arena_take(struct ha_arena *arena, size_t size)
{
    struct head *head = head_of(arena);
    size_t block;
    if (size > arena->size)
        return NULL;
    unsigned class = class_of(size, &block);
    struct free_block *given = head->free[class];
    if (given) {
        head->free[class] = given->next;
        ALLOW(given, block);
        return memset(given, 0, block);
    }
    /* What fills a line of the host's cache shall not lie across two. */
    size_t start = block < LINE ? head->used : (head->used + LINE - 1) / LINE * LINE;
    if (start > arena->size || arena->size - start < block)
        return NULL;
    void *fresh = arena->bytes + start;
    head->used = start + block;
    return memset(fresh, 0, block);     /* a rewind leaves old bytes behind the fill level */
}

void ha_arena_give(struct ha_arena *arena, void *block, size_t size)
{
    struct head *head = head_of(arena);
    if (!block)
        return;
    size_t bytes;
    unsigned class = class_of(size, &bytes);
    struct free_block *given = block;
    given->next = head->free[class];
    head->free[class] = given;
    forbid(arena, given, bytes);
}

/* Other bytes of it may stand for what the simulator keeps there meanwhile. */
static const void *place_of(const void *block)
{
    return (const char *)block + 3;
}

void *ha_arena_lend(struct ha_arena *arena, size_t size)
{
    void *block = ha_arena_take(arena, size);
    if (HA_RACES_ARE_WATCHED && arena->is_free && block)
        ha_race_take(place_of(block));
    return block;
}

void ha_arena_get_back(struct ha_arena *arena, void *block, size_t size)
{
    if (HA_RACES_ARE_WATCHED && arena->is_free && block) {
        ha_race_write(block, size);
        ha_race_give(place_of(block));
    }
    ha_arena_give(arena, block, size);
}

void ha_arena_hide(void *bytes, size_t size)
{
    FORBID(bytes, size);
}

void ha_arena_show(void *bytes, size_t size)
{
    ALLOW(bytes, size);
}

void *ha_heap_take(struct ha_arena *arena, size_t size)
{
    return arena ? ha_arena_take(arena, size) : calloc(1, size ? size : 1);
}

void ha_heap_give(struct ha_arena *arena, void *block, size_t size)
{
    if (arena)
        ha_arena_give(arena, block, size);
    else
        free(block);
}

char *ha_heap_copy(struct ha_arena *arena, const char *string)
{
    size_t size = strlen(string) + 1;
    char *copy = ha_heap_take(arena, size);
    return copy ? memcpy(copy, string, size) : NULL;
}

void *ha_heap_grow(struct ha_arena *arena, void *array, size_t *room, size_t element_size)
{
    size_t more = *room ? *room * 2 : 8;
    void *larger = ha_heap_take(arena, more * element_size);
    if (!larger)
        return NULL;
    if (array) {
        memcpy(larger, array, *room * element_size);
        ha_heap_give(arena, array, *room * element_size);
    }
    *room = more;
    return larger;
}

char *ha_arena_copy(struct ha_arena *arena, const char *string)
{
    return ha_heap_copy(arena, string);
}

void *ha_arena_grow(struct ha_arena *arena, void *array, size_t *room, size_t element_size)
{
    return ha_heap_grow(arena, array, room, element_size);
}

void ha_arena_save(const struct ha_arena *arena, void *copy)
{
    size_t used = head_of(arena)->used;
    ALLOW(arena->bytes, used);
    memcpy(copy, arena->bytes, used);
    forbid_free_blocks(arena);
}

void ha_arena_restore(struct ha_arena *arena, const void *copy, size_t size)
{
    ALLOW(arena->bytes, head_of(arena)->used);
    memcpy(arena->bytes, copy, size);
    forbid_free_blocks(arena);
}

int ha_arena_mark(struct ha_arena *arena)
{
    size_t used = head_of(arena)->used;
    unsigned char *saved = malloc(used);
    if (!saved)
        return HA_ENOMEM;
    ha_arena_save(arena, saved);
    free(arena->saved);
    arena->saved = saved;
    arena->saved_size = used;
    return HA_OK;
}

void ha_arena_rewind(struct ha_arena *arena)
{
    assert(arena->saved);
    ha_arena_restore(arena, arena->saved, arena->saved_size);
}

size_t ha_arena_used(const struct ha_arena *arena)
{
    return head_of(arena)->used;
}
