/* ex_spin_lock, shared_lock: who shares a spin lock, who has it alone, who waits, and misuse */
#include "unit/chorus.h"

static void share(void *argument)
{
    struct chorus *c = argument;
    KIRQL old = ExAcquireSpinLockShared(&c->shared);
    chorus_say_place(c, old == PASSIVE_LEVEL ? "shares" : "?");
    bench_yield();
    bench_yield();
    ExReleaseSpinLockShared(&c->shared, old);
    chorus_say_place(c, "gave");
}

static void have_alone(void *argument)
{
    struct chorus *c = argument;
    KIRQL old = ExAcquireSpinLockExclusive(&c->shared);
    chorus_say_place(c, old == PASSIVE_LEVEL ? "alone" : "?");
    bench_yield();
    bench_yield();
    ExReleaseSpinLockExclusive(&c->shared, old);
    chorus_say_place(c, "gave");
}

static void many_share_it_at_dispatch_level_and_do_not_wait(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, share);
    chorus_start_on(c, 2, share);
    chorus_start_on(c, 3, share);
    bench_forget(c->b);

    chorus_expect(c, "shares:1/2 shares:2/2 shares:3/2 gave:1/0 gave:2/0 gave:3/0 ");

    expect_records(c->b, "");
    assert_int_equal(c->shared, 0);
}

static void who_has_it_alone_keeps_everybody_waiting(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, have_alone);
    chorus_start_on(c, 2, have_alone);
    chorus_start_on(c, 3, share);
    bench_forget(c->b);

    chorus_expect(c, "alone:1/2 gave:1/0 alone:2/2 gave:2/0 shares:3/2 gave:3/0 ");

    expect_records(c->b, "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-5 WAIT_END [4]\n");
    const struct ha_record *begin = bench_record(c->b, HA_WAIT_BEGIN, 0);
    assert_int_equal(begin->as.wait.holder, 3);
    assert_int_equal(begin->as.wait.waiter, 4);
    assert_int_equal(begin->as.wait.blocked, 1);
    assert_int_equal(begin->irql, DISPATCH_LEVEL);
    assert_int_equal(bench_record(c->b, HA_WAIT_BEGIN, 1)->id, begin->id);
}

static void who_waits_to_have_it_alone_is_not_overtaken(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, share);
    chorus_start_on(c, 2, have_alone);
    chorus_start_on(c, 3, share);
    bench_forget(c->b);

    chorus_expect(c, "shares:1/2 gave:1/0 alone:2/2 gave:2/0 shares:3/2 gave:3/0 ");

    expect_records(c->b, "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-5 WAIT_END [4]\n");
}

static void a_free_lock_goes_to_all_who_want_to_share_it(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, have_alone);
    chorus_start_on(c, 2, share);
    chorus_start_on(c, 3, share);

    chorus_expect(c, "alone:1/2 gave:1/0 shares:2/2 shares:3/2 gave:2/0 gave:3/0 ");

    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 2);
}

static void it_is_recorded_where_locks_are_to_be_recorded(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, share);
    chorus_start_on(c, 2, share);
    c->b->machine->kernel.record_locks = true;
    bench_forget(c->b);

    chorus_expect(c, "shares:1/2 shares:2/2 gave:1/0 gave:2/0 ");

    expect_records(c->b, "system-3 LOCK_TAKEN [4]\n"
                         "system-4 LOCK_TAKEN [4]\n"
                         "system-3 LOCK_GIVEN [4]\n"
                         "system-4 LOCK_GIVEN [4]\n");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bench_record(c->b, HA_LOCK_TAKEN, i)->id,
                         bench_record(c->b, HA_LOCK_GIVEN, 0)->id);
        assert_int_equal(bench_record(c->b, HA_LOCK_TAKEN, i)->irql, DISPATCH_LEVEL);
    }
}

