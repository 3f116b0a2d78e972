/*
 * ex_list - lists behind a spin lock: ExInterlockedInsertHeadList and its neighbours
 *
 * No other thread runs while a routine changes its list, so the lock is not taken. It is looked
 * at, though: these routines take it themselves, at any IRQL, and a caller that has it would wait
 * for itself on Windows. That is a misuse here, and the list is changed all the same. In free mode
 * what is done to the links, under that lock, is the caller's doing.
 * Source of each: WDK reference, wdm.h, the page of its name. In records the first stands for all.
 */
#include "nt/locks.h"

/*
 * A scheduling point, and a look at the lock. Its lower half is the thread's that has it. All that
 * is done under one lock is in order.
 */
static HA_AT_ONCE struct ha_kernel *enter(const char *routine, PKSPIN_LOCK lock)
{
    struct ha_kernel *kernel = ha_kernel_enter(routine);
    ha_spin_is_made(kernel, lock, HA_RT_INTERLOCKED_LIST);
    if ((*lock & INT32_MAX) == kernel->world.sched.running->stamp.thread)
        ha_record_misuse(kernel, HA_RT_INTERLOCKED_LIST, HA_MISUSE_TAKEN_TWICE,
                         (uint32_t)(*lock >> 32), 0);
    ha_touch(&kernel->world, (uint32_t)(*lock >> 32), HA_TOUCH_WRITE);
    ha_order_take(&kernel->world, lock);
    return kernel;
}

static void leave(struct ha_kernel *kernel, PKSPIN_LOCK lock)
{
    ha_order_give(&kernel->world, lock);
}

/* Links are changed. */
static void write_links(struct ha_kernel *kernel, const LIST_ENTRY *head, const LIST_ENTRY *entry,
                        const LIST_ENTRY *neighbour)
{
    ha_order_write(&kernel->world, head, sizeof *head);
    ha_order_write(&kernel->world, entry, sizeof *entry);
    ha_order_write(&kernel->world, neighbour, sizeof *neighbour);
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
    write_links(kernel, ListHead, ListEntry, ListHead->Flink);
    InsertHeadList(ListHead, ListEntry);
    leave(kernel, Lock);
    return before;
}

/* Put an entry last. Returns the one that was last, NULL when there was none. */
PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                        PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedInsertTailList", Lock);
    PLIST_ENTRY before = unless_head(ListHead->Blink, ListHead);
    write_links(kernel, ListHead, ListEntry, ListHead->Blink);
    InsertTailList(ListHead, ListEntry);
    leave(kernel, Lock);
    return before;
}

/* Take the first entry out of the list. NULL when there is none. */
PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedRemoveHeadList", Lock);
    write_links(kernel, ListHead, ListHead->Flink, ListHead->Flink->Flink);
    PLIST_ENTRY first = unless_head(RemoveHeadList(ListHead), ListHead);
    leave(kernel, Lock);
    return first;
}

/* Put an entry in front of a single list. Returns the one that was first, or NULL. */
PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                              PSINGLE_LIST_ENTRY ListEntry, PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedPushEntryList", Lock);
    PSINGLE_LIST_ENTRY before = ListHead->Next;
    ha_order_write(&kernel->world, ListHead, sizeof *ListHead);
    ha_order_write(&kernel->world, ListEntry, sizeof *ListEntry);
    PushEntryList(ListHead, ListEntry);
    leave(kernel, Lock);
    return before;
}

/* Take the first entry of a single list. NULL when there is none. */
PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInterlockedPopEntryList", Lock);
    ha_order_write(&kernel->world, ListHead, sizeof *ListHead);
    PSINGLE_LIST_ENTRY first = PopEntryList(ListHead);
    leave(kernel, Lock);
    return first;
}
