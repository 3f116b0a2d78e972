/* ke_topology: NUMA nodes, and the processor that the caller runs on */
#include "unit/bench.h"

#include <string.h>

#define GROUPS 2u
#define NODES 4u

/*
 * Node 0 has two places of group 0; node 1 has two of each group; node 2 has none; node 3 has two
 * of group 1 that are empty at boot.
 */
static void four_nodes(struct bench *b)
{
    static const uint16_t of_group_0[] = {0, 0, 1, 1}, of_group_1[] = {1, 1, 3, 3};
    b->options.partition.group_count = 0;
    bench_group(b, 4, 0x5);
    bench_group(b, 4, 0x2);
    b->group[0].nodes = of_group_0;
    b->group[1].nodes = of_group_1;
}

/* Everything that can be asked about nodes. */
struct picture {
    USHORT highest;
    struct {
        ULONG active;
        USHORT maximum, count, groups;
        GROUP_AFFINITY affinity, affinities[GROUPS];
        NTSTATUS status;
    } node[NODES];
};

static struct picture take_picture(void)
{
    struct picture picture;
    memset(&picture, 0, sizeof picture);
    picture.highest = KeQueryHighestNodeNumber();
    for (USHORT n = 0; n < NODES; n++) {
        picture.node[n].active = KeQueryNodeActiveProcessorCount(n);
        picture.node[n].maximum = KeQueryNodeMaximumProcessorCount(n);
        KeQueryNodeActiveAffinity(n, &picture.node[n].affinity, &picture.node[n].count);
        picture.node[n].status = KeQueryNodeActiveAffinity2(n, picture.node[n].affinities, GROUPS,
                                                            &picture.node[n].groups);
    }
    return picture;
}

static void assert_affinity(GROUP_AFFINITY affinity, USHORT group, KAFFINITY mask)
{
    assert_int_equal(affinity.Group, group);
    assert_int_equal(affinity.Mask, mask);
    assert_int_equal(affinity.Reserved[0] | affinity.Reserved[1] | affinity.Reserved[2], 0);
}

/* QRY-12 */
static void a_node_has_the_processors_of_all_its_places(void **state)
{
    static const ULONG active[NODES] = {1, 2, 0, 0};
    static const USHORT maximum[NODES] = {2, 4, 0, 2};
    struct bench *b = *state;
    four_nodes(b);
    bench_load(b);

    struct picture picture = take_picture();

    assert_int_equal(picture.highest, 3);
    for (int n = 0; n < 4; n++) {
        assert_int_equal(picture.node[n].active, active[n]);
        assert_int_equal(picture.node[n].maximum, maximum[n]);
        assert_int_equal(picture.node[n].status, STATUS_SUCCESS);
    }
}

/* QRY-12 */
static void an_affinity_is_that_of_the_lowest_group_with_an_active_processor_of_the_node(
    void **state)
{
    static const struct { USHORT group; KAFFINITY mask; USHORT count; } expected[NODES] = {
        {0, 0x1, 1}, {0, 0x4, 1}, {0, 0, 0}, {1, 0, 0}};
    struct bench *b = *state;
    four_nodes(b);
    bench_load(b);

    struct picture picture = take_picture();

    for (int n = 0; n < 4; n++) {
        assert_affinity(picture.node[n].affinity, expected[n].group, expected[n].mask);
        assert_int_equal(picture.node[n].count, expected[n].count);
    }
}

static void a_group_without_an_active_processor_of_the_node_gives_way_to_one_that_has_some(
    void **state)
{
    static const uint16_t of_group_0[] = {0, 1};
    struct bench *b = *state;
    GROUP_AFFINITY affinity;
    USHORT count;
    b->options.partition.group_count = 0;
    bench_group(b, 2, 0x1);
    bench_group(b, 4, 0x6);
    b->group[0].nodes = of_group_0;
    b->group[1].node = 1;
    bench_load(b);

    KeQueryNodeActiveAffinity(1, &affinity, &count);

    assert_affinity(affinity, 1, 0x6);
    assert_int_equal(count, 2);
}

