/* hot_add: Start, hardware start, ACTIVE, SCHED, Complete or Failure */
#include "unit/bench.h"

#include "nt/hot_add.h"

#define TIMEOUT_TEXT "STATUS_IO_TIMEOUT"

static const struct ha_add_options add_that_does_not_start = {
    HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT};

/* Drivers that ask in every call, registered in the order of their names. */
static struct driver *asking_drivers(struct bench *b, size_t count)
{
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < count; i++)
        bench_driver(b, names[i])->asks = true;
    return b->driver;
}

static NTSTATUS map_of(ULONG index)
{
    PROCESSOR_NUMBER number;
    return KeGetProcessorNumberFromIndex(index, &number);
}

/* Worked trace 4.3: HOT-1, HOT-2, HOT-3, HOT-8, ORD-1, ORD-2, QRY-1, QRY-2, QRY-4, QRY-10 */
static void an_add_tells_start_then_starts_then_tells_complete(void **state)
{
    struct bench *b = *state;
    asking_drivers(b, 2);
    bench_forget(b);
    assert_int_equal(map_of(4), STATUS_INVALID_PARAMETER);

    bench_add_processor(b);

    expect_records(b,
        "caller asks, map(4) STATUS_INVALID_PARAMETER [4]\n"
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add a.ke1 Start 4 (0.4) st=0 op=0>0, act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add b.ke1 Start 4 (0.4) st=0 op=0>0, act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add HW_START 0 [4]\n"
        "hot-add ACTIVE 4 [5]\n"
        "hot-add SCHED 4 [5]\n"
        "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0, act 5, mask 0x1F, map(4) 0.4 [5]\n"
        "hot-add b.ke1 Complete 4 (0.4) st=0 op=0>0, act 5, mask 0x1F, map(4) 0.4 [5]\n"
        "hot-add DEVICE_STARTED 4 [5]\n"
        "hot-add IFACE_UP 4 [5]\n"
        "hot-add ADD_END 0 [5]\n"
        "hot-add UNIT_END 1 [5]\n");
    assert_int_equal(map_of(4), STATUS_SUCCESS);
}

/* Worked trace 4.4: HOT-4, HOT-5, HOT-6, STAT-5, STAT-9, STAT-11, QRY-3, QRY-10 */
static void a_refused_add_tells_failure_to_everyone_and_starts_nothing(void **state)
{
    struct bench *b = *state;
    struct driver *driver = asking_drivers(b, 3);
    driver[1].answer[KeProcessorAddStartNotify] = INSUF;
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add a.ke1 Start 4 (0.4) st=0 op=0>0, act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add b.ke1 Start 4 (0.4) st=0 op=0>" INSUF_TEXT ", act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add c.ke1 Start 4 (0.4) st=0 op=" INSUF_TEXT ">" INSUF_TEXT
        ", act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add a.ke1 Failure 4 (0.4) st=" INSUF_TEXT " op=" INSUF_TEXT ">" INSUF_TEXT
        ", act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add b.ke1 Failure 4 (0.4) st=" INSUF_TEXT " op=" INSUF_TEXT ">" INSUF_TEXT
        ", act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add c.ke1 Failure 4 (0.4) st=" INSUF_TEXT " op=" INSUF_TEXT ">" INSUF_TEXT
        ", act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add ADD_END " INSUF_TEXT " [4]\n"
        "hot-add UNIT_END 0 [4]\n");
    assert_int_equal(map_of(4), STATUS_INVALID_PARAMETER);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(driver[i].held, 0);
}

/* Worked trace 4.5: HOT-7, STAT-11, STAT-5 */
static void hardware_that_does_not_start_is_a_failure_for_everyone(void **state)
{
    struct bench *b = *state;
    struct driver *driver = asking_drivers(b, 2);
    bench_forget(b);

    bench_add(b, add_that_does_not_start);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add a.ke1 Start 4 (0.4) st=0 op=0>0, act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add b.ke1 Start 4 (0.4) st=0 op=0>0, act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add HW_START " TIMEOUT_TEXT " [4]\n"
        "hot-add a.ke1 Failure 4 (0.4) st=" TIMEOUT_TEXT
        " op=0>0, act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add b.ke1 Failure 4 (0.4) st=" TIMEOUT_TEXT
        " op=0>0, act 4, mask 0xF, map(4) 0.4 [4]\n"
        "hot-add ADD_END " TIMEOUT_TEXT " [4]\n"
        "hot-add UNIT_END 0 [4]\n");
    assert_int_equal(map_of(4), STATUS_INVALID_PARAMETER);
    assert_int_equal(driver[0].held | driver[1].held, 0);
}

/* HOT-1 */
static void what_the_kernel_does_between_calls_is_no_drivers(void **state)
{
    static const enum ha_kind kinds[] = {HA_ADD_BEGIN, HA_HW_START, HA_ACTIVE, HA_SCHED,
                                         HA_ADD_END, HA_UNIT_END};
    struct bench *b = *state;
    bench_driver(b, "a");

    bench_add_processor(b);

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_int_equal(bench_record(b, kinds[i], 0)->driver, 0);
    assert_int_equal(bench_record(b, HA_CB_CALL, 0)->driver, 1);
}

