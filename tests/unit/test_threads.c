/* threads: registrations, removals and adds that meet on several threads */
#include "unit/scripting.h"

static const struct ha_step register_sync[] = {REGISTER};
static const struct ha_step register_existing[] = {REGISTER_EXISTING};
static const struct ha_step remove_own[] = {REMOVE(NULL)};
static const struct ha_script two[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c", .entry = STEPS(register_sync)}};

/* DEREG-4 */
static void a_callback_that_removes_itself_hears_no_more(void **state)
{
    struct bench *b = *state;
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, remove_own)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {{ADD}};
    b->findings = "a DEREG-4\n";

    bench_play(b, script, 2, event, 1);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add DEREG_ENTER a.sync [4]\n"
                     "hot-add MISUSE removed from inside its own callback [4]\n"
                     "hot-add DEREG_LOCKED a.sync [4]\n"
                     "hot-add DEREG_RETURN a.sync [4]\n"
                     "hot-add leaves a.sync Start op=0 [4]\n"
                     "hot-add c.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add c.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

/* DEREG-3: the phase is an operation like an add */
static void a_removal_during_an_exist_phase_waits_for_its_end(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c"}};
    static const struct ha_call_pattern c_starts = {CALL("c", "sync", HA_STATE_START, 0)};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(1, register_existing), AFTER_EVENT(0)},
        {RUN(0, remove_own), .trigger = HA_DURING_CALL, .call = &c_starts}};
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};

    bench_play(b, script, 2, event, 3);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [1]\n"
                     "hot-add ADD_BEGIN [1]\n"
                     "hot-add a.sync Start 1 (0.1) st=0 op=0>0 [1]\n"
                     "hot-add HW_START 0 [1]\n"
                     "hot-add ACTIVE 1 [2]\n"
                     "hot-add SCHED 1 [2]\n"
                     "hot-add a.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                     "hot-add DEVICE_STARTED 1 [2]\n"
                     "hot-add IFACE_UP 1 [2]\n"
                     "hot-add ADD_END 0 [2]\n"
                     "hot-add UNIT_END 1 [2]\n"
                     "system-5 REG_ENTER c.sync flags=1 [2]\n"
                     "system-5 REG_LOCKED c.sync [2]\n"
                     "system-5 enters c.sync Start 0 (0.0) st=0 op=0 [2]\n"
                     "system-6 DEREG_ENTER a.sync [2]\n"
                     "system-6 WAIT_BEGIN [2]\n"
                     "system-5 leaves c.sync Start op=0 [2]\n"
                     "system-5 c.sync Start 1 (0.1) st=0 op=0>0 [2]\n"
                     "system-5 c.sync Complete 0 (0.0) st=0 op=0>0 [2]\n"
                     "system-5 c.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                     "system-5 REG_RETURN c.sync handle [2]\n"
                     "system-6 WAIT_END [2]\n"
                     "system-6 DEREG_LOCKED a.sync [2]\n"
                     "system-6 DEREG_RETURN a.sync [2]\n");
}

/* DEREG-5: who comes second finds nothing to remove, whatever the removals wait for */
static void of_two_removers_one_removes(void **state)
{
    static const char *const waits[] = {"transaction", "per_call", "deferred"};
    static const struct ha_step remove_a[] = {REMOVE("a")};
    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        const struct ha_event_plan event[] = {
            {ADD}, {RUN(0, remove_own), WHILE_A_STARTS}, {RUN(1, remove_a), WHILE_A_STARTS},
            {ADD, AFTER_EVENT(2)}};
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_turn(b, "dereg_wait", waits[i]);
        b->drivers_err = true;
        bench_play(b, two, 2, event, 4);
        assert_int_equal(bench_count(b, HA_MISUSE), 1);
        assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_STALE_HANDLE);
        assert_int_equal(bench_count(b, HA_DEREG_RETURN), 3);
        assert_int_equal(bench_active_count(b), 6);
        for (size_t n = 0; n < b->collector.count; n++)
            assert_false(b->collector.record[n].kind == HA_CB_ENTER &&
                         b->collector.record[n].driver == 1 &&
                         b->collector.record[n].as.cb.nt_number == 5);
        bench_teardown((void **)&b);
    }
}

