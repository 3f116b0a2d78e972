/* mdl: buffers described by their pages, and what a driver may get wrong with them */
#include "unit/bench.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BUFFER 100u
#define BOOT_MEMORY UINT64_C(0x100000000)

/* What a body has seen; it must not assert itself. */
struct use {
    PVOID memory, address;
    PMDL mdl;
    MDL seen[3];
    PFN_NUMBER page[3];
    PHYSICAL_ADDRESS physical;
};

struct misuse { uint32_t routine, misuse, id, argument; };

/* Every misuse of the run, in order. */
static void expect_misuses(struct bench *b, const struct misuse *expected, size_t count)
{
    assert_int_equal(bench_count(b, HA_MISUSE), count);
    for (size_t i = 0; i < count; i++) {
        const struct ha_record *record = bench_record(b, HA_MISUSE, i);
        assert_int_equal(record->as.misuse.routine, expected[i].routine);
        assert_int_equal(record->as.misuse.misuse, expected[i].misuse);
        assert_int_equal(record->id, expected[i].id);
        assert_int_equal(record->as.misuse.argument, expected[i].argument);
    }
}

static void run(struct bench *b, void (*body)(void *argument), struct use *use)
{
    bench_run(b, bench_driver(b, "a"), body, use);
}

/* A block, and an MDL for so many bytes from so many on. */
static void describe(struct use *use, POOL_FLAGS kind, SIZE_T size, ULONG from, ULONG length)
{
    use->memory = ExAllocatePool2(kind, size, 1);
    use->mdl = IoAllocateMdl((PCHAR)use->memory + from, length, FALSE, FALSE, NULL);
}

static void give_back(struct use *use)
{
    IoFreeMdl(use->mdl);
    ExFreePool(use->memory);
}

static void build(void *argument)
{
    struct use *use = argument;
    describe(use, POOL_FLAG_NON_PAGED, 3 * PAGE_SIZE, PAGE_SIZE - 8, PAGE_SIZE + 16);
    use->seen[0] = *use->mdl;
    MmBuildMdlForNonPagedPool(use->mdl);
    use->seen[1] = *use->mdl;
    use->address = MmMapLockedPagesSpecifyCache(use->mdl, KernelMode, MmCached, NULL, FALSE, 0);
    for (int i = 0; i < 3; i++)
        use->page[i] = MmGetMdlPfnArray(use->mdl)[i];
    use->physical = MmGetPhysicalAddress(use->memory);
    give_back(use);
}

static void one_of_nonpaged_pool_names_the_buffer_its_pages_and_its_address(void **state)
{
    static const struct ha_memory_options boot = {.base = BOOT_MEMORY, .size = 1u << 30};
    struct bench *b = *state;
    struct use use = {0};
    b->options.partition.memory = &boot;
    b->options.partition.memory_count = 1;

    run(b, build, &use);

    PVOID start = (PCHAR)use.memory + PAGE_SIZE - 8;
    assert_ptr_equal(MmGetMdlVirtualAddress(&use.seen[0]), start);
    assert_int_equal(MmGetMdlByteCount(&use.seen[0]), PAGE_SIZE + 16);
    assert_int_equal(MmGetMdlByteOffset(&use.seen[0]), PAGE_SIZE - 8);
    assert_int_equal(use.seen[0].Size, sizeof(MDL) + 3 * sizeof(PFN_NUMBER));
    assert_int_equal(use.seen[0].MdlFlags, 0);
    assert_int_equal(use.seen[1].MdlFlags, MDL_SOURCE_IS_NONPAGED_POOL);
    assert_ptr_equal(use.address, start);
    assert_true(use.physical.QuadPart >= (LONGLONG)BOOT_MEMORY);
    for (uint64_t i = 0; i < 3; i++)
        assert_true(use.page[i] == ((uint64_t)use.physical.QuadPart >> PAGE_SHIFT) + i);
    expect_misuses(b, NULL, 0);
}

static void lock_and_map(void *argument)
{
    struct use *use = argument;
    describe(use, POOL_FLAG_PAGED, BUFFER, 0, BUFFER);
    MmProbeAndLockPages(use->mdl, KernelMode, IoWriteAccess);
    use->seen[0] = *use->mdl;
    use->address = MmGetSystemAddressForMdlSafe(use->mdl, NormalPagePriority);
    use->seen[1] = *use->mdl;
    (void)!MmMapLockedPagesSpecifyCache(use->mdl, KernelMode, MmCached, NULL, FALSE, 0);
    MmUnmapLockedPages(use->address, use->mdl);
    MmUnlockPages(use->mdl);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    (void)!MmGetSystemAddressForMdlSafe(use->mdl, NormalPagePriority);
    MmUnlockPages(use->mdl);
    use->seen[2] = *use->mdl;
    give_back(use);
}

