/* ke_register: KeRegisterProcessorChangeCallback and the phase for existing processors */
#include "unit/bench.h"

#include <string.h>

#include "base/names.h"

/* A driver that loads although its registration was refused. */
static NTSTATUS enter_regardless(struct driver *driver)
{
    driver_register(driver, driver->flags);
    return STATUS_SUCCESS;
}

/* Worked trace 4.1: REG-1, REG-12, EXIST-1, EXIST-2, EXIST-3, EXIST-4, EXIST-12 */
static void existing_processors_are_all_started_before_the_first_completes(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->asks = true;

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [4]\n"
        "system-2 REG_ENTER a.ke1 flags=1 [4]\n"
        "system-2 REG_LOCKED a.ke1 [4]\n"
        "system-2 a.ke1 Start 0 (0.0) st=0 op=0>0, act 4, mask 0xF, map(0) 0.0 [4]\n"
        "system-2 a.ke1 Start 1 (0.1) st=0 op=0>0, act 4, mask 0xF, map(1) 0.1 [4]\n"
        "system-2 a.ke1 Start 2 (0.2) st=0 op=0>0, act 4, mask 0xF, map(2) 0.2 [4]\n"
        "system-2 a.ke1 Start 3 (0.3) st=0 op=0>0, act 4, mask 0xF, map(3) 0.3 [4]\n"
        "system-2 a.ke1 Complete 0 (0.0) st=0 op=0>0, act 4, mask 0xF, map(0) 0.0 [4]\n"
        "system-2 a.ke1 Complete 1 (0.1) st=0 op=0>0, act 4, mask 0xF, map(1) 0.1 [4]\n"
        "system-2 a.ke1 Complete 2 (0.2) st=0 op=0>0, act 4, mask 0xF, map(2) 0.2 [4]\n"
        "system-2 a.ke1 Complete 3 (0.3) st=0 op=0>0, act 4, mask 0xF, map(3) 0.3 [4]\n"
        "system-2 REG_RETURN a.ke1 handle [4]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [4]\n");
    assert_int_equal(a->handle_count, 1);
    assert_int_equal(a->held, 0xf);
}

/* Worked trace 4.2: EXIST-6, EXIST-7, EXIST-8, EXIST-9, STAT-8, DRV-2, DRV-3, REG-1 */
static void a_refused_existing_processor_ends_the_phase_and_the_registration(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->asks = true;
    a->answer[KeProcessorAddStartNotify] = INSUF;
    a->only_for = 2;

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [4]\n"
        "system-2 REG_ENTER a.ke1 flags=1 [4]\n"
        "system-2 REG_LOCKED a.ke1 [4]\n"
        "system-2 a.ke1 Start 0 (0.0) st=0 op=0>0, act 4, mask 0xF, map(0) 0.0 [4]\n"
        "system-2 a.ke1 Start 1 (0.1) st=0 op=0>0, act 4, mask 0xF, map(1) 0.1 [4]\n"
        "system-2 a.ke1 Start 2 (0.2) st=0 op=0>" INSUF_TEXT ", act 4, mask 0xF, map(2) 0.2 [4]\n"
        "system-2 a.ke1 Failure 0 (0.0) st=" INSUF_TEXT " op=" INSUF_TEXT ">" INSUF_TEXT
        ", act 4, mask 0xF, map(0) 0.0 [4]\n"
        "system-2 a.ke1 Failure 1 (0.1) st=" INSUF_TEXT " op=" INSUF_TEXT ">" INSUF_TEXT
        ", act 4, mask 0xF, map(1) 0.1 [4]\n"
        "system-2 REG_RETURN a.ke1 NULL [4]\n"
        "system-2 DRV_ENTRY_LEAVE a " INSUF_TEXT " [4]\n"
        "system-2 IMAGE_FREED a [4]\n");
    assert_int_equal(a->held, 0);
    assert_int_equal(bench_entry_status(b, a), INSUF);
}

/* EXIST-7 */
static void a_refusal_of_the_first_processor_is_a_single_call(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;

    bench_load(b);

    expect_calls(b, "a.ke1 Start 0 -> STATUS_NO_MEMORY\n");
    assert_int_equal(a->handle_count, 0);
}

