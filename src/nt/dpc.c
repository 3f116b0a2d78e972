/*
 * dpc - deferred procedure calls that are queued to processors
 *
 * Owns struct ha_dpcs, struct ha_dpc_entry, and what lies in the opaque members of a KDPC: Number
 * is the index of the target and one, or 0 for none; DpcData is the number of the insertion while
 * it is queued, so that a copy made then is known; DpcListEntry holds its address, struct sealed.
 */
#include "nt/dpc.h"

#include <stdint.h>

#include "nt/caller.h"
#include "nt/in_use.h"
#include "nt/leftovers.h"
#include "nt/locks.h"
#include "nt/pool.h"

#define TYPE_DPC 19             /* KOBJECTS in ntddk.h: DpcObject */

/* An insertion. What the driver does to its KDPC meanwhile changes nothing here. */
struct ha_dpc_entry {
    struct ha_dpc_entry *next;
    PKDPC dpc;
    uint64_t number;
    uint32_t id;
    uint32_t made_at;               /* in its driver's code, as it was queued there */
    uint16_t driver, target;
    PKDEFERRED_ROUTINE routine;
    PVOID context, argument1, argument2;
};

/* What DpcListEntry.Blink holds; Flink holds the address of the KDPC itself. */
struct sealed {
    uint32_t id;
    uint16_t driver;
};

static struct sealed sealed_of(const KDPC *dpc)
{
    uint64_t bits = (uintptr_t)dpc->DpcListEntry.Blink;
    return (struct sealed){(uint32_t)bits, (uint16_t)(bits >> 32)};
}

static void seal(PKDPC dpc, uint32_t id, uint16_t driver)
{
    uint64_t bits = id | (uint64_t)driver << 32;
    dpc->DpcListEntry.Flink = (PLIST_ENTRY)(void *)dpc;
    dpc->DpcListEntry.Blink = (PLIST_ENTRY)(uintptr_t)bits;
}

uint32_t ha_dpc_id(const KDPC *dpc)
{
    return sealed_of(dpc).id;
}

/* The link to the first insertion of a DPC that lies in some memory; NULL when there is none. */
static struct ha_dpc_entry **find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    uint32_t left = kernel->dpcs.queued;
    for (uint32_t i = 0; left; i++) {
        struct ha_dpc_entry **link = &kernel->dpcs.queue[i].first;
        for (; *link; link = &(*link)->next, left--)
            if (ha_lies_in((*link)->dpc, memory, size))
                return link;
    }
    return NULL;
}

static struct ha_dpc_entry **insertion_of(const struct ha_kernel *kernel, const KDPC *dpc)
{
    return find(kernel, dpc, 1);
}

bool ha_dpc_is_queued(const struct ha_kernel *kernel, const KDPC *dpc)
{
    return insertion_of(kernel, dpc) != NULL;
}

uint32_t ha_dpcs_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    struct ha_dpc_entry **link = find(kernel, memory, size);
    return link ? (*link)->id : 0;
}

void ha_dpc_record_target(struct ha_kernel *kernel, enum ha_routine routine, const KDPC *dpc,
                          uint32_t asked, NTSTATUS status)
{
    uint16_t target = dpc->Number ? (uint16_t)(dpc->Number - 1) : HA_NO_GROUP;
    struct ha_record *record = ha_record_open(&kernel->world, HA_DPC_TARGET, ha_dpc_id(dpc));
    record->as.dpc.routine = routine;
    record->as.dpc.asked = asked;
    record->as.dpc.status = status;
    record->as.dpc.target = target;
}

/* Its target goes with the copy, which the trace would not know. */
static void adopt_copy(struct ha_kernel *kernel, PKDPC dpc, enum ha_routine routine)
{
    seal(dpc, ++kernel->dpcs.made, sealed_of(dpc).driver);
    if (!dpc->Number)
        return;
    struct ha_place place = kernel->world.partition.place[dpc->Number - 1];
    ha_dpc_record_target(kernel, routine, dpc, (uint32_t)place.group << 16 | place.number,
                         STATUS_SUCCESS);
}

/* What lies there may be gone: that is what is asked, so a sanitizer need not object. */
__attribute__((no_sanitize("address")))
static bool looks_made(const struct ha_kernel *kernel, const KDPC *dpc)
{
    uint32_t id = (uint32_t)(uintptr_t)dpc->DpcListEntry.Blink;
    return dpc->Type == TYPE_DPC && id && id <= kernel->dpcs.made && dpc->DpcListEntry.Flink &&
           dpc->Number <= kernel->world.partition.maximum && dpc->DeferredRoutine;
}

bool ha_dpc_is_made(struct ha_kernel *kernel, PKDPC dpc, enum ha_routine routine)
{
    if (dpc && looks_made(kernel, dpc)) {
        if ((const void *)dpc->DpcListEntry.Flink == dpc)
            return true;
        if (!dpc->DpcData && !ha_dpc_is_queued(kernel, dpc)) {
            adopt_copy(kernel, dpc, routine);
            return true;
        }
    }
    if (!ha_pool_object_went(kernel, dpc, sizeof *dpc, routine))
        ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
    return false;
}

