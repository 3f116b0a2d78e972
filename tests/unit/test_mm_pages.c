/* mm_pages: contiguous memory, pages with an MDL, and what a driver may get wrong with them */
#include "unit/bench.h"

#include <string.h>

#include "base/names.h"
#include "nt/pool.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BYTES (PAGE_SIZE + 100)
#define FIRST UINT64_C(0x200000)        /* where the machine's memory begins */

/* What a body has seen; it must not assert itself. */
struct use {
    struct bench *b;
    PUCHAR memory[4], address;
    PMDL mdl[4];
    MDL seen;
    PFN_NUMBER page[2];
    LONGLONG physical[2];
    UCHAR byte[2];
    size_t left;
};

static PHYSICAL_ADDRESS at(uint64_t address)
{
    PHYSICAL_ADDRESS made = {.QuadPart = (LONGLONG)address};
    return made;
}

static PMDL take_pages(SIZE_T bytes, ULONG flags)
{
    return MmAllocatePagesForMdlEx(at(0), at(MAXULONG), at(0), bytes, MmCached, flags);
}

static void give_pages(PMDL mdl)
{
    MmFreePagesFromMdl(mdl);
    ExFreePool(mdl);
}

static void run(struct bench *b, void (*body)(void *argument), struct use *use)
{
    static const struct ha_memory_options boot[] = {{.base = FIRST, .size = 1u << 30}};
    b->options.partition.memory = boot;
    b->options.partition.memory_count = COUNT(boot);
    use->b = b;
    bench_run(b, bench_driver(b, "a"), body, use);
}

/* Every misuse of the run, a line each: the routine, what it is, and the block or MDL. */
static void expect_misuses(struct bench *b, const char *expected)
{
    struct ha_text seen = {0};
    size_t count = bench_count(b, HA_MISUSE);
    for (size_t i = 0; i < count; i++) {
        const struct ha_record *misuse = bench_record(b, HA_MISUSE, i);
        ha_text_addf(&seen, "%s: %s, %u\n", ha_routine_name(misuse->as.misuse.routine),
                     ha_misuse_name(misuse->as.misuse.misuse), (unsigned)misuse->id);
    }
    expect_text("misuses", expected, ha_text_string(&seen));
    ha_text_close(&seen);
}

static void take_one_piece(void *argument)
{
    struct use *use = argument;
    PUCHAR memory = use->memory[0] = MmAllocateContiguousMemory(BYTES, at(MAXULONG));
    for (int i = 0; i < 2; i++) {
        use->physical[i] = MmGetPhysicalAddress(memory + i * PAGE_SIZE).QuadPart;
        use->byte[i] = memory[i * (BYTES - 1)];
    }
    memset(memory, 1, BYTES);
    MmFreeContiguousMemory(memory);
}

static void contiguous_memory_begins_with_a_page_and_is_one_piece(void **state)
{
    struct bench *b = *state;
    struct use use = {0};

    run(b, take_one_piece, &use);

    assert_int_equal((uintptr_t)use.memory[0] % PAGE_SIZE, 0);
    assert_int_equal(use.physical[0] % PAGE_SIZE, 0);
    assert_int_equal(use.physical[1], use.physical[0] + PAGE_SIZE);
    assert_int_equal(use.byte[0], 0xa5);
    assert_int_equal(use.byte[1], 0xa5);
    assert_int_equal(bench_record(b, HA_ALLOC, 0)->as.pool.size, BYTES);
    assert_int_equal(bench_count(b, HA_FREE), 1);
    expect_misuses(b, "");
}

static void take_pages_and_map_them(void *argument)
{
    struct use *use = argument;
    PMDL mdl = use->mdl[0] = take_pages(BYTES, 0);
    use->seen = *mdl;
    use->address = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    use->byte[0] = use->address[2 * PAGE_SIZE - 1];
    for (int i = 0; i < 2; i++) {
        use->page[i] = MmGetMdlPfnArray(mdl)[i];
        use->physical[i] = MmGetPhysicalAddress(use->address + i * PAGE_SIZE).QuadPart;
    }
    memset(use->address, 1, 2 * PAGE_SIZE);
    MmUnmapLockedPages(use->address, mdl);
    give_pages(mdl);
    mdl = take_pages(1, MM_DONT_ZERO_ALLOCATION);
    use->byte[1] = *(PUCHAR)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    give_pages(mdl);
}

