/* ke_wait: waits, their time-outs, and what a deadlock says of them */
#include "unit/chorus.h"

static void two_events(struct chorus *c, EVENT_TYPE type)
{
    bench_load(c->b);
    for (size_t i = 0; i < 2; i++) {
        KeInitializeEvent(&c->event[i], type, FALSE);
        c->object[i] = &c->event[i];
    }
}

static void wait_10_ms(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->event[0], 10);
}

static void set_in_10_ms(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(10);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
}

static void look(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->event[0], 0);
}

static void a_wait_ends_at_its_time(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    chorus_start(c, wait_10_ms);

    chorus_expect(c, "STATUS_TIMEOUT@10 ");

    assert_int_equal(bench_record(c->b, HA_WAIT_BEGIN, 0)->as.wait.timeout_ns, 10000000);
    assert_true(bench_record(c->b, HA_WAIT_BEGIN, 0)->as.wait.blocked);
}

static void a_look_never_waits(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    chorus_start(c, look);
    chorus_expect(c, "STATUS_TIMEOUT ");
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);

    chorus_start(c, look);
    chorus_expect(c, "STATUS_SUCCESS ");

    assert_int_equal(STATE(c->event[0]), 0);
    assert_false(bench_record(c->b, HA_WAIT_BEGIN, 0)->as.wait.blocked);
}

static void of_a_signal_and_a_time_out_at_one_moment_the_first_posted_counts(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    chorus_start(c, wait_10_ms);
    chorus_start(c, set_in_10_ms);
    chorus_expect(c, "STATUS_TIMEOUT@10 ");
    assert_int_equal(KeResetEvent(&c->event[0]), 1);

    chorus_start(c, set_in_10_ms);
    chorus_start(c, wait_10_ms);

    /* The delay is over first, but its thread sets the event only when it runs. */
    chorus_expect(c, "STATUS_SUCCESS@20 ");
}

static void a_wait_that_was_satisfied_leaves_nothing_due(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
    chorus_start(c, wait_10_ms);
    chorus_expect(c, "STATUS_SUCCESS ");
    chorus_start(c, wait_10_ms);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);

    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);

    chorus_expect(c, "STATUS_SUCCESS ");
    assert_int_equal(c->b->machine->kernel.world.queue.count, 0);
}

static void wait_until(void *argument)
{
    struct chorus *c = argument;
    LARGE_INTEGER until;
    KeQuerySystemTime(&until);
    until.QuadPart += 100000;
    chorus_delay(4);
    chorus_say(c, KeWaitForSingleObject(&c->event[0], Executive, KernelMode, FALSE, &until) ==
                      STATUS_TIMEOUT ? "over" : "?");
    until.QuadPart = 1;
    chorus_say(c, KeWaitForSingleObject(&c->event[0], Executive, KernelMode, FALSE, &until) ==
                      STATUS_TIMEOUT ? "long-past" : "?");
}

static void a_time_above_zero_is_system_time(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    chorus_start(c, wait_until);

    chorus_expect(c, "over@10 long-past@10 ");
}

static void wait_at_dispatch_level(void *argument)
{
    struct chorus *c = argument;
    KIRQL old, older;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_wait(c, &c->event[0], 0);
    chorus_wait(c, &c->event[0], 10);
    chorus_wait_multiple(c, 2, WaitAll, FOREVER);
    chorus_delay(10);
    KeRaiseIrql(DISPATCH_LEVEL + 1, &older);
    chorus_wait(c, &c->event[0], 0);
    KeLowerIrql(old);
}

/* IRQL-2 */
static void at_dispatch_level_a_thread_may_only_look(void **state)
{
    static const enum ha_routine refused[] = {HA_RT_WAIT, HA_RT_WAIT_MULTIPLE, HA_RT_DELAY,
                                              HA_RT_WAIT};
    struct chorus *c = *state;
    two_events(c, NotificationEvent);
    c->b->findings = "a IRQL-2\na IRQL-2\na IRQL-2\na IRQL-2\n";
    chorus_start(c, wait_at_dispatch_level);

    chorus_expect(c, "STATUS_TIMEOUT STATUS_UNSUCCESSFUL STATUS_UNSUCCESSFUL "
                     "STATUS_UNSUCCESSFUL ");

    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(bench_record(c->b, HA_REFUSED, i)->as.refused.routine, refused[i]);
        assert_int_equal(bench_record(c->b, HA_REFUSED, i)->as.refused.reason, HA_REASON_IRQL);
    }
}

static void wait_for_nothing(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, NULL, FOREVER);
    chorus_wait(c, c->block, FOREVER);
    c->object[0] = &c->event[0];
    c->object[1] = c->block;
    chorus_wait_multiple(c, 2, WaitAny, FOREVER);
}

/* OBJ-1 */
static void a_wait_for_what_was_never_made_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    two_events(c, NotificationEvent);
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\n";
    chorus_start(c, wait_for_nothing);

    chorus_expect(c, "STATUS_UNSUCCESSFUL STATUS_UNSUCCESSFUL STATUS_UNSUCCESSFUL ");
}

static void delay_three_times(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(3);
    chorus_say(c, "one");
    chorus_delay(4);
    chorus_say(c, "two");
    chorus_delay(0);
    chorus_say(c, "three");
}

static void delays_add_up(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, delay_three_times);

    chorus_expect(c, "one@3 two@7 three@7 ");
}

static void delay_in_unload(struct driver *driver)
{
    chorus_delay(10);
    driver_deregister(driver, 0);
}

static void an_unload_that_takes_time_is_no_deadlock(void **state)
{
    struct chorus *c = *state;
    c->driver->leave = delay_in_unload;

    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_NORMALLY);
    assert_int_equal(c->b->machine->kernel.world.time_ns, 10000000);
}

