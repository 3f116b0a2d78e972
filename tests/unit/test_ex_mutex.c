/* ex_mutex, ke_mutex: a mutex whose owner ended, and one that is made again while it is in use */
#include "nt/dispatcher.h"
#include "unit/chorus.h"

static void make_fast(struct chorus *c)
{
    bench_load(c->b);
    ExInitializeFastMutex(&c->fast);
}

static void end_with_it(void *argument)
{
    struct chorus *c = argument;
    ExAcquireFastMutex(&c->fast);
    chorus_delay(10);
    chorus_say(c, "ends");
}

static void take_in_unload(struct driver *driver)
{
    struct chorus *c = driver->extra;
    chorus_say(c, "unload");
    ExAcquireFastMutex(&c->fast);
    chorus_say(c, "never");
}

static void who_waits_for_a_fast_mutex_of_a_thread_that_ends_waits_for_nobody(void **state)
{
    struct chorus *c = *state;
    c->driver->leave = take_in_unload;
    c->driver->extra = c;
    make_fast(c);
    chorus_start(c, end_with_it);

    bench_finish(c->b);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    expect_text("what was said", "unload ends@10 ", ha_text_string(&c->said));
    const struct ha_record *wait = bench_record(c->b, HA_WAIT_BEGIN, 1);
    const struct ha_record *deadlock = bench_record(c->b, HA_DEADLOCK, 0);
    assert_int_not_equal(wait->as.wait.holder, 0);
    assert_int_equal(deadlock->id, ha_dispatcher_id(&c->fast.Event.Header));
    assert_int_equal(deadlock->as.wait.holder, 0);
    assert_int_equal(bench_count(c->b, HA_DEADLOCK), 1);
}

static void take_later(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(50);
    chorus_number(c, "got", ExTryToAcquireFastMutex(&c->fast));
    ExReleaseFastMutex(&c->fast);
    ExAcquireFastMutex(&c->fast);
    chorus_say(c, "never");
}

/* OBJ-2 */
static void a_fast_mutex_of_a_thread_that_ended_is_never_free_again(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\n";
    make_fast(c);
    chorus_start(c, end_with_it);
    chorus_start(c, take_later);

    chorus_expect(c, "ends@10 got=0 ");

    const struct ha_record *wait = bench_record(c->b, HA_WAIT_BEGIN, 2);
    assert_true(wait->as.wait.blocked);
    assert_int_equal(wait->as.wait.holder, 0);
}

static void make_it_anew(void *argument)
{
    struct chorus *c = argument;
    ExInitializeFastMutex(&c->fast);
    chorus_number(c, "free", STATE(c->fast.Event));
    chorus_delay(50);
    ExInitializeFastMutex(&c->fast);
    chorus_number(c, "free", STATE(c->fast.Event));
}

static void hold_for_a_while(void *argument)
{
    struct chorus *c = argument;
    ExAcquireFastMutex(&c->fast);
    chorus_delay(10);
    ExReleaseFastMutex(&c->fast);
    chorus_say(c, "given");
}

static void expect_in_use(struct chorus *c, const DISPATCHER_HEADER *header,
                          enum ha_routine routine)
{
    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 0);
    assert_int_equal(bench_count(c->b, HA_MISUSE), 1);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_equal(misuse->as.misuse.routine, routine);
    if (header)
        assert_int_equal(misuse->id, ha_dispatcher_id(header));
}

static void a_fast_mutex_made_anew_while_it_is_held_stays_as_it_is(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;
    make_fast(c);
    uint32_t id = ha_dispatcher_id(&c->fast.Event.Header);
    chorus_start(c, hold_for_a_while);
    chorus_start(c, make_it_anew);

    chorus_expect(c, "free=0 given@10 free=1 ");

    expect_in_use(c, NULL, HA_RT_INITIALIZE_FAST_MUTEX);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->id, id);
    assert_int_not_equal(ha_dispatcher_id(&c->fast.Event.Header), id);
}

