/* story: memory that is added, and how much is free */
#include "unit/telling.h"

static struct ha_record *range(struct bench *b, enum ha_kind kind)
{
    struct ha_record *record = tale_add(&b->tale, kind, HOT_ADD, 1);
    record->as.memory.base = 0x400000000;
    record->as.memory.size = 0x100000000;
    return record;
}

static void memory_that_is_added_has_a_beginning_and_an_end(void **state)
{
    struct bench *b = *state;

    range(b, HA_MEM_ADD_BEGIN);
    range(b, HA_MEM_ONLINE);
    tale_add(&b->tale, HA_FREE_PAGES, HOT_ADD, 0)->as.pages.free = 0x100001;
    tale_add(&b->tale, HA_EVENT_SET, HOT_ADD, HA_CONDITION_HIGH);
    tale_add(&b->tale, HA_EVENT_CLEAR, HOT_ADD, HA_CONDITION_LOW);
    tale_add(&b->tale, HA_MEM_ADD_END, HOT_ADD, 1);

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   memory add 1 begins: 4 GiB at 0x400000000\n"
                 "    1.000 ms  hot-add     there are now 4 GiB at 0x400000000\n"
                 "    1.000 ms  hot-add     free memory: 4194308 KiB\n"
                 "    1.000 ms  hot-add     HighMemoryCondition is set\n"
                 "    1.000 ms  hot-add     LowMemoryCondition is cleared\n"
                 "    1.000 ms  hot-add   memory add 1 succeeds\n");
}

static void memory_that_is_not_added_is_one_line(void **state)
{
    struct bench *b = *state;

    range(b, HA_MEM_ADD_BEGIN);
    tale_add(&b->tale, HA_MEM_ADD_END, HOT_ADD, 1)->as.pool_limits.status = TIMED_OUT;

    expect_story(b, HEAD
                 "    1.000 ms  hot-add   memory add 1 fails: STATUS_IO_TIMEOUT\n");
}

static void the_limits_of_the_pools_make_no_line(void **state)
{
    struct bench *b = *state;

    tale_add(&b->tale, HA_POOL_LIMITS, CALLER, 0);

    expect_story(b, HEAD);
}

static void a_list_of_ranges_says_how_many_and_how_large(void **state)
{
    struct bench *b = *state;
    static const struct { uint64_t ranges, bytes; } answers[] = {
        {2, 0x500000000}, {1, 4096}, {0, 0}, {1, 1025}};

    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct ha_record *query = by_broken(tale_add(&b->tale, HA_QUERY, LOADER, 0));
        query->as.query.routine = HA_RT_MEMORY_RANGES;
        query->as.query.result = answers[i].ranges;
        query->as.query.output = answers[i].bytes;
    }

    expect_story(b, HEAD
        "    1.000 ms  system-3  broken MmGetPhysicalMemoryRanges() = 2 ranges, 20 GiB\n"
        "    1.000 ms  system-3  broken MmGetPhysicalMemoryRanges() = 1 range, 4 KiB\n"
        "    1.000 ms  system-3  broken MmGetPhysicalMemoryRanges() = 0 ranges, 0 bytes\n"
        "    1.000 ms  system-3  broken MmGetPhysicalMemoryRanges() = 1 range, 1025 bytes\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(memory_that_is_added_has_a_beginning_and_an_end),
        CASE(memory_that_is_not_added_is_one_line),
        CASE(the_limits_of_the_pools_make_no_line),
        CASE(a_list_of_ranges_says_how_many_and_how_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
