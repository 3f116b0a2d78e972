/* player: drivers in order, events at their times, threads that wait for each other, the end */
#include "unit/bench.h"

#include "base/names.h"
#include "sim/player.h"

#define STEPS(array) {(array), sizeof(array) / sizeof(array)[0]}
#define RUN(steps) &(const struct ha_steps)STEPS(steps)
#define ONE_ADD                          \
    .kind = HA_EVENT_ADD_PROCESSOR,      \
    .add = &(const struct ha_add_options){HA_ANYWHERE}

static const struct ha_step register_sync[] = {{.kind = HA_STEP_REGISTER, .name = "sync"}};
static const struct ha_step deregister_sync[] = {{.kind = HA_STEP_DEREGISTER, .name = "sync"}};
static const struct ha_step ask_count[] = {
    {.kind = HA_STEP_QUERY, .routine = HA_RT_ACTIVE_COUNT_EX, .value = {.number = 0xffff}}};

static void drivers_are_loaded_in_order_and_unloaded_the_last_first(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 5, ONE_ADD}};

    bench_play(b, script, 2, event, 1);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 REG_ENTER a.sync flags=0 [4]\n"
                      "system-2 REG_LOCKED a.sync [4]\n"
                      "system-2 REG_RETURN a.sync handle [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "system-3 DRV_ENTRY_ENTER c [4]\n"
                      "system-3 REG_ENTER c.sync flags=0 [4]\n"
                      "system-3 REG_LOCKED c.sync [4]\n"
                      "system-3 REG_RETURN c.sync handle [4]\n"
                      "system-3 DRV_ENTRY_LEAVE c 0 [4]\n"
                      "hot-add UNIT_BEGIN 1 [4]\n"
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
                      "caller UNLOAD_REQ c 0 [5]\n"
                      "system-5 UNLOAD_ENTER c [5]\n"
                      "system-5 DEREG_ENTER c.sync [5]\n"
                      "system-5 DEREG_LOCKED c.sync [5]\n"
                      "system-5 DEREG_RETURN c.sync [5]\n"
                      "system-5 UNLOAD_LEAVE c [5]\n"
                      "system-5 IMAGE_FREED c [5]\n"
                      "caller UNLOAD_REQ a 0 [5]\n"
                      "system-6 UNLOAD_ENTER a [5]\n"
                      "system-6 DEREG_ENTER a.sync [5]\n"
                      "system-6 DEREG_LOCKED a.sync [5]\n"
                      "system-6 DEREG_RETURN a.sync [5]\n"
                      "system-6 UNLOAD_LEAVE a [5]\n"
                      "system-6 IMAGE_FREED a [5]\n"
                      "caller TRACE_END normally [5]\n");
}

static void events_happen_at_their_times_whatever_their_order_in_the_plan(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 3000, .kind = HA_EVENT_RUN, .run = RUN(ask_count)},
        {.due_ns = 1000, .kind = HA_EVENT_RUN, .run = RUN(ask_count)},
        {.due_ns = 2000, ONE_ADD}};

    bench_play(b, script, 1, event, 3);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    assert_int_equal(bench_record(b, HA_QUERY, 0)->time_ns, 1000);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.result, 4);
    assert_int_equal(bench_record(b, HA_ADD_BEGIN, 0)->time_ns, 2000);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->time_ns, 3000);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->as.query.result, 5);
}

static void events_at_the_same_time_happen_in_the_order_of_the_plan(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a"}};
    const struct ha_event_plan event[] = {
        {.due_ns = 7, .kind = HA_EVENT_RUN, .run = RUN(ask_count)},
        {.due_ns = 7, ONE_ADD},
        {.due_ns = 7, .kind = HA_EVENT_RUN, .run = RUN(ask_count)}};

    bench_play(b, script, 1, event, 3);

    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.result, 4);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->as.query.result, 5);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->time_ns, 7);
}

