/* scripted: each kind of step, in entry, callbacks and unload */
#include "unit/bench.h"

#include "base/names.h"

#define STEPS(array) {(array), sizeof(array) / sizeof(array)[0]}
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct ha_step register_sync[] = {{.kind = HA_STEP_REGISTER, .name = "sync"}};
static const struct ha_step register_existing[] = {
    {.kind = HA_STEP_REGISTER, .name = "sync", .flags = KE_PROCESSOR_CHANGE_ADD_EXISTING}};
static const struct ha_step refuse[] = {
    {.kind = HA_STEP_SET_OPERATION_STATUS, .nt_status = INSUF}};

static const struct ha_event_plan one_add[] = {
    {.kind = HA_EVENT_ADD_PROCESSOR, .add = &(const struct ha_add_options){HA_ANYWHERE}}};
static const struct ha_event_plan two_adds[] = {
    {.kind = HA_EVENT_ADD_PROCESSOR, .add = &(const struct ha_add_options){HA_ANYWHERE}},
    {.kind = HA_EVENT_ADD_PROCESSOR, .add = &(const struct ha_add_options){HA_ANYWHERE}}};

/* The machine has one of two processors at first: phases are short. */
static void small(struct bench *b)
{
    b->group[0] = (struct ha_group_options){.maximum = 3, .active_mask = 1};
}

static void a_registration_bears_the_name_of_its_step(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "first"},
        {.kind = HA_STEP_REGISTER, .name = "second", .flags = 1}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    small(b);

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "a.second Start 0\n"
                    "a.second Complete 0\n"
                    "a.first Start 1\n"
                    "a.second Start 1\n"
                    "a.first Complete 1\n"
                    "a.second Complete 1\n");
}

static void a_null_function_is_passed_when_the_step_says_so(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "sync", .null_function = true}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->findings = "a REG-8\n";

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "");
    assert_int_equal(bench_entry_status(b, &b->driver[0]), STATUS_UNSUCCESSFUL);
}

/* A handler for one state and processor only. */
static void a_handler_applies_where_state_and_processor_match(void **state)
{
    struct bench *b = *state;
    const struct ha_handler handler[] = {
        {.callback = "sync", .state = HA_STATE_START, .processor = 2, .steps = STEPS(refuse)},
        {.callback = "other", .state = HA_ANY_STATE, .processor = HA_ANY_PROCESSOR,
         .steps = STEPS(refuse)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 2}};
    small(b);

    bench_play(b, script, 1, two_adds, 2);

    expect_calls(b, "a.sync Start 1\n"
                    "a.sync Complete 1\n"
                    "a.sync Start 2 -> " INSUF_TEXT "\n"
                    "a.sync Failure 2 (" INSUF_TEXT ")\n");
}

static void a_handler_without_state_applies_to_all(void **state)
{
    struct bench *b = *state;
    const struct ha_handler handler[] = {{.callback = "sync", .state = HA_ANY_STATE,
                                          .processor = HA_ANY_PROCESSOR, .steps = STEPS(refuse)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)}};

    bench_play(b, script, 2, one_add, 1);

    expect_calls(b, "a.sync Start 4 -> " INSUF_TEXT "\n"
                    "c.sync Start 4\n"
                    "a.sync Failure 4 (" INSUF_TEXT ")\n"
                    "c.sync Failure 4 (" INSUF_TEXT ")\n");
}

static void a_handler_applies_as_often_as_it_says(void **state)
{
    struct bench *b = *state;
    const struct ha_handler handler[] = {{.callback = "sync", .state = HA_STATE_START,
                                          .processor = HA_ANY_PROCESSOR, .times = 1,
                                          .steps = STEPS(refuse)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1}};

    bench_play(b, script, 1, two_adds, 2);

    expect_calls(b, "a.sync Start 4 -> " INSUF_TEXT "\n"
                    "a.sync Failure 4 (" INSUF_TEXT ")\n"
                    "a.sync Start 4\n"
                    "a.sync Complete 4\n");
}