/* EXIST-8: failure_order=reverse */
static void failures_of_the_phase_come_backwards_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_turn(b, "failure_order", "reverse");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;
    a->only_for = 3;

    bench_load(b);

    expect_calls(b, "a.ke1 Start 0\n"
                    "a.ke1 Start 1\n"
                    "a.ke1 Start 2\n"
                    "a.ke1 Start 3 -> STATUS_NO_MEMORY\n"
                    "a.ke1 Failure 2 (STATUS_NO_MEMORY)\n"
                    "a.ke1 Failure 1 (STATUS_NO_MEMORY)\n"
                    "a.ke1 Failure 0 (STATUS_NO_MEMORY)\n");
}

/* EXIST-9 */
static void a_refused_registration_hears_of_no_later_add(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->enter = enter_regardless;
    a->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;
    a->only_for = 1;
    b->findings = "a DRV-2\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 0\n"
                    "a.ke1 Start 1 -> STATUS_NO_MEMORY\n"
                    "a.ke1 Failure 0 (STATUS_NO_MEMORY)\n");
    assert_int_equal(bench_active_count(b), 5);
}

/* EXIST-5 */
static void a_registration_before_it_hears_nothing_of_the_phase(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "early")->flags = 0;
    bench_driver(b, "late")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_load(b);

    expect_calls(b, "late.ke1 Start 0\nlate.ke1 Start 1\nlate.ke1 Start 2\nlate.ke1 Start 3\n"
                    "late.ke1 Complete 0\nlate.ke1 Complete 1\nlate.ke1 Complete 2\n"
                    "late.ke1 Complete 3\n");
}

/* EXIST-11 */
static void the_phase_runs_on_the_thread_that_registers(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_load(b);

    uint32_t thread = bench_record(b, HA_REG_ENTER, 0)->thread;
    assert_int_equal(bench_count(b, HA_CB_CALL), 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(bench_record(b, HA_CB_CALL, i)->thread, thread);
}

/* EXIST-12 */
static void the_phase_starts_no_hardware_and_activates_nothing(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_load(b);

    assert_int_equal(bench_count(b, HA_CB_CALL), 8);
    assert_int_equal(bench_count(b, HA_HW_START), 0);
    assert_int_equal(bench_count(b, HA_ACTIVE), 0);
    assert_int_equal(bench_count(b, HA_ADD_BEGIN), 0);
    assert_int_equal(bench_active_count(b), 4);
}

/* EXIST-4, CTX-2: holes and groups do not disturb the order of the indices */
static void the_phase_walks_groups_with_holes_by_index(void **state)
{
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 8, 0x5);
    bench_group(b, 4, 0x2);
    bench_driver(b, "a")->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_load(b);

    expect_records(b,
        "system-2 DRV_ENTRY_ENTER a [3]\n"
        "system-2 REG_ENTER a.ke1 flags=1 [3]\n"
        "system-2 REG_LOCKED a.ke1 [3]\n"
        "system-2 a.ke1 Start 0 (0.0) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Start 1 (0.2) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Start 2 (1.1) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Complete 0 (0.0) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Complete 1 (0.2) st=0 op=0>0 [3]\n"
        "system-2 a.ke1 Complete 2 (1.1) st=0 op=0>0 [3]\n"
        "system-2 REG_RETURN a.ke1 handle [3]\n"
        "system-2 DRV_ENTRY_LEAVE a 0 [3]\n");
}

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

/* A thread that registers, in the name of the driver that it is given. */
static void register_on_a_thread(void *argument)
{
    struct driver *driver = argument;
    driver_register(driver, driver->flags);
}

static NTSTATUS enter_only(struct driver *driver)
{
    (void)driver;
    return STATUS_SUCCESS;
}

/* In the Start call: another driver registers on a thread of its own. */
static void start_registering(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                              PNTSTATUS operation_status)
{
    struct driver *other = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify && !other->handle_count)
        bench_interlude(other, register_on_a_thread, other);
}

/* Drivers a, which is registered, and x, which registers while a is inside its Start call. */
static struct driver *registers_during_an_add(struct bench *b, ULONG flags)
{
    struct driver *a = bench_driver(b, "a");
    struct driver *x = bench_driver(b, "x");
    a->act = start_registering;
    a->extra = x;
    x->enter = enter_only;
    x->flags = flags;
    return a;
}

