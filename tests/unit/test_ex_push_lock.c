/* ex_push_lock, shared_lock: push locks, which threads share or have alone in critical regions */
#include <string.h>

#include "unit/chorus.h"

static void share(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[0]);
    chorus_say_place(c, "shares");
    chorus_delay(10);
    ExReleasePushLockShared(&c->push[0]);
    KeLeaveCriticalRegion();
    chorus_say(c, "gave");
}

static void have_alone(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    ExAcquirePushLockExclusive(&c->push[0]);
    chorus_say_place(c, "alone");
    chorus_delay(10);
    ExReleasePushLockExclusive(&c->push[0]);
    KeLowerIrql(old);
    chorus_say(c, "gave");
}

static void make(struct chorus *c)
{
    bench_load(c->b);
    c->push[0] = (EX_PUSH_LOCK)-1;
    ExInitializePushLock(&c->push[0]);
}

static void many_share_it_and_who_wants_it_alone_waits_for_them_all(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start_on(c, 1, share);
    chorus_start_on(c, 2, share);
    chorus_start_on(c, 3, have_alone);
    bench_forget(c->b);

    chorus_expect(c, "shares:1/0 shares:2/0 gave@10 gave@10 alone:3/1@10 gave@20 ");

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-3 WAIT_END [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_END [4]\n");
    const struct ha_record *begin = bench_record(c->b, HA_WAIT_BEGIN, 2);
    assert_int_equal(begin->as.wait.waiter, 5);
    assert_int_equal(begin->as.wait.holder, 3);
    assert_int_equal(begin->as.wait.blocked, 1);
}

static void who_waits_leaves_its_processor_to_others(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start_on(c, 1, have_alone);
    chorus_start_on(c, 2, share);
    chorus_start_on(c, 2, share);

    chorus_expect(c, "alone:1/1 gave@10 shares:2/0@10 shares:2/0@10 gave@20 gave@20 ");
}

static void who_waits_to_have_it_alone_is_not_overtaken(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start_on(c, 1, share);
    chorus_start_on(c, 2, have_alone);
    chorus_start_on(c, 3, share);

    chorus_expect(c, "shares:1/0 gave@10 alone:2/1@10 gave@20 shares:3/0@20 gave@30 ");
}

static void have_the_other(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockExclusive(&c->push[1]);
    chorus_say(c, "other");
    chorus_delay(50);
    ExReleasePushLockExclusive(&c->push[1]);
    KeLeaveCriticalRegion();
}

static void share_the_other(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[1]);
    chorus_say(c, "other-shared");
    ExReleasePushLockShared(&c->push[1]);
    KeLeaveCriticalRegion();
}

static void who_waits_to_share_another_lock_goes_on_waiting_for_that(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start_on(c, 1, have_alone);
    chorus_start_on(c, 2, have_the_other);
    chorus_start_on(c, 3, share);
    chorus_start_on(c, 3, share_the_other);

    chorus_expect(c, "alone:1/1 other gave@10 shares:3/0@10 gave@20 other-shared@50 ");
}

static void take_both_ways(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[0]);
    ExReleasePushLockShared(&c->push[0]);
    ExAcquirePushLockExclusive(&c->push[0]);
    ExReleasePushLockExclusive(&c->push[0]);
    KeLeaveCriticalRegion();
}

static void it_is_recorded_where_locks_are_to_be_recorded(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start_on(c, 1, take_both_ways);
    bench_forget(c->b);
    chorus_expect(c, "");
    expect_records(c->b, "");
    chorus_start_on(c, 1, take_both_ways);
    c->b->machine->kernel.record_locks = true;
    bench_forget(c->b);

    chorus_expect(c, "");

    expect_records(c->b, "system-4 LOCK_TAKEN [4]\n"
                         "system-4 LOCK_GIVEN [4]\n"
                         "system-4 LOCK_TAKEN [4]\n"
                         "system-4 LOCK_GIVEN [4]\n");
    assert_int_equal(bench_record(c->b, HA_LOCK_TAKEN, 0)->id,
                     bench_record(c->b, HA_LOCK_GIVEN, 1)->id);
}

