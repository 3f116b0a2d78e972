/* steps_callback: what scripted drivers do with callback objects */
#include "unit/scripting.h"

static const struct ha_event_plan one_add[] = {{ADD}};

#define JOIN {.kind = HA_STEP_REGISTER, .name = "cb", .notification = HA_CALLBACK_OBJECT}
#define NOTIFY(object) {.kind = HA_STEP_NOTIFY, .name = (object)}

/* CB-2: the handler of a name is for whatever stands under it */
static void a_client_has_handlers_and_leaves_with_its_driver(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {JOIN};
    static const struct ha_step veto[] = {
        {.kind = HA_STEP_SET_OPERATION_STATUS, .nt_status = INSUF}};
    const struct ha_handler handler[] = {
        {.callback = "cb", .state = HA_STATE_START, .processor = HA_ANY_PROCESSOR,
         .steps = STEPS(veto)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(entry), .handler = handler, .handler_count = 1}};

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "a.cb Start 4 -> " INSUF_TEXT "\na.cb Failure 4 (" INSUF_TEXT ")\n");
    assert_int_equal(bench_count(b, HA_EX_UNREG), 1);
    assert_int_equal(bench_record(b, HA_EX_REG, 0)->flags, HA_EX_PROCESSOR_ADD);
}

/* CB-10 */
static void a_client_is_removed_by_its_name(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {JOIN, {.kind = HA_STEP_DEREGISTER, .name = "cb"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, one_add, 1);

    expect_calls(b, "");
    assert_int_equal(bench_count(b, HA_EX_UNREG), 1);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

/* CB-8, CB-12 */
static void a_step_that_notifies_fails_where_there_is_no_object(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {NOTIFY("\\Callback\\ProcessorAdd"),
                                           NOTIFY("\\Callback\\Nobody")};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    b->findings = "a CB-8\n";

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_EX_NOTIFY), 1);
    assert_int_equal(bench_record(b, HA_EX_NOTIFY, 0)->as.ex_notify.called, 0);
    assert_int_equal(bench_record(b, HA_DRV_ENTRY_LEAVE, 0)->as.status.status,
                     STATUS_OBJECT_NAME_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_client_has_handlers_and_leaves_with_its_driver),
        BENCH_TEST(a_client_is_removed_by_its_name),
        BENCH_TEST(a_step_that_notifies_fails_where_there_is_no_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