/* Worked trace 4.8: REG-10, REG-12, EXIST-10, HOT-9 */
static void a_registration_during_an_add_waits_until_it_has_ended(void **state)
{
    struct bench *b = *state;
    registers_during_an_add(b, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
        "system-5 REG_ENTER x.ke1 flags=1 [4]\n"
        "system-5 WAIT_BEGIN [4]\n"
        "hot-add leaves a.ke1 Start op=0 [4]\n"
        "hot-add HW_START 0 [4]\n"
        "hot-add ACTIVE 4 [5]\n"
        "hot-add SCHED 4 [5]\n"
        "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add ADD_END 0 [5]\n"
        "hot-add UNIT_END 1 [5]\n"
        "system-5 WAIT_END [5]\n"
        "system-5 REG_LOCKED x.ke1 [5]\n"
        "system-5 x.ke1 Start 0 (0.0) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Start 1 (0.1) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Start 2 (0.2) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Start 3 (0.3) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Start 4 (0.4) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 0 (0.0) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 1 (0.1) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 2 (0.2) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 3 (0.3) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "system-5 REG_RETURN x.ke1 handle [5]\n");
}

/* Worked trace 4.8, with flags 0: REG-4, REG-10 */
static void a_registration_during_an_add_hears_nothing_of_that_add(void **state)
{
    struct bench *b = *state;
    registers_during_an_add(b, 0);

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_true(ha_record_seq(bench_record(b, HA_REG_LOCKED, 1)) >
                ha_record_seq(bench_record(b, HA_ADD_END, 0)));
    assert_int_not_equal(bench_record(b, HA_REG_RETURN, 1)->as.reg.handle, 0);
}

/* Worked trace 4.8, with an add that fails: EXIST-10 */
static void a_registration_during_a_failed_add_hears_of_the_old_processors(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1};
    struct driver *a = registers_during_an_add(b, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    a->answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 1 -> " INSUF_TEXT "\n"
                    "a.ke1 Failure 1 (" INSUF_TEXT ")\n"
                    "x.ke1 Start 0\n"
                    "x.ke1 Complete 0\n");
}

/* REG-10, EXIST-10: register_during_add=late_join */
static void a_late_joiner_is_registered_at_once_and_misses_the_running_add(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1};
    bench_turn(b, "register_during_add", "late_join");
    registers_during_an_add(b, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [1]\n"
        "hot-add ADD_BEGIN [1]\n"
        "hot-add enters a.ke1 Start 1 (0.1) st=0 op=0 [1]\n"
        "system-5 REG_ENTER x.ke1 flags=1 [1]\n"
        "system-5 REG_LOCKED x.ke1 [1]\n"
        "system-5 x.ke1 Start 0 (0.0) st=0 op=0>0 [1]\n"
        "system-5 x.ke1 Complete 0 (0.0) st=0 op=0>0 [1]\n"
        "system-5 REG_RETURN x.ke1 handle [1]\n"
        "hot-add leaves a.ke1 Start op=0 [1]\n"
        "hot-add HW_START 0 [1]\n"
        "hot-add ACTIVE 1 [2]\n"
        "hot-add SCHED 1 [2]\n"
        "hot-add a.ke1 Complete 1 (0.1) st=0 op=0>0 [2]\n"
        "hot-add ADD_END 0 [2]\n"
        "hot-add UNIT_END 1 [2]\n");
    bench_add_processor(b);
    assert_int_equal(b->driver[1].heard_count, 4);
}

/* In the Start call, on the thread of the add. */
static void register_inside(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                            PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        driver_register(driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);
}

/* Worked trace 4.8, last line: REG-11, REG-10 */
static void a_registration_inside_a_callback_is_refused_at_once(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "c");
    a->act = register_inside;
    b->findings = "a REG-11\n";
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
        "hot-add REG_ENTER a.ke2 flags=1 [4]\n"
        "hot-add REFUSED called from inside a processor-change callback [4]\n"
        "hot-add REG_RETURN a.ke2 NULL [4]\n"
        "hot-add leaves a.ke1 Start op=0 [4]\n"
        "hot-add c.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
        "hot-add HW_START 0 [4]\n"
        "hot-add ACTIVE 4 [5]\n"
        "hot-add SCHED 4 [5]\n"
        "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add c.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add ADD_END 0 [5]\n"
        "hot-add UNIT_END 1 [5]\n");
    assert_int_equal(a->handle_count, 1);
}

/* In the Start call: two others register, each on a thread of its own. */
static void start_two(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                      PNTSTATUS operation_status)
{
    struct driver *other = driver->extra;
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify || other->handle_count)
        return;
    bench_interlude(&other[0], register_on_a_thread, &other[0]);
    bench_interlude(&other[1], register_on_a_thread, &other[1]);
}

static void three_drivers(struct bench *b)
{
    struct driver *a = bench_driver(b, "a");
    struct driver *x = bench_driver(b, "x");
    struct driver *y = bench_driver(b, "y");
    a->act = start_two;
    a->extra = x;
    x->enter = y->enter = enter_only;
}