static void locked_pages_are_mapped_where_they_are_until_they_are_unlocked(void **state)
{
    struct bench *b = *state;
    struct use use = {0};

    run(b, lock_and_map, &use);

    assert_int_equal(use.seen[0].MdlFlags, MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
    assert_ptr_equal(use.address, use.memory);
    assert_int_equal(use.seen[1].MdlFlags,
                     MDL_PAGES_LOCKED | MDL_WRITE_OPERATION | MDL_MAPPED_TO_SYSTEM_VA);
    assert_int_equal(use.seen[2].MdlFlags, 0);
    assert_null(use.seen[2].MappedSystemVa);
    expect_misuses(b, NULL, 0);
}

static void free_wrongly(void *argument)
{
    struct use *use = argument;
    describe(use, POOL_FLAG_NON_PAGED, BUFFER, 0, BUFFER);
    IoFreeMdl(use->mdl);
    give_back(use);
    MmBuildMdlForNonPagedPool(use->mdl);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    MmUnlockPages(use->mdl);
    (void)!MmMapLockedPagesSpecifyCache(use->mdl, KernelMode, MmCached, NULL, FALSE, 0);
    MmUnmapLockedPages(use->memory, use->mdl);
}

/* OBJ-4 */
static void one_that_is_freed_is_no_object_any_more(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_FREE_MDL, HA_MISUSE_NO_OBJECT, 0, 0},
        {HA_RT_BUILD_MDL, HA_MISUSE_NO_OBJECT, 0, 0},
        {HA_RT_LOCK_PAGES, HA_MISUSE_NO_OBJECT, 0, 0},
        {HA_RT_UNLOCK_PAGES, HA_MISUSE_NO_OBJECT, 0, 0},
        {HA_RT_MAP_PAGES, HA_MISUSE_NO_OBJECT, 0, 0},
        {HA_RT_UNMAP_PAGES, HA_MISUSE_NO_OBJECT, 0, 0},
    };
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a OBJ-4\na OBJ-4\na OBJ-4\na OBJ-4\na OBJ-4\na OBJ-4\n";

    run(b, free_wrongly, &use);

    expect_misuses(b, expected, COUNT(expected));
}

static void free_what_is_locked(void *argument)
{
    struct use *use = argument;
    describe(use, POOL_FLAG_NON_PAGED, 2 * PAGE_SIZE, 40, 8);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    ExFreePool(use->memory);
    IoFreeMdl(use->mdl);
    describe(use, POOL_FLAG_NON_PAGED, BUFFER, 0, BUFFER);
    MmBuildMdlForNonPagedPool(use->mdl);
    ExFreePool(use->memory);
    IoFreeMdl(use->mdl);
    use->memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, BUFFER, 1);
    use->mdl = IoAllocateMdl((PCHAR)use->memory - 16, BUFFER, FALSE, FALSE, NULL);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    ExFreePool(use->memory);
    MmUnlockPages(use->mdl);
    IoFreeMdl(use->mdl);
}

/* OBJ-6 */
static void neither_locked_pages_nor_what_locks_them_is_given_back(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_FREE_POOL, HA_MISUSE_IN_USE, 1, HA_LEFT_MDL},
        {HA_RT_FREE_MDL, HA_MISUSE_IN_USE, 1, HA_LEFT_MDL},
        {HA_RT_FREE_POOL, HA_MISUSE_IN_USE, 3, HA_LEFT_MDL},
    };
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a OBJ-6\na OBJ-6\na OBJ-6\n";

    run(b, free_what_is_locked, &use);

    expect_misuses(b, expected, COUNT(expected));
}

