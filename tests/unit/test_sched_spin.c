/* core: threads that poll let others run, and time pass */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/world.h"

#define IN_A_ROW 1000u
#define ALONE 1000000u

/* Threads that share a flag, and how often one of them polled. */
struct polling {
    struct test_world *t;
    bool flag;
    uint32_t most, polls, others_ran_at;
};

static void poll_for_flag(void *argument)
{
    struct polling *polling = argument;
    while (!polling->flag && polling->polls < polling->most) {
        polling->polls++;
        ha_sched_spin(polling->t->world);
    }
    test_world_say(polling->t, polling->flag ? "seen" : "in-vain");
}

static void set_flag(void *argument)
{
    struct polling *polling = argument;
    polling->flag = true;
    polling->others_ran_at = polling->polls;
    test_world_say(polling->t, "set");
}

static void a_thread_that_polls_sees_what_another_one_sets(void **state)
{
    struct polling polling = {.t = *state, .most = 10 * IN_A_ROW};
    test_world_thread(polling.t, poll_for_flag, &polling);
    test_world_thread(polling.t, set_flag, &polling);

    ha_sched_run_until_quiet(polling.t->world);

    assert_string_equal(polling.t->said, "set seen ");
    assert_int_equal(polling.others_ran_at, IN_A_ROW);
}

static void fewer_polls_let_nobody_else_go_on(void **state)
{
    struct polling polling = {.t = *state, .most = IN_A_ROW - 1};
    test_world_thread(polling.t, poll_for_flag, &polling);
    test_world_thread(polling.t, set_flag, &polling);

    ha_sched_run_until_quiet(polling.t->world);

    assert_string_equal(polling.t->said, "in-vain set ");
}

static void poll_a_little(void *argument)
{
    struct polling *polling = argument;
    for (uint32_t i = 0; i < polling->most; i++)
        ha_sched_spin(polling->t->world);
    ha_sched_yield(polling->t->world);
    poll_for_flag(argument);
}

static void bring_one_who_sets(void *argument)
{
    struct polling *polling = argument;
    test_world_thread(polling->t, set_flag, polling);
}

/* What was polled before another thread ran counts no more, so the flag is set too late. */
static void the_count_begins_anew_when_another_thread_has_run(void **state)
{
    struct polling polling = {.t = *state, .most = IN_A_ROW - 1};
    test_world_thread(polling.t, poll_a_little, &polling);
    test_world_thread(polling.t, bring_one_who_sets, &polling);

    ha_sched_run_until_quiet(polling.t->world);

    assert_string_equal(polling.t->said, "in-vain set ");
}

static void be_due(struct ha_world *world, void *argument)
{
    (void)world;
    set_flag(argument);
}

static void a_million_polls_of_a_thread_that_is_alone_bring_what_is_due(void **state)
{
    struct polling polling = {.t = *state, .most = 2 * ALONE};
    ha_queue_post(polling.t->world, 5000, be_due, &polling);
    test_world_thread(polling.t, poll_for_flag, &polling);

    ha_sched_run_until_quiet(polling.t->world);

    assert_string_equal(polling.t->said, "set seen ");
    assert_int_equal(polling.others_ran_at, ALONE);
    assert_int_equal(polling.t->world->time_ns, 5000);
}

static void a_loop_that_polls_less_takes_no_time(void **state)
{
    struct polling polling = {.t = *state, .most = ALONE - 1};
    ha_queue_post(polling.t->world, 5000, be_due, &polling);
    test_world_thread(polling.t, poll_for_flag, &polling);

    ha_sched_run_until_quiet(polling.t->world);

    assert_string_equal(polling.t->said, "in-vain ");
    assert_int_equal(polling.t->world->time_ns, 0);
}

static void end_and_poll(void *argument)
{
    struct polling *polling = argument;
    ha_sched_end(polling->t->world, HA_END_SIGNAL);
    ha_sched_spin(polling->t->world);
    test_world_say(polling->t, "went-on");
}

static void a_run_that_ends_stops_a_thread_that_polls(void **state)
{
    struct polling polling = {.t = *state};
    test_world_thread(polling.t, end_and_poll, &polling);

    ha_sched_run_until_quiet(polling.t->world);

    assert_string_equal(polling.t->said, "");
}

#define with_world(test) \
    cmocka_unit_test_setup_teardown(test, test_world_setup, test_world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(a_thread_that_polls_sees_what_another_one_sets),
        with_world(fewer_polls_let_nobody_else_go_on),
        with_world(the_count_begins_anew_when_another_thread_has_run),
        with_world(a_million_polls_of_a_thread_that_is_alone_bring_what_is_due),
        with_world(a_loop_that_polls_less_takes_no_time),
        with_world(a_run_that_ends_stops_a_thread_that_polls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