static void an_add_without_registrations_calls_nobody(void **state)
{
    struct bench *b = *state;

    bench_add_processor(b);

    expect_records(b, "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add HW_START 0 [4]\n"
                      "hot-add ACTIVE 4 [5]\n"
                      "hot-add SCHED 4 [5]\n"
                      "hot-add DEVICE_STARTED 4 [5]\n"
                      "hot-add IFACE_UP 4 [5]\n"
                      "hot-add ADD_END 0 [5]\n"
                      "hot-add UNIT_END 1 [5]\n");
}

/* HOT-9, HOT-12: two adds are asked for at once */
static void adds_are_done_one_after_another(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");
    bench_driver(b, "b");
    bench_load(b);
    struct ha_kernel *kernel = &b->machine->kernel;
    const struct ha_add_wish fails = {.processors = add_that_does_not_start};
    const struct ha_add_wish add = {.processors = {HA_ANYWHERE}};

    assert_int_equal(ha_hot_add_post(kernel, &fails, NULL), HA_OK);
    assert_int_equal(ha_hot_add_post(kernel, &add, NULL), HA_OK);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);

    expect_calls(b, "a.ke1 Start 4\n"
                    "b.ke1 Start 4\n"
                    "a.ke1 Failure 4 (" TIMEOUT_TEXT ")\n"
                    "b.ke1 Failure 4 (" TIMEOUT_TEXT ")\n"
                    "a.ke1 Start 4\n"
                    "b.ke1 Start 4\n"
                    "a.ke1 Complete 4\n"
                    "b.ke1 Complete 4\n");
    assert_true(ha_record_seq(bench_record(b, HA_ADD_BEGIN, 1)) >
                ha_record_seq(bench_record(b, HA_ADD_END, 0)));
}

/* HOT-10: the second of three is refused */
static void a_unit_is_a_sequence_of_adds_and_goes_on_after_a_failure(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    a->answer[KeProcessorAddStartNotify] = INSUF;
    a->only_for = 5;
    bench_forget(b);

    bench_add(b, (struct ha_add_options){HA_ANYWHERE,
                                         .count = 3});

    expect_records(b, "hot-add UNIT_BEGIN 3 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add a.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
                      "hot-add HW_START 0 [4]\n"
                      "hot-add ACTIVE 4 [5]\n"
                      "hot-add SCHED 4 [5]\n"
                      "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
                      "hot-add DEVICE_STARTED 4 [5]\n"
                      "hot-add IFACE_UP 4 [5]\n"
                      "hot-add ADD_END 0 [5]\n"
                      "hot-add ADD_BEGIN [5]\n"
                      "hot-add a.ke1 Start 5 (0.5) st=0 op=0>" INSUF_TEXT " [5]\n"
                      "hot-add a.ke1 Failure 5 (0.5) st=" INSUF_TEXT " op=" INSUF_TEXT
                      ">" INSUF_TEXT " [5]\n"
                      "hot-add ADD_END " INSUF_TEXT " [5]\n"
                      "hot-add ADD_BEGIN [5]\n"
                      "hot-add a.ke1 Start 5 (0.5) st=0 op=0>" INSUF_TEXT " [5]\n"
                      "hot-add a.ke1 Failure 5 (0.5) st=" INSUF_TEXT " op=" INSUF_TEXT
                      ">" INSUF_TEXT " [5]\n"
                      "hot-add ADD_END " INSUF_TEXT " [5]\n"
                      "hot-add UNIT_END 1 [5]\n");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(bench_record(b, HA_ADD_BEGIN, i)->as.add.unit, 1);
}

/* HOT-11: also across adds, and never on the processor that is coming */
static void all_calls_of_an_add_run_on_one_thread_away_from_the_new_processor(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");

    bench_add(b, (struct ha_add_options){HA_ANYWHERE,
                                         .count = 4});

    uint32_t thread = bench_record(b, HA_ADD_BEGIN, 0)->thread;
    for (size_t i = 0; i < 8; i++) {
        const struct ha_record *call = bench_record(b, HA_CB_CALL, i);
        assert_int_equal(call->thread, thread);
        if (HA_CB_STATE(call->flags) == HA_STATE_START)
            assert_int_not_equal(call->processor, call->as.cb.nt_number);
    }
}

static void move_away(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                      PNTSTATUS operation_status)
{
    struct ha_thread *thread = ha_thread_current();
    (void)driver;
    (void)change;
    (void)operation_status;
    thread->affinity.mask = 1;
    thread->disturbed = true;
}

static void note_affinity(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                          PNTSTATUS operation_status)
{
    (void)change;
    (void)operation_status;
    *(uint64_t *)driver->extra = ha_thread_current()->affinity.mask;
}

