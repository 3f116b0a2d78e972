/* steps: what loops go over, and what values mean in them, in callbacks and elsewhere */
#include "unit/scripting.h"

static const struct ha_event_plan one_add[] = {{ADD}};

/* What is meant by $processor, $group, $number and $node, each as the question it is. */
#define ASK_ALL \
    {.kind = HA_STEP_QUERY, .routine = HA_RT_NUMBER_FROM_INDEX, .value = VALUE(PROCESSOR)}, \
    {.kind = HA_STEP_QUERY, .routine = HA_RT_INDEX_FROM_NUMBER, .value = VALUE(GROUP), \
     .second = VALUE(IN_GROUP)}, \
    {.kind = HA_STEP_QUERY, .routine = HA_RT_NODE_MAXIMUM_COUNT, .value = VALUE(NODE)}

/* Group 0 holds 0.0, and has room for 0.1; group 1 holds 1.1 and 1.3, and has room for two. */
static void two_groups_with_holes(struct bench *b)
{
    static const uint16_t nodes[] = {1, 2, 2, 1};
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};
    bench_group(b, 4, 0xa);
    b->group[1].nodes = nodes;
}

static void play_loop(struct bench *b, enum ha_each each, int64_t group)
{
    static const struct ha_step body[] = {ASK_ALL};
    const struct ha_step entry[] = {{.kind = HA_STEP_FOR_EACH, .each = (uint8_t)each,
                                     .value = NUMBER(group), .body = STEPS(body)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    two_groups_with_holes(b);
    bench_play(b, script, 1, NULL, 0);
}

static void for_each_goes_over_the_active_processors(void **state)
{
    struct bench *b = *state;

    play_loop(b, HA_EACH_ACTIVE, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [3]\n"
                      "system-2 asks, act 3 [3]\n"
                      "system-2 asks, map(0) 0.0 [3]\n"
                      "system-2 asks, map(0) 0.0 [3]\n"
                      "system-2 asks, map(0) 0.0 [3]\n"
                      "system-2 asks, index(0.0) 0 [3]\n"
                      "system-2 asks, map(0) 0.0 [3]\n"
                      "system-2 asks, max of node 0 2 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, index(1.1) 1 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, max of node 2 2 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, index(1.3) 2 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, max of node 1 2 [3]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [3]\n"
                      "caller UNLOAD_REQ a 0 [3]\n"
                      "system-3 UNLOAD_ENTER a [3]\n"
                      "system-3 UNLOAD_LEAVE a [3]\n"
                      "system-3 IMAGE_FREED a [3]\n"
                      "caller TRACE_END normally [3]\n");
}

static void for_each_goes_over_every_index_that_there_may_be(void **state)
{
    struct bench *b = *state;
    b->drivers_err = true;      /* it takes the index of a processor that is not there */

    play_loop(b, HA_EACH_MAXIMUM, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [3]\n"
                      "system-2 asks, max 6 [3]\n"
                      "system-2 asks, map(0) 0.0 [3]\n"
                      "system-2 asks, map(0) 0.0 [3]\n"
                      "system-2 asks, map(0) 0.0 [3]\n"
                      "system-2 asks, index(0.0) 0 [3]\n"
                      "system-2 asks, map(0) 0.0 [3]\n"
                      "system-2 asks, max of node 0 2 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, index(1.1) 1 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, max of node 2 2 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, index(1.3) 2 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, max of node 1 2 [3]\n"
                      "system-2 asks, map(3) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, map(3) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, map(3) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, index(65535.255) -1 [3]\n"
                      "system-2 asks, map(3) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, max of node 0 2 [3]\n"
                      "system-2 asks, map(4) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, map(4) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, map(4) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, index(65535.255) -1 [3]\n"
                      "system-2 asks, map(4) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, max of node 0 2 [3]\n"
                      "system-2 asks, map(5) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, map(5) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, map(5) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, index(65535.255) -1 [3]\n"
                      "system-2 asks, map(5) STATUS_INVALID_PARAMETER [3]\n"
                      "system-2 asks, max of node 0 2 [3]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [3]\n"
                      "caller UNLOAD_REQ a 0 [3]\n"
                      "system-3 UNLOAD_ENTER a [3]\n"
                      "system-3 UNLOAD_LEAVE a [3]\n"
                      "system-3 IMAGE_FREED a [3]\n"
                      "caller TRACE_END normally [3]\n");
}

static void for_each_goes_over_a_group_with_holes(void **state)
{
    struct bench *b = *state;

    play_loop(b, HA_EACH_OF_GROUP, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [3]\n"
                      "system-2 asks, mask 0xA [3]\n"
                      "system-2 asks, index(1.1) 1 [3]\n"
                      "system-2 asks, map(1) 1.1 [3]\n"
                      "system-2 asks, index(1.1) 1 [3]\n"
                      "system-2 asks, max of node 2 2 [3]\n"
                      "system-2 asks, index(1.3) 2 [3]\n"
                      "system-2 asks, map(2) 1.3 [3]\n"
                      "system-2 asks, index(1.3) 2 [3]\n"
                      "system-2 asks, max of node 1 2 [3]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [3]\n"
                      "caller UNLOAD_REQ a 0 [3]\n"
                      "system-3 UNLOAD_ENTER a [3]\n"
                      "system-3 UNLOAD_LEAVE a [3]\n"
                      "system-3 IMAGE_FREED a [3]\n"
                      "caller TRACE_END normally [3]\n");
}

static void for_each_goes_over_nothing_in_a_group_that_is_not_there(void **state)
{
    struct bench *b = *state;
    b->drivers_err = true;

    play_loop(b, HA_EACH_OF_GROUP, 7);

    assert_int_equal(bench_count(b, HA_QUERY), 1);
}

/* $state and $status belong to the callback also inside a loop, the rest to the innermost loop. */
static void the_innermost_loop_wins_over_the_outer_one_and_the_callback(void **state)
{
    struct bench *b = *state;
    static const struct ha_step inner[] = {ASK_ALL};
    static const struct ha_step outer[] = {
        ASK_ALL,
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_OF_GROUP, .value = NUMBER(0),
         .body = STEPS(inner)},
        ASK_ALL};
    static const struct ha_step callback[] = {
        ASK_ALL,
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_OF_GROUP, .value = NUMBER(1),
         .body = STEPS(outer)},
        ASK_ALL};
    static const struct ha_step entry[] = {REGISTER};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_COMPLETE, callback)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    two_groups_with_holes(b);
    b->group[1].active_mask = 2;

    bench_play(b, script, 1, (const struct ha_event_plan[]){{ADD_OF(.group = 1, .number = 2,
                                                                    .node = HA_ANY_PLACE)}}, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [2]\n"
                      "system-2 REG_ENTER a.sync flags=0 [2]\n"
                      "system-2 REG_LOCKED a.sync [2]\n"
                      "system-2 REG_RETURN a.sync handle [2]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [2]\n"
                      "hot-add UNIT_BEGIN 1 [2]\n"
                      "hot-add ADD_BEGIN [2]\n"
                      "hot-add a.sync Start 2 (1.2) st=0 op=0>0 [2]\n"
                      "hot-add HW_START 0 [2]\n"
                      "hot-add ACTIVE 2 [3]\n"
                      "hot-add SCHED 2 [3]\n"
                      "hot-add a.sync Complete 2 (1.2) st=0 op=0>0, map(2) 1.2, index(1.2) 2, "
                      "max of node 2 2, mask 0x6, index(1.1) 1, map(1) 1.1, index(1.1) 1, max of "
                      "node 2 2, mask 0x1, index(0.0) 0, map(0) 0.0, index(0.0) 0, max of node 0 "
                      "2, map(1) 1.1, index(1.1) 1, max of node 2 2, index(1.2) 2, map(2) 1.2, "
                      "index(1.2) 2, max of node 2 2, mask 0x1, index(0.0) 0, map(0) 0.0, "
                      "index(0.0) 0, max of node 0 2, map(2) 1.2, index(1.2) 2, max of node 2 2, "
                      "map(2) 1.2, index(1.2) 2, max of node 2 2 [3]\n"
                      "hot-add DEVICE_STARTED 2 [3]\n"
                      "hot-add IFACE_UP 2 [3]\n"
                      "hot-add ADD_END 0 [3]\n"
                      "hot-add UNIT_END 1 [3]\n"
                      "caller UNLOAD_REQ a 0 [3]\n"
                      "system-4 UNLOAD_ENTER a [3]\n"
                      "system-4 DEREG_ENTER a.sync [3]\n"
                      "system-4 DEREG_LOCKED a.sync [3]\n"
                      "system-4 DEREG_RETURN a.sync [3]\n"
                      "system-4 UNLOAD_LEAVE a [3]\n"
                      "system-4 IMAGE_FREED a [3]\n"
                      "caller TRACE_END normally [3]\n");
}