static VOID NTAPI share_in_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                               PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    ExAcquireSpinLockSharedAtDpcLevel(&c->shared);
    chorus_dpc(Dpc, c, SystemArgument1, SystemArgument2);
    ExReleaseSpinLockSharedFromDpcLevel(&c->shared);
}

static void have_alone_against_dpc(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, share_in_dpc);
    chorus_aim(c, 0, 0, 3);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ExAcquireSpinLockExclusiveAtDpcLevel(&c->shared);
    chorus_insert(c, 0);
    bench_yield();
    chorus_say_place(c, "gives");
    ExReleaseSpinLockExclusiveFromDpcLevel(&c->shared);
    KeLowerIrql(old);
}

static void a_dpc_waits_for_a_thread_of_another_processor(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, have_alone_against_dpc);

    chorus_expect(c, "in gives:1/2 d0:3/2 ");

    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 1);
    assert_int_equal(c->shared & 0x7ff, 0);
}

static void share_twice(void *argument)
{
    struct chorus *c = argument;
    KIRQL old = ExAcquireSpinLockShared(&c->shared);
    ExAcquireSpinLockSharedAtDpcLevel(&c->shared);
    ExReleaseSpinLockSharedFromDpcLevel(&c->shared);
    chorus_say(c, c->shared & 0x7ff ? "still" : "?");
    ExReleaseSpinLockShared(&c->shared, old);
    chorus_say(c, c->shared & 0x7ff ? "?" : "free");
}

/* OBJ-2 */
static void sharing_it_twice_is_a_misuse_even_where_nobody_waits(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\n";
    chorus_start_on(c, 1, share_twice);
    bench_forget(c->b);

    chorus_expect(c, "still free ");

    expect_records(c->b, "system-3 MISUSE taken by the thread that has it [4]\n");
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.routine,
                     HA_RT_ACQUIRE_SPIN_SHARED);
}

static void go_from_shared_to_alone(void *argument)
{
    struct chorus *c = argument;
    ExAcquireSpinLockShared(&c->shared);
    chorus_say(c, "shares");
    ExAcquireSpinLockExclusiveAtDpcLevel(&c->shared);
    chorus_say(c, "?");
}

static void have_alone_twice(void *argument)
{
    struct chorus *c = argument;
    ExAcquireSpinLockExclusive(&c->shared);
    chorus_say(c, "alone");
    ExAcquireSpinLockExclusive(&c->shared);
    chorus_say(c, "?");
}

static void have_alone_and_share(void *argument)
{
    struct chorus *c = argument;
    ExAcquireSpinLockExclusive(&c->shared);
    chorus_say(c, "alone");
    ExAcquireSpinLockSharedAtDpcLevel(&c->shared);
    chorus_say(c, "?");
}

/* OBJ-2 */
static void a_thread_that_waits_for_itself_is_a_misuse_and_a_deadlock(void **state)
{
    static const struct {
        void (*body)(void *argument);
        const char *said;
        uint32_t routine;
    } cases[] = {
        {go_from_shared_to_alone, "shares ", HA_RT_ACQUIRE_SPIN_EXCLUSIVE},
        {have_alone_twice, "alone ", HA_RT_ACQUIRE_SPIN_EXCLUSIVE},
        {have_alone_and_share, "alone ", HA_RT_ACQUIRE_SPIN_SHARED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        void *own;
        assert_int_equal(chorus_setup(&own), 0);
        struct chorus *c = own;
        c->b->drivers_err = true;
        chorus_start_on(c, 1, cases[i].body);
        bench_forget(c->b);

        chorus_expect(c, cases[i].said);
        bench_finish(c->b);

        expect_records(c->b, "system-3 MISUSE taken by the thread that has it [4]\n"
                             "system-3 WAIT_BEGIN [4]\n"
                             "caller DEADLOCK system-3 waits for \"reader-writer spin lock 3\" of "
                             "system-3 [4]\n"
                             "caller TRACE_END deadlock [4]\n");
        assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.routine, cases[i].routine);
        assert_int_equal(chorus_teardown(&own), 0);
    }
}

