/* lookaside: blocks of one size, from the pool or from functions of the driver's own */
#include <string.h>

#include "unit/bench.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define LOOK 0x6b6f6f4cu

struct use {
    NPAGED_LOOKASIDE_LIST npaged;
    PAGED_LOOKASIDE_LIST paged;
    PVOID block[2];
};

static void take_two(void *argument)
{
    struct use *use = argument;
    ExInitializeNPagedLookasideList(&use->npaged, NULL, NULL, 0, 40, LOOK, 0);
    use->block[0] = ExAllocateFromNPagedLookasideList(&use->npaged);
    memset(use->block[0], 1, 40);
    ExFreeToNPagedLookasideList(&use->npaged, use->block[0]);
    ExDeleteNPagedLookasideList(&use->npaged);
    ExInitializePagedLookasideList(&use->paged, NULL, NULL, 0, 24, LOOK, 0);
    use->block[1] = ExAllocateFromPagedLookasideList(&use->paged);
    memset(use->block[1], 1, 24);
    ExFreeToPagedLookasideList(&use->paged, use->block[1]);
    ExDeletePagedLookasideList(&use->paged);
}

static void blocks_come_from_the_pool_with_size_and_tag_and_go_back_to_it(void **state)
{
    struct use use = {0};
    struct bench *b = *state;

    bench_run(b, bench_driver(b, "a"), take_two, &use);

    assert_int_equal(bench_count(b, HA_ALLOC), 2);
    assert_int_equal(bench_count(b, HA_FREE), 2);
    assert_int_equal(bench_record(b, HA_ALLOC, 0)->as.pool.size, 40);
    assert_int_equal(bench_record(b, HA_ALLOC, 1)->as.pool.size, 24);
    assert_int_equal(bench_record(b, HA_ALLOC, 0)->as.pool.tag, LOOK);
    assert_int_equal(bench_record(b, HA_ALLOC, 1)->as.pool.tag, LOOK);
    assert_int_equal(use.npaged.L.TotalAllocates, 1);
    assert_int_equal(use.npaged.L.TotalFrees, 1);
}

static void give_to_another_list(void *argument)
{
    struct use *use = argument;
    ExInitializeNPagedLookasideList(&use->npaged, NULL, NULL, 0, 40, LOOK, 0);
    ExInitializePagedLookasideList(&use->paged, NULL, NULL, 0, 40, LOOK + 1, 0);
    use->block[0] = ExAllocateFromNPagedLookasideList(&use->npaged);
    use->block[1] = ExAllocatePoolWithTag(PagedPool, 40, LOOK + 2);
    ExFreeToPagedLookasideList(&use->paged, use->block[0]);
    ExFreeToPagedLookasideList(&use->paged, use->block[1]);
    ExDeleteNPagedLookasideList(&use->npaged);
    ExDeletePagedLookasideList(&use->paged);
}

/* POOL-3 */
static void a_block_of_another_list_or_of_none_is_found_by_its_tag(void **state)
{
    struct use use = {0};
    struct bench *b = *state;
    b->findings = "a POOL-3\na POOL-3\n";

    bench_run(b, bench_driver(b, "a"), give_to_another_list, &use);

    assert_int_equal(bench_count(b, HA_FREE), 2);
    assert_int_equal(bench_count(b, HA_MISUSE), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, HA_MISUSE_OTHER_TAG);
}

/* What the functions of the driver's own hand out, with what they were called with in it. */
static unsigned char memory[64];

static PVOID NTAPI take_mine(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    memory[0] = (unsigned char)PoolType;
    memory[1] = (unsigned char)NumberOfBytes;
    memory[2] = (unsigned char)Tag;
    return NumberOfBytes == sizeof memory ? memory : NULL;
}

static VOID NTAPI give_mine(PVOID Buffer)
{
    ((unsigned char *)Buffer)[3]++;
}

static void take_own(void *argument)
{
    struct use *use = argument;
    ExInitializePagedLookasideList(&use->paged, take_mine, give_mine,
                                   POOL_RAISE_IF_ALLOCATION_FAILURE, sizeof memory, 'L', 0);
    use->block[0] = ExAllocateFromPagedLookasideList(&use->paged);
    ExFreeToPagedLookasideList(&use->paged, use->block[0]);
    ExDeletePagedLookasideList(&use->paged);
    ExInitializeNPagedLookasideList(&use->npaged, take_mine, give_mine, 0, 32, 'L', 0);
    use->block[1] = ExAllocateFromNPagedLookasideList(&use->npaged);
    ExDeleteNPagedLookasideList(&use->npaged);
}