void ha_dpc_make(struct ha_kernel *kernel, PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context)
{
    *dpc = (KDPC){.Type = TYPE_DPC, .Importance = MediumImportance, .DeferredRoutine = routine,
                  .DeferredContext = context};
    seal(dpc, ++kernel->dpcs.made, kernel->world.sched.running->stamp.driver);
}

static struct ha_record *open(struct ha_kernel *kernel, enum ha_kind kind,
                              const struct ha_dpc_entry *entry)
{
    const struct ha_partition *partition = &kernel->world.partition;
    uint16_t target = entry->target;
    struct ha_record *record = ha_record_open(&kernel->world, kind, entry->id);
    if (entry->driver)          /* otherwise it was made outside any driver, by a test */
        record->driver = entry->driver;
    record->as.dpc.target = target;
    record->as.dpc.group = HA_NO_GROUP;
    /* Behind the last active processor there may be one that is coming. */
    if (target <= partition->active && target < partition->maximum) {
        record->as.dpc.group = partition->place[target].group;
        record->as.dpc.number = partition->place[target].number;
    }
    return record;
}

static void put(struct ha_dpc_queue *queue, struct ha_dpc_entry *entry, bool first)
{
    struct ha_dpc_entry **link = first ? &queue->first : queue->end;
    entry->next = *link;
    *link = entry;
    if (!entry->next)
        queue->end = &entry->next;
}

/*
 * Tell the KDPC that it is queued no more, if it is still the one that was queued. Its memory may
 * be a stack that has gone by, where a sanitizer would object.
 */
__attribute__((no_sanitize("address")))
static bool let_go(const struct ha_dpc_entry *entry)
{
    PKDPC dpc = entry->dpc;
    if (dpc->Type != TYPE_DPC || (void *)dpc->DpcListEntry.Flink != dpc ||
        (uint32_t)(uintptr_t)dpc->DpcListEntry.Blink != entry->id)
        return false;
    dpc->DpcData = NULL;
    return true;
}

/* The copy of an entry whose place in the queue, and in the arena, is given back. */
static struct ha_dpc_entry take(struct ha_kernel *kernel, struct ha_dpc_entry **link)
{
    struct ha_dpc_entry *entry = *link, taken = *entry;
    *link = entry->next;
    if (!entry->next)
        kernel->dpcs.queue[entry->target].end = link;
    ha_arena_give(&kernel->world.host->arena, entry, sizeof *entry);
    kernel->dpcs.queued--;
    return taken;
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
    bool waits = target >= kernel->world.partition.scheduled;
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    struct ha_dpc_entry **link = insertion_of(kernel, dpc);
    if (link) {
        struct ha_record *record = open(kernel, HA_DPC_INSERT, *link);
        record->as.dpc.importance = dpc->Importance;
        record->flags = flags;
        if (!(flags & HA_DPC_BY_TIMER))
            ha_order_give(&kernel->world, dpc);     /* it has not begun, and runs for both */
        return false;
    }
    struct ha_dpc_entry *entry = ha_arena_take(&kernel->world.host->arena, sizeof *entry);
    if (!entry) {
        ha_sched_end(&kernel->world, HA_END_MEMORY);
        return false;
    }
    struct sealed sealed = sealed_of(dpc);
    uint32_t place = flags & HA_DPC_BY_TIMER ? 0 : ha_caller_place(kernel);
    *entry = (struct ha_dpc_entry){
        .dpc = dpc, .number = ++dpcs->inserted, .id = sealed.id, .driver = sealed.driver,
        .target = target, .routine = dpc->DeferredRoutine, .context = dpc->DeferredContext,
        .argument1 = dpc->SystemArgument1, .argument2 = dpc->SystemArgument2,
        .made_at = place};
    struct ha_record *record = open(kernel, HA_DPC_INSERT, entry);
    record->as.dpc.importance = dpc->Importance;
    record->as.dpc.result = true;
    record->as.dpc.place = place;
    record->flags = (uint8_t)(flags | (waits ? HA_DPC_WAITS : 0u));
    dpc->DpcData = (PVOID)(uintptr_t)entry->number;
    dpcs->queued++;
    ha_order_forget(&kernel->world, dpc);
    if (!(flags & HA_DPC_BY_TIMER))         /* which runs out on any thread */
        ha_order_give(&kernel->world, dpc);
    put(&dpcs->queue[target], entry, dpc->Importance == HighImportance);
    if (!waits)
        ask(kernel, target);
    return true;
}

static void tell_waiters(struct ha_kernel *kernel)
{
    if (kernel->dpcs.done.first_waiter)
        ha_event_set(&kernel->world, &kernel->dpcs.done);
}

static void drop(struct ha_kernel *kernel, struct ha_dpc_entry **link, uint8_t flags)
{
    struct ha_dpc_entry entry = take(kernel, link);
    let_go(&entry);
    open(kernel, HA_DPC_DROP, &entry)->flags = flags;
    tell_waiters(kernel);
}