static NTSTATUS wait_for_a_mutex_of_another(struct driver *driver)
{
    struct chorus *c = driver->extra;
    c->object[0] = &c->event[0];
    c->object[1] = &c->mutex[0];
    chorus_wait_multiple(c, 2, WaitAll, FOREVER);
    return STATUS_SUCCESS;
}

static void hold_mutex(void *argument)
{
    struct chorus *c = argument;
    KeInitializeMutex(&c->mutex[0], 0);
    KeInitializeEvent(&c->event[0], NotificationEvent, TRUE);
    KeInitializeEvent(&c->event[1], SynchronizationEvent, FALSE);
    KeWaitForSingleObject(&c->mutex[0], Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&c->event[1], Executive, KernelMode, FALSE, NULL);
}

static void a_deadlock_names_what_is_not_free_and_who_holds_it(void **state)
{
    struct chorus *c = *state;
    struct driver *later;
    chorus_start(c, hold_mutex);
    chorus_expect(c, "");
    uint32_t holder = bench_record(c->b, HA_WAIT_BEGIN, 0)->thread;
    later = bench_driver(c->b, "later");
    later->enter = wait_for_a_mutex_of_another;
    later->extra = c;

    bench_finish(c->b);

    const struct ha_record *deadlock = bench_record(c->b, HA_DEADLOCK, 1);
    assert_int_equal(bench_count(c->b, HA_DEADLOCK), 2);
    assert_int_equal(bench_record(c->b, HA_DEADLOCK, 0)->as.wait.waiter, holder);
    assert_int_equal(deadlock->id, bench_record(c->b, HA_WAIT_BEGIN, 0)->id);
    assert_int_equal(deadlock->as.wait.holder, holder);
}

static void hand_mutex_on(void *argument)
{
    struct chorus *c = argument;
    KeWaitForSingleObject(&c->mutex[0], Executive, KernelMode, FALSE, NULL);
    chorus_delay(10);
    KeReleaseMutex(&c->mutex[0], FALSE);
}

static void keep_mutex(void *argument)
{
    struct chorus *c = argument;
    KeWaitForSingleObject(&c->mutex[0], Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&c->event[1], Executive, KernelMode, FALSE, NULL);
}

/* A wait for all, of an event that is set later, and of a mutex that gets another holder. */
static void a_deadlock_names_who_holds_it_in_the_end(void **state)
{
    struct chorus *c = *state;
    two_events(c, NotificationEvent);
    KeInitializeMutex(&c->mutex[0], 0);
    chorus_start(c, hand_mutex_on);
    chorus_start(c, keep_mutex);
    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);
    struct driver *later = bench_driver(c->b, "later");
    later->enter = wait_for_a_mutex_of_another;
    later->extra = c;
    KeSetEvent(&c->event[0], IO_NO_INCREMENT, FALSE);

    bench_finish(c->b);

    uint32_t keeper = bench_record(c->b, HA_WAIT_BEGIN, 2)->thread;
    assert_int_equal(bench_record(c->b, HA_DEADLOCK, 0)->as.wait.waiter, keeper);
    assert_int_equal(bench_record(c->b, HA_DEADLOCK, 1)->as.wait.holder, keeper);
}

static void wait_without_memory(void *argument)
{
    struct chorus *c = argument;
    struct ha_arena *arena = &c->b->machine->kernel.world.host->arena;
    for (size_t size = 1 << 14; size >= 16; size /= 2)
        while (ha_arena_take(arena, size))
            continue;
    chorus_wait(c, &c->event[0], 10);
}

static void a_time_out_that_memory_does_not_suffice_for_ends_the_run(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    chorus_start(c, wait_without_memory);

    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_ENOMEM);

    expect_text("what was said", "", ha_text_string(&c->said));
}

static void a_rewind_forgets_waits_and_what_was_due(void **state)
{
    struct chorus *c = *state;
    two_events(c, SynchronizationEvent);
    struct ha_machine *machine = c->b->machine;
    assert_int_equal(ha_machine_mark(machine), HA_OK);
    for (int i = 0; i < 2; i++) {
        KeInitializeEvent(&c->event[0], SynchronizationEvent, FALSE);
        chorus_start(c, wait_10_ms);
        assert_int_equal(ha_machine_settle(machine, HA_OK), HA_OK);
        assert_int_equal(machine->kernel.world.queue.count, 1);

        assert_int_equal(ha_machine_rewind(machine), HA_OK);

        assert_int_equal(machine->kernel.world.queue.count, 0);
    }
    KeInitializeEvent(&c->event[0], SynchronizationEvent, FALSE);
    chorus_start(c, wait_10_ms);
    chorus_expect(c, "STATUS_TIMEOUT@10 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_wait_ends_at_its_time),
        CHORUS_TEST(a_look_never_waits),
        CHORUS_TEST(of_a_signal_and_a_time_out_at_one_moment_the_first_posted_counts),
        CHORUS_TEST(a_wait_that_was_satisfied_leaves_nothing_due),
        CHORUS_TEST(a_time_above_zero_is_system_time),
        CHORUS_TEST(at_dispatch_level_a_thread_may_only_look),
        CHORUS_TEST(a_wait_for_what_was_never_made_is_a_misuse),
        CHORUS_TEST(delays_add_up),
        CHORUS_TEST(an_unload_that_takes_time_is_no_deadlock),
        CHORUS_TEST(a_deadlock_names_what_is_not_free_and_who_holds_it),
        CHORUS_TEST(a_deadlock_names_who_holds_it_in_the_end),
        CHORUS_TEST(a_time_out_that_memory_does_not_suffice_for_ends_the_run),
        CHORUS_TEST(a_rewind_forgets_waits_and_what_was_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
