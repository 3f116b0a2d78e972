/* ke_ipi: a function that runs on every processor at once */
#include "unit/chorus.h"

/* What the function of a broadcast shares with its caller. */
struct gathering {
    struct chorus *c;
    volatile LONG arrived, ran[8];
    LONG expected;
    ULONG_PTR result;
};

static ULONG_PTR NTAPI say_and_count(ULONG_PTR Argument)
{
    struct gathering *g = (struct gathering *)Argument;
    chorus_say_place(g->c, "ipi");
    InterlockedIncrement(&g->arrived);
    return 100 + ha_thread_current()->stamp.processor;
}

static struct gathering *gather(struct chorus *c, struct gathering *g)
{
    *g = (struct gathering){.c = c};
    c->object[0] = g;
    return g;
}

static void call(void *argument)
{
    struct chorus *c = argument;
    struct gathering *g = c->object[0];
    g->result = KeIpiGenericCall(say_and_count, (ULONG_PTR)g);
    chorus_say_place(c, "returned");
}

static void say_hello(void *argument)
{
    chorus_say_place(argument, "hello");
}

static void the_function_runs_on_every_processor_once_and_the_own_result_is_returned(void **state)
{
    struct chorus *c = *state;
    struct gathering g;
    gather(c, &g);
    chorus_start_on(c, 2, call);
    chorus_start_on(c, 3, say_hello);
    bench_forget(c->b);

    chorus_expect(c, "ipi:2/14 ipi:0/14 ipi:1/14 ipi:3/14 hello:3/0 returned:2/0 ");

    assert_int_equal(g.result, 102);
    assert_int_equal(g.arrived, 4);
    expect_records(c->b, "system-3 IPI_ENTER on 2 [4]\n"
                         "system-3 IPI_LEAVE on 2 [4]\n"
                         "DPC-5 IPI_ENTER on 0 [4]\n"
                         "DPC-5 IPI_LEAVE on 0 [4]\n"
                         "DPC-6 IPI_ENTER on 1 [4]\n"
                         "DPC-6 IPI_LEAVE on 1 [4]\n"
                         "DPC-7 IPI_ENTER on 3 [4]\n"
                         "DPC-7 IPI_LEAVE on 3 [4]\n");
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(bench_record(c->b, HA_IPI_ENTER, i)->irql, IPI_LEVEL);
        assert_int_equal(bench_record(c->b, HA_IPI_ENTER, i)->driver, 1);
        assert_int_equal(bench_record(c->b, HA_IPI_ENTER, i)->id, 1);
    }
}

static ULONG_PTR NTAPI meet(ULONG_PTR Argument)
{
    struct gathering *g = (struct gathering *)Argument;
    InterlockedIncrement(&g->arrived);
    while (InterlockedCompareExchange(&g->arrived, 0, 0) < g->expected)
        YieldProcessor();
    chorus_say_place(g->c, "met");
    return 0;
}

static void call_to_meet(void *argument)
{
    struct chorus *c = argument;
    KeIpiGenericCall(meet, (ULONG_PTR)c->object[0]);
    chorus_say(c, "all");
}

static void all_processors_can_wait_for_each_other_by_looking(void **state)
{
    struct chorus *c = *state;
    struct gathering g;
    gather(c, &g)->expected = 4;
    chorus_start_on(c, 1, call_to_meet);

    chorus_expect(c, "met:3/14 met:1/14 met:0/14 met:2/14 all ");
}

static void two_callers_at_once_go_one_after_the_other(void **state)
{
    struct chorus *c = *state;
    struct gathering g;
    gather(c, &g)->expected = 4;
    chorus_start_on(c, 1, call_to_meet);
    chorus_start_on(c, 2, call);

    chorus_expect(c, "met:3/14 met:1/14 met:0/14 met:2/14 all "
                     "ipi:2/14 ipi:0/14 ipi:1/14 ipi:3/14 returned:2/0 ");

    assert_int_equal(bench_record(c->b, HA_IPI_ENTER, 7)->id, 2);
}

static void call_at(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql((KIRQL)c->semaphore.Limit, &old);
    call(c);
    KeLowerIrql(old);
}

static void it_is_refused_from_ipi_level_on(void **state)
{
    static const struct { KIRQL irql; size_t refused; } cases[] = {
        {APC_LEVEL, 0}, {DISPATCH_LEVEL, 0}, {IPI_LEVEL - 1, 0}, {IPI_LEVEL, 1}, {HIGH_LEVEL, 1}};
    struct chorus *c = *state;
    c->b->drivers_err = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gathering g;
        gather(c, &g)->result = 9;
        c->semaphore.Limit = cases[i].irql;
        chorus_start_on(c, 2, call_at);
        bench_forget(c->b);
        assert_int_equal(ha_machine_settle(c->b->machine, HA_OK), HA_OK);

        assert_int_equal(g.result, cases[i].refused ? 0 : 102);
        assert_int_equal(bench_count(c->b, HA_IPI_ENTER), cases[i].refused ? 0 : 4);
        assert_int_equal(bench_count(c->b, HA_REFUSED), cases[i].refused);
    }
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.routine, HA_RT_IPI_CALL);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
}