bool ha_dpc_remove(struct ha_kernel *kernel, PKDPC dpc, uint8_t flags)
{
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    struct ha_dpc_entry **link = insertion_of(kernel, dpc);
    if (link)
        drop(kernel, link, flags);
    return link != NULL;
}

void ha_dpcs_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    struct ha_dpc_entry **link;
    while ((link = find(kernel, memory, size)) != NULL)
        drop(kernel, link, HA_DPC_BY_DRIVER);
}

void ha_dpcs_start(struct ha_kernel *kernel, uint32_t index)
{
    if (kernel->dpcs.queue[index].first)
        ask(kernel, index);
}

void ha_dpcs_drop(struct ha_kernel *kernel, uint32_t index)
{
    while (kernel->dpcs.queue[index].first)
        drop(kernel, &kernel->dpcs.queue[index].first, 0);
}

void ha_dpcs_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    for (uint32_t i = 0; kernel->dpcs.queued && i < kernel->world.partition.maximum; i++) {
        struct ha_dpc_entry **link = &kernel->dpcs.queue[i].first;
        while (*link) {
            if ((*link)->driver != driver->id) {
                link = &(*link)->next;
                continue;
            }
            struct ha_dpc_entry entry = take(kernel, link);
            let_go(&entry);
            ha_record_left(driver, HA_LEFT_DPC, entry.id, entry.made_at);
            tell_waiters(kernel);
        }
    }
}

/* What comes after each time that a DPC has run; it may be gone by then, so it is but a place. */
static const void *end_of(const KDPC *dpc)
{
    return (const char *)dpc + 2;
}

/* Once it has begun the driver may queue or free the DPC again, so this works on a copy. */
static void run(struct ha_kernel *kernel, struct ha_dpc_queue *queue)
{
    struct ha_thread *thread = kernel->world.sched.running;
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    const struct ha_dpc_entry entry = take(kernel, &queue->first);
    queue->running = entry.number;
    queue->id = entry.id;
    thread->stamp.driver = entry.driver;
    if (!let_go(&entry))
        ha_record_misuse(kernel, HA_RT_INITIALIZE_DPC, HA_MISUSE_IN_USE, entry.id, 0);
    ha_order_take(&kernel->world, entry.dpc);
    ha_order_take(&kernel->world, ha_order_of_timers(entry.dpc));
    ha_order_take(&kernel->world, ha_order_of_start(&kernel->world, entry.target));
    open(kernel, HA_DPC_RUN_ENTER, &entry);
    ha_sched_point(&kernel->world);
    uint32_t depth = ha_kernel_go_out(kernel);
    entry.routine(entry.dpc, entry.context, entry.argument1, entry.argument2);
    ha_kernel_come_in(kernel, depth);
    ha_locks_leave(kernel, HA_RT_INSERT_DPC, NULL);
    open(kernel, HA_DPC_RUN_LEAVE, &entry);
    ha_thread_set_irql(thread, DISPATCH_LEVEL);
    thread->stamp.driver = 0;
    thread->stamp.regions = 0;
    queue->running = 0;
    ha_order_give(&kernel->world, &kernel->dpcs);
    ha_order_give(&kernel->world, end_of(entry.dpc));
    tell_waiters(kernel);
    ha_sched_point(&kernel->world);
}

/* Runs in the context of a processor. */
static void run_queue(struct ha_world *world)
{
    struct ha_kernel *kernel = (struct ha_kernel *)(void *)world;
    struct ha_dpc_queue *queue = &kernel->dpcs.queue[world->sched.running->stamp.processor];
    while (queue->first)
        run(kernel, queue);
}

bool ha_dpcs_init(struct ha_kernel *kernel)
{
    struct ha_world *world = &kernel->world;
    uint32_t count = world->partition.maximum;
    struct ha_dpc_queue *queue = ha_arena_take(&world->host->arena, count * sizeof *queue);
    world->sched.serve[HA_INTERRUPT_DPC] = run_queue;
    kernel->dpcs.queue = queue;
    for (uint32_t i = 0; queue && i < count; i++)
        queue[i].end = &queue[i].first;
    return queue != NULL;
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
        for (const struct ha_dpc_entry *entry = queue->first; entry; entry = entry->next)
            if (entry->number <= last)
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
    ha_order_take(&kernel->world, &kernel->dpcs);
}

static bool is_running(const struct ha_kernel *kernel, uint32_t id)
{
    for (uint32_t i = 0; i < kernel->world.partition.scheduled; i++)
        if (kernel->dpcs.queue[i].running && kernel->dpcs.queue[i].id == id)
            return true;
    return false;
}

void ha_dpcs_wait_for(struct ha_kernel *kernel, const KDPC *dpc)
{
    uint32_t id = ha_dpc_id(dpc);
    while (is_running(kernel, id))
        wait(kernel);
    ha_order_take(&kernel->world, end_of(dpc));
}