static void pages_are_zeroed_unless_told_otherwise_and_have_an_address_once_they_are_mapped(
    void **state)
{
    struct bench *b = *state;
    struct use use = {0};

    run(b, take_pages_and_map_them, &use);

    assert_int_equal(use.seen.ByteCount, 2 * PAGE_SIZE);
    assert_int_equal(use.seen.ByteOffset, 0);
    assert_int_equal(use.seen.MdlFlags, MDL_PAGES_LOCKED);
    assert_null(use.seen.StartVa);
    assert_int_equal((uintptr_t)use.address % PAGE_SIZE, 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(use.page[i], use.physical[i] / PAGE_SIZE);
    assert_int_equal(use.page[1], use.page[0] + 1);
    assert_int_equal(use.byte[0], 0);
    assert_int_equal(use.byte[1], 0xa5);
    assert_null(b->machine->kernel.mdls);
    assert_null(b->machine->kernel.newest_block);
    expect_misuses(b, "");
}

static void ask_for_other_places(void *argument)
{
    struct use *use = argument;
    uint64_t first = FIRST, above = FIRST + ((uint64_t)1 << 30);
    use->memory[0] = MmAllocateContiguousMemory(PAGE_SIZE, at(first + PAGE_SIZE));
    use->memory[1] = MmAllocateContiguousMemory(0, at(above));
    use->memory[2] = MmAllocateContiguousMemory(PAGE_SIZE, at(0));
    use->mdl[0] = MmAllocatePagesForMdlEx(at(above), at(2 * above), at(0), 1, MmCached, 0);
    use->mdl[1] = MmAllocatePagesForMdlEx(at(0), at(first - 1), at(0), 1, MmCached, 0);
    use->mdl[2] = take_pages(0, 0);
    use->mdl[3] = take_pages((SIZE_T)1 << 32, 0);
}

static void there_are_none_outside_the_limits(void **state)
{
    static const uint32_t faults[] = {HA_RT_ALLOCATE_CONTIGUOUS, HA_RT_ALLOCATE_PAGES,
                                      HA_RT_ALLOCATE_PAGES};
    static const uint32_t refused[] = {HA_RT_ALLOCATE_CONTIGUOUS, HA_RT_ALLOCATE_CONTIGUOUS,
                                       HA_RT_ALLOCATE_PAGES, HA_RT_ALLOCATE_PAGES};
    struct bench *b = *state;
    struct use use = {0};

    run(b, ask_for_other_places, &use);

    for (size_t i = 0; i < COUNT(use.mdl); i++) {
        assert_null(use.memory[i]);
        assert_null(use.mdl[i]);
    }
    assert_int_equal(bench_count(b, HA_FAULT), COUNT(faults));
    for (size_t i = 0; i < COUNT(faults); i++)
        assert_int_equal(bench_record(b, HA_FAULT, i)->as.fault.routine, faults[i]);
    assert_int_equal(bench_count(b, HA_REFUSED), COUNT(refused));
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_int_equal(bench_record(b, HA_REFUSED, i)->as.refused.routine, refused[i]);
    assert_int_equal(bench_count(b, HA_ALLOC), 0);
}

static void give_to_the_wrong_routine(void *argument)
{
    PVOID pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, 1);        /* block 1 */
    PVOID contiguous = MmAllocateContiguousMemory(8, at(MAXULONG));         /* block 2 */
    PMDL mdl = take_pages(1, 0);                                            /* 3, and itself 4 */
    PMDL buffer = IoAllocateMdl(pool, 8, FALSE, FALSE, NULL);
    PVOID address = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    (void)argument;
    MmFreeContiguousMemory(pool);
    ExFreePool(contiguous);
    ExFreePool(address);
    MmFreePagesFromMdl(buffer);
    MmUnlockPages(mdl);
    IoFreeMdl(mdl);
    MmFreePagesFromMdl(mdl);
    MmFreePagesFromMdl(mdl);
    ExFreePool(mdl);
    MmFreeContiguousMemory(contiguous);
    MmFreeContiguousMemory(contiguous);
    IoFreeMdl(buffer);
    ExFreePool(pool);
}

