/* dpc, ke_dpc: KDPCs that drivers copy, write over, or leave on a stack */
#include "unit/chorus.h"

#include <string.h>

static void insert_copies(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeInitializeDpc(&c->dpc[0], chorus_dpc, c);
    chorus_aim(c, 0, 0, 2);
    c->dpc[1] = c->dpc[2] = c->dpc[0];
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    for (int i = 0; i < 3; i++)
        chorus_insert(c, i);
    KeLowerIrql(old);
}

/* DPC-1 */
static void a_copy_is_a_dpc_of_its_own_with_the_same_target(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, insert_copies);
    bench_forget(c->b);

    chorus_expect(c, "in in in d0:2/2 d1:2/2 d2:2/2 ");

    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(bench_record(c->b, HA_DPC_TARGET, i)->id, i + 1);
        assert_int_equal(bench_record(c->b, HA_DPC_TARGET, i)->as.dpc.target, 2);
        assert_int_equal(bench_record(c->b, HA_DPC_INSERT, i)->id, i + 1);
    }
}

static void copy_a_queued_one(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_insert(c, 0);
    c->dpc[1] = c->dpc[0];
    chorus_say(c, KeRemoveQueueDpc(&c->dpc[1]) ? "?" : "none");
    chorus_say(c, KeInsertQueueDpc(&c->dpc[1], NULL, NULL) ? "?" : "none");
    KeLowerIrql(old);
}

/* OBJ-1 */
static void a_copy_of_one_that_is_queued_was_never_made(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\n";
    chorus_start_on(c, 1, copy_a_queued_one);

    chorus_expect(c, "in none none d0:1/2 ");
}

static void copy_one_that_has_run(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, chorus_dpc);
    chorus_insert(c, 0);
    c->dpc[1] = c->dpc[0];
    chorus_insert(c, 1);
}

/* DPC-1 */
static void a_copy_of_one_that_has_run_is_a_dpc_of_its_own(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, copy_one_that_has_run);

    chorus_expect(c, "d0:1/2 in d1:1/2 in ");
}

static void write_over_queued_ones(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_insert(c, 0);
    chorus_insert(c, 1);
    chorus_insert(c, 2);
    memset(&c->dpc[0], 0, sizeof c->dpc[0]);
    c->dpc[1] = c->dpc[3];
    chorus_say(c, KeInsertQueueDpc(&c->dpc[1], NULL, NULL) ? "?" : "none");
    KeLowerIrql(old);
}

/* OBJ-1, OBJ-6 */
static void one_that_is_written_over_while_it_is_queued_runs_as_it_was(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-6\na OBJ-6\n";
    chorus_start_on(c, 1, write_over_queued_ones);

    chorus_expect(c, "in in in none d0:1/2 d1:1/2 d2:1/2 ");

    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 2);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_equal(misuse->id, 2);
}

static void put_back_a_queued_one(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, chorus_dpc);
    const KDPC saved = c->dpc[0];
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_insert(c, 0);
    c->dpc[0] = saved;
    chorus_insert(c, 0);
    chorus_say(c, KeRemoveQueueDpc(&c->dpc[0]) ? "out" : "?");
    chorus_insert(c, 0);
    KeLowerIrql(old);
}

/* DPC-1 */
static void whether_one_is_queued_is_no_matter_of_its_memory(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, put_back_a_queued_one);

    chorus_expect(c, "in again out in d0:1/2 ");
}

static void insert_without_routine(void *argument)
{
    struct chorus *c = argument;
    KeInitializeDpc(&c->dpc[0], NULL, c);
    KeInitializeTimer(&c->timer);
    chorus_say(c, KeInsertQueueDpc(&c->dpc[0], NULL, NULL) ? "?" : "none");
    chorus_say(c, KeSetTimer(&c->timer, chorus_in(1), &c->dpc[0]) ? "?" : "none");
}

/* OBJ-1 */
static void one_without_a_routine_is_never_queued(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\n";
    chorus_start(c, insert_without_routine);

    chorus_expect(c, "none none ");

    assert_int_equal(bench_count(c->b, HA_DPC_INSERT), 0);
}

