/* triggers: events that wait for a call */
#include "unit/scripting.h"

#include "sim/triggers.h"

static const struct ha_step register_sync[] = {REGISTER};
static const struct ha_step ask_active[] = {ASK(ACTIVE_GROUPS)};
static const struct ha_step ask_maximum[] = {ASK(MAXIMUM_GROUPS)};
static const struct ha_step signal_go[] = {SIGNAL("go")};
static const struct ha_step wait_go[] = {ASK(ACTIVE_GROUPS), WAIT("go"),
                                         ASK(MAXIMUM_GROUPS)};
static const struct ha_script two[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c", .entry = STEPS(register_sync)}};

/* The driver has been entered, and has not run yet. */
static void during_a_call_is_before_its_first_step(void **state)
{
    struct bench *b = *state;
    static const struct ha_step start[] = {ASK(MAXIMUM_GROUPS)};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, start)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(1, ask_active), DURING(CALL("a", "sync", HA_STATE_START, 4))}};

    bench_play(b, script, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 asks, KeQueryActiveGroupCount [4]\n"
                     "hot-add asks, KeQueryMaximumGroupCount [4]\n"
                     "hot-add leaves a.sync Start op=0 [4]\n"
                     "hot-add c.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add c.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

/* It has returned, and what it wrote is known. */
static void after_a_call_is_before_the_next_one(void **state)
{
    struct bench *b = *state;
    static const struct ha_step refuse[] = {REFUSE};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, refuse)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(1, ask_active), AFTER(CALL("a", "sync", HA_STATE_START, 4))}};

    bench_play(b, script, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "system-5 asks, KeQueryActiveGroupCount [4]\n"
                     "hot-add c.sync Start 4 (0.4) st=0 "
                     "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add a.sync Failure 4 (0.4) st=STATUS_INSUFFICIENT_RESOURCES "
                     "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add c.sync Failure 4 (0.4) st=STATUS_INSUFFICIENT_RESOURCES "
                     "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add ADD_END STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add UNIT_END 0 [4]\n");
}

/* The triggered thread runs until it blocks; then the call goes on, and is not waited for. */
static void a_triggered_thread_gives_the_baton_back_when_it_blocks(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(0, wait_go), DURING(CALL("a", "sync", HA_STATE_START, 4))},
        {RUN(1, signal_go), AFTER(CALL("c", "sync", HA_STATE_START, 4))}};

    bench_play(b, two, 2, event, 3);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 asks, KeQueryActiveGroupCount [4]\n"
                     "system-5 WAIT_BEGIN [4]\n"
                     "hot-add leaves a.sync Start op=0 [4]\n"
                     "hot-add c.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add c.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n"
                     "system-5 WAIT_END [5]\n"
                     "system-5 asks, KeQueryMaximumGroupCount [5]\n");
}

/* What it made ready waits its turn behind the thread that pulled the trigger. */
static void whoever_pulled_the_trigger_goes_on_before_all_others(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait_twice[] = {
        SIGNAL("go"), WAIT("never")};
    const struct ha_event_plan event[] = {
        {RUN(0, wait_go)}, {ADD},
        {RUN(1, wait_twice), DURING(CALL("a", "sync", HA_STATE_START, 4))},
        {RUN(1, ask_active), DURING(CALL("a", "sync", HA_STATE_COMPLETE, 4))}};

    bench_play(b, two, 2, event, 4);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_DEADLOCK);
    const struct ha_record *call = bench_record(b, HA_CB_LEAVE, 0);
    assert_true(ha_record_seq(bench_record(b, HA_WAIT_END, 0)) > ha_record_seq(call));
    assert_int_not_equal(bench_record(b, HA_QUERY, 1)->thread,
                         bench_record(b, HA_QUERY, 0)->thread);
    assert_int_equal(bench_record(b, HA_QUERY, 2)->thread, bench_record(b, HA_QUERY, 0)->thread);
}

static void several_at_one_call_begin_in_file_order(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {RUN(0, ask_maximum), DURING(CALL("c", "sync", HA_STATE_START, 4))},
        {ADD},
        {RUN(1, wait_go), DURING(CALL("c", NULL, HA_STATE_START, HA_ANY_INDEX))},
        {RUN(0, ask_maximum), DURING(CALL(NULL, "sync", HA_STATE_START, 4), .occurrence = 2)},
        {RUN(0, signal_go), AFTER(CALL("c", "sync", HA_STATE_START, 4))}};

    bench_play(b, two, 2, event, 5);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add enters c.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 asks, KeQueryMaximumGroupCount [4]\n"
                     "system-6 asks, KeQueryActiveGroupCount [4]\n"
                     "system-6 WAIT_BEGIN [4]\n"
                     "system-7 asks, KeQueryMaximumGroupCount [4]\n"
                     "hot-add leaves c.sync Start op=0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add c.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n"
                     "system-6 WAIT_END [5]\n"
                     "system-6 asks, KeQueryMaximumGroupCount [5]\n");
}

