/* ex_resource: what drivers do wrong with resources; each is a fact, and no harm comes of it */
#include <string.h>

#include "nt/resource.h"
#include "unit/chorus.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct fault {
    uint32_t routine, misuse;
};

static void make(struct chorus *c)
{
    bench_load(c->b);
    ExInitializeResourceLite(&c->resource[0]);
    bench_forget(c->b);
}

/* Every misuse so far, in its order. */
static void expect_misuses(struct chorus *c, const struct fault *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, i);
        assert_string_equal(ha_routine_name(misuse->as.misuse.routine),
                            ha_routine_name(expected[i].routine));
        assert_int_equal(misuse->as.misuse.misuse, expected[i].misuse);
    }
    assert_int_equal(bench_count(c->b, HA_MISUSE), count);
}

static void leave_unmade(PERESOURCE resource)
{
    memset(resource, 0xdd, sizeof *resource);
}

static void make_and_delete(PERESOURCE resource)
{
    ExInitializeResourceLite(resource);
    ExDeleteResourceLite(resource);
}

static void copy_another(PERESOURCE resource)
{
    ERESOURCE other;
    ExInitializeResourceLite(&other);
    *resource = other;
    ExDeleteResourceLite(&other);
}

static void use_it_in_every_way(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[1];
    KeEnterCriticalRegion();
    chorus_number(c, "alone", ExAcquireResourceExclusiveLite(resource, TRUE));
    chorus_number(c, "shared", ExAcquireResourceSharedLite(resource, TRUE));
    chorus_number(c, "starve", ExAcquireSharedStarveExclusive(resource, TRUE));
    ExConvertExclusiveToSharedLite(resource);
    ExReleaseResourceLite(resource);
    chorus_number(c, "alone", ExIsResourceAcquiredExclusiveLite(resource));
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(resource));
    chorus_number(c, "waits", (LONG)ExGetExclusiveWaiterCount(resource));
    chorus_number(c, "waits", (LONG)ExGetSharedWaiterCount(resource));
    chorus_number(c, "anew", ExReinitializeResourceLite(resource));
    chorus_number(c, "delete", ExDeleteResourceLite(resource));
    KeLeaveCriticalRegion();
}

/* OBJ-1 */
static void one_that_is_not_made_is_a_misuse_of_every_routine_and_stays_as_it_is(void **state)
{
    static void (*const prepare[])(PERESOURCE) = {leave_unmade, make_and_delete, copy_another};
    static const struct fault expected[] = {
        {HA_RT_ACQUIRE_EXCLUSIVE, HA_MISUSE_NOT_MADE}, {HA_RT_ACQUIRE_SHARED, HA_MISUSE_NOT_MADE},
        {HA_RT_ACQUIRE_STARVE, HA_MISUSE_NOT_MADE}, {HA_RT_CONVERT_RESOURCE, HA_MISUSE_NOT_MADE},
        {HA_RT_RELEASE_RESOURCE, HA_MISUSE_NOT_MADE}, {HA_RT_OWNS_EXCLUSIVE, HA_MISUSE_NOT_MADE},
        {HA_RT_OWNS_SHARED, HA_MISUSE_NOT_MADE}, {HA_RT_EXCLUSIVE_WAITERS, HA_MISUSE_NOT_MADE},
        {HA_RT_SHARED_WAITERS, HA_MISUSE_NOT_MADE},
        {HA_RT_REINITIALIZE_RESOURCE, HA_MISUSE_NOT_MADE},
        {HA_RT_DELETE_RESOURCE, HA_MISUSE_NOT_MADE}};
    struct chorus *c = *state;
    ERESOURCE before;
    c->b->drivers_err = true;
    bench_load(c->b);
    for (size_t i = 0; i < COUNT(prepare); i++) {
        prepare[i](&c->resource[1]);
        before = c->resource[1];
        chorus_start(c, use_it_in_every_way);
        bench_forget(c->b);

        chorus_expect(c, "alone=0 shared=0 starve=0 alone=0 has=0 waits=0 waits=0 anew=0 "
                         "delete=0 ");

        expect_misuses(c, expected, COUNT(expected));
        assert_memory_equal(&c->resource[1], &before, sizeof before);
    }
}

static void use_it_exposed(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[0];
    ExAcquireResourceExclusiveLite(resource, TRUE);
    ExAcquireResourceSharedLite(resource, TRUE);
    ExReleaseResourceLite(resource);
    ExReleaseResourceLite(resource);
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(resource, TRUE);
    ExAcquireResourceSharedLite(resource, TRUE);
    KeLeaveCriticalRegion();
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(resource));
    ExReleaseResourceLite(resource);
    ExReleaseResourceLite(resource);
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(resource, TRUE);
    KeLeaveCriticalRegion();
    ExAcquireResourceSharedLite(resource, TRUE);
    ExReleaseResourceLite(resource);
    ExReleaseResourceLite(resource);
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(resource));
}