static void share_and_spin(void *argument)
{
    struct chorus *c = argument;
    KIRQL old = ExAcquireSpinLockShared(&c->shared);
    bench_yield();
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    chorus_say(c, "?");
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    ExReleaseSpinLockShared(&c->shared, old);
}

static void spin_and_have_alone(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeAcquireSpinLock(&c->lock, &old);
    ExAcquireSpinLockExclusiveAtDpcLevel(&c->shared);
    chorus_say(c, "?");
    ExReleaseSpinLockExclusiveFromDpcLevel(&c->shared);
    KeReleaseSpinLock(&c->lock, old);
}

static void end_with_it(void *argument)
{
    struct chorus *c = argument;
    ExAcquireSpinLockShared(&c->shared);
    bench_yield();
    chorus_say(c, "ends");
}

static void share_and_stay(void *argument)
{
    struct chorus *c = argument;
    share(c);
    chorus_wait(c, &c->event[0], FOREVER);
}

/* The first who shares it gives it back, or ends: the others wait for the second. */
static void a_deadlock_names_the_circle_through_one_who_shares_it(void **state)
{
    static const struct { void (*first)(void *argument); const char *said, *records; } cases[] = {
        {share, "shares:1/2 gave:1/0 ", ""},
        {share_and_stay, "shares:1/2 gave:1/0 ", "system-3 WAIT_BEGIN [4]\n"},
        {end_with_it, "ends ", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_text expected = {0};
        void *own;
        assert_int_equal(chorus_setup(&own), 0);
        struct chorus *c = own;
        c->b->drivers_err = true;
        chorus_start_on(c, 1, cases[i].first);
        chorus_start_on(c, 2, share_and_spin);
        chorus_start_on(c, 3, spin_and_have_alone);
        KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
        bench_forget(c->b);

        chorus_expect(c, cases[i].said);
        bench_finish(c->b);

        ha_text_addf(&expected, "system-5 WAIT_BEGIN [4]\nsystem-4 WAIT_BEGIN [4]\n%s"
                     "caller DEADLOCK system-4 waits for \"spin lock 5\" of system-5 [4]\n"
                     "caller DEADLOCK system-5 waits for \"reader-writer spin lock 4\" of "
                     "system-4 [4]\ncaller TRACE_END deadlock [4]\n", cases[i].records);
        expect_records(c->b, ha_text_string(&expected));
        ha_text_close(&expected);
        assert_int_equal(chorus_teardown(&own), 0);
    }
}

static void a_lock_of_a_thread_that_ended_is_a_deadlock_without_holder(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, end_with_it);
    chorus_start_on(c, 2, have_alone);
    bench_forget(c->b);

    chorus_expect(c, "ends ");
    bench_finish(c->b);

    expect_records(c->b, "system-4 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-4 waits for \"reader-writer spin lock 3\" [4]\n"
                         "caller TRACE_END deadlock [4]\n");
    assert_int_equal(bench_record(c->b, HA_WAIT_BEGIN, 0)->as.wait.holder, 3);
}

static void give_wrongly(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ExReleaseSpinLockSharedFromDpcLevel(&c->shared);
    ExReleaseSpinLockExclusiveFromDpcLevel(&c->shared);
    KeLowerIrql(old);
    chorus_say_place(c, "tried");
}

/* OBJ-2 */
static void giving_back_what_another_has_is_a_misuse_that_changes_nothing(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\na OBJ-2\na OBJ-2\n";
    chorus_start_on(c, 1, share);
    chorus_start_on(c, 2, give_wrongly);
    chorus_start_on(c, 3, have_alone);
    bench_forget(c->b);

    chorus_expect(c, "shares:1/2 tried:2/0 gave:1/0 alone:3/2 gave:3/0 ");
    chorus_start_on(c, 2, give_wrongly);
    chorus_expect(c, "tried:2/0 ");

    expect_records(c->b, "system-4 MISUSE given back by another thread than its owner [4]\n"
                         "system-4 MISUSE given back by another thread than its owner [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-6 MISUSE given back by another thread than its owner [4]\n"
                         "system-6 MISUSE given back by another thread than its owner [4]\n");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.routine,
                         i % 2 ? HA_RT_RELEASE_SPIN_EXCLUSIVE : HA_RT_RELEASE_SPIN_SHARED);
}

