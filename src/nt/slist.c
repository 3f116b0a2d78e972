/*
 * slist - lists that are pushed and popped as a whole: SLIST_HEADER
 *
 * A header holds how many entries there are, how often the list was changed, and the address of
 * the first entry without the four bits that are zero in it: entries lie at multiples of 16, and
 * one that does not cannot be pushed, which is a misuse. No other thread runs while a list is
 * changed. In free mode each change comes after those before it, as with all interlocked routines.
 * Source of each: WDK reference, wdm.h, the page of its name, or for Interlocked... that of the
 * ExInterlocked... routine. IRQL: at most DISPATCH_LEVEL. In records ExInterlockedPushEntrySList
 * stands for all.
 */
#include "nt/kernel.h"

#define ALIGNMENT 16u

static HA_AT_ONCE struct ha_kernel *enter(const char *routine)
{
    struct ha_kernel *kernel = ha_kernel_enter(routine);
    ha_touch(&kernel->world, HA_TOUCH_UNNAMED, HA_TOUCH_WRITE);
    ha_kernel_check_irql(kernel, HA_RT_SLIST, DISPATCH_LEVEL);
    return kernel;
}

static PSLIST_ENTRY first_of(const SLIST_HEADER *list)
{
    return (PSLIST_ENTRY)(uintptr_t)list->Region;
}

static void change(struct ha_kernel *kernel, PSLIST_HEADER list, const SLIST_ENTRY *first,
                   unsigned depth)
{
    ha_order_use(&kernel->world, list);
    ha_order_take(&kernel->world, list);
    ha_order_give(&kernel->world, list);
    list->Region = (uintptr_t)first;        /* Reserved and NextEntry at once */
    list->HeaderX64.Depth = depth & UINT16_MAX;
    list->HeaderX64.Sequence++;
}

static PSLIST_ENTRY push(const char *routine, PSLIST_HEADER list, PSLIST_ENTRY entry)
{
    HA_INSIDE struct ha_kernel *kernel = enter(routine);
    PSLIST_ENTRY before = first_of(list);
    if ((uintptr_t)entry % ALIGNMENT) {
        ha_record_misuse(kernel, HA_RT_SLIST, HA_MISUSE_UNALIGNED, 0, 0);
        return before;
    }
    ha_order_write(&kernel->world, entry, sizeof *entry);
    entry->Next = before;
    change(kernel, list, entry, (unsigned)list->HeaderX64.Depth + 1);
    return before;
}

static PSLIST_ENTRY pop(const char *routine, PSLIST_HEADER list)
{
    HA_INSIDE struct ha_kernel *kernel = enter(routine);
    PSLIST_ENTRY entry = first_of(list);
    if (entry)
        change(kernel, list, entry->Next, (unsigned)list->HeaderX64.Depth - 1);
    return entry;
}

static PSLIST_ENTRY flush(const char *routine, PSLIST_HEADER list)
{
    HA_INSIDE struct ha_kernel *kernel = enter(routine);
    PSLIST_ENTRY entry = first_of(list);
    if (entry)
        change(kernel, list, NULL, 0);
    return entry;
}

/* Make an empty list. The header lies at a multiple of 16, or it is a misuse. */
VOID ExInitializeSListHead(PSLIST_HEADER SListHead)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInitializeSListHead");
    if ((uintptr_t)SListHead % ALIGNMENT)
        ha_record_misuse(kernel, HA_RT_SLIST, HA_MISUSE_UNALIGNED, 0, 0);
    ha_order_make(&kernel->world, SListHead, sizeof *SListHead);
    memset(SListHead, 0, sizeof *SListHead);
}

/* The same by its older name. */
VOID InitializeSListHead(PSLIST_HEADER SListHead)
{
    ExInitializeSListHead(SListHead);
}

/* How many entries the list has, modulo 65,536. */
USHORT ExQueryDepthSList(PSLIST_HEADER SListHead)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExQueryDepthSList");
    return (USHORT)SListHead->HeaderX64.Depth;
}

/* Put an entry in front. Returns the one that was first, NULL when there was none. */
PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry)
{
    return push("InterlockedPushEntrySList", ListHead, ListEntry);
}

/* Take the first entry. NULL when there is none. */
PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER ListHead)
{
    return pop("InterlockedPopEntrySList", ListHead);
}

/* Take all entries, the first of which leads to the others. NULL when there is none. */
PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER ListHead)
{
    return flush("InterlockedFlushSList", ListHead);
}

/* The same three for code that may bring a lock, which 64-bit Windows does not take. */
PSLIST_ENTRY ExInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry,
                                         PKSPIN_LOCK Lock)
{
    (void)Lock;
    return push("ExInterlockedPushEntrySList", ListHead, ListEntry);
}

PSLIST_ENTRY ExInterlockedPopEntrySList(PSLIST_HEADER ListHead, PKSPIN_LOCK Lock)
{
    (void)Lock;
    return pop("ExInterlockedPopEntrySList", ListHead);
}

PSLIST_ENTRY ExInterlockedFlushSList(PSLIST_HEADER ListHead)
{
    return flush("ExInterlockedFlushSList", ListHead);
}
