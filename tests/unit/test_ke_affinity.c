/* ke_affinity: what Set and Revert accept, what they tell, and where the thread runs then */
#include "unit/chorus.h"

static GROUP_AFFINITY set(USHORT group, KAFFINITY mask)
{
    GROUP_AFFINITY affinity = {.Mask = mask, .Group = group, .Reserved = {1, 2, 3}};
    GROUP_AFFINITY previous = {.Mask = 99, .Group = 99, .Reserved = {9, 9, 9}};
    KeSetSystemGroupAffinityThread(&affinity, &previous);
    return previous;
}

static void revert(USHORT group, KAFFINITY mask)
{
    GROUP_AFFINITY previous = {.Mask = mask, .Group = group};
    KeRevertToUserGroupAffinityThread(&previous);
}

static void say_here(struct chorus *c)
{
    PROCESSOR_NUMBER place;
    ULONG index = KeGetCurrentProcessorNumberEx(&place);
    ha_text_addf(&c->said, "%u=%u.%u ", (unsigned)index, (unsigned)place.Group,
                 (unsigned)place.Number);
}

/* Two groups: indices 0 to 2 are 0.0, 0.1 and 0.3, indices 3 and 4 are 1.1 and 1.2. */
static void describe_groups(struct chorus *c)
{
    c->b->options.partition.group_count = 0;
    bench_group(c->b, 8, 0xb);
    bench_group(c->b, 4, 0x6);
}

static void set_all_kinds(void *argument)
{
    struct chorus *c = argument;
    GROUP_AFFINITY affinity = {.Mask = 0x2};
    set(0, 0);                  /* no processor */
    set(0, 0x100);              /* beyond the maximum of the group */
    set(0, 0x101);
    set(0, 0x4);                /* none is active */
    set(2, 0x1);                /* no such group */
    say_here(c);
    set(0, 0xc);                /* the inactive one falls out */
    say_here(c);
    set(1, 0xf);
    say_here(c);
    KeSetSystemGroupAffinityThread(&affinity, NULL);
    say_here(c);
}

/* QRY-13 */
static void a_set_call_needs_a_valid_mask_with_an_active_processor(void **state)
{
    struct chorus *c = *state;
    describe_groups(c);
    chorus_start_on(c, 0, set_all_kinds);
    bench_forget(c->b);

    chorus_expect(c, "0=0.0 2=0.3 3=1.1 1=0.1 ");

    expect_records(c->b,
                   "system-3 AFFINITY 0:0x0 leaves 0:0xB, output 0:0x0 [5]\n"
                   "system-3 AFFINITY 0:0x100 leaves 0:0xB, output 0:0x0 [5]\n"
                   "system-3 AFFINITY 0:0x101 leaves 0:0xB, output 0:0x0 [5]\n"
                   "system-3 AFFINITY 0:0x4 leaves 0:0xB, output 0:0x0 [5]\n"
                   "system-3 AFFINITY 2:0x1 leaves 0:0xB, output 0:0x0 [5]\n"
                   "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                   "system-3 AFFINITY 0:0xC gives 0:0x8, output 0:0x0 [5]\n"
                   "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                   "system-3 AFFINITY 1:0xF gives 1:0x6, output 0:0x8 [5]\n"
                   "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                   "system-3 AFFINITY 0:0x2 gives 0:0x2 [5]\n"
                   "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n");
    assert_int_equal(bench_record(c->b, HA_AFFINITY, 0)->id, HA_RT_SET_AFFINITY);
}

static void say_output(struct chorus *c, GROUP_AFFINITY previous)
{
    ha_text_addf(&c->said, "%u:%u%s ", (unsigned)previous.Group, (unsigned)previous.Mask,
                 previous.Reserved[0] ? "?" : "");
}

static void chain(void *argument)
{
    struct chorus *c = argument;
    revert(0, 0);                               /* nothing was set */
    revert(0, 0x2);
    GROUP_AFFINITY first = set(0, 0x2), second = set(1, 0x4);
    say_output(c, first);
    say_output(c, second);
    revert(second.Group, second.Mask);
    say_here(c);
    revert(0, 0x4);                             /* none is active, so nothing changes */
    revert(first.Group, first.Mask);
    say_here(c);
    revert(0, 0);                               /* it is back already */
    say_output(c, set(0, 0));
}

