/*
 * pool - the blocks of pool that drivers hold
 *
 * Owns struct ha_pool_block. A block belongs to the driver in charge when it is taken, and has an
 * id in the order of taking; what is taken and given back is recorded (DRV-9). Nothing is looked
 * up: the head lies in front of the memory, and a seal made of its address and of what it says
 * tells it from whatever else a driver may pass, and from a head that was written over. All heads
 * stand in one list, for the day on which a driver goes.
 */
#include "nt/pool.h"

#include <string.h>

#include "nt/caller.h"
#include "nt/callout.h"
#include "nt/in_use.h"
#include "nt/mdl.h"
#include "nt/pnp_entry.h"
#include "nt/pool_gone.h"
#include "nt/registration.h"

/* As long as an element of most tables, so that the first field of one too many falls into it. */
#define GUARD 64u

/* Bytes that no driver is likely to write, or to take for a pointer or a count. */
#define GUARD_BYTE 0xbdu
#define UNWRITTEN_BYTE 0xa5u

struct ha_pool_block {
    uint64_t seal;
    uint64_t size;
    struct ha_pool_block *older, *newer;
    uint32_t id, tag;
    uint16_t front;                     /* bytes between what the arena gave and the head */
    uint16_t alignment;
    uint16_t driver;
    bool paged : 1;
    bool has_context : 1;               /* of a registration, be it removed meanwhile */
    uint8_t kind;                       /* enum ha_pool_kind */
};

/* What takes a block, and what gives it back, as records say. */
static const struct { enum ha_routine take, give; } routines[] = {
    [HA_POOL_ORDINARY] = {HA_RT_ALLOCATE_POOL, HA_RT_FREE_POOL},
    [HA_POOL_CONTIGUOUS] = {HA_RT_ALLOCATE_CONTIGUOUS, HA_RT_FREE_CONTIGUOUS},
    [HA_POOL_PAGES] = {HA_RT_ALLOCATE_PAGES, HA_RT_FREE_PAGES},
};

_Static_assert(sizeof(struct ha_pool_block) % HA_POOL_ALIGNMENT == 0,
               "the memory behind the head is aligned");

/* A pattern that memory holds by chance once in 2^64 times. */
__attribute__((no_sanitize("address")))
static uint64_t seal_of(const struct ha_pool_block *block)
{
    uint64_t name = (uint64_t)block->id << 32 | block->tag;
    uint64_t shape = (uint64_t)block->front << 48 | (uint64_t)block->alignment << 32 |
                     (uint64_t)block->driver << 16 | (unsigned)block->kind << 8 | block->paged;
    uint64_t seal = (uint64_t)(uintptr_t)block ^ UINT64_C(0x9e3779b97f4a7c15);
    seal = (seal ^ name) * UINT64_C(0xbf58476d1ce4e5b9);
    seal = (seal ^ shape ^ seal >> 31) * UINT64_C(0x94d049bb133111eb);
    return (seal ^ block->size) | 1;
}

/*
 * The block in front of a pointer that a driver passes, or NULL. What lies there may have been
 * given back long ago: that is what is asked, so a sanitizer need not object.
 */
__attribute__((no_sanitize("address")))
static struct ha_pool_block *block_of(const struct ha_arena *arena, void *memory)
{
    uintptr_t first = (uintptr_t)arena->bytes, place = (uintptr_t)memory;
    if (place % HA_POOL_ALIGNMENT || place < first + sizeof(struct ha_pool_block) ||
        place >= first + arena->size)
        return NULL;
    struct ha_pool_block *block = (struct ha_pool_block *)memory - 1;
    return block->seal == seal_of(block) ? block : NULL;
}

static unsigned char *memory_of(struct ha_pool_block *block)
{
    return (unsigned char *)(block + 1);
}

/* What the arena gives for a block: wherever that begins, there is room to align the memory. */
static size_t bytes_of(uint64_t size, uint32_t alignment)
{
    return sizeof(struct ha_pool_block) + (alignment - HA_POOL_ALIGNMENT) + (size_t)size + GUARD;
}

static void record_alloc(struct ha_kernel *kernel, const struct ha_pool_block *block)
{
    uint32_t place = ha_caller_place(kernel);
    struct ha_record *record = ha_record_open(&kernel->world, HA_ALLOC, block->id);
    const struct ha_round *round = ha_callout_round(kernel->world.sched.running);
    record->flags = HA_CB_NONE;
    record->as.pool.size = block->size;
    record->as.pool.tag = block->tag;
    record->as.pool.place = place;
    if (!round)
        return;
    record->flags = round->enter.flags & (3u | HA_CB_EXISTING);
    record->as.pool.registration = ha_callout_inside(kernel->world.sched.running)->link.id;
    record->as.pool.operation = round->enter.as.cb.operation;
    record->as.pool.nt_number = round->enter.as.cb.nt_number;
}

