/* deadlock: drivers that wait for what waits for them; the run says who waits for what, and ends */
#include "unit/scripting.h"

static const struct ha_step register_sync[] = {REGISTER};

/* DEREG-3: A waits in its call for two removals, which wait for the end of that add */
static void two_removals_that_a_callback_waits_for_are_a_deadlock(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait[] = {WAIT("a is gone"), WAIT("c is gone")};
    static const struct ha_step remove_a[] = {REMOVE("a"), SIGNAL("a is gone")};
    static const struct ha_step remove_c[] = {REMOVE("c"), SIGNAL("c is gone")};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, wait)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1},
        {.name = "c", .entry = STEPS(register_sync)}};
    const struct ha_event_plan event[] = {
        {ADD}, {RUN(0, remove_a), WHILE_A_STARTS}, {RUN(1, remove_c), WHILE_A_STARTS}};
    b->drivers_err = true;

    bench_play(b, script, 2, event, 3);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "system-5 DEREG_ENTER a.sync [4]\n"
                     "system-5 WAIT_BEGIN [4]\n"
                     "system-6 DEREG_ENTER c.sync [4]\n"
                     "system-6 WAIT_BEGIN [4]\n"
                     "hot-add WAIT_BEGIN [4]\n"
                     "caller DEADLOCK hot-add waits for \"a is gone\" [4]\n"
                     "caller DEADLOCK system-5 waits for \"the lock of registrations and adds\" "
                     "of hot-add [4]\n"
                     "caller DEADLOCK system-6 waits for \"the lock of registrations and adds\" "
                     "of hot-add [4]\n");
}

static void a_callback_that_waits_for_its_own_removal_waits_for_ever_unless_deferred(void **state)
{
    static const struct { const char *wait; enum ha_ending ending; } cases[] = {
        {"transaction", HA_END_DEADLOCK}, {"per_call", HA_END_DEADLOCK},
        {"deferred", HA_END_NORMALLY}};
    static const struct ha_step wait[] = {WAIT("gone")}, removed[] = {REMOVE("a"), SIGNAL("gone")};
    const struct ha_handler handler[] = {{WHEN(HA_STATE_START, wait)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 1}};
    const struct ha_event_plan event[] = {{ADD}, {RUN(0, removed), WHILE_A_STARTS}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_turn(b, "dereg_wait", cases[i].wait);
        b->drivers_err = true;
        bench_play(b, script, 1, event, 2);
        assert_int_equal(ha_machine_ending(b->machine), cases[i].ending);
        assert_int_equal(bench_count(b, HA_DEADLOCK),
                         cases[i].ending == HA_END_DEADLOCK ? 2 : 0);
        if (cases[i].ending == HA_END_DEADLOCK)
            assert_int_equal(bench_record(b, HA_DEADLOCK, 1)->as.wait.holder,
                             bench_record(b, HA_CB_ENTER, 0)->thread);
        bench_teardown((void **)&b);
    }
}

/* HOT-9: the second add cannot begin before the first one has ended */
static void a_callback_that_waits_for_the_next_add_is_a_deadlock(void **state)
{
    struct bench *b = *state;
    static const struct ha_step wait[] = {WAIT("5 starts")}, signal[] = {SIGNAL("5 starts")};
    const struct ha_handler handler[] = {
        {.callback = "sync", .state = HA_STATE_START, .processor = 4, .steps = STEPS(wait)},
        {.callback = "sync", .state = HA_STATE_START, .processor = 5, .steps = STEPS(signal)}};
    const struct ha_script script[] = {
        {.name = "a", .entry = STEPS(register_sync), .handler = handler, .handler_count = 2}};
    const struct ha_event_plan event[] = {{ADD}, {ADD}};

    bench_play(b, script, 1, event, 2);

    expect_middle(b, "hot-add UNIT_BEGIN 1 [4]\n"
                     "hot-add ADD_BEGIN [4]\n"
                     "hot-add enters a.sync Start 4 (0.4) st=0 op=0 [4]\n"
                     "hot-add WAIT_BEGIN [4]\n"
                     "caller DEADLOCK hot-add waits for \"5 starts\" [4]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(two_removals_that_a_callback_waits_for_are_a_deadlock),
        cmocka_unit_test(a_callback_that_waits_for_its_own_removal_waits_for_ever_unless_deferred),
        BENCH_TEST(a_callback_that_waits_for_the_next_add_is_a_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
