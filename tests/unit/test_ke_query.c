/* ke_query: counts, masks, groups and conversions, at rest and inside callbacks */
#include "unit/bench.h"

#include <string.h>

/* Everything that can be asked about processors. */
struct picture {
    ULONG count, count_all, count_group[3], maximum, maximum_all, maximum_group[3];
    KAFFINITY mask, legacy_mask, mask_of_count, mask_group[3];
    USHORT groups, maximum_groups;
};

static struct picture take_picture(void)
{
    struct picture picture;
    memset(&picture, 0, sizeof picture);
    picture.count = KeQueryActiveProcessorCount(&picture.mask_of_count);
    picture.count_all = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    picture.legacy_mask = KeQueryActiveProcessors();
    picture.mask = KeQueryGroupAffinity(0);
    picture.maximum = KeQueryMaximumProcessorCount();
    picture.maximum_all = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    picture.groups = KeQueryActiveGroupCount();
    picture.maximum_groups = KeQueryMaximumGroupCount();
    for (USHORT group = 0; group < 3; group++) {
        picture.count_group[group] = KeQueryActiveProcessorCountEx(group);
        picture.maximum_group[group] = KeQueryMaximumProcessorCountEx(group);
        picture.mask_group[group] = KeQueryGroupAffinity(group);
    }
    return picture;
}

/* The pictures that a driver takes, by state. */
static void take_it_inside(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    struct picture *picture = driver->extra;
    (void)operation_status;
    picture[change->State] = take_picture();
}

/* Group 0 has 2 of 2 processors, group 1 none of 4. */
static void full_group_and_empty_group(struct bench *b)
{
    b->options.partition.group_count = 0;
    bench_group(b, 2, 0x3);
    bench_group(b, 4, 0);
}

/* QRY-1, QRY-2, QRY-4, QRY-7: the first processor of an empty group */
static void everything_changes_together_between_start_and_complete(void **state)
{
    struct bench *b = *state;
    b->findings = "a QRY-24\n";
    struct picture seen[3];
    full_group_and_empty_group(b);
    struct driver *a = bench_driver(b, "a");
    a->act = take_it_inside;
    a->extra = seen;
    bench_load(b);
    struct picture before = take_picture();

    bench_add_processor(b);

    struct picture after = take_picture(), expected = before;
    assert_memory_equal(&seen[KeProcessorAddStartNotify], &before, sizeof before);
    expected.count_all = 3;
    expected.count_group[1] = 1;
    expected.mask_group[1] = 1;
    expected.groups = 2;
    assert_memory_equal(&seen[KeProcessorAddCompleteNotify], &expected, sizeof expected);
    assert_memory_equal(&after, &expected, sizeof expected);
    expect_calls(b, "a.ke1 Start 2\na.ke1 Complete 2\n");
}

/* QRY-3, QRY-5 */
static void a_failed_add_changes_nothing_that_can_be_asked(void **state)
{
    struct bench *b = *state;
    struct picture seen[3];
    full_group_and_empty_group(b);
    struct driver *a = bench_driver(b, "a");
    a->act = take_it_inside;
    a->extra = seen;
    bench_load(b);
    struct picture before = take_picture();

    bench_add(b, (struct ha_add_options){HA_ANYWHERE,
                                         .hardware_start = STATUS_IO_TIMEOUT});

    struct picture after = take_picture();
    assert_memory_equal(&seen[KeProcessorAddStartNotify], &before, sizeof before);
    assert_memory_equal(&seen[KeProcessorAddFailureNotify], &before, sizeof before);
    assert_memory_equal(&after, &before, sizeof before);
    expect_calls(b, "a.ke1 Start 2\na.ke1 Failure 2 (STATUS_IO_TIMEOUT)\n");
}

