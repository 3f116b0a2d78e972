/* steps: conditions, failures that are handled or not, returns, and what is undone */
#include "unit/scripting.h"

static const struct ha_event_plan one_add[] = {{ADD}};

/* Whether each comparison holds for a number that is below, at and above the other. */
static void every_comparison_holds_where_it_should(void **state)
{
    static const struct { enum ha_comparison comparison; const char *holds; } cases[] = {
        {HA_EQUAL, "nyn"}, {HA_NOT_EQUAL, "yny"}, {HA_LESS, "ynn"}, {HA_LESS_OR_EQUAL, "yyn"},
        {HA_GREATER, "nny"}, {HA_GREATER_OR_EQUAL, "nyy"}};
    static const struct ha_step yes[] = {ASK(ACTIVE_GROUPS)}, no[] = {ASK(MAXIMUM_GROUPS)};
    struct ha_step entry[COUNT(cases) * 3];
    struct bench *b = *state;
    for (size_t i = 0; i < COUNT(entry); i++)
        entry[i] = (struct ha_step){
            .kind = HA_STEP_IF, .body = STEPS(yes), .otherwise = STEPS(no),
            .condition = {cases[i / 3].comparison, NUMBER((int64_t)(i % 3) - 1), OWN("zero"),
                          NULL}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    for (size_t i = 0; i < COUNT(entry); i++) {
        bool holds = bench_record(b, HA_QUERY, i)->as.query.routine == HA_RT_ACTIVE_GROUPS;
        if (holds != (cases[i / 3].holds[i % 3] == 'y'))
            fail_msg("comparison %zu of %d with 0", i / 3, (int)(i % 3) - 1);
    }
}

static void a_condition_may_ask_whether_a_slot_is_taken(void **state)
{
    struct bench *b = *state;
    static const struct ha_step yes[] = {ASK(ACTIVE_GROUPS)}, no[] = {ASK(MAXIMUM_GROUPS)};
#define IF_SLOT(comparison, n) \
    {.kind = HA_STEP_IF, .body = STEPS(yes), .otherwise = STEPS(no), \
     .condition = {comparison, NUMBER(n), NUMBER(0), "t"}}
    static const struct ha_step entry[] = {
        TABLE(NUMBER(2)), ALLOCATE(NUMBER(1)),
        IF_SLOT(HA_SLOT_TAKEN, 0), IF_SLOT(HA_SLOT_TAKEN, 1), IF_SLOT(HA_SLOT_NOT_TAKEN, 0),
        IF_SLOT(HA_SLOT_NOT_TAKEN, 1), IF_SLOT(HA_SLOT_NOT_TAKEN, 2)};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 ALLOC 1 of 16 bytes 'Scrp' [4]\n"
                      "system-2 ALLOC 2 of 64 bytes 'Perp' [4]\n"
                      "system-2 asks, KeQueryMaximumGroupCount [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 asks, KeQueryActiveGroupCount [4]\n"
                      "system-2 asks, KeQueryMaximumGroupCount [4]\n"
                      "system-2 MISUSE beyond the end of a table: \"t\" 2 [4]\n"
                      "system-2 asks, KeQueryMaximumGroupCount [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 FREE 2 of 64 bytes 'Perp' [4]\n"
                      "system-3 FREE 1 of 16 bytes 'Scrp' [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* What a query answers, by mask or count, as a number that later steps work with. */
static void the_answer_of_a_query_becomes_a_variable(void **state)
{
    struct bench *b = *state;
    static const uint16_t nodes[] = {0, 0, 1, 1, 1, 1, 1, 1};
    static const struct { uint32_t routine; int64_t of, answer; } cases[] = {
        {HA_RT_NODE_AFFINITY, 0, 2}, {HA_RT_NODE_AFFINITY, 7, 0},
        {HA_RT_NODE_AFFINITY2, 0, STATUS_SUCCESS},
        {HA_RT_NODE_AFFINITY2, 7, STATUS_INVALID_PARAMETER},
        {HA_RT_NODE_ACTIVE_COUNT, 1, 2}, {HA_RT_NODE_MAXIMUM_COUNT, 1, 6},
        {HA_RT_HIGHEST_NODE, 0, 1}, {HA_RT_CURRENT_NODE, 0, 0}, {HA_RT_GROUP_AFFINITY, 0, 0xf},
        {HA_RT_ACTIVE_COUNT_EX, 0, 4}, {HA_RT_MAXIMUM_COUNT_EX, 0, 8}};
    static const struct ha_step allocate[] = {ALLOCATE(NUMBER(0))};
    struct ha_step step[2 * COUNT(cases) + 1] = {TABLE(NUMBER(1))};
    for (size_t i = 0; i < COUNT(cases); i++) {
        step[1 + 2 * i] = (struct ha_step){
            .kind = HA_STEP_QUERY, .routine = cases[i].routine, .name = "answer",
            .value = NUMBER(cases[i].of)};
        step[2 + 2 * i] = (struct ha_step){
            .kind = HA_STEP_IF, .otherwise = STEPS(allocate),
            .condition = {HA_EQUAL, OWN("answer"), NUMBER(cases[i].answer), NULL}};
    }
    const struct ha_script script[] = {{.name = "a", .entry = {step, COUNT(step)}}};
    b->group[0].nodes = nodes;

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_QUERY), COUNT(cases));
    assert_int_equal(bench_count(b, HA_ALLOC), 1);      /* the table: no answer was another one */
}

