/* ke_spin: who has a spin lock, who waits for it, and what is misuse */
#include "unit/chorus.h"

#include <stdlib.h>
#include <string.h>

static void take_and_give(void *argument)
{
    struct chorus *c = argument;
    KIRQL old = 99;
    KeAcquireSpinLock(&c->lock, &old);
    chorus_say_place(c, old == PASSIVE_LEVEL ? "has" : "?");
    bench_yield();
    chorus_say_place(c, "gives");
    KeReleaseSpinLock(&c->lock, old);
    chorus_say_place(c, "gave");
}

static void it_is_held_at_dispatch_level(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, take_and_give);
    bench_forget(c->b);

    chorus_expect(c, "has:1/2 gives:1/2 gave:1/0 ");

    expect_records(c->b, "");
    assert_true(KeTestSpinLock(&c->lock));
}

static void it_is_recorded_where_locks_are_to_be_recorded(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, take_and_give);
    c->b->machine->kernel.record_locks = true;
    bench_forget(c->b);

    chorus_expect(c, "has:1/2 gives:1/2 gave:1/0 ");

    const struct ha_record *taken = bench_record(c->b, HA_LOCK_TAKEN, 0);
    const struct ha_record *given = bench_record(c->b, HA_LOCK_GIVEN, 0);
    assert_int_equal(bench_count(c->b, HA_LOCK_TAKEN), 1);
    assert_int_equal(bench_count(c->b, HA_LOCK_GIVEN), 1);
    assert_int_not_equal(taken->id, 0);
    assert_int_equal(taken->id, given->id);
    assert_int_equal(taken->irql, DISPATCH_LEVEL);
    assert_int_equal(given->irql, DISPATCH_LEVEL);
}

static void who_comes_later_waits_and_they_have_it_in_turn(void **state)
{
    struct chorus *c = *state;
    KeInitializeSpinLock(&c->lock);
    chorus_start_on(c, 1, take_and_give);
    chorus_start_on(c, 2, take_and_give);
    chorus_start_on(c, 3, take_and_give);
    bench_forget(c->b);

    chorus_expect(c, "has:1/2 gives:1/2 gave:1/0 has:2/2 gives:2/2 gave:2/0 has:3/2 gives:3/2 "
                     "gave:3/0 ");

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

/* Question 0 and those before it are who goes first. */
static void the_tape_chooses_who_has_it_next(void **state)
{
    struct ha_text token = {0};
    bool chosen = false;
    (void)state;
    for (uint32_t question = 0; question < 12 && !chosen; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        struct chorus *other = calloc(1, sizeof *other);
        assert_non_null(other);
        other->b = b;
        other->driver = bench_driver(b, "a");
        b->findings = NULL;
        bench_replay(b, &token, question, 1);
        chorus_start_on(other, 1, take_and_give);
        chorus_start_on(other, 2, take_and_give);
        chorus_start_on(other, 3, take_and_give);
        ha_machine_settle(b->machine, HA_OK);
        const struct ha_record *choice =
            bench_count(b, HA_CHOICE) ? bench_record(b, HA_CHOICE, 0) : NULL;
        if (choice && !strcmp(choice->as.choice.label, "lock")) {
            expect_text("what was said", "has:1/2 gives:1/2 gave:1/0 has:3/2 gives:3/2 gave:3/0 "
                        "has:2/2 gives:2/2 gave:2/0 ", ha_text_string(&other->said));
            assert_int_equal(choice->as.choice.options, 2);
            chosen = true;
        }
        bench_teardown((void **)&b);
        ha_text_close(&other->said);
        free(other);
    }
    ha_text_close(&token);

    assert_true(chosen);
}

static void say_hello(void *argument)
{
    chorus_say_place(argument, "hello");
}

static void who_waits_keeps_others_out_of_its_processor(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, take_and_give);
    chorus_start_on(c, 2, take_and_give);
    chorus_start_on(c, 2, say_hello);

    chorus_expect(c, "has:1/2 gives:1/2 gave:1/0 has:2/2 gives:2/2 gave:2/0 hello:2/0 ");
}

