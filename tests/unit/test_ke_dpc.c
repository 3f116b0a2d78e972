/* ke_dpc, dpc: when and where DPCs run, what they may do, and who waits for them */
#include "unit/chorus.h"

#define TAG 0x54447063u

static struct ha_dpcs *dpcs_of(struct chorus *c)
{
    return &c->b->machine->kernel.dpcs;
}

static void insert_here(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, chorus_dpc);
    chorus_insert(c, 0);
    chorus_say_place(c, "goes-on");
}

static void say_hello(void *argument)
{
    chorus_say_place(argument, "hello");
}

static void one_for_the_own_processor_runs_at_once_at_dispatch_level(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 2, insert_here);
    chorus_start_on(c, 2, say_hello);
    bench_forget(c->b);

    chorus_expect(c, "d0:2/2 in goes-on:2/0 hello:2/0 ");

    expect_records(c->b, "system-3 DPC_INSERT 1 to 2 [4]\n"
                         "DPC-5 DPC_RUN_ENTER 1 to 2 [4]\n"
                         "DPC-5 DPC_RUN_LEAVE 1 to 2 [4]\n");
    const struct ha_record *enter = bench_record(c->b, HA_DPC_RUN_ENTER, 0);
    assert_int_equal(enter->irql, DISPATCH_LEVEL);
    assert_int_equal(enter->processor, 2);
    assert_int_equal(enter->driver, 1);
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 0)->as.dpc.importance, MediumImportance);
}

static void insert_raised(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_insert(c, 0);
    chorus_insert(c, 0);
    chorus_say_place(c, "goes-on");
    KeLowerIrql(old);
    chorus_say_place(c, "lowered");
}

static void one_inserted_at_dispatch_level_runs_when_the_irql_falls_ahead_of_all_threads(
    void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 2, insert_raised);
    chorus_start_on(c, 2, say_hello);

    chorus_expect(c, "in again goes-on:2/2 d0:2/2 lowered:2/0 hello:2/0 ");
}

static void insert_elsewhere(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, chorus_dpc);
    chorus_aim(c, 0, 0, 3);
    chorus_insert(c, 0);
    chorus_say_place(c, "goes-on");
}

static void one_for_another_processor_runs_there_ahead_of_its_threads(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 2, insert_elsewhere);
    chorus_start_on(c, 3, say_hello);

    chorus_expect(c, "in goes-on:2/0 d0:3/2 hello:3/0 ");

    assert_int_equal(bench_record(c->b, HA_DPC_RUN_ENTER, 0)->processor, 3);
    assert_int_equal(bench_count(c->b, HA_DPC_TARGET), 1);
}

static void insert_by_importance(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    KeSetImportanceDpc(&c->dpc[0], LowImportance);
    KeSetImportanceDpc(&c->dpc[2], HighImportance);
    KeSetImportanceDpc(&c->dpc[3], HighImportance);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    for (int i = 0; i < 4; i++)
        KeInsertQueueDpc(&c->dpc[i], NULL, NULL);
    KeLowerIrql(old);
}

static void those_of_high_importance_go_ahead_of_the_queue(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, insert_by_importance);

    chorus_expect(c, "d3:1/2 d2:1/2 d0:1/2 d1:1/2 ");

    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 0)->as.dpc.importance, LowImportance);
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 3)->as.dpc.importance, HighImportance);
}

static VOID NTAPI say_arguments(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                PVOID SystemArgument2)
{
    (void)Dpc;
    chorus_say(DeferredContext, SystemArgument1);
    chorus_say(DeferredContext, SystemArgument2);
}

static void insert_with_arguments(void *argument)
{
    static char one[] = "one", two[] = "two", three[] = "three";
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, say_arguments);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeInsertQueueDpc(&c->dpc[0], one, two);
    KeInsertQueueDpc(&c->dpc[0], three, three);
    KeLowerIrql(old);
}

static void it_gets_the_arguments_of_the_insertion_that_counted(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, insert_with_arguments);

    chorus_expect(c, "one two ");

    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 0)->as.dpc.result, 1);
    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 1)->as.dpc.result, 0);
}

static void insert_and_remove(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    for (int i = 0; i < 4; i++)
        KeInsertQueueDpc(&c->dpc[i], NULL, NULL);
    chorus_say(c, KeRemoveQueueDpc(&c->dpc[0]) ? "out" : "?");
    chorus_say(c, KeRemoveQueueDpc(&c->dpc[3]) ? "out" : "?");
    chorus_say(c, KeRemoveQueueDpcEx(&c->dpc[3], FALSE) ? "?" : "was-out");
    KeInsertQueueDpc(&c->dpc[0], NULL, NULL);
    KeLowerIrql(old);
    chorus_say(c, KeRemoveQueueDpcEx(&c->dpc[1], TRUE) ? "?" : "has-run");
}