/* Question 0 and those before it are who goes first. Who waits for another lock is no answer. */
static void the_tape_chooses_who_has_it_next(void **state)
{
    struct ha_text token = {0};
    bool chosen = false;
    (void)state;
    for (uint32_t question = 0; question < 40 && !chosen; question++) {
        void *own;
        assert_int_equal(chorus_setup(&own), 0);
        struct chorus *c = own;
        c->b->findings = NULL;
        bench_replay(c->b, &token, question, 1);
        make(c);
        chorus_start_on(c, 1, have_alone);
        chorus_start_on(c, 2, have_alone);
        chorus_start_on(c, 2, have_the_other);
        chorus_start_on(c, 2, have_the_other);
        chorus_start_on(c, 3, share);
        ha_machine_settle(c->b->machine, HA_OK);
        ha_machine_run(c->b->machine);
        const struct ha_record *choice =
            bench_count(c->b, HA_CHOICE) ? bench_record(c->b, HA_CHOICE, 0) : NULL;
        if (choice && !strcmp(choice->as.choice.label, "lock")) {
            expect_text("what was said", "alone:1/1 other gave@10 shares:3/0@10 gave@20 "
                        "alone:2/1@20 gave@30 other@50 ", ha_text_string(&c->said));
            assert_int_equal(choice->as.choice.options, 2);
            chosen = true;
        }
        assert_int_equal(chorus_teardown(&own), 0);
    }
    ha_text_close(&token);

    assert_true(chosen);
}

static void share_twice_and_with_one_who_waits(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[0]);
    ExAcquirePushLockShared(&c->push[0]);
    ExReleasePushLockShared(&c->push[0]);
    chorus_delay(10);
    chorus_say(c, "again");
    ExAcquirePushLockShared(&c->push[0]);
    chorus_say(c, "?");
}

/* OBJ-2 */
static void sharing_it_twice_is_a_misuse_and_waits_for_itself_once_somebody_waits(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\n";
    make(c);
    chorus_start_on(c, 1, share_twice_and_with_one_who_waits);
    chorus_start_on(c, 2, have_alone);
    bench_forget(c->b);

    chorus_expect(c, "again@10 ");

    expect_records(c->b, "system-3 MISUSE taken by the thread that has it [4]\n"
                         "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-3 WAIT_END [4]\n"
                         "system-3 MISUSE taken by the thread that has it [4]\n"
                         "system-3 WAIT_BEGIN [4]\n");
    assert_int_equal(bench_record(c->b, HA_WAIT_BEGIN, 2)->as.wait.holder, 3);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.routine,
                     HA_RT_ACQUIRE_PUSH_SHARED);
}

static void use_it_wrongly(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    ExAcquirePushLockShared(&c->push[0]);          /* no region */
    ExReleasePushLockShared(&c->push[0]);
    KeEnterCriticalRegion();
    ExReleasePushLockShared(&c->push[0]);          /* free */
    ExReleasePushLockExclusive(&c->push[0]);
    ExAcquirePushLockShared(&c->push[0]);
    ExReleasePushLockExclusive(&c->push[0]);       /* the other way, as the next */
    ExAcquirePushLockExclusive(&c->push[0]);
    ExReleasePushLockShared(&c->push[0]);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ExAcquirePushLockShared(&c->push[0]);          /* refused */
    ExAcquirePushLockExclusive(&c->push[0]);
    KeLowerIrql(old);
    ExAcquirePushLockExclusive(&c->push[0]);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ExReleasePushLockExclusive(&c->push[0]);       /* which is no misuse here */
    KeRaiseIrql(HIGH_LEVEL, &old);
    ExReleasePushLockExclusive(&c->push[0]);
    KeLowerIrql(PASSIVE_LEVEL);
    KeLeaveCriticalRegion();
    chorus_say(c, (uint32_t)c->push[0] ? "?" : "free");
}

/* OBJ-2, IRQL-2, IRQL-4 */
static void misuses_are_noted_and_do_no_harm(void **state)
{
    static const struct { uint32_t routine, misuse; } expected[] = {
        {HA_RT_ACQUIRE_PUSH_SHARED, HA_MISUSE_LOW_IRQL},
        {HA_RT_RELEASE_PUSH_SHARED, HA_MISUSE_LOW_IRQL},
        {HA_RT_RELEASE_PUSH_SHARED, HA_MISUSE_NOT_OWNER},
        {HA_RT_RELEASE_PUSH_EXCLUSIVE, HA_MISUSE_NOT_OWNER},
        {HA_RT_RELEASE_PUSH_EXCLUSIVE, HA_MISUSE_OTHER_MODE},
        {HA_RT_RELEASE_PUSH_SHARED, HA_MISUSE_OTHER_MODE},
        {HA_RT_RELEASE_PUSH_EXCLUSIVE, HA_MISUSE_RAISED_IRQL},
        {HA_RT_RELEASE_PUSH_EXCLUSIVE, HA_MISUSE_NOT_OWNER},
    };
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\na IRQL-4\na OBJ-2\na OBJ-2\na OBJ-2\na OBJ-2\na IRQL-2\n"
                     "a IRQL-2\na IRQL-4\na OBJ-2\n";
    make(c);
    chorus_start_on(c, 1, use_it_wrongly);

    chorus_expect(c, "free ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.routine, expected[i].routine);
        assert_int_equal(misuse->as.misuse.misuse, expected[i].misuse);
    }
    assert_int_equal(bench_count(c->b, HA_REFUSED), 2);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 1)->as.refused.routine,
                     HA_RT_ACQUIRE_PUSH_EXCLUSIVE);
}

