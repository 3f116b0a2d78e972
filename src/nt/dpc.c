/*
 * dpc - deferred procedure calls that are queued to processors
 *
 * Owns struct ha_dpcs and what lies in the opaque members of a KDPC: Number is the index of the
 * target processor and one, or 0 for none; DpcData is the number of the insertion while it is
 * queued; DpcListEntry holds the next in the queue, and `sealed` below.
 */
#include "nt/dpc.h"

#include <stdint.h>

#include "nt/in_use.h"
#include "nt/leftovers.h"

#define TYPE_DPC 19             /* KOBJECTS in ntddk.h: DpcObject */

/* What DpcListEntry.Blink holds. */
struct sealed {
    uint32_t id;
    uint16_t driver;
    uint16_t queue;             /* index of the processor, while it is queued */
};

static struct sealed sealed_of(const KDPC *dpc)
{
    uint64_t bits = (uintptr_t)dpc->DpcListEntry.Blink;
    return (struct sealed){(uint32_t)bits, (uint16_t)(bits >> 32), (uint16_t)(bits >> 48)};
}

static void seal(PKDPC dpc, struct sealed sealed)
{
    uint64_t bits = sealed.id | (uint64_t)sealed.driver << 32 | (uint64_t)sealed.queue << 48;
    dpc->DpcListEntry.Blink = (PLIST_ENTRY)(uintptr_t)bits;
}

static PKDPC next_of(const KDPC *dpc)
{
    return (PKDPC)(void *)dpc->DpcListEntry.Flink;
}

static uint64_t insertion_of(const KDPC *dpc)
{
    return (uintptr_t)dpc->DpcData;
}

uint32_t ha_dpc_id(const KDPC *dpc)
{
    return sealed_of(dpc).id;
}

uint16_t ha_dpc_driver(const KDPC *dpc)
{
    return sealed_of(dpc).driver;
}

bool ha_dpc_is_made(struct ha_kernel *kernel, const KDPC *dpc, enum ha_routine routine)
{
    if (dpc && dpc->Type == TYPE_DPC && ha_dpc_id(dpc) && ha_dpc_id(dpc) <= kernel->dpcs.made)
        return true;
    ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
    return false;
}

void ha_dpc_make(struct ha_kernel *kernel, PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context)
{
    *dpc = (KDPC){.Type = TYPE_DPC, .Importance = MediumImportance, .DeferredRoutine = routine,
                  .DeferredContext = context};
    seal(dpc, (struct sealed){++kernel->dpcs.made, kernel->world.sched.running->stamp.driver, 0});
}

static struct ha_record *open(struct ha_kernel *kernel, enum ha_kind kind, const KDPC *dpc,
                              uint16_t target)
{
    const struct ha_partition *partition = &kernel->world.partition;
    struct ha_record *record = ha_record_open(&kernel->world, kind, ha_dpc_id(dpc));
    if (ha_dpc_driver(dpc))     /* otherwise it was made outside any driver, by a test */
        record->driver = ha_dpc_driver(dpc);
    record->as.dpc.target = target;
    record->as.dpc.group = HA_NO_GROUP;
    /* Behind the last active processor there may be one that is coming. */
    if (target <= partition->active && target < partition->maximum) {
        record->as.dpc.group = partition->place[target].group;
        record->as.dpc.number = partition->place[target].number;
    }
    return record;
}

static void put(struct ha_dpc_queue *queue, PKDPC dpc)
{
    bool first = dpc->Importance == HighImportance || !queue->first;
    dpc->DpcListEntry.Flink = first ? (PLIST_ENTRY)(void *)queue->first : NULL;
    if (!queue->first)
        queue->last = dpc;
    if (first) {
        queue->first = dpc;
    } else {
        queue->last->DpcListEntry.Flink = (PLIST_ENTRY)(void *)dpc;
        queue->last = dpc;
    }
}

static void take(struct ha_kernel *kernel, struct ha_dpc_queue *queue, PKDPC dpc)
{
    PKDPC before = NULL;
    for (PKDPC other = queue->first; other != dpc; other = next_of(other))
        before = other;
    if (before)
        before->DpcListEntry.Flink = dpc->DpcListEntry.Flink;
    else
        queue->first = next_of(dpc);
    if (queue->last == dpc)
        queue->last = before;
    dpc->DpcData = NULL;
    kernel->dpcs.queued--;
}

static void ask(struct ha_kernel *kernel, uint32_t index)
{
    if (ha_processor_interrupt(&kernel->world, index, HA_INTERRUPT_DPC) != HA_OK)
        ha_sched_end(&kernel->world, HA_END_MEMORY);
}

bool ha_dpc_insert(struct ha_kernel *kernel, PKDPC dpc, uint16_t here, uint8_t flags)
{
    struct ha_dpcs *dpcs = &kernel->dpcs;
    uint16_t target = dpc->Number ? (uint16_t)(dpc->Number - 1) : here;
    bool queued = dpc->DpcData != NULL;
    bool waits = target >= kernel->world.partition.scheduled;
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    struct ha_record *record =
        open(kernel, HA_DPC_INSERT, dpc, queued ? sealed_of(dpc).queue : target);
    record->as.dpc.importance = dpc->Importance;
    record->as.dpc.result = !queued;
    record->flags = (uint8_t)(flags | (waits && !queued ? HA_DPC_WAITS : 0u));
    if (queued)
        return false;
    struct sealed sealed = sealed_of(dpc);
    sealed.queue = target;
    seal(dpc, sealed);
    dpc->DpcData = (PVOID)(uintptr_t)++dpcs->inserted;
    dpcs->queued++;
    put(&dpcs->queue[target], dpc);
    if (!waits)
        ask(kernel, target);
    return true;
}

