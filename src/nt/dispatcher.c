/*
 * dispatcher - objects that threads wait for, and the waiting
 *
 * Owns the heads of dispatcher objects and struct wait. The state of an object is looked at and
 * changed without a scheduling point in between, so there is no lock.
 */
#include "nt/dispatcher.h"

#include <stdio.h>
#include <string.h>

#define NS_A_UNIT 100u              /* Windows counts time in units of 100 ns */

/* A wait under way; it lies on the stack of the thread that waits. */
struct wait {
    struct ha_kernel *kernel;
    struct ha_thread *thread;
    PKWAIT_BLOCK block;
    ULONG count;
    bool all;
    bool over;
    NTSTATUS status;
    struct ha_alarm alarm;
};

static const char *const type_names[] = {
    [HA_OBJECT_EVENT] = "event", [HA_OBJECT_SYNCHRONIZATION_EVENT] = "event",
    [HA_OBJECT_MUTANT] = "mutex", [HA_OBJECT_SEMAPHORE] = "semaphore",
    [HA_OBJECT_THREAD] = "thread", [HA_OBJECT_TIMER] = "timer",
    [HA_OBJECT_SYNCHRONIZATION_TIMER] = "timer",
};

void ha_dispatcher_init(struct ha_kernel *kernel, PDISPATCHER_HEADER header,
                        enum ha_dispatcher_type type, LONG state)
{
    char name[32];
    uint32_t id = ++kernel->world.objects_made;
    header->Type = (UCHAR)type;
    header->Signalling = (UCHAR)id;
    header->Size = (UCHAR)(id >> 8);
    header->Reserved1 = (UCHAR)(id >> 16);
    header->SignalState = state;
    header->WaitListHead.Flink = header->WaitListHead.Blink = &header->WaitListHead;
    snprintf(name, sizeof name, "%s %u", type_names[type], (unsigned)id);
    ha_record_name(&kernel->world, HA_NS_OBJECT, id, name);
}

uint32_t ha_dispatcher_id(const DISPATCHER_HEADER *header)
{
    return header->Signalling | (uint32_t)header->Size << 8 | (uint32_t)header->Reserved1 << 16;
}

bool ha_dispatcher_is_made(struct ha_kernel *kernel, const DISPATCHER_HEADER *header,
                           enum ha_routine routine)
{
    if (header->WaitListHead.Flink && ha_dispatcher_id(header))
        return true;
    ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
    return false;
}

static PKMUTANT mutant_of(PDISPATCHER_HEADER header)
{
    return (PKMUTANT)(void *)header;
}

static bool is_free_for(PDISPATCHER_HEADER header, const struct ha_thread *thread)
{
    return header->SignalState > 0 ||
           (header->Type == HA_OBJECT_MUTANT &&
            mutant_of(header)->OwnerThread == (const void *)thread);
}

static void own(PKMUTANT mutant, struct ha_thread *thread)
{
    mutant->OwnerThread = (void *)thread;
    mutant->MutantListEntry.Flink = thread->mutants;
    mutant->MutantListEntry.Blink = NULL;
    if (thread->mutants)
        ((PLIST_ENTRY)thread->mutants)->Blink = &mutant->MutantListEntry;
    thread->mutants = &mutant->MutantListEntry;
}

/* The thread takes what the object has to give. Returns STATUS_ABANDONED for such a mutex. */
static NTSTATUS take(PDISPATCHER_HEADER header, struct ha_thread *thread)
{
    PKMUTANT mutant = mutant_of(header);
    switch (header->Type) {
    case HA_OBJECT_SYNCHRONIZATION_EVENT:
    case HA_OBJECT_SYNCHRONIZATION_TIMER:
        header->SignalState = 0;
        return STATUS_SUCCESS;
    case HA_OBJECT_SEMAPHORE:
        header->SignalState--;
        return STATUS_SUCCESS;
    case HA_OBJECT_MUTANT:
        if (header->SignalState-- != 1)
            return STATUS_SUCCESS;          /* once more by its owner */
        own(mutant, thread);
        if (!mutant->Abandoned)
            return STATUS_SUCCESS;
        mutant->Abandoned = FALSE;
        return STATUS_ABANDONED;
    default:
        return STATUS_SUCCESS;
    }
}

static PDISPATCHER_HEADER object_of(const KWAIT_BLOCK *block)
{
    return block->Object;
}

static bool all_are_free(const struct wait *wait)
{
    for (ULONG i = 0; i < wait->count; i++)
        if (!is_free_for(object_of(&wait->block[i]), wait->thread))
            return false;
    return true;
}

/* Try to end the wait by what its objects are now. */
static bool try_to_satisfy(struct wait *wait)
{
    if (wait->all) {
        if (!all_are_free(wait))
            return false;
        wait->status = STATUS_WAIT_0;
        for (ULONG i = 0; i < wait->count; i++)
            if (take(object_of(&wait->block[i]), wait->thread))
                wait->status = STATUS_ABANDONED;
        return true;
    }
    for (ULONG i = 0; i < wait->count; i++) {
        if (!is_free_for(object_of(&wait->block[i]), wait->thread))
            continue;
        wait->status = (NTSTATUS)(take(object_of(&wait->block[i]), wait->thread) + (LONG)i);
        return true;
    }
    return false;
}