/* HOT-9: one after another, in the order of posting, also when they are posted by callbacks */
static void adds_that_are_posted_at_once_are_done_in_turn(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {ADD}, {ADD_OF(HA_ANYWHERE, .count = 2)},
        {ADD_OF(HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT), WHILE_A_STARTS},
        {ADD, WHILE_A_STARTS}, {ADD, AFTER_EVENT(2)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)}};
    b->group[0].maximum = 7;

    bench_play(b, script, 1, event, 5);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n"
                     "hot-add UNIT_BEGIN 1 [5]\n"
                     "hot-add ADD_BEGIN [5]\n"
                     "hot-add a.sync Start 5 (0.5) st=0 op=0>0 [5]\n"
                     "hot-add HW_START STATUS_IO_TIMEOUT [5]\n"
                     "hot-add a.sync Failure 5 (0.5) st=STATUS_IO_TIMEOUT op=0>0 [5]\n"
                     "hot-add ADD_END STATUS_IO_TIMEOUT [5]\n"
                     "hot-add UNIT_END 0 [5]\n"
                     "hot-add UNIT_BEGIN 1 [5]\n"
                     "hot-add ADD_BEGIN [5]\n"
                     "hot-add a.sync Start 5 (0.5) st=0 op=0>0 [5]\n"
                     "hot-add HW_START 0 [5]\n"
                     "hot-add ACTIVE 5 [6]\n"
                     "hot-add SCHED 5 [6]\n"
                     "hot-add a.sync Complete 5 (0.5) st=0 op=0>0 [6]\n"
                     "hot-add DEVICE_STARTED 5 [6]\n"
                     "hot-add IFACE_UP 5 [6]\n"
                     "hot-add ADD_END 0 [6]\n"
                     "hot-add UNIT_END 1 [6]\n"
                     "hot-add UNIT_BEGIN 1 [6]\n"
                     "hot-add ADD_BEGIN [6]\n"
                     "hot-add a.sync Start 6 (0.6) st=0 op=0>0 [6]\n"
                     "hot-add HW_START 0 [6]\n"
                     "hot-add ACTIVE 6 [7]\n"
                     "hot-add SCHED 6 [7]\n"
                     "hot-add a.sync Complete 6 (0.6) st=0 op=0>0 [7]\n"
                     "hot-add DEVICE_STARTED 6 [7]\n"
                     "hot-add IFACE_UP 6 [7]\n"
                     "hot-add ADD_END 0 [7]\n"
                     "hot-add UNIT_END 1 [7]\n"
                     "hot-add UNIT_BEGIN 2 [7]\n"
                     "hot-add ADD_BEGIN [7]\n"
                     "hot-add ADD_END STATUS_INSUFFICIENT_RESOURCES [7]\n"
                     "hot-add ADD_BEGIN [7]\n"
                     "hot-add ADD_END STATUS_INSUFFICIENT_RESOURCES [7]\n"
                     "hot-add UNIT_END 0 [7]\n");
}

/* HOT-12 */
static void a_processor_that_failed_is_offered_again(void **state)
{
    struct bench *b = *state;
    static const struct ha_step refuse[] = {REFUSE};
    const struct ha_handler handler[] = {
        {.callback = "sync", .state = HA_STATE_START, .processor = 4, .times = 1,
         .steps = STEPS(refuse)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync)},
        {.name = "c", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {
        {ADD}, {ADD_OF(HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT), AFTER_EVENT(0)},
        {ADD, AFTER_EVENT(1)}};

    bench_play(b, script, 2, event, 3);

    expect_calls(b, "a.sync Start 4\nc.sync Start 4 -> " INSUF_TEXT "\n"
                    "a.sync Failure 4 (" INSUF_TEXT ")\nc.sync Failure 4 (" INSUF_TEXT ")\n"
                    "a.sync Start 4\nc.sync Start 4\n"
                    "a.sync Failure 4 (STATUS_IO_TIMEOUT)\nc.sync Failure 4 (STATUS_IO_TIMEOUT)\n"
                    "a.sync Start 4\nc.sync Start 4\na.sync Complete 4\nc.sync Complete 4\n");
}

/* HOT-14: a callback may block, and what it waits for goes on */
static void a_callback_may_wait_for_another_thread(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait[] = {WAIT("go")};
    static const struct ha_step signal[] = {ASK(ACTIVE_GROUPS), SIGNAL("go")};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_COMPLETE, wait)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {{ADD}, {.due_ns = 5, RUN(1, signal)}};

    bench_play(b, script, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add c.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add enters a.sync Complete 4 (0.4) st=0 op=0 [5]\n"
                     "hot-add WAIT_BEGIN [5]\n"
                     "system-5 asks, KeQueryActiveGroupCount [5]\n"
                     "hot-add WAIT_END [5]\n"
                     "hot-add leaves a.sync Complete op=0 [5]\n"
                     "hot-add c.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

/* DEREG-1: also while a late joiner is still being told of what exists */
static void a_deferred_removal_is_done_before_the_next_add_begins(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait[] = {WAIT("go")}, signal[] = {SIGNAL("go")};
    const struct ha_handler handler[] = {
        {.callback = "sync", .state = HA_STATE_START, .processor = 0, .steps = STEPS(wait)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync)},
        {.name = "x", .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(1, register_existing), DURING(CALL("a", "sync", HA_STATE_START, 1))},
        {RUN(0, remove_own), AFTER(CALL("a", "sync", HA_STATE_START, 1))},
        {ADD, AFTER_EVENT(0)}, {RUN(0, signal), AFTER_EVENT(3)}};
    b->group[0] = (struct ha_group_options){.maximum = 3, .active_mask = 1};
    bench_turn(b, "dereg_wait", "deferred");
    bench_turn(b, "register_during_add", "late_join");

    bench_play(b, script, 2, event, 5);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [1]\n"
                     "hot-add ADD_BEGIN [1]\n"
                     "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                     "system-5 REG_ENTER x.sync flags=1 [1]\n"
                     "system-5 REG_LOCKED x.sync [1]\n"
                     "system-5 enters x.sync Start 0 (0.0) st=0 op=0 [1]\n"
                     "system-5 WAIT_BEGIN [1]\n"
                     "hot-add leaves a.sync Start op=0 [1]\n"
                     "system-6 DEREG_ENTER a.sync [1]\n"
                     "system-6 DEREG_RETURN a.sync [1]\n"
                     "hot-add HW_START 0 [1]\n"
                     "hot-add ACTIVE 1 [2]\n"
                     "hot-add SCHED 1 [2]\n"
                     "hot-add a.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                     "hot-add DEVICE_STARTED 1 [2]\n"
                     "hot-add IFACE_UP 1 [2]\n"
                     "hot-add ADD_END 0 [2]\n"
                     "hot-add UNIT_END 1 [2]\n"
                     "hot-add UNIT_BEGIN 1 [2]\n"
                     "hot-add ADD_BEGIN [2]\n"
                     "hot-add x.sync Start 2 (0.2) st=0 op=0>0 [2]\n"
                     "hot-add HW_START 0 [2]\n"
                     "hot-add ACTIVE 2 [3]\n"
                     "hot-add SCHED 2 [3]\n"
                     "hot-add x.sync Complete 2 (0.2) st=0 op=0>0 [3]\n"
                     "hot-add DEVICE_STARTED 2 [3]\n"
                     "hot-add IFACE_UP 2 [3]\n"
                     "hot-add ADD_END 0 [3]\n"
                     "hot-add UNIT_END 1 [3]\n"
                     "system-5 WAIT_END [3]\n"
                     "system-5 leaves x.sync Start op=0 [3]\n"
                     "system-5 x.sync Complete 0 (0.0) st=0 op=0>0 [3]\n"
                     "system-5 REG_RETURN x.sync handle [3]\n");
}