static void tell_waiters(struct ha_kernel *kernel)
{
    if (kernel->dpcs.done.first_waiter)
        ha_event_set(&kernel->world, &kernel->dpcs.done);
}

bool ha_dpc_remove(struct ha_kernel *kernel, PKDPC dpc, uint8_t flags)
{
    uint16_t target = sealed_of(dpc).queue;
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    if (!dpc->DpcData)
        return false;
    take(kernel, &kernel->dpcs.queue[target], dpc);
    open(kernel, HA_DPC_DROP, dpc, target)->flags = flags;
    tell_waiters(kernel);
    return true;
}

void ha_dpcs_start(struct ha_kernel *kernel, uint32_t index)
{
    if (kernel->dpcs.queue[index].first)
        ask(kernel, index);
}

void ha_dpcs_drop(struct ha_kernel *kernel, uint32_t index)
{
    while (kernel->dpcs.queue[index].first)
        ha_dpc_remove(kernel, kernel->dpcs.queue[index].first, 0);
}

bool ha_dpcs_lie_in(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (uint32_t i = 0; i < kernel->world.partition.maximum; i++)
        for (const KDPC *dpc = kernel->dpcs.queue[i].first; dpc; dpc = next_of(dpc))
            if (ha_lies_in(dpc, memory, size))
                return true;
    return false;
}

void ha_dpcs_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    PKDPC next;
    for (uint32_t i = 0; kernel->dpcs.queued && i < kernel->world.partition.maximum; i++) {
        for (PKDPC dpc = kernel->dpcs.queue[i].first; dpc; dpc = next) {
            next = next_of(dpc);
            if (ha_dpc_driver(dpc) == driver->id) {
                ha_record_left(driver, HA_LEFT_DPC, ha_dpc_id(dpc));
                take(kernel, &kernel->dpcs.queue[i], dpc);
                tell_waiters(kernel);
            }
        }
    }
}

/* Once it has begun the driver may queue or free the DPC again, so this works on a copy. */
static void run(struct ha_kernel *kernel, struct ha_dpc_queue *queue, uint16_t index)
{
    struct ha_thread *thread = kernel->world.sched.running;
    PKDPC dpc = queue->first;
    const KDPC copy = *dpc;
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    take(kernel, queue, dpc);
    queue->running = insertion_of(&copy);
    queue->id = ha_dpc_id(&copy);
    thread->stamp.driver = ha_dpc_driver(&copy);
    open(kernel, HA_DPC_RUN_ENTER, &copy, index);
    ha_sched_point(&kernel->world);
    copy.DeferredRoutine(dpc, copy.DeferredContext, copy.SystemArgument1, copy.SystemArgument2);
    open(kernel, HA_DPC_RUN_LEAVE, &copy, index);
    ha_thread_set_irql(thread, DISPATCH_LEVEL);
    thread->stamp.driver = 0;
    thread->stamp.regions = 0;
    queue->running = 0;
    tell_waiters(kernel);
    ha_sched_point(&kernel->world);
}

/* Runs in the context of a processor. */
static void run_queue(struct ha_world *world)
{
    struct ha_kernel *kernel = (struct ha_kernel *)(void *)world;
    uint16_t index = world->sched.running->stamp.processor;
    struct ha_dpc_queue *queue = &kernel->dpcs.queue[index];
    while (queue->first)
        run(kernel, queue, index);
}

bool ha_dpcs_init(struct ha_kernel *kernel)
{
    struct ha_world *world = &kernel->world;
    world->sched.serve[HA_INTERRUPT_DPC] = run_queue;
    kernel->dpcs.queue = ha_arena_take(&world->host->arena, world->partition.maximum *
                                                            sizeof *kernel->dpcs.queue);
    return kernel->dpcs.queue != NULL;
}

/* Wait for the next DPC that is done. */
static void wait(struct ha_kernel *kernel)
{
    struct ha_object *done = &kernel->dpcs.done;
    if (!done->id)
        ha_object_init(&kernel->world, done, "the end of a DPC");
    done->set = false;
    ha_event_wait(&kernel->world, done);
}

/* Whether nothing that was inserted up to this one is left on the first so many processors. */
static bool is_flushed(const struct ha_kernel *kernel, uint64_t last, uint32_t processors)
{
    for (uint32_t i = 0; i < processors; i++) {
        const struct ha_dpc_queue *queue = &kernel->dpcs.queue[i];
        if (queue->running && queue->running <= last)
            return false;
        for (const KDPC *dpc = queue->first; dpc; dpc = next_of(dpc))
            if (insertion_of(dpc) <= last)
                return false;
    }
    return true;
}

void ha_dpcs_flush(struct ha_kernel *kernel)
{
    uint64_t last = kernel->dpcs.inserted;
    uint32_t processors = kernel->world.partition.scheduled;    /* one that comes now is too late */
    while (!is_flushed(kernel, last, processors))
        wait(kernel);
}

static bool is_running(const struct ha_kernel *kernel, uint32_t id)
{
    for (uint32_t i = 0; i < kernel->world.partition.scheduled; i++)
        if (kernel->dpcs.queue[i].running && kernel->dpcs.queue[i].id == id)
            return true;
    return false;
}

void ha_dpcs_wait_for(struct ha_kernel *kernel, uint32_t id)
{
    while (is_running(kernel, id))
        wait(kernel);
}
