/* lock_order: which orders of locks are recorded, and what they are found to be */
#include "unit/bench.h"

/* Locks of each sort, and a removal with one of them. */
struct locks {
    KSPIN_LOCK spin[3];
    FAST_MUTEX fast;
    KGUARDED_MUTEX guarded;
    EX_PUSH_LOCK push[2];
    KMUTEX mutex;
    unsigned step;                      /* what the next thread does */
};

static void make(void *argument)
{
    struct driver *driver = argument;
    struct locks *locks = driver->extra;
    for (size_t i = 0; i < 3; i++)
        KeInitializeSpinLock(&locks->spin[i]);
    ExInitializeFastMutex(&locks->fast);
    KeInitializeGuardedMutex(&locks->guarded);
    for (size_t i = 0; i < 2; i++)
        ExInitializePushLock(&locks->push[i]);
    KeInitializeMutex(&locks->mutex, 0);
}

/* A driver that has made its locks. */
static struct driver *locker(struct bench *b, struct locks *locks)
{
    struct driver *driver = bench_driver(b, "a");
    *locks = (struct locks){.step = 0};
    driver->extra = locks;
    bench_run(b, driver, make, driver);
    return driver;
}

/* Take the one, then the other; spin locks by their numbers. */
static void nest(struct locks *locks, unsigned outer, unsigned inner)
{
    KIRQL irql;
    KeAcquireSpinLock(&locks->spin[outer], &irql);
    KeAcquireSpinLockAtDpcLevel(&locks->spin[inner]);
    KeReleaseSpinLockFromDpcLevel(&locks->spin[inner]);
    KeReleaseSpinLock(&locks->spin[outer], irql);
}

static void upwards(void *argument)
{
    struct driver *driver = argument;
    nest(driver->extra, 0, 1);
}

static void downwards(void *argument)
{
    struct driver *driver = argument;
    nest(driver->extra, 1, 0);
}

static void run(struct bench *b, struct driver *a, void (*first)(void *), void (*second)(void *))
{
    bench_run(b, a, first, a);
    bench_run(b, a, second, a);
}

/* OBJ-8: though the threads never met */
static void two_threads_that_take_locks_in_opposite_orders_are_found(void **state)
{
    struct bench *b = *state;
    struct locks locks;
    struct driver *a = locker(b, &locks);
    b->findings = "a OBJ-8\n";

    run(b, a, upwards, downwards);

    assert_int_equal(bench_count(b, HA_LOCK_ORDER), 2);
    const struct ha_record *first = bench_record(b, HA_LOCK_ORDER, 0);
    const struct ha_record *second = bench_record(b, HA_LOCK_ORDER, 1);
    assert_int_equal(first->as.lock_order.held, second->id);
    assert_int_equal(second->as.lock_order.held, first->id);
    assert_int_equal(first->as.lock_order.space, HA_NS_OBJECT);
}

static void one_at_a_time(void *argument)
{
    struct driver *driver = argument;
    struct locks *locks = driver->extra;
    KIRQL irql;
    for (size_t i = 0; i < 3; i++) {
        KeAcquireSpinLock(&locks->spin[i], &irql);
        KeReleaseSpinLock(&locks->spin[i], irql);
    }
}

static void one_that_is_free(void *argument)
{
    struct driver *driver = argument;
    struct locks *locks = driver->extra;
    KIRQL irql;
    KeAcquireSpinLock(&locks->spin[1], &irql);
    if (KeTryToAcquireSpinLockAtDpcLevel(&locks->spin[0]))
        KeReleaseSpinLockFromDpcLevel(&locks->spin[0]);
    KeReleaseSpinLock(&locks->spin[1], irql);
}

/* OBJ-8 */
static void a_lock_alone_or_one_that_is_only_tried_is_no_order(void **state)
{
    struct bench *b = *state;
    struct locks locks;
    struct driver *a = locker(b, &locks);

    bench_run(b, a, one_at_a_time, a);
    run(b, a, upwards, one_that_is_free);

    assert_int_equal(bench_count(b, HA_LOCK_ORDER), 1);
}

static void again_and_again(void *argument)
{
    for (int i = 0; i < 100; i++)
        upwards(argument);
}

/* OBJ-8: once for each of two threads, and that is enough for any number of them */
static void an_order_is_recorded_for_two_threads(void **state)
{
    struct bench *b = *state;
    struct locks locks;
    struct driver *a = locker(b, &locks);

    run(b, a, again_and_again, again_and_again);
    run(b, a, again_and_again, again_and_again);

    assert_int_equal(bench_count(b, HA_LOCK_ORDER), 2);
}

static void guarded(struct driver *driver, void (*order)(void *argument))
{
    struct locks *locks = driver->extra;
    KeAcquireGuardedMutex(&locks->guarded);
    order(driver);
    KeReleaseGuardedMutex(&locks->guarded);
}

static void guarded_upwards(void *argument)
{
    guarded(argument, upwards);
}

static void guarded_downwards(void *argument)
{
    guarded(argument, downwards);
}