static void link_block(struct ha_kernel *kernel, struct ha_pool_block *block)
{
    block->older = kernel->newest_block;
    if (block->older)
        block->older->newer = block;
    kernel->newest_block = block;
}

static void unlink_block(struct ha_kernel *kernel, struct ha_pool_block *block)
{
    if (block->older)
        block->older->newer = block->newer;
    if (block->newer)
        block->newer->older = block->older;
    else
        kernel->newest_block = block->older;
}

/* How far from where the arena gave memory the head of a block begins. */
static size_t front_of(const unsigned char *bytes, uint32_t alignment)
{
    uintptr_t past = ((uintptr_t)bytes + sizeof(struct ha_pool_block)) % alignment;
    return past ? alignment - past : 0;
}

static bool lies_right(const struct ha_kernel *kernel, const struct ha_pool_wish *wish,
                       const void *memory)
{
    uint64_t first = ha_physical_address(kernel, memory);
    return first >= wish->lowest && (!wish->highest || first + wish->size - 1 <= wish->highest);
}

/* Memory for a block; NULL when the arena has none, or none within the limits. */
static unsigned char *take_bytes(struct ha_kernel *kernel, const struct ha_pool_wish *wish)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    size_t size = wish->size < arena->size ? bytes_of(wish->size, wish->alignment) : arena->size;
    unsigned char *bytes = ha_arena_lend(arena, size);
    if (!bytes && ha_gone_let_go(kernel))
        bytes = ha_arena_lend(arena, size);
    if (!bytes || lies_right(kernel, wish, bytes + front_of(bytes, wish->alignment) +
                                               sizeof(struct ha_pool_block)))
        return bytes;
    ha_arena_get_back(arena, bytes, size);
    return NULL;
}

void *ha_pool_block_take(struct ha_kernel *kernel, const struct ha_pool_wish *wish)
{
    unsigned char *bytes = take_bytes(kernel, wish);
    if (!bytes) {
        ha_record_fault(kernel, routines[wish->kind].take);
        return NULL;
    }
    size_t front = front_of(bytes, wish->alignment);
    struct ha_pool_block *block = (struct ha_pool_block *)(void *)(bytes + front);
    *block = (struct ha_pool_block){
        .size = wish->size, .id = ++kernel->blocks_made, .tag = wish->tag,
        .front = (uint16_t)front, .alignment = (uint16_t)wish->alignment,
        .driver = kernel->world.sched.running->stamp.driver, .paged = wish->paged,
        .kind = (uint8_t)wish->kind};
    block->seal = seal_of(block);
    if (wish->unwritten)
        memset(memory_of(block), UNWRITTEN_BYTE, wish->size);
    memset(memory_of(block) + wish->size, GUARD_BYTE, GUARD);
    link_block(kernel, block);
    record_alloc(kernel, block);
    return block + 1;
}

/* A changed guard is told once, and to whom the block belongs, whoever is at work. */
static void look_at_guard(struct ha_kernel *kernel, struct ha_pool_block *block,
                          enum ha_routine routine)
{
    unsigned char *guard = memory_of(block) + block->size;
    uint32_t beyond = GUARD;
    if (guard[0] == GUARD_BYTE && !memcmp(guard, guard + 1, GUARD - 1))
        return;
    while (guard[beyond - 1] == GUARD_BYTE)
        beyond--;
    memset(guard, GUARD_BYTE, GUARD);
    struct ha_record *record = ha_record_open(&kernel->world, HA_MISUSE, block->id);
    record->driver = block->driver;
    record->as.misuse.routine = routine;
    record->as.misuse.misuse = HA_MISUSE_BEYOND_BLOCK;
    record->as.misuse.argument = beyond;
}

void ha_pool_check_irql(struct ha_kernel *kernel, enum ha_routine routine, bool paged)
{
    KIRQL highest = paged ? APC_LEVEL : DISPATCH_LEVEL;
    if (kernel->world.sched.running->stamp.irql > highest)
        ha_record_misuse(kernel, routine, HA_MISUSE_RAISED_IRQL, 0, highest);
}

/* The block that a driver gives back so; NULL after the misuse of what is none, or of another. */
static struct ha_pool_block *meant(struct ha_kernel *kernel, void *memory, enum ha_pool_kind kind)
{
    struct ha_pool_block *block = block_of(&kernel->world.host->arena, memory);
    if (block && block->kind == kind)
        return block;
    ha_record_misuse(kernel, routines[kind].give,
                     block ? HA_MISUSE_OTHER_ROUTINE : HA_MISUSE_BAD_BLOCK, block ? block->id : 0,
                     0);
    return NULL;
}

