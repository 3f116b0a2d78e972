/* io_remove_lock: who uses a device, who removes it, and who comes too late */
#include <string.h>

#include "unit/chorus.h"

#define LOCK 3u                 /* the id of the first object that a driver makes */
#define TAG(number) ((PVOID)(uintptr_t)(number))

/* The lock lies where the chorus keeps objects to wait for. */
static PIO_REMOVE_LOCK lock_of(struct chorus *c)
{
    return (PIO_REMOVE_LOCK)(void *)&c->object[0];
}

static void acquire(struct chorus *c, PVOID tag)
{
    NTSTATUS status = IoAcquireRemoveLock(lock_of(c), tag);
    chorus_say(c, status == STATUS_SUCCESS ? "in" : status == STATUS_DELETE_PENDING ? "late" : "?");
}

static void release(struct chorus *c, PVOID tag)
{
    IoReleaseRemoveLock(lock_of(c), tag);
    chorus_number(c, "count", lock_of(c)->Common.IoCount);
}

/* Every misuse since the last bench_forget(), in order. */
struct misuse { uint32_t routine, misuse; };

static void expect_misuses(struct chorus *c, const struct misuse *expected, size_t count)
{
    assert_int_equal(bench_count(c->b, HA_MISUSE), count);
    for (size_t i = 0; i < count; i++) {
        const struct ha_record *record = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(record->as.misuse.routine, expected[i].routine);
        assert_int_equal(record->as.misuse.misuse, expected[i].misuse);
    }
}

static void make(void *argument)
{
    IoInitializeRemoveLock(lock_of(argument), 1, 0, 0);
}

static void use_for_a_while(void *argument)
{
    struct chorus *c = argument;
    make(c);
    acquire(c, TAG(1));
    acquire(c, NULL);
    acquire(c, TAG(1));
    chorus_delay(10);
    release(c, TAG(1));
    release(c, TAG(1));
    chorus_delay(10);
    release(c, NULL);
}

static void remove_it(void *argument)
{
    struct chorus *c = argument;
    acquire(c, TAG(2));
    IoReleaseRemoveLockAndWait(lock_of(c), TAG(2));
    chorus_say(c, "alone");
    acquire(c, TAG(2));
}

static void come_late(void *argument)
{
    acquire(argument, TAG(3));
}

static void the_removal_goes_on_when_all_is_released_and_lets_nobody_in(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, use_for_a_while);
    chorus_start(c, remove_it);
    chorus_start(c, come_late);

    chorus_expect(c, "in in in in late count=2 count=1 count=0 alone@20 late@20 ");

    assert_true(lock_of(c)->Common.Removed);
    assert_int_equal(lock_of(c)->Common.IoCount, 0);
}

static void the_wait_of_a_removal_is_in_the_trace_by_the_name_of_the_lock(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, use_for_a_while);
    chorus_start(c, remove_it);
    bench_forget(c->b);

    chorus_expect(c, "in in in in count=2 count=1 count=0 alone@20 late@20 ");

    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 3);      /* with two delays */
    const struct ha_record *wait = bench_record(c->b, HA_WAIT_BEGIN, 1);
    assert_int_equal(wait->id, LOCK);
    assert_int_equal(wait->as.wait.blocked, 1);
    assert_int_equal(wait->as.wait.holder, 0);
    assert_true(wait->as.wait.timeout_ns == UINT64_MAX);
}

static void remove_alone(void *argument)
{
    make(argument);
    remove_it(argument);
    make(argument);
    acquire(argument, NULL);
    release(argument, NULL);
}

static void a_removal_waits_for_nobody_where_nobody_is_and_the_lock_can_be_made_again(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, remove_alone);
    bench_forget(c->b);

    chorus_expect(c, "in alone late in count=1 ");

    assert_int_equal(bench_count(c->b, HA_WAIT_BEGIN), 0);
}

static void acquire_and_keep(void *argument)
{
    make(argument);
    acquire(argument, TAG(1));
}

static void remove_in_unload(struct driver *driver)
{
    remove_it(driver->extra);
}

static void what_nobody_releases_is_a_deadlock_that_names_the_lock(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    c->driver->leave = remove_in_unload;
    c->driver->extra = c;
    chorus_start(c, acquire_and_keep);
    chorus_expect(c, "in ");

    bench_finish(c->b);

    assert_string_equal(ha_text_string(&c->said), "in ");
    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);

    assert_int_equal(bench_count(c->b, HA_DEADLOCK), 1);
    assert_int_equal(bench_record(c->b, HA_DEADLOCK, 0)->id, LOCK);
    assert_int_equal(bench_record(c->b, HA_DEADLOCK, 0)->as.wait.holder, 0);
    assert_int_equal(bench_count(c->b, HA_MISUSE), 0);
}

