/* ke_register: KeRegisterProcessorChangeCallback, and what a registration may be */
#include "unit/bench.h"

#include "base/names.h"

/* REG-4 */
static void without_existing_nothing_is_heard_before_the_first_add(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");

    bench_load(b);

    expect_calls(b, "");
    assert_int_equal(a->handle_count, 1);
    bench_add_processor(b);
    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
}

/* REG-5 */
static void with_existing_later_adds_are_heard_too(void **state)
{
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 4, 0x3);
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 0\na.ke1 Start 1\na.ke1 Complete 0\na.ke1 Complete 1\n"
                    "a.ke1 Start 2\na.ke1 Complete 2\n");
}

/* REG-2 */
static void callbacks_run_at_passive_level(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_add_processor(b);

    assert_int_equal(bench_count(b, HA_CB_CALL), 10);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(bench_record(b, HA_CB_CALL, i)->irql, PASSIVE_LEVEL);
}

/* REG-2: callback_irql=apc */
static void callbacks_run_at_apc_level_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "callback_irql", "apc");
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_add_processor(b);

    for (size_t i = 0; i < 10; i++)
        assert_int_equal(bench_record(b, HA_CB_CALL, i)->irql, APC_LEVEL);
    assert_int_equal(bench_record(b, HA_REG_RETURN, 0)->irql, PASSIVE_LEVEL);
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->irql, PASSIVE_LEVEL);
}

static NTSTATUS enter_at_apc_level(struct driver *driver)
{
    struct ha_thread *thread = ha_thread_current();
    ha_thread_set_irql(thread, APC_LEVEL);
    driver_register(driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    ha_thread_set_irql(thread, PASSIVE_LEVEL);
    return driver->handle_count ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* REG-2, REG-1 */
static void a_registration_at_raised_irql_is_refused_and_calls_nobody(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_at_apc_level;
    b->findings = "a REG-2\n";

    bench_add_processor(b);

    expect_calls(b, "");
    assert_int_equal(a->handle_count, 0);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_IRQL);
    assert_int_equal(bench_count(b, HA_REG_LOCKED), 0);
}

/* REG-3 */
static void the_context_comes_back_unchanged(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_add_processor(b);

    assert_int_equal(a->heard_count, 10);
    for (size_t i = 0; i < a->heard_count; i++) {
        assert_ptr_equal(a->heard[i].context, a);
        assert_int_equal(bench_record(b, HA_CB_CALL, i)->as.cb.context,
                         bench_record(b, HA_REG_ENTER, 0)->as.reg.context);
    }
}

/* Every call gets NULL, or the variable is used to say so. */
static VOID NTAPI callback_without_context(PVOID CallbackContext,
                                           PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                                           PNTSTATUS OperationStatus)
{
    UNREFERENCED_PARAMETER(ChangeContext);
    if (CallbackContext)
        *OperationStatus = STATUS_INVALID_PARAMETER;
}

static NTSTATUS enter_without_context(struct driver *driver)
{
    driver->handle[driver->handle_count++] = KeRegisterProcessorChangeCallback(
        callback_without_context, NULL, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    return STATUS_SUCCESS;
}

/* REG-3 */
static void a_null_context_is_legal(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};
    bench_driver(b, "a")->enter = enter_without_context;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 0\na.ke1 Complete 0\na.ke1 Start 1\na.ke1 Complete 1\n");
    assert_int_equal(bench_record(b, HA_REG_ENTER, 0)->as.reg.context, 0);
}

/* REG-6 */
static void unknown_flag_bits_are_ignored(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};
    bench_driver(b, "two")->flags = 2;
    bench_driver(b, "three")->flags = 3;
    b->findings = "two REG-6\nthree REG-6\n";

    bench_add_processor(b);

    expect_calls(b, "three.ke1 Start 0\n"
                    "three.ke1 Complete 0\n"
                    "two.ke1 Start 1\n"
                    "three.ke1 Start 1\n"
                    "two.ke1 Complete 1\n"
                    "three.ke1 Complete 1\n");
}

