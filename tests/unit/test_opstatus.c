/* opstatus: the status variable over all calls of an operation */
#include "unit/bench.h"

#define NO_MEMORY_TEXT "STATUS_NO_MEMORY"

static const struct ha_add_options add_that_does_not_start = {
    HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT};

/* STAT-1, STAT-5, STAT-12 */
static void every_call_of_a_good_add_finds_success(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    struct driver *c = bench_driver(b, "c");

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\na.ke1 Complete 4\nc.ke1 Complete 4\n");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(a->heard[i].op_in, STATUS_SUCCESS);
        assert_int_equal(c->heard[i].op_in, STATUS_SUCCESS);
        assert_int_equal(a->heard[i].change.Status, STATUS_SUCCESS);
    }
}

/* STAT-1: the variable starts anew with each add and each phase */
static void an_old_error_is_gone_when_the_next_operation_begins(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->answer[KeProcessorAddStartNotify] = INSUF;
    bench_add_processor(b);
    a->answer[KeProcessorAddStartNotify] = STATUS_SUCCESS;
    struct driver *c = bench_driver(b, "c");
    c->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "c.ke1 Start 0\nc.ke1 Start 1\nc.ke1 Start 2\nc.ke1 Start 3\n"
                    "c.ke1 Complete 0\nc.ke1 Complete 1\nc.ke1 Complete 2\nc.ke1 Complete 3\n"
                    "a.ke1 Start 4\n"
                    "c.ke1 Start 4\n"
                    "a.ke1 Complete 4\n"
                    "c.ke1 Complete 4\n");
    assert_int_equal(c->heard[0].op_in, STATUS_SUCCESS);
    assert_int_equal(a->heard[2].op_in, STATUS_SUCCESS);
}

/* STAT-4, STAT-7: an informational code stays in the variable for the whole phase */
static void one_variable_serves_a_whole_phase(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 3};
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->answer[KeProcessorAddStartNotify] = STATUS_PENDING;
    a->only_for = 0;
    b->findings = "a STAT-7\n";

    bench_load(b);

    expect_calls(b, "a.ke1 Start 0 -> STATUS_PENDING\n"
                    "a.ke1 Start 1\n"
                    "a.ke1 Complete 0\n"
                    "a.ke1 Complete 1\n");
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(a->heard[i].op_in, STATUS_PENDING);
    assert_int_equal(a->handle_count, 1);
}

/* STAT-1, STAT-4: opstatus_scope=per_call */
static void each_call_starts_from_success_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 3};
    bench_turn(b, "opstatus_scope", "per_call");
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->answer[KeProcessorAddStartNotify] = INSUF;
    a->only_for = 1;

    bench_load(b);

    expect_calls(b, "a.ke1 Start 0\n"
                    "a.ke1 Start 1 -> " INSUF_TEXT "\n"
                    "a.ke1 Failure 0 (" INSUF_TEXT ")\n");
    assert_int_equal(a->heard[2].op_in, STATUS_SUCCESS);
}

static void store_success(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    (void)driver;
    if (change->State == KeProcessorAddStartNotify)
        *operation_status = STATUS_SUCCESS;
}

/* STAT-9, STAT-3, STAT-6: the value after the last Start call decides */
static void an_error_that_a_later_client_clears_does_not_stop_the_add(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_driver(b, "c")->act = store_success;
    b->findings = "c STAT-6\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Start 4 -> STATUS_SUCCESS\n"
                    "a.ke1 Complete 4\n"
                    "c.ke1 Complete 4\n");
    assert_int_equal(bench_active_count(b), 5);
}

/* STAT-6, STAT-9, STAT-11 */
static void an_error_that_a_later_client_replaces_is_the_one_reported(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_driver(b, "c")->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;
    b->findings = "c STAT-6\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Start 4 -> " NO_MEMORY_TEXT "\n"
                    "a.ke1 Failure 4 (" NO_MEMORY_TEXT ")\n"
                    "c.ke1 Failure 4 (" NO_MEMORY_TEXT ")\n");
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->as.status.status, STATUS_NO_MEMORY);
}

/* STAT-9, STAT-11: opstatus_decision=first_error */
static void the_first_error_decides_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "opstatus_decision", "first_error");
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_driver(b, "c")->act = store_success;
    bench_driver(b, "d")->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;
    b->findings = "c STAT-6\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Start 4 -> STATUS_SUCCESS\n"
                    "d.ke1 Start 4 -> " NO_MEMORY_TEXT "\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "c.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "d.ke1 Failure 4 (" INSUF_TEXT ")\n");
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->as.status.status, INSUF);
}

/* STAT-5, STAT-6, STAT-9, STAT-11: opstatus_scope=per_call */
static void any_error_vetoes_when_each_call_has_its_own_variable(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "opstatus_scope", "per_call");
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = INSUF;
    struct driver *c = bench_driver(b, "c");
    bench_driver(b, "d")->answer[KeProcessorAddStartNotify] = STATUS_NO_MEMORY;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Start 4\n"
                    "d.ke1 Start 4 -> " NO_MEMORY_TEXT "\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "c.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "d.ke1 Failure 4 (" INSUF_TEXT ")\n");
    assert_int_equal(c->heard[0].op_in, STATUS_SUCCESS);
    assert_int_equal(c->heard[1].op_in, STATUS_SUCCESS);
}

/* HOT-6, STAT-9: opstatus_scope=per_call with hot_failure_scope=exclude_writer: both writers */
static void every_writer_of_an_own_variable_is_spared(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "opstatus_scope", "per_call");
    bench_turn(b, "hot_failure_scope", "exclude_writer");
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_driver(b, "c");
    bench_driver(b, "d")->answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Start 4\n"
                    "d.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Failure 4 (" INSUF_TEXT ")\n");
}