/* REG-12 */
static void registrations_that_wait_get_the_lock_in_turn(void **state)
{
    struct bench *b = *state;
    three_drivers(b);

    bench_add_processor(b);
    bench_forget(b);
    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 5\nx.ke1 Start 5\ny.ke1 Start 5\n"
                    "a.ke1 Complete 5\nx.ke1 Complete 5\ny.ke1 Complete 5\n");
}

/* The first question about the lock; the test fails when there is none. */
static bool asked_about_the_lock(struct bench *b)
{
    const struct ha_record *choice;
    if (!bench_count(b, HA_CHOICE))
        return false;
    choice = bench_record(b, HA_CHOICE, 0);
    return !memcmp(choice->as.choice.label, "lock", sizeof "lock");
}

/* REG-12, HOT-3: the order of calls is that of REG_LOCKED, not that of asking */
static void the_order_of_registration_is_the_order_of_the_lock(void **state)
{
    struct ha_text token = {0};
    bool found = false;
    (void)state;
    for (uint32_t question = 0; question < 40 && !found; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        three_drivers(b);
        bench_replay(b, &token, question, 1);
        bench_add_processor(b);
        found = asked_about_the_lock(b);
        if (found) {
            bench_forget(b);
            bench_add_processor(b);
            expect_calls(b, "a.ke1 Start 5\ny.ke1 Start 5\nx.ke1 Start 5\n"
                            "a.ke1 Complete 5\ny.ke1 Complete 5\nx.ke1 Complete 5\n");
        }
        bench_teardown((void **)&b);
    }
    assert_true(found);
    ha_text_close(&token);
}

static size_t starts_heard(const struct driver *driver, ULONG processor)
{
    size_t count = 0;
    for (size_t i = 0; i < driver->heard_count; i++)
        count += driver->heard[i].change.State == KeProcessorAddStartNotify &&
                 driver->heard[i].change.NtNumber == processor;
    return count;
}

/* One answer of the tape is turned at a time. */
static void let_an_add_and_a_registration_race(bool add_first)
{
    struct ha_text token = {0};
    uint32_t asked = 1;
    for (uint32_t question = 0; question < asked; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_driver(b, "a");
        struct driver *x = bench_driver(b, "x");
        x->enter = enter_only;
        x->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
        bench_replay(b, &token, question, 1);
        uint32_t count = bench_race(b, add_first, x, register_on_a_thread);
        asked = count > asked ? count : asked;

        for (ULONG processor = 0; processor < 5 && x->handle_count; processor++)
            assert_int_equal(starts_heard(x, processor), 1);
        if (!x->handle_count)
            assert_int_equal(bench_count(b, HA_FAULT), 1);
        assert_int_equal(bench_active_count(b), 5);
        bench_teardown((void **)&b);
    }
    assert_true(asked > 10);
    ha_text_close(&token);
}

/* EXIST-10, REG-10 */
static void a_processor_is_announced_once_however_the_race_ends(void **state)
{
    (void)state;
    let_an_add_and_a_registration_race(true);
    let_an_add_and_a_registration_race(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(existing_processors_are_all_started_before_the_first_completes),
        BENCH_TEST(a_refused_existing_processor_ends_the_phase_and_the_registration),
        BENCH_TEST(a_refusal_of_the_first_processor_is_a_single_call),
        BENCH_TEST(failures_of_the_phase_come_backwards_when_the_profile_says_so),
        BENCH_TEST(a_refused_registration_hears_of_no_later_add),
        BENCH_TEST(a_registration_before_it_hears_nothing_of_the_phase),
        BENCH_TEST(the_phase_runs_on_the_thread_that_registers),
        BENCH_TEST(the_phase_starts_no_hardware_and_activates_nothing),
        BENCH_TEST(the_phase_walks_groups_with_holes_by_index),
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
        BENCH_TEST(a_registration_during_an_add_waits_until_it_has_ended),
        BENCH_TEST(a_registration_during_an_add_hears_nothing_of_that_add),
        BENCH_TEST(a_registration_during_a_failed_add_hears_of_the_old_processors),
        BENCH_TEST(a_late_joiner_is_registered_at_once_and_misses_the_running_add),
        BENCH_TEST(a_registration_inside_a_callback_is_refused_at_once),
        BENCH_TEST(registrations_that_wait_get_the_lock_in_turn),
        cmocka_unit_test(the_order_of_registration_is_the_order_of_the_lock),
        cmocka_unit_test(a_processor_is_announced_once_however_the_race_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
