/* ex_pool: which kinds of pool each routine knows, and what the memory holds at first */
#include "unit/bench.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define PERP 0x70726550u
#define NONE 0x656e6f4eu

/* A way to take memory, and what is expected of it. */
struct way {
    const char *label;
    PVOID (*take)(SIZE_T size);
    bool zeroed;
    uintptr_t alignment;        /* of blocks that are smaller than a page */
    ULONG tag;
};

#define WAY(name, call) static PVOID name(SIZE_T size) { return call; }
WAY(by_2, ExAllocatePool2(POOL_FLAG_NON_PAGED, size, PERP))
WAY(by_2_executable, ExAllocatePool2(POOL_FLAG_NON_PAGED_EXECUTE, size, PERP))
WAY(by_2_unwritten, ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_UNINITIALIZED, size, PERP))
WAY(by_2_aligned, ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED, size, PERP))
WAY(by_2_with_all, ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_USE_QUOTA | POOL_FLAG_SESSION |
                                   POOL_FLAG_RAISE_ON_FAILURE | POOL_FLAG_SPECIAL_POOL |
                                   POOL_FLAG_OPTIONAL_END, size, PERP))
WAY(by_tag, ExAllocatePoolWithTag(NonPagedPoolNx, size, PERP))
WAY(by_tag_zeroed,
    ExAllocatePoolWithTag((POOL_TYPE)(PagedPool | POOL_ZERO_ALLOCATION), size, PERP))
WAY(by_tag_aligned, ExAllocatePoolWithTag(NonPagedPoolNxCacheAligned, size, PERP))
WAY(by_priority, ExAllocatePoolWithTagPriority(PagedPool, size, PERP, LowPoolPriority))
WAY(by_quota, ExAllocatePoolWithQuotaTag(PagedPool, size, PERP))
WAY(by_zero, ExAllocatePoolZero(PagedPoolCacheAligned, size, PERP))
WAY(by_uninitialized, ExAllocatePoolUninitialized(NonPagedPool, size, PERP))
WAY(by_none, ExAllocatePool(PagedPool, size))

static const struct way ways[] = {
    {"ExAllocatePool2", by_2, true, 16, PERP},
    {"ExAllocatePool2, with execute rights", by_2_executable, true, 16, PERP},
    {"ExAllocatePool2, uninitialized", by_2_unwritten, false, 16, PERP},
    {"ExAllocatePool2, cache aligned", by_2_aligned, true, 64, PERP},
    {"ExAllocatePool2, with all that changes nothing", by_2_with_all, true, 16, PERP},
    {"ExAllocatePoolWithTag", by_tag, false, 16, PERP},
    {"ExAllocatePoolWithTag, zeroed", by_tag_zeroed, true, 16, PERP},
    {"ExAllocatePoolWithTag, cache aligned", by_tag_aligned, false, 64, PERP},
    {"ExAllocatePoolWithTagPriority", by_priority, false, 16, PERP},
    {"ExAllocatePoolWithQuotaTag", by_quota, false, 16, PERP},
    {"ExAllocatePoolZero", by_zero, true, 64, PERP},
    {"ExAllocatePoolUninitialized", by_uninitialized, false, 16, PERP},
    {"ExAllocatePool", by_none, false, 16, NONE},
};

static const SIZE_T sizes[] = {1, 16, 100, 1000, 4095, 4096, 4097, 10000};

/* Every size in every way, twice, so that the second block lies where a written one was. */
static void take_in_all_ways(void *argument)
{
    size_t *wrong = argument;
    for (size_t w = 0; w < COUNT(ways); w++) {
        for (size_t s = 0; s < 2 * COUNT(sizes); s++) {
            SIZE_T size = sizes[s / 2];
            uintptr_t alignment = size < 4096 ? ways[w].alignment : 4096;
            unsigned char *memory = ways[w].take(size);
            size_t bad = (uintptr_t)memory % alignment != 0;
            for (SIZE_T i = 0; i < size; i++)
                bad += memory[i] != (ways[w].zeroed ? 0 : 0xa5);
            if (bad)
                print_error("%s: %zu bytes: %zu wrong\n", ways[w].label, (size_t)size, bad);
            *wrong += bad;
            memset(memory, 0xff, size);
            ExFreePoolWithTag(memory, ways[w].tag);
        }
    }
}

static void every_routine_aligns_and_fills_as_its_page_says(void **state)
{
    struct bench *b = *state;
    size_t wrong = 0;

    bench_run(b, bench_driver(b, "a"), take_in_all_ways, &wrong);

    assert_int_equal(wrong, 0);
    assert_int_equal(bench_count(b, HA_ALLOC), 2 * COUNT(ways) * COUNT(sizes));
    for (size_t i = 0; i < bench_count(b, HA_ALLOC); i++)
        assert_int_equal(bench_record(b, HA_ALLOC, i)->as.pool.tag,
                         ways[i / (2 * COUNT(sizes))].tag);
}

/* What has no kind, or two, or asks for what is not known. */
static void ask_for_what_there_is_not(void *argument)
{
    static const POOL_FLAGS flags[] = {
        0, POOL_FLAG_UNINITIALIZED, POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED,
        POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE,
        POOL_FLAG_NON_PAGED | POOL_FLAG_RESERVED1, POOL_FLAG_PAGED | POOL_FLAG_RESERVED2,
        POOL_FLAG_PAGED | POOL_FLAG_RESERVED3, POOL_FLAG_PAGED | 0x800,
        POOL_FLAG_PAGED | POOL_FLAG_REQUIRED_END};
    size_t *given = argument;
    for (size_t i = 0; i < COUNT(flags); i++)
        *given += ExAllocatePool2(flags[i], 16, PERP) != NULL;
    *given += ExAllocatePoolWithTag(NonPagedPoolMustSucceed, 16, PERP) != NULL;
}

static void what_cannot_be_had_is_refused(void **state)
{
    struct bench *b = *state;
    size_t given = 0;

    bench_run(b, bench_driver(b, "a"), ask_for_what_there_is_not, &given);

    assert_int_equal(given, 0);
    assert_int_equal(bench_count(b, HA_ALLOC), 0);
    assert_int_equal(bench_count(b, HA_REFUSED), 10);
    for (size_t i = 0; i < 10; i++) {
        const struct ha_record *refused = bench_record(b, HA_REFUSED, i);
        assert_int_equal(refused->as.refused.routine, HA_RT_ALLOCATE_POOL);
        assert_int_equal(refused->as.refused.reason, HA_REASON_UNKNOWN_FLAGS);
    }
}

static void take_too_much(void *argument)
{
    size_t *given = argument;
    for (size_t w = 0; w < COUNT(ways); w++)
        *given += ways[w].take(SIZE_MAX - w) != NULL;
}

static void every_routine_gives_null_when_there_is_not_enough(void **state)
{
    struct bench *b = *state;
    size_t given = 0;

    bench_run(b, bench_driver(b, "a"), take_too_much, &given);

    assert_int_equal(given, 0);
    assert_int_equal(bench_count(b, HA_FAULT), COUNT(ways));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(every_routine_aligns_and_fills_as_its_page_says),
        BENCH_TEST(what_cannot_be_had_is_refused),
        BENCH_TEST(every_routine_gives_null_when_there_is_not_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