static VOID NTAPI spin_for_event(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                 PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    chorus_dpc(Dpc, c, SystemArgument1, SystemArgument2);
    while (!KeReadStateEvent(&c->event[0]))
        YieldProcessor();
    chorus_dpc(Dpc, c, SystemArgument1, SystemArgument2);
}

static void call_over_a_dpc(void *argument)
{
    struct chorus *c = argument;
    KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
    chorus_make_dpcs(c, spin_for_event);
    chorus_aim(c, 0, 0, 1);
    chorus_insert(c, 0);
    bench_yield();
    call(c);
    KeSetEvent(&c->event[0], 0, FALSE);
}

static void it_interrupts_a_dpc(void **state)
{
    struct chorus *c = *state;
    struct gathering g;
    c->b->options.partition.group_count = 0;
    bench_group(c->b, 2, 0x3);
    gather(c, &g);
    chorus_start_on(c, 0, call_over_a_dpc);

    chorus_expect(c, "in d0:1/2 ipi:0/14 ipi:1/14 returned:0/0 d0:1/2 ");
}

static ULONG_PTR NTAPI leave_changed(ULONG_PTR Argument)
{
    KIRQL old;
    KeEnterCriticalRegion();
    if (ha_thread_current()->stamp.processor % 2)
        KeRaiseIrql(HIGH_LEVEL, &old);
    else
        KeLowerIrql(PASSIVE_LEVEL);
    return Argument;
}

static void call_what_leaves_changed(void *argument)
{
    KeIpiGenericCall(leave_changed, 0);
    call(argument);
}

static void what_the_function_leaves_changed_is_put_right_and_the_record_has_it(void **state)
{
    struct chorus *c = *state;
    struct gathering g;
    gather(c, &g);
    c->b->drivers_err = true;
    chorus_start_on(c, 2, call_what_leaves_changed);

    chorus_expect(c, "ipi:2/14 ipi:0/14 ipi:1/14 ipi:3/14 returned:2/0 ");

    assert_int_equal(bench_record(c->b, HA_IPI_LEAVE, 0)->irql, IPI_LEVEL);
    assert_int_equal(bench_record(c->b, HA_IPI_LEAVE, 3)->irql, HIGH_LEVEL);
    for (size_t i = 4; i < 8; i++)
        assert_int_equal(bench_record(c->b, HA_IPI_ENTER, i)->regions, 0);
}

static void the_thread_of_a_test_may_call_it(void **state)
{
    struct chorus *c = *state;
    struct gathering g;
    bench_load(c->b);

    call(gather(c, &g)->c);

    chorus_expect(c, "ipi:0/14 ipi:1/14 ipi:2/14 ipi:3/14 returned:0/0 ");
    assert_int_equal(g.result, 100);
}

static void end_the_run(struct ha_world *world, void *argument)
{
    (void)argument;
    ha_sched_end(world, HA_END_SIGNAL);
}

static void a_run_may_end_in_the_midst_of_it(void **state)
{
    struct chorus *c = *state;
    struct gathering g;
    gather(c, &g)->expected = 5;
    chorus_start_on(c, 1, call_to_meet);
    assert_true(ha_queue_post(&c->b->machine->kernel.world, 1000, end_the_run, NULL));

    chorus_expect(c, "");

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_SIGNAL);
    assert_int_equal(bench_count(c->b, HA_IPI_LEAVE), 0);
}

static ULONG_PTR NTAPI lower_and_wait(ULONG_PTR Argument)
{
    LARGE_INTEGER soon = {.QuadPart = -10000};
    KeLowerIrql(PASSIVE_LEVEL);
    KeDelayExecutionThread(KernelMode, FALSE, &soon);
    return Argument;
}

static void call_what_lowers_and_waits(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeIpiGenericCall(lower_and_wait, 0);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeLowerIrql(old);
    chorus_say_place(c, "after");
}

/* IRQL-1, IRQL-2 */
static void the_function_stays_at_ipi_level_and_waits_nowhere(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 2, call_what_lowers_and_waits);
    bench_forget(c->b);

    chorus_expect(c, "after:2/0 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 4);
    assert_int_equal(bench_count(c->b, HA_REFUSED), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.misuse,
                         HA_MISUSE_IRQL_ORDER);
        assert_int_equal(bench_record(c->b, HA_IPI_LEAVE, i)->irql, IPI_LEVEL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(the_function_runs_on_every_processor_once_and_the_own_result_is_returned),
        CHORUS_TEST(all_processors_can_wait_for_each_other_by_looking),
        CHORUS_TEST(two_callers_at_once_go_one_after_the_other),
        CHORUS_TEST(it_is_refused_from_ipi_level_on),
        CHORUS_TEST(it_interrupts_a_dpc),
        CHORUS_TEST(what_the_function_leaves_changed_is_put_right_and_the_record_has_it),
        CHORUS_TEST(the_thread_of_a_test_may_call_it),
        CHORUS_TEST(a_run_may_end_in_the_midst_of_it),
        CHORUS_TEST(the_function_stays_at_ipi_level_and_waits_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