/* A failure that is handled is none; the list goes on behind it. */
static void a_failure_that_is_handled_does_not_end_an_entry(void **state)
{
    struct bench *b = *state;
    static const struct ha_step handle[] = {ASK(ACTIVE_GROUPS)};
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "bad", .null_function = true, .has_if_fails = true,
         .if_fails = STEPS(handle)},
        {.kind = HA_STEP_REGISTER, .name = "sync", .has_if_fails = true,
         .if_fails = STEPS(handle)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, one_add, 1);

    assert_int_equal(bench_count(b, HA_QUERY), 1);
    assert_int_equal(bench_entry_status(b, &b->driver[0]), STATUS_SUCCESS);
    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
}

static void an_empty_handling_is_one_too(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "bad", .null_function = true, .has_if_fails = true},
        REGISTER};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
}

/* From the depth of a loop, a condition and a handled failure, out of everything at once. */
static void a_return_in_nested_lists_ends_the_entry(void **state)
{
    struct bench *b = *state;
    static const struct ha_step out[] = {
        {.kind = HA_STEP_RETURN, .nt_status = STATUS_NOT_SUPPORTED}, ASK(ACTIVE_GROUPS)};
    static const struct ha_step fail[] = {
        {.kind = HA_STEP_REGISTER, .name = "bad", .null_function = true, .has_if_fails = true,
         .if_fails = STEPS(out)}, ASK(ACTIVE_GROUPS)};
    static const struct ha_step body[] = {
        ASK(MAXIMUM_GROUPS),
        {.kind = HA_STEP_IF, .condition = {HA_EQUAL, VALUE(PROCESSOR), NUMBER(1), NULL},
         .body = STEPS(fail)},
        ASK(MAXIMUM_GROUPS)};
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_ACTIVE, .body = STEPS(body)},
        ASK(ACTIVE_GROUPS)};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 asks, act 4 [4]\n"
                      "system-2 asks, KeQueryMaximumGroupCount [4]\n"
                      "system-2 asks, KeQueryMaximumGroupCount [4]\n"
                      "system-2 asks, KeQueryMaximumGroupCount [4]\n"
                      "system-2 REG_ENTER a.bad flags=0 [4]\n"
                      "system-2 REFUSED CallbackFunction is NULL [4]\n"
                      "system-2 REG_RETURN a.bad NULL [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a STATUS_NOT_SUPPORTED [4]\n"
                      "system-2 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

static void a_failure_in_nested_lists_ends_the_entry_and_undoes_it(void **state)
{
    struct bench *b = *state;
    static const struct ha_step inner[] = {
        {.kind = HA_STEP_REGISTER, .name = "bad", .null_function = true}, ASK(ACTIVE_GROUPS)};
    static const struct ha_step body[] = {
        ALLOCATE(VALUE(PROCESSOR)),
        {.kind = HA_STEP_IF, .condition = {HA_EQUAL, VALUE(PROCESSOR), NUMBER(1), NULL},
         .body = STEPS(inner)}};
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "older"}, TABLE(NUMBER(4)), REGISTER,
        {.kind = HA_STEP_TABLE, .name = "newer", .value = NUMBER(1)},
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_MAXIMUM, .body = STEPS(body)},
        ASK(ACTIVE_GROUPS)};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->drivers_err = true;

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REG_ENTER a.older flags=0 [4]\n"
                      "system-2 REG_LOCKED a.older [4]\n"
                      "system-2 REG_RETURN a.older handle [4]\n"
                      "system-2 ALLOC 1 of 32 bytes 'Scrp' [4]\n"
                      "system-2 REG_ENTER a.sync flags=0 [4]\n"
                      "system-2 REG_LOCKED a.sync [4]\n"
                      "system-2 REG_RETURN a.sync handle [4]\n"
                      "system-2 ALLOC 2 of 8 bytes 'Scrp' [4]\n"
                      "system-2 asks, max 8 [4]\n"
                      "system-2 ALLOC 3 of 64 bytes 'Perp' [4]\n"
                      "system-2 ALLOC 4 of 64 bytes 'Perp' [4]\n"
                      "system-2 REG_ENTER a.bad flags=0 [4]\n"
                      "system-2 REFUSED CallbackFunction is NULL [4]\n"
                      "system-2 REG_RETURN a.bad NULL [4]\n"
                      "system-2 DEREG_ENTER a.sync [4]\n"
                      "system-2 DEREG_LOCKED a.sync [4]\n"
                      "system-2 DEREG_RETURN a.sync [4]\n"
                      "system-2 DEREG_ENTER a.older [4]\n"
                      "system-2 DEREG_LOCKED a.older [4]\n"
                      "system-2 DEREG_RETURN a.older [4]\n"
                      "system-2 FREE 2 of 8 bytes 'Scrp' [4]\n"
                      "system-2 FREE 3 of 64 bytes 'Perp' [4]\n"
                      "system-2 FREE 4 of 64 bytes 'Perp' [4]\n"
                      "system-2 FREE 1 of 32 bytes 'Scrp' [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a STATUS_UNSUCCESSFUL [4]\n"
                      "system-2 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* DRV-4, DRV-5: what was removed in between is not undone again */