/* QRY-18 */
static void reverts_undo_the_set_calls_one_by_one(void **state)
{
    struct chorus *c = *state;
    describe_groups(c);
    chorus_start_on(c, 0, chain);
    bench_forget(c->b);

    chorus_expect(c, "0:0 0:2 1=0.1 1=0.1 0:0 ");

    expect_records(c->b, "system-3 AFFINITY 0:0x0 leaves 0:0xB [5]\n"
                         "system-3 AFFINITY 0:0x2 leaves 0:0xB [5]\n"
                         "system-3 AFFINITY 0:0x2 gives 0:0x2, output 0:0x0 [5]\n"
                         "system-3 AFFINITY 1:0x4 gives 1:0x4, output 0:0x2 [5]\n"
                         "system-3 AFFINITY 0:0x2 gives 0:0x2 [5]\n"
                         "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                         "system-3 AFFINITY 0:0x4 leaves 0:0x2 [5]\n"
                         "system-3 AFFINITY 0:0x0 gives 0:0xB [5]\n"
                         "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                         "system-3 AFFINITY 0:0x0 leaves 0:0xB [5]\n"
                         "system-3 AFFINITY 0:0x0 leaves 0:0xB, output 0:0x0 [5]\n");
}

static void use_both_old_pairs(void *argument)
{
    struct chorus *c = argument;
    KAFFINITY none = KeSetSystemAffinityThreadEx(0x4);
    KAFFINITY first = KeSetSystemAffinityThreadEx(0x2), second = KeSetSystemAffinityThreadEx(0x8);
    ha_text_addf(&c->said, "%u %u %u ", (unsigned)none, (unsigned)first, (unsigned)second);
    KeRevertToUserAffinityThreadEx(second);
    say_here(c);
    KeRevertToUserAffinityThreadEx(first);
    say_here(c);
    KeRevertToUserAffinityThreadEx(0);
    KeSetSystemAffinityThread(0x8);
    say_here(c);
    KeSetSystemAffinityThread(0x4);
    KeRevertToUserAffinityThread();
    say_here(c);
    KeRevertToUserAffinityThread();
}

/* QRY-18 */
static void the_old_pairs_do_the_same_in_group_0(void **state)
{
    struct chorus *c = *state;
    describe_groups(c);
    chorus_start_on(c, 4, use_both_old_pairs);
    bench_forget(c->b);

    chorus_expect(c, "0 0 2 1=0.1 3=1.1 2=0.3 3=1.1 ");

    expect_records(c->b, "system-3 AFFINITY 0:0x4 leaves 1:0x6, output 0:0x0 [5]\n"
                         "system-3 AFFINITY 0:0x2 gives 0:0x2, output 0:0x0 [5]\n"
                         "system-3 AFFINITY 0:0x8 gives 0:0x8, output 0:0x2 [5]\n"
                         "system-3 AFFINITY 0:0x2 gives 0:0x2 [5]\n"
                         "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                         "system-3 AFFINITY 0:0x0 gives 1:0x6 [5]\n"
                         "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                         "system-3 AFFINITY 0:0x0 leaves 1:0x6 [5]\n"
                         "system-3 AFFINITY 0:0x8 gives 0:0x8 [5]\n"
                         "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                         "system-3 AFFINITY 0:0x4 leaves 0:0x8 [5]\n"
                         "system-3 AFFINITY 0:0x0 gives 1:0x6 [5]\n"
                         "system-3 asks, KeGetCurrentProcessorNumberEx [5]\n"
                         "system-3 AFFINITY 0:0x0 leaves 1:0x6 [5]\n");
    assert_int_equal(bench_record(c->b, HA_AFFINITY, 0)->id, HA_RT_SET_AFFINITY_EX);
    assert_int_equal(bench_record(c->b, HA_AFFINITY, 3)->id, HA_RT_REVERT_AFFINITY_EX);
    assert_int_equal(bench_record(c->b, HA_AFFINITY, 6)->id, HA_RT_SET_AFFINITY_OLD);
    assert_int_equal(bench_record(c->b, HA_AFFINITY, 8)->id, HA_RT_REVERT_AFFINITY_OLD);
}

static void set_raised(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    set(0, 0x8);
    say_here(c);
    KeLowerIrql(APC_LEVEL);
    say_here(c);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    revert(0, 0);
    set(0, 0x8);                /* it is still there, and need not move */
    KeLowerIrql(PASSIVE_LEVEL);
    say_here(c);
}

/* QRY-13 */
static void at_dispatch_level_the_move_comes_when_the_irql_falls(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, set_raised);

    chorus_expect(c, "1=0.1 3=0.3 3=0.3 ");

    assert_int_equal(bench_record(c->b, HA_AFFINITY, 0)->as.affinity.accepted, 1);
    assert_int_equal(bench_record(c->b, HA_AFFINITY, 0)->processor, 1);
}

static void set_too_high(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(IPI_LEVEL, &old);
    say_output(c, set(0, 0x1));
    revert(0, 0);
    KeSetSystemAffinityThreadEx(1);
    KeRevertToUserAffinityThreadEx(0);
    KeSetSystemAffinityThread(1);
    KeRevertToUserAffinityThread();
    KeLowerIrql(old);
    say_here(c);
}

