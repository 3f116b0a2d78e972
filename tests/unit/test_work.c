/* work: what is queued runs in order, in the name of its driver, and holds up nothing else */
#include "unit/bench.h"

#include <string.h>

#define ITEMS 4u
#define TAG 0x6b726f77u

/* A driver's work, and what happened, a letter for each thing. */
struct job {
    PIO_WORKITEM item[ITEMS];
    KEVENT go, done;
    char told[64];
    PVOID object;
    KIRQL irql;
    uint32_t times;
};

static void tell(struct job *job, char what)
{
    job->told[strlen(job->told)] = what;
}

static struct job *job_of(struct driver *driver)
{
    return driver->extra;
}

static VOID NTAPI work_a(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    struct job *job = Context;
    job->object = DeviceObject;
    job->irql = KeGetCurrentIrql();
    tell(job, 'a');
}

static VOID NTAPI work_b(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    (void)DeviceObject;
    tell(Context, 'b');
}

static VOID NTAPI work_that_waits(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    struct job *job = Context;
    (void)DeviceObject;
    tell(job, 'w');
    KeWaitForSingleObject(&job->go, Executive, KernelMode, FALSE, NULL);
    tell(job, 'W');
}

static VOID NTAPI work_that_lets_go(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    struct job *job = Context;
    (void)DeviceObject;
    KeSetEvent(&job->go, IO_NO_INCREMENT, FALSE);
    tell(job, 'g');
}

static void free_item(struct job *job, size_t i)
{
    IoFreeWorkItem(job->item[i]);
    job->item[i] = NULL;
}

static void free_items(struct driver *driver)
{
    struct job *job = job_of(driver);
    for (size_t i = 0; i < ITEMS; i++)
        if (job->item[i])
            free_item(job, i);
}

static NTSTATUS allocate(struct driver *driver)
{
    struct job *job = job_of(driver);
    KeInitializeEvent(&job->go, NotificationEvent, FALSE);
    KeInitializeEvent(&job->done, NotificationEvent, FALSE);
    for (size_t i = 0; i < ITEMS; i++)
        job->item[i] = IoAllocateWorkItem((PDEVICE_OBJECT)(void *)driver);
    return STATUS_SUCCESS;
}

static struct driver *with_job(struct bench *b, struct job *job)
{
    struct driver *driver = bench_driver(b, "a");
    driver->extra = job;
    driver->enter = allocate;
    driver->leave = free_items;
    return driver;
}

static void queue_two(void *argument)
{
    struct job *job = argument;
    IoQueueWorkItem(job->item[0], work_a, DelayedWorkQueue, job);
    IoQueueWorkItem(job->item[1], work_b, CriticalWorkQueue, job);
    tell(job, 'q');
}

static void work_runs_later_in_the_order_of_queueing(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};
    struct driver *a = with_job(b, &job);

    bench_run(b, a, queue_two, &job);

    assert_string_equal(job.told, "qab");
    assert_ptr_equal(job.object, a);
    assert_int_equal(job.irql, PASSIVE_LEVEL);
    assert_int_equal(bench_count(b, HA_WORK_QUEUED), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench_record(b, HA_WORK_ENTER, i)->id,
                         bench_record(b, HA_WORK_QUEUED, i)->id);
        assert_int_equal(bench_record(b, HA_WORK_ENTER, i)->driver, 1);
        assert_int_equal(bench_record(b, HA_WORK_LEAVE, i)->driver, 1);
    }
}

static void queue_waiting(void *argument)
{
    struct job *job = argument;
    IoQueueWorkItem(job->item[0], work_that_waits, DelayedWorkQueue, job);
    IoQueueWorkItem(job->item[1], work_that_waits, DelayedWorkQueue, job);
    IoQueueWorkItem(job->item[2], work_that_lets_go, DelayedWorkQueue, job);
}

static void work_that_blocks_holds_up_no_other_work(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};

    bench_run(b, with_job(b, &job), queue_waiting, &job);

    assert_string_equal(job.told, "wwgWW");
}

static size_t count_workers(struct bench *b)
{
    size_t count = 0;
    for (size_t i = 0; i < bench_count(b, HA_THREAD); i++)
        count += bench_record(b, HA_THREAD, i)->as.made.kind == HA_THREAD_WORKER;
    return count;
}