static void the_ordinary_unload_undoes_registrations_then_memory(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        TABLE(NUMBER(3)), ALLOCATE(NUMBER(2)), ALLOCATE(NUMBER(0)), REGISTER,
        {.kind = HA_STEP_TABLE, .name = "u", .value = NUMBER(0)},
        {.kind = HA_STEP_REGISTER, .name = "other"}, REMOVE(NULL),
        FREE(NUMBER(2))};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 ALLOC 1 of 24 bytes 'Scrp' [4]\n"
                      "system-2 ALLOC 2 of 64 bytes 'Perp' [4]\n"
                      "system-2 ALLOC 3 of 64 bytes 'Perp' [4]\n"
                      "system-2 REG_ENTER a.sync flags=0 [4]\n"
                      "system-2 REG_LOCKED a.sync [4]\n"
                      "system-2 REG_RETURN a.sync handle [4]\n"
                      "system-2 ALLOC 4 of 0 bytes 'Scrp' [4]\n"
                      "system-2 REG_ENTER a.other flags=0 [4]\n"
                      "system-2 REG_LOCKED a.other [4]\n"
                      "system-2 REG_RETURN a.other handle [4]\n"
                      "system-2 DEREG_ENTER a.sync [4]\n"
                      "system-2 DEREG_LOCKED a.sync [4]\n"
                      "system-2 DEREG_RETURN a.sync [4]\n"
                      "system-2 FREE 2 of 64 bytes 'Perp' [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 DEREG_ENTER a.other [4]\n"
                      "system-3 DEREG_LOCKED a.other [4]\n"
                      "system-3 DEREG_RETURN a.other [4]\n"
                      "system-3 FREE 4 of 0 bytes 'Scrp' [4]\n"
                      "system-3 FREE 3 of 64 bytes 'Perp' [4]\n"
                      "system-3 FREE 1 of 24 bytes 'Scrp' [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n"
                      "caller TRACE_END normally [4]\n");
}

static void outside_entries_a_failure_ends_nothing(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {REGISTER};
    static const struct ha_step fails[] = {
        {.kind = HA_STEP_REGISTER, .name = "bad", .null_function = true}, ASK(ACTIVE_GROUPS)};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, fails)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1,
         .unload = STEPS(fails), .has_unload = true}};
    const struct ha_event_plan event[] = {{ADD}, {.due_ns = 1, RUN(0, fails)}};
    b->drivers_err = true;

    bench_play(b, script, 1, event, 2);

    assert_int_equal(bench_count(b, HA_REFUSED), 3);
    assert_int_equal(bench_count(b, HA_QUERY), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(every_comparison_holds_where_it_should),
        BENCH_TEST(a_condition_may_ask_whether_a_slot_is_taken),
        BENCH_TEST(the_answer_of_a_query_becomes_a_variable),
        BENCH_TEST(a_failure_that_is_handled_does_not_end_an_entry),
        BENCH_TEST(an_empty_handling_is_one_too),
        BENCH_TEST(a_return_in_nested_lists_ends_the_entry),
        BENCH_TEST(a_failure_in_nested_lists_ends_the_entry_and_undoes_it),
        BENCH_TEST(the_ordinary_unload_undoes_registrations_then_memory),
        BENCH_TEST(outside_entries_a_failure_ends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