/* Patterns, each with the calls (of two adds to a machine of 1.1 and 1.2) that it fits. */
static void a_pattern_fits_the_calls_that_it_names(void **state)
{
    static const struct {
        const char *label;
        struct ha_call_pattern pattern;
        const char *calls;      /* one letter each of a1 c1 A1 C1 a2 c2 A2 C2 (capital: Complete) */
    } cases[] = {
        {"all", {ANY_CALL}, "yyyyyyyy"},
        {"of a driver", {CALL("a", NULL, HA_ANY_STATE, HA_ANY_INDEX)}, "ynynynyn"},
        {"of a registration", {CALL(NULL, "other", HA_ANY_STATE, HA_ANY_INDEX)}, "nynynyny"},
        {"of both", {CALL("a", "sync", HA_ANY_STATE, HA_ANY_INDEX)}, "ynynynyn"},
        {"of one that has another", {CALL("a", "other", HA_ANY_STATE, HA_ANY_INDEX)}, "nnnnnnnn"},
        {"of nobody", {CALL("d", NULL, HA_ANY_STATE, HA_ANY_INDEX)}, "nnnnnnnn"},
        {"in a state", {CALL(NULL, NULL, HA_STATE_COMPLETE, HA_ANY_INDEX)}, "nnyynnyy"},
        {"for an index", {CALL(NULL, NULL, HA_ANY_STATE, 2)}, "nnnnyyyy"},
        {"for another index", {CALL(NULL, NULL, HA_ANY_STATE, 3)}, "nnnnnnnn"},
        {"for a place", {.state = HA_ANY_STATE, .index = HA_ANY_INDEX, .group = 1, .number = 2},
         "nnnnyyyy"},
        {"for no place", {.state = HA_ANY_STATE, .index = HA_ANY_INDEX, .group = 0, .number = 2},
         "nnnnnnnn"},
        {"all of it", {.driver = "c", .registration = "other", .state = HA_STATE_START,
                       .index = 1, .group = 1, .number = 1}, "nynnnnnn"}};
    static const struct ha_step register_other[] = {{.kind = HA_STEP_REGISTER, .name = "other"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c", .entry = STEPS(register_other)}};
    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        for (uint32_t occurrence = 1; occurrence <= 9; occurrence++) {
            struct ha_call_pattern pattern = cases[c].pattern;
            pattern.occurrence = occurrence;
            const struct ha_event_plan event[] = {
                {ADD_OF(.group = 1, .number = 1, .node = HA_ANY_PLACE)},
                {ADD_OF(.group = 1, .number = 2, .node = HA_ANY_PLACE)},
                {RUN(0, ask_active), .trigger = HA_DURING_CALL, .call = &pattern}};
            struct bench *b;
            assert_int_equal(bench_setup((void **)&b), 0);
            b->group[0] = (struct ha_group_options){.maximum = 1, .active_mask = 1};
            bench_group(b, 3, 0);
            bench_play(b, script, 2, event, 3);

            size_t before = 0, fitting = 0, call = 0;
            while (call < 8 && fitting < occurrence)
                fitting += cases[c].calls[call++] == 'y';
            if (bench_count(b, HA_QUERY) != (fitting == occurrence))
                fail_msg("%s: %u is triggered %zu times", cases[c].label, (unsigned)occurrence,
                         bench_count(b, HA_QUERY));
            for (size_t i = 0; fitting == occurrence && i < b->collector.count; i++) {
                unsigned kind = b->collector.record[i].kind;
                if (kind == HA_QUERY && before != call)
                    fail_msg("%s: %u comes at call %zu", cases[c].label, (unsigned)occurrence,
                             before);
                before += kind == HA_CB_ENTER || kind == HA_CB_CALL;
            }
            assert_int_equal(ha_triggers_waiting(b->machine, 0),
                             fitting == occurrence ? 3 : 2);
            bench_teardown((void **)&b);
        }
    }
}

/* A call that a triggered thread causes is a later one than the call that it was triggered in. */
static void a_call_counts_before_what_it_triggers(void **state)
{
    struct bench *b = *state;
    static const struct ha_step register_late[] = {
        {.kind = HA_STEP_REGISTER, .name = "late", .flags = KE_PROCESSOR_CHANGE_ADD_EXISTING}};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(1, register_late), DURING(ANY_CALL)}, {RUN(0, ask_active), DURING(ANY_CALL)},
        {RUN(0, ask_maximum), DURING(ANY_CALL, .occurrence = 2)}};
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};
    bench_turn(b, "register_during_add", "late_join");

    bench_play(b, two, 2, event, 4);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [1]\n"
                     "hot-add ADD_BEGIN [1]\n"
                     "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                     "system-5 REG_ENTER c.late flags=1 [1]\n"
                     "system-5 REG_LOCKED c.late [1]\n"
                     "system-5 enters c.late Start 0 (0.0) st=0 op=0 [1]\n"
                     "system-6 asks, KeQueryMaximumGroupCount [1]\n"
                     "system-5 leaves c.late Start op=0 [1]\n"
                     "system-5 c.late Complete 0 (0.0) st=0 op=0>0 [1]\n"
                     "system-5 REG_RETURN c.late handle [1]\n"
                     "system-7 asks, KeQueryActiveGroupCount [1]\n"
                     "hot-add leaves a.sync Start op=0 [1]\n"
                     "hot-add c.sync Start 1 (0.1) st=0 op=0>0 [1]\n"
                     "hot-add HW_START 0 [1]\n"
                     "hot-add ACTIVE 1 [2]\n"
                     "hot-add SCHED 1 [2]\n"
                     "hot-add a.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                     "hot-add c.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                     "hot-add DEVICE_STARTED 1 [2]\n"
                     "hot-add IFACE_UP 1 [2]\n"
                     "hot-add ADD_END 0 [2]\n"
                     "hot-add UNIT_END 1 [2]\n");
}

