/* work: items of ExQueueWorkItem, and what happens when memory is lacking */
#include "unit/bench.h"

struct job {
    WORK_QUEUE_ITEM executive;
    uint32_t times;
    bool queues_again;
};

static VOID NTAPI work_executive(PVOID Parameter)
{
    struct job *job = Parameter;
    if (++job->times < 2)
        ExQueueWorkItem(&job->executive, DelayedWorkQueue);
}

static void queue_executive(void *argument)
{
    struct job *job = argument;
    ExInitializeWorkItem(&job->executive, work_executive, job);
    ExQueueWorkItem(&job->executive, DelayedWorkQueue);
    ExQueueWorkItem(&job->executive, DelayedWorkQueue);
}

static void an_executive_item_runs_once_for_each_queueing_that_is_allowed(void **state)
{
    struct bench *b = *state;
    struct job job = {.times = 0};

    b->findings = "a OBJ-5\n";
    bench_run(b, bench_driver(b, "a"), queue_executive, &job);

    assert_int_equal(job.times, 2);
    assert_int_equal(bench_count(b, HA_WORK_LEAVE), 2);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_EX_QUEUE_WORK);
    assert_int_equal(bench_record(b, HA_WORK_ENTER, 0)->driver, 1);
}

static VOID NTAPI work_other(PVOID Parameter)
{
    struct job *job = Parameter;
    job->times += 100;
}

static void initialise_again(void *argument)
{
    struct job *job = argument;
    ExInitializeWorkItem(&job->executive, work_executive, job);
    ExQueueWorkItem(&job->executive, DelayedWorkQueue);
    ExInitializeWorkItem(&job->executive, work_other, job);
    if (job->queues_again)
        ExQueueWorkItem(&job->executive, DelayedWorkQueue);
}

/* OBJ-6 */
static void an_item_that_is_queued_is_not_initialised_again(void **state)
{
    struct bench *b = *state;
    struct job job[2] = {{.times = 0}, {.queues_again = true}};
    struct driver *a = bench_driver(b, "a");

    b->findings = "a OBJ-6\na OBJ-6\n";
    for (size_t i = 0; i < 2; i++)
        bench_run(b, a, initialise_again, &job[i]);

    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        assert_int_equal(job[i].times, 2);      /* it queues itself once, as what it was */
        assert_int_equal(misuse->as.misuse.routine, HA_RT_EX_QUEUE_WORK);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_IN_USE);
        assert_int_equal(misuse->driver, 1);
    }
}

static void queue_rubbish(void *argument)
{
    struct job *job = argument;
    job->executive = (WORK_QUEUE_ITEM){.List.Flink = &job->executive.List,
                                       .WorkerRoutine = work_executive, .Parameter = job};
    ExQueueWorkItem(&job->executive, DelayedWorkQueue);
}

/* OBJ-1 */
static void what_was_not_initialised_is_not_queued(void **state)
{
    struct bench *b = *state;
    struct job job = {.times = 0};

    b->findings = "a OBJ-1\n";
    bench_run(b, bench_driver(b, "a"), queue_rubbish, &job);

    assert_int_equal(job.times, 0);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NOT_MADE);
}

static bool all_fail(struct ha_kernel *kernel, enum ha_routine routine)
{
    (void)kernel;
    return routine == HA_RT_ALLOCATE_WORK;
}

static void allocate_until_null(void *argument)
{
    struct job *job = argument;
    do
        job->times++;
    while (IoAllocateWorkItem(NULL));
}

static void an_item_that_is_made_to_fail_or_finds_no_memory_is_null(void **state)
{
    struct bench *b = *state;
    struct job failing = {.times = 0}, lacking = {.times = 0};
    struct driver *a = bench_driver(b, "a");
    b->findings = NULL;             /* the items are lost, which is another matter */
    bench_load(b);

    b->machine->kernel.hooks.fails = all_fail;
    bench_run(b, a, allocate_until_null, &failing);
    b->machine->kernel.hooks.fails = NULL;
    bench_run(b, a, allocate_until_null, &lacking);

    assert_int_equal(failing.times, 1);
    assert_true(lacking.times > 1);
    assert_int_equal(bench_count(b, HA_FAULT), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bench_record(b, HA_FAULT, i)->as.fault.routine, HA_RT_ALLOCATE_WORK);
}

static void queue_without_memory(void *argument)
{
    while (ha_arena_take(&ha_thread_current()->world->host->arena, 16)) {
    }
    queue_executive(argument);
}

static void queueing_without_memory_ends_the_run(void **state)
{
    struct bench *b = *state;
    struct job job = {.times = 0};
    bench_load(b);
    assert_int_equal(ha_thread_create(&b->machine->kernel.world, HA_THREAD_SYSTEM, 0,
                                      queue_without_memory, &job, NULL), HA_OK);

    assert_int_equal(ha_machine_run(b->machine), HA_ENOMEM);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_MEMORY);
    assert_int_equal(job.times, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(an_executive_item_runs_once_for_each_queueing_that_is_allowed),
        BENCH_TEST(an_item_that_is_queued_is_not_initialised_again),
        BENCH_TEST(what_was_not_initialised_is_not_queued),
        BENCH_TEST(an_item_that_is_made_to_fail_or_finds_no_memory_is_null),
        BENCH_TEST(queueing_without_memory_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
