/* ke_deregister: a removal that meets an add or a registration on another thread */
#include "unit/bench.h"

/* A thread that removes the registrations of the driver that it is given. */
static void deregister_on_a_thread(void *argument)
{
    struct driver *driver = argument;
    for (size_t n = 0; n < driver->handle_count; n++)
        if (driver->handle[n])
            driver_deregister(driver, n);
}

/* In the Start call: a thread of its own begins to remove the driver's registration. */
static void start_removing(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        bench_interlude(driver, deregister_on_a_thread, driver);
}

static void deregister_at_dispatch_level(void *argument)
{
    driver_deregister_at(argument, DISPATCH_LEVEL);
}

static void remove_at_dispatch_level(struct driver *driver,
                                     PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                     PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        bench_interlude(driver, deregister_at_dispatch_level, driver);
}

/* DEREG-1, DEREG-3: above APC_LEVEL nothing can be waited for, not even an add */
static void above_apc_level_it_does_not_wait_for_the_add(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "c");
    a->act = remove_at_dispatch_level;
    b->findings = "a DEREG-1\n";
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
        "system-5 DEREG_ENTER a.ke1 [4]\n"
        "system-5 MISUSE called at a raised IRQL [4]\n"
        "system-5 DEREG_LOCKED a.ke1 [4]\n"
        "system-5 DEREG_RETURN a.ke1 [4]\n"
        "hot-add leaves a.ke1 Start op=0 [4]\n"
        "hot-add c.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
        "hot-add HW_START 0 [4]\n"
        "hot-add ACTIVE 4 [5]\n"
        "hot-add SCHED 4 [5]\n"
        "hot-add c.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add DEVICE_STARTED 4 [5]\n"
        "hot-add IFACE_UP 4 [5]\n"
        "hot-add ADD_END 0 [5]\n"
        "hot-add UNIT_END 1 [5]\n");
}

static void deregister_at_apc_level(void *argument)
{
    driver_deregister_at(argument, APC_LEVEL);
}

static void remove_at_apc_level(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        bench_interlude(driver, deregister_at_apc_level, driver);
}

/* DEREG-1, DEREG-3: it is a misuse, but one that can wait */
static void at_apc_level_it_waits_for_the_add(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->act = remove_at_apc_level;
    b->findings = "a DEREG-1\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_true(ha_record_seq(bench_record(b, HA_DEREG_LOCKED, 0)) >
                ha_record_seq(bench_record(b, HA_ADD_END, 0)));
}

/* Worked trace 4.9: DEREG-1, DEREG-2, DEREG-3, REG-12, HOT-1 */
static void during_an_add_it_waits_until_the_add_has_ended(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->act = start_removing;
    bench_driver(b, "b");
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
        "system-5 DEREG_ENTER a.ke1 [4]\n"
        "system-5 WAIT_BEGIN [4]\n"
        "hot-add leaves a.ke1 Start op=0 [4]\n"
        "hot-add b.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
        "hot-add HW_START 0 [4]\n"
        "hot-add ACTIVE 4 [5]\n"
        "hot-add SCHED 4 [5]\n"
        "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add b.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add DEVICE_STARTED 4 [5]\n"
        "hot-add IFACE_UP 4 [5]\n"
        "hot-add ADD_END 0 [5]\n"
        "hot-add UNIT_END 1 [5]\n"
        "system-5 WAIT_END [5]\n"
        "system-5 DEREG_LOCKED a.ke1 [5]\n"
        "system-5 DEREG_RETURN a.ke1 [5]\n");
    bench_forget(b);
    bench_add_processor(b);
    expect_calls(b, "b.ke1 Start 5\nb.ke1 Complete 5\n");
}

/* Worked trace 4.9, last line: the error of a client that is about to leave stands */
static void an_error_of_a_client_that_is_leaving_stands(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "b");
    a->act = start_removing;
    a->answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "b.ke1 Start 4\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "b.ke1 Failure 4 (" INSUF_TEXT ")\n");
    assert_true(ha_record_seq(bench_record(b, HA_DEREG_LOCKED, 0)) >
                ha_record_seq(bench_record(b, HA_ADD_END, 0)));
}