static void without_an_active_processor_a_node_is_shown_in_its_lowest_group(void **state)
{
    struct bench *b = *state;
    GROUP_AFFINITY affinity;
    b->options.partition.group_count = 0;
    bench_group(b, 2, 0x1);
    bench_group(b, 2, 0);
    bench_group(b, 2, 0);
    b->group[1].node = b->group[2].node = 1;
    bench_load(b);

    KeQueryNodeActiveAffinity(1, &affinity, NULL);

    assert_affinity(affinity, 1, 0);
}

static void the_wider_routine_gives_every_group_with_an_active_processor_of_the_node(void **state)
{
    struct bench *b = *state;
    four_nodes(b);
    bench_load(b);

    struct picture picture = take_picture();

    assert_int_equal(picture.node[1].groups, 2);
    assert_affinity(picture.node[1].affinities[0], 0, 0x4);
    assert_affinity(picture.node[1].affinities[1], 1, 0x2);
    assert_int_equal(picture.node[0].groups, 1);
    assert_affinity(picture.node[0].affinities[0], 0, 0x1);
    assert_affinity(picture.node[0].affinities[1], 0, 0);
    assert_int_equal(picture.node[3].groups, 0);
    assert_affinity(picture.node[3].affinities[0], 0, 0);
}

static void too_little_room_gets_the_number_of_groups_and_no_mask(void **state)
{
    struct bench *b = *state;
    GROUP_AFFINITY affinity[2] = {{.Mask = 7}, {.Mask = 7}};
    USHORT required = 0;
    four_nodes(b);
    bench_load(b);

    assert_int_equal(KeQueryNodeActiveAffinity2(1, affinity, 1, &required),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(required, 2);
    assert_int_equal(affinity[0].Mask, 7);
    required = 0;
    assert_int_equal(KeQueryNodeActiveAffinity2(1, NULL, 0, &required), STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(required, 2);
    assert_int_equal(KeQueryNodeActiveAffinity2(3, NULL, 0, &required), STATUS_SUCCESS);
    assert_int_equal(required, 0);
}

static void a_node_that_does_not_exist_has_nothing(void **state)
{
    static const USHORT nodes[] = {4, 63, 64, 0xffff};
    struct bench *b = *state;
    four_nodes(b);
    bench_load(b);
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        GROUP_AFFINITY affinity = {.Mask = 7, .Group = 7}, untouched = affinity;
        USHORT count = 7, required = 7;

        assert_int_equal(KeQueryNodeActiveProcessorCount(nodes[i]), 0);
        assert_int_equal(KeQueryNodeMaximumProcessorCount(nodes[i]), 0);
        assert_int_equal(KeQueryNodeActiveAffinity2(nodes[i], &untouched, 1, &required),
                         STATUS_INVALID_PARAMETER);
        assert_int_equal(required, 7);
        assert_int_equal(untouched.Mask, 7);
        KeQueryNodeActiveAffinity(nodes[i], &affinity, &count);
        assert_affinity(affinity, 0, 0);
        assert_int_equal(count, 0);
    }
}

static void take_it_inside(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    struct picture *picture = driver->extra;
    (void)operation_status;
    picture[change->State] = take_picture();
}

/* QRY-1, QRY-2, QRY-12: the first processor of a node */
static void a_node_grows_with_an_add_from_complete_on_and_its_maximum_stays(void **state)
{
    struct bench *b = *state;
    struct picture seen[3];
    struct driver *a = bench_driver(b, "a");
    a->act = take_it_inside;
    a->extra = seen;
    four_nodes(b);
    bench_load(b);
    struct picture before = take_picture(), expected = before;

    bench_add(b, (struct ha_add_options){.group = 1, .number = 3, .node = HA_ANY_PLACE});

    struct picture after = take_picture();
    expected.node[3].active = 1;
    expected.node[3].count = 1;
    expected.node[3].groups = 1;
    expected.node[3].affinity = (GROUP_AFFINITY){.Mask = 0x8, .Group = 1};
    expected.node[3].affinities[0] = expected.node[3].affinity;
    assert_memory_equal(&seen[KeProcessorAddStartNotify], &before, sizeof before);
    assert_memory_equal(&seen[KeProcessorAddCompleteNotify], &expected, sizeof expected);
    assert_memory_equal(&after, &expected, sizeof expected);
}

/* QRY-3, QRY-12 */
static void a_failed_add_leaves_every_node_as_it_was(void **state)
{
    struct bench *b = *state;
    struct picture seen[3];
    struct driver *a = bench_driver(b, "a");
    a->act = take_it_inside;
    a->extra = seen;
    four_nodes(b);
    bench_load(b);
    struct picture before = take_picture();

    bench_add(b, (struct ha_add_options){.group = 1, .number = 3, .node = HA_ANY_PLACE,
                                         .hardware_start = STATUS_IO_TIMEOUT});

    struct picture after = take_picture();
    assert_memory_equal(&seen[KeProcessorAddFailureNotify], &before, sizeof before);
    assert_memory_equal(&after, &before, sizeof before);
}

/* Where a thread is, by all three routines. */
struct whereabouts {
    ULONG index, old_number;
    PROCESSOR_NUMBER number;
    USHORT node;
    uint16_t stamped;       /* by the records of the same thread */
};

static void look_around(void *argument)
{
    struct whereabouts *here = argument;
    here->number.Reserved = 7;
    here->index = KeGetCurrentProcessorNumberEx(&here->number);
    here->old_number = KeGetCurrentProcessorNumber();
    here->node = KeGetCurrentNodeNumber();
    here->stamped = ha_thread_current()->stamp.processor;
}

/* QRY-14, QRY-17: processors 0 and 1 are numbers 0 and 2 of group 0; 2 is number 1 of group 1 */
static void a_thread_is_told_the_processor_that_it_runs_on(void **state)
{
    static const struct whereabouts expected[] = {
        {.index = 0, .old_number = 0, .number = {.Group = 0, .Number = 0}, .node = 0},
        {.index = 1, .old_number = 2, .number = {.Group = 0, .Number = 2}, .node = 1},
        {.index = 2, .old_number = 1, .number = {.Group = 1, .Number = 1}, .node = 1},
    };
    struct bench *b = *state;
    unsigned seen = 0;
    four_nodes(b);
    bench_load(b);
    for (int i = 0; i < 3; i++) {
        struct whereabouts here;

        bench_run(b, NULL, look_around, &here);

        assert_true(here.index < 3);
        assert_int_equal(here.index, here.stamped);
        assert_int_equal(here.old_number, expected[here.index].old_number);
        assert_int_equal(here.number.Group, expected[here.index].number.Group);
        assert_int_equal(here.number.Number, expected[here.index].number.Number);
        assert_int_equal(here.number.Reserved, 0);
        assert_int_equal(here.node, expected[here.index].node);
        seen |= 1u << here.index;
    }
    assert_int_equal(seen, 7);
}

/* QRY-17 */
static void the_old_number_outside_group_0_is_below_the_active_count_of_group_0(void **state)
{
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 4, 0xa);
    bench_group(b, 64, 0xfff0000000000000u);
    bench_load(b);
    for (int i = 0; i < 14; i++) {
        struct whereabouts here;

        bench_run(b, NULL, look_around, &here);

        if (here.number.Group == 0)
            assert_int_equal(here.old_number, here.number.Number);
        else
            assert_true(here.old_number < KeQueryActiveProcessorCount(NULL));
    }
}

