/*
 * ex_list - lists behind a spin lock: ExInterlockedInsertHeadList and its neighbours
 *
 * No other thread runs while a routine changes its list, so the lock is not taken. It is looked
 * at, though: these routines take it themselves, at any IRQL, and a caller that has it would wait
 * for itself on Windows. That is a misuse here, and the list is changed all the same.
 * Source of each: WDK reference, wdm.h, the page of its name. In records the first stands for all.
 */
#include "nt/locks.h"

/*
 * A scheduling point, and a look at the lock. Its lower half is the thread's that has it. All that
 * is done under one lock is in order.
 */
static struct ha_kernel *enter(const char *routine, PKSPIN_LOCK lock)
{
    struct ha_kernel *kernel = ha_kernel_enter(routine);
    ha_spin_is_made(kernel, lock, HA_RT_INTERLOCKED_LIST);
    if ((uint32_t)*lock == kernel->world.sched.running->stamp.thread)
        ha_record_misuse(kernel, HA_RT_INTERLOCKED_LIST, HA_MISUSE_TAKEN_TWICE,
                         (uint32_t)(*lock >> 32), 0);
    ha_order_take(&kernel->world, lock);
    ha_order_give(&kernel->world, lock);
    return kernel;
}

/* The entry, or NULL when it is the head: the list was empty. */
static PLIST_ENTRY unless_head(PLIST_ENTRY entry, const LIST_ENTRY *head)
{
    return entry == head ? NULL : entry;
}

/* Put an entry first. Returns the one that was first, NULL when there was none. */
PLIST_ENTRY ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                        PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedInsertHeadList", Lock);
    PLIST_ENTRY before = unless_head(ListHead->Flink, ListHead);
    InsertHeadList(ListHead, ListEntry);
    return before;
}

/* Put an entry last. Returns the one that was last, NULL when there was none. */
PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                        PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedInsertTailList", Lock);
    PLIST_ENTRY before = unless_head(ListHead->Blink, ListHead);
    InsertTailList(ListHead, ListEntry);
    return before;
}

/* Take the first entry out of the list. NULL when there is none. */
PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedRemoveHeadList", Lock);
    return unless_head(RemoveHeadList(ListHead), ListHead);
}

/* Put an entry in front of a single list. Returns the one that was first, or NULL. */
PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                              PSINGLE_LIST_ENTRY ListEntry, PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedPushEntryList", Lock);
    PSINGLE_LIST_ENTRY before = ListHead->Next;
    PushEntryList(ListHead, ListEntry);
    return before;
}

/* Take the first entry of a single list. NULL when there is none. */
PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedPopEntryList", Lock);
    return PopEntryList(ListHead);
}
