/*
 * work - work items: functions that a thread of the system calls later
 *
 * Owns struct _IO_WORKITEM and struct errand. What is queued runs at PASSIVE_LEVEL in the order
 * of queueing, in the name of the driver that made the item. A thread that takes one while more
 * wait sends for another thread first, so an item that blocks holds up nothing but itself.
 * Windows keeps a queue for every WORK_QUEUE_TYPE; it promises no order among them, so one serves.
 * Source of each routine: WDK reference, wdm.h, the page of its name.
 */
#include <stdint.h>

#include "nt/caller.h"
#include "nt/device.h"
#include "nt/dispatcher.h"
#include "nt/driver.h"
#include "nt/in_use.h"
#include "nt/leftovers.h"
#include "nt/locks.h"
#include "nt/ob.h"
#include "nt/ps_thread.h"
#include "nt/work.h"

/*
 * What is queued, and by whom. It lies in the arena, because a driver's memory may be gone or
 * written over while the item that it holds is queued.
 */
struct errand {
    struct ha_errand link;          /* first */
    PIO_WORKITEM item;              /* NULL for one of ExQueueWorkItem, which is `executive` */
    PWORK_QUEUE_ITEM executive;
    PVOID context, object;
    PWORKER_THREAD_ROUTINE worker;          /* of `executive` */
    PIO_WORKITEM_ROUTINE routine;
    PIO_WORKITEM_ROUTINE_EX routine_ex;     /* one of the two */
    uint32_t id;
    uint16_t driver;
    bool holds;                     /* `object` is a device, which stays until the routine ends */
};

struct _IO_WORKITEM {
    struct _IO_WORKITEM *older, *newer;     /* of those from IoAllocateWorkItem */
    const void *seal;               /* its own address while it may be used */
    struct errand errand;                   /* as it will be queued */
    bool queued;
    bool is_ours;                   /* from IoAllocateWorkItem */
    uint32_t made_at;
};

static struct errand *take_first(struct ha_work *work)
{
    struct ha_errand *first = work->first;
    if (!first)
        return NULL;
    work->first = first->next;
    if (!work->first)
        work->last = NULL;
    return (struct errand *)(void *)first;
}

static void worker_thread(void *argument);

/* A thread comes for what is queued, unless one is on its way already. */
static void send_for_thread(struct ha_kernel *kernel)
{
    struct ha_work *work = &kernel->work;
    struct ha_thread *idle = work->idle;
    if (work->coming)
        return;
    work->coming = true;
    if (idle) {
        work->idle = idle->next_waiter;
        ha_sched_ready(idle);
    } else if (ha_thread_create(&kernel->world, HA_THREAD_WORKER, 0, worker_thread, kernel,
                                NULL) != HA_OK) {
        ha_ps_no_memory(kernel);    /* queueing cannot fail */
    }
}

/* From here on the driver may queue or free the item again, so this works on a copy. */
static void call(struct ha_kernel *kernel, const struct errand *errand)
{
    uint32_t depth = ha_kernel_go_out(kernel);
    if (!errand->item)
        errand->worker(errand->context);
    else if (errand->routine)
        errand->routine(errand->object, errand->context);
    else
        errand->routine_ex(errand->object, errand->context, errand->item);
    ha_kernel_come_in(kernel, depth);
}

/*
 * Whether an item of ExQueueWorkItem was initialised again while it is queued, which is a misuse
 * and undone. ExInitializeWorkItem is no routine of the kernel, so it is noticed afterwards.
 */
static bool was_made_again(struct ha_kernel *kernel, struct errand *queued)
{
    PWORK_QUEUE_ITEM item = queued->executive;
    if (item->List.Flink == (PLIST_ENTRY)(void *)queued)
        return false;
    ha_record_misuse(kernel, HA_RT_EX_QUEUE_WORK, HA_MISUSE_IN_USE, 0, 0);
    item->List.Flink = (PLIST_ENTRY)(void *)queued;
    item->WorkerRoutine = queued->worker;
    item->Parameter = queued->context;
    return true;
}

