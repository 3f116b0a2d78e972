/* triggers: events that wait for the end of another one, in chains, at DISPATCH_LEVEL, once more */
#include "unit/scripting.h"

#include "sim/player.h"
#include "sim/triggers.h"

static const struct ha_step register_sync[] = {REGISTER};
static const struct ha_step ask_active[] = {ASK(ACTIVE_GROUPS)};
static const struct ha_step ask_maximum[] = {ASK(MAXIMUM_GROUPS)};
static const struct ha_step signal_go[] = {SIGNAL("go")};
static const struct ha_step wait_go[] = {ASK(ACTIVE_GROUPS), WAIT("go"),
                                         ASK(MAXIMUM_GROUPS)};
static const struct ha_script two[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c", .entry = STEPS(register_sync)}};

static void after_an_event_is_when_it_has_ended(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(0, wait_go), AFTER_EVENT(0)}, {RUN(1, signal_go), .due_ns = 9},
        {RUN(1, ask_active), AFTER_EVENT(1)}, {ADD, AFTER_EVENT(3)}};

    bench_play(b, two, 2, event, 5);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
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
                     "system-5 asks, KeQueryActiveGroupCount [5]\n"
                     "system-5 WAIT_BEGIN [5]\n"
                     "system-5 WAIT_END [5]\n"
                     "system-5 asks, KeQueryMaximumGroupCount [5]\n"
                     "system-7 asks, KeQueryActiveGroupCount [5]\n"
                     "hot-add UNIT_BEGIN 1 [5]\n"
                     "hot-add ADD_BEGIN [5]\n"
                     "hot-add a.sync Start 5 (0.5) st=0 op=0>0 [5]\n"
                     "hot-add c.sync Start 5 (0.5) st=0 op=0>0 [5]\n"
                     "hot-add HW_START 0 [5]\n"
                     "hot-add ACTIVE 5 [6]\n"
                     "hot-add SCHED 5 [6]\n"
                     "hot-add a.sync Complete 5 (0.5) st=0 op=0>0 [6]\n"
                     "hot-add c.sync Complete 5 (0.5) st=0 op=0>0 [6]\n"
                     "hot-add DEVICE_STARTED 5 [6]\n"
                     "hot-add IFACE_UP 5 [6]\n"
                     "hot-add ADD_END 0 [6]\n"
                     "hot-add UNIT_END 1 [6]\n");
    assert_int_equal(bench_record(b, HA_ADD_BEGIN, 1)->time_ns, 9);
}

/* Whatever an event does, and also if it could not be done, it ends; nothing is left waiting. */
static void every_kind_of_event_has_an_end_that_can_be_waited_for(void **state)
{
    static const struct ha_step fail[] = {{.kind = HA_STEP_RETURN, .nt_status = INSUF}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "late", .entry = STEPS(register_sync)},
                                       {.name = "bad", .entry = STEPS(fail)}};
    const struct { const char *label; struct ha_event_plan event; } cases[] = {
        {"an add", {ADD}},
        {"an add that fails", {ADD_OF(HA_ANYWHERE, .hardware_start = STATUS_IO_TIMEOUT)}},
        {"an add without a place", {ADD_OF(.group = 0, .number = 0, .node = HA_ANY_PLACE)}},
        {"a unit", {ADD_OF(HA_ANYWHERE, .count = 3)}},
        {"a load", {LOAD(1)}}, {"a load that fails", {LOAD(2)}},
        {"an unload", {UNLOAD(0)}}, {"an unload of what was never loaded", {UNLOAD(1)}},
        {"a run", {RUN(0, ask_maximum)}}, {"a run without its driver", {RUN(1, ask_maximum)}}};
    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        struct ha_event_plan event[] = {
            cases[c].event, {RUN(0, ask_active), AFTER_EVENT(0)}, {ADD, AFTER_EVENT(1)}};
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        b->loads_later[1] = b->loads_later[2] = true;
        bench_play(b, script, 3, event, 3);
        if (ha_triggers_waiting(b->machine, 0) != 3)
            fail_msg("%s: event %zu still waits", cases[c].label,
                     ha_triggers_waiting(b->machine, 0));
        bench_teardown((void **)&b);
    }
}