/* OBJ-8 */
static void under_a_lock_that_all_take_before_any_order_will_do(void **state)
{
    struct bench *b = *state;
    struct locks locks;
    struct driver *a = locker(b, &locks);

    run(b, a, guarded_upwards, guarded_downwards);

    assert_int_equal(bench_count(b, HA_LOCK_ORDER), 6);
    assert_int_equal(bench_record(b, HA_LOCK_ORDER, 1)->as.lock_order.other[0],
                     bench_record(b, HA_LOCK_ORDER, 0)->as.lock_order.held);
}

/* OBJ-8 */
static void an_order_that_is_not_guarded_every_time_is_found(void **state)
{
    struct bench *b = *state;
    struct locks locks;
    struct driver *a = locker(b, &locks);
    b->findings = "a OBJ-8\n";

    run(b, a, guarded_upwards, guarded_downwards);
    run(b, a, upwards, downwards);
}

static void made_anew(void *argument)
{
    struct driver *driver = argument;
    struct locks *locks = driver->extra;
    KeInitializeSpinLock(&locks->spin[0]);
    KeInitializeSpinLock(&locks->spin[1]);
    downwards(argument);
}

/* OBJ-8 */
static void a_lock_made_anew_is_another_one(void **state)
{
    struct bench *b = *state;
    struct locks locks;
    struct driver *a = locker(b, &locks);

    run(b, a, upwards, made_anew);

    assert_int_equal(bench_count(b, HA_LOCK_ORDER), 2);
}

static void shares(void *argument)
{
    struct driver *driver = argument;
    struct locks *locks = driver->extra;
    unsigned outer = locks->step++ % 2;
    KeEnterCriticalRegion();
    ExAcquirePushLockSharedEx(&locks->push[outer], 0);
    ExAcquirePushLockSharedEx(&locks->push[!outer], 0);
    ExReleasePushLockSharedEx(&locks->push[!outer], 0);
    ExReleasePushLockSharedEx(&locks->push[outer], 0);
    KeLeaveCriticalRegion();
}

/* OBJ-8 */
static void locks_that_all_share_may_be_taken_in_any_order(void **state)
{
    struct bench *b = *state;
    struct locks locks;
    struct driver *a = locker(b, &locks);

    run(b, a, shares, shares);

    assert_int_equal(bench_count(b, HA_LOCK_ORDER), 2);
    assert_true(bench_record(b, HA_LOCK_ORDER, 0)->as.lock_order.shared);
    assert_true(bench_record(b, HA_LOCK_ORDER, 0)->as.lock_order.held_shared);
}

static void in_a_row(void *argument)
{
    struct driver *driver = argument;
    struct locks *locks = driver->extra;
    bool fast_first = locks->step++ % 2;
    if (fast_first)
        ExAcquireFastMutex(&locks->fast);
    KeWaitForSingleObject(&locks->mutex, Executive, KernelMode, FALSE, NULL);
    if (!fast_first)
        ExAcquireFastMutex(&locks->fast);
    ExReleaseFastMutex(&locks->fast);
    KeReleaseMutex(&locks->mutex, FALSE);
}

/* OBJ-8 */
static void mutexes_count_as_locks(void **state)
{
    struct bench *b = *state;
    struct locks locks;
    struct driver *a = locker(b, &locks);
    b->findings = "a OBJ-8\n";

    run(b, a, in_a_row, in_a_row);
}

static void take_in_callback(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                             PNTSTATUS operation_status)
{
    struct locks *locks = driver->extra;
    (void)change, (void)operation_status;
    KeAcquireGuardedMutex(&locks->guarded);
    KeReleaseGuardedMutex(&locks->guarded);
}

static void remove_with_the_lock(void *argument)
{
    struct driver *driver = argument;
    struct locks *locks = driver->extra;
    KeAcquireGuardedMutex(&locks->guarded);
    driver_deregister(driver, 0);
    KeReleaseGuardedMutex(&locks->guarded);
}

/* OBJ-8, DEREG-3: the removal waits for the end of an add, whose callback takes the lock */
static void a_removal_with_a_lock_that_the_callback_takes_is_found(void **state)
{
    struct bench *b = *state;
    struct locks locks = {.step = 0};
    struct driver *a = bench_driver(b, "a");
    a->extra = &locks;
    a->act = take_in_callback;
    b->findings = "a OBJ-8\n";

    bench_run(b, a, make, a);
    bench_add_processor(b);
    bench_run(b, a, remove_with_the_lock, a);

    assert_int_equal(bench_count(b, HA_LOCK_ORDER), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(two_threads_that_take_locks_in_opposite_orders_are_found),
        BENCH_TEST(a_lock_alone_or_one_that_is_only_tried_is_no_order),
        BENCH_TEST(an_order_is_recorded_for_two_threads),
        BENCH_TEST(under_a_lock_that_all_take_before_any_order_will_do),
        BENCH_TEST(an_order_that_is_not_guarded_every_time_is_found),
        BENCH_TEST(a_lock_made_anew_is_another_one),
        BENCH_TEST(locks_that_all_share_may_be_taken_in_any_order),
        BENCH_TEST(mutexes_count_as_locks),
        BENCH_TEST(a_removal_with_a_lock_that_the_callback_takes_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