/* IRQL-4: once for each time that it is taken; OBJ-2: or else when the region is left */
static void having_it_outside_critical_regions_is_a_misuse_that_stops_nothing(void **state)
{
    static const struct fault expected[] = {
        {HA_RT_ACQUIRE_EXCLUSIVE, HA_MISUSE_LOW_IRQL}, {HA_RT_ACQUIRE_SHARED, HA_MISUSE_LOW_IRQL},
        {HA_RT_LEAVE_REGION, HA_MISUSE_EXPOSED}, {HA_RT_LEAVE_REGION, HA_MISUSE_EXPOSED},
        {HA_RT_ACQUIRE_SHARED, HA_MISUSE_LOW_IRQL}};
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\na IRQL-4\na OBJ-2\na OBJ-2\na IRQL-4\n";
    make(c);
    chorus_start(c, use_it_exposed);

    chorus_expect(c, "has=2 has=0 ");

    expect_misuses(c, expected, COUNT(expected));
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->as.misuse.argument, APC_LEVEL);
}

static void use_it_raised(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[0];
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    chorus_number(c, "alone", ExAcquireResourceExclusiveLite(resource, FALSE));
    chorus_number(c, "shared", ExAcquireResourceSharedLite(resource, FALSE));
    chorus_number(c, "starve", ExAcquireSharedStarveExclusive(resource, FALSE));
    ExEnterCriticalRegionAndAcquireResourceShared(resource);
    ExEnterCriticalRegionAndAcquireResourceExclusive(resource);
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(resource));
    KeLowerIrql(old);
    KeLeaveCriticalRegion();
    KeLeaveCriticalRegion();
}

/* IRQL-4 */
static void taking_it_above_apc_level_is_refused(void **state)
{
    static const uint32_t expected[] = {HA_RT_ACQUIRE_EXCLUSIVE, HA_RT_ACQUIRE_SHARED,
                                        HA_RT_ACQUIRE_STARVE, HA_RT_ACQUIRE_SHARED,
                                        HA_RT_ACQUIRE_EXCLUSIVE};
    struct chorus *c = *state;
    c->b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\na IRQL-4\na IRQL-4\n";
    make(c);
    chorus_start(c, use_it_raised);

    chorus_expect(c, "alone=0 shared=0 starve=0 has=0 ");

    expect_misuses(c, NULL, 0);
    assert_int_equal(bench_count(c->b, HA_REFUSED), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct ha_record *refused = bench_record(c->b, HA_REFUSED, i);
        assert_int_equal(refused->as.refused.routine, expected[i]);
        assert_int_equal(refused->as.refused.reason, HA_REASON_IRQL);
    }
}

static void use_it_above_dispatch_level(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[0];
    KIRQL old;
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(resource, TRUE);
    KeRaiseIrql(HIGH_LEVEL, &old);
    chorus_number(c, "alone", ExIsResourceAcquiredExclusiveLite(resource));
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(resource));
    chorus_number(c, "waits", (LONG)ExGetExclusiveWaiterCount(resource));
    chorus_number(c, "waits", (LONG)ExGetSharedWaiterCount(resource));
    ExConvertExclusiveToSharedLite(resource);
    ExReleaseResourceLite(resource);
    ExReinitializeResourceLite(resource);
    ExDeleteResourceLite(resource);
    ExInitializeResourceLite(resource);
    KeLowerIrql(old);
    KeLeaveCriticalRegion();
}

/* IRQL-4 */
static void anything_else_above_dispatch_level_is_a_misuse_that_stops_nothing(void **state)
{
    static const struct fault expected[] = {
        {HA_RT_OWNS_EXCLUSIVE, HA_MISUSE_RAISED_IRQL}, {HA_RT_OWNS_SHARED, HA_MISUSE_RAISED_IRQL},
        {HA_RT_EXCLUSIVE_WAITERS, HA_MISUSE_RAISED_IRQL},
        {HA_RT_SHARED_WAITERS, HA_MISUSE_RAISED_IRQL},
        {HA_RT_CONVERT_RESOURCE, HA_MISUSE_RAISED_IRQL},
        {HA_RT_RELEASE_RESOURCE, HA_MISUSE_RAISED_IRQL},
        {HA_RT_REINITIALIZE_RESOURCE, HA_MISUSE_RAISED_IRQL},
        {HA_RT_DELETE_RESOURCE, HA_MISUSE_RAISED_IRQL},
        {HA_RT_INITIALIZE_RESOURCE, HA_MISUSE_RAISED_IRQL}};
    struct chorus *c = *state;
    c->b->drivers_err = true;
    make(c);
    chorus_start(c, use_it_above_dispatch_level);

    chorus_expect(c, "alone=1 has=1 waits=0 waits=0 ");

    expect_misuses(c, expected, COUNT(expected));
}

