/*
 * lookaside - lists of blocks of one size, from which drivers allocate
 *
 * A GENERAL_LOOKASIDE keeps its functions, size and tag; without an Allocate function it was never
 * made, or is deleted. On Windows a list may keep some blocks for the next caller, and how many is
 * the system's affair. Our choice, not documented: none, so that each allocation may fail, and a
 * block that was given back holds a pattern from then on and is missed if it was not.
 *
 * Functions of the driver's own are called on its thread and in its name, as it could have done
 * itself. In records ExAllocateFromNPagedLookasideList stands for all that use a list.
 * Source of each: WDK reference, wdm.h, the page of its name, and POOL_TYPE.
 */
#include "nt/kernel.h"

/* The least size: what a block must have to hang in a list. */
#define LEAST_SIZE ((ULONG)(offsetof(SLIST_ENTRY, Next) + sizeof(PSLIST_ENTRY)))

static KIRQL highest(bool paged)
{
    return paged ? APC_LEVEL : DISPATCH_LEVEL;
}

/* What is asked of a list as it is made. */
struct wish {
    PALLOCATE_FUNCTION allocate;
    PFREE_FUNCTION free;
    ULONG flags, tag;
    SIZE_T size;
    bool paged;
};

static void make(struct ha_kernel *kernel, PGENERAL_LOOKASIDE list, const struct wish *wish)
{
    ha_kernel_check_irql(kernel, HA_RT_INITIALIZE_LOOKASIDE, highest(wish->paged));
    memset(list, 0, sizeof *list);
    list->Allocate = wish->allocate ? wish->allocate : ExAllocatePoolWithTag;
    list->Free = wish->free ? wish->free : ExFreePool;
    list->Type = (POOL_TYPE)((ULONG)(wish->paged ? PagedPool : NonPagedPool) | wish->flags);
    list->Tag = wish->tag;
    list->Size = (ULONG)wish->size;
    if (wish->size < LEAST_SIZE || wish->size > MAXULONG) {
        ha_record_misuse(kernel, HA_RT_INITIALIZE_LOOKASIDE, HA_MISUSE_LIMIT, 0,
                         (uint32_t)wish->size);
        list->Size = LEAST_SIZE;
    }
}

/* Whether the list can be used; otherwise the misuse has been recorded. */
static bool is_made(struct ha_kernel *kernel, const GENERAL_LOOKASIDE *list, bool paged)
{
    ha_kernel_check_irql(kernel, HA_RT_LOOKASIDE, highest(paged));
    if (list->Allocate)
        return true;
    ha_record_misuse(kernel, HA_RT_LOOKASIDE, HA_MISUSE_NOT_MADE, 0, 0);
    return false;
}

static void delete(struct ha_kernel *kernel, PGENERAL_LOOKASIDE list, bool paged)
{
    if (is_made(kernel, list, paged))
        list->Allocate = NULL;
}

static PVOID allocate(struct ha_kernel *kernel, PGENERAL_LOOKASIDE list, bool paged)
{
    if (!is_made(kernel, list, paged))
        return NULL;
    list->TotalAllocates++;
    list->AllocateMisses++;
    return list->Allocate(list->Type, list->Size, list->Tag);
}

static void give_back(struct ha_kernel *kernel, PGENERAL_LOOKASIDE list, PVOID entry, bool paged)
{
    if (!is_made(kernel, list, paged))
        return;
    list->TotalFrees++;
    list->FreeMisses++;
    list->Free(entry);
}

/*
 * Make a list of blocks of nonpaged pool.
 *
 *   Allocate, Free  the driver's own functions; NULL for those of the pool
 *   Flags           go to Allocate with the type of pool
 *   Size            of a block, at least 8 bytes; less is a misuse and taken for 8
 *   Tag             goes to Allocate
 *   Depth           not used, here or on Windows
 *
 * IRQL: at most DISPATCH_LEVEL.
 */
VOID ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                     PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag,
                                     USHORT Depth)
{
    const struct wish wish = {Allocate, Free, Flags, Tag, Size, false};
    (void)Depth;
    make(ha_kernel_enter("ExInitializeNPagedLookasideList"), &Lookaside->L, &wish);
}

/* The list is not used any more. Blocks that were taken from it are still the driver's. */
VOID ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    delete(ha_kernel_enter("ExDeleteNPagedLookasideList"), &Lookaside->L, false);
}

/* A block, or NULL when there is none. IRQL: at most DISPATCH_LEVEL. */
PVOID ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    return allocate(ha_kernel_enter("ExAllocateFromNPagedLookasideList"), &Lookaside->L, false);
}

/* Give a block back to its list. IRQL: at most DISPATCH_LEVEL. */
VOID ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    give_back(ha_kernel_enter("ExFreeToNPagedLookasideList"), &Lookaside->L, Entry, false);
}

/* The same four for paged pool. IRQL: at most APC_LEVEL. */
VOID ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                    PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag,
                                    USHORT Depth)
{
    const struct wish wish = {Allocate, Free, Flags, Tag, Size, true};
    (void)Depth;
    make(ha_kernel_enter("ExInitializePagedLookasideList"), &Lookaside->L, &wish);
}

VOID ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    delete(ha_kernel_enter("ExDeletePagedLookasideList"), &Lookaside->L, true);
}

PVOID ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    return allocate(ha_kernel_enter("ExAllocateFromPagedLookasideList"), &Lookaside->L, true);
}

VOID ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    give_back(ha_kernel_enter("ExFreeToPagedLookasideList"), &Lookaside->L, Entry, true);
}