static void threads_are_made_for_work_that_blocks_and_used_again(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};
    struct driver *a = with_job(b, &job);

    bench_run(b, a, queue_two, &job);
    size_t few = count_workers(b);
    for (int i = 0; i < 10; i++)
        bench_run(b, a, queue_two, &job);
    size_t as_few = count_workers(b);
    bench_run(b, a, queue_waiting, &job);

    assert_int_equal(few, 2);
    assert_int_equal(as_few, few);
    assert_int_equal(count_workers(b), 3);
}

static VOID NTAPI work_ex(PVOID IoObject, PVOID Context, PIO_WORKITEM IoWorkItem)
{
    struct job *job = Context;
    (void)IoObject;
    tell(job, 'x');
    if (++job->times < 3)
        IoQueueWorkItemEx(IoWorkItem, work_ex, DelayedWorkQueue, job);
    else
        free_item(job, 0);
}

static void queue_ex(void *argument)
{
    struct job *job = argument;
    IoQueueWorkItemEx(job->item[0], work_ex, DelayedWorkQueue, job);
}

static void a_routine_may_queue_its_item_again_and_free_it(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};

    bench_run(b, with_job(b, &job), queue_ex, &job);

    assert_string_equal(job.told, "xxx");
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void make_mistakes(void *argument)
{
    struct job *job = argument;
    IoQueueWorkItem(job->item[0], work_a, DelayedWorkQueue, job);
    IoQueueWorkItem(job->item[0], work_b, DelayedWorkQueue, job);
    IoFreeWorkItem(job->item[0]);
    IoUninitializeWorkItem(job->item[0]);
    IoFreeWorkItem(job->item[1]);
    IoFreeWorkItem(job->item[1]);
    IoQueueWorkItem(job->item[1], work_b, DelayedWorkQueue, job);
    job->item[1] = NULL;
    IoFreeWorkItem(NULL);
}

static void what_is_queued_or_not_there_is_neither_queued_nor_freed(void **state)
{
    static const struct { uint32_t routine, misuse; } expected[] = {
        {HA_RT_QUEUE_WORK, HA_MISUSE_QUEUED},  {HA_RT_FREE_WORK, HA_MISUSE_QUEUED},
        {HA_RT_FREE_WORK, HA_MISUSE_QUEUED},   {HA_RT_FREE_WORK, HA_MISUSE_NOT_MADE},
        {HA_RT_QUEUE_WORK, HA_MISUSE_NOT_MADE}, {HA_RT_FREE_WORK, HA_MISUSE_NOT_MADE},
    };
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};

    b->findings = "a OBJ-5\na OBJ-5\na OBJ-5\na OBJ-1\na OBJ-1\na OBJ-1\n";
    bench_run(b, with_job(b, &job), make_mistakes, &job);

    assert_string_equal(job.told, "a");
    assert_int_equal(bench_count(b, HA_MISUSE), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.routine, expected[i].routine);
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, expected[i].misuse);
    }
}

static void use_own_memory(void *argument)
{
    struct job *job = argument;
    PIO_WORKITEM item = ExAllocatePool2(POOL_FLAG_NON_PAGED, IoSizeofWorkItem(), TAG);
    IoInitializeWorkItem(job, item);
    IoFreeWorkItem(item);
    IoQueueWorkItem(item, work_that_lets_go, DelayedWorkQueue, job);
    KeWaitForSingleObject(&job->go, Executive, KernelMode, FALSE, NULL);
    IoUninitializeWorkItem(item);
    IoQueueWorkItem(item, work_a, DelayedWorkQueue, job);
    ExFreePoolWithTag(item, TAG);
}

static void an_item_in_memory_of_the_driver_is_not_freed_but_uninitialized(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};

    b->findings = "a OBJ-1\na OBJ-1\n";
    bench_run(b, with_job(b, &job), use_own_memory, &job);

    assert_string_equal(job.told, "g");
    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_FREE_WORK);
    assert_int_equal(bench_record(b, HA_MISUSE, 1)->as.misuse.routine, HA_RT_QUEUE_WORK);
}