static VOID NTAPI take_in_dpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                              PVOID SystemArgument2)
{
    struct chorus *c = DeferredContext;
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    chorus_dpc(Dpc, c, SystemArgument1, SystemArgument2);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
}

static void hold_against_dpc(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_make_dpcs(c, take_in_dpc);
    chorus_aim(c, 0, 0, 3);
    KeAcquireSpinLock(&c->lock, &old);
    chorus_insert(c, 0);        /* for another processor, where it spins */
    chorus_insert(c, 1);        /* for this one, when the IRQL has fallen */
    bench_yield();
    chorus_say_place(c, "gives");
    KeReleaseSpinLock(&c->lock, old);
    chorus_say_place(c, "gave");
}

static void a_dpc_waits_for_a_thread_of_another_processor(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, hold_against_dpc);

    chorus_expect(c, "in in gives:1/2 d0:3/2 d1:1/2 gave:1/0 ");

    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 2);
}

static void take_twice(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeAcquireSpinLock(&c->lock, &old);
    chorus_say(c, "once");
    KeAcquireSpinLock(&c->lock, &old);
    chorus_say(c, "?");
}

static void taking_it_twice_is_a_misuse_and_a_deadlock(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, take_twice);
    bench_forget(c->b);

    chorus_expect(c, "once ");
    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 0);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_TAKEN_TWICE);
    const struct ha_record *deadlock = bench_record(c->b, HA_DEADLOCK, 0);
    assert_int_equal(deadlock->as.wait.waiter, 3);
    assert_int_equal(deadlock->as.wait.holder, 3);
    assert_int_equal(deadlock->id, misuse->id);
}

static void take_and_end(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeAcquireSpinLock(&c->lock, &old);
    bench_yield();
    chorus_say(c, "ends");
}

static void a_lock_of_a_thread_that_ended_is_a_deadlock_without_holder(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, take_and_end);
    chorus_start_on(c, 2, take_and_give);
    chorus_start_on(c, 1, say_hello);       /* its processor is free again */
    bench_forget(c->b);

    chorus_expect(c, "ends hello:1/0 ");
    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    assert_int_equal(bench_record(c->b, HA_DEADLOCK, 0)->as.wait.waiter, 4);
    assert_int_equal(bench_record(c->b, HA_DEADLOCK, 0)->as.wait.holder, 0);
}

static void hold_for_ever(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeAcquireSpinLock(&c->lock, &old);
    bench_yield();
    KeReleaseSpinLock(&c->lock, old);
    KeAcquireSpinLock(&c->lock, &old);
    chorus_say(c, "?");
}

/* The second gets the lock and keeps it; the first, and the third, wait for that one. */
static void a_deadlock_names_who_has_the_lock_now(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, hold_for_ever);
    chorus_start_on(c, 2, take_twice);
    chorus_start_on(c, 3, take_and_give);
    bench_forget(c->b);

    chorus_expect(c, "once ");
    bench_finish(c->b);

    assert_int_equal(bench_count(c->b, HA_DEADLOCK), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(bench_record(c->b, HA_DEADLOCK, i)->as.wait.holder, 4);
}

static void give_what_is_not_mine(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeReleaseSpinLock(&c->lock, old);
    chorus_say_place(c, "gave");
}

static void giving_back_the_lock_of_another_is_a_misuse_that_changes_nothing(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, take_and_give);
    chorus_start_on(c, 2, give_what_is_not_mine);
    chorus_start_on(c, 3, take_and_give);
    bench_forget(c->b);

    chorus_expect(c, "has:1/2 gave:2/0 gives:1/2 gave:1/0 has:3/2 gives:3/2 gave:3/0 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 1);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NOT_OWNER);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.routine, HA_RT_RELEASE_SPIN_LOCK);
}

static void try_and_test(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    chorus_say(c, KeTestSpinLock(&c->lock) ? "free" : "taken");
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_say(c, KeTryToAcquireSpinLockAtDpcLevel(&c->lock) ? "has" : "no");
    chorus_say(c, KeTestSpinLock(&c->lock) ? "free" : "taken");
    chorus_say(c, KeTryToAcquireSpinLockAtDpcLevel(&c->lock) ? "has" : "no");
    bench_yield();
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    chorus_say(c, KeTestSpinLock(&c->lock) ? "free" : "taken");
    KeLowerIrql(old);
}