static void do_all_twice(void *argument)
{
    struct use *use = argument;
    describe(use, POOL_FLAG_NON_PAGED, BUFFER, 0, BUFFER);
    (void)!MmGetSystemAddressForMdlSafe(use->mdl, NormalPagePriority);
    MmUnlockPages(use->mdl);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    MmBuildMdlForNonPagedPool(use->mdl);
    MmUnmapLockedPages(use->memory, use->mdl);
    (void)!MmGetSystemAddressForMdlSafe(use->mdl, NormalPagePriority);
    MmUnmapLockedPages((PCHAR)use->memory + 1, use->mdl);
    MmUnlockPages(use->mdl);
    MmUnlockPages(use->mdl);
    MmBuildMdlForNonPagedPool(use->mdl);
    MmUnlockPages(use->mdl);
    give_back(use);
}

/* OBJ-1, OBJ-4, OBJ-6 */
static void what_is_done_twice_or_undone_without_need_is_noted_and_changes_nothing(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_MAP_PAGES, HA_MISUSE_NOT_MADE, 0, 0},
        {HA_RT_UNLOCK_PAGES, HA_MISUSE_NO_REFERENCE, 0, 0},
        {HA_RT_LOCK_PAGES, HA_MISUSE_IN_USE, 1, HA_LEFT_MDL},
        {HA_RT_BUILD_MDL, HA_MISUSE_IN_USE, 1, HA_LEFT_MDL},
        {HA_RT_UNMAP_PAGES, HA_MISUSE_NO_REFERENCE, 0, 0},
        {HA_RT_UNMAP_PAGES, HA_MISUSE_NO_REFERENCE, 0, 0},
        {HA_RT_UNLOCK_PAGES, HA_MISUSE_NO_REFERENCE, 0, 0},
        {HA_RT_UNLOCK_PAGES, HA_MISUSE_NO_REFERENCE, 0, 0},
    };
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a OBJ-1\na OBJ-4\na OBJ-6\na OBJ-6\na OBJ-4\na OBJ-4\na OBJ-4\na OBJ-4\n";

    run(b, do_all_twice, &use);

    expect_misuses(b, expected, COUNT(expected));
}

static void describe_the_wrong_memory(void *argument)
{
    struct use *use = argument;
    describe(use, POOL_FLAG_PAGED, BUFFER, 0, BUFFER);
    MmBuildMdlForNonPagedPool(use->mdl);
    give_back(use);
    describe(use, POOL_FLAG_NON_PAGED, BUFFER, 10, BUFFER);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    MmUnlockPages(use->mdl);
    give_back(use);
    use->memory = ExAllocatePool2(POOL_FLAG_PAGED, BUFFER, 1);
    use->mdl = IoAllocateMdl(&use->page, sizeof use->page, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(use->mdl);
    use->physical.QuadPart = (LONGLONG)MmGetMdlPfnArray(use->mdl)[0];
    give_back(use);
}

/* POOL-5 */
static void paged_pool_and_what_is_beyond_a_block_is_found_and_other_memory_not_known(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_BUILD_MDL, HA_MISUSE_PAGED_POOL, 1, 0},
        {HA_RT_LOCK_PAGES, HA_MISUSE_BEYOND_MEMORY, 2, 10},
    };
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a POOL-5\na POOL-5\n";

    run(b, describe_the_wrong_memory, &use);

    expect_misuses(b, expected, COUNT(expected));
    assert_int_equal(use.physical.QuadPart, 0);
}

static void make_it_longer(void *argument)
{
    struct use *use = argument;
    describe(use, POOL_FLAG_NON_PAGED, 3 * PAGE_SIZE, 0, BUFFER);
    PMDL next = IoAllocateMdl(use->memory, BUFFER, FALSE, FALSE, NULL);
    use->mdl->ByteCount = 3 * PAGE_SIZE;
    MmBuildMdlForNonPagedPool(use->mdl);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    use->seen[0] = *use->mdl;
    use->mdl->ByteCount = BUFFER / 2;
    MmBuildMdlForNonPagedPool(use->mdl);
    use->seen[1] = *use->mdl;
    IoFreeMdl(next);
    give_back(use);
}

/* OBJ-3 */
static void one_that_the_driver_made_too_long_is_not_described(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_BUILD_MDL, HA_MISUSE_LIMIT, 0, 3},
        {HA_RT_LOCK_PAGES, HA_MISUSE_LIMIT, 0, 3},
    };
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a OBJ-3\na OBJ-3\n";

    run(b, make_it_longer, &use);

    expect_misuses(b, expected, COUNT(expected));
    assert_int_equal(use.seen[0].MdlFlags, 0);
    assert_int_equal(use.seen[1].MdlFlags, MDL_SOURCE_IS_NONPAGED_POOL);
}