/* QRY-5 */
static void maxima_never_change_and_counts_never_fall(void **state)
{
    struct bench *b = *state;
    full_group_and_empty_group(b);
    bench_load(b);
    struct picture before = take_picture();
    for (int i = 0; i < 5; i++) {
        bench_add(b, (struct ha_add_options){HA_ANYWHERE,
                                             .hardware_start = i % 2 ? STATUS_IO_TIMEOUT : 0});
        struct picture now = take_picture();
        assert_true(now.count_all >= before.count_all);
        assert_true(now.groups >= before.groups);
        assert_int_equal(now.maximum, 2);
        assert_int_equal(now.maximum_all, 6);
        assert_int_equal(now.maximum_groups, 2);
        before = now;
    }

    assert_int_equal(before.count_all, 5);
}

/* QRY-6 */
static void the_old_routines_speak_of_group_0_only(void **state)
{
    struct bench *b = *state;
    full_group_and_empty_group(b);
    bench_add_processor(b);

    KAFFINITY mask = 0;
    assert_int_equal(KeQueryActiveProcessorCount(&mask), 2);
    assert_int_equal(mask, 0x3);
    assert_int_equal(KeQueryActiveProcessorCount(NULL), 2);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.output, 0x3);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->as.query.output, 0);
    assert_int_equal(KeQueryActiveProcessors(), 0x3);
    assert_int_equal(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS), 3);
}

/* QRY-6: legacy_count=all */
static void the_old_count_is_that_of_all_groups_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "legacy_count", "all");
    full_group_and_empty_group(b);
    bench_add_processor(b);

    KAFFINITY mask = 0;
    assert_int_equal(KeQueryActiveProcessorCount(&mask), 3);
    assert_int_equal(mask, 0x3);
    assert_int_equal(KeQueryActiveProcessors(), 0x3);
}

/* QRY-7 */
static void a_group_that_does_not_exist_has_nothing(void **state)
{
    struct bench *b = *state;
    full_group_and_empty_group(b);
    bench_load(b);

    assert_int_equal(KeQueryActiveProcessorCountEx(2), 0);
    assert_int_equal(KeQueryGroupAffinity(2), 0);
    assert_int_equal(KeQueryGroupAffinity(ALL_PROCESSOR_GROUPS), 0);
    assert_int_equal(KeQueryMaximumProcessorCountEx(2), 0);
}

/* QRY-7 */
static void the_bits_of_a_mask_are_the_count_and_the_groups_add_up(void **state)
{
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 64, 0x8000000000000001u);
    bench_group(b, 8, 0x2a);
    bench_group(b, 4, 0);
    bench_load(b);

    assert_int_equal(KeQueryActiveProcessorCountEx(0), 2);
    assert_true(KeQueryGroupAffinity(0) == 0x8000000000000001u);
    assert_int_equal(KeQueryActiveProcessorCountEx(1), 3);
    assert_int_equal(KeQueryGroupAffinity(1), 0x2a);
    assert_int_equal(KeQueryActiveProcessorCountEx(2), 0);
    assert_int_equal(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS), 5);
    assert_int_equal(KeQueryActiveGroupCount(), 2);
    assert_int_equal(KeQueryMaximumGroupCount(), 3);
}

static void count_inside(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                         PNTSTATUS operation_status)
{
    ULONG *count = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        count[change->NtNumber] = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
}

/* QRY-8 */
static void a_new_processor_gets_the_old_count_as_its_index(void **state)
{
    struct bench *b = *state;
    ULONG count[8] = {0};
    struct driver *a = bench_driver(b, "a");
    a->act = count_inside;
    a->extra = count;

    bench_add(b, (struct ha_add_options){.group = 0, .number = 7, .node = HA_ANY_PLACE,
                                         .count = 3});

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n"
                    "a.ke1 Start 5\na.ke1 Complete 5\n"
                    "a.ke1 Start 6\na.ke1 Complete 6\n");
    for (ULONG index = 4; index < 7; index++)
        assert_int_equal(count[index], index);
}

