/* ke_dpc, dpc: who waits for DPCs, whom they keep out, what is misuse; rewind and ends */
#include "unit/chorus.h"

static struct ha_dpcs *dpcs_of(struct chorus *c)
{
    return &c->b->machine->kernel.dpcs;
}

static void make_event(struct chorus *c)
{
    bench_load(c->b);
    KeInitializeEvent(&c->event[0], SynchronizationEvent, FALSE);
}

static void say_hello(void *argument)
{
    chorus_say_place(argument, "hello");
}

static void insert_here(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, chorus_dpc);
    chorus_insert(c, 0);
    chorus_say_place(c, "goes-on");
}

static VOID NTAPI wait_in_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    (void)Dpc;
    (void)SystemArgument1;
    (void)SystemArgument2;
    chorus_wait(c, &c->event[0], FOREVER);
    chorus_wait(c, &c->event[0], 0);
}

static void insert_on_all_and_flush(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, chorus_dpc);
    for (int i = 0; i < 4; i++) {
        chorus_aim(c, i, 0, (UCHAR)i);
        if (i != 1)
            KeInsertQueueDpc(&c->dpc[i], NULL, NULL);
    }
    chorus_say(c, "flushes");
    KeFlushQueuedDpcs();
    chorus_say(c, "flushed");
}

static void a_flush_waits_for_those_on_all_processors(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, insert_on_all_and_flush);

    chorus_expect(c, "flushes d0:0/2 d2:2/2 d3:3/2 flushed ");
}

static VOID NTAPI spin_for_word(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    (void)SystemArgument1;
    (void)SystemArgument2;
    chorus_dpc(Dpc, c, NULL, NULL);
    while (!KeReadStateEvent(&c->event[0]))
        YieldProcessor();
    chorus_dpc(Dpc, c, NULL, NULL);
}

static void insert_one_that_spins_and_remove_it(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, spin_for_word);
    chorus_aim(c, 0, 0, 3);
    chorus_insert(c, 0);
    while (dpcs_of(c)->queued)
        YieldProcessor();
    chorus_say(c, KeRemoveQueueDpcEx(&c->dpc[0], TRUE) ? "?" : "over");
}

static void set_event(void *argument)
{
    struct chorus *c = argument;
    chorus_say(c, "sets");
    KeSetEvent(&c->event[0], 0, FALSE);
}

static void delay_and_set_event(void *argument)
{
    chorus_delay(3);
    set_event(argument);
}

static void a_removal_can_wait_until_one_that_runs_has_ended(void **state)
{
    struct chorus *c = *state;
    make_event(c);
    chorus_start_on(c, 1, insert_one_that_spins_and_remove_it);
    chorus_start_on(c, 2, delay_and_set_event);

    chorus_expect(c, "in d0:3/2 sets@3 d0:3/2@3 over@3 ");
}

static void insert_one_that_spins_at_3(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, spin_for_word);
    chorus_aim(c, 0, 0, 3);
    chorus_insert(c, 0);
}

static void flush(void *argument)
{
    KeFlushQueuedDpcs();
    chorus_say(argument, "flushed");
}

static void delay_and_flush(void *argument)
{
    chorus_delay(1);
    chorus_say(argument, "flushes");
    flush(argument);
}

static void a_flush_waits_for_one_that_has_begun(void **state)
{
    struct chorus *c = *state;
    make_event(c);
    chorus_start_on(c, 1, insert_one_that_spins_at_3);
    chorus_start_on(c, 2, delay_and_set_event);
    chorus_start_on(c, 1, delay_and_flush);

    chorus_expect(c, "in d0:3/2 flushes@1 sets@3 d0:3/2@3 flushed@3 ");
}

static void keep_the_processor(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    while (!KeReadStateEvent(&c->event[0]))
        YieldProcessor();
    KeLowerIrql(old);
}

static void insert_at_3_and_flush(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, chorus_dpc);
    chorus_aim(c, 0, 0, 3);
    chorus_insert(c, 0);
    flush(c);
}

static void a_flush_waits_for_the_last_that_was_queued_before_it_has_begun(void **state)
{
    struct chorus *c = *state;
    make_event(c);
    chorus_start_on(c, 3, keep_the_processor);
    chorus_start_on(c, 1, insert_at_3_and_flush);
    chorus_start_on(c, 2, delay_and_set_event);

    chorus_expect(c, "in sets@3 d0:3/2@3 flushed@3 ");
}

static void hello_twice(void *argument)
{
    say_hello(argument);
    bench_yield();
    say_hello(argument);
}

static void no_thread_of_the_processor_runs_meanwhile(void **state)
{
    struct chorus *c = *state;
    make_event(c);
    chorus_start_on(c, 3, hello_twice);
    chorus_start_on(c, 1, insert_one_that_spins_at_3);
    chorus_start_on(c, 2, delay_and_set_event);

    chorus_expect(c, "hello:3/0 in d0:3/2 sets@3 d0:3/2@3 hello:3/0@3 ");
}

static void call_raised(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    KeRaiseIrql(APC_LEVEL, &old);
    KeFlushQueuedDpcs();
    KeRemoveQueueDpcEx(&c->dpc[0], TRUE);
    KeLowerIrql(old);
}

static void waiting_for_dpcs_above_passive_level_is_refused(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start(c, call_raised);

    chorus_expect(c, "");

    assert_int_equal(bench_count(c->b, HA_REFUSED), 2);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.routine, HA_RT_FLUSH_DPCS);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 1)->as.refused.routine, HA_RT_REMOVE_DPC);
}