static void look_inside(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                        PNTSTATUS operation_status)
{
    struct whereabouts *seen = driver->extra;
    (void)operation_status;
    look_around(&seen[change->State]);
}

/* QRY-14 */
static void nobody_runs_on_the_incoming_processor_in_start_or_failure(void **state)
{
    struct bench *b = *state;
    b->findings = "a QRY-24\n";
    struct whereabouts seen[3];
    struct driver *a = bench_driver(b, "a");
    a->act = look_inside;
    a->extra = seen;
    four_nodes(b);
    for (int i = 0; i < 6; i++) {
        bench_add(b, (struct ha_add_options){.group = 1, .number = 2, .node = HA_ANY_PLACE,
                                             .hardware_start = STATUS_IO_TIMEOUT});

        assert_true(seen[KeProcessorAddStartNotify].index < 3);
        assert_true(seen[KeProcessorAddFailureNotify].index < 3);
        assert_int_equal(seen[KeProcessorAddStartNotify].stamped,
                         seen[KeProcessorAddStartNotify].index);
    }
}

static void ask_at_high_level(void *argument)
{
    KIRQL old;
    KeRaiseIrql(HIGH_LEVEL, &old);
    look_around(argument);
    take_picture();
    KeGetCurrentProcessorNumberEx(NULL);
    KeQueryNodeActiveAffinity(0, NULL, NULL);
    KeLowerIrql(old);
}

