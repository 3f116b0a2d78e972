/* guarded: guarded regions, and mutexes that bring one */
#include "nt/dispatcher.h"
#include "unit/chorus.h"

static void say_disabled(struct chorus *c)
{
    chorus_number(c, "normal", KeAreApcsDisabled());
    chorus_number(c, "all", KeAreAllApcsDisabled());
}

static void go_in_and_out(void *argument)
{
    struct chorus *c = argument;
    say_disabled(c);
    KeEnterCriticalRegion();
    say_disabled(c);
    KeEnterGuardedRegion();
    KeEnterGuardedRegion();
    KeLeaveGuardedRegion();
    say_disabled(c);
    KeLeaveGuardedRegion();
    say_disabled(c);
    KeLeaveCriticalRegion();
    say_disabled(c);
}

static void a_guarded_region_disables_all_apcs_and_a_critical_one_the_normal_ones(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, go_in_and_out);

    chorus_expect(c, "normal=0 all=0 normal=1 all=0 normal=1 all=1 normal=1 all=0 "
                     "normal=0 all=0 ");
}

static void rise_to_apc_level(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    chorus_number(c, "all", KeAreAllApcsDisabled());
    KeLowerIrql(old);
    chorus_number(c, "all", KeAreAllApcsDisabled());
}

static void apc_level_disables_all_apcs_too(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, rise_to_apc_level);

    chorus_expect(c, "all=1 all=0 ");
}

static void stay_inside(void *argument)
{
    struct chorus *c = argument;
    KeEnterGuardedRegion();
    chorus_delay(10);
    chorus_number(c, "all", KeAreAllApcsDisabled());
}

static void look_after_that(void *argument)
{
    struct chorus *c = argument;
    KeEnterGuardedRegion();
    KeLeaveGuardedRegion();
    chorus_number(c, "other", KeAreAllApcsDisabled());
    chorus_delay(20);
    chorus_number(c, "other", KeAreAllApcsDisabled());
}

static void a_guarded_region_is_one_thread_s_and_ends_with_it(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, stay_inside);
    chorus_start(c, look_after_that);

    chorus_expect(c, "other=0 all=1 other=0 ");

    assert_null(c->b->machine->kernel.guards);
}

static void enter_in_start(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    struct chorus *c = driver->extra;
    (void)operation_status;
    chorus_number(c, "all", KeAreAllApcsDisabled());
    if (change->State == KeProcessorAddStartNotify)
        KeEnterGuardedRegion();
    else if (change->NtNumber == 5)
        KeLeaveGuardedRegion();
}

/* CTX-7: what is put back at the end of an add are all regions of the thread */
static void a_guarded_region_that_is_not_left_is_found_and_ended(void **state)
{
    struct chorus *c = *state;
    c->driver->act = enter_in_start;
    c->driver->extra = c;
    c->b->findings = "a CTX-7\n";
    bench_add_processor(c->b);
    bench_add_processor(c->b);

    chorus_expect(c, "all=0 all=1 all=0 all=1 ");
}

static void go_wrong(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeLeaveGuardedRegion();
    KeEnterCriticalRegion();
    KeLeaveGuardedRegion();
    KeLeaveCriticalRegion();
    for (int i = 0; i < 256; i++)
        KeEnterGuardedRegion();
    for (int i = 0; i < 255; i++)
        KeLeaveGuardedRegion();
    say_disabled(c);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeEnterGuardedRegion();
    KeLeaveGuardedRegion();
    KeLowerIrql(old);
}

static void misuses_of_guarded_regions_are_noted(void **state)
{
    static const struct { uint32_t routine, misuse; } expected[] = {
        {HA_RT_LEAVE_GUARDED_REGION, HA_MISUSE_LIMIT},
        {HA_RT_LEAVE_GUARDED_REGION, HA_MISUSE_LIMIT},
        {HA_RT_ENTER_GUARDED_REGION, HA_MISUSE_LIMIT},
        {HA_RT_ENTER_GUARDED_REGION, HA_MISUSE_RAISED_IRQL},
        {HA_RT_LEAVE_GUARDED_REGION, HA_MISUSE_RAISED_IRQL},
    };
    struct chorus *c = *state;
    c->b->findings = NULL;
    chorus_start(c, go_wrong);

    chorus_expect(c, "normal=0 all=0 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.routine, expected[i].routine);
        assert_int_equal(misuse->as.misuse.misuse, expected[i].misuse);
    }
}

static void make(struct chorus *c)
{
    bench_load(c->b);
    KeInitializeGuardedMutex(&c->fast);
}

static void hold(void *argument)
{
    struct chorus *c = argument;
    KeAcquireGuardedMutex(&c->fast);
    chorus_number(c, "irql", KeGetCurrentIrql());
    say_disabled(c);
    chorus_delay(10);
    KeReleaseGuardedMutex(&c->fast);
    chorus_number(c, "all", KeAreAllApcsDisabled());
}

static void try_it(void *argument)
{
    struct chorus *c = argument;
    chorus_number(c, "got", KeTryToAcquireGuardedMutex(&c->fast));
    chorus_number(c, "all", KeAreAllApcsDisabled());
    chorus_delay(50);
    chorus_number(c, "got", KeTryToAcquireGuardedMutex(&c->fast));
    chorus_number(c, "all", KeAreAllApcsDisabled());
    KeReleaseGuardedMutex(&c->fast);
}

