/* ke_timer, ke_time: timers once and again, clocks, and stalls that let time pass */
#include "unit/chorus.h"

static void make_timer(struct chorus *c, TIMER_TYPE type)
{
    bench_load(c->b);
    KeInitializeTimerEx(&c->timer, type);
}

static void wait_for_timer(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->timer, FOREVER);
}

static void a_timer_is_signalled_at_its_time(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    KeInitializeTimer(&c->timer);
    assert_false(KeSetTimer(&c->timer, chorus_in(10), NULL));
    assert_false(KeReadStateTimer(&c->timer));
    chorus_start(c, wait_for_timer);
    chorus_start(c, wait_for_timer);

    chorus_expect(c, "STATUS_SUCCESS@10 STATUS_SUCCESS@10 ");

    assert_true(KeReadStateTimer(&c->timer));
    assert_false(KeCancelTimer(&c->timer));
}

static void a_synchronization_timer_lets_one_thread_go(void **state)
{
    struct chorus *c = *state;
    make_timer(c, SynchronizationTimer);
    KeSetTimer(&c->timer, chorus_in(10), NULL);
    chorus_start(c, wait_for_timer);
    chorus_start(c, wait_for_timer);

    chorus_expect(c, "STATUS_SUCCESS@10 ");

    assert_false(KeReadStateTimer(&c->timer));
    KeSetTimer(&c->timer, chorus_in(10), NULL);
    chorus_expect(c, "STATUS_SUCCESS@20 ");
}

static void a_timer_that_is_set_again_forgets_its_first_time_and_its_signal(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    assert_false(KeSetTimer(&c->timer, chorus_in(10), NULL));
    assert_true(KeSetTimer(&c->timer, chorus_in(30), NULL));
    chorus_start(c, wait_for_timer);
    chorus_expect(c, "STATUS_SUCCESS@30 ");
    assert_true(KeReadStateTimer(&c->timer));

    assert_false(KeSetTimer(&c->timer, chorus_in(5), NULL));

    assert_false(KeReadStateTimer(&c->timer));
    chorus_start(c, wait_for_timer);
    chorus_expect(c, "STATUS_SUCCESS@35 ");
}

static void a_cancelled_timer_never_expires(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    KeSetTimer(&c->timer, chorus_in(10), NULL);
    size_t used = c->b->machine->kernel.world.queue.count;

    assert_true(KeCancelTimer(&c->timer));

    assert_int_equal(used, 1);
    assert_int_equal(c->b->machine->kernel.world.queue.count, 0);
    assert_false(KeCancelTimer(&c->timer));
    chorus_start(c, wait_for_timer);
    chorus_expect(c, "");
}

static void a_time_that_has_passed_is_due_at_once(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    KeSetTimer(&c->timer, (LARGE_INTEGER){.QuadPart = 1}, NULL);
    chorus_start(c, wait_for_timer);

    chorus_expect(c, "STATUS_SUCCESS ");
}

static void wait_for_three_periods(void *argument)
{
    struct chorus *c = argument;
    for (int i = 0; i < 3; i++)
        chorus_wait(c, &c->timer, FOREVER);
    chorus_delay(25);
    chorus_wait(c, &c->timer, FOREVER);
    chorus_wait(c, &c->timer, FOREVER);
    chorus_say(c, KeCancelTimer(&c->timer) ? "cancelled" : "?");
}

/* Due at 5, 15, 25 ...; from 25 to 50 nobody waits, and one signal is kept. */
static void a_periodic_timer_keeps_its_periods_whoever_waits(void **state)
{
    struct chorus *c = *state;
    make_timer(c, SynchronizationTimer);
    KeSetTimerEx(&c->timer, chorus_in(5), 10, NULL);
    chorus_start(c, wait_for_three_periods);

    chorus_expect(c, "STATUS_SUCCESS@5 STATUS_SUCCESS@15 STATUS_SUCCESS@25 STATUS_SUCCESS@50 "
                     "STATUS_SUCCESS@55 cancelled@55 ");

    assert_int_equal(c->b->machine->kernel.world.queue.count, 0);
}

static void a_periodic_timer_that_nobody_waits_for_keeps_no_run_alive(void **state)
{
    static const TIMER_TYPE types[] = {NotificationTimer, SynchronizationTimer};
    struct chorus *c = *state;
    for (size_t i = 0; i < 2; i++) {
        make_timer(c, types[i]);
        KeSetTimerEx(&c->timer, chorus_in(5), 10, NULL);

        chorus_expect(c, "");

        assert_true(KeReadStateTimer(&c->timer));
        assert_true(KeCancelTimer(&c->timer));
    }
}

