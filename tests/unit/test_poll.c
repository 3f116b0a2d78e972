/* poll: driver code that waits by looking, and patience with operations that take their time */
#include "unit/chorus.h"

static void look_at_clock(void *argument)
{
    struct chorus *c = argument;
    ULONGLONG start = KeQueryInterruptTime();
    while (KeQueryInterruptTime() - start < 10000)
        continue;
    chorus_say(c, "went-by");
}

static void a_loop_that_looks_at_the_clock_reaches_its_time(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, look_at_clock);

    chorus_expect(c, "went-by@1 ");
}

static KTIMER timer;
static KDPC dpc;

static VOID NTAPI do_nothing(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                             PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext, (void)SystemArgument1, (void)SystemArgument2;
}

/* The timer brings more to be due than anybody would wait for whose own wait has no end. */
static NTSTATUS sleep_beside_a_timer(struct driver *driver)
{
    LARGE_INTEGER soon = {.QuadPart = -1}, later = {.QuadPart = -1200000000};
    (void)driver;
    KeInitializeTimer(&timer);
    KeInitializeDpc(&dpc, do_nothing, NULL);
    KeSetTimerEx(&timer, soon, 1, &dpc);
    KeDelayExecutionThread(KernelMode, FALSE, &later);
    KeCancelTimer(&timer);
    return STATUS_SUCCESS;
}

static void an_entry_that_sleeps_long_is_no_deadlock(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = sleep_beside_a_timer;

    bench_load(b);

    assert_int_equal(bench_entry_status(b, a), STATUS_SUCCESS);
    assert_int_equal(b->machine->kernel.world.time_ns, UINT64_C(120000000000));
}

static NTSTATUS wait_for_ever(struct driver *driver)
{
    static KEVENT never;
    (void)driver;
    KeInitializeEvent(&never, NotificationEvent, FALSE);
    KeWaitForSingleObject(&never, Executive, KernelMode, FALSE, NULL);
    return STATUS_SUCCESS;
}

static void an_entry_that_has_not_ended_is_pending(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = wait_for_ever;

    bench_load(b);

    assert_int_equal(bench_entry_status(b, a), STATUS_PENDING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_loop_that_looks_at_the_clock_reaches_its_time),
        BENCH_TEST(an_entry_that_sleeps_long_is_no_deadlock),
        BENCH_TEST(an_entry_that_has_not_ended_is_pending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