static void give_that_of_another(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExReleasePushLockShared(&c->push[0]);
    KeLeaveCriticalRegion();
    chorus_say(c, "tried");
}

/* OBJ-2 */
static void giving_back_what_another_shares_is_a_misuse_that_changes_nothing(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\n";
    make(c);
    chorus_start_on(c, 1, share);
    chorus_start_on(c, 2, give_that_of_another);
    chorus_start_on(c, 3, have_alone);

    chorus_expect(c, "shares:1/0 tried gave@10 alone:3/1@10 gave@20 ");
}

static void use_what_was_never_made(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    c->push[0] = UINT64_C(0xdddddddddddddddd);
    ExAcquirePushLockExclusive(&c->push[0]);
    ExReleasePushLockExclusive(&c->push[0]);
    c->push[0] = UINT64_C(0x00007ffc12345678);
    ExReleasePushLockShared(&c->push[0]);
    KeLeaveCriticalRegion();
    chorus_say(c, c->push[0] ? "?" : "free");
}

/* OBJ-1 */
static void what_was_never_made_is_a_misuse_once_and_then_a_free_lock(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\na OBJ-1\n";
    chorus_start_on(c, 1, use_what_was_never_made);
    bench_forget(c->b);

    chorus_expect(c, "free ");

    expect_records(c->b, "system-3 MISUSE this object was never initialised [4]\n"
                         "system-3 MISUSE this object was never initialised [4]\n");
}

static void free_and_make_what_is_held(void *argument)
{
    struct chorus *c = argument;
    EX_PUSH_LOCK *lock = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8 * sizeof *lock, 1);
    KeEnterCriticalRegion();
    ExInitializePushLock(&lock[5]);
    ExAcquirePushLockExclusive(&lock[5]);
    ExInitializePushLock(&lock[5]);
    ExFreePool(lock);
    ExReleasePushLockExclusive(&lock[5]);
    KeLeaveCriticalRegion();
    chorus_say(c, "gave");
}

/* OBJ-6 */
static void one_that_a_thread_has_is_neither_given_back_nor_made_anew(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na OBJ-6\n";
    chorus_start_on(c, 1, free_and_make_what_is_held);

    chorus_expect(c, "gave ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 2);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.routine,
                     HA_RT_INITIALIZE_PUSH_LOCK);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 1)->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_not_equal(bench_record(c->b, HA_MISUSE, 1)->id, 0);
}

static void make_what_is_waited_for(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(5);
    ExInitializePushLock(&c->push[0]);
    chorus_say(c, "tried");
}

/* OBJ-6 */
static void one_that_is_waited_for_is_not_made_anew(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\n";
    make(c);
    chorus_start_on(c, 1, have_alone);
    chorus_start_on(c, 2, share);
    chorus_start_on(c, 3, make_what_is_waited_for);

    chorus_expect(c, "alone:1/1 tried@5 gave@10 shares:2/0@10 gave@20 ");
}

static void end_with_it(void *argument)
{
    struct chorus *c = argument;
    ExAcquirePushLockExclusive(&c->push[0]);
    chorus_delay(1);
}

/* OBJ-6 */
static void one_that_is_waited_for_is_not_made_anew_even_when_its_holder_has_ended(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;      /* of the holder, too */
    make(c);
    chorus_start_on(c, 1, end_with_it);
    chorus_start_on(c, 2, share);
    chorus_start_on(c, 3, make_what_is_waited_for);
    bench_forget(c->b);

    chorus_expect(c, "tried@5 ");

    expect_records(c->b, "system-3 MISUSE called at too low an IRQL [4]\n"
                         "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-3 WAIT_END [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-5 MISUSE the kernel still has it in a queue or list [4]\n");
}

static void wait_with_a_spin_lock(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    ExAcquirePushLockShared(&c->push[0]);
    ExReleasePushLockShared(&c->push[0]);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    KeLeaveCriticalRegion();
}

/* OBJ-2 */
static void waiting_for_one_with_a_spin_lock_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    make(c);
    chorus_start_on(c, 1, have_alone);
    chorus_start_on(c, 2, wait_with_a_spin_lock);

    chorus_expect(c, "alone:1/1 gave@10 ");

    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 1);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_LOCK_HELD);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_ACQUIRE_PUSH_SHARED);
}

static void end_with_two(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[0]);
    ExAcquirePushLockExclusive(&c->push[1]);
    KeLeaveCriticalRegion();
    chorus_delay(10);
}