/* Worked trace 4.9: DEREG-2, DEREG-3: dereg_wait=per_call */
static void it_waits_for_the_running_call_only_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "per_call");
    bench_driver(b, "a")->act = start_removing;
    bench_driver(b, "b");
    bench_forget(b);

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nb.ke1 Start 4\nb.ke1 Complete 4\n");
    uint64_t returned = ha_record_seq(bench_record(b, HA_DEREG_RETURN, 0));
    assert_true(returned > ha_record_seq(bench_record(b, HA_CB_LEAVE, 0)));
    assert_int_equal(bench_record(b, HA_CB_LEAVE, 0)->id, 1);
    assert_int_equal(bench_count(b, HA_DEREG_LOCKED), 0);
}

static void register_on_a_thread(void *argument)
{
    struct driver *driver = argument;
    driver_register(driver, 0);
}

/* In the first Start call: a registration waits for the add, and its handle is guessed. */
static void guess_a_handle(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    const uint64_t step = UINT64_C(1) << 4;     /* between the handles of neighbouring places */
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify || driver->heard_count > 1)
        return;
    bench_interlude(driver, register_on_a_thread, driver);
    for (uint64_t n = 1; n < 4; n++)
        KeDeregisterProcessorChangeCallback(
            (PVOID)((uintptr_t)driver->handle[0] + (uintptr_t)(n * step)));
}

/* DEREG-5: a registration that has not come yet cannot be removed */
static void a_handle_that_nobody_has_been_given_is_unknown(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->act = guess_a_handle;
    b->drivers_err = true;

    bench_add_processor(b);
    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n"
                    "a.ke1 Start 5\na.ke2 Start 5\na.ke1 Complete 5\na.ke2 Complete 5\n");
    assert_int_equal(bench_count(b, HA_MISUSE), 3);
}

/* DEREG-3: dereg_wait=deferred */
static void it_returns_at_once_and_works_later_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "deferred");
    bench_driver(b, "a")->act = start_removing;
    bench_driver(b, "b");
    bench_forget(b);

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nb.ke1 Start 4\na.ke1 Complete 4\nb.ke1 Complete 4\n");
    assert_true(ha_record_seq(bench_record(b, HA_DEREG_RETURN, 0)) <
                ha_record_seq(bench_record(b, HA_CB_LEAVE, 0)));
    bench_forget(b);
    bench_add_processor(b);
    expect_calls(b, "b.ke1 Start 5\nb.ke1 Complete 5\n");
}

static void deregister_twice(void *argument)
{
    struct driver *driver = argument;
    PVOID handle = driver->handle[0];
    driver_deregister(driver, 0);
    KeDeregisterProcessorChangeCallback(handle);
}

static void remove_twice(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                         PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        bench_interlude(driver, deregister_twice, driver);
}

/* DEREG-5: dereg_wait=deferred: the handle is no longer the driver's, though calls still come */
static void a_deferred_removal_makes_the_handle_stale_at_once(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "deferred");
    bench_driver(b, "a")->act = remove_twice;
    b->findings = "a DEREG-5\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_STALE_HANDLE);
}

/* DEREG-1: dereg_wait=deferred: a removal at a raised IRQL is a misuse, which is not put off */
static void a_removal_at_a_raised_irql_is_not_put_off(void **state)
{
    static driver_act *const acts[] = {remove_at_dispatch_level, remove_at_apc_level};
    (void)state;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_turn(b, "dereg_wait", "deferred");
        bench_driver(b, "a")->act = acts[i];
        bench_driver(b, "c");
        b->findings = "a DEREG-1\n";

        bench_add_processor(b);

        expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\nc.ke1 Complete 4\n");
        assert_int_equal(bench_count(b, HA_DEREG_LOCKED), 1);
        bench_teardown((void **)&b);
    }
}

