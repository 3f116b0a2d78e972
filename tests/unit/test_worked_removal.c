/*
 * Worked traces: what a removal during a hot-add looks like record by record, played through
 * triggers, and how each point of the profile changes it.
 */
#include "unit/scripting.h"

static const struct ha_step register_sync[] = {REGISTER};
static const struct ha_step remove_own[] = {REMOVE(NULL)};
static const struct ha_step remove_a[] = {REMOVE("a")};
static const struct ha_step refuse[] = {REFUSE};

static const struct ha_call_pattern a_starts = {CALL("a", "sync", HA_STATE_START, 4)};

static const struct ha_event_plan add_one = {ADD};

static const struct ha_script a_and_b[] = {{.name = "a", .entry = STEPS(register_sync)},
                                           {.name = "b", .entry = STEPS(register_sync)}};
static const struct ha_handler a_refuses[] = {{WHEN(HA_STATE_START, refuse)}};
static const struct ha_script refusing_a_and_b[] = {
    {.name = "a", .entry = STEPS(register_sync), .handler = a_refuses, .handler_count = 1},
    {.name = "b", .entry = STEPS(register_sync)}};

/* A and B are registered; A is removed on another thread while its Start call runs. */
static void play_removal(struct bench *b, const struct ha_script *script)
{
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(0, remove_own), .trigger = HA_DURING_CALL, .call = &a_starts}};
    bench_play(b, script, 2, event, 2);
}

/* DEREG-1, DEREG-2, DEREG-3, REG-12, HOT-1 */
static void a_removal_waits_for_the_end_of_the_add(void **state)
{
    struct bench *b = *state;

    play_removal(b, a_and_b);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 DEREG_ENTER a.sync [4]\n"
                     "system-5 WAIT_BEGIN [4]\n"
                     "hot-add leaves a.sync Start op=0 [4]\n"
                     "hot-add b.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add b.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n"
                     "system-5 WAIT_END [5]\n"
                     "system-5 DEREG_LOCKED a.sync [5]\n"
                     "system-5 DEREG_RETURN a.sync [5]\n");
}

/* DEREG-2, DEREG-6 */
static void a_removal_that_waits_for_the_call_only_drops_the_second_call(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "per_call");

    play_removal(b, a_and_b);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 DEREG_ENTER a.sync [4]\n"
                     "system-5 WAIT_BEGIN [4]\n"
                     "hot-add leaves a.sync Start op=0 [4]\n"
                     "system-5 WAIT_END [4]\n"
                     "system-5 DEREG_RETURN a.sync [4]\n"
                     "hot-add b.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add b.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

/* DEREG-3: it returns at once, and is told to the end of the round */
static void a_deferred_removal_takes_effect_behind_the_add(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "deferred");

    play_removal(b, a_and_b);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 DEREG_ENTER a.sync [4]\n"
                     "system-5 DEREG_RETURN a.sync [4]\n"
                     "hot-add leaves a.sync Start op=0 [4]\n"
                     "hot-add b.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add b.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

/* STAT-9 */
static void an_error_stands_although_its_writer_is_being_removed(void **state)
{
    struct bench *b = *state;

    play_removal(b, refusing_a_and_b);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 DEREG_ENTER a.sync [4]\n"
                     "system-5 WAIT_BEGIN [4]\n"
                     "hot-add leaves a.sync Start op=STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add b.sync Start 4 (0.4) st=0 "
                     "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add a.sync Failure 4 (0.4) st=STATUS_INSUFFICIENT_RESOURCES "
                     "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add b.sync Failure 4 (0.4) st=STATUS_INSUFFICIENT_RESOURCES "
                     "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add ADD_END STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add UNIT_END 0 [4]\n"
                     "system-5 WAIT_END [4]\n"
                     "system-5 DEREG_LOCKED a.sync [4]\n"
                     "system-5 DEREG_RETURN a.sync [4]\n");
}

/* STAT-9, DEREG-2 */
static void an_error_stands_although_its_writer_is_gone(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "per_call");

    play_removal(b, refusing_a_and_b);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 DEREG_ENTER a.sync [4]\n"
                     "system-5 WAIT_BEGIN [4]\n"
                     "hot-add leaves a.sync Start op=STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "system-5 WAIT_END [4]\n"
                     "system-5 DEREG_RETURN a.sync [4]\n"
                     "hot-add b.sync Start 4 (0.4) st=0 "
                     "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add b.sync Failure 4 (0.4) st=STATUS_INSUFFICIENT_RESOURCES "
                     "op=STATUS_INSUFFICIENT_RESOURCES>STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add ADD_END STATUS_INSUFFICIENT_RESOURCES [4]\n"
                     "hot-add UNIT_END 0 [4]\n");
}

/* B removes A inside its own Start call, on the thread of the add. */
static void play_removal_by_b(struct bench *b)
{
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, remove_a)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync)},
        {.name = "b", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1}};
    bench_play(b, script, 2, &add_one, 1);
}

/* DEREG-3, DEREG-6: at once, and A hears no Complete */
static void a_removal_on_the_thread_of_the_add_is_done_at_once(void **state)
{
    struct bench *b = *state;

    play_removal_by_b(b);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add enters b.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add DEREG_ENTER a.sync [4]\n"
                     "hot-add DEREG_LOCKED a.sync [4]\n"
                     "hot-add DEREG_RETURN a.sync [4]\n"
                     "hot-add leaves b.sync Start op=0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add b.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

static void so_it_is_where_removals_wait_for_a_call_only(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "per_call");

    play_removal_by_b(b);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add enters b.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add DEREG_ENTER a.sync [4]\n"
                     "hot-add DEREG_LOCKED a.sync [4]\n"
                     "hot-add DEREG_RETURN a.sync [4]\n"
                     "hot-add leaves b.sync Start op=0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add b.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

static void where_removals_are_deferred_a_hears_complete(void **state)
{
    struct bench *b = *state;
    bench_turn(b, "dereg_wait", "deferred");

    play_removal_by_b(b);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add a.sync Start 4 (0.4) st=0 op=0>0 [4]\n"
                     "hot-add enters b.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add DEREG_ENTER a.sync [4]\n"
                     "hot-add DEREG_RETURN a.sync [4]\n"
                     "hot-add leaves b.sync Start op=0 [4]\n"
                     "hot-add HW_START 0 [4]\n"
                     "hot-add ACTIVE 4 [5]\n"
                     "hot-add SCHED 4 [5]\n"
                     "hot-add a.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add b.sync Complete 4 (0.4) st=0 op=0>0 [5]\n"
                     "hot-add DEVICE_STARTED 4 [5]\n"
                     "hot-add IFACE_UP 4 [5]\n"
                     "hot-add ADD_END 0 [5]\n"
                     "hot-add UNIT_END 1 [5]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_removal_waits_for_the_end_of_the_add),
        BENCH_TEST(a_removal_that_waits_for_the_call_only_drops_the_second_call),
        BENCH_TEST(a_deferred_removal_takes_effect_behind_the_add),
        BENCH_TEST(an_error_stands_although_its_writer_is_being_removed),
        BENCH_TEST(an_error_stands_although_its_writer_is_gone),
        BENCH_TEST(a_removal_on_the_thread_of_the_add_is_done_at_once),
        BENCH_TEST(so_it_is_where_removals_wait_for_a_call_only),
        BENCH_TEST(where_removals_are_deferred_a_hears_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
