/* free_memory: what is free, and the conditions that tell of it */
#include "unit/bench.h"

#define MIB ((uint64_t)1 << 20)

static const struct ha_memory_options boot[] = {{0, 4096 * MIB}};

static void have_memory(struct bench *b)
{
    b->options.partition.memory = boot;
    b->options.partition.memory_count = 1;
}

static void set_free(struct bench *b, uint64_t mib)
{
    assert_int_equal(ha_machine_set_free_memory(b->machine, mib * MIB), HA_OK);
}

/* MEM-6 */
static void each_threshold_that_is_crossed_is_told_once(void **state)
{
    struct bench *b = *state;
    have_memory(b);
    bench_forget(b);

    set_free(b, 1000);
    set_free(b, 96);
    set_free(b, 97);
    set_free(b, 32);
    set_free(b, 31);
    set_free(b, 30);
    set_free(b, 200);

    expect_records(b, "caller FREE_PAGES 256000 low 8192 high 24576 [4]\n"
                      "caller FREE_PAGES 24576 low 8192 high 24576 [4]\n"
                      "caller EVENT_CLEAR HighMemoryCondition [4]\n"
                      "caller FREE_PAGES 24832 low 8192 high 24576 [4]\n"
                      "caller EVENT_SET HighMemoryCondition [4]\n"
                      "caller FREE_PAGES 8192 low 8192 high 24576 [4]\n"
                      "caller EVENT_CLEAR HighMemoryCondition [4]\n"
                      "caller FREE_PAGES 7936 low 8192 high 24576 [4]\n"
                      "caller EVENT_SET LowMemoryCondition [4]\n"
                      "caller FREE_PAGES 7680 low 8192 high 24576 [4]\n"
                      "caller FREE_PAGES 51200 low 8192 high 24576 [4]\n"
                      "caller EVENT_CLEAR LowMemoryCondition [4]\n"
                      "caller EVENT_SET HighMemoryCondition [4]\n");
}

/* MEM-6 */
static void no_more_is_free_than_there_is(void **state)
{
    struct bench *b = *state;
    have_memory(b);
    bench_forget(b);

    set_free(b, 5000);

    expect_records(b, "caller FREE_PAGES 1048576 low 8192 high 24576 [4]\n");
}

static void a_run_that_has_ended_takes_no_word_on_memory(void **state)
{
    const struct ha_memory_add_options options = {0, 4096, 0};
    struct bench *b = *state;
    bench_finish(b);

    assert_int_equal(ha_machine_set_free_memory(b->machine, 1), HA_EBUSY);
    assert_int_equal(ha_machine_add_memory(b->machine, 0, &options), HA_EBUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(each_threshold_that_is_crossed_is_told_once),
        BENCH_TEST(no_more_is_free_than_there_is),
        BENCH_TEST(a_run_that_has_ended_takes_no_word_on_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
