/* core: how the threads of a world come to rest: quiet, deadlock, early end */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/object.h"
#include "unit/world.h"

/* A thread that says its name before and after it waits for something. */
struct actor {
    struct test_world *t;
    const char *name;
    struct ha_object *event;        /* NULL: it only comes to a scheduling point */
    enum ha_ending ending;          /* what it ends the run with before that, if anything */
    struct ha_thread *thread;
};

static void act(void *argument)
{
    struct actor *actor = argument;
    struct ha_world *world = actor->t->world;
    test_world_say(actor->t, actor->name);
    if (actor->ending)
        ha_sched_end(world, actor->ending);
    if (actor->event)
        ha_event_wait(world, actor->event);
    else
        ha_sched_point(world);
    test_world_say(actor->t, "on");
}

static struct actor cast(struct test_world *t, const char *name, struct ha_object *event)
{
    return (struct actor){.t = t, .name = name, .event = event};
}

static void enter(struct actor *actor)
{
    actor->thread = test_world_thread(actor->t, act, actor);
}

static void assert_only_the_adopted_thread_is_left(const struct test_world *t)
{
    const struct ha_sched *sched = &t->world->sched;
    assert_ptr_equal(sched->running, sched->adopted);
    assert_ptr_equal(sched->first_live, sched->adopted);
    assert_ptr_equal(sched->last_live, sched->adopted);
    assert_null(sched->adopted->next_live);
    assert_null(sched->first_ready);
    assert_int_equal(sched->ready, 0);
    assert_int_equal(sched->raised, 0);
    assert_ptr_equal(ha_thread_current(), sched->adopted);
}

static void a_world_whose_threads_wait_is_quiet_and_goes_on_later(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "work");
    struct actor worker = cast(t, "worker", &event);
    enter(&worker);

    ha_sched_run_until_quiet(t->world);
    assert_string_equal(t->said, "worker ");
    assert_int_equal(t->world->sched.ending, HA_END_NOT_YET);
    ha_sched_run_until_quiet(t->world);
    ha_event_set(t->world, &event);
    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "worker on ");
    assert_only_the_adopted_thread_is_left(t);
}

static void a_blocked_thread_is_stuck_only_inside_an_operation(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "work");
    struct actor worker = cast(t, "worker", &event);
    enter(&worker);
    worker.thread->operations = 1;
    assert_false(ha_sched_is_stuck(t->world));      /* it is ready, not blocked */

    ha_sched_run_until_quiet(t->world);

    assert_true(ha_sched_is_stuck(t->world));
    worker.thread->operations = 0;
    assert_false(ha_sched_is_stuck(t->world));
}

static void a_deadlock_is_recorded_for_those_inside_an_operation(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "never");
    struct actor idle = cast(t, "idle", &event), busy = cast(t, "busy", &event);
    enter(&idle);
    enter(&busy);
    busy.thread->operations = 1;
    busy.thread->stamp.driver = 9;
    ha_sched_run_until_quiet(t->world);

    ha_sched_record_deadlock(t->world);

    const struct ha_record *record = test_world_record(t, HA_DEADLOCK, 0);
    assert_int_equal(record->id, event.id);
    assert_int_equal(record->driver, 9);
    assert_int_equal(record->as.wait.waiter, 3);
    assert_int_equal(record->as.wait.holder, 0);
    assert_int_equal(record->as.wait.blocked, 1);
    assert_true(record->as.wait.timeout_ns == HA_FOREVER);
    assert_null(test_world_record(t, HA_DEADLOCK, 1));
}

static void an_adopted_thread_that_waits_for_ever_is_a_deadlock_and_fatal(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "never");
    struct actor worker = cast(t, "worker", &event);
    enter(&worker);
    t->world->sched.adopted->operations = 1;
    t->expects_fatal = true;

    if (setjmp(t->fatal) == 0) {
        ha_event_wait(t->world, &event);
        fail_msg("a wait that never ends has ended");
    }

    assert_int_equal(t->world->sched.ending, HA_END_DEADLOCK);
    assert_string_equal(t->said, "worker ");
    assert_int_equal(test_world_record(t, HA_DEADLOCK, 0)->as.wait.waiter, 1);
    ha_sched_abandon_all(t->world);
    assert_only_the_adopted_thread_is_left(t);
}