static void have_for_a_while(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    chorus_delay(10);
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(&c->resource[0]));
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
}

static void meddle(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = &c->resource[0];
    KeEnterCriticalRegion();
    ExReleaseResourceLite(resource);
    ExConvertExclusiveToSharedLite(resource);
    ExInitializeResourceLite(resource);
    ExReinitializeResourceLite(resource);
    ExDeleteResourceLite(resource);
    KeLeaveCriticalRegion();
}

static void take_it_alone(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[0]);
    chorus_say(c, "alone");
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
}

/* OBJ-2, OBJ-6 */
static void what_others_have_is_not_given_back_made_anew_or_deleted(void **state)
{
    static const struct fault expected[] = {
        {HA_RT_RELEASE_RESOURCE, HA_MISUSE_NOT_OWNER},
        {HA_RT_CONVERT_RESOURCE, HA_MISUSE_NOT_OWNER},
        {HA_RT_INITIALIZE_RESOURCE, HA_MISUSE_IN_USE},
        {HA_RT_REINITIALIZE_RESOURCE, HA_MISUSE_IN_USE},
        {HA_RT_DELETE_RESOURCE, HA_MISUSE_IN_USE}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\na OBJ-6\na OBJ-6\na OBJ-6\n";
    make(c);
    chorus_start(c, have_for_a_while);
    chorus_start(c, meddle);
    chorus_start(c, take_it_alone);

    chorus_expect(c, "has=1 alone@10 ");

    expect_misuses(c, expected, COUNT(expected));
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->id, c->b->machine->kernel.resources->id);
}

static void convert_what_is_shared(void *argument)
{
    struct chorus *c = argument;
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    ExConvertExclusiveToSharedLite(&c->resource[0]);
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
    ExReleaseResourceAndLeaveCriticalRegion(&c->resource[0]);
}

/* OBJ-2, OBJ-3 */
static void sharing_what_is_shared_and_giving_it_back_twice_are_misuses(void **state)
{
    static const struct fault expected[] = {
        {HA_RT_CONVERT_RESOURCE, HA_MISUSE_NOT_OWNER},
        {HA_RT_RELEASE_RESOURCE, HA_MISUSE_NOT_OWNER},
        {HA_RT_LEAVE_REGION, HA_MISUSE_LIMIT}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\na OBJ-3\n";
    make(c);
    chorus_start(c, convert_what_is_shared);

    chorus_expect(c, "");

    expect_misuses(c, expected, COUNT(expected));
}

static void make_one_unaligned(void *argument)
{
    struct chorus *c = argument;
    uintptr_t place = (uintptr_t)&c->object[0] + 4;
    ExInitializeResourceLite((PERESOURCE)place);
}

/* OBJ-1 */
static void one_that_is_not_aligned_is_not_made(void **state)
{
    static const struct fault expected[] = {{HA_RT_INITIALIZE_RESOURCE, HA_MISUSE_UNALIGNED}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-1\n";
    chorus_start(c, make_one_unaligned);

    chorus_expect(c, "");

    expect_misuses(c, expected, COUNT(expected));
    assert_null(c->b->machine->kernel.resources);
}

static void wait_with_a_spin_lock(void *argument)
{
    struct chorus *c = argument;
    KeEnterCriticalRegion();
    KeAcquireSpinLockAtDpcLevel(&c->lock);
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    ExReleaseResourceLite(&c->resource[0]);
    KeReleaseSpinLockFromDpcLevel(&c->lock);
    KeLeaveCriticalRegion();
}

/* OBJ-2 */
static void waiting_for_one_with_a_spin_lock_is_a_misuse(void **state)
{
    struct chorus *c = *state;
    c->b->drivers_err = true;
    make(c);
    chorus_start_on(c, 1, have_for_a_while);
    chorus_start_on(c, 2, wait_with_a_spin_lock);

    chorus_expect(c, "has=1 ");

    const struct ha_record *misuse = bench_record(c->b, HA_MISUSE, 1);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_LOCK_HELD);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_ACQUIRE_EXCLUSIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(one_that_is_not_made_is_a_misuse_of_every_routine_and_stays_as_it_is),
        CHORUS_TEST(having_it_outside_critical_regions_is_a_misuse_that_stops_nothing),
        CHORUS_TEST(taking_it_above_apc_level_is_refused),
        CHORUS_TEST(anything_else_above_dispatch_level_is_a_misuse_that_stops_nothing),
        CHORUS_TEST(what_others_have_is_not_given_back_made_anew_or_deleted),
        CHORUS_TEST(sharing_what_is_shared_and_giving_it_back_twice_are_misuses),
        CHORUS_TEST(one_that_is_not_aligned_is_not_made),
        CHORUS_TEST(waiting_for_one_with_a_spin_lock_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
