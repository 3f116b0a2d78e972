/* bitmap, bitmap_find: maps of bits */
#include "unit/bench.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NONE 0xffffffffu

struct misuse {
    uint32_t routine, misuse, id, argument;
};

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

static void bits_are_set_and_cleared_where_they_lie_and_nowhere_else(void **state)
{
    ULONG word[4] = {0, 0, 0, 0x12345678};
    RTL_BITMAP map;
    (void)state;
    RtlInitializeBitMap(&map, word, 96);

    RtlSetBit(&map, 33);
    RtlSetBits(&map, 30, 36);
    RtlClearBit(&map, 40);
    RtlClearBits(&map, 62, 3);
    RtlSetBits(&map, 96, 0);

    assert_int_equal(map.SizeOfBitMap, 96);
    assert_ptr_equal(map.Buffer, word);
    assert_int_equal(word[0], 0xc0000000);
    assert_int_equal(word[1], 0x3ffffeff);
    assert_int_equal(word[2], 0x00000002);
    assert_int_equal(word[3], 0x12345678);
    assert_true(RtlTestBit(&map, 65) && !RtlTestBit(&map, 64) && RtlCheckBit(&map, 30) == 1);
}

static void all_bits_are_changed_in_whole_words(void **state)
{
    ULONG word[3] = {5, 5, 5};
    RTL_BITMAP map, empty = {0, NULL};
    (void)state;
    RtlInitializeBitMap(&map, word, 33);

    RtlSetAllBits(&map);
    assert_true(word[0] == NONE && word[1] == NONE && word[2] == 5);
    assert_int_equal(RtlNumberOfSetBits(&map), 33);
    RtlClearAllBits(&map);
    assert_true(word[0] == 0 && word[1] == 0 && word[2] == 5);
    assert_int_equal(RtlNumberOfClearBits(&map), 33);
    RtlSetAllBits(&empty);
    assert_int_equal(RtlNumberOfSetBits(&empty) + RtlNumberOfClearBits(&empty), 0);
}

static void a_range_is_all_of_a_kind_only_if_it_is_in_the_bitmap_and_not_empty(void **state)
{
    static const struct { ULONG from, length; BOOLEAN set, clear; } cases[] = {
        {4, 4, TRUE, FALSE}, {4, 36, TRUE, FALSE}, {4, 37, FALSE, FALSE}, {3, 2, FALSE, FALSE},
        {0, 4, FALSE, TRUE}, {40, 10, FALSE, TRUE}, {40, 11, FALSE, FALSE}, {4, 0, FALSE, FALSE},
        {50, 1, FALSE, FALSE}, {49, NONE, FALSE, FALSE},
    };
    ULONG word[2] = {0xfffffff0, 0xff};
    RTL_BITMAP map;
    (void)state;
    RtlInitializeBitMap(&map, word, 50);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(RtlAreBitsSet(&map, cases[i].from, cases[i].length), cases[i].set);
        assert_int_equal(RtlAreBitsClear(&map, cases[i].from, cases[i].length), cases[i].clear);
    }
    assert_int_equal(RtlNumberOfSetBits(&map), 36);
    assert_int_equal(RtlNumberOfClearBits(&map), 14);
}

/* Clear: 0 to 3, 40 to 49, 60 to 67. Set: the others of 70. */
#define RUNS {0xfffffff0, 0x0ffc00ff, 0x30}

static void a_range_is_found_from_the_hint_on_and_then_from_the_beginning(void **state)
{
    static const struct { ULONG count, hint, clear, set; } cases[] = {
        {1, 0, 0, 4},       {4, 0, 0, 4},      {5, 0, 40, 4},   {10, 0, 40, 4}, {11, 0, NONE, 4},
        {4, 1, 40, 4},      {8, 43, 60, 50},    {2, 68, 0, 68},  {3, 68, 0, 4},  {9, 45, 40, 50},
        {36, 5, NONE, 4},   {37, 0, NONE, NONE}, {71, 0, NONE, NONE}, {1, 70, 0, 4},
        {0, 13, 8, 8},      {0, 99, 0, 0},
    };
    ULONG word[] = RUNS;
    RTL_BITMAP map;
    (void)state;
    RtlInitializeBitMap(&map, word, 70);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(RtlFindClearBits(&map, cases[i].count, cases[i].hint), cases[i].clear);
        assert_int_equal(RtlFindSetBits(&map, cases[i].count, cases[i].hint), cases[i].set);
    }
}