static void try_in_vain(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_say_place(c, KeTryToAcquireSpinLockAtDpcLevel(&c->lock) ? "?" : "no");
    KeLowerIrql(old);
}

static void a_lock_that_is_taken_is_tried_for_in_vain(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, try_and_test);
    chorus_start_on(c, 2, try_in_vain);
    bench_forget(c->b);

    chorus_expect(c, "free has taken no no:2/2 free ");

    expect_records(c->b, "");
}

static void take_queued(void *argument)
{
    struct chorus *c = argument;
    KLOCK_QUEUE_HANDLE handle, inner;
    KSPIN_LOCK other = 0;
    KeAcquireInStackQueuedSpinLock(&c->lock, &handle);
    chorus_say_place(c, "has");
    bench_yield();
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&other, &inner);
    chorus_say(c, KeTestSpinLock(&other) ? "?" : "both");
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&inner);
    KeReleaseInStackQueuedSpinLock(&handle);
    chorus_say_place(c, "gave");
}

static void queued_ones_are_the_same_lock(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, take_queued);
    chorus_start_on(c, 2, take_and_give);

    chorus_expect(c, "has:1/2 both gave:1/0 has:2/2 gives:2/2 gave:2/0 ");
}

static void call_at_wrong_irql(void *argument)
{
    struct chorus *c = argument;
    KIRQL old, older = 99;
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    if (KeTryToAcquireSpinLockAtDpcLevel(&c->lock))
        KeReleaseSpinLock(&c->lock, DISPATCH_LEVEL);
    KeRaiseIrql(HIGH_LEVEL, &old);
    KeAcquireSpinLock(&c->lock, &older);
    KeLowerIrql(old);
    chorus_say(c, KeTestSpinLock(&c->lock) && older == HIGH_LEVEL ? "free" : "?");
}

static void the_wrong_irql_is_a_misuse_or_refused(void **state)
{
    static const enum ha_misuse expected[] = {HA_MISUSE_LOW_IRQL, HA_MISUSE_LOW_IRQL,
                                              HA_MISUSE_LOW_IRQL, HA_MISUSE_IRQL_ORDER};
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start_on(c, 1, call_at_wrong_irql);
    bench_forget(c->b);

    chorus_expect(c, "free ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.misuse, expected[i]);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.routine,
                     HA_RT_ACQUIRE_SPIN_LOCK);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
}

static void the_thread_of_a_test_may_take_one(void **state)
{
    struct chorus *c = *state;
    KIRQL old;
    bench_load(c->b);

    KeAcquireSpinLock(&c->lock, &old);
    assert_false(KeTestSpinLock(&c->lock));
    KeReleaseSpinLock(&c->lock, old);

    assert_true(KeTestSpinLock(&c->lock));
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(it_is_held_at_dispatch_level),
        CHORUS_TEST(it_is_recorded_where_locks_are_to_be_recorded),
        CHORUS_TEST(who_comes_later_waits_and_they_have_it_in_turn),
        cmocka_unit_test(the_tape_chooses_who_has_it_next),
        CHORUS_TEST(who_waits_keeps_others_out_of_its_processor),
        CHORUS_TEST(a_dpc_waits_for_a_thread_of_another_processor),
        CHORUS_TEST(taking_it_twice_is_a_misuse_and_a_deadlock),
        CHORUS_TEST(a_lock_of_a_thread_that_ended_is_a_deadlock_without_holder),
        CHORUS_TEST(a_deadlock_names_who_has_the_lock_now),
        CHORUS_TEST(giving_back_the_lock_of_another_is_a_misuse_that_changes_nothing),
        CHORUS_TEST(a_lock_that_is_taken_is_tried_for_in_vain),
        CHORUS_TEST(queued_ones_are_the_same_lock),
        CHORUS_TEST(the_wrong_irql_is_a_misuse_or_refused),
        CHORUS_TEST(the_thread_of_a_test_may_take_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