static void one_that_is_removed_does_not_run_and_can_be_queued_again(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, insert_and_remove);

    chorus_expect(c, "out out was-out d1:1/2 d2:1/2 d0:1/2 has-run ");

    assert_int_equal(bench_count(c->b, HA_DPC_DROP), 2);
    assert_int_equal(bench_record(c->b, HA_DPC_DROP, 1)->id, 4);
    assert_int_equal(bench_record(c->b, HA_DPC_DROP, 1)->flags, HA_DPC_BY_DRIVER);
    assert_int_equal(dpcs_of(c)->queued, 0);
}

static void aim_at_places(void *argument)
{
    struct chorus *c = argument;
    PROCESSOR_NUMBER reserved = {.Number = 0, .Reserved = 1};   /* not looked at */
    chorus_make_dpcs(c, chorus_dpc);
    chorus_aim(c, 0, 2, 0);
    KeSetTargetProcessorDpcEx(&c->dpc[0], &reserved);
    chorus_aim(c, 0, 0, 2);            /* a hole */
    chorus_aim(c, 0, 0, 3);
    chorus_aim(c, 0, 0, 64);
    chorus_aim(c, 0, 1, 1);
    chorus_aim(c, 0, 2, 0);
    KeSetTargetProcessorDpc(&c->dpc[0], 0);
    KeSetTargetProcessorDpc(&c->dpc[0], 2);     /* below the count, and a hole */
    KeSetTargetProcessorDpc(&c->dpc[0], 3);     /* not below it */
    KeSetTargetProcessorDpc(&c->dpc[0], -1);
    KeInsertQueueDpc(&c->dpc[0], NULL, NULL);
}

/* QRY-15, QRY-21; group 0 has three active processors, 0, 1 and 3 */
static void a_target_is_what_the_conversions_know_or_nothing_changes(void **state)
{
    struct chorus *c = *state;
    c->b->options.partition.group_count = 0;
    bench_group(c->b, 4, 0xb);
    bench_group(c->b, 4, 0x2);
    chorus_start_on(c, 1, aim_at_places);
    bench_forget(c->b);

    chorus_expect(c, "d0:0/2 ");

    expect_records(c->b, "system-3 DPC_TARGET 1 to the current one refused [4]\n"
                         "system-3 DPC_TARGET 1 to 0 [4]\n"
                         "system-3 DPC_TARGET 1 to 0 refused [4]\n"
                         "system-3 DPC_TARGET 1 to 2 [4]\n"
                         "system-3 DPC_TARGET 1 to 2 refused [4]\n"
                         "system-3 DPC_TARGET 1 to 3 [4]\n"
                         "system-3 DPC_TARGET 1 to 3 refused [4]\n"
                         "system-3 DPC_TARGET 1 to 0 [4]\n"
                         "system-3 DPC_TARGET 1 to 0 refused [4]\n"
                         "system-3 DPC_TARGET 1 to 0 refused [4]\n"
                         "system-3 DPC_TARGET 1 to 0 refused [4]\n"
                         "system-3 DPC_INSERT 1 to 0 [4]\n"
                         "DPC-4 DPC_RUN_ENTER 1 to 0 [4]\n"
                         "DPC-4 DPC_RUN_LEAVE 1 to 0 [4]\n");
    assert_int_equal(bench_record(c->b, HA_DPC_TARGET, 5)->as.dpc.asked, 1u << 16 | 1);
    assert_int_equal(bench_record(c->b, HA_DPC_TARGET, 5)->as.dpc.status, STATUS_SUCCESS);
    assert_int_equal(bench_record(c->b, HA_DPC_TARGET, 6)->as.dpc.status,
                     STATUS_INVALID_PARAMETER);
}

static void aim_while_queued(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_insert(c, 0);
    chorus_aim(c, 0, 0, 3);
    chorus_insert(c, 0);
    KeLowerIrql(old);
    chorus_insert(c, 0);
}

/* QRY-21; the target is that of the next insertion */
static void a_queued_one_stays_where_it_is_queued(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, aim_while_queued);

    chorus_expect(c, "in again d0:1/2 in d0:3/2 ");

    assert_int_equal(bench_record(c->b, HA_DPC_INSERT, 1)->as.dpc.target, 1);
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

static void make_event(struct chorus *c)
{
    bench_load(c->b);
    KeInitializeEvent(&c->event[0], SynchronizationEvent, FALSE);
}

static void insert_one_that_waits(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, wait_in_dpc);
    chorus_insert(c, 0);
}