static void above_dispatch_level_they_are_refused(void **state)
{
    static const enum ha_routine routines[] = {
        HA_RT_SET_AFFINITY, HA_RT_REVERT_AFFINITY, HA_RT_SET_AFFINITY_EX,
        HA_RT_REVERT_AFFINITY_EX, HA_RT_SET_AFFINITY_OLD, HA_RT_REVERT_AFFINITY_OLD};
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, set_too_high);

    chorus_expect(c, "0:0 1=0.1 ");

    assert_int_equal(bench_count(c->b, HA_AFFINITY), 0);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(bench_record(c->b, HA_REFUSED, i)->as.refused.routine, routines[i]);
        assert_int_equal(bench_record(c->b, HA_REFUSED, i)->as.refused.reason, HA_REASON_IRQL);
    }
}

static VOID NTAPI set_in_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                             PVOID SystemArgument2)
{
    set(0, 0x1);
    chorus_dpc(Dpc, DeferredContext, SystemArgument1, SystemArgument2);
}

static void queue_twice(void *argument)
{
    struct chorus *c = argument;
    chorus_make_dpcs(c, set_in_dpc);
    KeInsertQueueDpc(&c->dpc[0], NULL, NULL);
    KeInsertQueueDpc(&c->dpc[0], NULL, NULL);
}

static void a_dpc_has_no_thread_to_move(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 2, queue_twice);

    chorus_expect(c, "d0:2/2 d0:2/2 ");

    assert_int_equal(bench_count(c->b, HA_AFFINITY), 0);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 1)->as.refused.reason,
                     HA_REASON_NOT_SIMULATED);
}

static void go_to_the_new_one(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                              PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    set(change->ProcNumber.Group, (KAFFINITY)1 << change->ProcNumber.Number);
    say_here(c);
    if (change->State != KeProcessorAddStartNotify)
        revert(0, 0);
}

/* QRY-13, HOT-11 */
static void a_mask_of_the_incoming_processor_is_refused_in_start_and_accepted_in_complete(
    void **state)
{
    struct chorus *c = *state;
    c->driver->act = go_to_the_new_one;
    c->driver->extra = c;
    c->b->findings = "a QRY-13\n";

    bench_add_processor(c->b);

    chorus_expect(c, "2=0.2 4=0.4 ");
    const struct ha_record *start = bench_record(c->b, HA_AFFINITY, 0);
    const struct ha_record *complete = bench_record(c->b, HA_AFFINITY, 1);
    assert_int_equal(start->as.affinity.accepted, 0);
    assert_int_equal(start->as.affinity.new_mask, 0xf);
    assert_int_equal(complete->as.affinity.accepted, 1);
    assert_int_equal(complete->as.affinity.new_mask, 0x10);
    assert_int_equal(complete->processor, 4);
    assert_int_equal(bench_record(c->b, HA_AFFINITY, 2)->as.affinity.new_mask, 0xf);
}

static void leave_it_changed(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                             PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    (void)change;
    say_output(c, set(0, 0x8));
    say_here(c);
}

/* HOT-11: the next call begins with the thread's own affinity, and it counts as not set */
static void a_callback_that_leaves_it_changed_changes_nothing_for_the_next(void **state)
{
    struct chorus *c = *state;
    c->driver->act = leave_it_changed;
    c->driver->extra = c;
    c->b->findings = "a HOT-11\na HOT-11\n";

    bench_add_processor(c->b);

    chorus_expect(c, "0:0 3=0.3 0:0 3=0.3 ");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench_record(c->b, HA_CB_ENTER, i)->as.cb.affinity_mask, 0xf);
        assert_int_equal(bench_record(c->b, HA_CB_LEAVE, i)->as.cb_leave.affinity_mask, 0x8);
    }
    const struct ha_thread *hot_add = c->b->machine->kernel.hot_add;
    assert_int_equal(hot_add->affinity.mask, 0xf);
    assert_false(hot_add->affinity.is_set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_set_call_needs_a_valid_mask_with_an_active_processor),
        CHORUS_TEST(reverts_undo_the_set_calls_one_by_one),
        CHORUS_TEST(the_old_pairs_do_the_same_in_group_0),
        CHORUS_TEST(at_dispatch_level_the_move_comes_when_the_irql_falls),
        CHORUS_TEST(above_dispatch_level_they_are_refused),
        CHORUS_TEST(a_dpc_has_no_thread_to_move),
        CHORUS_TEST(a_mask_of_the_incoming_processor_is_refused_in_start_and_accepted_in_complete),
        CHORUS_TEST(a_callback_that_leaves_it_changed_changes_nothing_for_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