/* QRY-16 */
static void all_of_them_may_be_asked_at_any_irql_and_say_no_more_than_they_are_asked(void **state)
{
    struct bench *b = *state;
    b->findings = "a QRY-24\n";
    struct whereabouts here;
    struct driver *a = bench_driver(b, "a");
    four_nodes(b);
    bench_load(b);
    bench_forget(b);

    bench_run(b, a, ask_at_high_level, &here);

    assert_int_equal(bench_count(b, HA_QUERY), 3 + 1 + 4 * NODES + 2);
    assert_int_equal(bench_count(b, HA_REFUSED), 0);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
    for (size_t i = 0; i < bench_count(b, HA_QUERY); i++)
        assert_int_equal(bench_record(b, HA_QUERY, i)->irql, HIGH_LEVEL);
}

static void ask_about_node_1(void)
{
    GROUP_AFFINITY affinity[2];
    PROCESSOR_NUMBER number;
    USHORT required;
    KeQueryHighestNodeNumber();
    KeGetCurrentNodeNumber();
    KeGetCurrentProcessorNumber();
    KeGetCurrentProcessorIndex();
    KeGetCurrentProcessorNumberEx(&number);
    KeQueryNodeActiveAffinity(1, NULL, NULL);
    KeQueryNodeActiveAffinity2(1, affinity, 2, &required);
    KeQueryNodeActiveAffinity2(1, affinity, 1, &required);
    KeQueryNodeActiveAffinity2(9, affinity, 2, &required);
    KeQueryNodeActiveProcessorCount(1);
    KeQueryNodeMaximumProcessorCount(1);
}

static void the_trace_has_every_question_with_its_answer(void **state)
{
    static const struct { enum ha_routine routine; uint32_t argument; uint64_t result, output; }
    expected[] = {
        {HA_RT_HIGHEST_NODE, 0, 3, 0},
        {HA_RT_CURRENT_NODE, 0, 1, 0},
        {HA_RT_CURRENT_PROCESSOR, 0, 2, 0},
        {HA_RT_CURRENT_PROCESSOR_EX, 0, 0, 0},
        {HA_RT_CURRENT_PROCESSOR_EX, 0, 0, 2},
        {HA_RT_NODE_AFFINITY, 1, 1, 0x4},
        {HA_RT_NODE_AFFINITY2, 1, 0, 2},
        {HA_RT_NODE_AFFINITY2, 1, 0xc0000023u, 2},
        {HA_RT_NODE_AFFINITY2, 9, 0xc000000du, 0},
        {HA_RT_NODE_ACTIVE_COUNT, 1, 2, 0},
        {HA_RT_NODE_MAXIMUM_COUNT, 1, 4, 0},
    };
    struct bench *b = *state;
    four_nodes(b);
    b->group[0].active_mask = 0x4;
    bench_load(b);
    bench_forget(b);

    ask_about_node_1();

    assert_int_equal(bench_count(b, HA_QUERY), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct ha_record *query = bench_record(b, HA_QUERY, i);
        assert_string_equal(ha_routine_name(query->as.query.routine),
                            ha_routine_name(expected[i].routine));
        assert_int_equal(query->as.query.argument, expected[i].argument);
        assert_int_equal(query->as.query.result, expected[i].result);
        assert_int_equal(query->as.query.output, expected[i].output);
    }
}

