/* shared_lock, wait_graph: who waits for whom, where push locks are among what they wait for */
#include "unit/chorus.h"

static void make(struct chorus *c)
{
    c->driver->extra = c;
    bench_load(c->b);
    ExInitializePushLock(&c->push[0]);
    ExInitializeFastMutex(&c->fast);
}

static void have_alone(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockExclusive(&c->push[0]);
    chorus_say(c, "never");
}

static void hold_and_want_the_mutex(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[0]);
    chorus_delay(10);
    ExAcquireFastMutex(&c->fast);
    chorus_say(c, "?");
    ExReleaseFastMutex(&c->fast);
    ExReleasePushLockShared(&c->push[0]);
    KeLeaveCriticalRegion();
}

static void want_it_in_unload(struct driver *driver)
{
    struct chorus *c = driver->extra;
    ExAcquireFastMutex(&c->fast);
    chorus_say(c, "unload");
    ExAcquirePushLockExclusive(&c->push[0]);
    chorus_say(c, "?");
    ExReleasePushLockExclusive(&c->push[0]);
    ExReleaseFastMutex(&c->fast);
}

static void a_deadlock_names_the_circle_through_a_push_lock(void **state)
{
    struct chorus *c = *state;
    c->driver->leave = want_it_in_unload;
    c->b->drivers_err = true;
    make(c);
    chorus_start_on(c, 1, hold_and_want_the_mutex);

    bench_finish(c->b);

    expect_text("what was said", "unload ", ha_text_string(&c->said));
    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_DEADLOCK);
    assert_int_equal(bench_count(c->b, HA_DEADLOCK), 2);
    const struct ha_record *other = bench_record(c->b, HA_DEADLOCK, 0);
    const struct ha_record *stuck = bench_record(c->b, HA_DEADLOCK, 1);
    assert_int_equal(stuck->as.wait.holder, other->as.wait.waiter);
    assert_int_equal(other->as.wait.holder, stuck->as.wait.waiter);
    assert_int_equal(stuck->id, bench_record(c->b, HA_WAIT_BEGIN, 1)->id);
}

static void share_for_ever(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[0]);
    chorus_wait(c, &c->event[0], FOREVER);
}

static void a_circle_is_named_through_the_one_of_several_who_closes_it(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-8\n";
    c->driver->leave = want_it_in_unload;
    make(c);
    KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
    chorus_start_on(c, 1, share_for_ever);
    chorus_start_on(c, 2, hold_and_want_the_mutex);
    bench_forget(c->b);

    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "caller UNLOAD_REQ a 0 [4]\n"
                         "system-5 UNLOAD_ENTER a [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-4 waits for \"fast mutex 3\" of system-5 [4]\n"
                         "caller DEADLOCK system-5 waits for \"push lock 5\" of system-4 [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

static void a_thread_that_waits_for_one_for_ever_is_no_deadlock_by_itself(void **state)
{
    struct chorus *c = *state;
    c->b->findings = NULL;      /* of the threads that outlive their driver */
    make(c);
    KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
    chorus_start_on(c, 1, share_for_ever);
    chorus_start_on(c, 2, have_alone);

    bench_finish(c->b);

    assert_int_equal(bench_count(c->b, HA_DEADLOCK), 0);
    assert_int_equal(c->said.length, 0);
}

/* The reference lies where the chorus keeps an object to wait for. */
static PEX_RUNDOWN_REF reference_of(struct chorus *c)
{
    return (PEX_RUNDOWN_REF)(void *)&c->object[0];
}

static void use_it_and_want_the_mutex(void *argument)
{
    struct chorus *c = argument;
    ExAcquireRundownProtection(reference_of(c));
    chorus_delay(10);
    ExAcquireFastMutex(&c->fast);
    chorus_say(c, "never");
}

static void run_it_down_in_unload(struct driver *driver)
{
    struct chorus *c = driver->extra;
    ExAcquireFastMutex(&c->fast);
    ExWaitForRundownProtectionRelease(reference_of(c));
    chorus_say(c, "never");
}

/* Nobody knows that it is the user who is waited for. */
static void who_waits_for_one_that_is_stuck_is_named_beside_it(void **state)
{
    struct chorus *c = *state;
    make(c);
    c->driver->leave = run_it_down_in_unload;
    ExInitializeRundownProtection(reference_of(c));
    chorus_start_on(c, 1, use_it_and_want_the_mutex);
    bench_forget(c->b);

    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "caller UNLOAD_REQ a 0 [4]\n"
                         "system-4 UNLOAD_ENTER a [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-3 WAIT_END [4]\n"
                         "system-3 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-3 waits for \"fast mutex 3\" of system-4 [4]\n"
                         "caller DEADLOCK system-4 waits for \"rundown protection 4\" [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

static void share_both_kinds(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[0]);
    ExAcquireResourceSharedLite(&c->resource[0], TRUE);
    chorus_wait(c, &c->event[0], FOREVER);
}

static void share_the_resource_and_want_the_mutex(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&c->resource[0], TRUE);
    chorus_delay(10);
    ExAcquireFastMutex(&c->fast);
    chorus_say(c, "never");
}

static void share_it_and_want_the_resource(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    ExAcquirePushLockShared(&c->push[0]);
    chorus_delay(10);
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    chorus_say(c, "never");
}

static void a_circle_is_named_through_a_push_lock_and_a_resource_that_others_share(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a OBJ-8\n";
    c->driver->leave = want_it_in_unload;
    make(c);
    ExInitializeResourceLite(&c->resource[0]);
    KeInitializeEvent(&c->event[0], NotificationEvent, FALSE);
    chorus_start_on(c, 1, share_both_kinds);
    chorus_start_on(c, 2, share_the_resource_and_want_the_mutex);
    chorus_start_on(c, 3, share_it_and_want_the_resource);
    bench_forget(c->b);

    bench_finish(c->b);

    expect_records(c->b, "system-3 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "caller UNLOAD_REQ a 0 [4]\n"
                         "system-6 UNLOAD_ENTER a [4]\n"
                         "system-6 WAIT_BEGIN [4]\n"
                         "system-4 WAIT_END [4]\n"
                         "system-4 WAIT_BEGIN [4]\n"
                         "system-5 WAIT_END [4]\n"
                         "system-5 WAIT_BEGIN [4]\n"
                         "caller DEADLOCK system-4 waits for \"fast mutex 3\" of system-6 [4]\n"
                         "caller DEADLOCK system-5 waits for \"resource 4\" of system-4 [4]\n"
                         "caller DEADLOCK system-6 waits for \"push lock 6\" of system-5 [4]\n"
                         "caller TRACE_END deadlock [4]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_deadlock_names_the_circle_through_a_push_lock),
        CHORUS_TEST(a_circle_is_named_through_the_one_of_several_who_closes_it),
        CHORUS_TEST(a_thread_that_waits_for_one_for_ever_is_no_deadlock_by_itself),
        CHORUS_TEST(a_circle_is_named_through_a_push_lock_and_a_resource_that_others_share),
        CHORUS_TEST(who_waits_for_one_that_is_stuck_is_named_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
