/* routines called at an IRQL above the one that their pages allow, in a broadcast for instance */
#include <string.h>

#include "unit/bench.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define FINDING "a IRQL-4\n"

/* What the routines are called with. */
struct things {
    const struct call *call;
    KEVENT event;
    KSEMAPHORE semaphore;
    KMUTEX mutex;
    KTIMER timer;
    EX_RUNDOWN_REF rundown;
    WORK_QUEUE_ITEM item;
    PDEVICE_OBJECT device;
    PIO_WORKITEM work;
    HANDLE handle;
    PVOID object;
};

/* A routine, and the highest IRQL at which it may be called. */
struct call {
    void (*make)(struct things *things);
    KIRQL highest;
    enum ha_routine routine;
};

static const LARGE_INTEGER late = {.QuadPart = -10000};

static void set_event(struct things *t)
{
    KeSetEvent(&t->event, IO_NO_INCREMENT, FALSE);
}

static void pulse_event(struct things *t)
{
    KePulseEvent(&t->event, IO_NO_INCREMENT, FALSE);
}

static void reset_event(struct things *t)
{
    KeResetEvent(&t->event);
}

static void clear_event(struct things *t)
{
    KeClearEvent(&t->event);
}

static void release_semaphore(struct things *t)
{
    KeReleaseSemaphore(&t->semaphore, IO_NO_INCREMENT, 1, FALSE);
}

static void release_mutex(struct things *t)
{
    KeReleaseMutex(&t->mutex, FALSE);
}

static void set_timer(struct things *t)
{
    KeSetTimer(&t->timer, late, NULL);
}

static void cancel_timer(struct things *t)
{
    KeCancelTimer(&t->timer);
}

static void read_timer(struct things *t)
{
    KeReadStateTimer(&t->timer);
}

static void enter_region(struct things *t)
{
    (void)t;
    KeEnterCriticalRegion();
}

static void leave_region(struct things *t)
{
    (void)t;
    KeLeaveCriticalRegion();
}

static void acquire_rundown(struct things *t)
{
    ExAcquireRundownProtection(&t->rundown);
}

static void release_rundown(struct things *t)
{
    ExReleaseRundownProtection(&t->rundown);
}

static void allocate_work(struct things *t)
{
    t->work = IoAllocateWorkItem(t->device);
}

static VOID NTAPI do_nothing(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    (void)DeviceObject, (void)Context;
}

static VOID NTAPI do_as_little(PVOID Parameter)
{
    (void)Parameter;
}

static void queue_work(struct things *t)
{
    IoQueueWorkItem(t->work, do_nothing, DelayedWorkQueue, NULL);
    KeLowerIrql(PASSIVE_LEVEL);
    bench_yield();                  /* an item that is queued is not freed */
}

static void queue_executive(struct things *t)
{
    ExQueueWorkItem(&t->item, DelayedWorkQueue);
}

static void free_work(struct things *t)
{
    IoFreeWorkItem(t->work);
}

static void set_priority(struct things *t)
{
    (void)t;
    KeSetPriorityThread(KeGetCurrentThread(), LOW_REALTIME_PRIORITY);
}

static void refer_by_handle(struct things *t)
{
    ObReferenceObjectByHandle(t->handle, 0, NULL, KernelMode, &t->object, NULL);
}

static void refer_by_pointer(struct things *t)
{
    ObReferenceObjectByPointer(t->object, 0, NULL, KernelMode);
}

static void refer(struct things *t)
{
    ObReferenceObject(t->object);
}

static void give_back(struct things *t)
{
    ObDereferenceObject(t->object);
}

static void close_handle(struct things *t)
{
    ZwClose(t->handle);
}