/* QRY-9, QRY-8 */
static void conversions_are_inverse_over_all_indices(void **state)
{
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 8, 0x25);
    bench_group(b, 8, 0x82);
    bench_add(b, (struct ha_add_options){.group = 1, .number = 4, .node = HA_ANY_PLACE});

    for (ULONG index = 0; index < 6; index++) {
        PROCESSOR_NUMBER number = {.Reserved = 0xff};
        assert_int_equal(KeGetProcessorNumberFromIndex(index, &number), STATUS_SUCCESS);
        assert_int_equal(number.Reserved, 0);
        assert_int_equal(KeGetProcessorIndexFromNumber(&number), index);
        assert_int_equal(KeQueryGroupAffinity(number.Group) >> number.Number & 1, 1);
    }
}

/* QRY-9 */
static void what_no_processor_has_cannot_be_converted(void **state)
{
    static const ULONG indices[] = {4, 5, 7, 8, 64, HA_NO_INDEX};
    static const PROCESSOR_NUMBER numbers[] = {
        {.Group = 0, .Number = 4}, {.Group = 0, .Number = 63}, {.Group = 0, .Number = 64},
        {.Group = 0, .Number = 255}, {.Group = 1, .Number = 0}, {.Group = 0xffff, .Number = 0}};
    struct bench *b = *state;
    bench_load(b);
    for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++) {
        PROCESSOR_NUMBER number = {.Group = 7, .Number = 7, .Reserved = 7};
        assert_int_equal(KeGetProcessorNumberFromIndex(indices[i], &number),
                         STATUS_INVALID_PARAMETER);
        assert_int_equal(number.Group, 7);
        assert_int_equal(number.Number, 7);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        PROCESSOR_NUMBER number = numbers[i];
        assert_true(KeGetProcessorIndexFromNumber(&number) == INVALID_PROCESSOR_INDEX);
    }
}

struct conversions {
    NTSTATUS status[3];     /* of index to number, by state */
    ULONG index[3];         /* of number to index */
};

static void convert_inside(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    struct conversions *seen = driver->extra;
    PROCESSOR_NUMBER number = {0};
    (void)operation_status;
    seen->status[change->State] = KeGetProcessorNumberFromIndex(change->NtNumber, &number);
    number = change->ProcNumber;
    seen->index[change->State] = KeGetProcessorIndexFromNumber(&number);
}

static void add_and_convert(struct bench *b, struct conversions *seen, int32_t hardware_start)
{
    struct driver *a = bench_driver(b, "a");
    a->act = convert_inside;
    a->extra = seen;
    bench_add(b, (struct ha_add_options){.group = 0, .number = 6, .node = HA_ANY_PLACE,
                                         .hardware_start = hardware_start});
}

/* QRY-10 */
static void the_incoming_processor_is_converted_from_start_to_failure(void **state)
{
    struct bench *b = *state;
    struct conversions seen;
    PROCESSOR_NUMBER number = {.Group = 0, .Number = 6};

    add_and_convert(b, &seen, STATUS_IO_TIMEOUT);

    assert_int_equal(seen.status[KeProcessorAddStartNotify], STATUS_SUCCESS);
    assert_int_equal(seen.index[KeProcessorAddStartNotify], 4);
    assert_int_equal(seen.status[KeProcessorAddFailureNotify], STATUS_SUCCESS);
    assert_int_equal(seen.index[KeProcessorAddFailureNotify], 4);
    assert_true(KeGetProcessorIndexFromNumber(&number) == INVALID_PROCESSOR_INDEX);
    assert_int_equal(KeGetProcessorNumberFromIndex(4, &number), STATUS_INVALID_PARAMETER);
}

/* QRY-10: number_map_at_start=invalid */
static void the_incoming_processor_is_unknown_at_start_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    struct conversions seen;
    bench_turn(b, "number_map_at_start", "invalid");

    add_and_convert(b, &seen, STATUS_SUCCESS);

    assert_int_equal(seen.status[KeProcessorAddStartNotify], STATUS_INVALID_PARAMETER);
    assert_true(seen.index[KeProcessorAddStartNotify] == INVALID_PROCESSOR_INDEX);
    assert_int_equal(seen.status[KeProcessorAddCompleteNotify], STATUS_SUCCESS);
    assert_int_equal(seen.index[KeProcessorAddCompleteNotify], 4);
}

