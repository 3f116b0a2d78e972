/* ke_timer: timers that queue a DPC, once and again and again */
#include "unit/chorus.h"

#include <string.h>

static void make_timer(struct chorus *c, PKDEFERRED_ROUTINE routine)
{
    bench_load(c->b);
    KeInitializeTimer(&c->timer);
    chorus_make_dpcs(c, routine);
}

static void set_on_2(void *argument)
{
    struct chorus *c = argument;
    make_timer(c, chorus_dpc);
    chorus_say(c, KeSetTimer(&c->timer, chorus_in(10), &c->dpc[0]) ? "?" : "set");
}

static void it_queues_its_dpc_when_it_expires_to_the_processor_it_was_set_on(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 2, set_on_2);
    bench_forget(c->b);

    chorus_expect(c, "set d0:2/2@10 ");

    expect_records(c->b, "caller DPC_INSERT 1 to 2 by timer [4]\n"
                         "DPC-4 DPC_RUN_ENTER 1 to 2 [4]\n"
                         "DPC-4 DPC_RUN_LEAVE 1 to 2 [4]\n");
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 0)->driver, 1);
    assert_true(KeReadStateTimer(&c->timer));
    assert_false(KeCancelTimer(&c->timer));
}

static void a_target_of_the_dpc_goes_before(void **state)
{
    struct chorus *c = *state;
    make_timer(c, chorus_dpc);
    chorus_aim(c, 0, 0, 3);
    KeSetTimer(&c->timer, chorus_in(10), &c->dpc[0]);

    chorus_expect(c, "d0:3/2@10 ");
}

static void one_that_is_cancelled_before_queues_nothing(void **state)
{
    struct chorus *c = *state;
    make_timer(c, chorus_dpc);
    KeSetTimerEx(&c->timer, chorus_in(10), 5, &c->dpc[0]);

    assert_true(KeCancelTimer(&c->timer));

    chorus_expect(c, "");
    assert_int_equal(bench_count(c->b, HA_DPC_INSERT), 0);
    assert_int_equal(c->b->machine->kernel.world.queue.count, 0);
}

static void one_that_is_set_again_queues_only_the_new_dpc_at_the_new_time(void **state)
{
    struct chorus *c = *state;
    make_timer(c, chorus_dpc);
    KeSetTimer(&c->timer, chorus_in(10), &c->dpc[0]);

    assert_true(KeSetTimer(&c->timer, chorus_in(20), &c->dpc[1]));

    chorus_expect(c, "d1:0/2@20 ");
}

/* The first expires while the second has queued the same DPC already. */
static void two_timers_that_expire_together_queue_their_dpc_once(void **state)
{
    struct chorus *c = *state;
    KTIMER other;
    KIRQL old;
    make_timer(c, chorus_dpc);
    KeInitializeTimer(&other);
    KeSetTimer(&c->timer, chorus_in(10), &c->dpc[0]);
    KeSetTimer(&other, chorus_in(10), &c->dpc[0]);

    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeStallExecutionProcessor(10000);
    KeStallExecutionProcessor(1);
    KeLowerIrql(old);

    chorus_expect(c, "d0:0/2@10 ");
    assert_int_equal(bench_count(c->b, HA_DPC_INSERT), 2);
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 1)->as.dpc.result, 0);
}

static VOID NTAPI cancel_at_the_third(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                      PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    chorus_dpc(Dpc, c, SystemArgument1, SystemArgument2);
    if (c->b->machine->kernel.world.time_ns > 20000000)
        chorus_say(c, KeCancelTimer(&c->timer) ? "cancelled" : "?");
}

static void a_periodic_one_queues_its_dpc_each_time_until_it_is_cancelled(void **state)
{
    struct chorus *c = *state;
    make_timer(c, cancel_at_the_third);
    KeSetTimerEx(&c->timer, chorus_in(5), 10, &c->dpc[0]);

    chorus_expect(c, "d0:0/2@5 d0:0/2@15 d0:0/2@25 cancelled@25 ");
}

static VOID NTAPI count_calls(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    (void)Dpc;
    (void)SystemArgument1;
    (void)SystemArgument2;
    c->semaphore.Limit++;
}

static void cancel(struct driver *driver)
{
    struct chorus *c = driver->extra;
    KeCancelTimer(&c->timer);
    KeFlushQueuedDpcs();
    driver_deregister(driver, 0);
}

/* Nothing is posted after the start, so it goes on for the grace and no longer. */
static void a_periodic_one_keeps_no_run_alive_and_its_driver_unloads(void **state)
{
    struct chorus *c = *state;
    c->driver->leave = cancel;
    c->driver->extra = c;
    make_timer(c, count_calls);
    KeSetTimerEx(&c->timer, chorus_in(100), 100, &c->dpc[0]);

    chorus_expect(c, "");
    bench_finish(c->b);

    assert_int_equal(c->semaphore.Limit, HA_QUEUE_GRACE_NS / 100000000);
    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_NORMALLY);
}

static void wait_for_ever(struct driver *driver)
{
    struct chorus *c = driver->extra;
    KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
    KeWaitForSingleObject(&c->event[0], Executive, KernelMode, FALSE, NULL);
}

