/*
 * dispatcher - objects that threads wait for, and the waiting
 *
 * Owns the heads of dispatcher objects and struct ha_wait. The state of an object is looked at and
 * changed without a scheduling point in between, so there is no lock. What each sort of them gives
 * to a thread is in dispatcher_take.c.
 */
#include "nt/dispatcher.h"

#include <string.h>

#include "nt/in_use.h"
#include "nt/locks.h"
#include "nt/pool.h"

/* A wait under way; it lies on the stack of the thread that waits. */
struct ha_wait {
    struct ha_wait *next, *previous;    /* of those that block */
    struct ha_kernel *kernel;
    struct ha_thread *thread;
    PKWAIT_BLOCK block;
    ULONG count;
    bool all;
    bool over;
    NTSTATUS status;
    ULONG taken;                    /* which object, of a wait for any that has ended */
    uint64_t timeout_ns;
    struct ha_alarm alarm;
    struct ha_object shown;         /* the object that records and a deadlock name */
    DISPATCHER_HEADER gone;         /* in place of objects whose memory is not there any more */
};

static const char *const type_names[] = {
    [HA_OBJECT_EVENT] = "event", [HA_OBJECT_SYNCHRONIZATION_EVENT] = "event",
    [HA_OBJECT_MUTANT] = "mutex", [HA_OBJECT_SEMAPHORE] = "semaphore",
    [HA_OBJECT_TIMER] = "timer",
    [HA_OBJECT_SYNCHRONIZATION_TIMER] = "timer", [HA_OBJECT_FAST_MUTEX] = "fast mutex",
    [HA_OBJECT_GUARDED_MUTEX] = "guarded mutex", [HA_OBJECT_RUNDOWN] = "rundown protection",
    [HA_OBJECT_REMOVE_LOCK] = "remove lock",
};
#define TYPES (sizeof type_names / sizeof type_names[0])

static void set_up(PDISPATCHER_HEADER header, uint32_t id, enum ha_dispatcher_type type,
                   LONG state)
{
    header->Type = (UCHAR)type;
    header->Signalling = (UCHAR)id;
    header->Size = (UCHAR)(id >> 8);
    header->Reserved1 = (UCHAR)(id >> 16);
    header->SignalState = state;
    header->WaitListHead.Flink = header->WaitListHead.Blink = &header->WaitListHead;
}

void ha_dispatcher_init(struct ha_kernel *kernel, PDISPATCHER_HEADER header,
                        enum ha_dispatcher_type type, LONG state)
{
    set_up(header, ha_kernel_introduce(kernel, type_names[type]), type, state);
}

void ha_dispatcher_init_thread(struct ha_kernel *kernel, PDISPATCHER_HEADER header,
                               const struct ha_thread *thread)
{
    set_up(header, ha_kernel_introduce_thread(kernel, thread), HA_OBJECT_THREAD, 0);
}

/* Whether the list of an object that is not empty leads to waits that there are. */
static bool leads_to_waits(const struct ha_kernel *kernel, const LIST_ENTRY *head)
{
    bool first = false, last = false;
    for (const struct ha_wait *wait = kernel->waits; wait; wait = wait->next)
        for (ULONG i = 0; i < wait->count; i++) {
            first = first || head->Flink == &wait->block[i].WaitListEntry;
            last = last || head->Blink == &wait->block[i].WaitListEntry;
        }
    return first && last;
}

static bool has_whole_list(const struct ha_kernel *kernel, const LIST_ENTRY *head)
{
    return head->Flink == head ? head->Blink == head : leads_to_waits(kernel, head);
}

bool ha_dispatcher_looks_made(const struct ha_kernel *kernel, const DISPATCHER_HEADER *header,
                              unsigned types)
{
    uint32_t id = ha_dispatcher_id(header);
    return header->Type < TYPES && types & HA_TYPE(header->Type) && id &&
           id <= kernel->world.objects_made && has_whole_list(kernel, &header->WaitListHead);
}

bool ha_dispatcher_is_made(struct ha_kernel *kernel, const DISPATCHER_HEADER *header,
                           unsigned types, enum ha_routine routine)
{
    if (ha_pool_object_went(kernel, header, sizeof *header, routine))
        return false;
    if (header)
        ha_order_use(&kernel->world, header);
    if (header && ha_dispatcher_looks_made(kernel, header, types))
        return true;
    ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
    return false;
}

static PDISPATCHER_HEADER object_of(const struct ha_wait *wait, ULONG n)
{
    return wait->block[n].Object;
}

/* A semaphore that a wait for all names twice is taken twice, so it must have that much. */
static bool has_enough(const struct ha_wait *wait, ULONG n)
{
    LONG asked = 0;
    if (object_of(wait, n)->Type != HA_OBJECT_SEMAPHORE)
        return true;
    for (ULONG i = 0; i <= n; i++)
        asked += object_of(wait, i) == object_of(wait, n);
    return object_of(wait, n)->SignalState >= asked;
}