static void release_wrongly(void *argument)
{
    struct chorus *c = argument;
    make(c);
    release(c, TAG(1));
    acquire(c, TAG(1));
    release(c, TAG(2));
    acquire(c, TAG(1));
    release(c, NULL);
    acquire(c, NULL);
    IoReleaseRemoveLockAndWait(lock_of(c), TAG(3));
    chorus_number(c, "count", lock_of(c)->Common.IoCount);
}

/* OBJ-2, OBJ-3 */
static void a_release_too_many_changes_nothing_and_one_with_another_tag_counts(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_RELEASE_REMOVE_LOCK, HA_MISUSE_LIMIT},
        {HA_RT_RELEASE_REMOVE_LOCK, HA_MISUSE_UNKNOWN_TAG},
        {HA_RT_RELEASE_REMOVE_LOCK, HA_MISUSE_UNKNOWN_TAG},
        {HA_RT_WAIT_REMOVE_LOCK, HA_MISUSE_UNKNOWN_TAG},
    };
    struct chorus *c = *state;
    c->b->findings = "a OBJ-3\na OBJ-2\na OBJ-2\na OBJ-2\n";
    chorus_start(c, release_wrongly);

    chorus_expect(c, "count=1 in count=1 in count=1 in count=0 ");

    expect_misuses(c, expected, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(bench_record(c->b, HA_MISUSE, i)->id, LOCK);
}

static void remove_with_another_user(void *argument)
{
    struct chorus *c = argument;
    make(c);
    acquire(c, TAG(1));
    acquire(c, TAG(2));
    IoReleaseRemoveLockAndWait(lock_of(c), TAG(1));
    chorus_say(c, "alone");
    IoReleaseRemoveLockAndWait(lock_of(c), TAG(1));
    chorus_number(c, "count", lock_of(c)->Common.IoCount);
}

static void remove_as_well(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(10);
    IoReleaseRemoveLockAndWait(lock_of(c), TAG(2));
    chorus_say(c, "second");
}