static void a_driver_that_loads_later_misses_what_came_before(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "late", .entry = STEPS(register_sync)},
                                       {.name = "early", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, ONE_ADD},
        {.due_ns = 2, .kind = HA_EVENT_LOAD, .driver = 0},
        {.due_ns = 3, ONE_ADD}};
    b->loads_later[0] = true;

    bench_play(b, script, 2, event, 3);

    expect_calls(b, "early.sync Start 4\n"
                    "early.sync Complete 4\n"
                    "early.sync Start 5\n"
                    "late.sync Start 5\n"
                    "early.sync Complete 5\n"
                    "late.sync Complete 5\n");
}

static void an_unloaded_driver_hears_no_more_and_is_not_unloaded_again(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, ONE_ADD},
        {.due_ns = 2, .kind = HA_EVENT_UNLOAD, .driver = 0},
        {.due_ns = 3, ONE_ADD}};

    bench_play(b, script, 1, event, 3);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    assert_int_equal(bench_count(b, HA_UNLOAD_ENTER), 1);
    assert_int_equal(bench_active_count(b), 6);
}

static void an_unloaded_driver_can_be_loaded_again(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, .kind = HA_EVENT_UNLOAD, .driver = 0},
        {.due_ns = 2, .kind = HA_EVENT_LOAD, .driver = 0},
        {.due_ns = 3, ONE_ADD}};

    bench_play(b, script, 1, event, 3);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    assert_int_equal(bench_count(b, HA_UNLOAD_ENTER), 2);
}

static void steps_run_in_the_name_of_their_driver_on_a_thread_of_their_own(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, .kind = HA_EVENT_RUN, .driver = 1, .run = RUN(deregister_sync)},
        {.due_ns = 2, ONE_ADD}};

    bench_play(b, script, 2, event, 2);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    const struct ha_record *removal = bench_record(b, HA_DEREG_ENTER, 0);
    assert_int_equal(removal->driver, 2);
    assert_int_equal(removal->thread, 4);
}

static void events_of_a_driver_that_is_not_loaded_are_refused(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a"}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, .kind = HA_EVENT_RUN, .driver = 0, .run = RUN(ask_count)},
        {.due_ns = 2, .kind = HA_EVENT_UNLOAD, .driver = 0}};
    b->loads_later[0] = true;

    bench_play(b, script, 1, event, 2);

    expect_records(b, "caller REFUSED the driver is not loaded [4]\n"
                      "caller REFUSED the driver is not loaded [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* One name is one driver: what is there is not loaded again, what is gone not unloaded again. */
static void a_driver_is_loaded_once_and_unloaded_once(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a"}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, .kind = HA_EVENT_LOAD, .driver = 0},
        {.due_ns = 2, .kind = HA_EVENT_LOAD, .driver = 0},
        {.due_ns = 3, .kind = HA_EVENT_UNLOAD, .driver = 0},
        {.due_ns = 4, .kind = HA_EVENT_UNLOAD, .driver = 0}};
    b->loads_later[0] = true;

    bench_play(b, script, 1, event, 4);

    expect_records(b, "system-2 DRV_ENTRY_ENTER a [4]\n"
                      "system-2 DRV_ENTRY_LEAVE a 0 [4]\n"
                      "caller REFUSED the driver is loaded already [4]\n"
                      "caller UNLOAD_REQ a 0 [4]\n"
                      "system-3 UNLOAD_ENTER a [4]\n"
                      "system-3 UNLOAD_LEAVE a [4]\n"
                      "system-3 IMAGE_FREED a [4]\n"
                      "caller REFUSED the driver is not loaded [4]\n"
                      "caller TRACE_END normally [4]\n");
}

/* DRV-8: nothing of a driver runs when its image is gone */
static void a_driver_that_is_gone_runs_nothing(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a"}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, .kind = HA_EVENT_UNLOAD, .driver = 0},
        {.due_ns = 2, .kind = HA_EVENT_RUN, .driver = 0, .run = RUN(register_sync)},
        {.due_ns = 3, ONE_ADD}};

    bench_play(b, script, 1, event, 3);

    expect_calls(b, "");
    assert_int_equal(bench_count(b, HA_REG_ENTER), 0);
    assert_int_equal(bench_count(b, HA_REFUSED), 1);
}

