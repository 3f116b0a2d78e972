/* ke_generic_dpc: a DPC on every processor, and what its routines say to each other */
#include "unit/chorus.h"

static VOID NTAPI say_and_be_done(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                  PVOID SystemArgument2)
{
    (void)Dpc, (void)SystemArgument2;
    chorus_say_place(DeferredContext, "runs");
    KeSignalCallDpcDone(SystemArgument1);
}

static void call_it(void *argument)
{
    struct chorus *c = argument;
    KeGenericCallDpc(say_and_be_done, c);
    chorus_say_place(c, "done");
}

static void it_runs_on_every_processor_before_the_call_returns(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, call_it);
    bench_forget(c->b);

    chorus_expect(c, "runs:0/2 runs:1/2 runs:2/2 runs:3/2 done:1/0 ");

    expect_records(c->b, "system-3 DPC_TARGET 1 to 0 [4]\n"
                         "system-3 DPC_INSERT 1 to 0 [4]\n"
                         "system-3 DPC_TARGET 2 to 1 [4]\n"
                         "system-3 DPC_INSERT 2 to 1 [4]\n"
                         "system-3 DPC_TARGET 3 to 2 [4]\n"
                         "system-3 DPC_INSERT 3 to 2 [4]\n"
                         "system-3 DPC_TARGET 4 to 3 [4]\n"
                         "system-3 DPC_INSERT 4 to 3 [4]\n"
                         "system-3 WAIT_BEGIN [4]\n"
                         "DPC-4 DPC_RUN_ENTER 1 to 0 [4]\n"
                         "DPC-4 DPC_RUN_LEAVE 1 to 0 [4]\n"
                         "DPC-5 DPC_RUN_ENTER 2 to 1 [4]\n"
                         "DPC-5 DPC_RUN_LEAVE 2 to 1 [4]\n"
                         "DPC-6 DPC_RUN_ENTER 3 to 2 [4]\n"
                         "DPC-6 DPC_RUN_LEAVE 3 to 2 [4]\n"
                         "DPC-7 DPC_RUN_ENTER 4 to 3 [4]\n"
                         "DPC-7 DPC_RUN_LEAVE 4 to 3 [4]\n"
                         "system-3 WAIT_END [4]\n");
}

static void two_calls_at_once_come_one_after_the_other(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, call_it);
    chorus_start_on(c, 2, call_it);

    chorus_expect(c, "runs:0/2 runs:1/2 runs:2/2 runs:3/2 done:1/0 runs:0/2 runs:1/2 runs:2/2 "
                     "runs:3/2 done:2/0 ");
}

static VOID NTAPI meet_twice(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                             PVOID SystemArgument2)
{
    (void)Dpc;
    chorus_say_place(DeferredContext, "comes");
    chorus_say_place(DeferredContext, KeSignalCallDpcSynchronize(SystemArgument2) ? "last" : "on");
    chorus_say_place(DeferredContext, KeSignalCallDpcSynchronize(SystemArgument2) ? "last" : "on");
    KeSignalCallDpcDone(SystemArgument1);
}

static void call_to_meet(void *argument)
{
    struct chorus *c = argument;
    KeGenericCallDpc(meet_twice, c);
    chorus_say_place(c, "done");
}

static void nobody_goes_on_before_all_have_come_and_one_comes_last(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, call_to_meet);

    chorus_expect(c, "comes:0/2 comes:1/2 comes:2/2 comes:3/2 last:3/2 on:0/2 on:1/2 on:2/2 "
                     "last:2/2 on:3/2 on:0/2 on:1/2 done:1/0 ");
}

static void stay_raised(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    for (int i = 0; i < 5; i++)
        bench_yield();
    chorus_say_place(c, "lowers");
    KeLowerIrql(old);
}

static void a_processor_that_is_raised_is_waited_for(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 2, stay_raised);
    chorus_start_on(c, 1, call_it);

    chorus_expect(c, "runs:0/2 runs:1/2 runs:3/2 lowers:2/2 runs:2/2 done:1/0 ");
}

static void a_processor_that_was_added_is_among_them(void **state)
{
    struct chorus *c = *state;
    bench_add_processor(c->b);
    chorus_start_on(c, 1, call_it);

    chorus_expect(c, "runs:0/2 runs:1/2 runs:2/2 runs:3/2 runs:4/2 done:1/0 ");
}

static VOID NTAPI signal_wrongly(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                 PVOID SystemArgument2)
{
    (void)Dpc;
    if (KeGetCurrentProcessorNumber() != 3) {
        KeSignalCallDpcDone(SystemArgument1);
        return;
    }
    KeSignalCallDpcDone(DeferredContext);
    if (KeSignalCallDpcSynchronize(DeferredContext))
        chorus_say(DeferredContext, "?");
    KeGenericCallDpc(say_and_be_done, DeferredContext);
    KeSignalCallDpcDone(SystemArgument1);
    KeSignalCallDpcDone(SystemArgument2);
}

static void call_wrongly(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeGenericCallDpc(signal_wrongly, c);
    KeSignalCallDpcDone(c);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeGenericCallDpc(say_and_be_done, c);
    KeLowerIrql(old);
    chorus_say(c, "went-on");
}