/* DRV-10, DRV-8: of the two requests the second is refused, and ends at once */
static void an_unload_that_is_refused_ends_at_once(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {ADD}, {UNLOAD(1), DURING(CALL("a", "sync", HA_STATE_START, 4))},
        {UNLOAD(1), DURING(CALL("a", "sync", HA_STATE_START, 4))},
        {RUN(0, ask_active), AFTER_EVENT(1)}, {RUN(0, ask_maximum), AFTER_EVENT(2)}};

    bench_play(b, two, 2, event, 5);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add UNLOAD_REQ c 0 [4]\n"
                     "system-5 UNLOAD_ENTER c [4]\n"
                     "system-5 DEREG_ENTER c.sync [4]\n"
                     "system-5 WAIT_BEGIN [4]\n"
                     "hot-add UNLOAD_REQ c STATUS_INVALID_DEVICE_REQUEST [4]\n"
                     "system-6 asks, KeQueryMaximumGroupCount [4]\n"
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
                     "system-5 DEREG_LOCKED c.sync [5]\n"
                     "system-5 DEREG_RETURN c.sync [5]\n"
                     "system-5 UNLOAD_LEAVE c [5]\n"
                     "system-5 IMAGE_FREED c [5]\n"
                     "system-7 asks, KeQueryActiveGroupCount [5]\n");
}

/* An add that is triggered by an add comes behind it; who waits for a call of it is served. */
static void triggers_can_follow_each_other(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {ADD}, {ADD, DURING(CALL("a", "sync", HA_STATE_START, 4))},
        {UNLOAD(1), AFTER(CALL("a", "sync", HA_STATE_COMPLETE, 5))},
        {LOAD(1), AFTER_EVENT(2)}, {ADD, AFTER_EVENT(3)},
        {RUN(1, ask_active), DURING(CALL("c", "sync", HA_STATE_COMPLETE, 6))}};

    bench_play(b, two, 2, event, 6);

    expect_calls(b, "a.sync Start 4\nc.sync Start 4\na.sync Complete 4\nc.sync Complete 4\n"
                    "a.sync Start 5\nc.sync Start 5\na.sync Complete 5\nc.sync Complete 5\n"
                    "a.sync Start 6\nc.sync Start 6\na.sync Complete 6\nc.sync Complete 6\n");
    assert_int_equal(bench_count(b, HA_QUERY), 1);
    assert_int_equal(ha_triggers_waiting(b->machine, 0), 6);
}

/* Whether the first of two threads that one event triggers runs before the second one is made. */
static bool runs_at_once(struct bench *b, const struct ha_event_plan *ends)
{
    const struct ha_event_plan event[] = {
        *ends, {RUN(0, ask_active), AFTER_EVENT(0)}, {RUN(0, ask_maximum), AFTER_EVENT(0)}};
    b->loads_later[1] = true;
    b->drivers_err = true;

    bench_play(b, two, 2, event, 3);

    assert_int_equal(bench_count(b, HA_QUERY), 2);
    const struct ha_record *first = bench_record(b, HA_QUERY, 0);
    assert_int_equal(first->as.query.routine, HA_RT_ACTIVE_GROUPS);
    assert_int_equal(first->irql, PASSIVE_LEVEL);
    size_t n = 0;
    while (bench_record(b, HA_THREAD, n)->id <= first->thread)
        n++;
    return ha_record_seq(first) < ha_record_seq(bench_record(b, HA_THREAD, n));
}

static const struct ha_step raise_irql[] = {{.kind = HA_STEP_RAISE_IRQL, .irql = DISPATCH_LEVEL}};
static const struct ha_event_plan raised = {RUN(0, raise_irql)};

/*
 * A thread that ends leaves the field to what it triggered, in file order and ahead of all others:
 * no chain of events keeps a chain of threads alive.
 */
static void what_a_run_triggers_goes_on_when_its_thread_has_ended(void **state)
{
    struct bench *b = *state;

    assert_false(runs_at_once(b, &raised));

    assert_int_equal(bench_record(b, HA_QUERY, 1)->as.query.routine, HA_RT_MAXIMUM_GROUPS);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->irql, PASSIVE_LEVEL);
}

/* The hot-add thread goes on with the next add: what follows this one takes the baton. */
static void what_an_add_triggers_runs_before_the_next_add(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan add = {ADD};

    assert_true(runs_at_once(b, &add));
}

/* The machine's own thread begins events; it waits for no thread before all has begun. */
static void what_the_machine_itself_triggers_begins_behind_it(void **state)
{
    struct bench *b = *state;
    static const struct ha_event_plan refused = {UNLOAD(1)};

    assert_false(runs_at_once(b, &refused));
}