static void run(struct ha_kernel *kernel, struct errand *queued)
{
    struct ha_thread *thread = kernel->world.sched.running;
    const struct errand errand = *queued;
    ha_order_take(&kernel->world, queued);
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    thread->stamp.driver = errand.driver;
    if (errand.item) {
        errand.item->queued = false;
    } else {
        was_made_again(kernel, queued);
        errand.executive->List.Flink = NULL;
    }
    ha_arena_give(&kernel->world.host->arena, queued, sizeof *queued);
    ha_record_open(&kernel->world, HA_WORK_ENTER, errand.id);
    ha_sched_point(&kernel->world);
    call(kernel, &errand);
    ha_ps_look_back(kernel, HA_RT_QUEUE_WORK);
    ha_locks_abandon(kernel, thread);      /* the next routine shall not own them */
    ha_record_open(&kernel->world, HA_WORK_LEAVE, errand.id);
    if (errand.holds)
        ha_ob_let_go(kernel, errand.object);
    thread->stamp.regions = 0;
    thread->stamp.driver = 0;
    if (errand.object)
        ha_driver_let_go(kernel, errand.driver);
    ha_sched_point(&kernel->world);
}

static void worker_thread(void *argument)
{
    struct ha_kernel *kernel = argument;
    struct ha_work *work = &kernel->work;
    struct ha_thread *self = kernel->world.sched.running;
    struct errand *errand;
    for (;;) {
        work->coming = false;       /* it has arrived */
        while ((errand = take_first(work)) != NULL) {
            if (work->first)
                send_for_thread(kernel);
            run(kernel, errand);
            if (kernel->world.sched.is_free)
                return;             /* no order comes of who ran what before */
        }
        /* Who is idle, and since when. */
        ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
        self->next_waiter = work->idle;
        work->idle = self;
        ha_sched_block(&kernel->world);
    }
}

/* Queue a copy, which cannot fail. */
static void queue(struct ha_kernel *kernel, const struct errand *wanted)
{
    struct ha_work *work = &kernel->work;
    struct errand *errand = ha_arena_take(&kernel->world.host->arena, sizeof *errand);
    if (!errand)
        ha_ps_no_memory(kernel);
    *errand = *wanted;
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    errand->link.next = NULL;
    if (errand->executive)
        errand->executive->List.Flink = (PLIST_ENTRY)(void *)errand;
    ha_order_forget(&kernel->world, errand);
    ha_order_give(&kernel->world, errand);
    if (work->last)
        work->last->next = &errand->link;
    else
        work->first = &errand->link;
    work->last = &errand->link;
    uint32_t place = ha_caller_place(kernel);
    struct ha_record *record = ha_record_open(&kernel->world, HA_WORK_QUEUED, errand->id);
    record->driver = errand->driver;
    record->as.begun.place = place;
    send_for_thread(kernel);
    ha_sched_point(&kernel->world);
}

/* What lies there may be gone: that is what is asked, so a sanitizer need not object. */
__attribute__((no_sanitize("address")))
static bool is_made(const struct _IO_WORKITEM *item)
{
    return item && item->seal == item;
}

/* Whether the item may be used; otherwise the misuse has been recorded. */
static bool may_use(struct ha_kernel *kernel, PIO_WORKITEM item, enum ha_routine routine)
{
    if (!is_made(item)) {
        ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
        return false;
    }
    if (item->queued)
        ha_record_misuse(kernel, routine, HA_MISUSE_QUEUED, item->errand.id, 0);
    return !item->queued;
}

static void make(struct ha_kernel *kernel, PIO_WORKITEM item, PVOID object, bool is_ours)
{
    *item = (struct _IO_WORKITEM){
        .seal = item, .is_ours = is_ours, .made_at = ha_caller_place(kernel),
        .errand = {.item = item, .object = object, .id = ++kernel->work.made,
                   .driver = kernel->world.sched.running->stamp.driver}};
}