/* STAT-7 */
static void an_informational_code_stops_nothing(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = STATUS_PENDING;
    struct driver *c = bench_driver(b, "c");
    b->findings = "a STAT-7\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> STATUS_PENDING\n"
                    "c.ke1 Start 4\n"
                    "a.ke1 Complete 4\n"
                    "c.ke1 Complete 4\n");
    assert_int_equal(c->heard[0].op_in, STATUS_PENDING);
    assert_int_equal(c->heard[1].change.Status, STATUS_SUCCESS);
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->as.status.status, STATUS_SUCCESS);
}

/* STAT-7, STAT-11: sync_start_vs_hw=after_start: no start of the hardware comes in between */
static void an_informational_code_is_not_the_status_of_the_add(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "sync_start_vs_hw", "after_start");
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = STATUS_PENDING;
    b->findings = "a STAT-7\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> STATUS_PENDING\na.ke1 Complete 4\n");
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->as.status.status, STATUS_SUCCESS);
}

/* STAT-7: a warning is no success */
static void a_warning_stops_the_add(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = STATUS_DEVICE_BUSY;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> STATUS_DEVICE_BUSY\n"
                    "a.ke1 Failure 4 (STATUS_DEVICE_BUSY)\n");
}

/* STAT-8: the phase ends right after the call that failed */
static void the_variable_is_looked_at_after_each_start_of_a_phase(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->answer[KeProcessorAddStartNotify] = INSUF;
    a->only_for = 1;

    bench_load(b);

    expect_calls(b, "a.ke1 Start 0\n"
                    "a.ke1 Start 1 -> " INSUF_TEXT "\n"
                    "a.ke1 Failure 0 (" INSUF_TEXT ")\n");
}

/* STAT-2, STAT-10 */
static void an_error_written_at_complete_changes_nothing(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 3, .active_mask = 3};
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->answer[KeProcessorAddCompleteNotify] = INSUF;
    b->findings = "a STAT-2\na STAT-2\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 0\n"
                    "a.ke1 Start 1\n"
                    "a.ke1 Complete 0 -> " INSUF_TEXT "\n"
                    "a.ke1 Complete 1\n"
                    "a.ke1 Start 2\n"
                    "a.ke1 Complete 2 -> " INSUF_TEXT "\n");
    assert_int_equal(a->handle_count, 1);
    assert_int_equal(a->heard[3].op_in, INSUF);
    assert_int_equal(a->heard[3].change.Status, STATUS_SUCCESS);
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->as.status.status, STATUS_SUCCESS);
    assert_int_equal(bench_active_count(b), 3);
}

/* STAT-2, STAT-10, STAT-11 */
static void a_status_written_at_failure_does_not_change_the_cause(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->answer[KeProcessorAddFailureNotify] = STATUS_NO_MEMORY;
    struct driver *c = bench_driver(b, "c");
    b->findings = "a STAT-2\n";

    bench_add(b, add_that_does_not_start);

    expect_calls(b, "a.ke1 Start 4\n"
                    "c.ke1 Start 4\n"
                    "a.ke1 Failure 4 (STATUS_IO_TIMEOUT) -> " NO_MEMORY_TEXT "\n"
                    "c.ke1 Failure 4 (STATUS_IO_TIMEOUT)\n");
    assert_int_equal(c->heard[1].op_in, STATUS_NO_MEMORY);
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->as.status.status, STATUS_IO_TIMEOUT);
}

static void refuse_the_third(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                             PNTSTATUS operation_status)
{
    (void)driver;
    if (change->State == KeProcessorAddStartNotify && change->NtNumber == 2)
        *operation_status = INSUF;
}

/* STAT-2, STAT-10: in the Failure calls of a phase too */
static void the_cause_stays_through_the_failures_of_a_phase(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
    a->act = refuse_the_third;
    a->answer[KeProcessorAddFailureNotify] = STATUS_NO_MEMORY;
    b->findings = "a STAT-2\n";

    bench_load(b);

    expect_calls(b, "a.ke1 Start 0\n"
                    "a.ke1 Start 1\n"
                    "a.ke1 Start 2 -> " INSUF_TEXT "\n"
                    "a.ke1 Failure 0 (" INSUF_TEXT ") -> " NO_MEMORY_TEXT "\n"
                    "a.ke1 Failure 1 (" INSUF_TEXT ")\n");
    assert_int_equal(a->heard[4].op_in, STATUS_NO_MEMORY);
    assert_int_equal(a->handle_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(every_call_of_a_good_add_finds_success),
        BENCH_TEST(an_old_error_is_gone_when_the_next_operation_begins),
        BENCH_TEST(one_variable_serves_a_whole_phase),
        BENCH_TEST(each_call_starts_from_success_when_the_profile_says_so),
        BENCH_TEST(an_error_that_a_later_client_clears_does_not_stop_the_add),
        BENCH_TEST(an_error_that_a_later_client_replaces_is_the_one_reported),
        BENCH_TEST(the_first_error_decides_when_the_profile_says_so),
        BENCH_TEST(any_error_vetoes_when_each_call_has_its_own_variable),
        BENCH_TEST(every_writer_of_an_own_variable_is_spared),
        BENCH_TEST(an_informational_code_stops_nothing),
        BENCH_TEST(an_informational_code_is_not_the_status_of_the_add),
        BENCH_TEST(a_warning_stops_the_add),
        BENCH_TEST(the_variable_is_looked_at_after_each_start_of_a_phase),
        BENCH_TEST(an_error_written_at_complete_changes_nothing),
        BENCH_TEST(a_status_written_at_failure_does_not_change_the_cause),
        BENCH_TEST(the_cause_stays_through_the_failures_of_a_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