/* C registers beside A, without the lock. What follows its first call is an add. */
static void what_happens_behind_a_call_shows_in_the_next_one(void **state)
{
    struct bench *b = *state;
    static const struct ha_step existing[] = {REGISTER_EXISTING}, wait[] = {WAIT("go")};
    static const struct ha_handler first[] = {
        {.callback = "sync", .state = HA_STATE_START, .processor = 0, .steps = STEPS(wait)}};
    const struct ha_script script[] = {
        {.name = "a"}, {.name = "c", .handler = first, .handler_count = 1}};
    const struct ha_event_plan event[] = {
        {RUN(0, existing)}, {RUN(1, existing), WHILE_A_STARTS},
        {.due_ns = 1, RUN(1, signal_go)}, {ADD, AFTER(CALL("c", "sync", HA_STATE_START, 0))}};
    bench_turn(b, "register_during_add", "late_join");
    b->group[0] = (struct ha_group_options){.maximum = 3, .active_mask = 3};

    bench_play(b, script, 2, event, COUNT(event));

    expect_middle(b, "hot-add UNIT_BEGIN 1 [2]\n"
                     "hot-add ADD_BEGIN [2]\n"
                     "hot-add a.sync Start 2 (0.2) st=0 op=0>0 [2]\n"
                     "hot-add c.sync Start 2 (0.2) st=0 op=0>0 [2]\n"
                     "hot-add HW_START 0 [2]\n"
                     "hot-add ACTIVE 2 [3]\n"
                     "hot-add SCHED 2 [3]\n"
                     "hot-add a.sync Complete 2 (0.2) st=0 op=0>0 [3]\n"
                     "hot-add c.sync Complete 2 (0.2) st=0 op=0>0 [3]\n"
                     "hot-add DEVICE_STARTED 2 [3]\n"
                     "hot-add IFACE_UP 2 [3]\n"
                     "hot-add ADD_END 0 [3]\n"
                     "hot-add UNIT_END 1 [3]\n"
                     "system-5 c.sync Start 1 (0.1) st=0 op=0>0 [3]\n"
                     "system-5 c.sync Complete 0 (0.0) st=0 op=0>0 [3]\n"
                     "system-5 c.sync Complete 1 (0.1) st=0 op=0>0 [3]\n"
                     "system-5 REG_RETURN c.sync handle [3]\n");
}

/* All of it once more, from a mark. */
static void play_marked(struct ha_machine *machine)
{
    bool more = true;
    while (more)
        assert_int_equal(ha_player_step(machine, &more), HA_OK);
}

static void a_rewound_machine_repeats_its_triggers_to_the_byte(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {
        {ADD}, {ADD, DURING(CALL("a", "sync", HA_STATE_START, 4))},
        {RUN(0, wait_go), AFTER(CALL("c", "sync", HA_STATE_START, 4))},
        {RUN(1, signal_go), DURING(CALL("c", "sync", HA_STATE_START, 5))},
        {UNLOAD(1), AFTER_EVENT(2)}, {LOAD(1), AFTER_EVENT(4)}};
    const struct ha_fault_plan fault[] = {
        {.routine = HA_RT_REGISTER_PROCESSOR_CHANGE, .driver = "c", .occurrence = 2}};
    const struct ha_plan plan = {
        .name = "a plan", .partition = b->options.partition, .profile = b->options.profile,
        .driver = two, .loads_later = b->loads_later, .driver_count = 2, .event = event,
        .event_count = COUNT(event), .fault = fault, .fault_count = 1};
    struct ha_machine_options options = ha_player_options(&plan, NULL);
    options.arena_bytes = (size_t)1 << 20;
    struct ha_machine *machine;
    assert_int_equal(ha_machine_create(&options, &machine, NULL), HA_OK);
    assert_int_equal(ha_machine_add_sink(machine, &b->collector.sink), HA_OK);
    assert_int_equal(ha_player_begin(machine, &plan), HA_OK);
    assert_int_equal(ha_machine_mark(machine), HA_OK);

    play_marked(machine);
    size_t count = b->collector.count;
    for (size_t again = 1; again < 4; again++) {
        assert_int_equal(ha_machine_rewind(machine), HA_OK);
        play_marked(machine);

        assert_int_equal(b->collector.count, (again + 1) * count);
        assert_memory_equal(b->collector.record, b->collector.record + again * count,
                            count * sizeof *b->collector.record);
    }
    assert_int_equal(ha_triggers_waiting(machine, 0), COUNT(event));
    ha_machine_destroy(machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(after_an_event_is_when_it_has_ended),
        cmocka_unit_test(every_kind_of_event_has_an_end_that_can_be_waited_for),
        BENCH_TEST(an_unload_that_is_refused_ends_at_once),
        BENCH_TEST(triggers_can_follow_each_other),
        BENCH_TEST(what_a_run_triggers_goes_on_when_its_thread_has_ended),
        BENCH_TEST(what_an_add_triggers_runs_before_the_next_add),
        BENCH_TEST(what_the_machine_itself_triggers_begins_behind_it),
        BENCH_TEST(what_happens_behind_a_call_shows_in_the_next_one),
        BENCH_TEST(a_rewound_machine_repeats_its_triggers_to_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