static void mix_the_ways(void *argument)
{
    struct chorus *c = argument;
    KIRQL old = ExAcquireSpinLockShared(&c->shared);
    ExReleaseSpinLockExclusive(&c->shared, old);
    old = ExAcquireSpinLockExclusive(&c->shared);
    ExReleaseSpinLockShared(&c->shared, old);
    chorus_say_place(c, (c->shared & (LONG)0x800007ff) ? "?" : "free");
}

/* OBJ-2 */
static void giving_it_back_the_other_way_is_a_misuse_and_gives_it_back(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\n";
    chorus_start_on(c, 1, mix_the_ways);
    bench_forget(c->b);

    chorus_expect(c, "free:1/0 ");

    expect_records(c->b, "system-3 MISUSE given back the other way than it was taken [4]\n"
                         "system-3 MISUSE given back the other way than it was taken [4]\n");
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.routine,
                     HA_RT_RELEASE_SPIN_EXCLUSIVE);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 1)->as.misuse.routine,
                     HA_RT_RELEASE_SPIN_SHARED);
}

static void call_at_wrong_irql(void *argument)
{
    struct chorus *c = argument;
    KIRQL old, older;
    ExAcquireSpinLockSharedAtDpcLevel(&c->shared);
    ExReleaseSpinLockSharedFromDpcLevel(&c->shared);
    KeRaiseIrql(HIGH_LEVEL, &old);
    older = ExAcquireSpinLockExclusive(&c->shared);
    KeLowerIrql(old);
    chorus_say(c, older == HIGH_LEVEL && !(c->shared & 0x7ff) ? "free" : "?");
}

/* IRQL-4 */
static void the_wrong_irql_is_a_misuse_or_refused(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\n";
    chorus_start_on(c, 1, call_at_wrong_irql);
    bench_forget(c->b);

    chorus_expect(c, "free ");

    expect_records(c->b, "system-3 MISUSE called at too low an IRQL [4]\n"
                         "system-3 MISUSE called at too low an IRQL [4]\n"
                         "system-3 REFUSED IRQL is too high [4]\n");
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.routine,
                     HA_RT_ACQUIRE_SPIN_EXCLUSIVE);
}

static void use_what_was_never_set(void *argument)
{
    static const uint32_t never_set[] = {0xdddddddd, 0x7fff0000, 0x80000001};
    struct chorus *c = argument;
    for (size_t i = 0; i < 3; i++) {
        c->shared = (LONG)never_set[i];
        KIRQL old = ExAcquireSpinLockExclusive(&c->shared);
        ExReleaseSpinLockExclusive(&c->shared, old);
        c->shared = (LONG)never_set[i];
        ExReleaseSpinLockShared(&c->shared, old);
    }
    chorus_say(c, c->shared ? "?" : "free");
}

/* OBJ-1 */
static void what_was_never_set_is_a_misuse_once_and_then_a_free_lock(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\na OBJ-1\n";
    chorus_start_on(c, 1, use_what_was_never_set);
    bench_forget(c->b);

    chorus_expect(c, "free ");

    expect_records(c->b, "system-3 MISUSE this object was never initialised [4]\n"
                         "system-3 MISUSE this object was never initialised [4]\n"
                         "system-3 MISUSE this object was never initialised [4]\n"
                         "system-3 MISUSE this object was never initialised [4]\n"
                         "system-3 MISUSE this object was never initialised [4]\n"
                         "system-3 MISUSE this object was never initialised [4]\n");
}