static void misuse_timer(void *argument)
{
    struct chorus *c = argument;
    KTIMER unmade = {.Period = 0};
    KDPC dpc = {.Type = 0};
    chorus_say(c, KeSetTimer(&unmade, chorus_in(1), NULL) ? "?" : "0");
    chorus_say(c, KeCancelTimer(&unmade) ? "?" : "0");
    chorus_say(c, KeReadStateTimer(&unmade) ? "?" : "0");
    chorus_say(c, KeSetTimer(&c->timer, chorus_in(1), &dpc) ? "?" : "0");
}

/* OBJ-1 */
static void a_timer_or_dpc_that_was_never_made_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\n";
    chorus_start(c, misuse_timer);

    chorus_expect(c, "0 0 0 0 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 4);
    assert_int_equal(c->b->machine->kernel.world.queue.count, 0);
}

static void a_rewind_takes_back_what_is_set(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    struct ha_machine *machine = c->b->machine;
    assert_int_equal(ha_machine_mark(machine), HA_OK);
    for (int i = 0; i < 2; i++) {
        make_timer(c, SynchronizationTimer);
        KeSetTimerEx(&c->timer, chorus_in(10), 10, NULL);
        chorus_start(c, wait_for_timer);
        chorus_expect(c, "STATUS_SUCCESS@10 ");

        assert_int_equal(ha_machine_rewind(machine), HA_OK);

        assert_int_equal(machine->kernel.world.queue.count, 0);
        assert_int_equal(machine->kernel.world.time_ns, 0);
    }
}

static void set_without_memory(void *argument)
{
    struct chorus *c = argument;
    struct ha_arena *arena = &c->b->machine->kernel.world.host->arena;
    while (ha_arena_take(arena, 48))
        continue;
    chorus_say(c, KeSetTimer(&c->timer, chorus_in(1), NULL) ? "?" : "0");
    KeReadStateTimer(&c->timer);
    chorus_say(c, "?");
}

static void a_timer_that_memory_does_not_suffice_for_ends_the_run(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    chorus_start(c, set_without_memory);

    assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_ENOMEM);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_MEMORY);
    expect_text("what was said", "0 ", ha_text_string(&c->said));
}

/* All clocks at one moment. */
struct clocks {
    ULONGLONG interrupt, precise, unbiased;
    ULONG64 counter_with_it;
    LARGE_INTEGER system, system_precise, ticks, counter, frequency;
};

static void read_clocks(struct clocks *clocks)
{
    clocks->interrupt = KeQueryInterruptTime();
    clocks->precise = KeQueryInterruptTimePrecise(&clocks->counter_with_it);
    clocks->unbiased = KeQueryUnbiasedInterruptTime();
    KeQuerySystemTime(&clocks->system);
    KeQuerySystemTimePrecise(&clocks->system_precise);
    KeQueryTickCount(&clocks->ticks);
    clocks->counter = KeQueryPerformanceCounter(&clocks->frequency);
}

static void all_clocks_show_simulated_time(void **state)
{
    struct chorus *c = *state;
    struct clocks start, later;
    make_timer(c, NotificationTimer);
    read_clocks(&start);
    KeSetTimer(&c->timer, chorus_in(1000), NULL);
    chorus_expect(c, "");

    read_clocks(&later);

    assert_int_equal(start.interrupt, 0);
    assert_int_equal(later.interrupt, 10000000);
    assert_int_equal(later.precise, later.interrupt);
    assert_int_equal(later.unbiased, later.interrupt);
    assert_int_equal(later.system.QuadPart - start.system.QuadPart, 10000000);
    assert_int_equal(later.system_precise.QuadPart, later.system.QuadPart);
    assert_int_equal(later.ticks.QuadPart, 10000000 / KeQueryTimeIncrement());
    assert_int_equal(later.counter.QuadPart - start.counter.QuadPart, later.frequency.QuadPart);
    assert_int_equal(later.counter_with_it, (ULONG64)later.counter.QuadPart);
    KeQueryPerformanceCounter(NULL);
}

static void a_run_begins_on_1_january_2024(void **state)
{
    struct chorus *c = *state;
    LARGE_INTEGER now;
    bench_load(c->b);

    KeQuerySystemTime(&now);

    assert_int_equal(now.QuadPart / 10000000 - 11644473600, 1704067200);    /* Unix time */
}