static void functions_of_the_driver_s_own_are_called_with_what_the_list_was_made_for(void **state)
{
    struct use use = {0};
    struct bench *b = *state;
    memset(memory, 0, sizeof memory);

    bench_run(b, bench_driver(b, "a"), take_own, &use);

    assert_ptr_equal(use.block[0], memory);
    assert_null(use.block[1]);
    assert_int_equal(use.paged.L.Type, (ULONG)PagedPool | POOL_RAISE_IF_ALLOCATION_FAILURE);
    assert_int_equal(memory[0], NonPagedPool);
    assert_int_equal(memory[1], 32);
    assert_int_equal(memory[2], 'L');
    assert_int_equal(memory[3], 1);
    assert_int_equal(bench_count(b, HA_ALLOC), 0);
}

static void take_under_want(void *argument)
{
    struct use *use = argument;
    ExInitializeNPagedLookasideList(&use->npaged, NULL, NULL, 0, 40, LOOK, 0);
    use->block[0] = ExAllocateFromNPagedLookasideList(&use->npaged);
    if (use->block[0])
        ExFreeToNPagedLookasideList(&use->npaged, use->block[0]);
    use->block[1] = ExAllocateFromNPagedLookasideList(&use->npaged);
    if (use->block[1])
        ExFreeToNPagedLookasideList(&use->npaged, use->block[1]);
    ExDeleteNPagedLookasideList(&use->npaged);
}

/* Whichever question of the tape is answered with a failure; the others are not about pool. */
static void each_allocation_may_fail_also_after_a_block_was_given_back(void **state)
{
    size_t failed[2] = {0};
    (void)state;
    for (uint32_t question = 0; question < 6; question++) {
        struct use use = {0};
        struct ha_text token = {0};
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        b->findings = NULL;
        bench_replay(b, &token, question, 1);
        bench_run(b, bench_driver(b, "a"), take_under_want, &use);
        failed[0] += !use.block[0];
        failed[1] += !use.block[1];
        bench_teardown((void **)&b);
        ha_text_close(&token);
    }
    assert_int_equal(failed[0], 1);
    assert_int_equal(failed[1], 1);
}

static void go_wrong(void *argument)
{
    struct use *use = argument;
    KIRQL old;
    use->block[0] = ExAllocateFromNPagedLookasideList(&use->npaged);
    ExFreeToPagedLookasideList(&use->paged, memory);
    ExDeletePagedLookasideList(&use->paged);
    ExInitializeNPagedLookasideList(&use->npaged, take_mine, give_mine, 0, 4, LOOK, 0);
    ExDeleteNPagedLookasideList(&use->npaged);
    use->block[1] = ExAllocateFromNPagedLookasideList(&use->npaged);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ExInitializePagedLookasideList(&use->paged, take_mine, give_mine, 0, 32, LOOK, 0);
    (void)!ExAllocateFromPagedLookasideList(&use->paged);
    ExDeletePagedLookasideList(&use->paged);
    KeLowerIrql(old);
}

/* OBJ-1 for a list that was not made, or is deleted */
static void misuses_of_a_list_are_noted_and_do_no_harm(void **state)
{
    static const struct { uint32_t routine, misuse; } expected[] = {
        {HA_RT_LOOKASIDE, HA_MISUSE_NOT_MADE},
        {HA_RT_LOOKASIDE, HA_MISUSE_NOT_MADE},
        {HA_RT_LOOKASIDE, HA_MISUSE_NOT_MADE},
        {HA_RT_INITIALIZE_LOOKASIDE, HA_MISUSE_LIMIT},
        {HA_RT_LOOKASIDE, HA_MISUSE_NOT_MADE},
        {HA_RT_INITIALIZE_LOOKASIDE, HA_MISUSE_RAISED_IRQL},
        {HA_RT_LOOKASIDE, HA_MISUSE_RAISED_IRQL},
        {HA_RT_LOOKASIDE, HA_MISUSE_RAISED_IRQL},
    };
    struct use use = {0};
    struct bench *b = *state;
    b->findings = NULL;

    bench_run(b, bench_driver(b, "a"), go_wrong, &use);

    assert_null(use.block[0]);
    assert_null(use.block[1]);
    assert_int_equal(use.npaged.L.Size, 8);
    assert_int_equal(bench_count(b, HA_MISUSE), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        assert_int_equal(misuse->as.misuse.routine, expected[i].routine);
        assert_int_equal(misuse->as.misuse.misuse, expected[i].misuse);
    }
}

static void make_two(void *argument)
{
    struct use *use = argument;
    memset(use, 0xdd, sizeof *use);
    ExInitializePagedLookasideList(&use->paged, take_mine, give_mine, 0, 32, 'L', 0);
    ExInitializeNPagedLookasideList(&use->npaged, NULL, NULL, 0, 40, LOOK, 0);
}

static void delete_two(void *argument)
{
    struct use *use = argument;
    ExDeletePagedLookasideList(&use->paged);
    ExDeleteNPagedLookasideList(&use->npaged);
}

