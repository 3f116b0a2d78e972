/*
 * pool - the blocks of pool that drivers hold
 *
 * A block lies between a head and a guard. The guard is looked at when the block is given back,
 * and when the driver that holds it goes: a changed one is a MISUSE, so that writing beyond the
 * end of a block is found though nothing watches the writing itself. What becomes of memory that
 * is given back is told in pool_gone.h.
 */
#ifndef HA_NT_POOL_H
#define HA_NT_POOL_H

#include "nt/kernel.h"

#define HA_POOL_ALIGNMENT 16u

/* Which routine gives a block back. */
enum ha_pool_kind { HA_POOL_ORDINARY, HA_POOL_CONTIGUOUS, HA_POOL_PAGES };

/* What a routine wants of a block. */
struct ha_pool_wish {
    size_t size;
    uint32_t tag;
    uint32_t alignment;         /* a power of two, at least HA_POOL_ALIGNMENT */
    uint64_t lowest, highest;   /* physical addresses that its bytes may have; 0 for any highest */
    enum ha_pool_kind kind;
    bool paged;
    bool unwritten;             /* filled with a pattern, and not with zeroes */
};

/* Take a block for the driver in charge. NULL, and a FAULT, when the arena has none like that. */
void *ha_pool_block_take(struct ha_kernel *kernel, const struct ha_pool_wish *wish);

/*
 * Give a block back. What was never taken, or was given back before, or has a head that was
 * written over, or is of another kind, is recorded as misuse and left alone; a block with another
 * tag is recorded as well and goes all the same. Tag 0 stands for any.
 */
void ha_pool_block_give(struct ha_kernel *kernel, void *memory, uint32_t tag,
                        enum ha_pool_kind kind);

/*
 * Paged pool is out of reach at DISPATCH_LEVEL, where no page can be fetched, and any pool above
 * it: the caller's IRQL is recorded as misuse, and no more.
 */
void ha_pool_check_irql(struct ha_kernel *kernel, enum ha_routine routine, bool paged);

/* What there is to say of an address in a block that is held. */
struct ha_pool_place {
    size_t left;                /* bytes to the end of the block */
    uint32_t id;                /* of the block */
    bool paged;
};

/* The block in which an address lies. False when there is none, or a head was written over. */
bool ha_pool_place_of(const struct ha_kernel *kernel, const void *address,
                      struct ha_pool_place *place);

/* A registration is made with this context: who gives back the block in which it lies, if any, is
   asked whether the registration stands. */
void ha_pool_note_context(struct ha_kernel *kernel, void *context);

/* Whether memory looks as a block does after it was given back, until somebody has it anew. */
bool ha_pool_was_given_back(const struct ha_kernel *kernel, const void *memory, size_t size);

/*
 * Whether an object that a driver passes to a routine has gone with its memory, which is then
 * recorded as misuse.
 */
bool ha_pool_object_went(struct ha_kernel *kernel, const void *object, size_t size,
                         enum ha_routine routine);

/* Look at the guards of all blocks that a driver still holds, and at what it gave back. */
void ha_pool_blocks_look_over(struct ha_kernel *kernel, uint16_t driver);

/*
 * Write a byte at this offset of a block, for drivers that are scripts. Beyond the end it meets
 * the guard, however far the script wants to go: nobody else's memory comes to harm.
 */
void ha_pool_block_write(void *memory, uint64_t offset);

#endif