static void a_trigger_that_never_comes_is_named(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {RUN(0, ask_active), DURING(CALL("a", "sync", HA_STATE_START, 5))}, {ADD},
        {RUN(0, ask_active), AFTER(CALL("a", "sync", HA_STATE_START, 4))},
        {RUN(0, ask_active), AFTER_EVENT(0)}};

    bench_play(b, two, 2, event, 4);

    assert_int_equal(ha_triggers_waiting(b->machine, 0), 0);
    assert_int_equal(ha_triggers_waiting(b->machine, 1), 3);
    assert_int_equal(ha_triggers_waiting(b->machine, 4), 4);
    assert_int_equal(bench_count(b, HA_QUERY), 1);
}

static void a_plan_without_triggers_waits_for_nothing(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {{ADD}};

    bench_play(b, two, 2, event, 1);

    assert_int_equal(ha_triggers_waiting(b->machine, 0), 1);
    assert_null(b->machine->triggers);
}

static void a_trigger_fires_once_however_often_its_call_comes(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {ADD}, {ADD}, {ADD},
        {RUN(0, ask_active), DURING(CALL("a", "sync", HA_STATE_START, HA_ANY_INDEX))},
        {RUN(0, ask_maximum), AFTER(CALL("a", "sync", HA_STATE_START, HA_ANY_INDEX),
                                    .occurrence = 3)}};

    bench_play(b, two, 2, event, 5);

    assert_int_equal(bench_count(b, HA_QUERY), 2);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->active, 4);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->active, 6);
}

/* DEREG-2: whatever the schedule, a trigger that waits for calls has seen them all */
static void a_call_that_is_not_made_pulls_no_trigger(void **state)
{
    struct ha_text token = {0};
    static const struct ha_step leave[] = {WAIT("go"),
                                           REMOVE(NULL)};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, signal_go)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {RUN(1, leave)}, {ADD}, {RUN(1, ask_active), AFTER(CALL("c", NULL, HA_ANY_STATE, 4))},
        {RUN(1, ask_maximum), AFTER(CALL("c", NULL, HA_ANY_STATE, 4), .occurrence = 2)}};
    uint32_t asked = 1;
    size_t made[3] = {0};
    (void)state;
    for (uint32_t question = 0; question < asked; question++) {
        for (uint32_t answer = 1; answer < 4; answer++) {
            struct bench *b;
            assert_int_equal(bench_setup((void **)&b), 0);
            b->findings = NULL;
            bench_turn(b, "dereg_wait", "per_call");
            bench_replay(b, &token, question, answer);
            bench_play(b, script, 2, event, 4);
            asked = b->machine->kernel.world.tape.asked > asked
                        ? b->machine->kernel.world.tape.asked : asked;
            size_t calls = 0;
            ha_machine_flush(b->machine);
            for (size_t i = 0; i < b->collector.count; i++)
                calls += (b->collector.record[i].kind == HA_CB_ENTER ||
                          b->collector.record[i].kind == HA_CB_CALL) &&
                         b->collector.record[i].driver == 2;
            if (ha_machine_ending(b->machine) == HA_END_NORMALLY && calls < 3) {
                made[calls]++;
                assert_int_equal(bench_count(b, HA_QUERY), calls);
            }
            bench_teardown((void **)&b);
        }
    }
    assert_true(made[0] && made[1] && made[2]);
    ha_text_close(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(during_a_call_is_before_its_first_step),
        BENCH_TEST(after_a_call_is_before_the_next_one),
        BENCH_TEST(a_triggered_thread_gives_the_baton_back_when_it_blocks),
        BENCH_TEST(whoever_pulled_the_trigger_goes_on_before_all_others),
        BENCH_TEST(several_at_one_call_begin_in_file_order),
        cmocka_unit_test(a_pattern_fits_the_calls_that_it_names),
        BENCH_TEST(a_call_counts_before_what_it_triggers),
        BENCH_TEST(a_trigger_that_never_comes_is_named),
        BENCH_TEST(a_plan_without_triggers_waits_for_nothing),
        BENCH_TEST(a_trigger_fires_once_however_often_its_call_comes),
        cmocka_unit_test(a_call_that_is_not_made_pulls_no_trigger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
