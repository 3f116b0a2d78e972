/*
 * ex_pool - the routines by which drivers take pool and give it back
 *
 * They differ in how the kind of pool is said, and in what the memory holds at first. In records
 * ExAllocatePool2 stands for all that take, and ExFreePoolWithTag for both that give back, so
 * that a fault planned for allocations meets every one of them.
 *
 * All are for DISPATCH_LEVEL at most, for paged pool APC_LEVEL at most. A call from higher up is
 * recorded as misuse and served.
 *
 * Our choices, not documented: where Windows raises an exception for want of memory, on request
 * or because of a quota, the answer is NULL, as no driver here can catch one. A quota is never
 * exhausted. A block that is smaller than a page may lie across the border of two.
 */
#include "nt/pool.h"

/* What ExAllocatePool() writes for a tag: "None". */
#define NO_TAG 0x656e6f4eu

#define KINDS (POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED)
#define KNOWN_FLAGS (KINDS | POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED | POOL_FLAG_SESSION | \
                     POOL_FLAG_CACHE_ALIGNED | POOL_FLAG_RAISE_ON_FAILURE)
#define REQUIRED_FLAGS ((POOL_FLAG_REQUIRED_END << 1) - POOL_FLAG_REQUIRED_START)

/* The bits of which a POOL_TYPE is made. Source: WDK reference, wdm.h, POOL_TYPE. */
#define TYPE_PAGED 1u
#define TYPE_MUST_SUCCEED 2u
#define TYPE_CACHE_ALIGNED 4u

static PVOID take(struct ha_kernel *kernel, struct ha_pool_wish wish, bool cache_aligned)
{
    ha_pool_check_irql(kernel, HA_RT_ALLOCATE_POOL, wish.paged);
    if (ha_kernel_faults(kernel, HA_RT_ALLOCATE_POOL))
        return NULL;
    wish.alignment = wish.size >= PAGE_SIZE ? PAGE_SIZE
                     : cache_aligned        ? SYSTEM_CACHE_ALIGNMENT_SIZE
                                            : HA_POOL_ALIGNMENT;
    return ha_pool_block_take(kernel, &wish);
}

/*
 * Take memory from the pool.
 *
 *   Flags          the kind of pool, which must be one of three; POOL_FLAG_UNINITIALIZED for a
 *                  pattern in place of zeroes; POOL_FLAG_CACHE_ALIGNED. What else a caller may
 *                  ask for changes nothing
 *   NumberOfBytes  the bytes wanted; 0 gives a block of none
 *   Tag            goes into the trace, and may be asked for when the block is given back
 *
 * Returns the memory, aligned to 16 bytes, or to a page when it is as large as one; NULL when
 * there is none. Flags without a kind, with two, or with an unknown one among those that must be
 * understood are refused with NULL; unknown optional ones are passed over.
 *
 * Source: WDK reference, wdm.h, ExAllocatePool2; POOL_FLAGS.
 */
PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocatePool2");
    POOL_FLAGS kind = Flags & KINDS;
    if (!kind || (kind & (kind - 1)) || (Flags & REQUIRED_FLAGS & ~KNOWN_FLAGS)) {
        ha_record_refused(kernel, HA_RT_ALLOCATE_POOL, HA_REASON_UNKNOWN_FLAGS);
        return NULL;
    }
    struct ha_pool_wish wish = {.size = NumberOfBytes, .tag = Tag,
                                .paged = kind == POOL_FLAG_PAGED,
                                .unwritten = (Flags & POOL_FLAG_UNINITIALIZED) != 0};
    return take(kernel, wish, (Flags & POOL_FLAG_CACHE_ALIGNED) != 0);
}

/* The kind of pool as older routines take it. Kinds that must succeed are not given any more. */
static PVOID take_of_type(struct ha_kernel *kernel, POOL_TYPE type, SIZE_T size, ULONG tag,
                          bool zeroed)
{
    unsigned bits = (unsigned)type;
    if (bits & TYPE_MUST_SUCCEED) {
        ha_record_refused(kernel, HA_RT_ALLOCATE_POOL, HA_REASON_UNKNOWN_FLAGS);
        return NULL;
    }
    struct ha_pool_wish wish = {.size = size, .tag = tag, .paged = bits & TYPE_PAGED,
                                .unwritten = !zeroed && !(bits & POOL_ZERO_ALLOCATION)};
    return take(kernel, wish, bits & TYPE_CACHE_ALIGNED);
}

/*
 * Take memory from the pool, with nothing written into it: it holds a pattern.
 *
 *   PoolType       the kind of pool; with POOL_ZERO_ALLOCATION the memory is zeroed after all
 *   NumberOfBytes  the bytes wanted
 *   Tag            as for ExAllocatePool2()
 *
 * Returns the memory, aligned as by ExAllocatePool2(), or NULL when there is none.
 *
 * Source: WDK reference, wdm.h, ExAllocatePoolWithTag; POOL_TYPE.
 */
PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocatePoolWithTag");
    return take_of_type(kernel, PoolType, NumberOfBytes, Tag, false);
}

/* The same, charged to the caller's process. WDK reference, wdm.h, ExAllocatePoolWithQuotaTag. */
PVOID ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocatePoolWithQuotaTag");
    return take_of_type(kernel, PoolType, NumberOfBytes, Tag, false);
}

/*
 * The same with a word on how much it matters, which is for times of want.
 *
 * Source: WDK reference, wdm.h, ExAllocatePoolWithTagPriority.
 */
PVOID ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                    EX_POOL_PRIORITY Priority)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocatePoolWithTagPriority");
    (void)Priority;
    return take_of_type(kernel, PoolType, NumberOfBytes, Tag, false);
}

/* The same with zeroed memory. Source: WDK reference, wdm.h, ExAllocatePoolZero. */
PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocatePoolZero");
    return take_of_type(kernel, PoolType, NumberOfBytes, Tag, true);
}

/* As ExAllocatePoolWithTag(). Source: WDK reference, wdm.h, ExAllocatePoolUninitialized. */
PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocatePoolUninitialized");
    return take_of_type(kernel, PoolType, NumberOfBytes, Tag, false);
}

/* The same with the tag "None". Source: WDK reference, wdm.h, ExAllocatePool. */
PVOID ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocatePool");
    return take_of_type(kernel, PoolType, NumberOfBytes, NO_TAG, false);
}

/*
 * Give memory back to the pool, one's own or another driver's.
 *
 *   P    from any of the routines above
 *   Tag  the tag it was taken with; 0 leaves it open
 *
 * What was never taken, or was given back before, is recorded as misuse and left alone. A wrong
 * tag and bytes written behind the end of the block are recorded, and the block goes all the same.
 * From then on the memory holds a pattern.
 *
 * Source: WDK reference, wdm.h, ExFreePoolWithTag.
 */
VOID ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExFreePoolWithTag");
    ha_pool_block_give(kernel, P, Tag, HA_POOL_ORDINARY);
}

/* The same without a tag. Source: WDK reference, wdm.h, ExFreePool. */
VOID ExFreePool(PVOID P)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExFreePool");
    ha_pool_block_give(kernel, P, 0, HA_POOL_ORDINARY);
}