static void what_is_found_is_changed_only_where_it_was_found(void **state)
{
    ULONG word[] = RUNS;
    RTL_BITMAP map;
    (void)state;
    RtlInitializeBitMap(&map, word, 70);

    assert_int_equal(RtlFindClearBitsAndSet(&map, 6, 2), 40);
    assert_int_equal(RtlFindClearBitsAndSet(&map, 9, 0), NONE);
    assert_int_equal(RtlFindClearBitsAndSet(&map, 0, 44), 40);
    assert_int_equal(RtlFindSetBitsAndClear(&map, 2, 68), 68);
    assert_int_equal(RtlFindSetBitsAndClear(&map, 43, 0), NONE);

    assert_int_equal(word[0], 0xfffffff0);
    assert_int_equal(word[1], 0x0ffc3fff);
    assert_int_equal(word[2], 0);
}

static void a_run_is_told_from_where_one_looks(void **state)
{
    static const struct { ULONG from, next, next_length, last, last_length; } cases[] = {
        {0, 0, 4, 0, 1},     {2, 2, 2, 0, 3},    {4, 40, 10, 0, 4},  {45, 45, 5, 40, 6},
        {59, 60, 8, 40, 10}, {67, 67, 1, 60, 8}, {68, 70, 0, 60, 8}, {99, 99, 0, 60, 8},
    };
    ULONG word[] = RUNS, start;
    RTL_BITMAP map;
    (void)state;
    RtlInitializeBitMap(&map, word, 70);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(RtlFindNextForwardRunClear(&map, cases[i].from, &start),
                         cases[i].next_length);
        assert_int_equal(start, cases[i].next);
        assert_int_equal(RtlFindLastBackwardRunClear(&map, cases[i].from, &start),
                         cases[i].last_length);
        assert_int_equal(start, cases[i].last);
    }
    assert_int_equal(RtlFindFirstRunClear(&map, &start), 4);
    assert_int_equal(start, 0);
    assert_int_equal(RtlFindLongestRunClear(&map, &start), 10);
    assert_int_equal(start, 40);
    RtlSetAllBits(&map);
    assert_int_equal(RtlFindLastBackwardRunClear(&map, 9, &start), 0);
    assert_int_equal(start, 9);
    assert_int_equal(RtlFindLongestRunClear(&map, &start), 0);
    assert_int_equal(start, 0);
}

static void runs_are_the_first_or_the_longest(void **state)
{
    ULONG word[] = RUNS;
    RTL_BITMAP map;
    RTL_BITMAP_RUN run[4] = {{0, 0}};
    (void)state;
    RtlInitializeBitMap(&map, word, 70);

    assert_int_equal(RtlFindClearRuns(&map, run, 2, FALSE), 2);
    assert_memory_equal(run, ((RTL_BITMAP_RUN[]){{0, 4}, {40, 10}, {0, 0}}), 3 * sizeof run[0]);
    assert_int_equal(RtlFindClearRuns(&map, run, 2, TRUE), 2);
    assert_memory_equal(run, ((RTL_BITMAP_RUN[]){{40, 10}, {60, 8}, {0, 0}}), 3 * sizeof run[0]);
    assert_int_equal(RtlFindClearRuns(&map, run, 4, TRUE), 3);
    assert_memory_equal(run, ((RTL_BITMAP_RUN[]){{40, 10}, {60, 8}, {0, 4}, {0, 0}}), sizeof run);
    assert_int_equal(RtlFindClearRuns(&map, run, 0, TRUE), 0);
}

static void bits_of_a_number_are_counted_from_both_ends(void **state)
{
    (void)state;
    assert_int_equal(RtlFindLeastSignificantBit(0x8000000000000010), 4);
    assert_int_equal(RtlFindMostSignificantBit(0x8000000000000010), 63);
    assert_int_equal(RtlFindLeastSignificantBit(0), -1);
    assert_int_equal(RtlFindMostSignificantBit(0), -1);
    assert_int_equal(RtlNumberOfSetBitsUlongPtr(0x8000000000000011), 3);
}

static void go_beyond_the_end(void *argument)
{
    RTL_BITMAP *map = argument;
    RtlSetBit(map, 40);
    RtlClearBits(map, 30, 11);
    RtlSetBits(map, 99, NONE);
    assert_false(RtlTestBit(map, 40));
}