void ha_pool_block_give(struct ha_kernel *kernel, void *memory, uint32_t tag,
                        enum ha_pool_kind kind)
{
    enum ha_routine routine = routines[kind].give;
    struct ha_pool_block *block = meant(kernel, memory, kind);
    if (!block)
        return;
    if (kind == HA_POOL_ORDINARY)       /* others have limits of their own */
        ha_pool_check_irql(kernel, routine, block->paged);
    if (tag && tag != block->tag)
        ha_record_misuse(kernel, routine, HA_MISUSE_OTHER_TAG, block->id, tag);
    look_at_guard(kernel, block, routine);
    bool used = ha_in_use(kernel, memory, block->size, routine);
    used |= ha_pnp_entries_use(kernel, memory, block->size, routine);
    if (block->has_context)
        used |= ha_registrations_use(kernel, memory, block->size, routine);
    used |= ha_mdls_hold(kernel, memory, block->size, routine);
    struct ha_record *record = ha_record_open(&kernel->world, HA_FREE, block->id);
    record->as.pool.size = block->size;
    record->as.pool.tag = block->tag;
    ha_order_write(&kernel->world, memory, block->size);
    unlink_block(kernel, block);
    block->seal = 0;                    /* whether or not the arena writes there */
    if (used)
        return;                         /* who goes on with what lies there finds it (PNP-18) */
    ha_gone_keep(kernel, &(struct ha_gone_block){
        .bytes = (unsigned char *)block - block->front,
        .byte_count = bytes_of(block->size, block->alignment), .memory = memory,
        .size = block->size, .id = block->id, .driver = block->driver});
}

void ha_pool_blocks_look_over(struct ha_kernel *kernel, uint16_t driver)
{
    const struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_pool_block *block = kernel->newest_block;
    /* A head that was written over leads nowhere: what is older remains unseen. */
    for (; block && block_of(arena, memory_of(block)); block = block->older)
        if (block->driver == driver)
            look_at_guard(kernel, block, HA_NO_ROUTINE);
    ha_gone_look_over(kernel, driver);
}

/* The block in which an address lies; NULL when there is none. */
static struct ha_pool_block *block_around(const struct ha_kernel *kernel, const void *address)
{
    const struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_pool_block *block = kernel->newest_block;
    while (block && block_of(arena, memory_of(block)) &&
           !ha_lies_in(address, memory_of(block), block->size))
        block = block->older;
    return block && block_of(arena, memory_of(block)) ? block : NULL;
}

bool ha_pool_place_of(const struct ha_kernel *kernel, const void *address,
                      struct ha_pool_place *place)
{
    struct ha_pool_block *block = block_around(kernel, address);
    if (!block)
        return false;
    *place = (struct ha_pool_place){
        .left = block->size - (size_t)((const unsigned char *)address - memory_of(block)),
        .id = block->id, .paged = block->paged};
    return true;
}

void ha_pool_note_context(struct ha_kernel *kernel, void *context)
{
    const struct ha_arena *arena = &kernel->world.host->arena;
    if (!ha_lies_in(context, arena->bytes, arena->size))
        return;
    struct ha_pool_block *block = block_of(arena, context);     /* as most contexts are */
    if (!block)
        block = block_around(kernel, context);
    if (block)
        block->has_context = true;
}

/* A sanitizer need not object here, either. */
__attribute__((no_sanitize("address")))
bool ha_pool_was_given_back(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    const struct ha_arena *arena = &kernel->world.host->arena;
    const unsigned char *byte = memory;
    struct ha_pool_place place;
    if (!ha_lies_in(memory, arena->bytes, arena->size) ||
        size > arena->size - ((uintptr_t)memory - (uintptr_t)arena->bytes))
        return false;
    for (size_t i = 0; i < size; i++)
        if (byte[i] != HA_GIVEN_BACK_BYTE)
            return false;
    return !ha_pool_place_of(kernel, memory, &place);
}

bool ha_pool_object_went(struct ha_kernel *kernel, const void *object, size_t size,
                         enum ha_routine routine)
{
    if (!object || !ha_pool_was_given_back(kernel, object, size))
        return false;
    ha_record_misuse(kernel, routine, HA_MISUSE_BAD_BLOCK, 0, 0);
    return true;
}

void ha_pool_block_write(void *memory, uint64_t offset)
{
    const struct ha_pool_block *block = (const struct ha_pool_block *)memory - 1;
    uint64_t last = block->size + GUARD - 1;
    ((unsigned char *)memory)[offset < last ? offset : last] = 0;
}
