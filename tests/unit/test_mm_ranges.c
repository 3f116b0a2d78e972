/* mm_ranges: which memory there is */
#include "unit/bench.h"

#define GIB ((uint64_t)1 << 30)

static const struct ha_memory_options boot[] = {{4 * GIB, GIB}, {0, GIB}, {GIB, GIB}};

static void have_memory(struct bench *b)
{
    b->options.partition.memory = boot;
    b->options.partition.memory_count = 3;
}

struct asking {
    PPHYSICAL_MEMORY_RANGE list[3];
    PHYSICAL_MEMORY_RANGE kept[5];
    KIRQL irql;
    bool keeps;
};

static void ask(void *argument)
{
    struct asking *asking = argument;
    KIRQL before = PASSIVE_LEVEL;
    if (asking->irql)
        KeRaiseIrql(asking->irql, &before);
    asking->list[0] = MmGetPhysicalMemoryRanges();
    asking->list[1] = MmGetPhysicalMemoryRangesEx(NULL);
    asking->list[2] = MmGetPhysicalMemoryRangesEx2(NULL, 0);
    if (asking->irql)
        KeLowerIrql(before);
    if (asking->list[0])
        memcpy(asking->kept, asking->list[0], 4 * sizeof asking->kept[0]);
    for (int i = asking->keeps; i < 3; i++)
        if (asking->list[i])
            ExFreePool(asking->list[i]);
}

static void expect_range(const PHYSICAL_MEMORY_RANGE *range, uint64_t base, uint64_t size)
{
    assert_int_equal(range->BaseAddress.QuadPart, base);
    assert_int_equal(range->NumberOfBytes.QuadPart, size);
}

/* MEM-3 */
static void the_list_ascends_keeps_neighbours_apart_and_ends_with_zeroes(void **state)
{
    struct bench *b = *state;
    struct asking asking = {0};
    have_memory(b);

    bench_run(b, bench_driver(b, "a"), ask, &asking);

    expect_range(&asking.kept[0], 0, GIB);
    expect_range(&asking.kept[1], GIB, GIB);
    expect_range(&asking.kept[2], 4 * GIB, GIB);
    expect_range(&asking.kept[3], 0, 0);
    assert_int_equal(bench_count(b, HA_QUERY), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(asking.list[i]);
        assert_int_equal(bench_record(b, HA_QUERY, i)->as.query.routine, HA_RT_MEMORY_RANGES);
        assert_int_equal(bench_record(b, HA_QUERY, i)->as.query.result, 3);
        assert_int_equal(bench_record(b, HA_QUERY, i)->as.query.output, 3 * GIB);
    }
    assert_int_equal(bench_count(b, HA_ALLOC), 3);
    assert_int_equal(bench_count(b, HA_FREE), 3);
}

static void give_back(void *argument)
{
    ExFreePool(argument);
}

/* MEM-3 */
static void a_list_taken_before_an_add_stays_as_it_is(void **state)
{
    const struct ha_memory_add_options options = {2 * GIB, GIB, 0};
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    struct asking before = {.keeps = true}, after = {0};
    have_memory(b);

    bench_run(b, a, ask, &before);
    assert_int_equal(ha_machine_add_memory(b->machine, 0, &options), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);
    bench_run(b, a, ask, &after);

    assert_memory_equal(before.list[0], before.kept, 4 * sizeof before.kept[0]);
    expect_range(&before.kept[2], 4 * GIB, GIB);
    expect_range(&after.kept[2], 2 * GIB, GIB);
    expect_range(&after.kept[3], 4 * GIB, GIB);
    bench_run(b, a, give_back, before.list[0]);
}

/* MEM-3 */
static void a_machine_without_memory_has_an_empty_list(void **state)
{
    struct bench *b = *state;
    struct asking asking = {0};

    bench_run(b, bench_driver(b, "a"), ask, &asking);

    assert_non_null(asking.list[0]);
    expect_range(&asking.kept[0], 0, 0);
}

static void above_passive_level_there_is_no_list(void **state)
{
    struct bench *b = *state;
    struct asking asking = {.irql = APC_LEVEL};
    b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\n";

    bench_run(b, bench_driver(b, "a"), ask, &asking);

    for (int i = 0; i < 3; i++) {
        assert_null(asking.list[i]);
        assert_int_equal(bench_record(b, HA_REFUSED, (size_t)i)->as.refused.routine,
                         HA_RT_MEMORY_RANGES);
        assert_int_equal(bench_record(b, HA_REFUSED, (size_t)i)->as.refused.reason,
                         HA_REASON_IRQL);
    }
    assert_int_equal(bench_count(b, HA_QUERY), 0);
}

static void count_in_start(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    struct asking asking = {0};
    (void)driver, (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        ask(&asking);
}

/* REG-2 */
static void a_callback_gets_a_list_at_the_irql_that_it_was_called_at(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->act = count_in_start;
    bench_turn(b, "callback_irql", "apc");

    bench_add_processor(b);

    assert_int_equal(bench_count(b, HA_QUERY), 3);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->irql, APC_LEVEL);
}

static void ask_for_others(void *argument)
{
    struct asking *asking = argument;
    asking->list[0] = MmGetPhysicalMemoryRangesEx(asking);
    asking->list[1] = MmGetPhysicalMemoryRangesEx2(asking, 0);
    asking->list[2] = MmGetPhysicalMemoryRangesEx2(NULL, 1);
}

static void other_partitions_and_kinds_of_memory_are_refused(void **state)
{
    struct bench *b = *state;
    struct asking asking = {0};

    bench_run(b, bench_driver(b, "a"), ask_for_others, &asking);

    for (int i = 0; i < 3; i++) {
        assert_null(asking.list[i]);
        assert_int_equal(bench_record(b, HA_REFUSED, (size_t)i)->as.refused.reason,
                         HA_REASON_NOT_SIMULATED);
    }
}

static void fill_and_ask(void *argument)
{
    struct asking *asking = argument;
    while (ExAllocatePool2(POOL_FLAG_PAGED, 64, 0x6c6c6946))
        ;
    asking->list[0] = MmGetPhysicalMemoryRanges();
}

static void without_memory_there_is_no_list(void **state)
{
    struct bench *b = *state;
    struct asking asking = {0};
    b->findings = NULL;

    bench_run(b, bench_driver(b, "a"), fill_and_ask, &asking);

    assert_null(asking.list[0]);
    assert_int_equal(bench_count(b, HA_QUERY), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(the_list_ascends_keeps_neighbours_apart_and_ends_with_zeroes),
        BENCH_TEST(a_list_taken_before_an_add_stays_as_it_is),
        BENCH_TEST(a_machine_without_memory_has_an_empty_list),
        BENCH_TEST(above_passive_level_there_is_no_list),
        BENCH_TEST(a_callback_gets_a_list_at_the_irql_that_it_was_called_at),
        BENCH_TEST(other_partitions_and_kinds_of_memory_are_refused),
        BENCH_TEST(without_memory_there_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