static void make_it_anew_later(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(90);
    ExInitializeFastMutex(&c->fast);
    chorus_number(c, "free", STATE(c->fast.Event));
}

static void a_fast_mutex_that_is_waited_for_cannot_be_made_anew_even_without_an_owner(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    make_fast(c);
    chorus_start(c, end_with_it);
    chorus_start(c, hold_for_a_while);
    chorus_start(c, make_it_anew_later);

    chorus_expect(c, "ends@10 free=0 ");

    expect_in_use(c, &c->fast.Event.Header, HA_RT_INITIALIZE_FAST_MUTEX);
}

static void make_mutex_anew(void *argument)
{
    struct chorus *c = argument;
    KeInitializeMutant(&c->mutex[0], TRUE);
    chorus_number(c, "state", STATE(c->mutex[0]));
    chorus_delay(50);
    KeInitializeMutex(&c->mutex[0], 0);
    chorus_wait(c, &c->mutex[0], 0);
    KeReleaseMutex(&c->mutex[0], FALSE);
}

static void hold_mutexes(void *argument)
{
    struct chorus *c = argument;
    chorus_wait(c, &c->mutex[0], FOREVER);
    chorus_wait(c, &c->mutex[1], FOREVER);
    chorus_delay(10);
    chorus_number(c, "release", KeReleaseMutex(&c->mutex[0], FALSE));
    chorus_number(c, "release", KeReleaseMutex(&c->mutex[1], FALSE));
}

static void a_mutex_made_anew_while_it_is_held_stays_as_it_is(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;
    bench_load(c->b);
    KeInitializeMutex(&c->mutex[0], 0);
    KeInitializeMutex(&c->mutex[1], 0);
    uint32_t id = ha_dispatcher_id(&c->mutex[0].Header);
    chorus_start(c, hold_mutexes);
    chorus_start(c, make_mutex_anew);

    chorus_expect(c, "STATUS_SUCCESS STATUS_SUCCESS state=0 release=0 release=0 "
                     "STATUS_SUCCESS@50 ");

    expect_in_use(c, NULL, HA_RT_INITIALIZE_MUTEX);
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->id, id);
}

static void take_unsafely(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    ExAcquireFastMutexUnsafe(&c->fast);
    ExReleaseFastMutexUnsafe(&c->fast);
    KeRaiseIrql(APC_LEVEL, &old);
    ExAcquireFastMutexUnsafe(&c->fast);
    ExReleaseFastMutexUnsafe(&c->fast);
    KeLowerIrql(old);
    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&c->fast);
    ExReleaseFastMutexUnsafe(&c->fast);
    KeLeaveCriticalRegion();
    chorus_number(c, "free", STATE(c->fast.Event));
}

static void the_unsafe_acquire_wants_apcs_disabled(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;
    make_fast(c);
    chorus_start(c, take_unsafely);

    chorus_expect(c, "free=1 ");

    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 0);
    assert_int_equal(bench_count(c->b, HA_MISUSE), 1);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_LOW_IRQL);
    assert_int_equal(misuse->irql, PASSIVE_LEVEL);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_ACQUIRE_FAST_MUTEX);
}

static void take_and_give(void *argument)
{
    struct chorus *c = argument;
    ExAcquireFastMutex(&c->fast);
    ExReleaseFastMutex(&c->fast);
}

static void it_is_recorded_where_locks_are_to_be_recorded(void **state)
{
    struct chorus *c = *state;
    make_fast(c);
    c->b->machine->kernel.record_locks = true;
    chorus_start_on(c, 1, take_and_give);
    bench_forget(c->b);

    chorus_expect(c, "");

    assert_int_equal(bench_count(c->b, HA_LOCK_TAKEN), 1);
    assert_int_equal(bench_count(c->b, HA_LOCK_GIVEN), 1);
    assert_int_equal(bench_record(c->b, HA_LOCK_TAKEN, 0)->id,
                     ha_dispatcher_id(&c->fast.Event.Header));
    assert_int_equal(bench_record(c->b, HA_LOCK_GIVEN, 0)->id,
                     ha_dispatcher_id(&c->fast.Event.Header));
}