static void free_what_is_shared(void *argument)
{
    struct chorus *c = argument;
    EX_SPIN_LOCK *lock = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8 * sizeof *lock, 1);
    KIRQL old = ExAcquireSpinLockShared(&lock[5]);
    ExFreePool((void *)lock);
    ExReleaseSpinLockShared(&lock[5], old);
    chorus_say(c, "gave");
}

/* OBJ-6 */
static void memory_with_one_that_a_thread_shares_is_not_given_back(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\n";
    chorus_start_on(c, 1, free_what_is_shared);
    bench_forget(c->b);

    chorus_expect(c, "gave ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 1);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_not_equal(bench_record(c->b, HA_MISUSE, 0)->id, 0);
}

static void keep_too_long(void *argument)
{
    struct chorus *c = argument;
    KIRQL old, older;
    KeAcquireSpinLock(&c->lock, &older);
    old = ExAcquireSpinLockShared(&c->shared);
    KeLowerIrql(older);
    chorus_delay(1);
    KeRaiseIrql(DISPATCH_LEVEL, &older);
    KeReleaseSpinLock(&c->lock, DISPATCH_LEVEL);
    KeLowerIrql(older);         /* the one that is left has been told of */
    KeRaiseIrql(DISPATCH_LEVEL, &older);
    ExReleaseSpinLockShared(&c->shared, old);
    ExAcquireSpinLockShared(&c->shared);
    KeLowerIrql(PASSIVE_LEVEL);
    KeRaiseIrql(DISPATCH_LEVEL, &older);
    ExReleaseSpinLockShared(&c->shared, PASSIVE_LEVEL);
    ExAcquireSpinLockExclusive(&c->shared);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* OBJ-2 */
static void it_counts_among_the_spin_locks_that_are_held_too_long(void **state)
{
    static const struct { uint32_t routine, count; } expected[] = {
        {HA_RT_LOWER_IRQL, 2}, {HA_RT_LOWER_IRQL, 1}, {HA_RT_TERMINATE_THREAD, 1}};
    struct chorus *c = *state;
    HANDLE handle;
    c->b->findings = NULL;      /* the test itself starts the thread */
    bench_load(c->b);
    bench_forget(c->b);
    assert_int_equal(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                          keep_too_long, c), STATUS_SUCCESS);
    ZwClose(handle);

    chorus_expect(c, "");

    size_t held = 0;
    for (size_t i = 0; i < bench_count(c->b, HA_MISUSE); i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        if (misuse->as.misuse.misuse != HA_MISUSE_LOCK_HELD)
            continue;
        assert_true(held < 3);
        assert_int_equal(misuse->as.misuse.routine, expected[held].routine);
        assert_int_equal(misuse->as.misuse.argument, expected[held].count);
        held++;
    }
    assert_int_equal(held, 3);
    assert_int_equal(c->b->machine->kernel.locks, 0);
}

static void take_in_start(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        ExAcquireSpinLockShared(&c->shared);
}

/* OBJ-2 */
static void a_callback_that_returns_with_one_has_it_no_more(void **state)
{
    struct chorus *c = *state;
    c->driver->act = take_in_start;
    c->driver->extra = c;
    c->b->drivers_err = true;

    bench_add_processor(c->b);

    assert_int_equal(bench_count(c->b, HA_MISUSE), 1);
    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 0);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_LOCK_HELD);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_REGISTER_PROCESSOR_CHANGE);
    assert_int_equal(misuse->as.misuse.argument, 1);
    assert_int_equal(c->b->machine->kernel.locks, 0);
}

static void go_to_alone_with_another(void *argument)
{
    struct chorus *c = argument;
    ExAcquireSpinLockShared(&c->shared);
    bench_yield();
    ExAcquireSpinLockExclusiveAtDpcLevel(&c->shared);
    chorus_say(c, "?");
}