static void an_end_while_the_adopted_thread_is_inside_a_routine_is_fatal(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "never");
    struct actor ender = cast(t, "ender", NULL);
    ender.ending = HA_END_BUGCHECK;
    enter(&ender);
    t->expects_fatal = true;

    if (setjmp(t->fatal) == 0) {
        ha_event_wait(t->world, &event);
        fail_msg("the wait returned after the end of the run");
    }

    assert_int_equal(t->world->sched.ending, HA_END_BUGCHECK);
    assert_string_equal(t->said, "ender ");
    assert_null(test_world_record(t, HA_DEADLOCK, 0));
}

static void an_end_asked_for_by_the_adopted_thread_is_fatal_at_its_next_point(void **state)
{
    struct test_world *t = *state;
    t->expects_fatal = true;
    ha_sched_point(t->world);
    ha_sched_end(t->world, HA_END_SIGNAL);

    if (setjmp(t->fatal) == 0) {
        ha_sched_point(t->world);
        fail_msg("the scheduling point returned after the end of the run");
    }

    assert_int_equal(t->world->sched.ending, HA_END_SIGNAL);
}

static void a_run_that_is_ended_stops_at_the_next_point_and_runs_nobody_else(void **state)
{
    struct test_world *t = *state;
    struct actor first = cast(t, "first", NULL), ender = cast(t, "ender", NULL),
                 last = cast(t, "last", NULL);
    ender.ending = HA_END_SIGNAL;
    enter(&first);
    enter(&ender);
    enter(&last);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "first on ender ");
    assert_int_equal(t->world->sched.ending, HA_END_SIGNAL);
    assert_only_the_adopted_thread_is_left(t);
}

static void a_thread_that_blocks_or_ends_after_the_end_gives_way_at_once(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "never");
    struct actor ender = cast(t, "ender", &event), last = cast(t, "last", NULL);
    ender.ending = HA_END_MEMORY;
    enter(&ender);
    enter(&last);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "ender ");
    assert_only_the_adopted_thread_is_left(t);
}

static void the_first_end_of_a_run_is_the_one_that_counts(void **state)
{
    struct test_world *t = *state;

    ha_sched_end(t->world, HA_END_SIGNAL);
    ha_sched_end(t->world, HA_END_MEMORY);

    assert_int_equal(t->world->sched.ending, HA_END_SIGNAL);
}

static void a_run_that_has_ended_runs_no_thread_any_more(void **state)
{
    struct test_world *t = *state;
    struct actor late = cast(t, "late", NULL);
    ha_sched_end(t->world, HA_END_NORMALLY);
    enter(&late);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "");
    assert_only_the_adopted_thread_is_left(t);
}

/* A carrier in front of another one, that notes which contexts are abandoned. */
struct spy {
    struct ha_carrier carrier;
    struct ha_carrier_operations own;
    struct ha_carrier *real;
    struct ha_context *abandoned[8];
    size_t count;
};

static struct ha_context *spy_create(struct ha_carrier *carrier, ha_context_body *body,
                                     void *argument)
{
    struct spy *spy = (struct spy *)carrier;
    return spy->real->operations->create(spy->real, body, argument);
}

static void spy_switch_to(struct ha_carrier *carrier, struct ha_context *from,
                          struct ha_context *to)
{
    struct spy *spy = (struct spy *)carrier;
    spy->real->operations->switch_to(spy->real, from, to);
}

static void spy_abandon(struct ha_carrier *carrier, struct ha_context *running,
                        struct ha_context *context)
{
    struct spy *spy = (struct spy *)carrier;
    spy->abandoned[spy->count++] = context;
    spy->real->operations->abandon(spy->real, running, context);
}

static void threads_are_abandoned_in_the_order_of_their_ids(void **state)
{
    struct test_world *t = *state;
    struct spy spy = {.own = {.create = spy_create, .switch_to = spy_switch_to,
                              .abandon = spy_abandon},
                      .real = t->host.carrier};
    spy.carrier.operations = &spy.own;
    t->host.carrier = &spy.carrier;
    struct ha_object event;
    ha_object_init(t->world, &event, "never");
    struct ha_context *expected[5];
    struct actor actor = cast(t, "", &event);
    test_world_answer(t, 0, 3);         /* they do not come to wait in the order of their ids */
    test_world_answer(t, 1, 1);
    for (int i = 0; i < 5; i++) {
        enter(&actor);
        expected[i] = actor.thread->context;
    }
    ha_sched_run_until_quiet(t->world);

    ha_sched_abandon_all(t->world);

    t->host.carrier = spy.real;
    assert_int_equal(spy.count, 5);
    assert_memory_equal(spy.abandoned, expected, sizeof expected);
    assert_true(ha_tape_fits(t->world));
    assert_only_the_adopted_thread_is_left(t);
}