static void call_from_high_up(void *argument)
{
    struct use *use = argument;
    KIRQL old;
    describe(use, POOL_FLAG_PAGED, BUFFER, 0, BUFFER);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    (void)!MmGetSystemAddressForMdlSafe(use->mdl, NormalPagePriority);
    MmUnlockPages(use->mdl);
    IoFreeMdl(use->mdl);
    KeRaiseIrql(DISPATCH_LEVEL + 1, &(KIRQL){0});
    use->mdl = IoAllocateMdl(use->memory, BUFFER, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(use->mdl);
    IoFreeMdl(use->mdl);
    KeLowerIrql(old);
    ExFreePool(use->memory);
}

/* IRQL-4 */
static void paged_pool_is_locked_at_APC_LEVEL_at_most_and_all_else_below_device_irqls(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_LOCK_PAGES, HA_MISUSE_RAISED_IRQL, 0, APC_LEVEL},
        {HA_RT_ALLOCATE_MDL, HA_MISUSE_RAISED_IRQL, 0, DISPATCH_LEVEL},
        {HA_RT_BUILD_MDL, HA_MISUSE_RAISED_IRQL, 0, DISPATCH_LEVEL},
        {HA_RT_BUILD_MDL, HA_MISUSE_PAGED_POOL, 1, 0},
        {HA_RT_FREE_MDL, HA_MISUSE_RAISED_IRQL, 0, DISPATCH_LEVEL},
    };
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\na POOL-5\na IRQL-4\n";

    run(b, call_from_high_up, &use);

    expect_misuses(b, expected, COUNT(expected));
}

static void lock_and_map_what_there_is(void *argument)
{
    struct use *use = argument;
    use->mdl = IoAllocateMdl(use, sizeof *use, FALSE, FALSE, NULL);
    if (!use->mdl)
        return;
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    use->memory = MmMapLockedPagesSpecifyCache(use->mdl, KernelMode, MmCached, NULL, TRUE, 0);
    MmUnmapLockedPages(use->memory, use->mdl);
    use->address = MmGetSystemAddressForMdlSafe(use->mdl, NormalPagePriority);
    MmUnlockPages(use->mdl);
    IoFreeMdl(use->mdl);
}

/* How many questions have an answer with which there is no MDL, or no mapping. */
static void an_allocation_may_fail_and_a_mapping_unless_that_would_end_the_system(void **state)
{
    size_t no_mdl = 0, no_mapping = 0, no_address = 0;
    (void)state;
    for (uint32_t question = 0; question < 8; question++) {
        struct use use = {0};
        struct ha_text token = {0};
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_replay(b, &token, question, 1);
        run(b, lock_and_map_what_there_is, &use);
        uint32_t failed = bench_count(b, HA_FAULT) ? bench_record(b, HA_FAULT, 0)->as.fault.routine
                                                   : HA_NO_ROUTINE;
        no_mdl += failed == HA_RT_ALLOCATE_MDL && !use.mdl;
        no_mapping += failed == HA_RT_MAP_PAGES;
        no_address += use.memory && !use.address;
        bench_teardown((void **)&b);
        ha_text_close(&token);
    }
    assert_int_equal(no_mdl, 1);
    assert_int_equal(no_mapping, 1);
    assert_int_equal(no_address, 1);
}

static void ask_for_too_much(void *argument)
{
    struct use *use = argument;
    PCHAR any = NULL;
    use->mdl = IoAllocateMdl(any, MAXULONG - PAGE_SIZE + 1, FALSE, FALSE, NULL);
    use->memory = IoAllocateMdl(any, MAXULONG - PAGE_SIZE + 2, FALSE, FALSE, NULL);
    use->address = IoAllocateMdl(any, 1, FALSE, FALSE, (PIRP)(PVOID)use);
    if (use->mdl)
        IoFreeMdl(use->mdl);
}

static void a_buffer_that_is_too_long_is_refused_by_the_limit_of_its_windows(void **state)
{
    static const struct { const char *target; bool is_given; size_t refused; } cases[] = {
        {"win7", true, 2}, {"ws2008", false, 3}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct use use = {0};
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        b->options.arena_bytes = (size_t)64 << 20;
        bench_turn(b, "target", cases[i].target);
        run(b, ask_for_too_much, &use);
        assert_true(!use.mdl == !cases[i].is_given);
        assert_null(use.memory);
        assert_null(use.address);
        assert_int_equal(bench_count(b, HA_REFUSED), cases[i].refused);
        assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_PARAMETER);
        bench_teardown((void **)&b);
    }
}

