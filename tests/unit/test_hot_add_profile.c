/* hot_add: an add under the profiles that read the documents otherwise */
#include "unit/bench.h"

#define TIMEOUT_TEXT "STATUS_IO_TIMEOUT"

static const struct ha_add_options add_that_does_not_start = {
    HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT};

/* HOT-3: failure_order=reverse */
static void failures_come_backwards_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "failure_order", "reverse");
    bench_driver(b, "a");
    bench_driver(b, "b");

    bench_add(b, add_that_does_not_start);
    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\n"
                    "b.ke1 Start 4\n"
                    "b.ke1 Failure 4 (" TIMEOUT_TEXT ")\n"
                    "a.ke1 Failure 4 (" TIMEOUT_TEXT ")\n"
                    "a.ke1 Start 4\n"
                    "b.ke1 Start 4\n"
                    "a.ke1 Complete 4\n"
                    "b.ke1 Complete 4\n");
}

/* HOT-1, HOT-5, STAT-9: hot_start_error=stop_at_error */
static void the_start_round_stops_at_the_error_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "hot_start_error", "stop_at_error");
    bench_driver(b, "a");
    bench_driver(b, "b")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_driver(b, "c");

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\n"
                    "b.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "b.ke1 Failure 4 (" INSUF_TEXT ")\n");
    assert_int_equal(bench_count(b, HA_HW_START), 0);
}

/* HOT-1, HOT-6: hot_failure_scope=exclude_writer */
static void the_writer_is_spared_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "hot_failure_scope", "exclude_writer");
    bench_driver(b, "a");
    bench_driver(b, "b")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_driver(b, "c");

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\n"
                    "b.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Start 4\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "c.ke1 Failure 4 (" INSUF_TEXT ")\n");
}

/* HOT-6: exclude_writer spares nobody when the hardware is at fault */
static void nobody_is_spared_when_nobody_wrote(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "hot_failure_scope", "exclude_writer");
    bench_driver(b, "a");
    bench_driver(b, "b");

    bench_add(b, add_that_does_not_start);

    expect_calls(b, "a.ke1 Start 4\n"
                    "b.ke1 Start 4\n"
                    "a.ke1 Failure 4 (" TIMEOUT_TEXT ")\n"
                    "b.ke1 Failure 4 (" TIMEOUT_TEXT ")\n");
}

static void store_success(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    (void)driver;
    if (change->State == KeProcessorAddStartNotify)
        *operation_status = STATUS_SUCCESS;
}

/* HOT-7: exclude_writer: an error that another client erased is no veto; the hardware decides */
static void a_writer_whose_error_was_erased_hears_that_the_hardware_failed(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "hot_failure_scope", "exclude_writer");
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_driver(b, "b")->act = store_success;
    b->findings = "b STAT-6\n";

    bench_add(b, add_that_does_not_start);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "b.ke1 Start 4 -> STATUS_SUCCESS\n"
                    "a.ke1 Failure 4 (" TIMEOUT_TEXT ")\n"
                    "b.ke1 Failure 4 (" TIMEOUT_TEXT ")\n");
}

/* HOT-6, STAT-9: exclude_writer with opstatus_decision=first_error: what was erased decides */
static void a_writer_whose_error_was_erased_is_spared_when_that_error_decides(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "hot_failure_scope", "exclude_writer");
    bench_turn(b, "opstatus_decision", "first_error");
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_driver(b, "b")->act = store_success;
    b->findings = "b STAT-6\n";

    bench_add(b, add_that_does_not_start);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "b.ke1 Start 4 -> STATUS_SUCCESS\n"
                    "b.ke1 Failure 4 (" INSUF_TEXT ")\n");
    assert_int_equal(bench_count(b, HA_HW_START), 0);
}

/* HOT-2, ORD-1: sync_start_vs_hw=after_start */
static void hardware_starts_before_start_is_told_when_the_profile_says_so(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "sync_start_vs_hw", "after_start");
    bench_driver(b, "a");
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add HW_START 0 [4]\n"
                      "hot-add a.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
                      "hot-add ACTIVE 4 [5]\n"
                      "hot-add SCHED 4 [5]\n"
                      "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
                      "hot-add DEVICE_STARTED 4 [5]\n"
                      "hot-add IFACE_UP 4 [5]\n"
                      "hot-add ADD_END 0 [5]\n"
                      "hot-add UNIT_END 1 [5]\n");
}

/* HOT-4: sync_start_vs_hw=after_start */
static void a_started_processor_that_is_refused_never_becomes_active(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "sync_start_vs_hw", "after_start");
    bench_driver(b, "a")->answer[KeProcessorAddStartNotify] = INSUF;
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add HW_START 0 [4]\n"
                      "hot-add a.ke1 Start 4 (0.4) st=0 op=0>" INSUF_TEXT " [4]\n"
                      "hot-add a.ke1 Failure 4 (0.4) st=" INSUF_TEXT " op=" INSUF_TEXT
                      ">" INSUF_TEXT " [4]\n"
                      "hot-add ADD_END " INSUF_TEXT " [4]\n"
                      "hot-add UNIT_END 0 [4]\n");
}

/* HOT-1, HOT-7: sync_start_vs_hw=after_start */
static void hardware_that_fails_first_is_told_to_nobody(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "sync_start_vs_hw", "after_start");
    bench_driver(b, "a");

    bench_add(b, add_that_does_not_start);
    expect_calls(b, "");
    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(failures_come_backwards_when_the_profile_says_so),
        BENCH_TEST(the_start_round_stops_at_the_error_when_the_profile_says_so),
        BENCH_TEST(the_writer_is_spared_when_the_profile_says_so),
        BENCH_TEST(nobody_is_spared_when_nobody_wrote),
        BENCH_TEST(a_writer_whose_error_was_erased_hears_that_the_hardware_failed),
        BENCH_TEST(a_writer_whose_error_was_erased_is_spared_when_that_error_decides),
        BENCH_TEST(hardware_starts_before_start_is_told_when_the_profile_says_so),
        BENCH_TEST(a_started_processor_that_is_refused_never_becomes_active),
        BENCH_TEST(hardware_that_fails_first_is_told_to_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