/* In an order in which each can do its work. */
static const struct call calls[] = {
    {set_event, DISPATCH_LEVEL, HA_RT_SET_EVENT},
    {pulse_event, DISPATCH_LEVEL, HA_RT_PULSE_EVENT},
    {reset_event, DISPATCH_LEVEL, HA_RT_RESET_EVENT},
    {clear_event, DISPATCH_LEVEL, HA_RT_RESET_EVENT},
    {release_semaphore, DISPATCH_LEVEL, HA_RT_RELEASE_SEMAPHORE},
    {release_mutex, DISPATCH_LEVEL, HA_RT_RELEASE_MUTEX},
    {set_timer, DISPATCH_LEVEL, HA_RT_SET_TIMER},
    {read_timer, DISPATCH_LEVEL, HA_RT_READ_TIMER},
    {cancel_timer, DISPATCH_LEVEL, HA_RT_CANCEL_TIMER},
    {enter_region, APC_LEVEL, HA_RT_ENTER_REGION},
    {leave_region, APC_LEVEL, HA_RT_LEAVE_REGION},
    {acquire_rundown, DISPATCH_LEVEL, HA_RT_ACQUIRE_RUNDOWN},
    {release_rundown, DISPATCH_LEVEL, HA_RT_RELEASE_RUNDOWN},
    {allocate_work, DISPATCH_LEVEL, HA_RT_ALLOCATE_WORK},
    {queue_work, DISPATCH_LEVEL, HA_RT_QUEUE_WORK},
    {free_work, DISPATCH_LEVEL, HA_RT_FREE_WORK},
    {queue_executive, DISPATCH_LEVEL, HA_RT_EX_QUEUE_WORK},
    {set_priority, DISPATCH_LEVEL, HA_RT_SET_PRIORITY},
    {refer_by_handle, PASSIVE_LEVEL, HA_RT_REFERENCE_OBJECT},
    {refer_by_pointer, DISPATCH_LEVEL, HA_RT_REFERENCE_OBJECT},
    {refer, DISPATCH_LEVEL, HA_RT_REFERENCE_OBJECT},
    {give_back, DISPATCH_LEVEL, HA_RT_DEREFERENCE_OBJECT},
    {give_back, DISPATCH_LEVEL, HA_RT_DEREFERENCE_OBJECT},
    {give_back, DISPATCH_LEVEL, HA_RT_DEREFERENCE_OBJECT},
    {close_handle, PASSIVE_LEVEL, HA_RT_CLOSE},
};

static void make_things(struct things *t, struct driver *driver)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, u"\\BaseNamedObjects\\Raised");
    KeInitializeEvent(&t->event, NotificationEvent, FALSE);
    KeInitializeSemaphore(&t->semaphore, 0, 1);
    KeInitializeMutex(&t->mutex, 0);
    KeInitializeTimer(&t->timer);
    ExInitializeRundownProtection(&t->rundown);
    ExInitializeWorkItem(&t->item, do_as_little, NULL);
    IoCreateDevice(driver->object, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &t->device);
    IoCreateNotificationEvent(&name, &t->handle);
    KeWaitForSingleObject(&t->mutex, Executive, KernelMode, FALSE, NULL);
}

/* Every call at the highest IRQL that is allowed, or one above. */
struct round {
    struct driver *driver;
    KIRQL above;
};

static void call_all(void *argument)
{
    const struct round *round = argument;
    struct things things = {0};
    make_things(&things, round->driver);
    for (size_t i = 0; i < COUNT(calls); i++) {
        KIRQL before;
        KeRaiseIrql((KIRQL)(calls[i].highest + round->above), &before);
        calls[i].make(&things);
        KeLowerIrql(before);
    }
    bench_yield();                  /* and so it is not one on a stack that is left */
    IoDeleteDevice(things.device);
}

/* IRQL-4 */
static void what_its_page_allows_is_held_against_no_routine(void **state)
{
    struct bench *b = *state;
    struct round round = {.driver = bench_driver(b, "a")};
    bench_load(b);

    bench_run(b, round.driver, call_all, &round);

    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    assert_int_equal(bench_count(b, HA_REFUSED), 0);
}

/* IRQL-4 */
static void one_level_above_it_every_routine_does_its_work_and_is_found(void **state)
{
    struct bench *b = *state;
    struct round round = {.driver = bench_driver(b, "a"), .above = 1};
    static char findings[COUNT(calls) * (sizeof FINDING - 1) + 1];
    bench_load(b);
    for (size_t i = 0; i < COUNT(calls); i++)
        strcat(findings, FINDING);
    b->findings = findings;

    bench_run(b, round.driver, call_all, &round);

    assert_int_equal(bench_count(b, HA_MISUSE), COUNT(calls));
    for (size_t i = 0; i < COUNT(calls); i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
        assert_int_equal(misuse->as.misuse.routine, calls[i].routine);
        assert_int_equal(misuse->as.misuse.argument, calls[i].highest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(what_its_page_allows_is_held_against_no_routine),
        BENCH_TEST(one_level_above_it_every_routine_does_its_work_and_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