/* OBJ-1, OBJ-3, IRQL-4 */
static void misuses_are_noted_and_do_no_harm(void **state)
{
    static const struct { uint32_t routine, misuse, argument; } expected[] = {
        {HA_RT_SIGNAL_DPC_DONE, HA_MISUSE_NOT_MADE, 0},
        {HA_RT_SIGNAL_DPC_SYNCHRONIZE, HA_MISUSE_NOT_MADE, 0},
        {HA_RT_SIGNAL_DPC_DONE, HA_MISUSE_LIMIT, 2},
        {HA_RT_SIGNAL_DPC_DONE, HA_MISUSE_LOW_IRQL, DISPATCH_LEVEL},
        {HA_RT_SIGNAL_DPC_DONE, HA_MISUSE_NOT_MADE, 0},
    };
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\na IRQL-4\na OBJ-3\na IRQL-4\na OBJ-1\na IRQL-4\n";
    chorus_start_on(c, 1, call_wrongly);

    chorus_expect(c, "went-on ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.routine, expected[i].routine);
        assert_int_equal(misuse->as.misuse.misuse, expected[i].misuse);
        assert_int_equal(misuse->as.misuse.argument, expected[i].argument);
    }
    assert_int_equal(bench_count(c->b, HA_REFUSED), 2);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 1)->as.refused.routine,
                     HA_RT_GENERIC_CALL_DPC);
}

static VOID NTAPI tell_argument(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    (void)Dpc, (void)SystemArgument2;
    c->object[0] = SystemArgument1;
    KeSignalCallDpcDone(SystemArgument1);
}

static void call_and_tell(void *argument)
{
    struct chorus *c = argument;
    KeGenericCallDpc(tell_argument, c);
    chorus_say_place(c, "done");
}

static VOID NTAPI signal_of_another(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                    PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    (void)Dpc, (void)SystemArgument1, (void)SystemArgument2;
    KeSignalCallDpcDone(c->object[0]);
}

static void meddle(void *argument)
{
    struct chorus *c = argument;
    bench_yield();
    chorus_make_dpcs(c, signal_of_another);
    chorus_say(c, c->object[0] ? "meddles" : "?");
    KeSignalCallDpcDone(c->object[0]);
    chorus_insert(c, 0);
}

/* OBJ-1 */
static void nobody_but_its_own_routine_is_done_in_a_call(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\na OBJ-1\na OBJ-1\n";
    chorus_start_on(c, 2, stay_raised);
    chorus_start_on(c, 1, call_and_tell);
    chorus_start_on(c, 3, meddle);

    chorus_expect(c, "meddles in lowers:2/2 done:1/0 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 3);
    for (size_t i = 1; i < 3; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_NOT_MADE);
}

static VOID NTAPI stay_away(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                            PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext;
    if (KeGetCurrentProcessorNumber())
        KeSignalCallDpcSynchronize(SystemArgument2);
    KeSignalCallDpcDone(SystemArgument1);
}

static void call_and_stay_away(void *argument)
{
    struct chorus *c = argument;
    KeGenericCallDpc(stay_away, c);
    chorus_say(c, "?");
}

static void one_who_does_not_come_is_a_deadlock_of_the_others(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, call_and_stay_away);

    chorus_expect(c, "");
    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    assert_int_equal(bench_count(c->b, HA_DEADLOCK), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(bench_record(c->b, HA_DEADLOCK, i)->id,
                         bench_record(c->b, HA_DEADLOCK, 0)->id);
}

static VOID NTAPI say_nothing(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    (void)Dpc, (void)DeferredContext, (void)SystemArgument1, (void)SystemArgument2;
}

static void call_in_unload(struct driver *driver)
{
    struct chorus *c = driver->extra;
    KeGenericCallDpc(say_nothing, c);
    chorus_say(c, "?");
}

static void a_routine_that_is_never_done_is_waited_for_without_end(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    c->driver->leave = call_in_unload;
    c->driver->extra = c;

    bench_finish(c->b);

    assert_int_equal(c->said.length, 0);
    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    assert_int_equal(bench_count(c->b, HA_DEADLOCK), 1);
    assert_int_equal(bench_count(c->b, HA_DPC_RUN_LEAVE), 4);
}

static void call_with_a_spin_lock(void *argument)
{
    struct chorus *c = argument;
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    KeGenericCallDpc(say_and_be_done, c);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
}

/* OBJ-2 */
static void a_call_with_a_spin_lock_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, call_with_a_spin_lock);

    chorus_expect(c, "runs:0/2 runs:1/2 runs:2/2 runs:3/2 ");

    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 1);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_LOCK_HELD);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_GENERIC_CALL_DPC);
}

static void call_without_memory(void *argument)
{
    struct chorus *c = argument;
    struct ha_arena *arena = &c->b->machine->kernel.world.host->arena;
    while (ha_arena_take(arena, 16))
        continue;
    KeGenericCallDpc(say_and_be_done, c);
    chorus_say(c, "returned");
    KeLowerIrql(PASSIVE_LEVEL);
    chorus_say(c, "?");
}

static void a_call_for_which_there_is_no_memory_ends_the_run(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, call_without_memory);
    ha_machine_settle(c->b->machine, HA_OK);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_MEMORY);
    expect_text("what was said", "returned ", ha_text_string(&c->said));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(it_runs_on_every_processor_before_the_call_returns),
        CHORUS_TEST(two_calls_at_once_come_one_after_the_other),
        CHORUS_TEST(nobody_goes_on_before_all_have_come_and_one_comes_last),
        CHORUS_TEST(a_processor_that_is_raised_is_waited_for),
        CHORUS_TEST(a_processor_that_was_added_is_among_them),
        CHORUS_TEST(misuses_are_noted_and_do_no_harm),
        CHORUS_TEST(nobody_but_its_own_routine_is_done_in_a_call),
        CHORUS_TEST(one_who_does_not_come_is_a_deadlock_of_the_others),
        CHORUS_TEST(a_routine_that_is_never_done_is_waited_for_without_end),
        CHORUS_TEST(a_call_with_a_spin_lock_is_a_misuse),
        CHORUS_TEST(a_call_for_which_there_is_no_memory_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