/* The first object that is free, or that is not; `count` when there is none. */
static ULONG first_that_is(const struct ha_wait *wait, bool is_free)
{
    for (ULONG i = 0; i < wait->count; i++)
        if ((ha_dispatcher_is_free_for(object_of(wait, i), wait->thread) &&
             (!wait->all || has_enough(wait, i))) == is_free)
            return i;
    return wait->count;
}

/* Whether the objects, as they are now, let the thread go on. */
static bool can_end(const struct ha_wait *wait)
{
    return wait->count && (wait->all ? first_that_is(wait, false) == wait->count
                                     : first_that_is(wait, true) < wait->count);
}

static void show(struct ha_wait *wait, ULONG n)
{
    wait->shown.id = n < wait->count ? ha_dispatcher_id(object_of(wait, n)) : 0;
    wait->shown.holder =
        n < wait->count ? ha_dispatcher_holder(wait->kernel, object_of(wait, n)) : NULL;
}

/* Show what the thread waits for: the first object that is not free, else simply the first. */
static void show_obstacle(struct ha_wait *wait)
{
    ULONG n = first_that_is(wait, false);
    show(wait, n < wait->count ? n : 0);
}

/* Take what a wait that can end is for. */
static void take_objects(struct ha_wait *wait)
{
    if (wait->all) {
        wait->status = STATUS_WAIT_0;
        for (ULONG i = 0; i < wait->count; i++)
            if (ha_dispatcher_take(object_of(wait, i), wait->thread))
                wait->status = STATUS_ABANDONED;
        show(wait, 0);
    } else {
        ULONG n = first_that_is(wait, true);
        wait->status = (NTSTATUS)(ha_dispatcher_take(object_of(wait, n), wait->thread) + (LONG)n);
        wait->taken = n;
        show(wait, n);
    }
}

static void unlink_blocks(struct ha_wait *wait)
{
    for (ULONG i = 0; i < wait->count; i++) {
        PLIST_ENTRY entry = &wait->block[i].WaitListEntry;
        entry->Blink->Flink = entry->Flink;
        entry->Flink->Blink = entry->Blink;
    }
}

static void join(struct ha_wait *wait)
{
    struct ha_kernel *kernel = wait->kernel;
    wait->next = kernel->waits;
    if (wait->next)
        wait->next->previous = wait;
    kernel->waits = wait;
}

static void leave(struct ha_wait *wait)
{
    if (wait->next)
        wait->next->previous = wait->previous;
    if (wait->previous)
        wait->previous->next = wait->next;
    else
        wait->kernel->waits = wait->next;
}

static void finish(struct ha_wait *wait)
{
    unlink_blocks(wait);
    leave(wait);
    ha_alarm_stop(&wait->kernel->world, &wait->alarm);
    wait->over = true;
    wait->thread->timed = false;
    wait->thread->waits_for = NULL;
    ha_sched_ready(wait->thread);
}

static void on_time_out(struct ha_world *world, void *argument)
{
    struct ha_wait *wait = argument;
    (void)world;
    wait->status = STATUS_TIMEOUT;
    finish(wait);
}

static struct ha_wait *wait_of(PLIST_ENTRY entry)
{
    return CONTAINING_RECORD(entry, KWAIT_BLOCK, WaitListEntry)->SparePtr;
}

void ha_dispatcher_signal(struct ha_kernel *kernel, PDISPATCHER_HEADER header)
{
    PLIST_ENTRY head = &header->WaitListHead, next;
    ha_touch(&kernel->world, ha_dispatcher_id(header), HA_TOUCH_WRITE);
    if (!has_whole_list(kernel, head))
        return;                     /* a driver has written over it */
    for (PLIST_ENTRY entry = head->Flink; entry != head && header->SignalState > 0; entry = next) {
        struct ha_wait *wait = wait_of(entry);
        next = entry->Flink;
        /* A thread may wait for one object twice: its other blocks, next to it, go with it. */
        while (next != head && wait_of(next) == wait)
            next = next->Flink;
        if (can_end(wait)) {
            if (!(HA_TYPE(header->Type) & HA_TIMERS))   /* which runs out on any thread */
                ha_order_give(&kernel->world, wait);
            take_objects(wait);
            finish(wait);
        }
    }
    /* A mutex may have a new holder, and who waits for all of several waits for another one. */
    for (PLIST_ENTRY entry = head->Flink; entry != head; entry = entry->Flink)
        show_obstacle(wait_of(entry));
}

