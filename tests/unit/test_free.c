/*
 * core: threads that run side by side outside, and one at a time inside
 *
 * What a thread does outside, the code of a driver elsewhere, is here to wait at a gate of the
 * host's until another thread opens it.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/world.h"

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool is_open;
};

struct stage {
    struct test_world *t;
    struct ha_object event;
    struct gate gate[3];
    bool flag;                      /* that somebody looks for */
};

static int set_stage(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pthread_mutex_init(&stage->gate[i].lock, NULL), 0);
        assert_int_equal(pthread_cond_init(&stage->gate[i].moved, NULL), 0);
    }
    stage->t = test_world_open(&(struct test_world_options){.processors = 2, .is_free = true});
    ha_object_init(stage->t->world, &stage->event, "event");
    *state = stage;
    return 0;
}

static int strike_stage(void **state)
{
    struct stage *stage = *state;
    test_world_close(stage->t);
    for (size_t i = 0; i < 3; i++) {
        pthread_cond_destroy(&stage->gate[i].moved);
        pthread_mutex_destroy(&stage->gate[i].lock);
    }
    free(stage);
    return 0;
}

static void open_gate(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_open = true;
    pthread_cond_signal(&gate->moved);
    pthread_mutex_unlock(&gate->lock);
}

static void pass_gate(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (!gate->is_open)
        pthread_cond_wait(&gate->moved, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

/* The calling thread goes out, and comes in when the gate is open. */
static void wait_outside(struct stage *stage, size_t gate)
{
    struct ha_world *world = stage->t->world;
    uint32_t depth = ha_free_go_out(world);
    pass_gate(&stage->gate[gate]);
    ha_free_come_in(world, depth);
}

/* Wait inside until so many threads are ready, which come from outside. */
static void await_ready(struct stage *stage, uint32_t count)
{
    struct ha_world *world = stage->t->world;
    while (world->sched.ready < count)
        ha_free_collect(world);
}

static void wait_at_the_first(void *argument)
{
    struct stage *stage = argument;
    wait_outside(stage, 0);
    test_world_say(stage->t, "first");
}

static void wait_at_the_second(void *argument)
{
    struct stage *stage = argument;
    wait_outside(stage, 1);
    test_world_say(stage->t, "second");
}

static void start(struct stage *stage, void (*body)(void *argument))
{
    test_world_thread(stage->t, body, stage);
}

static void open_first_pass_second(void *argument)
{
    struct stage *stage = argument;
    uint32_t depth = ha_free_go_out(stage->t->world);
    open_gate(&stage->gate[0]);
    pass_gate(&stage->gate[1]);
    ha_free_come_in(stage->t->world, depth);
}

static void open_second_pass_first(void *argument)
{
    struct stage *stage = argument;
    uint32_t depth = ha_free_go_out(stage->t->world);
    open_gate(&stage->gate[1]);
    pass_gate(&stage->gate[0]);
    ha_free_come_in(stage->t->world, depth);
}

/* Each waits for what the other one does while both are there: one at a time never ended. */
static void threads_that_are_outside_run_at_the_same_time(void **state)
{
    struct stage *stage = *state;
    start(stage, open_first_pass_second);
    start(stage, open_second_pass_first);

    ha_sched_run_until_quiet(stage->t->world);

    assert_int_equal(stage->t->world->sched.outside, 0);
    assert_ptr_equal(stage->t->world->sched.last_live, stage->t->world->sched.adopted);
}

static void keep_the_baton(void *argument)
{
    struct stage *stage = argument;
    open_gate(&stage->gate[0]);
    await_ready(stage, 1);
    test_world_say(stage->t, "keeps");
}

static void who_comes_in_waits_until_nobody_is_inside(void **state)
{
    struct stage *stage = *state;
    start(stage, wait_at_the_first);
    start(stage, keep_the_baton);

    ha_sched_run_until_quiet(stage->t->world);

    assert_string_equal(stage->t->said, "keeps first ");
}

static void open_the_second_before_the_first(void *argument)
{
    struct stage *stage = argument;
    open_gate(&stage->gate[1]);
    await_ready(stage, 1);
    open_gate(&stage->gate[0]);
    await_ready(stage, 2);
}

static void threads_go_on_in_the_order_of_their_coming(void **state)
{
    struct stage *stage = *state;
    start(stage, wait_at_the_first);
    start(stage, wait_at_the_second);
    start(stage, open_the_second_before_the_first);

    ha_sched_run_until_quiet(stage->t->world);

    assert_string_equal(stage->t->said, "second first ");
}

static void leave_and_open(void *argument)
{
    struct stage *stage = argument;
    struct ha_thread *self = ha_thread_current();
    ha_free_leave(stage->t->world);
    open_gate(&stage->gate[0]);         /* the other one comes in while nobody is there */
    pass_gate(&stage->gate[1]);
    ha_free_enter(self);
    test_world_say(stage->t, "back");
}

static void come_and_open(void *argument)
{
    struct stage *stage = argument;
    wait_outside(stage, 0);
    test_world_say(stage->t, "in");
    open_gate(&stage->gate[1]);
}

static void a_thread_goes_on_at_once_where_nobody_is_inside(void **state)
{
    struct stage *stage = *state;
    start(stage, leave_and_open);
    start(stage, come_and_open);

    ha_sched_run_until_quiet(stage->t->world);

    assert_string_equal(stage->t->said, "in back ");
}

static void enter_twice(void *argument)
{
    struct stage *stage = argument;
    struct ha_thread *self = ha_thread_current();
    ha_free_enter(self);
    ha_free_leave(stage->t->world);
    start(stage, keep_the_baton);
    test_world_say(stage->t, self->inside == 1 ? "still" : "gone");
    ha_free_enter(self);
    wait_outside(stage, 0);
    test_world_say(stage->t, self->inside == 2 ? "twice" : "lost");
}

static void who_came_in_twice_is_inside_until_it_has_left_twice(void **state)
{
    struct stage *stage = *state;
    start(stage, enter_twice);

    ha_sched_run_until_quiet(stage->t->world);

    assert_string_equal(stage->t->said, "still keeps twice ");
}

static void do_nothing(struct ha_world *world, void *argument)
{
    (void)world, (void)argument;
}

static void make_ready(struct ha_world *world, void *argument)
{
    (void)world;
    ha_sched_ready(argument);
}

static void say_whether_time_has_passed(void *argument)
{
    struct stage *stage = argument;
    struct ha_world *world = stage->t->world;
    wait_outside(stage, 0);
    test_world_say(stage->t, world->time_ns ? "late" : "in-time");
    ha_event_set(world, &stage->event);
}

static void open_the_first_at_last(void *argument)
{
    struct stage *stage = argument;
    uint32_t depth = ha_free_go_out(stage->t->world);
    open_gate(&stage->gate[0]);
    ha_free_come_in(stage->t->world, depth);
}

/* The adopted thread waits inside, nobody can go on, and something is due. */
static void time_does_not_move_while_a_thread_is_outside(void **state)
{
    struct stage *stage = *state;
    struct ha_world *world = stage->t->world;
    struct ha_alarm alarm = {.action = do_nothing, .argument = NULL};
    assert_true(ha_alarm_set(world, &alarm, 1000));
    start(stage, say_whether_time_has_passed);
    start(stage, open_the_first_at_last);

    ha_event_wait(world, &stage->event);

    assert_string_equal(stage->t->said, "in-time ");
    assert_true(ha_alarm_stop(world, &alarm));
}

static void occupy_the_processor(void *argument)
{
    struct stage *stage = argument;
    struct ha_thread *self = ha_thread_current();
    ha_thread_set_irql(self, HA_DISPATCH_LEVEL);
    ha_sched_block(stage->t->world);
    test_world_say(stage->t, "lowers");
    ha_thread_set_irql(self, 0);
}

/* The adopted thread is on that processor, too, and nobody is inside when it comes. */
static void who_comes_in_waits_while_its_processor_is_occupied(void **state)
{
    struct stage *stage = *state;
    struct ha_world *world = stage->t->world;
    world->sched.placed = world->sched.adopted->stamp.processor;
    struct ha_thread *occupier = test_world_thread(stage->t, occupy_the_processor, stage);
    ha_sched_run_until_quiet(world);
    struct ha_alarm alarm = {.action = make_ready, .argument = occupier};
    assert_true(ha_alarm_set(world, &alarm, 1000));

    uint32_t depth = ha_free_go_out(world);
    ha_free_come_in(world, depth);
    test_world_say(stage->t, "comes");

    assert_string_equal(stage->t->said, "lowers comes ");
}

/* The thread at the first gate is kept outside until this one may come in. */
static void pass_third_open_first(void *argument)
{
    struct stage *stage = argument;
    uint32_t depth = ha_free_go_out(stage->t->world);
    pass_gate(&stage->gate[2]);
    open_gate(&stage->gate[0]);
    ha_free_come_in(stage->t->world, depth);
    test_world_say(stage->t, "third");
}

static void end_the_run(void *argument)
{
    struct stage *stage = argument;
    open_gate(&stage->gate[2]);
    ha_sched_end(stage->t->world, HA_END_BUGCHECK);
    ha_sched_point(stage->t->world);
    test_world_say(stage->t, "goes-on");
}

static void who_is_outside_when_the_run_ends_goes_on_no_more(void **state)
{
    struct stage *stage = *state;
    const struct ha_sched *sched = &stage->t->world->sched;
    start(stage, wait_at_the_first);
    start(stage, pass_third_open_first);
    start(stage, end_the_run);

    ha_sched_run_until_quiet(stage->t->world);

    assert_string_equal(stage->t->said, "");
    assert_int_equal(sched->outside, 0);
    assert_ptr_equal(sched->first_live, sched->adopted);
    assert_ptr_equal(sched->last_live, sched->adopted);
    assert_int_equal(sched->ready, 0);
}

static void end_the_run_for_all(void *argument)
{
    struct stage *stage = argument;
    open_gate(&stage->gate[1]);
    end_the_run(argument);
}

/* The adopted thread may be in the code of a driver that it has called by itself. */
static void a_run_that_ends_around_the_adopted_thread_outside_is_fatal_where_it_comes_in(void **state)
{
    struct stage *stage = *state;
    start(stage, wait_at_the_first);
    start(stage, pass_third_open_first);
    start(stage, end_the_run_for_all);
    stage->t->expects_fatal = true;

    if (setjmp(stage->t->fatal) == 0) {
        wait_outside(stage, 1);
        fail_msg("the adopted thread has come in");
    }

    assert_string_equal(stage->t->said, "");
    assert_int_equal(stage->t->world->sched.ending, HA_END_BUGCHECK);
    assert_int_equal(stage->t->world->sched.outside, 0);
}

static void poll_outside(void *argument)
{
    struct stage *stage = argument;
    struct ha_thread *self = ha_thread_current();
    ha_free_leave(stage->t->world);
    while (!__atomic_load_n(&stage->flag, __ATOMIC_ACQUIRE))
        ha_free_poll(self);
    ha_free_enter(self);
    test_world_say(stage->t, "seen");
}

static void set_the_flag_later(struct ha_world *world, void *argument)
{
    struct stage *stage = argument;
    (void)world;
    __atomic_store_n(&stage->flag, true, __ATOMIC_RELEASE);
}

static void time_passes_for_who_polls_outside_in_vain(void **state)
{
    struct stage *stage = *state;
    struct ha_world *world = stage->t->world;
    struct ha_alarm alarm = {.action = set_the_flag_later, .argument = stage};
    start(stage, poll_outside);
    assert_true(ha_alarm_set(world, &alarm, 50));

    ha_sched_run_until_quiet(world);
    while (!stage->flag && ha_queue_run_next(world))
        ha_sched_run_until_quiet(world);
    assert_true(ha_queue_run_next(world));
    ha_sched_run_until_quiet(world);

    assert_string_equal(stage->t->said, "seen ");
}

static void end(void *argument)
{
    (void)argument;
}

static void threads_that_end_leave_nothing_behind(void **state)
{
    struct stage *stage = *state;
    size_t used = 0;

    for (int i = 0; i < 50; i++) {
        if (i == 3)
            used = ha_arena_used(&stage->t->host.arena);
        start(stage, end);
        start(stage, end);
        ha_sched_run_until_quiet(stage->t->world);
    }

    assert_int_equal(ha_arena_used(&stage->t->host.arena), used);
}

#define STAGE_TEST(test) cmocka_unit_test_setup_teardown(test, set_stage, strike_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(threads_that_are_outside_run_at_the_same_time),
        STAGE_TEST(who_comes_in_waits_until_nobody_is_inside),
        STAGE_TEST(threads_go_on_in_the_order_of_their_coming),
        STAGE_TEST(a_thread_goes_on_at_once_where_nobody_is_inside),
        STAGE_TEST(who_came_in_twice_is_inside_until_it_has_left_twice),
        STAGE_TEST(time_does_not_move_while_a_thread_is_outside),
        STAGE_TEST(who_comes_in_waits_while_its_processor_is_occupied),
        STAGE_TEST(who_is_outside_when_the_run_ends_goes_on_no_more),
        STAGE_TEST(a_run_that_ends_around_the_adopted_thread_outside_is_fatal_where_it_comes_in),
        STAGE_TEST(threads_that_end_leave_nothing_behind),
        STAGE_TEST(time_passes_for_who_polls_outside_in_vain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