/* One run of everything at once, with one answer of the tape turned. Returns how many it asked. */
static uint32_t play_everything(const char *wait, const char *join, uint32_t question)
{
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_existing)},
                                       {.name = "c", .entry = STEPS(register_sync)},
                                       {.name = "late", .entry = STEPS(register_existing)}};
    const struct ha_event_plan event[] = {
        {ADD_OF(HA_ANYWHERE, .count = 2)},
        {LOAD(2), DURING(CALL("a", "sync", HA_STATE_START, 1))},
        {UNLOAD(1), DURING(CALL("c", "sync", HA_STATE_START, HA_ANY_INDEX))},
        {RUN(0, remove_own), AFTER(CALL("a", "sync", HA_STATE_START, 2))},
        {RUN(0, register_existing), AFTER_EVENT(3)},
        {ADD_OF(HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT), AFTER_EVENT(2)},
        {LOAD(1), AFTER(CALL("late", NULL, HA_STATE_FAILURE, HA_ANY_INDEX))}};
    struct ha_text token = {0};
    struct bench *b;
    assert_int_equal(bench_setup((void **)&b), 0);
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1};
    b->loads_later[2] = true;
    b->drivers_err = true;      /* a failed registration is not always handled */
    bench_turn(b, "dereg_wait", wait);
    bench_turn(b, "register_during_add", join);
    bench_replay(b, &token, question, 1);

    bench_play(b, script, 3, event, COUNT(event));

    if (ha_machine_ending(b->machine) != HA_END_NORMALLY)
        fail_msg("%s, %s, question %u: no normal end", wait, join, (unsigned)question);
    assert_int_equal(bench_active_count(b), 3);
    uint32_t asked = b->machine->kernel.world.tape.asked;
    bench_teardown((void **)&b);
    ha_text_close(&token);
    return asked;
}

static void whatever_meets_the_kernel_keeps_its_rules(void **state)
{
    static const char *const waits[] = {"transaction", "per_call", "deferred"};
    static const char *const joins[] = {"block", "late_join"};
    (void)state;
    for (size_t i = 0; i < COUNT(waits) * COUNT(joins); i++) {
        uint32_t asked = 1;
        for (uint32_t question = 0; question < asked; question++) {
            uint32_t count = play_everything(waits[i / 2], joins[i % 2], question);
            asked = count > asked ? count : asked;
        }
        assert_true(asked > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_callback_that_removes_itself_hears_no_more),
        BENCH_TEST(a_removal_during_an_exist_phase_waits_for_its_end),
        cmocka_unit_test(of_two_removers_one_removes),
        BENCH_TEST(adds_that_are_posted_at_once_are_done_in_turn),
        BENCH_TEST(a_processor_that_failed_is_offered_again),
        BENCH_TEST(a_callback_may_wait_for_another_thread),
        BENCH_TEST(a_deferred_removal_is_done_before_the_next_add_begins),
        cmocka_unit_test(whatever_meets_the_kernel_keeps_its_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