uint32_t ha_waits_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (const struct ha_wait *wait = kernel->waits; wait; wait = wait->next)
        for (ULONG i = 0; i < wait->count; i++)
            if (ha_lies_in(object_of(wait, i), memory, size) ||
                ha_lies_in(&wait->block[i], memory, size))
                return ha_dispatcher_id(object_of(wait, i));
    return 0;
}

/* An object is gone. In its place the wait has one of its own, which nobody ever signals. */
static void lose(struct ha_wait *wait, ULONG n)
{
    PLIST_ENTRY entry = &wait->block[n].WaitListEntry;
    set_up(&wait->gone, ha_dispatcher_id(object_of(wait, n)), HA_OBJECT_EVENT, 0);
    entry->Blink->Flink = entry->Flink;
    entry->Flink->Blink = entry->Blink;
    entry->Flink = entry->Blink = entry;
    wait->block[n].Object = &wait->gone;
    show_obstacle(wait);
}

void ha_waits_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (struct ha_wait *wait = kernel->waits; wait; wait = wait->next)
        for (ULONG i = 0; i < wait->count; i++)
            if (ha_lies_in(object_of(wait, i), memory, size))
                lose(wait, i);
}

static void record_wait(struct ha_wait *wait, enum ha_kind kind, bool blocked)
{
    struct ha_record *record = ha_record_open(&wait->kernel->world, kind, wait->shown.id);
    record->as.wait.timeout_ns = wait->timeout_ns;
    record->as.wait.waiter = wait->thread->stamp.thread;
    record->as.wait.holder = wait->shown.holder ? wait->shown.holder->stamp.thread : 0;
    record->as.wait.blocked = blocked;
}

static void link_blocks(struct ha_wait *wait)
{
    for (ULONG i = 0; i < wait->count; i++) {
        PLIST_ENTRY head = &object_of(wait, i)->WaitListHead;
        PLIST_ENTRY entry = &wait->block[i].WaitListEntry;
        entry->Flink = head;
        entry->Blink = head->Blink;
        head->Blink->Flink = entry;
        head->Blink = entry;
        wait->block[i].SparePtr = wait;
        wait->block[i].WaitType = wait->all ? WaitAll : WaitAny;
        wait->block[i].WaitKey = (USHORT)i;
    }
}

/* Block the thread until somebody, or the time, has ended the wait. */
static void block(struct ha_wait *wait, uint64_t due_ns)
{
    struct ha_world *world = &wait->kernel->world;
    ha_order_forget(world, wait);
    link_blocks(wait);
    join(wait);
    wait->alarm = (struct ha_alarm){.action = on_time_out, .argument = wait};
    if (due_ns != HA_FOREVER && !ha_alarm_set(world, &wait->alarm, due_ns))
        ha_sched_end(world, HA_END_MEMORY);
    wait->thread->waits_for = &wait->shown;
    wait->thread->timed = due_ns != HA_FOREVER;
    while (!wait->over)
        ha_sched_block(world);
    if (wait->status != STATUS_TIMEOUT)
        ha_order_take(world, wait);     /* the object may be another by now */
}

/* What was done before the objects were signalled comes before what the thread does next. */
static void take_orders(const struct ha_wait *wait)
{
    for (ULONG i = 0; wait->status != STATUS_TIMEOUT && i < wait->count; i++)
        if (wait->all || i == wait->taken)
            ha_order_take(&wait->kernel->world, object_of(wait, i));
}

NTSTATUS ha_dispatcher_wait(struct ha_kernel *kernel, PVOID *object, ULONG count, bool all,
                            PKWAIT_BLOCK block_array, const LARGE_INTEGER *timeout)
{
    struct ha_world *world = &kernel->world;
    struct ha_wait wait = {.kernel = kernel, .thread = world->sched.running, .block = block_array,
                        .count = count, .all = all, .status = STATUS_TIMEOUT};
    uint64_t due_ns = ha_dispatcher_due(kernel, timeout);
    wait.timeout_ns = due_ns == HA_FOREVER ? HA_FOREVER
                      : due_ns > world->time_ns ? due_ns - world->time_ns : 0;
    for (ULONG i = 0; i < count; i++) {
        block_array[i].Object = object[i];
        ha_touch(world, ha_dispatcher_id(object[i]), HA_TOUCH_WRITE);
    }
    bool now = can_end(&wait);
    bool blocks = !now && !(timeout && timeout->QuadPart == 0);
    show_obstacle(&wait);
    record_wait(&wait, HA_WAIT_BEGIN, blocks);
    if (now)
        take_objects(&wait);
    else if (blocks)
        block(&wait, due_ns);
    else
        ha_sched_spin(world);       /* it looks, perhaps again and again */
    take_orders(&wait);
    record_wait(&wait, HA_WAIT_END, blocks);
    return wait.status;
}
