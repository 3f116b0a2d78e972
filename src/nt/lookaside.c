/*
 * lookaside - lists of blocks of one size, from which drivers allocate
 *
 * Owns struct ha_lookaside: a list that was made and not deleted, found by its address, because
 * its memory may hold anything before it is made and after its driver gave it back. What the list
 * itself says, its functions, size and tag, is in the GENERAL_LOOKASIDE. On Windows a list may keep
 * some blocks for the next caller, and how many is the system's affair. Our choice, not documented:
 * none, so that each allocation may fail, and a block that was given back holds a pattern from then
 * on and is missed if it was not.
 *
 * Functions of the driver's own are called on its thread and in its name, as it could have done
 * itself. In records ExAllocateFromNPagedLookasideList stands for all that use a list.
 * Source of each: WDK reference, wdm.h, the page of its name, and POOL_TYPE.
 */
#include "nt/lookaside.h"

#include "nt/caller.h"
#include "nt/in_use.h"
#include "nt/leftovers.h"
#include "nt/pool.h"
#include "nt/ps_thread.h"

struct ha_lookaside {
    struct ha_lookaside *older;
    const GENERAL_LOOKASIDE *list;
    uint32_t id;                    /* in the order of making */
    uint32_t made_at;               /* in its driver's code */
    uint16_t driver;
};

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

/* What leads to the entry of a list; to NULL when it is not made, or deleted. */
static struct ha_lookaside **find(struct ha_kernel *kernel, const GENERAL_LOOKASIDE *list)
{
    struct ha_lookaside **link = &kernel->lookasides;
    while (*link && (*link)->list != list)
        link = &(*link)->older;
    return link;
}

static void forget(struct ha_kernel *kernel, struct ha_lookaside **link)
{
    struct ha_lookaside *entry = *link;
    *link = entry->older;
    ha_arena_give(&kernel->world.host->arena, entry, sizeof *entry);
}

bool ha_lookasides_lie_in(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (const struct ha_lookaside *entry = kernel->lookasides; entry; entry = entry->older)
        if (ha_lies_in(entry->list, memory, size))
            return true;
    return false;
}

void ha_lookasides_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    struct ha_lookaside **link = &kernel->lookasides;
    while (*link)
        if (ha_lies_in((*link)->list, memory, size))
            forget(kernel, link);
        else
            link = &(*link)->older;
}

/* False when it is there already, which has been recorded as a misuse. */
static bool enter(struct ha_kernel *kernel, const GENERAL_LOOKASIDE *list)
{
    const struct ha_lookaside *known = *find(kernel, list);
    if (known) {
        ha_record_misuse(kernel, HA_RT_INITIALIZE_LOOKASIDE, HA_MISUSE_IN_USE, 0, known->id);
        return false;
    }
    struct ha_lookaside *entry = ha_arena_take(&kernel->world.host->arena, sizeof *entry);
    if (!entry)
        ha_ps_no_memory(kernel);    /* making a list cannot fail */
    *entry = (struct ha_lookaside){.older = kernel->lookasides, .list = list,
                                   .id = ++kernel->lookasides_made,
                                   .driver = kernel->world.sched.running->stamp.driver,
                                   .made_at = ha_caller_place(kernel)};
    kernel->lookasides = entry;
    return true;
}

static void make(struct ha_kernel *kernel, PGENERAL_LOOKASIDE list, const struct wish *wish)
{
    ha_kernel_check_irql(kernel, HA_RT_INITIALIZE_LOOKASIDE, highest(wish->paged));
    if (!enter(kernel, list))
        return;
    ha_order_make(&kernel->world, list, sizeof *list);
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
    ha_order_use(&kernel->world, list);
    if (*find(kernel, list))
        return true;
    if (!ha_pool_object_went(kernel, list, sizeof *list, HA_RT_LOOKASIDE))
        ha_record_misuse(kernel, HA_RT_LOOKASIDE, HA_MISUSE_NOT_MADE, 0, 0);
    return false;
}

static void delete(struct ha_kernel *kernel, const GENERAL_LOOKASIDE *list, bool paged)
{
    if (!is_made(kernel, list, paged))
        return;
    ha_order_write(&kernel->world, list, sizeof *list);
    forget(kernel, find(kernel, list));
}

static PVOID allocate(struct ha_kernel *kernel, PGENERAL_LOOKASIDE list, bool paged)
{
    if (!is_made(kernel, list, paged))
        return NULL;
    list->TotalAllocates++;
    list->AllocateMisses++;
    PALLOCATE_FUNCTION function = list->Allocate;
    POOL_TYPE type = list->Type;
    ULONG size = list->Size, tag = list->Tag;
    ha_kernel_stand_in(function == ExAllocatePoolWithTag);
    uint32_t depth = ha_kernel_go_out(kernel);
    PVOID entry = function(type, size, tag);
    ha_kernel_come_in(kernel, depth);
    ha_kernel_stand_in(false);
    return entry;
}

static void give_back(struct ha_kernel *kernel, PGENERAL_LOOKASIDE list, PVOID entry, bool paged)
{
    if (!is_made(kernel, list, paged))
        return;
    list->TotalFrees++;
    list->FreeMisses++;
    PFREE_FUNCTION function = list->Free;
    ULONG tag = list->Tag;
    bool is_from_pool = function == ExFreePool && list->Allocate == ExAllocatePoolWithTag;
    ha_kernel_stand_in(function == ExFreePool);
    uint32_t depth = ha_kernel_go_out(kernel);
    if (is_from_pool)
        ExFreePoolWithTag(entry, tag);    /* which a block of another list does not have */
    else
        function(entry);
    ha_kernel_come_in(kernel, depth);
    ha_kernel_stand_in(false);
}

void ha_lookasides_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    struct ha_lookaside **link = &kernel->lookasides;
    while (*link) {
        if ((*link)->driver == driver->id) {
            ha_record_left(driver, HA_LEFT_LOOKASIDE_LIST, (*link)->id, (*link)->made_at);
            forget(kernel, link);   /* its memory goes with the image, and may come again */
        } else {
            link = &(*link)->older;
        }
    }
}

/*
 * Make a list of blocks of nonpaged pool. One that is there and not deleted is a misuse and stays
 * as it is.
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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExInitializeNPagedLookasideList");
    make(kernel, &Lookaside->L, &wish);
}

/* The list is not used any more. Blocks that were taken from it are still the driver's. */
VOID ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExDeleteNPagedLookasideList");
    delete(kernel, &Lookaside->L, false);
}

/* A block, or NULL when there is none. IRQL: at most DISPATCH_LEVEL. */
PVOID ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocateFromNPagedLookasideList");
    return allocate(kernel, &Lookaside->L, false);
}

/* Give a block back to its list. IRQL: at most DISPATCH_LEVEL. */
VOID ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExFreeToNPagedLookasideList");
    give_back(kernel, &Lookaside->L, Entry, false);
}

/* The same four for paged pool. IRQL: at most APC_LEVEL. */
VOID ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                    PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag,
                                    USHORT Depth)
{
    const struct wish wish = {Allocate, Free, Flags, Tag, Size, true};
    (void)Depth;
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExInitializePagedLookasideList");
    make(kernel, &Lookaside->L, &wish);
}

VOID ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExDeletePagedLookasideList");
    delete(kernel, &Lookaside->L, true);
}

PVOID ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAllocateFromPagedLookasideList");
    return allocate(kernel, &Lookaside->L, true);
}

VOID ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExFreeToPagedLookasideList");
    give_back(kernel, &Lookaside->L, Entry, true);
}
