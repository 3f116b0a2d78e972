/* driver: loaded and unloaded while an add runs, also while its own callback does */
#include "unit/scripting.h"

static const struct ha_step register_sync[] = {REGISTER};
static const struct ha_step register_existing[] = {REGISTER_EXISTING};
static const struct ha_script two[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c", .entry = STEPS(register_sync)}};

/* REG-10: the entry of the late driver waits inside its registration */
static void a_driver_that_is_loaded_during_an_add_registers_behind_it(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(register_sync)},
                                       {.name = "c", .entry = STEPS(register_existing)}};
    const struct ha_event_plan event[] = {{ADD}, {LOAD(1), WHILE_A_STARTS}};
    b->loads_later[1] = true;
    b->group[0] = (struct ha_group_options){.maximum = 2, .active_mask = 1};

    bench_play(b, script, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [1]\n"
                     "hot-add ADD_BEGIN [1]\n"
                     "hot-add enters a.sync Start 1 (0.1) st=0 op=0 [1]\n"
                     "system-4 DRV_ENTRY_ENTER c [1]\n"
                     "system-4 REG_ENTER c.sync flags=1 [1]\n"
                     "system-4 WAIT_BEGIN [1]\n"
                     "hot-add leaves a.sync Start op=0 [1]\n"
                     "hot-add HW_START 0 [1]\n"
                     "hot-add ACTIVE 1 [2]\n"
                     "hot-add SCHED 1 [2]\n"
                     "hot-add a.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                     "hot-add DEVICE_STARTED 1 [2]\n"
                     "hot-add IFACE_UP 1 [2]\n"
                     "hot-add ADD_END 0 [2]\n"
                     "hot-add UNIT_END 1 [2]\n"
                     "system-4 WAIT_END [2]\n"
                     "system-4 REG_LOCKED c.sync [2]\n"
                     "system-4 c.sync Start 0 (0.0) st=0 op=0>0 [2]\n"
                     "system-4 c.sync Start 1 (0.1) st=0 op=0>0 [2]\n"
                     "system-4 c.sync Complete 0 (0.0) st=0 op=0>0 [2]\n"
                     "system-4 c.sync Complete 1 (0.1) st=0 op=0>0 [2]\n"
                     "system-4 REG_RETURN c.sync handle [2]\n"
                     "system-4 DRV_ENTRY_LEAVE c 0 [2]\n");
}

/* DEREG-3, DRV-8: C heard Start, so it hears Complete before its image goes */
static void a_driver_that_is_unloaded_during_an_add_hears_it_to_the_end(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {{ADD}, {UNLOAD(1), WHILE_A_STARTS}};

    bench_play(b, two, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add UNLOAD_REQ c 0 [4]\n"
                     "system-5 UNLOAD_ENTER c [4]\n"
                     "system-5 DEREG_ENTER c.sync [4]\n"
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
                     "system-5 DEREG_LOCKED c.sync [5]\n"
                     "system-5 DEREG_RETURN c.sync [5]\n"
                     "system-5 UNLOAD_LEAVE c [5]\n"
                     "system-5 IMAGE_FREED c [5]\n");
}

/* DRV-8: the image waits for the call that is running; its thread goes on first */
static void the_image_of_a_driver_that_forgets_waits_for_its_running_call(void **state)
{
    struct bench *b = *state;
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .has_unload = true},
        {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {{ADD}, {UNLOAD(0), WHILE_A_STARTS}};
    b->drivers_err = true;

    bench_play(b, script, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add UNLOAD_REQ a 0 [4]\n"
                     "system-5 UNLOAD_ENTER a [4]\n"
                     "system-5 UNLOAD_LEAVE a [4]\n"
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
                     "system-5 IMAGE_FREED a [5]\n");
}