/* POOL-2, POOL-3, OBJ-4, OBJ-6 */
static void what_goes_to_another_routine_than_its_own_is_found_and_stays(void **state)
{
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a POOL-3\na POOL-3\na POOL-3\na OBJ-4\na OBJ-4\na OBJ-6\na OBJ-4\na POOL-2\n";

    run(b, give_to_the_wrong_routine, &use);

    expect_misuses(b,
        "MmFreeContiguousMemory: this block is given back by another routine, 1\n"
        "ExFreePoolWithTag: this block is given back by another routine, 2\n"
        "ExFreePoolWithTag: this block is given back by another routine, 3\n"
        "MmFreePagesFromMdl: a reference that no driver holds, 0\n"
        "MmUnlockPages: a reference that no driver holds, 0\n"
        "IoFreeMdl: the kernel still has it in a queue or list, 1\n"
        "MmFreePagesFromMdl: there is no object, or none any more, 0\n"
        "MmFreeContiguousMemory: this block was never taken, or given back before, 0\n");
    assert_null(b->machine->kernel.mdls);
    assert_null(b->machine->kernel.newest_block);
}

static void free_the_mdl_first(void *argument)
{
    PMDL mdl = take_pages(1, 0);
    (void)argument;
    ExFreePool(mdl);
    MmFreePagesFromMdl(mdl);
}

/* OBJ-6 */
static void an_mdl_whose_pages_are_not_given_back_is_not_given_back_itself(void **state)
{
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a OBJ-6\n";

    run(b, free_the_mdl_first, &use);

    expect_misuses(b, "ExFreePoolWithTag: the kernel still has it in a queue or list, 1\n");
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.argument, HA_LEFT_MDL);
    assert_null(b->machine->kernel.mdls);
}

static void write_beyond(void *argument)
{
    PUCHAR memory = MmAllocateContiguousMemory(BYTES, at(MAXULONG));
    (void)argument;
    ha_pool_block_write(memory, BYTES);
    MmFreeContiguousMemory(memory);
}

/* POOL-1 */
static void writing_beyond_the_end_is_found(void **state)
{
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a POOL-1\n";

    run(b, write_beyond, &use);

    expect_misuses(b, "MmFreeContiguousMemory: written beyond the end of a block, 1\n");
}

static void call_from_high_up(void *argument)
{
    KIRQL old;
    (void)argument;
    KeRaiseIrql(APC_LEVEL, &old);
    give_pages(take_pages(1, 0));
    KeRaiseIrql(DISPATCH_LEVEL, &(KIRQL){0});
    MmFreeContiguousMemory(MmAllocateContiguousMemory(1, at(MAXULONG)));
    give_pages(take_pages(1, 0));
    KeRaiseIrql(DISPATCH_LEVEL + 1, &(KIRQL){0});
    MmFreeContiguousMemory(MmAllocateContiguousMemory(1, at(MAXULONG)));
    KeLowerIrql(old);
}

/* IRQL-4 */
static void each_routine_has_its_highest_irql(void **state)
{
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\na IRQL-4\n";

    run(b, call_from_high_up, &use);

    expect_misuses(b, "MmAllocatePagesForMdlEx: called at a raised IRQL, 0\n"
                      "MmFreePagesFromMdl: called at a raised IRQL, 0\n"
                      "MmAllocateContiguousMemory: called at a raised IRQL, 0\n"
                      "MmFreeContiguousMemory: called at a raised IRQL, 0\n");
}

static void keep_all(void *argument)
{
    struct use *use = argument;
    use->memory[0] = MmAllocateContiguousMemory(1, at(MAXULONG));
    use->mdl[0] = take_pages(1, 0);
    use->mdl[1] = take_pages(1, 0);
    MmFreePagesFromMdl(use->mdl[1]);
}