/* CTX-3: scribbling on the context misleads nobody but its driver's own pointers */
static void values_of_a_callback_are_those_it_was_given(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER};
    static const struct ha_step refuse[] = {REFUSE};
    static const struct ha_step as_expected[] = {ASK(ACTIVE_GROUPS)};
    static const struct ha_step failure[] = {
        {.kind = HA_STEP_MODIFY_CONTEXT},
        {.kind = HA_STEP_IF, .body = STEPS(as_expected),
         .condition = {HA_EQUAL, VALUE(STATE), NUMBER(HA_STATE_FAILURE), NULL}},
        {.kind = HA_STEP_IF, .body = STEPS(as_expected),
         .condition = {HA_EQUAL, VALUE(STATUS), NUMBER(INSUF), NULL}},
        ASK_ALL};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, refuse)},
                                         {WHEN(HA_STATE_FAILURE, failure)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 2}};
    b->drivers_err = true;

    bench_play(b, script, 1, one_add, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REG_ENTER a.sync flags=0 [4]\n"
                      "system-2 REG_LOCKED a.sync [4]\n"
                      "system-2 REG_RETURN a.sync handle [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add a.sync Start 4 (0.4) st=0 op=0>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                      "hot-add a.sync Failure 4 (0.4) st=STATUS_INSUFFICIENT_RESOURCES "
                      "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES, "
                      "KeQueryActiveGroupCount, KeQueryActiveGroupCount, map(4) 0.4, index(0.4) "
                      "4, max of node 0 8 [4]\n"
                      "hot-add ADD_END STATUS_INSUFFICIENT_RESOURCES [4]\n"
                      "hot-add UNIT_END 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-4 UNLOAD_ENTER a [4]\n"
                      "system-4 DEREG_ENTER a.sync [4]\n"
                      "system-4 DEREG_LOCKED a.sync [4]\n"
                      "system-4 DEREG_RETURN a.sync [4]\n"
                      "system-4 UNLOAD_LEAVE a [4]\n"
                      "system-4 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
    assert_true(bench_record(b, HA_CB_LEAVE, 1)->flags & HA_CB_CONTEXT_CHANGED);
}