/* OBJ-2 */
static void a_thread_that_ends_with_some_is_found_for_each_and_nobody_else_gets_them(void **state)
{
    struct chorus *c = *state;
    HANDLE handle;
    c->b->findings = NULL;      /* the test itself starts the thread */
    make(c);
    assert_int_equal(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                          end_with_two, c), STATUS_SUCCESS);
    ZwClose(handle);
    chorus_start_on(c, 3, have_alone);

    chorus_expect(c, "");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_HELD);
        assert_int_equal(misuse->as.misuse.routine, HA_RT_TERMINATE_THREAD);
        assert_int_not_equal(misuse->id, 0);
    }
    assert_int_equal(c->b->machine->kernel.locks, 0);
}

static void take_in_start(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify)
        return;
    KeEnterCriticalRegion();
    ExAcquirePushLockExclusive(&c->push[0]);
    KeLeaveCriticalRegion();
}

/* OBJ-2 */
static void a_callback_that_returns_with_one_is_found(void **state)
{
    struct chorus *c = *state;
    c->driver->act = take_in_start;
    c->driver->extra = c;
    c->b->findings = "a OBJ-2\n";
    make(c);

    bench_add_processor(c->b);

    assert_int_equal(bench_count(c->b, HA_MISUSE), 1);
    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 0);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_HELD);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_REGISTER_PROCESSOR_CHANGE);
    assert_int_not_equal(misuse->id, 0);
}

static void take_a_while(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                         PNTSTATUS operation_status)
{
    (void)driver, (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        chorus_delay(1);
}

static void register_with_it(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockExclusive(&c->push[0]);
    driver_register(c->driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    ExReleasePushLockExclusive(&c->push[0]);
    KeLeaveCriticalRegion();
    chorus_say(c, "gave");
}

static void one_that_the_thread_had_before_the_callback_is_its_own_afterwards(void **state)
{
    struct chorus *c = *state;
    c->driver->act = take_a_while;
    make(c);
    chorus_start_on(c, 1, register_with_it);
    chorus_start_on(c, 2, share);

    chorus_expect(c, "gave@4 shares:2/0@4 gave@14 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 0);
}

static void take_and_set(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                         PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    take_in_start(driver, change, operation_status);
    if (change->State == KeProcessorAddStartNotify) {
        KeSetEvent(&c->event[0], 0, FALSE);
        chorus_delay(10);
    }
}

static void wait_until_it_is_taken(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->event[0], FOREVER);
    share(c);
}

static void who_waits_for_one_that_a_callback_left_waits_for_nobody(void **state)
{
    struct chorus *c = *state;
    c->driver->act = take_and_set;
    c->driver->extra = c;
    c->b->findings = "a OBJ-2\n";
    make(c);
    KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
    chorus_start_on(c, 2, wait_until_it_is_taken);

    bench_add_processor(c->b);
    chorus_expect(c, "STATUS_SUCCESS ");

    const struct ha_record *begin = bench_record(c->b, HA_WAIT_BEGIN, 2);
    const struct ha_thread *thread = c->b->machine->kernel.world.sched.first_live;
    while (thread && thread->stamp.thread != begin->as.wait.waiter)
        thread = thread->next_live;
    assert_non_null(thread);
    assert_non_null(thread->waits_for);
    assert_int_equal(thread->waits_for->id, begin->id);
    assert_int_not_equal(begin->as.wait.holder, 0);
    assert_null(thread->waits_for->holder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(many_share_it_and_who_wants_it_alone_waits_for_them_all),
        CHORUS_TEST(who_waits_leaves_its_processor_to_others),
        CHORUS_TEST(who_waits_to_have_it_alone_is_not_overtaken),
        CHORUS_TEST(who_waits_to_share_another_lock_goes_on_waiting_for_that),
        CHORUS_TEST(it_is_recorded_where_locks_are_to_be_recorded),
        cmocka_unit_test(the_tape_chooses_who_has_it_next),
        CHORUS_TEST(sharing_it_twice_is_a_misuse_and_waits_for_itself_once_somebody_waits),
        CHORUS_TEST(misuses_are_noted_and_do_no_harm),
        CHORUS_TEST(giving_back_what_another_shares_is_a_misuse_that_changes_nothing),
        CHORUS_TEST(what_was_never_made_is_a_misuse_once_and_then_a_free_lock),
        CHORUS_TEST(one_that_a_thread_has_is_neither_given_back_nor_made_anew),
        CHORUS_TEST(one_that_is_waited_for_is_not_made_anew),
        CHORUS_TEST(one_that_is_waited_for_is_not_made_anew_even_when_its_holder_has_ended),
        CHORUS_TEST(waiting_for_one_with_a_spin_lock_is_a_misuse),
        CHORUS_TEST(a_thread_that_ends_with_some_is_found_for_each_and_nobody_else_gets_them),
        CHORUS_TEST(a_callback_that_returns_with_one_is_found),
        CHORUS_TEST(one_that_the_thread_had_before_the_callback_is_its_own_afterwards),
        CHORUS_TEST(who_waits_for_one_that_a_callback_left_waits_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
