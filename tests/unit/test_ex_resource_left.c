/* ex_resource: what becomes of resources that are left: by their memory, a thread or a driver */
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

static void made_anew_it_is_another_one(void **state)
{
    struct chorus *c = *state;
    make(c);
    uint32_t id = c->b->machine->kernel.resources->id;
    c->resource[0].ContentionCount = 7;

    assert_int_equal(ExReinitializeResourceLite(&c->resource[0]), STATUS_SUCCESS);

    assert_int_equal(c->resource[0].ContentionCount, 0);
    assert_int_equal(c->b->machine->kernel.resources->id, id + 1);
    assert_null(c->b->machine->kernel.resources->older);
}

static void give_memory_back(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE resource = ExAllocatePool2(POOL_FLAG_NON_PAGED, 2 * sizeof *resource, 1);
    PERESOURCE deleted = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *deleted, 1);
    ExInitializeResourceLite(&resource[1]);
    ExEnterCriticalRegionAndAcquireResourceExclusive(&resource[1]);
    ExInitializeResourceLite(deleted);
    ExDeleteResourceLite(deleted);
    ExFreePool(deleted);
    ExFreePool(resource);
    ExReleaseResourceAndLeaveCriticalRegion(&resource[1]);
    chorus_say(c, "gave");
}

/* OBJ-6, DRV-12 */
static void memory_with_one_that_is_not_deleted_is_not_given_back(void **state)
{
    static const struct fault expected[] = {{HA_RT_FREE_POOL, HA_MISUSE_IN_USE}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\na DRV-12\n";
    chorus_start(c, give_memory_back);

    chorus_expect(c, "gave ");

    expect_misuses(c, expected, COUNT(expected));
    assert_int_equal(bench_record(c->b, HA_MISUSE, 0)->id, c->b->machine->kernel.resources->id);
}

static void make_three_and_delete_one(void *argument)
{
    struct chorus *c = argument;
    PERESOURCE third = (PERESOURCE)(void *)&c->object[0];
    ExInitializeResourceLite(&c->resource[0]);
    ExInitializeResourceLite(third);
    ExInitializeResourceLite(&c->resource[1]);
    ExDeleteResourceLite(third);
    ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[1]);
}

/* DRV-12 */
static void those_that_are_not_deleted_when_their_driver_goes_are_left_behind(void **state)
{
    struct chorus *c = *state;
    c->b->findings = "a DRV-12\na DRV-12\n";
    chorus_start(c, make_three_and_delete_one);
    chorus_expect(c, "");
    uint32_t newest = c->b->machine->kernel.resources->id;

    bench_finish(c->b);

    assert_int_equal(bench_count(c->b, HA_LEFT_BEHIND), 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct ha_record *left = bench_record(c->b, HA_LEFT_BEHIND, i);
        assert_int_equal(left->as.left.what, HA_LEFT_RESOURCE);
        assert_int_equal(left->id, newest - 2 * i);
    }
    assert_null(c->b->machine->kernel.resources);
}

static VOID NTAPI end_with_two(PVOID StartContext)
{
    struct chorus *c = StartContext;
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    ExAcquireResourceSharedLite(&c->resource[1], TRUE);
    chorus_delay(10);
    KeLeaveCriticalRegion();
}

static void start_one_that_ends_with_two(void *argument)
{
    struct chorus *c = argument;
    HANDLE handle;
    PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, end_with_two, c);
    ZwClose(handle);
}

static void want_them(void *argument)
{
    struct chorus *c = argument;
    chorus_delay(5);
    KeEnterCriticalRegion();
    chorus_number(c, "shared", ExAcquireResourceSharedLite(&c->resource[1], TRUE));
    ExReleaseResourceLite(&c->resource[1]);
    chorus_number(c, "alone", ExAcquireResourceExclusiveLite(&c->resource[1], FALSE));
    ExAcquireResourceExclusiveLite(&c->resource[0], TRUE);
    chorus_say(c, "never");
}