/* REG-6: unknown_flags=reject */
static void unknown_flag_bits_are_refused_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "unknown_flags", "reject");
    struct driver *three = bench_driver(b, "three");
    struct driver *one = bench_driver(b, "one");
    three->flags = 3;
    one->flags = 1;
    one->answer[KeProcessorAddStartNotify] = INSUF;
    b->findings = "three REG-6\n";

    bench_load(b);

    expect_calls(b, "one.ke1 Start 0 -> " INSUF_TEXT "\n");
    assert_int_equal(three->handle_count, 0);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_UNKNOWN_FLAGS);
}

static NTSTATUS enter_twice(struct driver *driver)
{
    driver_register(driver, 0);
    driver_register(driver, 0);
    return STATUS_SUCCESS;
}

/* REG-7 */
static void one_function_registered_twice_is_called_twice(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_twice;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke2 Start 4\na.ke1 Complete 4\na.ke2 Complete 4\n");
    assert_ptr_not_equal(a->handle[0], a->handle[1]);
    assert_int_equal(bench_record(b, HA_REG_ENTER, 0)->as.reg.function,
                     bench_record(b, HA_REG_ENTER, 1)->as.reg.function);
}

static NTSTATUS enter_without_function(struct driver *driver)
{
    driver->handle[0] = KeRegisterProcessorChangeCallback(NULL, driver,
                                                          KE_PROCESSOR_CHANGE_ADD_EXISTING);
    return driver->handle[0] ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* REG-8 */
static void a_null_function_registers_nothing(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_without_function;
    b->findings = "a REG-8\n";

    bench_add_processor(b);

    expect_calls(b, "");
    assert_int_equal(bench_entry_status(b, a), STATUS_INVALID_PARAMETER);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_NULL_FUNCTION);
}

/* Notes the number that the tape's next question has. */
static NTSTATUS enter_and_note_question(struct driver *driver)
{
    *(uint32_t *)driver->extra = ha_thread_current()->world->tape.asked;
    driver_register(driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    return driver->handle_count ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* REG-9 */
static void a_registration_without_resources_calls_nobody(void **state)
{
    struct bench *b = *state;
    struct driver *first = bench_driver(b, "a");
    uint32_t question = 0;
    first->enter = enter_and_note_question;
    first->extra = &question;
    bench_load(b);
    assert_int_equal(first->handle_count, 1);

    struct bench *again;
    struct ha_text token = {0};
    assert_int_equal(bench_setup((void **)&again), 0);
    struct driver *a = bench_driver(again, "a");
    a->enter = enter_and_note_question;
    a->extra = &question;
    bench_replay(again, &token, question, 1);
    bench_add_processor(again);

    expect_calls(again, "");
    assert_int_equal(a->handle_count, 0);
    assert_int_equal(bench_entry_status(again, a), STATUS_UNSUCCESSFUL);
    assert_int_equal(bench_record(again, HA_FAULT, 0)->as.fault.routine,
                     HA_RT_REGISTER_PROCESSOR_CHANGE);
    bench_finish(again);
    assert_int_equal(ha_machine_replayed(again->machine), HA_OK);
    bench_teardown((void **)&again);
    ha_text_close(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(without_existing_nothing_is_heard_before_the_first_add),
        BENCH_TEST(with_existing_later_adds_are_heard_too),
        BENCH_TEST(callbacks_run_at_passive_level),
        BENCH_TEST(callbacks_run_at_apc_level_when_the_profile_says_so),
        BENCH_TEST(a_registration_at_raised_irql_is_refused_and_calls_nobody),
        BENCH_TEST(the_context_comes_back_unchanged),
        BENCH_TEST(a_null_context_is_legal),
        BENCH_TEST(unknown_flag_bits_are_ignored),
        BENCH_TEST(unknown_flag_bits_are_refused_when_the_profile_says_so),
        BENCH_TEST(one_function_registered_twice_is_called_twice),
        BENCH_TEST(a_null_function_registers_nothing),
        BENCH_TEST(a_registration_without_resources_calls_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
