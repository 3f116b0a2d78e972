/* ps_thread: threads of drivers, how they end, who waits for that, and what is left of them */
#include "unit/bench.h"

#include <stdio.h>
#include <string.h>

#define THREADS 4u

/* What a driver and its threads know of one another. */
struct crew {
    NTSTATUS status[THREADS];
    HANDLE handle[THREADS];
    CLIENT_ID id[THREADS];
    PVOID object[THREADS];
    uint32_t made;
    char told[64];                      /* a letter for each thing that happened */
    KEVENT go;
    KMUTEX mutex;
    NTSTATUS ended;
};

static void tell(struct crew *crew, char what)
{
    crew->told[strlen(crew->told)] = what;
}

static struct crew *crew_of(struct driver *driver)
{
    return driver->extra;
}

static void start(struct crew *crew, PKSTART_ROUTINE routine)
{
    uint32_t i = crew->made++;
    crew->status[i] = PsCreateSystemThread(&crew->handle[i], THREAD_ALL_ACCESS, NULL, NULL,
                                           &crew->id[i], routine, crew);
    if (crew->status[i] == STATUS_SUCCESS)
        ObReferenceObjectByHandle(crew->handle[i], THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                                  &crew->object[i], NULL);
}

static void wait_for(struct crew *crew, uint32_t i)
{
    KeWaitForSingleObject(crew->object[i], Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(crew->object[i]);
    ZwClose(crew->handle[i]);
}

static VOID NTAPI works(PVOID StartContext)
{
    struct crew *crew = StartContext;
    tell(crew, 'w');
    bench_yield();
    tell(crew, 'W');
}

static VOID NTAPI ends_early(PVOID StartContext)
{
    struct crew *crew = StartContext;
    tell(crew, 'e');
    PsTerminateSystemThread(STATUS_CANCELLED);
    tell(crew, '!');
}

static VOID NTAPI waits_to_go(PVOID StartContext)
{
    struct crew *crew = StartContext;
    KeWaitForSingleObject(&crew->go, Executive, KernelMode, FALSE, NULL);
    tell(crew, 'g');
}

static NTSTATUS start_two_and_wait(struct driver *driver)
{
    struct crew *crew = crew_of(driver);
    start(crew, works);
    start(crew, ends_early);
    wait_for(crew, 1);
    wait_for(crew, 0);
    tell(crew, '.');
    return STATUS_SUCCESS;
}

static void nothing_to_undo(struct driver *driver)
{
    (void)driver;
}

static struct driver *with_crew(struct bench *b, struct crew *crew,
                                NTSTATUS (*enter)(struct driver *driver))
{
    struct driver *driver = bench_driver(b, "a");
    driver->extra = crew;
    driver->enter = enter;
    driver->leave = nothing_to_undo;
    return driver;
}

/* DRV-12 */
static void a_wait_for_a_thread_ends_when_the_thread_has_ended(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    with_crew(b, &crew, start_two_and_wait);

    bench_load(b);

    assert_int_equal(crew.status[0], STATUS_SUCCESS);
    assert_string_equal(crew.told, "weW.");
    assert_int_equal(bench_count(b, HA_THREAD_START), 2);
    assert_int_equal(bench_count(b, HA_THREAD_END), 2);
}

static void a_thread_that_ends_itself_goes_no_further_and_leaves_its_status(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    with_crew(b, &crew, start_two_and_wait);

    bench_load(b);

    assert_null(strchr(crew.told, '!'));
    const struct ha_record *end = bench_record(b, HA_THREAD_END, 0);
    assert_int_equal(end->as.status.status, STATUS_CANCELLED);
    assert_int_equal(end->id, bench_record(b, HA_THREAD_START, 1)->id);
    assert_int_equal(bench_record(b, HA_THREAD_END, 1)->as.status.status, STATUS_SUCCESS);
}

static void a_thread_runs_in_the_name_of_the_driver_that_made_it(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    bench_driver(b, "first");
    with_crew(b, &crew, start_two_and_wait);

    bench_load(b);

    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench_record(b, HA_THREAD_START, i)->driver, 2);
        assert_int_equal(bench_record(b, HA_THREAD_END, i)->driver, 2);
        assert_int_equal(bench_record(b, HA_THREAD_END, i)->irql, PASSIVE_LEVEL);
    }
}

static void start_two(void *argument)
{
    struct driver *driver = argument;
    *crew_of(driver) = (struct crew){.made = 0};
    start_two_and_wait(driver);
}