/* DEREG-5: the removal that finds the registration gone when its turn comes changes nothing */
static void two_removals_that_wait_for_an_add_remove_once(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait_step[] = {{.kind = HA_STEP_WAIT, .name = "go"}};
    static const struct ha_step signal_step[] = {{.kind = HA_STEP_SIGNAL, .name = "go"}};
    static const struct ha_handler waits[] = {
        {.callback = "sync", .state = KeProcessorAddStartNotify, .processor = HA_ANY_PROCESSOR,
         .steps = {wait_step, 1}}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync),
                                        .handler = waits, .handler_count = 1}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, ONE_ADD},
        {.due_ns = 2, .kind = HA_EVENT_RUN, .driver = 0, .run = RUN(deregister_sync)},
        {.due_ns = 2, .kind = HA_EVENT_RUN, .driver = 0, .run = RUN(deregister_sync)},
        {.due_ns = 3, .kind = HA_EVENT_RUN, .driver = 0, 
         .run = &(const struct ha_steps){signal_step, 1}},
        {.due_ns = 4, ONE_ADD}};
    b->findings = "a DEREG-5\n";

    bench_play(b, script, 1, event, 5);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
}

/* REG-10, DEREG-3: both are asked for at the time of the add, before and after it in the plan */
static void a_removal_posted_after_an_add_comes_after_it(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, ONE_ADD},
        {.due_ns = 1, .kind = HA_EVENT_RUN, .driver = 0, .run = RUN(deregister_sync)},
        {.due_ns = 1, ONE_ADD}};

    bench_play(b, script, 1, event, 3);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    assert_int_equal(bench_active_count(b), 6);
}

static void a_plan_of_nothing_ends_normally(void **state)
{
    struct bench *b = *state;

    bench_play(b, NULL, 0, NULL, 0);

    expect_records(b, "caller TRACE_END normally [4]\n");
    assert_int_equal(ha_machine_replayed(b->machine), HA_OK);
}

static void the_options_of_a_plan_are_its_own(void **state)
{
    struct ha_plan plan = {.name = "a plan", .scenario_hash = 17};
    struct ha_machine_options options;
    (void)state;
    plan.profile = ha_profile_preset(HA_PRESET_INTRO);
    plan.partition.group_count = 3;

    options = ha_player_options(&plan, "a token");

    assert_string_equal(options.name, "a plan");
    assert_int_equal(options.scenario_hash, 17);
    assert_int_equal(options.profile.preset, HA_PRESET_INTRO);
    assert_int_equal(options.partition.group_count, 3);
    assert_string_equal(options.replay, "a token");
}

/* Two threads meet at an event. */
static void a_wait_ends_when_another_driver_signals(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait[] = {
        {.kind = HA_STEP_WAIT, .name = "go"},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_ACTIVE_GROUPS}};
    static const struct ha_step signal[] = {
        {.kind = HA_STEP_QUERY, .routine = HA_RT_MAXIMUM_GROUPS},
        {.kind = HA_STEP_SIGNAL, .name = "go"}};
    const struct ha_script script[] = {{.name = "a"}, {.name = "c"}};
    const struct ha_event_plan event[] = {
        {.kind = HA_EVENT_RUN, .driver = 0, .run = RUN(wait)},
        {.due_ns = 1, .kind = HA_EVENT_RUN, .driver = 1, .run = RUN(signal)}};

    bench_play(b, script, 2, event, 2);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_NORMALLY);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->driver, 2);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->driver, 1);
    assert_int_equal(bench_record(b, HA_QUERY, 1)->time_ns, 1);
    assert_int_equal(bench_record(b, HA_WAIT_BEGIN, 0)->as.wait.blocked, 1);
}