static void make_again_while_queued(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_insert(c, 0);
    KeInitializeDpc(&c->dpc[0], wait_in_dpc, NULL);
    KeLowerIrql(old);
    KeInitializeDpc(&c->dpc[0], chorus_dpc, c);
    chorus_insert(c, 0);
}

static void one_made_again_while_it_is_queued_is_a_misuse_and_stays(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, make_again_while_queued);

    chorus_expect(c, "in d0:1/2 d0:1/2 in ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 1);
    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 0);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_INITIALIZE_DPC);
    assert_int_equal(misuse->id, 1);
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 1)->id, 5);
}

static void misuse_dpc(void *argument)
{
    struct chorus *c = argument;
    PROCESSOR_NUMBER place = {.Number = 0};
    KDPC unmade = {.Type = 0};
    chorus_say(c, KeInsertQueueDpc(&unmade, NULL, NULL) ? "?" : "0");
    chorus_say(c, KeRemoveQueueDpc(&unmade) ? "?" : "0");
    chorus_say(c, KeRemoveQueueDpcEx(&unmade, TRUE) ? "?" : "0");
    chorus_say(c, KeSetTargetProcessorDpcEx(&unmade, &place) == STATUS_INVALID_PARAMETER ? "0"
                                                                                       : "?");
    KeSetTargetProcessorDpc(&unmade, 0);
    KeSetImportanceDpc(&unmade, HighImportance);
    memset(&unmade, 0xcc, sizeof unmade);
    unmade.Type = 19;
    chorus_say(c, KeInsertQueueDpc(&unmade, NULL, NULL) ? "?" : "0");
}

static void one_that_was_never_made_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start(c, misuse_dpc);

    chorus_expect(c, "0 0 0 0 0 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_NOT_MADE);
}

static void the_thread_of_a_test_may_queue_one(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    chorus_make_dpcs(c, chorus_dpc);

    chorus_insert(c, 0);
    chorus_say(c, "here");
    chorus_aim(c, 0, 0, 2);
    chorus_insert(c, 0);
    KeFlushQueuedDpcs();
    chorus_say(c, "flushed");

    chorus_expect(c, "d0:0/2 in here in d0:2/2 flushed ");
}

static void insert_from_a_dpc_raised(void *argument)
{
    KIRQL old;
    KeRaiseIrql(HIGH_LEVEL, &old);
    insert_here(argument);
    KeLowerIrql(DISPATCH_LEVEL);
    chorus_say_place(argument, "lower");
    KeLowerIrql(old);
}

static void one_may_be_queued_at_any_irql(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, insert_from_a_dpc_raised);

    chorus_expect(c, "in goes-on:1/15 lower:1/2 d0:1/2 ");
}

static void insert_second_and_end_raised(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeInitializeDpc(&c->dpc[1], chorus_dpc, c);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_insert(c, 1);
}

static void a_rewind_drops_what_is_queued_and_gives_the_same_records_again(void **state)
{
    struct chorus *c = *state;
    struct ha_text first = {0};
    bench_load(c->b);
    assert_int_equal(ha_machine_mark(c->b->machine), HA_OK);
    for (int i = 0; i < 2; i++) {
        make_event(c);
        bench_forget(c->b);
        chorus_start_on(c, 1, insert_one_that_spins_at_3);
        chorus_start_on(c, 0, insert_second_and_end_raised);
        chorus_start_on(c, 2, delay_and_set_event);
        chorus_expect(c, "in in d0:3/2 d1:0/2 sets@3 d0:3/2@3 ");
        assert_int_equal(bench_count(c->b, HA_DPC_RUN_LEAVE), 2);
        for (size_t n = c->b->from; n < c->b->collector.count; n++) {
            const struct ha_record *record = &c->b->collector.record[n];
            if (i == 0)
                ha_text_add_bytes(&first, (const char *)record, sizeof *record);
            else
                assert_memory_equal(first.bytes + (n - c->b->from) * sizeof *record, record,
                                    sizeof *record);
        }

        assert_int_equal(ha_machine_rewind(c->b->machine), HA_OK);

        assert_int_equal(dpcs_of(c)->queued, 0);
    }
    ha_text_close(&first);
}

static void insert_for_ever(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, spin_for_word);
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_insert(c, 0);
    chorus_insert(c, 1);
    ha_sched_end(&c->b->machine->kernel.world, HA_END_SIGNAL);
    KeLowerIrql(old);
    chorus_say(c, "?");
}

static void what_is_queued_when_a_run_ends_never_runs(void **state)
{
    struct chorus *c = *state;
    make_event(c);
    chorus_start_on(c, 1, insert_for_ever);

    chorus_expect(c, "in in ");

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_SIGNAL);
    assert_int_equal(bench_count(c->b, HA_DPC_RUN_ENTER), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_flush_waits_for_those_on_all_processors),
        CHORUS_TEST(a_flush_waits_for_one_that_has_begun),
        CHORUS_TEST(a_flush_waits_for_the_last_that_was_queued_before_it_has_begun),
        CHORUS_TEST(a_removal_can_wait_until_one_that_runs_has_ended),
        CHORUS_TEST(no_thread_of_the_processor_runs_meanwhile),
        CHORUS_TEST(waiting_for_dpcs_above_passive_level_is_refused),
        CHORUS_TEST(one_made_again_while_it_is_queued_is_a_misuse_and_stays),
        CHORUS_TEST(one_that_was_never_made_is_a_misuse),
        CHORUS_TEST(the_thread_of_a_test_may_queue_one),
        CHORUS_TEST(one_may_be_queued_at_any_irql),
        CHORUS_TEST(a_rewind_drops_what_is_queued_and_gives_the_same_records_again),
        CHORUS_TEST(what_is_queued_when_a_run_ends_never_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