/* QRY-4: counts are asked for when the value is needed, not remembered */
static void counts_are_questions_at_the_moment_they_are_needed(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER};
    static const struct ha_step yes[] = {ASK(ACTIVE_GROUPS)};
    static const struct ha_step callback[] = {
        {.kind = HA_STEP_SET, .name = "n", .value = VALUE(ACTIVE)},
        {.kind = HA_STEP_IF, .body = STEPS(yes), .otherwise = {NULL, 0},
         .condition = {HA_LESS, OWN("n"), VALUE(MAXIMUM), NULL}},
        {.kind = HA_STEP_IF, .body = STEPS(yes), .otherwise = {NULL, 0},
         .condition = {HA_EQUAL, OWN("n"), NUMBER(4), NULL}}};
    const struct ha_handler handler[] = {{WHEN(HA_ANY_STATE, callback)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};
    b->group[0].maximum = 5;
    b->drivers_err = true;

    bench_play(b, script, 1, one_add, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REG_ENTER a.sync flags=0 [4]\n"
                      "system-2 REG_LOCKED a.sync [4]\n"
                      "system-2 REG_RETURN a.sync handle [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add a.sync Start 4 (0.4) st=0 op=0>0, act 4, max 5, "
                      "KeQueryActiveGroupCount, KeQueryActiveGroupCount [4]\n"
                      "hot-add HW_START 0 [4]\n"
                      "hot-add ACTIVE 4 [5]\n"
                      "hot-add SCHED 4 [5]\n"
                      "hot-add a.sync Complete 4 (0.4) st=0 op=0>0, act 5, max 5 [5]\n"
                      "hot-add DEVICE_STARTED 4 [5]\n"
                      "hot-add IFACE_UP 4 [5]\n"
                      "hot-add ADD_END 0 [5]\n"
                      "hot-add UNIT_END 1 [5]\n"
                      "caller UNLOAD_REQ a 0 [5]\n"
                      "system-4 UNLOAD_ENTER a [5]\n"
                      "system-4 DEREG_ENTER a.sync [5]\n"
                      "system-4 DEREG_LOCKED a.sync [5]\n"
                      "system-4 DEREG_RETURN a.sync [5]\n"
                      "system-4 UNLOAD_LEAVE a [5]\n"
                      "system-4 IMAGE_FREED a [5]\n"
                      "caller TRACE_END normally [5]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(for_each_goes_over_the_active_processors),
        BENCH_TEST(for_each_goes_over_every_index_that_there_may_be),
        BENCH_TEST(for_each_goes_over_a_group_with_holes),
        BENCH_TEST(for_each_goes_over_nothing_in_a_group_that_is_not_there),
        BENCH_TEST(the_innermost_loop_wins_over_the_outer_one_and_the_callback),
        BENCH_TEST(values_of_a_callback_are_those_it_was_given),
        BENCH_TEST(counts_are_questions_at_the_moment_they_are_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