/* QRY-11 */
static void a_new_processor_takes_the_lowest_free_number_of_the_lowest_group_with_room(void **state)
{
    static const PROCESSOR_NUMBER expected[] = {
        {.Group = 0, .Number = 1}, {.Group = 0, .Number = 3}, {.Group = 1, .Number = 0},
        {.Group = 1, .Number = 2}};
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 4, 0x5);
    bench_group(b, 3, 0x2);

    bench_add(b, (struct ha_add_options){HA_ANYWHERE,
                                         .count = 4});

    for (ULONG i = 0; i < 4; i++) {
        PROCESSOR_NUMBER number;
        assert_int_equal(KeGetProcessorNumberFromIndex(3 + i, &number), STATUS_SUCCESS);
        assert_int_equal(number.Group, expected[i].Group);
        assert_int_equal(number.Number, expected[i].Number);
    }
}

static void ask_at_high_level(void *argument)
{
    struct ha_thread *thread = ha_thread_current();
    PROCESSOR_NUMBER number = {0};
    ha_thread_set_irql(thread, HIGH_LEVEL);
    *(KIRQL *)argument = KeGetCurrentIrql();
    take_picture();
    KeGetProcessorNumberFromIndex(0, &number);
    KeGetProcessorIndexFromNumber(&number);
    ha_thread_set_irql(thread, PASSIVE_LEVEL);
}

/* QRY-16 */
static void all_of_them_may_be_asked_at_any_irql(void **state)
{
    struct bench *b = *state;
    KIRQL irql = 0;
    struct driver *a = bench_driver(b, "a");
    bench_load(b);
    bench_forget(b);

    bench_run(b, a, ask_at_high_level, &irql);

    assert_int_equal(irql, HIGH_LEVEL);
    assert_true(bench_count(b, HA_QUERY) > 10);
    assert_int_equal(bench_count(b, HA_REFUSED), 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    for (size_t i = 0; i < bench_count(b, HA_QUERY); i++)
        assert_int_equal(bench_record(b, HA_QUERY, i)->irql, HIGH_LEVEL);
}

/* QRY-19 */
static void a_maximum_includes_what_can_still_be_added(void **state)
{
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 64, 0x3);
    bench_group(b, 64, 0);
    bench_group(b, 5, 0x1f);
    bench_load(b);

    for (int i = 0; i < 2; i++) {
        assert_int_equal(KeQueryMaximumProcessorCount(), 64);
        assert_int_equal(KeQueryMaximumProcessorCountEx(0), 64);
        assert_int_equal(KeQueryMaximumProcessorCountEx(1), 64);
        assert_int_equal(KeQueryMaximumProcessorCountEx(2), 5);
        assert_int_equal(KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS), 133);
        bench_add_processor(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(everything_changes_together_between_start_and_complete),
        BENCH_TEST(a_failed_add_changes_nothing_that_can_be_asked),
        BENCH_TEST(maxima_never_change_and_counts_never_fall),
        BENCH_TEST(the_old_routines_speak_of_group_0_only),
        BENCH_TEST(the_old_count_is_that_of_all_groups_when_the_profile_says_so),
        BENCH_TEST(a_group_that_does_not_exist_has_nothing),
        BENCH_TEST(the_bits_of_a_mask_are_the_count_and_the_groups_add_up),
        BENCH_TEST(a_new_processor_gets_the_old_count_as_its_index),
        BENCH_TEST(conversions_are_inverse_over_all_indices),
        BENCH_TEST(what_no_processor_has_cannot_be_converted),
        BENCH_TEST(the_incoming_processor_is_converted_from_start_to_failure),
        BENCH_TEST(the_incoming_processor_is_unknown_at_start_when_the_profile_says_so),
        BENCH_TEST(a_new_processor_takes_the_lowest_free_number_of_the_lowest_group_with_room),
        BENCH_TEST(all_of_them_may_be_asked_at_any_irql),
        BENCH_TEST(a_maximum_includes_what_can_still_be_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