static void ask_for_other_modes(void *argument)
{
    struct use *use = argument;
    describe(use, POOL_FLAG_NON_PAGED, BUFFER, 0, BUFFER);
    MmProbeAndLockPages(use->mdl, UserMode, IoReadAccess);
    use->seen[0] = *use->mdl;
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
    use->address = MmMapLockedPagesSpecifyCache(use->mdl, UserMode, MmCached, NULL, FALSE, 0);
    MmUnlockPages(use->mdl);
    give_back(use);
}

static void nothing_is_locked_or_mapped_for_a_process(void **state)
{
    static const uint32_t expected[] = {HA_RT_LOCK_PAGES, HA_RT_MAP_PAGES};
    struct bench *b = *state;
    struct use use = {0};

    run(b, ask_for_other_modes, &use);

    assert_int_equal(use.seen[0].MdlFlags, 0);
    assert_null(use.address);
    assert_int_equal(bench_count(b, HA_REFUSED), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct ha_record *record = bench_record(b, HA_REFUSED, i);
        assert_int_equal(record->as.refused.routine, expected[i]);
        assert_int_equal(record->as.refused.reason, HA_REASON_NOT_SIMULATED);
    }
}

static void keep_two(void *argument)
{
    struct use *use = argument;
    (void)!IoAllocateMdl(use, 1, FALSE, FALSE, NULL);
    use->mdl = IoAllocateMdl(use, 1, FALSE, FALSE, NULL);
    MmProbeAndLockPages(use->mdl, KernelMode, IoReadAccess);
}

/* DRV-12 */
static void what_is_not_freed_when_its_driver_goes_is_left_behind_and_forgotten(void **state)
{
    static const uint32_t expected[] = {2, 1};
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a DRV-12\na DRV-12\n";
    run(b, keep_two, &use);

    bench_unload(b, &b->driver[0]);

    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(bench_record(b, HA_LEFT_BEHIND, i)->as.left.what, HA_LEFT_MDL);
        assert_int_equal(bench_record(b, HA_LEFT_BEHIND, i)->id, expected[i]);
    }
    assert_null(b->machine->kernel.mdls);
}

static void take_all_memory(void *argument)
{
    struct use *use = argument;
    struct bench *b = use->address;
    while (ha_arena_take(&b->machine->kernel.world.host->arena, 16))
        continue;
    use->mdl = IoAllocateMdl(NULL, 1, FALSE, FALSE, NULL);
}

static void an_arena_that_is_full_has_no_mdl_and_says_so(void **state)
{
    struct bench *b = *state;
    struct use use = {.address = b, .mdl = (PMDL)(PVOID)b};
    b->findings = NULL;

    run(b, take_all_memory, &use);

    assert_null(use.mdl);
    assert_int_equal(bench_count(b, HA_FAULT), 1);
    assert_int_equal(bench_record(b, HA_FAULT, 0)->as.fault.routine, HA_RT_ALLOCATE_MDL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(one_of_nonpaged_pool_names_the_buffer_its_pages_and_its_address),
        BENCH_TEST(locked_pages_are_mapped_where_they_are_until_they_are_unlocked),
        BENCH_TEST(one_that_is_freed_is_no_object_any_more),
        BENCH_TEST(neither_locked_pages_nor_what_locks_them_is_given_back),
        BENCH_TEST(what_is_done_twice_or_undone_without_need_is_noted_and_changes_nothing),
        BENCH_TEST(paged_pool_and_what_is_beyond_a_block_is_found_and_other_memory_not_known),
        BENCH_TEST(one_that_the_driver_made_too_long_is_not_described),
        BENCH_TEST(paged_pool_is_locked_at_APC_LEVEL_at_most_and_all_else_below_device_irqls),
        cmocka_unit_test(an_allocation_may_fail_and_a_mapping_unless_that_would_end_the_system),
        cmocka_unit_test(a_buffer_that_is_too_long_is_refused_by_the_limit_of_its_windows),
        BENCH_TEST(nothing_is_locked_or_mapped_for_a_process),
        BENCH_TEST(what_is_not_freed_when_its_driver_goes_is_left_behind_and_forgotten),
        BENCH_TEST(an_arena_that_is_full_has_no_mdl_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