/* 32 groups of 64, each a node; the very last processor is missing. */
static void all_but_one(struct bench *b, struct ha_group_options group[32])
{
    for (uint16_t g = 0; g < 32; g++)
        group[g] = (struct ha_group_options){.maximum = 64, .active_mask = UINT64_MAX, .node = g};
    group[31].active_mask >>= 1;
    b->options.partition.group = group;
    b->options.partition.group_count = 32;
    b->options.arena_bytes = (size_t)8 << 20;
}

/* QRY-8, QRY-9, QRY-12, QRY-19: nothing depends on the host */
static void a_machine_of_2047_processors_gets_processor_2047(void **state)
{
    struct bench *b = *state;
    struct ha_group_options group[32];
    PROCESSOR_NUMBER number = {.Group = 0};
    GROUP_AFFINITY affinity;
    USHORT count;
    all_but_one(b, group);
    bench_driver(b, "a");

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 2047\na.ke1 Complete 2047\n");
    assert_int_equal(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS), 2048);
    assert_int_equal(KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS), 2048);
    assert_int_equal(KeQueryActiveProcessorCountEx(31), 64);
    assert_true(KeQueryGroupAffinity(31) == UINT64_MAX);
    assert_int_equal(KeQueryActiveGroupCount(), 32);
    assert_int_equal(KeGetProcessorNumberFromIndex(2047, &number), STATUS_SUCCESS);
    assert_int_equal(number.Group, 31);
    assert_int_equal(number.Number, 63);
    assert_int_equal(KeGetProcessorIndexFromNumber(&number), 2047);
    assert_int_equal(KeQueryHighestNodeNumber(), 31);
    assert_int_equal(KeQueryNodeActiveProcessorCount(31), 64);
    assert_int_equal(KeQueryNodeMaximumProcessorCount(31), 64);
    KeQueryNodeActiveAffinity(31, &affinity, &count);
    assert_affinity(affinity, 31, UINT64_MAX);
    assert_int_equal(count, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_node_has_the_processors_of_all_its_places),
        BENCH_TEST(
            an_affinity_is_that_of_the_lowest_group_with_an_active_processor_of_the_node),
        BENCH_TEST(
            a_group_without_an_active_processor_of_the_node_gives_way_to_one_that_has_some),
        BENCH_TEST(without_an_active_processor_a_node_is_shown_in_its_lowest_group),
        BENCH_TEST(the_wider_routine_gives_every_group_with_an_active_processor_of_the_node),
        BENCH_TEST(too_little_room_gets_the_number_of_groups_and_no_mask),
        BENCH_TEST(a_node_that_does_not_exist_has_nothing),
        BENCH_TEST(a_node_grows_with_an_add_from_complete_on_and_its_maximum_stays),
        BENCH_TEST(a_failed_add_leaves_every_node_as_it_was),
        BENCH_TEST(a_thread_is_told_the_processor_that_it_runs_on),
        BENCH_TEST(the_old_number_outside_group_0_is_below_the_active_count_of_group_0),
        BENCH_TEST(nobody_runs_on_the_incoming_processor_in_start_or_failure),
        BENCH_TEST(all_of_them_may_be_asked_at_any_irql_and_say_no_more_than_they_are_asked),
        BENCH_TEST(the_trace_has_every_question_with_its_answer),
        BENCH_TEST(a_machine_of_2047_processors_gets_processor_2047),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