/* The time that one takes does not grow with their number. */
static void two_thousand_threads_that_wait_for_one_event_all_go_on(void **state)
{
    enum { COUNT = 2000 };
    test_world_close(*state);
    struct test_world *t = *state =
        test_world_open(&(struct test_world_options){.arena_bytes = (size_t)8 << 20});
    struct ha_object event;
    ha_object_init(t->world, &event, "go");
    struct actor worker = cast(t, "", &event);
    for (int i = 0; i < COUNT; i++)
        enter(&worker);
    assert_int_equal(t->world->sched.ready, COUNT);
    ha_sched_run_until_quiet(t->world);
    assert_int_equal(t->world->sched.ready, 0);

    ha_event_set(t->world, &event);
    assert_int_equal(t->world->sched.ready, COUNT);
    ha_sched_run_until_quiet(t->world);

    assert_non_null(test_world_record(t, HA_WAIT_END, COUNT - 1));
    assert_only_the_adopted_thread_is_left(t);
}

static void rise_and_act(void *argument)
{
    ha_thread_set_irql(ha_thread_current(), HA_DISPATCH_LEVEL);
    act(argument);
}

static void a_thread_that_ends_at_dispatch_level_frees_its_processor(void **state)
{
    struct test_world *t = *state;
    struct actor high = cast(t, "high", NULL), low = cast(t, "low", NULL);
    test_world_thread(t, rise_and_act, &high);
    enter(&low);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "high on low on ");
    assert_only_the_adopted_thread_is_left(t);
}

static void a_thread_that_is_abandoned_at_dispatch_level_frees_its_processor(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "never");
    struct actor high = cast(t, "high", &event), low = cast(t, "low", NULL);
    test_world_thread(t, rise_and_act, &high);
    ha_sched_run_until_quiet(t->world);
    assert_int_equal(t->world->sched.raised, 1);

    ha_sched_abandon_all(t->world);

    assert_only_the_adopted_thread_is_left(t);
    enter(&low);
    ha_sched_run_until_quiet(t->world);
    assert_string_equal(t->said, "high low on ");
}

static void two_worlds_on_one_host_thread_keep_their_threads_apart(void **state)
{
    struct test_world *one = *state, *two = test_world_open(NULL);
    struct actor in_one = cast(one, "one", NULL), in_two = cast(two, "two", NULL);
    enter(&in_two);
    enter(&in_one);

    ha_sched_run_until_quiet(one->world);
    assert_string_equal(one->said, "one on ");
    assert_string_equal(two->said, "");
    assert_ptr_equal(ha_thread_current(), one->world->sched.adopted);
    ha_sched_run_until_quiet(two->world);
    assert_string_equal(two->said, "two on ");
    assert_ptr_equal(ha_thread_current(), two->world->sched.adopted);
    test_world_close(two);
}

#define with_world(test) \
    cmocka_unit_test_setup_teardown(test, test_world_setup, test_world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(a_world_whose_threads_wait_is_quiet_and_goes_on_later),
        with_world(a_blocked_thread_is_stuck_only_inside_an_operation),
        with_world(a_deadlock_is_recorded_for_those_inside_an_operation),
        with_world(an_adopted_thread_that_waits_for_ever_is_a_deadlock_and_fatal),
        with_world(an_end_while_the_adopted_thread_is_inside_a_routine_is_fatal),
        with_world(an_end_asked_for_by_the_adopted_thread_is_fatal_at_its_next_point),
        with_world(a_run_that_is_ended_stops_at_the_next_point_and_runs_nobody_else),
        with_world(a_thread_that_blocks_or_ends_after_the_end_gives_way_at_once),
        with_world(the_first_end_of_a_run_is_the_one_that_counts),
        with_world(a_run_that_has_ended_runs_no_thread_any_more),
        with_world(threads_are_abandoned_in_the_order_of_their_ids),
        with_world(two_thousand_threads_that_wait_for_one_event_all_go_on),
        with_world(a_thread_that_ends_at_dispatch_level_frees_its_processor),
        with_world(a_thread_that_is_abandoned_at_dispatch_level_frees_its_processor),
        with_world(two_worlds_on_one_host_thread_keep_their_threads_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