static void a_wait_for_what_was_signalled_goes_on_at_once(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {{.kind = HA_STEP_SIGNAL, .name = "go"},
                                           {.kind = HA_STEP_WAIT, .name = "go"},
                                           {.kind = HA_STEP_REGISTER, .name = "sync"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    const struct ha_event_plan event[] = {{ONE_ADD}};

    bench_play(b, script, 1, event, 1);

    expect_calls(b, "a.sync Start 4\na.sync Complete 4\n");
    assert_int_equal(bench_record(b, HA_WAIT_BEGIN, 0)->as.wait.blocked, 0);
}

static void a_wait_that_nobody_ends_is_a_deadlock(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {{.kind = HA_STEP_WAIT, .name = "go"}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    const struct ha_event_plan event[] = {{ONE_ADD}};

    bench_play(b, script, 1, event, 1);

    assert_int_equal(ha_machine_ending(b->machine), HA_END_DEADLOCK);
    assert_int_equal(bench_record(b, HA_DEADLOCK, 0)->driver, 1);
}

static const struct ha_step refuse[] = {
    {.kind = HA_STEP_SET_OPERATION_STATUS, .nt_status = STATUS_NO_MEMORY}};

/* All presets, all hardware: whatever the profile, the judge finds nothing against the kernel. */
static void under_every_preset_the_kernel_does_what_the_rules_say(void **state)
{
    const struct ha_handler handler[] = {{.callback = "sync", .state = HA_STATE_START,
                                          .processor = 5, .times = 1, .steps = STEPS(refuse)}};
    static const struct ha_step existing[] = {
        {.kind = HA_STEP_REGISTER, .name = "sync", .flags = KE_PROCESSOR_CHANGE_ADD_EXISTING}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(existing)},
        {.name = "c", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "d", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {.kind = HA_EVENT_ADD_PROCESSOR,
         .add = &(const struct ha_add_options){HA_ANYWHERE, .count = 2}},
        {.kind = HA_EVENT_ADD_PROCESSOR,
         .add = &(const struct ha_add_options){HA_ANYWHERE, .count = 2,
                                               .hardware_start = STATUS_IO_TIMEOUT}},
        {.kind = HA_EVENT_RUN, .driver = 2, .run = RUN(deregister_sync)},
        {.kind = HA_EVENT_ADD_PROCESSOR,
         .add = &(const struct ha_add_options){HA_ANYWHERE, .count = 4}}};
    (void)state;
    for (unsigned preset = 0; preset < HA_PRESET_COUNT; preset++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        b->options.profile = ha_profile_preset((enum ha_preset)preset);
        bench_play(b, script, 3, event, 4);
        assert_int_equal(bench_active_count(b), 8);
        bench_teardown((void **)&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(drivers_are_loaded_in_order_and_unloaded_the_last_first),
        BENCH_TEST(events_happen_at_their_times_whatever_their_order_in_the_plan),
        BENCH_TEST(events_at_the_same_time_happen_in_the_order_of_the_plan),
        BENCH_TEST(a_driver_that_loads_later_misses_what_came_before),
        BENCH_TEST(an_unloaded_driver_hears_no_more_and_is_not_unloaded_again),
        BENCH_TEST(an_unloaded_driver_can_be_loaded_again),
        BENCH_TEST(steps_run_in_the_name_of_their_driver_on_a_thread_of_their_own),
        BENCH_TEST(events_of_a_driver_that_is_not_loaded_are_refused),
        BENCH_TEST(a_driver_is_loaded_once_and_unloaded_once),
        BENCH_TEST(a_driver_that_is_gone_runs_nothing),
        BENCH_TEST(two_removals_that_wait_for_an_add_remove_once),
        BENCH_TEST(a_removal_posted_after_an_add_comes_after_it),
        BENCH_TEST(a_plan_of_nothing_ends_normally),
        BENCH_TEST(a_wait_ends_when_another_driver_signals),
        BENCH_TEST(a_wait_for_what_was_signalled_goes_on_at_once),
        BENCH_TEST(a_wait_that_nobody_ends_is_a_deadlock),
        cmocka_unit_test(the_options_of_a_plan_are_its_own),
        cmocka_unit_test(under_every_preset_the_kernel_does_what_the_rules_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