/* DRV-12 */
static void a_list_that_its_driver_does_not_delete_is_left_behind(void **state)
{
    static struct use use, other;
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a"), *calm = bench_driver(b, "calm");
    b->findings = "a DRV-12\na DRV-12\n";
    bench_run(b, a, take_two, &use);
    bench_run(b, calm, make_two, &other);
    bench_run(b, a, make_two, &use);

    bench_unload(b, a);
    bench_run(b, calm, make_two, &use);     /* in memory that is nobody's any more */
    bench_run(b, calm, delete_two, &use);
    bench_run(b, calm, delete_two, &other);

    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct ha_record *left = bench_record(b, HA_LEFT_BEHIND, i);
        assert_int_equal(left->as.left.what, HA_LEFT_LOOKASIDE_LIST);
        assert_int_equal(left->driver, 1);
        assert_int_equal(left->id, 6 - i);
    }
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static void make_again(void *argument)
{
    struct use *use = argument;
    make_two(use);
    ExInitializeNPagedLookasideList(&use->npaged, take_mine, give_mine, 0, 64, 'L', 0);
    use->block[0] = ExAllocateFromNPagedLookasideList(&use->npaged);
    ExFreeToNPagedLookasideList(&use->npaged, use->block[0]);
    delete_two(use);
    take_two(use);
}

/* OBJ-6 */
static void a_list_that_is_not_deleted_is_not_made_again(void **state)
{
    static struct use use;
    struct bench *b = *state;
    b->findings = "a OBJ-6\n";

    bench_run(b, bench_driver(b, "a"), make_again, &use);

    const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_INITIALIZE_LOOKASIDE);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_equal(bench_record(b, HA_ALLOC, 0)->as.pool.size, 40);
    assert_int_equal(bench_count(b, HA_ALLOC), 3);
}

static void use_rubbish(void *argument)
{
    struct use *use = argument;
    memset(use, 0xdd, sizeof *use);
    use->block[0] = ExAllocateFromNPagedLookasideList(&use->npaged);
    ExFreeToPagedLookasideList(&use->paged, memory);
}

/* OBJ-1 */
static void memory_that_holds_anything_is_no_list(void **state)
{
    static struct use use;
    struct bench *b = *state;
    b->findings = "a OBJ-1\na OBJ-1\n";

    bench_run(b, bench_driver(b, "a"), use_rubbish, &use);

    assert_null(use.block[0]);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_NOT_MADE);
}

static void make_without_memory(void *argument)
{
    while (ha_arena_take(&ha_thread_current()->world->host->arena, 16)) {
    }
    make_two(argument);
}

static void making_a_list_without_memory_ends_the_run(void **state)
{
    static struct use use;
    struct bench *b = *state;
    bench_load(b);
    assert_int_equal(ha_thread_create(&b->machine->kernel.world, HA_THREAD_SYSTEM, 0,
                                      make_without_memory, &use, NULL), HA_OK);

    assert_int_equal(ha_machine_run(b->machine), HA_ENOMEM);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_MEMORY);
}

static void free_pool_with_a_list(void *argument)
{
    PNPAGED_LOOKASIDE_LIST list =
        ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED, sizeof *list,
                        0x6b6f6f6cu);
    (void)argument;
    ExInitializeNPagedLookasideList(list, NULL, NULL, 0, 64, 0x6b6f6f6cu, 0);
    ExFreePoolWithTag(list, 0x6b6f6f6cu);
    ExDeleteNPagedLookasideList(list);
}

/* OBJ-6: the memory is kept, so the list can still be deleted. */
static void pool_with_a_list_in_it_is_in_use(void **state)
{
    struct bench *b = *state;
    b->findings = "a OBJ-6\n";

    bench_run(b, bench_driver(b, "a"), free_pool_with_a_list, NULL);

    const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_IN_USE);
    assert_int_equal(misuse->as.misuse.argument, HA_LEFT_LOOKASIDE_LIST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(blocks_come_from_the_pool_with_size_and_tag_and_go_back_to_it),
        BENCH_TEST(a_block_of_another_list_or_of_none_is_found_by_its_tag),
        BENCH_TEST(functions_of_the_driver_s_own_are_called_with_what_the_list_was_made_for),
        cmocka_unit_test(each_allocation_may_fail_also_after_a_block_was_given_back),
        BENCH_TEST(misuses_of_a_list_are_noted_and_do_no_harm),
        BENCH_TEST(a_list_that_its_driver_does_not_delete_is_left_behind),
        BENCH_TEST(a_list_that_is_not_deleted_is_not_made_again),
        BENCH_TEST(memory_that_holds_anything_is_no_list),
        BENCH_TEST(making_a_list_without_memory_ends_the_run),
        BENCH_TEST(pool_with_a_list_in_it_is_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