static void a_periodic_one_hides_no_deadlock(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;
    c->driver->leave = wait_for_ever;
    c->driver->extra = c;
    make_timer(c, count_calls);
    KeSetTimerEx(&c->timer, chorus_in(1), 1, &c->dpc[0]);

    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
}

static void set_and_write_over_dpc(void *argument)
{
    struct chorus *c = argument;
    set_on_2(c);
    memset(&c->dpc[0], 0xcc, sizeof c->dpc[0]);
}

/* OBJ-1 */
static void a_dpc_whose_memory_is_something_else_by_now_is_a_misuse_of_who_set_it(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\n";
    chorus_start(c, set_and_write_over_dpc);

    chorus_expect(c, "set ");

    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NOT_MADE);
}

static void set_and_write_over_timer(void *argument)
{
    struct chorus *c = argument;
    make_timer(c, chorus_dpc);
    KeSetTimerEx(&c->timer, chorus_in(5), 5, &c->dpc[0]);
    memset(&c->timer, 0, sizeof c->timer);
}

/* OBJ-6 */
static void a_timer_that_is_written_over_while_it_is_set_expires_for_nobody(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\n";
    chorus_start(c, set_and_write_over_timer);

    chorus_expect(c, "");

    assert_null(c->b->machine->kernel.timers);
}

static void set_and_copy(void *argument)
{
    struct chorus *c = argument;
    set_on_2(c);
    KTIMER copy = c->timer;
    chorus_say(c, KeCancelTimer(&copy) ? "?" : "0");
    chorus_say(c, KeSetTimer(&copy, chorus_in(1), NULL) ? "?" : "0");
    chorus_say(c, KeCancelTimer(&c->timer) ? "1" : "?");
    chorus_say(c, KeSetTimer(&c->timer, chorus_in(7), &c->dpc[0]) ? "?" : "0");
}

/* OBJ-1 */
static void the_copy_of_a_timer_has_nothing_of_its_setting(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\n";
    chorus_start_on(c, 2, set_and_copy);

    chorus_expect(c, "set 0 0 1 0 d0:2/2@7 ");
}

static void set_and_wait(void *argument)
{
    struct chorus *c = argument;
    set_on_2(c);
    chorus_wait(c, &c->timer, FOREVER);
}

static void cancel_and_set(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(1);
    chorus_say(c, KeCancelTimer(&c->timer) ? "1" : "?");
    KeSetTimer(&c->timer, chorus_in(5), NULL);
}

static void one_that_is_waited_for_can_be_set_again(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, set_and_wait);
    chorus_start(c, cancel_and_set);

    chorus_expect(c, "set 1@1 STATUS_SUCCESS@6 ");
}

static void misuse_event(void *argument)
{
    struct chorus *c = argument;
    KTIMER not_one;
    memset(&not_one, 0x41, sizeof not_one);
    KeInitializeEvent((PRKEVENT)(void *)&not_one, NotificationEvent, FALSE);
    chorus_say(c, KeCancelTimer(&not_one) ? "?" : "0");
    chorus_say(c, KeReadStateTimer(&not_one) ? "?" : "0");
    chorus_say(c, KeSetTimer(&not_one, chorus_in(1), NULL) ? "?" : "0");
}

/* OBJ-1 */
static void an_event_is_no_timer(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\n";
    chorus_start(c, misuse_event);

    chorus_expect(c, "0 0 0 ");
}

static void set_and_leave(struct driver *driver)
{
    struct chorus *c = driver->extra;
    set_on_2(c);
    driver_deregister(driver, 0);
}

/* DRV-6 */
static void one_that_a_driver_leaves_behind_never_expires(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    c->driver->leave = set_and_leave;
    c->driver->extra = c;

    bench_finish(c->b);
    chorus_expect(c, "set ");

    assert_int_equal(bench_record(c->b, HA_LEFT_BEHIND, 0)->as.left.what, HA_LEFT_TIMER);
    assert_int_equal(bench_count(c->b, HA_LEFT_BEHIND), 1);
    assert_null(c->b->machine->kernel.timers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(it_queues_its_dpc_when_it_expires_to_the_processor_it_was_set_on),
        CHORUS_TEST(a_target_of_the_dpc_goes_before),
        CHORUS_TEST(one_that_is_cancelled_before_queues_nothing),
        CHORUS_TEST(one_that_is_set_again_queues_only_the_new_dpc_at_the_new_time),
        CHORUS_TEST(two_timers_that_expire_together_queue_their_dpc_once),
        CHORUS_TEST(a_periodic_one_queues_its_dpc_each_time_until_it_is_cancelled),
        CHORUS_TEST(a_periodic_one_keeps_no_run_alive_and_its_driver_unloads),
        CHORUS_TEST(a_periodic_one_hides_no_deadlock),
        CHORUS_TEST(a_dpc_whose_memory_is_something_else_by_now_is_a_misuse_of_who_set_it),
        CHORUS_TEST(a_timer_that_is_written_over_while_it_is_set_expires_for_nobody),
        CHORUS_TEST(the_copy_of_a_timer_has_nothing_of_its_setting),
        CHORUS_TEST(one_that_is_waited_for_can_be_set_again),
        CHORUS_TEST(an_event_is_no_timer),
        CHORUS_TEST(one_that_a_driver_leaves_behind_never_expires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