/* OBJ-2 */
static void those_of_a_thread_that_ends_are_never_free_again(void **state)
{
    static const struct fault expected[] = {{HA_RT_LEAVE_REGION, HA_MISUSE_EXPOSED},
                                            {HA_RT_LEAVE_REGION, HA_MISUSE_EXPOSED},
                                            {HA_RT_TERMINATE_THREAD, HA_MISUSE_HELD},
                                            {HA_RT_TERMINATE_THREAD, HA_MISUSE_HELD}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na OBJ-2\na OBJ-2\na OBJ-2\n";
    make(c);
    ExInitializeResourceLite(&c->resource[1]);
    chorus_start(c, start_one_that_ends_with_two);
    chorus_start(c, want_them);
    bench_forget(c->b);

    chorus_expect(c, "shared=1 alone=0 ");

    expect_misuses(c, expected, COUNT(expected));
    const struct ha_record *wait = bench_record(c->b, HA_WAIT_BEGIN, 2);
    assert_int_equal(wait->id, c->b->machine->kernel.resources->older->id);
    assert_true(wait->as.wait.blocked);
    assert_int_equal(bench_count(c->b, HA_WAIT_END), 2);
}

static VOID NTAPI work_with_one(PVOID Parameter)
{
    struct chorus *c = Parameter;
    ExEnterCriticalRegionAndAcquireResourceExclusive(&c->resource[0]);
}

static VOID NTAPI work_without(PVOID Parameter)
{
    struct chorus *c = Parameter;
    chorus_number(c, "has", (LONG)ExIsResourceAcquiredSharedLite(&c->resource[0]));
}

static void queue_both(void *argument)
{
    struct chorus *c = argument;
    PWORK_QUEUE_ITEM item = (PWORK_QUEUE_ITEM)(void *)&c->object[0];
    ExInitializeWorkItem(&item[0], work_with_one, c);
    ExQueueWorkItem(&item[0], DelayedWorkQueue);
    ExInitializeWorkItem(&item[1], work_without, c);
    ExQueueWorkItem(&item[1], DelayedWorkQueue);
}

/* OBJ-2, CTX-7 */
static void a_work_item_leaves_none_to_the_next(void **state)
{
    static const struct fault expected[] = {{HA_RT_QUEUE_WORK, HA_MISUSE_HELD},
                                            {HA_RT_QUEUE_WORK, HA_MISUSE_IN_REGION}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-2\na CTX-7\n";
    make(c);
    chorus_start(c, queue_both);

    chorus_expect(c, "has=0 ");

    expect_misuses(c, expected, COUNT(expected));
}

static VOID NTAPI end_with_one_on_the_stack(PVOID StartContext)
{
    ERESOURCE resource;
    (void)StartContext;
    ExInitializeResourceLite(&resource);
    bench_yield();
}

static void start_one_with_a_stack(void *argument)
{
    struct chorus *c = argument;
    HANDLE handle;
    PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, end_with_one_on_the_stack,
                         c);
    ZwClose(handle);
}

/* OBJ-6 */
static void one_on_the_stack_of_a_thread_that_ends_is_gone_with_it(void **state)
{
    static const struct fault expected[] = {{HA_RT_TERMINATE_THREAD, HA_MISUSE_IN_USE}};
    struct chorus *c = *state;
    c->b->findings = "a OBJ-6\n";
    bench_load(c->b);
    chorus_start(c, start_one_with_a_stack);

    chorus_expect(c, "");

    expect_misuses(c, expected, COUNT(expected));
    assert_null(c->b->machine->kernel.resources);
}

static void fill_the_arena(struct chorus *c)
{
    struct ha_arena *arena = &c->b->machine->kernel.world.host->arena;
    while (ha_arena_take(arena, 16))
        continue;
}

static void make_without_memory(void *argument)
{
    struct chorus *c = argument;
    fill_the_arena(c);
    ExInitializeResourceLite(&c->resource[1]);
    chorus_say(c, "never");
}

static void take_without_memory(void *argument)
{
    struct chorus *c = argument;
    fill_the_arena(c);
    ExEnterCriticalRegionAndAcquireResourceShared(&c->resource[0]);
    chorus_say(c, "never");
}

static void want_of_memory_ends_the_run_and_changes_nothing(void **state)
{
    static void (*const bodies[])(void *argument) = {make_without_memory, take_without_memory};
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct chorus *c;
        assert_int_equal(chorus_setup((void **)&c), 0);
        make(c);
        chorus_start(c, bodies[i]);

        ha_machine_settle(c->b->machine, HA_OK);

        assert_int_equal(ha_machine_ending(c->b->machine), HA_END_MEMORY);
        assert_int_equal(c->said.length, 0);
        assert_null(c->b->machine->kernel.resources->older);
        assert_null(c->b->machine->kernel.resources->owners);
        chorus_teardown((void **)&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHORUS_TEST(made_anew_it_is_another_one),
        CHORUS_TEST(memory_with_one_that_is_not_deleted_is_not_given_back),
        CHORUS_TEST(those_that_are_not_deleted_when_their_driver_goes_are_left_behind),
        CHORUS_TEST(those_of_a_thread_that_ends_are_never_free_again),
        CHORUS_TEST(a_work_item_leaves_none_to_the_next),
        CHORUS_TEST(one_on_the_stack_of_a_thread_that_ends_is_gone_with_it),
        cmocka_unit_test(want_of_memory_ends_the_run_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