static bool lies_in(const struct errand *errand, const void *memory, size_t size)
{
    return ha_lies_in(errand->item, memory, size) || ha_lies_in(errand->executive, memory, size);
}

bool ha_work_lies_in(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (const struct ha_errand *queued = kernel->work.first; queued; queued = queued->next)
        if (lies_in((const struct errand *)(const void *)queued, memory, size))
            return true;
    return false;
}

void ha_work_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    struct ha_errand **link = &kernel->work.first;
    kernel->work.last = NULL;
    while (*link) {
        struct errand *errand = (struct errand *)(void *)*link;
        if (!lies_in(errand, memory, size)) {
            kernel->work.last = *link;
            link = &(*link)->next;
            continue;
        }
        *link = (*link)->next;
        if (errand->object)
            ha_driver_let_go(kernel, errand->driver);
        ha_arena_give(&kernel->world.host->arena, errand, sizeof *errand);
    }
}

void ha_work_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    for (const struct _IO_WORKITEM *item = kernel->work.items; item; item = item->older)
        if (item->errand.driver == driver->id)
            ha_record_left(driver, HA_LEFT_WORK_ITEM, item->errand.id, item->made_at);
}

/*
 * Make a work item for a device.
 *
 * Returns the item, to be freed with IoFreeWorkItem, or NULL when there is no memory. IRQL: at
 * most DISPATCH_LEVEL. Source: WDK reference, wdm.h, IoAllocateWorkItem.
 */
PIO_WORKITEM IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoAllocateWorkItem");
    ha_kernel_check_irql(kernel, HA_RT_ALLOCATE_WORK, DISPATCH_LEVEL);
    if (ha_kernel_faults(kernel, HA_RT_ALLOCATE_WORK))
        return NULL;
    PIO_WORKITEM item = ha_arena_take(&kernel->world.host->arena, sizeof *item);
    if (!item) {
        ha_record_fault(kernel, HA_RT_ALLOCATE_WORK);
        return NULL;
    }
    make(kernel, item, DeviceObject, true);
    item->older = kernel->work.items;
    if (item->older)
        item->older->newer = item;
    kernel->work.items = item;
    return item;
}

/*
 * Free an item of IoAllocateWorkItem; its routine may do so itself. One that is queued, or was
 * never made, is a misuse and stays as it is. IRQL: at most DISPATCH_LEVEL.
 *
 * Source: WDK reference, wdm.h, IoFreeWorkItem.
 */
VOID IoFreeWorkItem(PIO_WORKITEM IoWorkItem)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoFreeWorkItem");
    ha_kernel_check_irql(kernel, HA_RT_FREE_WORK, DISPATCH_LEVEL);
    if (!may_use(kernel, IoWorkItem, HA_RT_FREE_WORK))
        return;
    if (!IoWorkItem->is_ours) {
        ha_record_misuse(kernel, HA_RT_FREE_WORK, HA_MISUSE_NOT_MADE, IoWorkItem->errand.id, 0);
        return;
    }
    IoWorkItem->seal = NULL;        /* whatever the arena writes there */
    if (IoWorkItem->older)
        IoWorkItem->older->newer = IoWorkItem->newer;
    if (IoWorkItem->newer)
        IoWorkItem->newer->older = IoWorkItem->older;
    else
        kernel->work.items = IoWorkItem->older;
    ha_arena_give(&kernel->world.host->arena, IoWorkItem, sizeof *IoWorkItem);
}

/* How many bytes an item has. */
ULONG IoSizeofWorkItem(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoSizeofWorkItem");
    return (ULONG)sizeof(struct _IO_WORKITEM);
}

/* The errand of an item of either kind that is queued, the other is NULL; NULL when it is not. */
static struct errand *find(const struct ha_kernel *kernel, const struct _IO_WORKITEM *item,
                           const WORK_QUEUE_ITEM *executive)
{
    struct ha_errand *link = kernel->work.first;
    for (; link; link = link->next) {
        const struct errand *queued = (const struct errand *)(const void *)link;
        if (queued->item == item && queued->executive == executive)
            break;
    }
    return (struct errand *)(void *)link;
}