/* POOL-1 */
static void a_bit_that_the_bitmap_does_not_have_is_found_and_left_alone(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_SET_BITS, HA_MISUSE_BEYOND_BITMAP, 0, 40},
        {HA_RT_SET_BITS, HA_MISUSE_BEYOND_BITMAP, 0, 40},
        {HA_RT_SET_BITS, HA_MISUSE_BEYOND_BITMAP, 0, 99},
        {HA_RT_TEST_BIT, HA_MISUSE_BEYOND_BITMAP, 0, 40},
    };
    struct bench *b = *state;
    ULONG word[2] = {0xf0000000, 0xf00};
    RTL_BITMAP map = {40, word};
    b->findings = "a POOL-1\na POOL-1\na POOL-1\na POOL-1\n";

    bench_run(b, bench_driver(b, "a"), go_beyond_the_end, &map);

    expect_misuses(b, expected, COUNT(expected));
    assert_true(word[0] == 0xf0000000 && word[1] == 0xf00);
}

static void make_too_large(void *argument)
{
    PULONG memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 10, 1);
    RtlInitializeBitMap(argument, memory, 64);
    RtlInitializeBitMap(argument, memory, 65);
    ExFreePool(memory);
}

/* POOL-1 */
static void a_bitmap_that_its_block_does_not_hold_is_found_when_it_is_made(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_INITIALIZE_BITMAP, HA_MISUSE_BEYOND_MEMORY, 1, 2},
    };
    struct bench *b = *state;
    RTL_BITMAP map;
    b->findings = "a POOL-1\n";

    bench_run(b, bench_driver(b, "a"), make_too_large, &map);

    expect_misuses(b, expected, COUNT(expected));
    assert_int_equal(map.SizeOfBitMap, 65);
}

static void use_what_was_given_back(void *argument)
{
    PRTL_BITMAP map = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *map, 1);
    PULONG memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 1);
    (void)argument;
    RtlInitializeBitMap(map, memory, 512);
    RtlSetAllBits(map);
    ExFreePool(memory);
    RtlClearAllBits(map);
    assert_int_equal(RtlFindClearBits(map, 1, 0), NONE);
    ExFreePool(map);
    assert_int_equal(RtlNumberOfSetBits(map), 0);
}

/* POOL-2 */
static void a_bitmap_in_memory_that_was_given_back_is_found_and_left_alone(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_SET_BITS, HA_MISUSE_BAD_BLOCK, 0, 0},
        {HA_RT_FIND_BITS, HA_MISUSE_BAD_BLOCK, 0, 0},
        {HA_RT_TEST_BIT, HA_MISUSE_BAD_BLOCK, 0, 0},
    };
    struct bench *b = *state;
    b->findings = "a POOL-2\na POOL-2\na POOL-2\n";

    bench_run(b, bench_driver(b, "a"), use_what_was_given_back, NULL);

    expect_misuses(b, expected, COUNT(expected));
}

static void use_high_up(void *argument)
{
    PULONG paged = ExAllocatePool2(POOL_FLAG_PAGED, 64, 1);
    PULONG other = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 1);
    RTL_BITMAP *map = argument;
    KIRQL old;
    RtlInitializeBitMap(&map[0], paged, 512);
    RtlInitializeBitMap(&map[1], other, 512);
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    RtlSetBit(&map[0], 7);
    RtlSetBit(&map[1], 7);
    KeLowerIrql(old);
    assert_true(paged[0] == 0x80 && other[0] == 0x80);
    ExFreePool(paged);
    ExFreePool(other);
}

/* IRQL-4 */
static void paged_memory_is_for_low_levels_only(void **state)
{
    static const struct misuse expected[] = {
        {HA_RT_SET_BITS, HA_MISUSE_RAISED_IRQL, 0, APC_LEVEL},
    };
    struct bench *b = *state;
    RTL_BITMAP map[2];
    b->findings = "a IRQL-4\n";

    bench_run(b, bench_driver(b, "a"), use_high_up, map);

    expect_misuses(b, expected, COUNT(expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_set_and_cleared_where_they_lie_and_nowhere_else),
        cmocka_unit_test(all_bits_are_changed_in_whole_words),
        cmocka_unit_test(a_range_is_all_of_a_kind_only_if_it_is_in_the_bitmap_and_not_empty),
        cmocka_unit_test(a_range_is_found_from_the_hint_on_and_then_from_the_beginning),
        cmocka_unit_test(what_is_found_is_changed_only_where_it_was_found),
        cmocka_unit_test(a_run_is_told_from_where_one_looks),
        cmocka_unit_test(runs_are_the_first_or_the_longest),
        cmocka_unit_test(bits_of_a_number_are_counted_from_both_ends),
        BENCH_TEST(a_bit_that_the_bitmap_does_not_have_is_found_and_left_alone),
        BENCH_TEST(a_bitmap_that_its_block_does_not_hold_is_found_when_it_is_made),
        BENCH_TEST(a_bitmap_in_memory_that_was_given_back_is_found_and_left_alone),
        BENCH_TEST(paged_memory_is_for_low_levels_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