/* DEREG-2: the removal waits for the running call only, so there is no Complete */
static void where_removals_wait_for_a_call_a_driver_is_unloaded_behind_it(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {{ADD}, {UNLOAD(0), WHILE_A_STARTS}};
    bench_turn(b, "dereg_wait", "per_call");

    bench_play(b, two, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add UNLOAD_REQ a 0 [4]\n"
                     "system-5 UNLOAD_ENTER a [4]\n"
                     "system-5 DEREG_ENTER a.sync [4]\n"
                     "system-5 WAIT_BEGIN [4]\n"
                     "hot-add leaves a.sync Start op=0 [4]\n"
                     "system-5 WAIT_END [4]\n"
                     "system-5 DEREG_RETURN a.sync [4]\n"
                     "system-5 UNLOAD_LEAVE a [4]\n"
                     "system-5 IMAGE_FREED a [4]\n"
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

/* DEREG-3, DRV-8: the kernel put the removal off, and the image goes behind the last call */
static void where_removals_are_deferred_the_image_still_waits_for_the_call(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {{ADD}, {UNLOAD(0), WHILE_A_STARTS}};
    bench_turn(b, "dereg_wait", "deferred");

    bench_play(b, two, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add UNLOAD_REQ a 0 [4]\n"
                     "system-5 UNLOAD_ENTER a [4]\n"
                     "system-5 DEREG_ENTER a.sync [4]\n"
                     "system-5 DEREG_RETURN a.sync [4]\n"
                     "system-5 UNLOAD_LEAVE a [4]\n"
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
                     "system-5 IMAGE_FREED a [5]\n");
}

/* Worked trace 4.9, dereg_wait=per_call: removal and image wait for one call, nobody for two */
static void all_who_wait_for_a_call_go_on_when_it_ends_the_oldest_first(void **state)
{
    struct bench *b = *state;
    static const struct ha_step remove_sync[] = {REMOVE(NULL)};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .has_unload = true},
        {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(0, remove_sync), WHILE_A_STARTS}, {UNLOAD(0), WHILE_A_STARTS}};
    bench_turn(b, "dereg_wait", "per_call");

    bench_play(b, script, 2, event, 3);

    expect_calls(b, "a.sync Start 4\nc.sync Start 4\nc.sync Complete 4\n");
    uint64_t removed = ha_record_seq(bench_record(b, HA_DEREG_RETURN, 0));
    uint64_t freed = ha_record_seq(bench_record(b, HA_IMAGE_FREED, 0));
    assert_true(removed < freed);
    assert_true(freed < ha_record_seq(bench_record(b, HA_CB_CALL, 0)));
}

/* DEREG-3, DRV-8: it has done what it must, so nothing of it is there to be called in error */
static void where_removals_are_deferred_a_driver_that_has_not_been_called_goes_at_once(void **state)
{
    struct bench *b = *state;
    const struct ha_event_plan event[] = {{ADD}, {UNLOAD(1), WHILE_A_STARTS}};
    bench_turn(b, "dereg_wait", "deferred");

    bench_play(b, two, 2, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add UNLOAD_REQ c 0 [4]\n"
                     "system-5 UNLOAD_ENTER c [4]\n"
                     "system-5 DEREG_ENTER c.sync [4]\n"
                     "system-5 DEREG_RETURN c.sync [4]\n"
                     "system-5 UNLOAD_LEAVE c [4]\n"
                     "system-5 IMAGE_FREED c [4]\n"
                     "hot-add leaves a.sync Start op=0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

/*
 * DEREG-1: A is removed while an add and the EXIST phase of C are in progress. The add ends, the
 * phase goes on, and the next add begins: A must not hear of that one.
 */
static void a_removal_put_off_is_done_when_the_next_add_begins_beside_a_phase(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait[] = {WAIT("go")}, go[] = {SIGNAL("go")};
    static const struct ha_step remove[] = {REMOVE(NULL)};
    static const struct ha_handler handler[] = {
        {.callback = "sync", .state = HA_STATE_START, .processor = 0, .steps = STEPS(wait)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync)},
        {.name = "c", .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(1, register_existing), WHILE_A_STARTS},
        {RUN(0, remove), DURING(CALL("c", "sync", HA_STATE_START, 0))},
        {.due_ns = 1, ADD}, {.due_ns = 2, RUN(1, go)}};
    bench_turn(b, "dereg_wait", "deferred");
    bench_turn(b, "register_during_add", "late_join");
    b->group[0] = (struct ha_group_options){.maximum = 3, .active_mask = 1};

    bench_play(b, script, 2, event, COUNT(event));

    expect_calls(b, "a.sync Start 1\n"
                    "c.sync Start 0\n"
                    "a.sync Complete 1\n"
                    "c.sync Start 2\n"
                    "c.sync Complete 2\n"
                    "c.sync Complete 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_driver_that_is_loaded_during_an_add_registers_behind_it),
        BENCH_TEST(a_driver_that_is_unloaded_during_an_add_hears_it_to_the_end),
        BENCH_TEST(the_image_of_a_driver_that_forgets_waits_for_its_running_call),
        BENCH_TEST(where_removals_wait_for_a_call_a_driver_is_unloaded_behind_it),
        BENCH_TEST(all_who_wait_for_a_call_go_on_when_it_ends_the_oldest_first),
        BENCH_TEST(where_removals_are_deferred_the_image_still_waits_for_the_call),
        BENCH_TEST(where_removals_are_deferred_a_driver_that_has_not_been_called_goes_at_once),
        BENCH_TEST(a_removal_put_off_is_done_when_the_next_add_begins_beside_a_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
