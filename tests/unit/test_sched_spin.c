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

/* A thread that was made is a record: what was polled before counts no more. */
static void the_count_begins_anew_when_something_was_recorded(void **state)
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

static void run_all(struct ha_world *world)
{
    do
        ha_sched_run_until_quiet(world);
    while (!world->sched.ending && ha_queue_run_next(world));
}

/* From then on every 1,000th takes 100 ns. */
static void from_a_million_polls_of_a_thread_that_is_alone_time_passes(void **state)
{
    struct polling polling = {.t = *state, .most = 2 * ALONE};
    ha_queue_post(polling.t->world, 5000, be_due, &polling);
    test_world_thread(polling.t, poll_for_flag, &polling);

    run_all(polling.t->world);

    assert_string_equal(polling.t->said, "set seen ");
    assert_int_equal(polling.others_ran_at, ALONE + 49 * IN_A_ROW);
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

/* Neither gives way to the other for good, and still what is due comes. */
static void two_threads_that_poll_let_time_pass(void **state)
{
    struct test_world *t = *state;
    struct polling one = {.t = t, .most = 3 * ALONE}, other = one;
    ha_queue_post(t->world, 5000, be_due, &one);
    ha_queue_post(t->world, 6000, be_due, &other);
    test_world_thread(t, poll_for_flag, &one);
    test_world_thread(t, poll_for_flag, &other);

    run_all(t->world);

    assert_string_equal(t->said, "set seen set seen ");
    assert_int_equal(t->world->time_ns, 6000);
}

static void pause_until_one_second(void *argument)
{
    struct polling *polling = argument;
    struct ha_world *world = polling->t->world;
    for (; world->time_ns < UINT64_C(1000000000); polling->polls++)
        ha_sched_pause(world);
}

/* 64 pauses of each length from 100 ns to 0.4 ms, and then 0.8192 ms each. */
static void pauses_become_longer(void **state)
{
    struct polling polling = {.t = *state};
    test_world_thread(polling.t, pause_until_one_second, &polling);

    run_all(polling.t->world);

    assert_int_equal(polling.polls, 64 * 13 + 1157);
}

static void poll_for_ever(void *argument)
{
    struct test_world *t = argument;
    t->world->sched.running->operations++;
    for (;;)
        ha_sched_spin(t->world);
}

static void an_operation_that_polls_for_what_does_not_come_is_a_deadlock(void **state)
{
    struct test_world *t = *state;
    test_world_thread(t, poll_for_ever, t);

    run_all(t->world);

    const struct ha_record *deadlock = test_world_record(t, HA_DEADLOCK, 0);
    assert_int_equal(t->world->sched.ending, HA_END_DEADLOCK);
    assert_non_null(deadlock);
    assert_int_equal(deadlock->as.wait.waiter, 2);
    assert_int_equal(deadlock->as.wait.reason, HA_REASON_POLLS);
    assert_null(test_world_record(t, HA_DEADLOCK, 1));
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
        with_world(the_count_begins_anew_when_something_was_recorded),
        with_world(from_a_million_polls_of_a_thread_that_is_alone_time_passes),
        with_world(a_loop_that_polls_less_takes_no_time),
        with_world(two_threads_that_poll_let_time_pass),
        with_world(pauses_become_longer),
        with_world(an_operation_that_polls_for_what_does_not_come_is_a_deadlock),
        with_world(a_run_that_ends_stops_a_thread_that_polls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