/* All matching handlers run, in their order; one that returns ends the call. */
static void matching_handlers_run_in_order_until_one_returns(void **state)
{
    struct bench *b = *state;
    static const struct ha_step first[] = {
        {.kind = HA_STEP_QUERY, .routine = HA_RT_ACTIVE_GROUPS}};
    static const struct ha_step second[] = {
        {.kind = HA_STEP_QUERY, .routine = HA_RT_MAXIMUM_GROUPS}, {.kind = HA_STEP_RETURN},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_CURRENT_IRQL}};
    const struct ha_handler handler[] = {
        {.callback = "sync", .state = HA_STATE_START, .processor = HA_ANY_PROCESSOR,
         .steps = STEPS(first)},
        {.callback = "sync", .state = HA_STATE_START, .processor = HA_ANY_PROCESSOR,
         .steps = STEPS(second)},
        {.callback = "sync", .state = HA_STATE_START, .processor = HA_ANY_PROCESSOR,
         .steps = STEPS(refuse)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 3}};

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    assert_int_equal(bench_count(b, HA_QUERY), 2);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.routine, HA_RT_ACTIVE_GROUPS);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->as.query.routine, HA_RT_MAXIMUM_GROUPS);
}

/* CTX-3 */
static void modify_context_changes_the_drivers_copy(void **state)
{
    struct bench *b = *state;
    static const struct ha_step modify[] = {{.kind = HA_STEP_MODIFY_CONTEXT}};
    const struct ha_handler handler[] = {{.callback = "sync", .state = HA_STATE_START,
                                          .processor = HA_ANY_PROCESSOR, .steps = STEPS(modify)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)}};
    b->findings = "a CTX-3\n";

    bench_play(b, script, 2, one_add, 1);

    expect_calls(b, "a.sync Start 4\nc.sync Start 4\na.sync Complete 4\nc.sync Complete 4\n");
}

/* CTX-3: two of them do not undo each other, and later handlers go by what the call was given */
static void a_context_that_is_modified_twice_is_found_and_misleads_no_handler(void **state)
{
    struct bench *b = *state;
    static const struct ha_step twice[] = {{.kind = HA_STEP_MODIFY_CONTEXT},
                                           {.kind = HA_STEP_MODIFY_CONTEXT}};
    const struct ha_handler handler[] = {
        {.callback = "sync", .state = HA_STATE_START, .processor = 4, .steps = STEPS(twice)},
        {.callback = "sync", .state = HA_STATE_START, .processor = 4, .steps = STEPS(refuse)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 2}};
    b->findings = "a CTX-3\n";

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "a.sync Start 4 -> " INSUF_TEXT "\na.sync Failure 4 (" INSUF_TEXT ")\n");
}

static void every_query_can_be_a_step(void **state)
{
    struct bench *b = *state;
    b->findings = "a QRY-24\n";
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_QUERY, .routine = HA_RT_ACTIVE_COUNT},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_ACTIVE_COUNT_EX, .value = {.number = 0xffff}},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_ACTIVE_PROCESSORS},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_MAXIMUM_COUNT},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_MAXIMUM_COUNT_EX, .value = {.number = 1}},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_GROUP_AFFINITY, .value = {.number = 1}},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_ACTIVE_GROUPS},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_MAXIMUM_GROUPS},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_NUMBER_FROM_INDEX, .value = {.number = 5}},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_INDEX_FROM_NUMBER, .value = {.number = 1},
         .second = {.number = 3}},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_CURRENT_IRQL}};
    static const uint64_t result[] = {4, 6, 0xf, 8, 4, 0xa, 2, 2, 0, 5, 0};
    static const uint32_t argument[] = {0, ALL_PROCESSOR_GROUPS, 0, 0, 1, 1, 0, 0, 5,
                                        1 << 16 | 3, 0};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    bench_group(b, 4, 0xa);

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_QUERY), COUNT(entry));
    for (size_t i = 0; i < COUNT(entry); i++) {
        const struct ha_record *query = bench_record(b, HA_QUERY, i);
        assert_int_equal(query->as.query.routine, entry[i].routine);
        assert_int_equal(query->as.query.argument, argument[i]);
        assert_int_equal(query->as.query.result, result[i]);
        assert_int_equal(query->driver, 1);
    }
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.output, 0xf);
    assert_int_equal(bench_record(b, HA_QUERY, 8)->as.query.output, 1 << 16 | 3);
}

