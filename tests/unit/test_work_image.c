/* work: what is queued or runs when Unload returns, and how long the image stays for it */
#include "unit/bench.h"

struct job {
    PDEVICE_OBJECT object;
    PIO_WORKITEM item;
    KEVENT go;
};

static struct job *job_of(struct driver *driver)
{
    return driver->extra;
}

/* It frees its item and has told of its end, or waits for that, and is not back yet. */
static VOID NTAPI work_that_waits(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    struct job *job = Context;
    (void)DeviceObject;
    IoFreeWorkItem(job->item);
    KeWaitForSingleObject(&job->go, Executive, KernelMode, FALSE, NULL);
}

/* In place of the ordinary entry: it registers nothing. */
static NTSTATUS enter(struct driver *driver)
{
    KeInitializeEvent(&job_of(driver)->go, NotificationEvent, FALSE);
    return STATUS_SUCCESS;
}

static void make(struct job *job)
{
    job->item = IoAllocateWorkItem(job->object);
    IoQueueWorkItem(job->item, work_that_waits, DelayedWorkQueue, job);
}

static void leave_while_it_runs(struct driver *driver)
{
    make(job_of(driver));
    bench_yield();
    KeSetEvent(&job_of(driver)->go, IO_NO_INCREMENT, FALSE);
}

static void leave_while_it_is_queued(struct driver *driver)
{
    make(job_of(driver));
    KeSetEvent(&job_of(driver)->go, IO_NO_INCREMENT, FALSE);
}

/* The stack of a thread goes with it, and what is queued there with that. */
static VOID NTAPI queue_on_the_stack(PVOID StartContext)
{
    struct job *job = StartContext;
    _Alignas(16) unsigned char memory[512];
    PIO_WORKITEM item = (PIO_WORKITEM)(void *)memory;
    assert_true(IoSizeofWorkItem() <= sizeof memory);
    IoInitializeWorkItem(job->object, item);
    IoQueueWorkItem(item, work_that_waits, DelayedWorkQueue, job);
}

static void start_thread(void *argument)
{
    HANDLE thread;
    assert_int_equal(PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                          queue_on_the_stack, argument), STATUS_SUCCESS);
    ZwClose(thread);
}

static void leave_nothing(struct driver *driver)
{
    (void)driver;
}

static struct driver *prepare(struct bench *b, struct job *job,
                              void (*leave)(struct driver *driver))
{
    struct driver *a = bench_driver(b, "a");
    a->extra = job;
    a->enter = enter;
    a->leave = leave;
    return a;
}

static void unload(struct bench *b, struct job *job, void (*leave)(struct driver *driver))
{
    bench_unload(b, prepare(b, job, leave));
}

static uint64_t when(struct bench *b, enum ha_kind kind)
{
    assert_int_equal(bench_count(b, kind), 1);
    return ha_record_seq(bench_record(b, kind, 0));
}

/* DRV-12 */
static void the_image_stays_until_work_of_a_device_has_returned(void **state)
{
    struct job job = {.object = (PDEVICE_OBJECT)(void *)&job};

    unload(*state, &job, leave_while_it_runs);

    assert_true(when(*state, HA_UNLOAD_LEAVE) < when(*state, HA_WORK_LEAVE));
    assert_true(when(*state, HA_WORK_LEAVE) < when(*state, HA_IMAGE_FREED));
}

/* DRV-12 */
static void work_of_no_device_that_runs_when_the_image_goes_is_a_finding(void **state)
{
    struct bench *b = *state;
    struct job job = {.object = NULL};
    b->findings = "a DRV-12\n";

    unload(b, &job, leave_while_it_runs);

    assert_true(when(b, HA_IMAGE_FREED) < when(b, HA_WORK_LEAVE));
}

/* DRV-12 */
static void work_that_is_queued_when_unload_returns_is_a_finding_and_done_first(void **state)
{
    struct bench *b = *state;
    struct job job = {.object = (PDEVICE_OBJECT)(void *)&job};
    b->findings = "a DRV-12\n";

    unload(b, &job, leave_while_it_is_queued);

    assert_true(when(b, HA_UNLOAD_LEAVE) < when(b, HA_WORK_ENTER));
    assert_true(when(b, HA_WORK_LEAVE) < when(b, HA_IMAGE_FREED));
}

/* OBJ-6, DRV-12 */
static void work_whose_memory_goes_while_it_is_queued_keeps_no_image(void **state)
{
    struct bench *b = *state;
    struct job job = {.object = (PDEVICE_OBJECT)(void *)&job};
    struct driver *a = prepare(b, &job, leave_nothing);
    b->findings = "a OBJ-6\na DRV-12\n";
    bench_run(b, a, start_thread, &job);

    bench_unload(b, a);

    assert_int_equal(bench_count(b, HA_WORK_ENTER), 0);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(the_image_stays_until_work_of_a_device_has_returned),
        BENCH_TEST(work_of_no_device_that_runs_when_the_image_goes_is_a_finding),
        BENCH_TEST(work_that_is_queued_when_unload_returns_is_a_finding_and_done_first),
        BENCH_TEST(work_whose_memory_goes_while_it_is_queued_keeps_no_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