/* OBJ-6 */
static void a_second_removal_releases_what_it_has_and_waits_for_nothing(void **state)
{
    static const struct misuse expected[] = {{HA_RT_WAIT_REMOVE_LOCK, HA_MISUSE_IN_USE},
                                             {HA_RT_WAIT_REMOVE_LOCK, HA_MISUSE_IN_USE}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na OBJ-6\n";
    chorus_start(c, remove_with_another_user);
    chorus_start(c, remove_as_well);

    chorus_expect(c, "in in second@10 alone@10 count=0 ");

    expect_misuses(c, expected, 2);
}

static void remove_without_an_acquisition(void *argument)
{
    struct chorus *c = argument;
    make(c);
    IoReleaseRemoveLockAndWait(lock_of(c), TAG(1));
    acquire(c, TAG(1));
}

/* OBJ-3 */
static void a_removal_without_an_acquisition_is_a_misuse_and_no_wait(void **state)
{
    static const struct misuse expected[] = {{HA_RT_WAIT_REMOVE_LOCK, HA_MISUSE_LIMIT}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-3\n";
    chorus_start(c, remove_without_an_acquisition);

    chorus_expect(c, "late ");

    expect_misuses(c, expected, 1);
}

static void use_what_was_never_made(void *argument)
{
    struct chorus *c = argument;
    acquire(c, NULL);
    IoReleaseRemoveLock(lock_of(c), NULL);
    IoReleaseRemoveLockAndWait(lock_of(c), NULL);
}

/* OBJ-1 */
static void what_was_never_made_is_a_misuse_that_changes_nothing(void **state)
{
    static const struct misuse expected[] = {{HA_RT_ACQUIRE_REMOVE_LOCK, HA_MISUSE_NOT_MADE},
                                             {HA_RT_RELEASE_REMOVE_LOCK, HA_MISUSE_NOT_MADE},
                                             {HA_RT_WAIT_REMOVE_LOCK, HA_MISUSE_NOT_MADE}};
    struct chorus *c = *state;
    IO_REMOVE_LOCK before;
    c->b->findings = "a OBJ-1\na OBJ-1\na OBJ-1\n";
    memset(lock_of(c), 0xdd, sizeof before);
    memset(&before, 0xdd, sizeof before);
    chorus_start(c, use_what_was_never_made);

    chorus_expect(c, "late ");

    expect_misuses(c, expected, 3);
    assert_memory_equal(lock_of(c), &before, sizeof before);
}

static void make_again_and_give_back(void *argument)
{
    struct chorus *c = argument;
    PIO_REMOVE_LOCK lock = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *lock, 1);
    IoInitializeRemoveLock(lock, 1, 0, 0);
    (void)!IoAcquireRemoveLock(lock, NULL);
    IoInitializeRemoveLock(lock, 1, 0, 0);
    ExFreePool(lock);
    IoReleaseRemoveLock(lock, NULL);
    chorus_number(c, "count", lock->Common.IoCount);
}

/* OBJ-6 */
static void one_that_is_acquired_is_neither_made_anew_nor_given_back(void **state)
{
    static const struct misuse expected[] = {{HA_RT_INITIALIZE_REMOVE_LOCK, HA_MISUSE_IN_USE},
                                             {HA_RT_FREE_POOL, HA_MISUSE_IN_USE}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na OBJ-6\n";
    chorus_start(c, make_again_and_give_back);

    chorus_expect(c, "count=1 ");

    expect_misuses(c, expected, 2);
}

static void delete_its_device(void *argument)
{
    struct chorus *c = argument;
    PDEVICE_OBJECT device, next;
    IoCreateDevice(c->driver->object, sizeof(IO_REMOVE_LOCK), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                   &device);
    PIO_REMOVE_LOCK lock = device->DeviceExtension;
    IoInitializeRemoveLock(lock, 1, 0, 0);
    (void)!IoAcquireRemoveLock(lock, NULL);
    IoDeleteDevice(device);
    IoCreateDevice(c->driver->object, sizeof(IO_REMOVE_LOCK), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                   &next);
    IoDeleteDevice(next);
    IoReleaseRemoveLock(lock, NULL);
    chorus_number(c, "count", lock->Common.IoCount);
}

/* OBJ-6 */
static void a_device_is_not_deleted_while_the_lock_in_its_extension_is_acquired(void **state)
{
    static const struct misuse expected[] = {{HA_RT_DELETE_DEVICE, HA_MISUSE_IN_USE}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\n";
    chorus_start(c, delete_its_device);

    chorus_expect(c, "count=1 ");

    expect_misuses(c, expected, 1);
}

static void call_from_high_up(void *argument)
{
    struct chorus *c = argument;
    KIRQL old, lower;
    make(c);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    acquire(c, NULL);
    acquire(c, NULL);
    IoReleaseRemoveLockAndWait(lock_of(c), NULL);
    release(c, NULL);
    KeRaiseIrql(DISPATCH_LEVEL + 1, &lower);
    acquire(c, NULL);
    release(c, NULL);
    KeLowerIrql(old);
    IoInitializeRemoveLockEx(lock_of(c), 1, 0, 0, sizeof(IO_REMOVE_LOCK) + 8);
    IoReleaseRemoveLockAndWait(lock_of(c), NULL);
}

/* IRQL-4 */
static void a_removal_is_refused_above_PASSIVE_LEVEL_and_the_others_serve_all_the_same(void **state)
{
    static const struct misuse expected[] = {{HA_RT_ACQUIRE_REMOVE_LOCK, HA_MISUSE_RAISED_IRQL},
                                             {HA_RT_RELEASE_REMOVE_LOCK, HA_MISUSE_RAISED_IRQL}};
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\n";
    chorus_start(c, call_from_high_up);

    chorus_expect(c, "in in count=2 in count=2 ");

    expect_misuses(c, expected, 2);
    assert_int_equal(bench_count(c->b, HA_REFUSED), 2);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.routine,
                     HA_RT_WAIT_REMOVE_LOCK);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 1)->as.refused.routine,
                     HA_RT_INITIALIZE_REMOVE_LOCK);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 1)->as.refused.reason, HA_REASON_PARAMETER);
    assert_int_equal(lock_of(c)->Common.IoCount, 0);
}

static void wait_above_passive_level(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    make(c);
    acquire(c, NULL);
    KeInitializeSpinLock(&c->lock);
    KeAcquireSpinLock(&c->lock, &old);
    IoReleaseRemoveLockAndWait(lock_of(c), NULL);
    KeReleaseSpinLock(&c->lock, old);
    IoReleaseRemoveLockAndWait(lock_of(c), NULL);
}

/* IRQL-4 */
static void a_removal_at_the_irql_of_a_spin_lock_is_refused(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\n";
    chorus_start(c, wait_above_passive_level);

    chorus_expect(c, "in ");

    assert_int_equal(bench_count(c->b, HA_REFUSED), 1);
    expect_misuses(c, NULL, 0);
    assert_int_equal(lock_of(c)->Common.IoCount, 0);
}