static void remove_itself(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        driver_deregister(driver, 0);
}

/* DEREG-4: dereg_wait=deferred */
static void a_callback_that_removes_itself_is_not_put_off(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "deferred");
    bench_driver(b, "a")->act = remove_itself;
    bench_driver(b, "c");
    b->findings = "a DEREG-4\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\nc.ke1 Complete 4\n");
}

static void start_removing_other(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                 PNTSTATUS operation_status)
{
    struct driver *other = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify && other->handle[0])
        bench_interlude(other, deregister_on_a_thread, other);
}

/* DEREG-3 */
static void a_removal_on_another_thread_waits_for_the_phase(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};
    struct driver *first = bench_driver(b, "first");
    struct driver *late = bench_driver(b, "late");
    late->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    late->extra = first;
    late->act = start_removing_other;

    bench_load(b);

    expect_calls(b, "late.ke1 Start 0\nlate.ke1 Complete 0\n");
    assert_true(ha_record_seq(bench_record(b, HA_DEREG_LOCKED, 0)) >
                ha_record_seq(bench_record(b, HA_REG_RETURN, 1)));
    assert_int_equal(bench_record(b, HA_WAIT_BEGIN, 0)->as.wait.holder,
                     bench_record(b, HA_REG_ENTER, 1)->thread);
}

/* One answer of the tape is turned at a time. */
static void let_an_add_and_a_removal_race(const char *dereg_wait, bool add_first)
{
    struct ha_text token = {0};
    uint32_t asked = 1;
    for (uint32_t question = 0; question < asked; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_turn(b, "dereg_wait", dereg_wait);
        struct driver *a = bench_driver(b, "a");
        bench_driver(b, "c");
        bench_replay(b, &token, question, 1);
        uint32_t count = bench_race(b, add_first, a, deregister_on_a_thread);
        asked = count > asked ? count : asked;

        if (b->options.profile.knob[HA_KNOB_DEREG_WAIT] == HA_DEREG_TRANSACTION)
            assert_int_equal(a->heard_count % 2, 0);
        assert_int_equal(bench_active_count(b), 5);
        bench_teardown((void **)&b);
    }
    assert_true(asked > 5);
    ha_text_close(&token);
}

/* DEREG-2, DEREG-3 */
static void who_heard_start_hears_the_second_call_however_the_race_ends(void **state)
{
    (void)state;
    let_an_add_and_a_removal_race("transaction", true);
    let_an_add_and_a_removal_race("transaction", false);
}

/* DEREG-2: dereg_wait=per_call and deferred */
static void no_call_runs_when_the_removal_has_returned_however_the_race_ends(void **state)
{
    (void)state;
    let_an_add_and_a_removal_race("per_call", true);
    let_an_add_and_a_removal_race("per_call", false);
    let_an_add_and_a_removal_race("deferred", true);
    let_an_add_and_a_removal_race("deferred", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(above_apc_level_it_does_not_wait_for_the_add),
        BENCH_TEST(at_apc_level_it_waits_for_the_add),
        BENCH_TEST(during_an_add_it_waits_until_the_add_has_ended),
        BENCH_TEST(an_error_of_a_client_that_is_leaving_stands),
        BENCH_TEST(it_waits_for_the_running_call_only_when_the_profile_says_so),
        BENCH_TEST(a_handle_that_nobody_has_been_given_is_unknown),
        BENCH_TEST(it_returns_at_once_and_works_later_when_the_profile_says_so),
        BENCH_TEST(a_deferred_removal_makes_the_handle_stale_at_once),
        cmocka_unit_test(a_removal_at_a_raised_irql_is_not_put_off),
        BENCH_TEST(a_callback_that_removes_itself_is_not_put_off),
        BENCH_TEST(a_removal_on_another_thread_waits_for_the_phase),
        cmocka_unit_test(who_heard_start_hears_the_second_call_however_the_race_ends),
        cmocka_unit_test(no_call_runs_when_the_removal_has_returned_however_the_race_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
