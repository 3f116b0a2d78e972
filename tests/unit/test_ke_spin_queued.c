/* ke_spin: spin locks that are taken with a handle on the stack, and given back by it */
#include "unit/chorus.h"

static void keep_the_pairs(void *argument)
{
    struct chorus *c = argument;
    KLOCK_QUEUE_HANDLE handle;
    KIRQL before;
    for (int i = 0; i < 2; i++) {
        KeAcquireInStackQueuedSpinLock(&c->lock, &handle);
        bench_yield();
        KeReleaseInStackQueuedSpinLock(&handle);
        KeAcquireSpinLock(&c->lock, &before);
        bench_yield();
        KeReleaseSpinLock(&c->lock, before);
        KeRaiseIrql(DISPATCH_LEVEL, &before);
        KeAcquireInStackQueuedSpinLockAtDpcLevel(&c->lock, &handle);
        bench_yield();
        KeReleaseInStackQueuedSpinLockFromDpcLevel(&handle);
        KeLowerIrql(before);
    }
    chorus_say(c, "done");
}

/* The second waits for the first, and has the lock from it. */
static void each_way_of_taking_one_goes_with_its_own_of_giving_it_back(void **state)
{
    struct chorus *c = *state;
    chorus_start_on(c, 1, keep_the_pairs);
    chorus_start_on(c, 2, keep_the_pairs);

    chorus_expect(c, "done done ");

    assert_true(KeTestSpinLock(&c->lock));
    assert_true(bench_count(c->b, HA_WAIT_BEGIN) > 0);
    assert_int_equal(bench_count(c->b, HA_MISUSE), 0);
}

static void forget_the_handle(void *argument)
{
    struct chorus *c = argument;
    KLOCK_QUEUE_HANDLE handle;
    KIRQL before;
    KeAcquireInStackQueuedSpinLock(&c->lock, &handle);
    KeReleaseSpinLock(&c->lock, handle.OldIrql);
    chorus_number(c, "free", KeTestSpinLock(&c->lock));
    KeRaiseIrql(DISPATCH_LEVEL, &before);
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&c->lock, &handle);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    KeLowerIrql(before);
    chorus_number(c, "free", KeTestSpinLock(&c->lock));
}

/* OBJ-2 */
static void one_that_was_taken_with_a_handle_is_not_given_back_without(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\n";
    chorus_start(c, forget_the_handle);

    chorus_expect(c, "free=1 free=1 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_OTHER_MODE);
        assert_int_equal(misuse->as.misuse.routine, HA_RT_RELEASE_SPIN_LOCK);
        assert_int_not_equal(misuse->id, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(each_way_of_taking_one_goes_with_its_own_of_giving_it_back),
        CHORUS_TEST(one_that_was_taken_with_a_handle_is_not_given_back_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
