/* mem_add: memory that is added to the running machine */
#include "unit/bench.h"

#define GIB ((uint64_t)1 << 30)
#define POOLS "0x200000000 0x100000000"
#define STEPS(array) {(array), sizeof(array) / sizeof(array)[0]}

static const struct ha_memory_options boot[] = {{0, 16 * GIB}};

static void have_memory(struct bench *b)
{
    b->options.partition.memory = boot;
    b->options.partition.memory_count = 1;
}

static void add_memory(struct bench *b, uint64_t base, uint64_t size, int32_t start)
{
    const struct ha_memory_add_options options = {base, size, start};
    assert_int_equal(ha_machine_add_memory(b->machine, 0, &options), HA_OK);
}

/* MEM-1, MEM-3, MEM-5 */
static void memory_comes_without_a_call_and_leaves_the_pools_as_they_were(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");
    have_memory(b);
    bench_forget(b);

    add_memory(b, 16 * GIB, 4 * GIB, 0);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);

    expect_records(b, "hot-add MEM_ADD_BEGIN 1 0x400000000+0x100000000 [4]\n"
                      "hot-add MEM_ONLINE 1 0x400000000+0x100000000 [4]\n"
                      "hot-add FREE_PAGES 5242880 low 16384 high 49152 [4]\n"
                      "hot-add DEVICE_STARTED 2 [4]\n"
                      "hot-add IFACE_UP 2 [4]\n"
                      "hot-add MEM_ADD_END 1 0 pools " POOLS " [4]\n");
}

/* MEM-7 */
static void memory_that_does_not_start_brings_nothing(void **state)
{
    struct bench *b = *state;
    have_memory(b);
    bench_forget(b);

    add_memory(b, 16 * GIB, 4 * GIB, STATUS_IO_TIMEOUT);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);

    expect_records(b, "hot-add MEM_ADD_BEGIN 1 0x400000000+0x100000000 [4]\n"
                      "hot-add MEM_ADD_END 1 STATUS_IO_TIMEOUT pools " POOLS " [4]\n");
}

/* MEM-7 */
static void a_range_that_cannot_lie_there_fails(void **state)
{
    static const struct { uint64_t base, size; int32_t status; } cases[] = {
        {16 * GIB - 4096, 8192, STATUS_CONFLICTING_ADDRESSES},
        {4096, 4096, STATUS_CONFLICTING_ADDRESSES},
        {UINT64_MAX - 4095, 8192, STATUS_INVALID_PARAMETER},
        {32 * GIB, 0, STATUS_INVALID_PARAMETER},
        {32 * GIB + 1, 4096, STATUS_INVALID_PARAMETER},
        {32 * GIB, 4097, STATUS_INVALID_PARAMETER},
    };
    size_t count = sizeof cases / sizeof cases[0];
    struct bench *b = *state;
    have_memory(b);
    bench_forget(b);

    for (size_t i = 0; i < count; i++)
        add_memory(b, cases[i].base, cases[i].size, 0);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);

    assert_int_equal(bench_count(b, HA_MEM_ADD_END), count);
    assert_int_equal(bench_count(b, HA_MEM_ONLINE), 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(bench_record(b, HA_MEM_ADD_END, i)->as.pool_limits.status,
                         cases[i].status);
}

/* HOT-9, MEM-1 */
static void processors_and_memory_come_one_after_the_other_in_the_order_posted(void **state)
{
    struct bench *b = *state;
    const struct ha_add_options processor = {HA_ANYWHERE};
    have_memory(b);
    bench_forget(b);

    add_memory(b, 64 * GIB, GIB, 0);
    assert_int_equal(ha_machine_add_processor(b->machine, 0, &processor), HA_OK);
    add_memory(b, 32 * GIB, GIB, STATUS_IO_TIMEOUT);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);

    expect_records(b, "hot-add MEM_ADD_BEGIN 1 0x1000000000+0x40000000 [4]\n"
                      "hot-add MEM_ONLINE 1 0x1000000000+0x40000000 [4]\n"
                      "hot-add FREE_PAGES 4456448 low 16384 high 49152 [4]\n"
                      "hot-add DEVICE_STARTED 2 [4]\n"
                      "hot-add IFACE_UP 2 [4]\n"
                      "hot-add MEM_ADD_END 1 0 pools " POOLS " [4]\n"
                      ADDED("4", "5")
                      "hot-add MEM_ADD_BEGIN 2 0x800000000+0x40000000 [5]\n"
                      "hot-add MEM_ADD_END 2 STATUS_IO_TIMEOUT pools " POOLS " [5]\n");
}

