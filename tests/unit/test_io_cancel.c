/* io_cancel: the lock that all drivers share when they cancel requests */
#include "unit/chorus.h"

static void hold_for_a_while(void *argument)
{
    struct chorus *c = argument;
    KIRQL old = HIGH_LEVEL;
    IoAcquireCancelSpinLock(&old);
    chorus_number(c, "before", old);
    chorus_number(c, "in", KeGetCurrentIrql());
    bench_yield();
    chorus_say(c, "still");
    IoReleaseCancelSpinLock(old);
    chorus_number(c, "after", KeGetCurrentIrql());
}

static void come_second(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    IoAcquireCancelSpinLock(&old);
    chorus_say(c, "second");
    IoReleaseCancelSpinLock(old);
}

static void who_comes_second_waits_and_each_gets_its_irql_back(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, hold_for_a_while);
    chorus_start_on(c, 2, come_second);

    chorus_expect(c, "before=0 in=2 still after=0 second ");

    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 1);
    assert_true(bench_record(c->b, HA_WAIT_BEGIN, 0)->as.wait.holder);
}

static void take_it_twice(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    IoReleaseCancelSpinLock(PASSIVE_LEVEL);
    IoAcquireCancelSpinLock(&old);
    IoAcquireCancelSpinLock(&old);
    chorus_say(c, "never");
}

/* OBJ-2 */
static void taken_twice_or_given_back_by_who_has_it_not_it_is_misused_as_any_spin_lock(void **state)
{
    static const uint32_t expected[] = {HA_MISUSE_NOT_OWNER, HA_MISUSE_TAKEN_TWICE};
    struct chorus *c = *state;
    c->b->drivers_err = true;
    chorus_start(c, take_it_twice);
    chorus_expect(c, "");

    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    assert_int_equal(bench_count(c->b, HA_MISUSE), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.misuse, expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(who_comes_second_waits_and_each_gets_its_irql_back),
        CHORUS_TEST(taken_twice_or_given_back_by_who_has_it_not_it_is_misused_as_any_spin_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