static void insert_with_a_target_that_cannot_be(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, chorus_dpc);
    c->dpc[0].Number = UINT16_MAX;
    chorus_say(c, KeInsertQueueDpc(&c->dpc[0], NULL, NULL) ? "?" : "none");
}

/* OBJ-1 */
static void one_whose_target_was_written_over_is_never_queued(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\n";
    chorus_start(c, insert_with_a_target_that_cannot_be);

    chorus_expect(c, "none ");
}

static void give_importance(void *argument)
{
    KDPC unmade = {.Type = 0};
    (void)argument;
    KeSetImportanceDpc(&unmade, HighImportance);
}

/* OBJ-1 */
static void the_misuse_is_that_of_the_routine_that_was_called(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\n";
    chorus_start(c, give_importance);

    chorus_expect(c, "");

    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 0);
    assert_string_equal(ha_routine_name(misuse->as.misuse.routine), "KeSetImportanceDpc");
}

static VOID NTAPI say_called(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                             PVOID SystemArgument2)
{
    (void)Dpc;
    (void)SystemArgument1;
    (void)SystemArgument2;
    chorus_say(DeferredContext, "called");
}

/* A thread of the driver, whose stack is gone when it has ended. */
static VOID NTAPI leave_on_stack(PVOID StartContext)
{
    KTIMER timer;
    KDPC dpc, other;
    struct chorus *c = StartContext;
    PROCESSOR_NUMBER place = {.Number = 3};
    KeSetSystemAffinityThreadEx(1u << 1);
    KeSetEvent(&c->event[1], 0, FALSE);
    chorus_delay(1);
    KeInitializeTimer(&timer);
    KeInitializeDpc(&dpc, say_called, StartContext);
    KeInitializeDpc(&other, say_called, StartContext);
    KeSetTimer(&timer, chorus_in(5), &dpc);
    KeSetTargetProcessorDpcEx(&other, &place);
    KeInsertQueueDpc(&other, NULL, NULL);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static void start_one_that_leaves(void *argument)
{
    HANDLE handle;
    PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, leave_on_stack, argument);
    ZwClose(handle);
}

static void hold_3(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeWaitForSingleObject(&c->event[1], Executive, KernelMode, FALSE, NULL);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    while (!KeReadStateEvent(&c->event[0]))
        YieldProcessor();
    KeLowerIrql(old);
}

static void let_3_go(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(3);
    chorus_say(c, "goes");
    KeSetEvent(&c->event[0], 0, FALSE);
}

/* OBJ-6 */
static void what_lies_on_the_stack_of_a_thread_that_ends_is_taken_out(void **state)
{
    struct chorus *c = *state;
    bench_load(c->b);
    KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
    KeInitializeEvent(&c->event[1], NotificationEvent, FALSE);
    c->b->findings = "a OBJ-6\n";
    chorus_start_on(c, 3, hold_3);
    chorus_start_on(c, 1, start_one_that_leaves);
    chorus_start_on(c, 2, let_3_go);

    chorus_expect(c, "goes@3 ");

    assert_null(c->b->machine->kernel.timers);
    assert_int_equal(bench_count(c->b, HA_DPC_DROP), 1);
    assert_int_equal(bench_count(c->b, HA_THREAD_END), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_copy_is_a_dpc_of_its_own_with_the_same_target),
        CHORUS_TEST(a_copy_of_one_that_is_queued_was_never_made),
        CHORUS_TEST(a_copy_of_one_that_has_run_is_a_dpc_of_its_own),
        CHORUS_TEST(one_that_is_written_over_while_it_is_queued_runs_as_it_was),
        CHORUS_TEST(whether_one_is_queued_is_no_matter_of_its_memory),
        CHORUS_TEST(one_without_a_routine_is_never_queued),
        CHORUS_TEST(one_whose_target_was_written_over_is_never_queued),
        CHORUS_TEST(the_misuse_is_that_of_the_routine_that_was_called),
        CHORUS_TEST(what_lies_on_the_stack_of_a_thread_that_ends_is_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