static void a_guarded_mutex_brings_a_guarded_region_and_goes_from_hand_to_hand(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, hold);
    chorus_start(c, hold);
    chorus_start(c, try_it);

    chorus_expect(c, "irql=0 normal=1 all=1 got=0 all=0 all=0 irql=0 normal=1 all=1 all=0 "
                     "got=1 all=1 ");

    assert_int_equal(c->fast.Count, 1);
    assert_null(c->fast.Owner);
    assert_int_equal(c->fast.Contention, 1);
    const struct ha_record *wait = bench_record(c->b, HA_WAIT_BEGIN, 1);
    assert_int_not_equal(wait->as.wait.holder, 0);
    assert_int_not_equal(wait->as.wait.holder, wait->thread);
}

static void take_unsafely(void *argument)
{
    struct chorus *c = argument;
    KeEnterGuardedRegion();
    KeAcquireGuardedMutexUnsafe(&c->fast);
    chorus_number(c, "free", STATE(c->fast.Event));
    KeReleaseGuardedMutexUnsafe(&c->fast);
    chorus_number(c, "all", KeAreAllApcsDisabled());
    KeLeaveGuardedRegion();
    chorus_number(c, "free", STATE(c->fast.Event));
}

static void the_unsafe_pair_leaves_the_regions_alone(void **state)
{
    struct chorus *c = *state;
    make(c);
    chorus_start(c, take_unsafely);

    chorus_expect(c, "free=0 all=1 free=1 ");
}

static void misuse_it(void *argument)
{
    struct chorus *c = argument;
    KIRQL old;
    KeReleaseGuardedMutex(&c->fast);
    ExAcquireFastMutex(&c->fast);
    KeAcquireGuardedMutexUnsafe(&c->fast);
    KeReleaseGuardedMutexUnsafe(&c->fast);
    KeAcquireGuardedMutex(&c->fast);
    KeInitializeGuardedMutex(&c->fast);
    KeAcquireGuardedMutex(&c->fast);
    KeReleaseGuardedMutex(&c->fast);
    say_disabled(c);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeReleaseGuardedMutex(&c->fast);
    KeAcquireGuardedMutex(&c->fast);
    chorus_number(c, "got", KeTryToAcquireGuardedMutex(&c->fast));
    KeLowerIrql(old);
    say_disabled(c);
    chorus_number(c, "free", STATE(c->fast.Event));
}

static void misuses_of_a_guarded_mutex_are_noted_and_do_no_harm(void **state)
{
    static const struct { uint32_t routine, misuse; } expected[] = {
        {HA_RT_RELEASE_GUARDED_MUTEX, HA_MISUSE_NOT_OWNER},
        {HA_RT_ACQUIRE_FAST_MUTEX, HA_MISUSE_NOT_MADE},
        {HA_RT_ACQUIRE_GUARDED_MUTEX, HA_MISUSE_LOW_IRQL},
        {HA_RT_INITIALIZE_GUARDED_MUTEX, HA_MISUSE_IN_USE},
        {HA_RT_ACQUIRE_GUARDED_MUTEX, HA_MISUSE_TAKEN_TWICE},
        {HA_RT_RELEASE_GUARDED_MUTEX, HA_MISUSE_RAISED_IRQL},
    };
    struct chorus *c = *state;
    c->b->findings = NULL;
    make(c);
    chorus_start(c, misuse_it);

    chorus_expect(c, "normal=1 all=1 got=0 normal=0 all=0 free=1 ");

    assert_int_equal(bench_count(c->b, HA_MISUSE), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.routine, expected[i].routine);
        assert_int_equal(misuse->as.misuse.misuse, expected[i].misuse);
    }
    assert_int_equal(bench_count(c->b, HA_REFUSED), 2);
    assert_int_equal(bench_record(c->b, HA_REFUSED, 1)->as.refused.reason, HA_REASON_IRQL);
}

static void take_and_end(void *argument)
{
    struct chorus *c = argument;
    struct ha_arena *arena = &c->b->machine->kernel.world.host->arena;
    while (ha_arena_take(arena, 16))
        continue;
    KeEnterGuardedRegion();
    chorus_say(c, "never");
}

static void a_region_for_which_there_is_no_memory_ends_the_run(void **state)
{
    struct chorus *c = *state;
    chorus_start(c, take_and_end);
    ha_machine_settle(c->b->machine, HA_OK);

    assert_int_equal(ha_machine_ending(c->b->machine), HA_END_MEMORY);
    assert_int_equal(c->said.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(a_guarded_region_disables_all_apcs_and_a_critical_one_the_normal_ones),
        CHORUS_TEST(apc_level_disables_all_apcs_too),
        CHORUS_TEST(a_guarded_region_is_one_thread_s_and_ends_with_it),
        CHORUS_TEST(a_guarded_region_that_is_not_left_is_found_and_ended),
        CHORUS_TEST(misuses_of_guarded_regions_are_noted),
        CHORUS_TEST(a_guarded_mutex_brings_a_guarded_region_and_goes_from_hand_to_hand),
        CHORUS_TEST(the_unsafe_pair_leaves_the_regions_alone),
        CHORUS_TEST(misuses_of_a_guarded_mutex_are_noted_and_do_no_harm),
        CHORUS_TEST(a_region_for_which_there_is_no_memory_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