/* EXIST-9, DRV-2: the status that the callback put aside */
static void an_entry_that_fails_returns_what_its_callback_stored(void **state)
{
    struct bench *b = *state;
    const struct ha_handler handler[] = {{.callback = "sync", .state = HA_STATE_START,
                                          .processor = HA_ANY_PROCESSOR, .steps = STEPS(refuse)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_existing),
                                        .handler = handler, .handler_count = 1}};

    bench_play(b, script, 1, NULL, 0);

    expect_calls(b, "a.sync Start 0 -> " INSUF_TEXT "\n");
    assert_int_equal(bench_entry_status(b, &b->driver[0]), INSUF);
}

/* DRV-4: the newest registration is removed first, and later steps are not played */
static void an_entry_that_fails_undoes_what_it_did(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "first"},
        {.kind = HA_STEP_REGISTER, .name = "second"},
        {.kind = HA_STEP_REGISTER, .name = "null", .null_function = true},
        {.kind = HA_STEP_REGISTER, .name = "third"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->findings = "a REG-8\n";

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "");
    assert_int_equal(bench_count(b, HA_REG_ENTER), 3);
    assert_int_equal(bench_count(b, HA_DEREG_LOCKED), 2);
    assert_int_equal(bench_record(b, HA_DEREG_LOCKED, 0)->id, 2);
    assert_int_equal(bench_record(b, HA_DEREG_LOCKED, 1)->id, 1);
    assert_int_equal(bench_entry_status(b, &b->driver[0]), STATUS_UNSUCCESSFUL);
    assert_int_equal(bench_count(b, HA_UNLOAD_ENTER), 0);
    assert_int_equal(bench_count(b, HA_IMAGE_FREED), 1);
}

static void an_entry_that_ignores_errors_goes_on(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "null", .null_function = true},
        {.kind = HA_STEP_REGISTER, .name = "sync"}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .entry_ignores_errors = true}};
    b->findings = "a REG-8\na DRV-2\n";

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    assert_int_equal(bench_entry_status(b, &b->driver[0]), STATUS_SUCCESS);
}

/* DRV-4: an explicit return undoes nothing */
static void an_entry_that_returns_an_error_leaves_everything_as_it_is(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "sync"},
        {.kind = HA_STEP_RETURN, .nt_status = STATUS_NO_SUCH_DEVICE},
        {.kind = HA_STEP_REGISTER, .name = "never"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->findings = "a DRV-4\n";

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_entry_status(b, &b->driver[0]), STATUS_NO_SUCH_DEVICE);
    assert_int_equal(bench_count(b, HA_REG_ENTER), 1);
    assert_int_equal(bench_count(b, HA_DEREG_ENTER), 0);
}

static void the_ordinary_unload_removes_the_newest_first(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {{.kind = HA_STEP_REGISTER, .name = "first"},
                                           {.kind = HA_STEP_REGISTER, .name = "second"},
                                           {.kind = HA_STEP_DEREGISTER, .name = "first"},
                                           {.kind = HA_STEP_REGISTER, .name = "first"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_DEREG_LOCKED), 3);
    assert_int_equal(bench_record(b, HA_DEREG_LOCKED, 1)->id, 3);
    assert_int_equal(bench_record(b, HA_DEREG_LOCKED, 2)->id, 2);
}