/* DRV-9 */
static void what_is_left_is_found_as_pool(void **state)
{
    struct bench *b = *state;
    struct use use = {0};
    b->findings = "a DRV-9\n";      /* one for all blocks */
    run(b, keep_all, &use);

    bench_unload(b, &b->driver[0]);

    assert_int_equal(bench_count(b, HA_LEFT_BEHIND), 0);
    assert_null(b->machine->kernel.mdls);
}

static void take_and_give(void *argument)
{
    struct use *use = argument;
    use->memory[0] = MmAllocateContiguousMemory(BYTES, at(MAXULONG));
    use->mdl[0] = take_pages(BYTES, 0);
    if (use->memory[0])
        MmFreeContiguousMemory(use->memory[0]);
    if (use->mdl[0])
        give_pages(use->mdl[0]);
}

static void each_may_fail(void **state)
{
    size_t no_memory = 0, no_pages = 0;
    (void)state;
    for (uint32_t question = 0; question < 8; question++) {
        struct use use = {0};
        struct ha_text token = {0};
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_replay(b, &token, question, 1);
        run(b, take_and_give, &use);
        no_memory += !use.memory[0] && use.mdl[0];
        no_pages += use.memory[0] && !use.mdl[0];
        bench_teardown((void **)&b);
        ha_text_close(&token);
    }
    assert_int_equal(no_memory, 1);
    assert_int_equal(no_pages, 1);
}

/* Leave the arena about so many bytes, and then ask for pages. */
static void take_pages_of_what_is_left(void *argument)
{
    struct use *use = argument;
    struct ha_arena *arena = &use->b->machine->kernel.world.host->arena;
    for (size_t size = 16; size <= 512; size += 16)     /* no piece that was given back is left */
        for (int i = 0; i < 64; i++)
            ha_arena_take(arena, size);
    for (size_t size = (size_t)1 << 30; size >= 64; size /= 2)
        while (ha_arena_used(arena) + size + use->left <= arena->size)
            ha_arena_take(arena, size);
    use->mdl[0] = take_pages(1, 0);
    use->mdl[1] = (PMDL)(PVOID)use->b->machine->kernel.mdls;
}

static void without_memory_for_all_of_it_there_is_nothing(void **state)
{
    size_t no_pages = 0, no_mdl = 0;
    (void)state;
    for (size_t left = 0; left < 5 * PAGE_SIZE; left += 64) {
        struct use use = {.left = left};
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        b->findings = NULL;
        run(b, take_pages_of_what_is_left, &use);
        assert_true(!use.mdl[0] == !use.mdl[1]);
        if (!use.mdl[0]) {
            assert_null(b->machine->kernel.newest_block);
            uint32_t routine = bench_record(b, HA_FAULT, 0)->as.fault.routine;
            no_pages += routine == HA_RT_ALLOCATE_PAGES;
            no_mdl += routine == HA_RT_ALLOCATE_POOL;
        }
        bench_teardown((void **)&b);
    }
    assert_int_not_equal(no_pages, 0);
    assert_int_not_equal(no_mdl, 0);
    assert_in_range(no_pages + no_mdl, 2, 5 * PAGE_SIZE / 64 - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(contiguous_memory_begins_with_a_page_and_is_one_piece),
        BENCH_TEST(
            pages_are_zeroed_unless_told_otherwise_and_have_an_address_once_they_are_mapped),
        BENCH_TEST(there_are_none_outside_the_limits),
        BENCH_TEST(what_goes_to_another_routine_than_its_own_is_found_and_stays),
        BENCH_TEST(an_mdl_whose_pages_are_not_given_back_is_not_given_back_itself),
        BENCH_TEST(writing_beyond_the_end_is_found),
        BENCH_TEST(each_routine_has_its_highest_irql),
        BENCH_TEST(what_is_left_is_found_as_pool),
        cmocka_unit_test(each_may_fail),
        cmocka_unit_test(without_memory_for_all_of_it_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