static void wait_with_a_spin_lock_at_passive_level(void *argument)
{
    struct chorus *c = argument;
    make(c);
    acquire(c, TAG(1));
    acquire(c, TAG(2));
    KeInitializeSpinLock(&c->lock);
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    IoReleaseRemoveLockAndWait(lock_of(c), TAG(2));
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    chorus_say(c, "alone");
}

static void release_a_little_later(void *argument)
{
    chorus_delay(10);
    release(argument, TAG(1));
}

/* OBJ-2 */
static void a_removal_that_waits_with_a_spin_lock_is_found(void **state)
{
    static const struct misuse expected[] = {{HA_RT_ACQUIRE_SPIN_LOCK, HA_MISUSE_LOW_IRQL},
                                             {HA_RT_WAIT_REMOVE_LOCK, HA_MISUSE_LOCK_HELD},
                                             {HA_RT_RELEASE_SPIN_LOCK, HA_MISUSE_LOW_IRQL}};
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\na OBJ-2\na IRQL-4\n";
    chorus_start(c, wait_with_a_spin_lock_at_passive_level);
    chorus_start(c, release_a_little_later);

    chorus_expect(c, "in in count=0 alone@10 ");

    expect_misuses(c, expected, 3);
}

/* DRV-12 */
static void what_is_acquired_when_its_driver_goes_is_left_behind_and_forgotten(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a DRV-12\n";
    chorus_start(c, acquire_and_keep);
    chorus_expect(c, "in ");

    bench_unload(c->b, c->driver);

    assert_int_equal(bench_count(c->b, HA_LEFT_BEHIND), 1);
    assert_int_equal(bench_record(c->b, HA_LEFT_BEHIND, 0)->as.left.what, HA_LEFT_REMOVE_LOCK);
    assert_int_equal(bench_record(c->b, HA_LEFT_BEHIND, 0)->id, LOCK);
    assert_null(c->b->machine->kernel.remove_holds);
}

/* DRV-12 */
static void it_is_left_by_the_driver_that_acquired_it_and_by_no_other(void **state)
{
    struct chorus *c = *state;
    struct driver *other = bench_driver(c->b, "b");
    c->b->findings = "b DRV-12\n";
    bench_run(c->b, other, acquire_and_keep, c);

    bench_unload(c->b, c->driver);
    size_t left_by_the_first = bench_count(c->b, HA_LEFT_BEHIND);
    bench_unload(c->b, other);

    assert_int_equal(left_by_the_first, 0);
    assert_int_equal(bench_count(c->b, HA_LEFT_BEHIND), 1);
    assert_null(c->b->machine->kernel.remove_holds);
}

static void take_all_memory(void *argument)
{
    struct chorus *c = argument;
    make(c);
    while (ha_arena_take(&c->b->machine->kernel.world.host->arena, 16))
        continue;
    acquire(c, NULL);
}

static void an_acquisition_for_which_there_is_no_memory_ends_the_run(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, take_all_memory);
    ha_machine_settle(c->b->machine, HA_OK);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_MEMORY);
    assert_string_equal(ha_text_string(&c->said), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(the_removal_goes_on_when_all_is_released_and_lets_nobody_in),
        CHORUS_TEST(the_wait_of_a_removal_is_in_the_trace_by_the_name_of_the_lock),
        CHORUS_TEST(a_removal_waits_for_nobody_where_nobody_is_and_the_lock_can_be_made_again),
        CHORUS_TEST(what_nobody_releases_is_a_deadlock_that_names_the_lock),
        CHORUS_TEST(a_release_too_many_changes_nothing_and_one_with_another_tag_counts),
        CHORUS_TEST(a_second_removal_releases_what_it_has_and_waits_for_nothing),
        CHORUS_TEST(a_removal_without_an_acquisition_is_a_misuse_and_no_wait),
        CHORUS_TEST(what_was_never_made_is_a_misuse_that_changes_nothing),
        CHORUS_TEST(one_that_is_acquired_is_neither_made_anew_nor_given_back),
        CHORUS_TEST(a_device_is_not_deleted_while_the_lock_in_its_extension_is_acquired),
        CHORUS_TEST(a_removal_is_refused_above_PASSIVE_LEVEL_and_the_others_serve_all_the_same),
        CHORUS_TEST(a_removal_at_the_irql_of_a_spin_lock_is_refused),
        CHORUS_TEST(a_removal_that_waits_with_a_spin_lock_is_found),
        CHORUS_TEST(what_is_acquired_when_its_driver_goes_is_left_behind_and_forgotten),
        CHORUS_TEST(it_is_left_by_the_driver_that_acquired_it_and_by_no_other),
        CHORUS_TEST(an_acquisition_for_which_there_is_no_memory_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