static void stall(void *argument)
{
    struct chorus *c = argument;
    chorus_say(c, "stalls");
    KeStallExecutionProcessor(2000);
    chorus_say(c, "stalled");
}

static void stall_at_dispatch_level(void *argument)
{
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    stall(argument);
    KeLowerIrql(old);
}

static void say_hello(void *argument)
{
    chorus_say(argument, "hello");
}

static void a_stall_lets_others_run_and_then_time_pass(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, stall);
    chorus_start(c, say_hello);

    chorus_expect(c, "stalls hello stalled@2 ");
}

static void a_stall_at_dispatch_level_keeps_the_processor(void **state)
{
    struct chorus *c = *state;
    c->b->options.partition.group_count = 0;
    bench_group(c->b, 1, 0x1);
    chorus_start(c, stall_at_dispatch_level);
    chorus_start(c, say_hello);

    chorus_expect(c, "stalls stalled@2 hello@2 ");
}

static void poll_for_timer(void *argument)
{
    struct chorus *c = argument;
    while (!KeReadStateTimer(&c->timer))
        YieldProcessor();
    chorus_say(c, "seen");
}

static void a_loop_that_yields_reaches_what_is_due(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    KeSetTimer(&c->timer, chorus_in(1), NULL);
    chorus_start(c, poll_for_timer);
    chorus_start(c, say_hello);

    chorus_expect(c, "hello seen@1 ");
}

static void look_for_timer(void *argument)
{
    struct chorus *c = argument;
    while (!KeReadStateTimer(&c->timer))
        continue;
    chorus_say(c, "seen");
}

static void a_loop_that_only_looks_reaches_what_is_due(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    KeSetTimer(&c->timer, chorus_in(1), NULL);
    chorus_start(c, look_for_timer);
    chorus_start(c, say_hello);

    chorus_expect(c, "hello seen@1 ");
}

static void make_and_set_again(void *argument)
{
    struct chorus *c = argument;
    KeSetTimer(&c->timer, chorus_in(5), NULL);
    KeInitializeTimer(&c->timer);
    KeSetTimer(&c->timer, chorus_in(50), NULL);
}

/* OBJ-6 */
static void a_timer_that_is_made_again_while_it_is_set_forgets_its_first_time(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    c->b->findings = "a OBJ-6\n";
    chorus_start(c, make_and_set_again);
    chorus_start(c, wait_for_timer);

    chorus_expect(c, "STATUS_SUCCESS@50 ");
}

static void wait_a_little(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->timer, 10);
}

static void make_what_is_waited_for(void *argument)
{
    struct chorus *c = argument;
    KeInitializeTimer(&c->timer);
}

/* OBJ-6 */
static void a_timer_that_is_waited_for_is_not_made_again(void **state)
{
    struct chorus *c = *state;
    make_timer(c, NotificationTimer);
    c->b->findings = "a OBJ-6\n";
    chorus_start(c, wait_a_little);
    chorus_start(c, make_what_is_waited_for);

    chorus_expect(c, "STATUS_TIMEOUT@10 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_timer_is_signalled_at_its_time),
        CHORUS_TEST(a_timer_that_is_waited_for_is_not_made_again),
        CHORUS_TEST(a_synchronization_timer_lets_one_thread_go),
        CHORUS_TEST(a_timer_that_is_set_again_forgets_its_first_time_and_its_signal),
        CHORUS_TEST(a_cancelled_timer_never_expires),
        CHORUS_TEST(a_time_that_has_passed_is_due_at_once),
        CHORUS_TEST(a_periodic_timer_keeps_its_periods_whoever_waits),
        CHORUS_TEST(a_periodic_timer_that_nobody_waits_for_keeps_no_run_alive),
        CHORUS_TEST(a_timer_or_dpc_that_was_never_made_is_a_misuse),
        CHORUS_TEST(a_rewind_takes_back_what_is_set),
        CHORUS_TEST(a_timer_that_memory_does_not_suffice_for_ends_the_run),
        CHORUS_TEST(all_clocks_show_simulated_time),
        CHORUS_TEST(a_run_begins_on_1_january_2024),
        CHORUS_TEST(a_stall_lets_others_run_and_then_time_pass),
        CHORUS_TEST(a_stall_at_dispatch_level_keeps_the_processor),
        CHORUS_TEST(a_loop_that_yields_reaches_what_is_due),
        CHORUS_TEST(a_loop_that_only_looks_reaches_what_is_due),
        CHORUS_TEST(a_timer_that_is_made_again_while_it_is_set_forgets_its_first_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