/* Make a work item in memory of the driver, for a device or for the driver itself. */
VOID IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoInitializeWorkItem");
    const struct errand *queued = find(kernel, IoWorkItem, NULL);
    if (queued)
        ha_record_misuse(kernel, HA_RT_QUEUE_WORK, HA_MISUSE_QUEUED, queued->id, 0);
    else
        make(kernel, IoWorkItem, IoObject, false);
}

/* The end of such an item; misuse as for IoFreeWorkItem. */
VOID IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoUninitializeWorkItem");
    if (may_use(kernel, IoWorkItem, HA_RT_FREE_WORK))
        IoWorkItem->seal = NULL;
}

static void queue_item(struct ha_kernel *kernel, PIO_WORKITEM item, PIO_WORKITEM_ROUTINE routine,
                       PIO_WORKITEM_ROUTINE_EX routine_ex, PVOID context)
{
    ha_kernel_check_irql(kernel, HA_RT_QUEUE_WORK, DISPATCH_LEVEL);
    if (!may_use(kernel, item, HA_RT_QUEUE_WORK))
        return;
    item->errand.routine = routine;
    item->errand.routine_ex = routine_ex;
    item->errand.context = context;
    item->errand.holds = ha_device_is(kernel, item->errand.object);
    if (item->errand.holds)
        ha_ob_hold(item->errand.object);
    item->queued = true;
    if (item->errand.object)
        ha_driver_hold(kernel, item->errand.driver);
    queue(kernel, &item->errand);
}

/*
 * Let a thread of the system call a function.
 *
 *   IoWorkItem  not queued already, which is a misuse and changes nothing; it may be queued
 *               again, and freed, as soon as its routine has begun
 *   QueueType   changes nothing
 *
 * The item's object is held until the routine has ended, whoever deletes it, and the image of its
 * driver with it. An item without one keeps nothing.
 *
 * IRQL: at most DISPATCH_LEVEL. Source: WDK reference, wdm.h, IoQueueWorkItem.
 */
VOID IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
                     WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    (void)QueueType;
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoQueueWorkItem");
    queue_item(kernel, IoWorkItem, WorkerRoutine, NULL, Context);
}

/* The same for a routine that is told its item. Source: WDK reference, wdm.h, IoQueueWorkItemEx. */
VOID IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
                       WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    (void)QueueType;
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoQueueWorkItemEx");
    queue_item(kernel, IoWorkItem, NULL, WorkerRoutine, Context);
}

/*
 * Let a thread of the system call a function of the driver that is in charge.
 *
 *   WorkItem   from ExInitializeWorkItem; neither queued already nor, while it is, initialised
 *              again: each is a misuse and changes nothing
 *   QueueType  changes nothing
 *
 * IRQL: at most DISPATCH_LEVEL. Source: WDK reference, wdm.h, ExQueueWorkItem.
 */
VOID ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExQueueWorkItem");
    ha_kernel_check_irql(kernel, HA_RT_EX_QUEUE_WORK, DISPATCH_LEVEL);
    (void)QueueType;
    struct errand *queued = find(kernel, NULL, WorkItem);
    if (queued) {
        if (!was_made_again(kernel, queued))
            ha_record_misuse(kernel, HA_RT_EX_QUEUE_WORK, HA_MISUSE_QUEUED, 0, 0);
        return;
    }
    if (WorkItem->List.Flink) {
        ha_record_misuse(kernel, HA_RT_EX_QUEUE_WORK, HA_MISUSE_NOT_MADE, 0, 0);
        return;
    }
    const struct errand errand = {.executive = WorkItem, .context = WorkItem->Parameter,
                                  .worker = WorkItem->WorkerRoutine,
                                  .id = ++kernel->work.made,
                                  .driver = kernel->world.sched.running->stamp.driver};
    queue(kernel, &errand);
}