static void who_shares_it_and_wants_it_alone_waits_for_itself_first_of_all(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, share);
    chorus_start_on(c, 2, go_to_alone_with_another);
    bench_forget(c->b);

    chorus_expect(c, "shares:1/2 gave:1/0 ");

    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 1);
    assert_int_equal(bench_record(c->b, HA_WAIT_BEGIN, 0)->as.wait.holder, 4);
}

/* As if 2047 threads that nobody knows shared it. */
static void it_is_shared_by_no_more_than_the_word_can_count(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    c->shared = 0x7ff;
    chorus_start_on(c, 1, share);
    bench_forget(c->b);

    chorus_expect(c, "");
    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-3 waits for \"reader-writer spin lock 3\" [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

static void one_whose_id_has_no_room_in_the_word_works_as_well(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, have_alone);
    chorus_start_on(c, 2, share);
    c->b->machine->kernel.world.objects_made = 1u << 20;
    bench_forget(c->b);

    chorus_expect(c, "alone:1/2 gave:1/0 shares:2/2 gave:2/0 ");

    assert_int_equal(bench_record(c->b, HA_WAIT_BEGIN, 0)->id, (1u << 20) + 1);
    assert_int_equal(c->shared, 0);
}

static void share_many(void *argument)
{
    struct chorus *c = argument;
    EX_SPIN_LOCK lock[12] = {0};
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    for (int i = 0; i < 12; i++)
        ExAcquireSpinLockSharedAtDpcLevel(&lock[i]);
    ExReleaseSpinLockSharedFromDpcLevel(&c->shared);    /* free */
    for (int i = 0; i < 12; i++)
        ExReleaseSpinLockSharedFromDpcLevel(&lock[i]);
    KeLowerIrql(old);
    chorus_say(c, "gave");
}

/* OBJ-2 */
static void of_many_that_are_held_a_free_one_is_none(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\n";
    chorus_start_on(c, 1, share_many);
    bench_forget(c->b);

    chorus_expect(c, "gave ");

    expect_records(c->b, "system-3 MISUSE given back by another thread than its owner [4]\n");
    assert_int_equal(c->shared & 0x7ff, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(many_share_it_at_dispatch_level_and_do_not_wait),
        CHORUS_TEST(who_has_it_alone_keeps_everybody_waiting),
        CHORUS_TEST(who_waits_to_have_it_alone_is_not_overtaken),
        CHORUS_TEST(a_free_lock_goes_to_all_who_want_to_share_it),
        CHORUS_TEST(it_is_recorded_where_locks_are_to_be_recorded),
        CHORUS_TEST(a_dpc_waits_for_a_thread_of_another_processor),
        CHORUS_TEST(sharing_it_twice_is_a_misuse_even_where_nobody_waits),
        cmocka_unit_test(a_thread_that_waits_for_itself_is_a_misuse_and_a_deadlock),
        cmocka_unit_test(a_deadlock_names_the_circle_through_one_who_shares_it),
        CHORUS_TEST(a_lock_of_a_thread_that_ended_is_a_deadlock_without_holder),
        CHORUS_TEST(giving_back_what_another_has_is_a_misuse_that_changes_nothing),
        CHORUS_TEST(giving_it_back_the_other_way_is_a_misuse_and_gives_it_back),
        CHORUS_TEST(the_wrong_irql_is_a_misuse_or_refused),
        CHORUS_TEST(what_was_never_set_is_a_misuse_once_and_then_a_free_lock),
        CHORUS_TEST(memory_with_one_that_a_thread_shares_is_not_given_back),
        CHORUS_TEST(it_counts_among_the_spin_locks_that_are_held_too_long),
        CHORUS_TEST(a_callback_that_returns_with_one_has_it_no_more),
        CHORUS_TEST(who_shares_it_and_wants_it_alone_waits_for_itself_first_of_all),
        CHORUS_TEST(it_is_shared_by_no_more_than_the_word_can_count),
        CHORUS_TEST(one_whose_id_has_no_room_in_the_word_works_as_well),
        CHORUS_TEST(of_many_that_are_held_a_free_one_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