static void keep_some(void *argument)
{
    struct chorus *c = argument;
    FAST_MUTEX *mutex = ExAllocatePool2(POOL_FLAG_NON_PAGED, 2 * sizeof *mutex, 1);
    PFAST_MUTEX other = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *other, 1);
    ExInitializeFastMutex(&mutex[1]);
    ExInitializeFastMutex(other);
    ExAcquireFastMutex(&mutex[1]);
    ExAcquireFastMutex(other);
    ExFreePool(mutex);
    c->object[0] = other;
    bench_yield();
    ExReleaseFastMutex(other);
    ExReleaseFastMutex(&mutex[1]);
    ExInitializeFastMutex(other);
    chorus_say(c, "gave");
}

static void free_that_of_another(void *argument)
{
    struct chorus *c = argument;
    ExFreePool(c->object[0]);
    chorus_say(c, "tried");
}

/* OBJ-6 */
static void memory_with_one_that_a_thread_has_is_not_given_back(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na OBJ-6\n";
    chorus_start_on(c, 1, keep_some);
    chorus_start_on(c, 2, free_that_of_another);
    bench_forget(c->b);

    chorus_expect(c, "tried gave ");

    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_IN_USE);
}

static void make_over_a_copy(void *argument)
{
    struct chorus *c = argument;
    FAST_MUTEX copy;
    ExAcquireFastMutex(&c->fast);
    copy = c->fast;
    ExInitializeFastMutex(&copy);
    ExReleaseFastMutex(&c->fast);
}

static void memory_that_holds_a_copy_of_one_may_be_made_another(void **state)
{
    struct chorus *c = *state;
    make_fast(c);
    chorus_start_on(c, 1, make_over_a_copy);
    bench_forget(c->b);

    chorus_expect(c, "");

    assert_int_equal(bench_count(c->b, HA_MISUSE), 0);
}

static void wait_with_a_spin_lock(void *argument)
{
    struct chorus *c = argument;
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    ExAcquireFastMutex(&c->fast);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    ExReleaseFastMutex(&c->fast);
}

static void keep_for_a_moment(void *argument)
{
    struct chorus *c = argument;
    ExAcquireFastMutex(&c->fast);
    bench_yield();
    ExReleaseFastMutex(&c->fast);
}

/* OBJ-2 */
static void waiting_for_one_with_a_spin_lock_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    make_fast(c);
    chorus_start_on(c, 1, keep_for_a_moment);
    chorus_start_on(c, 2, wait_with_a_spin_lock);
    bench_forget(c->b);

    chorus_expect(c, "");

    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 1);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_LOCK_HELD);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_ACQUIRE_FAST_MUTEX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(who_waits_for_a_fast_mutex_of_a_thread_that_ends_waits_for_nobody),
        CHORUS_TEST(it_is_recorded_where_locks_are_to_be_recorded),
        CHORUS_TEST(a_fast_mutex_of_a_thread_that_ended_is_never_free_again),
        CHORUS_TEST(a_fast_mutex_made_anew_while_it_is_held_stays_as_it_is),
        CHORUS_TEST(a_fast_mutex_that_is_waited_for_cannot_be_made_anew_even_without_an_owner),
        CHORUS_TEST(a_mutex_made_anew_while_it_is_held_stays_as_it_is),
        CHORUS_TEST(the_unsafe_acquire_wants_apcs_disabled),
        CHORUS_TEST(memory_with_one_that_a_thread_has_is_not_given_back),
        CHORUS_TEST(memory_that_holds_a_copy_of_one_may_be_made_another),
        CHORUS_TEST(waiting_for_one_with_a_spin_lock_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