static void threads_that_have_ended_leave_no_memory_behind(void **state)
{
    struct bench *b = *state;
    struct crew crew;
    struct driver *a = bench_driver(b, "a");
    a->extra = &crew;
    bench_run(b, a, start_two, a);
    bench_run(b, a, start_two, a);
    size_t used = ha_arena_used(&b->machine->kernel.world.host->arena);

    for (int i = 0; i < 20; i++)
        bench_run(b, a, start_two, a);

    assert_int_equal(ha_arena_used(&b->machine->kernel.world.host->arena), used);
}

static NTSTATUS start_one_that_waits(struct driver *driver)
{
    struct crew *crew = crew_of(driver);
    KeInitializeEvent(&crew->go, NotificationEvent, FALSE);
    start(crew, waits_to_go);
    return STATUS_SUCCESS;
}

static NTSTATUS start_one_and_fail(struct driver *driver)
{
    start_one_that_waits(driver);
    return STATUS_UNSUCCESSFUL;
}

static void let_it_go(struct driver *driver)
{
    struct crew *crew = crew_of(driver);
    KeSetEvent(&crew->go, IO_NO_INCREMENT, FALSE);
    wait_for(crew, 0);
}

/* DRV-12 */
static void a_thread_that_unload_ends_and_waits_for_is_no_finding(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    struct driver *a = with_crew(b, &crew, start_one_that_waits);
    a->leave = let_it_go;

    bench_unload(b, a);

    assert_string_equal(crew.told, "g");
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
}

/* DRV-12 */
static void a_thread_that_is_alive_when_unload_returns_is_a_finding(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    b->findings = "a DRV-12\na DRV-12\n";     /* the thread, and its handle */

    bench_unload(b, with_crew(b, &crew, start_one_that_waits));

    assert_int_equal(bench_count(b, HA_THREAD_END), 0);
}

/* DRV-12 */
static void a_thread_that_is_alive_when_driver_entry_fails_is_a_finding(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    with_crew(b, &crew, start_one_and_fail);
    b->findings = "a DRV-12\na DRV-12\n";     /* the thread, and its handle */

    bench_load(b);
}

static NTSTATUS wait_for_one_that_waits(struct driver *driver)
{
    start_one_that_waits(driver);
    wait_for(crew_of(driver), 0);
    return STATUS_SUCCESS;
}

static void a_wait_for_a_thread_that_never_ends_is_a_deadlock_that_names_it(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    char expected[64];
    with_crew(b, &crew, wait_for_one_that_waits);
    b->findings = NULL;

    bench_finish(b);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_DEADLOCK);
    snprintf(expected, sizeof expected, "thread system-%u",
             (unsigned)bench_record(b, HA_THREAD_START, 0)->id);
    bool named = false;
    for (size_t i = 0; i < b->collector.count; i++) {
        const struct ha_record *record = &b->collector.record[i];
        named |= record->kind == HA_NAME && record->flags == HA_NS_OBJECT &&
                 record->id == bench_record(b, HA_DEADLOCK, 0)->id &&
                 !strncmp(record->as.name.text, expected, sizeof record->as.name.text);
    }
    assert_true(named);
}

static VOID NTAPI ends_raised(PVOID StartContext)
{
    KIRQL old;
    (void)StartContext;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
}

static NTSTATUS start_raised_and_wait(struct driver *driver)
{
    start(crew_of(driver), ends_raised);
    wait_for(crew_of(driver), 0);
    return STATUS_SUCCESS;
}

static void a_thread_that_ends_at_a_raised_irql_is_lowered_and_a_misuse(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    with_crew(b, &crew, start_raised_and_wait);
    b->findings = "a IRQL-3\n";

    bench_load(b);

    const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_TERMINATE_THREAD);
    assert_int_equal(misuse->irql, DISPATCH_LEVEL);
    assert_int_equal(bench_record(b, HA_THREAD_END, 0)->irql, PASSIVE_LEVEL);
    assert_int_equal(b->machine->kernel.world.sched.raised, 0);
}

static VOID NTAPI keeps_mutex(PVOID StartContext)
{
    struct crew *crew = StartContext;
    KeWaitForSingleObject(&crew->mutex, Executive, KernelMode, FALSE, NULL);
}

static NTSTATUS start_keeper_and_wait(struct driver *driver)
{
    struct crew *crew = crew_of(driver);
    KeInitializeMutex(&crew->mutex, 0);
    start(crew, keeps_mutex);
    wait_for(crew, 0);
    crew->ended = KeWaitForSingleObject(&crew->mutex, Executive, KernelMode, FALSE, NULL);
    KeReleaseMutex(&crew->mutex, FALSE);
    return STATUS_SUCCESS;
}