/* MEM-3, MEM-6 */
static void a_machine_without_memory_gets_its_first_range(void **state)
{
    struct bench *b = *state;
    bench_forget(b);

    add_memory(b, 0, GIB, 0);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);

    expect_records(b, "hot-add MEM_ADD_BEGIN 1 0x0+0x40000000 [4]\n"
                      "hot-add MEM_ONLINE 1 0x0+0x40000000 [4]\n"
                      "hot-add FREE_PAGES 262144 low 0 high 0 [4]\n"
                      "hot-add EVENT_SET HighMemoryCondition [4]\n"
                      "hot-add DEVICE_STARTED 1 [4]\n"
                      "hot-add IFACE_UP 1 [4]\n"
                      "hot-add MEM_ADD_END 1 0 pools 0x0 0x0 [4]\n");
}

/* MEM-3 */
static void an_add_for_which_the_kernel_has_no_room_fails(void **state)
{
    struct bench *b = *state;
    int32_t last = STATUS_SUCCESS;
    have_memory(b);
    b->options.arena_bytes = (size_t)1 << 17;
    bench_forget(b);

    for (uint64_t i = 0; NT_SUCCESS(last) && i < 10000; i++) {
        const struct ha_memory_add_options options = {(16 + i) * GIB, GIB, 0};
        if (ha_machine_add_memory(b->machine, 0, &options) != HA_OK ||
            ha_machine_run(b->machine) != HA_OK)
            break;
        last = bench_record(b, HA_MEM_ADD_END, i)->as.pool_limits.status;
    }

    assert_int_equal(last, STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(bench_count(b, HA_MEM_ONLINE) + 1, bench_count(b, HA_MEM_ADD_END));
}

static const struct ha_step count_ranges[] = {
    {.kind = HA_STEP_QUERY, .routine = HA_RT_MEMORY_RANGES, .name = "ranges"}};
static const struct ha_memory_add_options gib = {32 * GIB, GIB, 0};
static const struct ha_steps count = STEPS(count_ranges);

/* MEM-3, MEM-6 */
static void a_plan_adds_memory_and_says_how_much_is_free(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a"}};
    const struct ha_event_plan event[] = {
        {.due_ns = 5, .kind = HA_EVENT_FREE_MEMORY, .free_bytes = 4096},
        {.due_ns = 6, .kind = HA_EVENT_RUN, .run = &count},
        {.due_ns = 7, .kind = HA_EVENT_ADD_MEMORY, .memory = &gib},
        {.trigger = HA_AFTER_EVENT, .event = 2, .kind = HA_EVENT_RUN, .run = &count},
    };
    have_memory(b);

    bench_play(b, script, 1, event, 4);

    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.result, 1);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->as.query.result, 2);
    assert_int_equal(bench_record(b, HA_FREE_PAGES, 0)->as.pages.free, 1);
    assert_int_equal(bench_record(b, HA_FREE_PAGES, 1)->as.pages.free, 262145);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(memory_comes_without_a_call_and_leaves_the_pools_as_they_were),
        BENCH_TEST(memory_that_does_not_start_brings_nothing),
        BENCH_TEST(a_range_that_cannot_lie_there_fails),
        BENCH_TEST(processors_and_memory_come_one_after_the_other_in_the_order_posted),
        BENCH_TEST(a_machine_without_memory_gets_its_first_range),
        BENCH_TEST(an_add_for_which_the_kernel_has_no_room_fails),
        BENCH_TEST(a_plan_adds_memory_and_says_how_much_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