static void unlink_blocks(struct wait *wait)
{
    for (ULONG i = 0; i < wait->count; i++) {
        PLIST_ENTRY entry = &wait->block[i].WaitListEntry;
        entry->Blink->Flink = entry->Flink;
        entry->Flink->Blink = entry->Blink;
    }
}

static void finish(struct wait *wait)
{
    unlink_blocks(wait);
    ha_alarm_stop(&wait->kernel->world, &wait->alarm);
    wait->over = true;
    wait->thread->waits_for = NULL;
    ha_sched_ready(wait->thread);
}

static void on_time_out(struct ha_world *world, void *argument)
{
    struct wait *wait = argument;
    (void)world;
    wait->status = STATUS_TIMEOUT;
    finish(wait);
}

void ha_dispatcher_signal(struct ha_kernel *kernel, PDISPATCHER_HEADER header)
{
    PLIST_ENTRY head = &header->WaitListHead, next;
    ha_touch(&kernel->world, ha_dispatcher_id(header), HA_TOUCH_WRITE);
    for (PLIST_ENTRY entry = head->Flink; entry != head && header->SignalState > 0; entry = next) {
        struct wait *wait = CONTAINING_RECORD(entry, KWAIT_BLOCK, WaitListEntry)->SparePtr;
        next = entry->Flink;
        /* A thread may wait for one object twice: its other block goes with this one. */
        while (next != head &&
               CONTAINING_RECORD(next, KWAIT_BLOCK, WaitListEntry)->SparePtr == (PVOID)wait)
            next = next->Flink;
        if (try_to_satisfy(wait))
            finish(wait);
    }
}

void ha_dispatcher_abandon(struct ha_kernel *kernel, struct ha_thread *thread)
{
    while (thread->mutants) {
        PKMUTANT mutant = CONTAINING_RECORD(thread->mutants, KMUTANT, MutantListEntry);
        thread->mutants = mutant->MutantListEntry.Flink;
        mutant->OwnerThread = NULL;
        mutant->Abandoned = TRUE;
        mutant->Header.SignalState = 1;
        ha_dispatcher_signal(kernel, &mutant->Header);
    }
}

uint64_t ha_dispatcher_due(const struct ha_kernel *kernel, const LARGE_INTEGER *timeout)
{
    uint64_t now = kernel->world.time_ns;
    if (!timeout)
        return HA_FOREVER;
    bool relative = timeout->QuadPart < 0;
    uint64_t units = relative ? 0 - (uint64_t)timeout->QuadPart : (uint64_t)timeout->QuadPart;
    uint64_t ns = units > HA_FOREVER / NS_A_UNIT ? HA_FOREVER : units * NS_A_UNIT;
    if (!relative)
        return ns;
    return ns > HA_FOREVER - now ? HA_FOREVER : now + ns;
}

static void record_wait(struct wait *wait, enum ha_kind kind, uint64_t due_ns, bool blocked)
{
    struct ha_world *world = &wait->kernel->world;
    PDISPATCHER_HEADER first = wait->count ? object_of(&wait->block[0]) : NULL;
    struct ha_record *record = ha_record_open(world, kind, first ? ha_dispatcher_id(first) : 0);
    record->as.wait.timeout_ns = due_ns == HA_FOREVER ? HA_FOREVER
                                 : due_ns > world->time_ns ? due_ns - world->time_ns : 0;
    record->as.wait.waiter = wait->thread->stamp.thread;
    record->as.wait.blocked = blocked;
    if (first && first->Type == HA_OBJECT_MUTANT && mutant_of(first)->OwnerThread)
        record->as.wait.holder =
            ((const struct ha_thread *)(const void *)mutant_of(first)->OwnerThread)->stamp.thread;
}

static void link_blocks(struct wait *wait)
{
    for (ULONG i = 0; i < wait->count; i++) {
        PLIST_ENTRY head = &object_of(&wait->block[i])->WaitListHead;
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

NTSTATUS ha_dispatcher_wait(struct ha_kernel *kernel, PVOID *object, ULONG count, bool all,
                            PKWAIT_BLOCK block, const LARGE_INTEGER *timeout)
{
    struct ha_world *world = &kernel->world;
    struct wait wait = {.kernel = kernel, .thread = world->sched.running, .block = block,
                        .count = count, .all = all};
    uint64_t due_ns = ha_dispatcher_due(kernel, timeout);
    bool now = timeout && timeout->QuadPart == 0;
    for (ULONG i = 0; i < count; i++)
        block[i].Object = object[i];
    bool satisfied = count && try_to_satisfy(&wait);
    bool blocks = !satisfied && !now;
    record_wait(&wait, HA_WAIT_BEGIN, due_ns, blocks);
    if (blocks) {
        struct ha_object shown = {.id = count ? ha_dispatcher_id(object[0]) : 0};
        link_blocks(&wait);
        wait.alarm = (struct ha_alarm){.action = on_time_out, .argument = &wait};
        if (due_ns != HA_FOREVER && !ha_alarm_set(world, &wait.alarm, due_ns))
            ha_sched_end(world, HA_END_MEMORY);
        wait.thread->waits_for = &shown;
        while (!wait.over)
            ha_sched_block(world);
    } else if (!satisfied) {
        wait.status = STATUS_TIMEOUT;
    }
    record_wait(&wait, HA_WAIT_END, due_ns, blocks);
    return wait.status;
}
