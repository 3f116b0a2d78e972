/*
 * pool_gone - see pool_gone.h
 *
 * Owns struct ha_gone, a queue with the oldest in front. A block that was written is a MISUSE of
 * the driver that had it, whoever is at work when that is seen. In free mode nothing is kept:
 * ThreadSanitizer sees the writing itself. AddressSanitizer does so, too, in either mode.
 */
#include "nt/pool_gone.h"

#include <string.h>

#include "core/arena.h"

/* What is kept at most; the caches of the host have room for it. */
#define KEPT_BYTES ((size_t)64 * 1024)

struct ha_gone {
    struct ha_gone *newer;
    struct ha_gone_block block;
};

/* The first byte that is not as it was left, or the size. */
__attribute__((no_sanitize("address")))
static size_t first_written(const struct ha_gone_block *block)
{
    const uint64_t whole = UINT64_C(0x0101010101010101) * HA_GIVEN_BACK_BYTE;
    const uint64_t *words = (const void *)block->memory;    /* aligned as all pool is */
    size_t i = 0;
    while (i + sizeof whole <= block->size && words[i / sizeof whole] == whole)
        i += sizeof whole;
    while (i < block->size && block->memory[i] == HA_GIVEN_BACK_BYTE)
        i++;
    return i;
}

/* Once told, it is as it was. */
static void look_at(struct ha_kernel *kernel, const struct ha_gone_block *block)
{
    size_t written = first_written(block);
    if (written == block->size)
        return;
    ha_arena_show(block->memory, block->size);
    memset(block->memory, HA_GIVEN_BACK_BYTE, block->size);
    ha_arena_hide(block->memory, block->size);
    struct ha_record *record = ha_record_open(&kernel->world, HA_MISUSE, block->id);
    record->driver = block->driver;
    record->as.misuse.routine = HA_NO_ROUTINE;
    record->as.misuse.misuse = HA_MISUSE_BAD_BLOCK;
    record->as.misuse.argument = (uint32_t)written;
}

static void let_oldest_go(struct ha_kernel *kernel)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_gone *gone = kernel->oldest_gone;
    look_at(kernel, &gone->block);
    kernel->oldest_gone = gone->newer;
    kernel->gone_bytes -= gone->block.byte_count;
    ha_arena_show(gone->block.memory, gone->block.size);
    ha_arena_get_back(arena, gone->block.bytes, gone->block.byte_count);
    ha_arena_give(arena, gone, sizeof *gone);
}

void ha_gone_keep(struct ha_kernel *kernel, const struct ha_gone_block *block)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_gone *gone = arena->is_free || block->byte_count > KEPT_BYTES
                               ? NULL : ha_arena_take(arena, sizeof *gone);
    memset(block->memory, HA_GIVEN_BACK_BYTE, block->size);
    if (!gone) {
        ha_arena_get_back(arena, block->bytes, block->byte_count);
        return;
    }
    gone->block = *block;
    if (kernel->oldest_gone)
        kernel->newest_gone->newer = gone;
    else
        kernel->oldest_gone = gone;
    kernel->newest_gone = gone;
    kernel->gone_bytes += block->byte_count;
    ha_arena_hide(block->memory, block->size);
    while (kernel->gone_bytes > KEPT_BYTES)
        let_oldest_go(kernel);
}

bool ha_gone_let_go(struct ha_kernel *kernel)
{
    bool any = kernel->oldest_gone != NULL;
    while (kernel->oldest_gone)
        let_oldest_go(kernel);
    return any;
}

void ha_gone_look_over(struct ha_kernel *kernel, uint16_t driver)
{
    for (struct ha_gone *gone = kernel->oldest_gone; gone; gone = gone->newer)
        if (gone->block.driver == driver)
            look_at(kernel, &gone->block);
}