/* DRV-5 */
static void an_empty_unload_forgets_the_registration(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .has_unload = true}};
    b->findings = "a DRV-5\n";

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_UNLOAD_ENTER), 1);
    assert_int_equal(bench_count(b, HA_DEREG_ENTER), 0);
}

static void an_unload_with_steps_does_these_and_no_more(void **state)
{
    struct bench *b = *state;
    static const struct ha_step unload[] = {
        {.kind = HA_STEP_QUERY, .routine = HA_RT_ACTIVE_GROUPS},
        {.kind = HA_STEP_DEREGISTER, .name = "sync"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync),
                                        .unload = STEPS(unload), .has_unload = true}};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_DEREG_LOCKED), 1);
    assert_true(ha_record_seq(bench_record(b, HA_QUERY, 0)) <
                ha_record_seq(bench_record(b, HA_DEREG_LOCKED, 0)));
}

/* DEREG-5: what was never registered, twice, and another driver's that is not there */
static void deregistering_what_is_not_there_passes_a_bad_handle(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_REGISTER, .name = "sync"},
        {.kind = HA_STEP_DEREGISTER},
        {.kind = HA_STEP_DEREGISTER, .name = "sync"},
        {.kind = HA_STEP_DEREGISTER, .name = "sync"},
        {.kind = HA_STEP_DEREGISTER, .name = "sync", .driver = "nobody"}};
    static const uint32_t misuses[] = {HA_MISUSE_NULL_HANDLE, HA_MISUSE_STALE_HANDLE,
                                       HA_MISUSE_NULL_HANDLE};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->findings = "a DEREG-5\na DEREG-5\na DEREG-5\n";

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_MISUSE), COUNT(misuses));
    for (size_t i = 0; i < COUNT(misuses); i++)
        assert_int_equal(bench_record(b, HA_MISUSE, i)->as.misuse.misuse, misuses[i]);
}

/* DEREG-3, DEREG-6 */
static void a_callback_can_remove_another_drivers_registration(void **state)
{
    struct bench *b = *state;
    static const struct ha_step remove_other[] = {
        {.kind = HA_STEP_DEREGISTER, .name = "sync", .driver = "c"}};
    const struct ha_handler handler[] = {{.callback = "sync", .state = HA_STATE_START,
                                          .processor = HA_ANY_PROCESSOR, .times = 1,
                                          .steps = STEPS(remove_other)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)},
        {.name = "d", .entry = STEPS(register_sync)}};

    bench_play(b, script, 3, one_add, 1);

    expect_calls(b, "a.sync Start 4\nd.sync Start 4\na.sync Complete 4\nd.sync Complete 4\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_registration_bears_the_name_of_its_step),
        BENCH_TEST(a_null_function_is_passed_when_the_step_says_so),
        BENCH_TEST(a_handler_applies_where_state_and_processor_match),
        BENCH_TEST(a_handler_without_state_applies_to_all),
        BENCH_TEST(a_handler_applies_as_often_as_it_says),
        BENCH_TEST(matching_handlers_run_in_order_until_one_returns),
        BENCH_TEST(modify_context_changes_the_drivers_copy),
        BENCH_TEST(a_context_that_is_modified_twice_is_found_and_misleads_no_handler),
        BENCH_TEST(every_query_can_be_a_step),
        BENCH_TEST(an_entry_that_fails_returns_what_its_callback_stored),
        BENCH_TEST(an_entry_that_fails_undoes_what_it_did),
        BENCH_TEST(an_entry_that_ignores_errors_goes_on),
        BENCH_TEST(an_entry_that_returns_an_error_leaves_everything_as_it_is),
        BENCH_TEST(the_ordinary_unload_removes_the_newest_first),
        BENCH_TEST(an_empty_unload_forgets_the_registration),
        BENCH_TEST(an_unload_with_steps_does_these_and_no_more),
        BENCH_TEST(deregistering_what_is_not_there_passes_a_bad_handle),
        BENCH_TEST(a_callback_can_remove_another_drivers_registration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