/* OBJ-2 */
static void a_thread_that_ends_gives_its_mutexes_up_and_that_is_a_misuse(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    with_crew(b, &crew, start_keeper_and_wait);
    b->findings = "a OBJ-2\n";

    bench_load(b);

    assert_int_equal(crew.ended, STATUS_ABANDONED);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_HELD);
    assert_true(bench_record(b, HA_MISUSE, 0) < bench_record(b, HA_THREAD_END, 0));
}

static VOID NTAPI stays_in_regions(PVOID StartContext)
{
    struct crew *crew = StartContext;
    KeEnterCriticalRegion();
    KeEnterGuardedRegion();
    KeWaitForSingleObject(&crew->mutex, Executive, KernelMode, FALSE, NULL);
    KeReleaseMutex(&crew->mutex, FALSE);
}

static NTSTATUS start_one_for_regions_and_wait(struct driver *driver)
{
    struct crew *crew = crew_of(driver);
    KeInitializeMutex(&crew->mutex, 0);
    start(crew, stays_in_regions);
    wait_for(crew, 0);
    return STATUS_SUCCESS;
}

/* CTX-7 */
static void a_thread_that_ends_in_critical_regions_is_a_misuse(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    with_crew(b, &crew, start_one_for_regions_and_wait);
    b->findings = "a CTX-7\n";

    bench_load(b);

    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_TERMINATE_THREAD);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.argument, 2);
}

static VOID NTAPI keeps_mutant(PVOID StartContext)
{
    struct crew *crew = StartContext;
    KeInitializeMutant(&crew->mutex, TRUE);
}

static NTSTATUS start_one_with_a_mutant(struct driver *driver)
{
    start(crew_of(driver), keeps_mutant);
    wait_for(crew_of(driver), 0);
    return STATUS_SUCCESS;
}

static void a_mutant_that_a_thread_leaves_to_others_is_no_misuse(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    with_crew(b, &crew, start_one_with_a_mutant);

    bench_load(b);

    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    assert_int_equal(crew.mutex.Header.SignalState, 1);
}

static bool all_fail(struct ha_kernel *kernel, enum ha_routine routine)
{
    (void)kernel;
    return routine == HA_RT_CREATE_THREAD;
}

static void start_works(void *argument)
{
    start(argument, works);
}

static void a_thread_that_is_made_to_fail_is_not_there(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    struct driver *a = bench_driver(b, "a");
    bench_load(b);
    b->machine->kernel.hooks.fails = all_fail;

    bench_run(b, a, start_works, &crew);

    assert_int_equal(crew.status[0], STATUS_INSUFFICIENT_RESOURCES);
    assert_null(crew.handle[0]);
    assert_string_equal(crew.told, "");
    assert_int_equal(bench_count(b, HA_THREAD_START), 0);
    assert_int_equal(bench_record(b, HA_FAULT, 0)->as.fault.routine, HA_RT_CREATE_THREAD);
}

static void start_raised(void *argument)
{
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    start(argument, works);
    KeLowerIrql(old);
}

static void above_passive_level_no_thread_is_made(void **state)
{
    struct bench *b = *state;
    struct crew crew = {.made = 0};
    b->findings = "a IRQL-4\n";

    bench_run(b, bench_driver(b, "a"), start_raised, &crew);

    assert_int_equal(crew.status[0], STATUS_UNSUCCESSFUL);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
    assert_int_equal(bench_count(b, HA_THREAD_START), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_wait_for_a_thread_ends_when_the_thread_has_ended),
        BENCH_TEST(a_thread_that_ends_itself_goes_no_further_and_leaves_its_status),
        BENCH_TEST(a_thread_runs_in_the_name_of_the_driver_that_made_it),
        BENCH_TEST(threads_that_have_ended_leave_no_memory_behind),
        BENCH_TEST(a_thread_that_unload_ends_and_waits_for_is_no_finding),
        BENCH_TEST(a_thread_that_is_alive_when_unload_returns_is_a_finding),
        BENCH_TEST(a_thread_that_is_alive_when_driver_entry_fails_is_a_finding),
        BENCH_TEST(a_wait_for_a_thread_that_never_ends_is_a_deadlock_that_names_it),
        BENCH_TEST(a_thread_that_ends_at_a_raised_irql_is_lowered_and_a_misuse),
        BENCH_TEST(a_thread_that_ends_gives_its_mutexes_up_and_that_is_a_misuse),
        BENCH_TEST(a_thread_that_ends_in_critical_regions_is_a_misuse),
        BENCH_TEST(a_mutant_that_a_thread_leaves_to_others_is_no_misuse),
        BENCH_TEST(a_thread_that_is_made_to_fail_is_not_there),
        BENCH_TEST(above_passive_level_no_thread_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
