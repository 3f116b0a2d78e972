/*
 * pool - ExAllocatePool2, ExFreePoolWithTag, ExFreePool
 *
 * Owns struct pool_block. A block belongs to the driver in charge when it is taken, and has an id
 * in the order of taking; what is taken and given back is recorded (DRV-9). Nothing is looked up:
 * the block lies in front of the memory, and a seal made of its address tells it from whatever
 * else a driver may pass.
 */
#include <stddef.h>
#include <stdint.h>

#include "nt/callout.h"
#include "nt/registration.h"

struct pool_block {
    uint64_t seal;
    uint64_t size;
    uint32_t id, tag;
    uint64_t unused;                    /* the memory behind it is aligned to 16 bytes */
};

_Static_assert(sizeof(struct pool_block) % 16 == 0, "ExAllocatePool2 aligns to 16 bytes");

/* A pattern that memory holds by chance once in 2^64 times. */
static uint64_t seal_of(const struct pool_block *block)
{
    return ((uint64_t)(uintptr_t)block ^ UINT64_C(0x9e3779b97f4a7c15)) *
           UINT64_C(0xbf58476d1ce4e5b9) | 1;
}

/*
 * The block in front of a pointer that a driver passes, or NULL. What lies there may have been
 * given back long ago: that is what is asked, so a sanitizer need not object.
 */
__attribute__((no_sanitize("address")))
static struct pool_block *block_of(const struct ha_arena *arena, void *memory)
{
    uintptr_t first = (uintptr_t)arena->bytes, place = (uintptr_t)memory;
    if (place % 16 || place < first + sizeof(struct pool_block) || place >= first + arena->size)
        return NULL;
    struct pool_block *block = (struct pool_block *)memory - 1;
    return block->seal == seal_of(block) ? block : NULL;
}

static void record_alloc(struct ha_kernel *kernel, const struct pool_block *block)
{
    struct ha_record *record = ha_record_open(&kernel->world, HA_ALLOC, block->id);
    const struct ha_round *round = ha_callout_round(kernel->world.sched.running);
    record->flags = HA_CB_NONE;
    record->as.pool.size = block->size;
    record->as.pool.tag = block->tag;
    if (!round)
        return;
    record->flags = round->enter.flags & (3u | HA_CB_EXISTING);
    record->as.pool.registration = ha_callout_inside(kernel->world.sched.running)->link.id;
    record->as.pool.operation = round->enter.as.cb.operation;
    record->as.pool.nt_number = round->enter.as.cb.nt_number;
}

/*
 * Take memory from the pool.
 *
 *   Flags          POOL_FLAG_UNINITIALIZED and the kind of pool change nothing: all is zeroed
 *   NumberOfBytes  the bytes wanted
 *   Tag            goes into the trace
 *
 * Returns the memory, aligned to 16 bytes, or NULL when there is none. IRQL: at most
 * DISPATCH_LEVEL.
 *
 * Source: WDK reference, wdm.h, ExAllocatePool2.
 */
PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    struct ha_kernel *kernel = ha_kernel_of(ha_kernel_caller("ExAllocatePool2"));
    struct ha_arena *arena = &kernel->world.host->arena;
    (void)Flags;
    ha_sched_point(&kernel->world);
    if (ha_kernel_faults(kernel, HA_RT_ALLOCATE_POOL))
        return NULL;
    struct pool_block *block = NumberOfBytes < arena->size
                                   ? ha_arena_take(arena, sizeof *block + NumberOfBytes) : NULL;
    if (!block) {
        ha_record_fault(kernel, HA_RT_ALLOCATE_POOL);
        return NULL;
    }
    *block = (struct pool_block){.seal = seal_of(block), .size = NumberOfBytes,
                                 .id = ++kernel->blocks_made, .tag = Tag};
    record_alloc(kernel, block);
    return block + 1;
}

/*
 * Give memory back to the pool. What was never taken, or was given back before, is recorded as
 * misuse and left alone.
 *
 *   P    from ExAllocatePool2
 *   Tag  not looked at
 *
 * IRQL: at most DISPATCH_LEVEL. Source: WDK reference, wdm.h, ExFreePoolWithTag.
 */
VOID ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    struct ha_kernel *kernel = ha_kernel_of(ha_kernel_caller("ExFreePoolWithTag"));
    struct ha_arena *arena = &kernel->world.host->arena;
    (void)Tag;
    ha_sched_point(&kernel->world);
    struct pool_block *block = block_of(arena, P);
    if (!block) {
        ha_record_misuse(kernel, HA_RT_FREE_POOL, HA_MISUSE_BAD_BLOCK, 0, 0);
        return;
    }
    struct ha_record *record = ha_record_open(&kernel->world, HA_FREE, block->id);
    record->as.pool.size = block->size;
    record->as.pool.tag = block->tag;
    block->seal = 0;                    /* whatever the arena writes there */
    ha_arena_give(arena, block, sizeof *block + block->size);
}

/* The same without a tag. Source: WDK reference, wdm.h, ExFreePool. */
VOID ExFreePool(PVOID P)
{
    ExFreePoolWithTag(P, 0);
}