static void a_wait_in_a_dpc_is_refused_and_a_look_is_not(void **state)
{
    struct chorus *c = *state;
    make_event(c);
    c->b->drivers_err = true;
    chorus_start(c, insert_one_that_waits);

    chorus_expect(c, "STATUS_UNSUCCESSFUL STATUS_TIMEOUT in ");

    assert_int_equal(bench_count(c->b, HA_REFUSED), 1);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
}

static VOID NTAPI leave_at(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                           PVOID SystemArgument2)
{
    KIRQL irql = (KIRQL)(ULONG_PTR)SystemArgument1, old;
    (void)SystemArgument2;
    chorus_dpc(Dpc, DeferredContext, NULL, NULL);
    if (irql > DISPATCH_LEVEL)
        KeRaiseIrql(irql, &old);
    else
        KeLowerIrql(irql);
    KeEnterCriticalRegion();
}

static void insert_some_that_leave_changed(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, leave_at);
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeInsertQueueDpc(&c->dpc[0], (PVOID)PASSIVE_LEVEL, NULL);
    KeInsertQueueDpc(&c->dpc[1], (PVOID)HIGH_LEVEL, NULL);
    KeInsertQueueDpc(&c->dpc[2], (PVOID)DISPATCH_LEVEL, NULL);
    KeLowerIrql(old);
    chorus_say_place(c, "after");
}

static void one_that_returns_at_another_irql_is_put_right_and_the_record_has_it(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, insert_some_that_leave_changed);

    chorus_expect(c, "d0:1/2 d1:1/2 d2:1/2 after:1/0 ");

    assert_int_equal(bench_record(c->b, HA_DPC_RUN_LEAVE, 0)->irql, DISPATCH_LEVEL);
    assert_int_equal(bench_record(c->b, HA_DPC_RUN_LEAVE, 1)->irql, HIGH_LEVEL);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(bench_record(c->b, HA_DPC_RUN_ENTER, i)->irql, DISPATCH_LEVEL);
        assert_int_equal(bench_record(c->b, HA_DPC_RUN_ENTER, i)->regions, 0);
    }
}

static VOID NTAPI free_itself(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    (void)SystemArgument1;
    (void)SystemArgument2;
    ExFreePoolWithTag(Dpc, TAG);
    chorus_say_place(DeferredContext, "freed");
}

static void insert_one_of_pool(void *argument)
{
    struct chorus *c = argument;
    PKDPC dpc = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *dpc, TAG);
    KeInitializeDpc(dpc, free_itself, c);
    KeInsertQueueDpc(dpc, NULL, NULL);
}

static void one_may_free_its_own_memory(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, insert_one_of_pool);

    chorus_expect(c, "freed:1/2 ");

    const struct ha_record *leave = bench_record(c->b, HA_DPC_RUN_LEAVE, 0);
    assert_int_equal(leave->id, 1);
    assert_int_equal(leave->driver, 1);
    assert_int_equal(leave->as.dpc.target, 1);
}

static VOID NTAPI queue_itself(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                               PVOID SystemArgument2)
{
    (void)SystemArgument2;
    chorus_dpc(Dpc, DeferredContext, NULL, NULL);
    if (SystemArgument1)
        chorus_say(DeferredContext, KeInsertQueueDpc(Dpc, NULL, NULL) ? "in" : "again");
}

static void insert_one_that_queues_itself(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, queue_itself);
    KeInsertQueueDpc(&c->dpc[0], c, NULL);
    chorus_say(c, "goes-on");
}

static void one_may_queue_itself_again(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, insert_one_that_queues_itself);

    chorus_expect(c, "d0:1/2 in d0:1/2 goes-on ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(one_for_the_own_processor_runs_at_once_at_dispatch_level),
        CHORUS_TEST(one_inserted_at_dispatch_level_runs_when_the_irql_falls_ahead_of_all_threads),
        CHORUS_TEST(one_for_another_processor_runs_there_ahead_of_its_threads),
        CHORUS_TEST(those_of_high_importance_go_ahead_of_the_queue),
        CHORUS_TEST(it_gets_the_arguments_of_the_insertion_that_counted),
        CHORUS_TEST(one_that_is_removed_does_not_run_and_can_be_queued_again),
        CHORUS_TEST(a_target_is_what_the_conversions_know_or_nothing_changes),
        CHORUS_TEST(a_queued_one_stays_where_it_is_queued),
        CHORUS_TEST(a_wait_in_a_dpc_is_refused_and_a_look_is_not),
        CHORUS_TEST(one_that_returns_at_another_irql_is_put_right_and_the_record_has_it),
        CHORUS_TEST(one_may_free_its_own_memory),
        CHORUS_TEST(one_may_queue_itself_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