/* HOT-11 */
static void a_changed_affinity_is_put_back_after_each_call(void **state)
{
    struct bench *b = *state;
    uint64_t noted = 0;
    struct driver *a = bench_driver(b, "a");
    struct driver *c = bench_driver(b, "c");
    a->act = move_away;
    c->act = note_affinity;
    c->extra = &noted;
    b->findings = "a HOT-11\na HOT-11\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\na.ke1 Complete 4\nc.ke1 Complete 4\n");
    assert_int_equal(bench_record(b, HA_CB_LEAVE, 0)->as.cb_leave.affinity_mask, 1);
    assert_int_equal(noted, bench_record(b, HA_ADD_BEGIN, 0)->as.add.affinity_mask);
    assert_int_equal(noted, bench_record(b, HA_CB_ENTER, 1)->as.cb.affinity_mask);
}

/* HOT-12 */
static void after_a_refusal_the_same_index_is_offered_to_all_again(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "b");
    a->answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);
    a->answer[KeProcessorAddStartNotify] = STATUS_SUCCESS;
    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "b.ke1 Start 4\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "b.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "a.ke1 Start 4\n"
                    "b.ke1 Start 4\n"
                    "a.ke1 Complete 4\n"
                    "b.ke1 Complete 4\n");
    assert_int_equal(bench_active_count(b), 5);
}

/* HOT-13 */
static void an_add_beyond_the_maximum_calls_nobody(void **state)
{
    struct bench *b = *state;
    b->group[0].maximum = 4;
    bench_driver(b, "a");
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b, "hot-add UNIT_BEGIN 1 [4]\n"
                      "hot-add ADD_BEGIN [4]\n"
                      "hot-add ADD_END " INSUF_TEXT " [4]\n"
                      "hot-add UNIT_END 0 [4]\n");
}

/* HOT-13: the maximum is that of the group when the group is named */
static void a_full_group_that_is_named_takes_no_more(void **state)
{
    struct bench *b = *state;
    b->group[0].maximum = 4;
    bench_group(b, 2, 0);
    bench_driver(b, "a");

    bench_add(b, (struct ha_add_options){.group = 0, .number = HA_ANY_PLACE, .node = HA_ANY_PLACE});
    expect_calls(b, "");
    assert_int_equal(bench_record(b, HA_ADD_END, 0)->as.status.status, INSUF);
    bench_add(b, (struct ha_add_options){.group = 1, .number = HA_ANY_PLACE, .node = HA_ANY_PLACE});

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
}

/* HOT-13: a number that is taken, and one and a group that do not exist */
static void a_place_that_cannot_be_had_is_refused_before_any_call(void **state)
{
    static const struct ha_add_options cases[] = {
        {.group = 0, .number = 3, .node = HA_ANY_PLACE},
        {.group = 0, .number = 8, .node = HA_ANY_PLACE},
        {.group = 0, .number = 64, .node = HA_ANY_PLACE},
        {.group = 1, .number = HA_ANY_PLACE, .node = HA_ANY_PLACE},
        {.group = 1, .number = 0, .node = HA_ANY_PLACE},
    };
    struct bench *b = *state;
    bench_driver(b, "a");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bench_add(b, cases[i]);
        assert_int_equal(bench_record(b, HA_ADD_END, i)->as.status.status, INSUF);
    }

    expect_calls(b, "");
    assert_int_equal(bench_active_count(b), 4);
}

/* HOT-10: the number is for the first of a unit */
static void a_named_number_is_taken_and_the_rest_follow_the_rule(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a");

    bench_add(b, (struct ha_add_options){.group = 0, .number = 6, .node = HA_ANY_PLACE,
                                         .count = 2});

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\na.ke1 Start 5\na.ke1 Complete 5\n");
    assert_int_equal(bench_record(b, HA_ACTIVE, 0)->as.up.number, 6);
    assert_int_equal(bench_record(b, HA_ACTIVE, 1)->as.up.number, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(an_add_tells_start_then_starts_then_tells_complete),
        BENCH_TEST(a_refused_add_tells_failure_to_everyone_and_starts_nothing),
        BENCH_TEST(hardware_that_does_not_start_is_a_failure_for_everyone),
        BENCH_TEST(what_the_kernel_does_between_calls_is_no_drivers),
        BENCH_TEST(an_add_without_registrations_calls_nobody),
        BENCH_TEST(adds_are_done_one_after_another),
        BENCH_TEST(a_unit_is_a_sequence_of_adds_and_goes_on_after_a_failure),
        BENCH_TEST(all_calls_of_an_add_run_on_one_thread_away_from_the_new_processor),
        BENCH_TEST(a_changed_affinity_is_put_back_after_each_call),
        BENCH_TEST(after_a_refusal_the_same_index_is_offered_to_all_again),
        BENCH_TEST(an_add_beyond_the_maximum_calls_nobody),
        BENCH_TEST(a_full_group_that_is_named_takes_no_more),
        BENCH_TEST(a_place_that_cannot_be_had_is_refused_before_any_call),
        BENCH_TEST(a_named_number_is_taken_and_the_rest_follow_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