static void make_again_while_queued(void *argument)
{
    struct job *job = argument;
    PIO_WORKITEM item = ExAllocatePool2(POOL_FLAG_NON_PAGED, IoSizeofWorkItem(), TAG);
    IoInitializeWorkItem(job, item);
    IoQueueWorkItem(item, work_that_lets_go, DelayedWorkQueue, job);
    IoInitializeWorkItem(job, item);
    KeWaitForSingleObject(&job->go, Executive, KernelMode, FALSE, NULL);
    ExFreePoolWithTag(item, TAG);
}

static void an_item_that_is_queued_is_not_made_again(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};

    b->findings = "a OBJ-5\n";
    bench_run(b, with_job(b, &job), make_again_while_queued, &job);

    assert_string_equal(job.told, "g");
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_QUEUED);
}

static VOID NTAPI work_that_raises(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    KIRQL old;
    (void)DeviceObject, (void)Context;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
}

static void queue_raising(void *argument)
{
    struct job *job = argument;
    IoQueueWorkItem(job->item[0], work_that_raises, DelayedWorkQueue, job);
    IoQueueWorkItem(job->item[1], work_a, DelayedWorkQueue, job);
}

static void work_that_leaves_the_irql_raised_is_a_misuse_and_is_lowered(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};
    b->findings = "a IRQL-3\n";

    bench_run(b, with_job(b, &job), queue_raising, &job);

    assert_int_equal(job.irql, PASSIVE_LEVEL);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
    assert_int_equal(b->machine->kernel.world.sched.raised, 0);
}

static KMUTEX mutex;

static VOID NTAPI work_that_keeps_a_mutex(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    struct job *job = Context;
    (void)DeviceObject;
    KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL);
    KeSetEvent(&job->go, IO_NO_INCREMENT, FALSE);
}

static void wait_for_what_work_keeps(void *argument)
{
    struct job *job = argument;
    KeInitializeMutex(&mutex, 0);
    IoQueueWorkItem(job->item[0], work_that_keeps_a_mutex, DelayedWorkQueue, job);
    KeWaitForSingleObject(&job->go, Executive, KernelMode, FALSE, NULL);
    if (KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL) == STATUS_ABANDONED)
        tell(job, '!');
    KeReleaseMutex(&mutex, FALSE);
}

static void a_mutex_that_work_does_not_release_is_abandoned_at_its_end(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};

    b->findings = "a OBJ-2\n";
    bench_run(b, with_job(b, &job), wait_for_what_work_keeps, &job);

    assert_string_equal(job.told, "!");
}

static void queue_at_dispatch_level(void *argument)
{
    struct job *job = argument;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    IoQueueWorkItem(job->item[0], work_a, DelayedWorkQueue, job);
    KeLowerIrql(old);
}

static void what_is_queued_at_dispatch_level_runs_at_passive_level(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};

    bench_run(b, with_job(b, &job), queue_at_dispatch_level, &job);

    assert_int_equal(job.irql, PASSIVE_LEVEL);
    assert_int_equal(bench_record(b, HA_WORK_QUEUED, 0)->irql, DISPATCH_LEVEL);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

/* DRV-12 */
static void work_that_is_done_when_unload_returns_is_no_finding(void **state)
{
    struct bench *b = *state;
    static struct job job;
    job = (struct job){.irql = 9};
    struct driver *a = with_job(b, &job);
    bench_run(b, a, queue_waiting, &job);

    bench_unload(b, a);

    assert_string_equal(job.told, "wwgWW");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(work_runs_later_in_the_order_of_queueing),
        BENCH_TEST(work_that_blocks_holds_up_no_other_work),
        BENCH_TEST(threads_are_made_for_work_that_blocks_and_used_again),
        BENCH_TEST(a_routine_may_queue_its_item_again_and_free_it),
        BENCH_TEST(what_is_queued_or_not_there_is_neither_queued_nor_freed),
        BENCH_TEST(an_item_in_memory_of_the_driver_is_not_freed_but_uninitialized),
        BENCH_TEST(an_item_that_is_queued_is_not_made_again),
        BENCH_TEST(work_that_leaves_the_irql_raised_is_a_misuse_and_is_lowered),
        BENCH_TEST(a_mutex_that_work_does_not_release_is_abandoned_at_its_end),
        BENCH_TEST(what_is_queued_at_dispatch_level_runs_at_passive_level),
        BENCH_TEST(work_that_is_done_when_unload_returns_is_no_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
