/* core: which thread runs; how runs end is in test_sched_end.c */
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

#define DISPATCH_LEVEL_IRQL 2

/* Three threads a, b, c of two words each. */
static void cast_three(struct test_world *t, struct test_actor *actors)
{
    static const char *const names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        actors[i] = (struct test_actor){.t = t, .name = names[i], .points = 2};
        actors[i].thread = test_world_thread(t, test_act, &actors[i]);
    }
}

static void threads_run_in_the_order_in_which_they_became_ready(void **state)
{
    struct test_world *t = *state;
    struct test_actor actors[3];
    cast_three(t, actors);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a a b b c c ");
    assert_null(test_world_record(t, HA_CHOICE, 0));
    assert_int_equal(t->world->sched.ending, HA_END_NOT_YET);
}

static void the_tape_chooses_who_goes_on_when_a_thread_ends(void **state)
{
    struct test_world *t = *state;
    struct test_actor actors[3];
    cast_three(t, actors);
    test_world_answer(t, 0, 2);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "c c a a b b ");
    const struct ha_record *choice = test_world_record(t, HA_CHOICE, 0);
    assert_int_equal(choice->as.choice.kind, HA_CHOICE_THREAD);
    assert_int_equal(choice->as.choice.options, 3);
    assert_string_equal(choice->as.choice.label, "next");
    assert_null(test_world_record(t, HA_CHOICE, 1));
}

static void the_tape_preempts_a_thread_at_a_scheduling_point(void **state)
{
    struct test_world *t = *state;
    struct test_actor actors[3];
    cast_three(t, actors);
    uint32_t first = actors[0].thread->stamp.thread;
    test_world_answer(t, 1, 2);         /* question 0 was who goes first */

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a c c b b a ");
    const struct ha_record *choice = test_world_record(t, HA_CHOICE, 0);
    assert_int_equal(choice->id, 1);
    assert_int_equal(choice->thread, first);
    assert_int_equal(choice->as.choice.kind, HA_CHOICE_PREEMPT);
    assert_int_equal(choice->as.choice.options, 3);
    assert_string_equal(choice->as.choice.label, "preempt");
    assert_true(ha_tape_fits(t->world));
}

static void nothing_is_asked_while_only_one_thread_can_go_on(void **state)
{
    struct test_world *t = *state;
    struct test_actor alone = {.t = t, .name = "a", .points = 5};
    test_world_thread(t, test_act, &alone);

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a a a a a ");
    assert_int_equal(t->world->tape.asked, 0);
}

struct halting {
    struct test_world *t;
    struct ha_thread *thread;
    bool blocks;
    uint64_t before, inside, after, next;   /* how far it is */
};

static void comes_to_two_points(void *argument)
{
    struct halting *halting = argument;
    ha_sched_point(halting->t->world);
    halting->before = ha_thread_stand(halting->thread);
    if (halting->blocks)
        ha_sched_block(halting->t->world);
    halting->after = ha_thread_stand(halting->thread);
    ha_sched_point(halting->t->world);
    halting->next = ha_thread_stand(halting->thread);
}

/* Who has yet to wait is not where he is who waits. */
static void a_thread_that_waits_is_further_than_before(void **state)
{
    struct test_world *t = *state;
    struct halting halting = {.t = t, .blocks = true};
    halting.thread = test_world_thread(t, comes_to_two_points, &halting);

    ha_sched_run_until_quiet(t->world);
    halting.inside = ha_thread_stand(halting.thread);
    ha_sched_ready(halting.thread);
    ha_sched_run_until_quiet(t->world);

    assert_int_not_equal(halting.inside, halting.before);
    assert_int_equal(halting.after, halting.inside);
}

static void whether_a_thread_had_to_wait_is_the_same_from_its_next_point_on(void **state)
{
    struct test_world *t = *state;
    struct halting one = {.t = t, .blocks = true}, other = {.t = t};
    one.thread = test_world_thread(t, comes_to_two_points, &one);
    other.thread = test_world_thread(t, comes_to_two_points, &other);

    ha_sched_run_until_quiet(t->world);
    ha_sched_ready(one.thread);
    ha_sched_run_until_quiet(t->world);

    assert_int_not_equal(one.after, other.after);
    assert_int_equal(one.next, other.next);
}

static void the_adopted_thread_can_be_preempted_as_well(void **state)
{
    struct test_world *t = *state;
    struct test_actor other = {.t = t, .name = "b", .points = 2};
    test_world_thread(t, test_act, &other);
    test_world_answer(t, 1, 1);

    for (int i = 0; i < 3; i++) {
        test_world_say(t, "adopted");
        ha_sched_point(t->world);
    }

    assert_string_equal(t->said, "adopted adopted b b adopted ");
    assert_ptr_equal(ha_thread_current(), t->world->sched.adopted);
}

static void make_another(struct ha_world *world, void *argument)
{
    ha_thread_create(world, HA_THREAD_SYSTEM, 0, test_act, argument, NULL);
}

static void set_event(struct ha_world *world, void *argument)
{
    ha_event_set(world, argument);
}

static void what_is_due_begins_while_the_adopted_thread_is_blocked(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "go");
    struct test_actor first = {.t = t, .name = "first", .points = 1};
    struct test_actor second = {.t = t, .name = "second", .points = 1};
    test_world_thread(t, test_act, &first);
    assert_true(ha_queue_post(t->world, 2000, set_event, &event));
    assert_true(ha_queue_post(t->world, 1000, make_another, &second));

    ha_event_wait(t->world, &event);

    assert_int_equal(t->world->time_ns, 2000);
    assert_string_equal(t->said, "first second ");
}

/* The thread that ended is still the one that runs while the next thing begins. */
static void what_begins_when_a_thread_has_ended_is_recorded_by_that_thread(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "go");
    struct test_actor first = {.t = t, .name = "first", .points = 1};
    struct test_actor second = {.t = t, .name = "second", .points = 1};
    test_world_thread(t, test_act, &first);
    assert_true(ha_queue_post(t->world, 1000, make_another, &second));
    assert_true(ha_queue_post(t->world, 2000, set_event, &event));

    ha_event_wait(t->world, &event);

    const struct ha_record *made = test_world_record(t, HA_THREAD, 2);
    assert_int_equal(made->id, 3);
    assert_int_equal(made->thread, 2);
}

static void time_stands_still_while_the_adopted_thread_waits_for_quiet(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "go");
    assert_true(ha_queue_post(t->world, 1000, set_event, &event));

    ha_sched_run_until_quiet(t->world);

    assert_false(event.set);
    assert_int_equal(t->world->time_ns, 0);
}

static void wait_at_dispatch_level(void *argument)
{
    struct test_actor *actor = argument;
    ha_thread_set_irql(actor->thread, DISPATCH_LEVEL_IRQL);
    test_world_say(actor->t, "raised");
    ha_event_wait(actor->t->world, actor->event);
    test_world_say(actor->t, "lowered");
    ha_thread_set_irql(actor->thread, 0);
}

static void say_and_set(void *argument)
{
    struct test_actor *actor = argument;
    test_world_say(actor->t, actor->name);
    ha_event_set(actor->t->world, actor->event);
}

static void a_thread_at_dispatch_level_keeps_others_off_its_processor_only(void **state)
{
    struct test_world *t = test_world_with(state, 2);
    struct ha_object event;
    ha_object_init(t->world, &event, "go");
    struct test_actor high = {.t = t, .event = &event};
    struct test_actor setter = {.t = t, .name = "elsewhere", .event = &event};
    struct test_actor low = {.t = t, .name = "same", .points = 1};
    high.thread = test_world_thread(t, wait_at_dispatch_level, &high);
    low.thread = test_world_thread(t, test_act, &low);
    setter.thread = test_world_thread(t, say_and_set, &setter);
    high.thread->stamp.processor = low.thread->stamp.processor = 1;
    setter.thread->stamp.processor = 0;

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "raised elsewhere lowered same ");
    assert_int_equal(t->world->tape.asked, 1);      /* who goes first; then one at a time */
}

/* Raises and lowers its IRQL and looks whether its processor is its own. */
static void rise_and_fall(void *argument)
{
    struct test_actor *actor = argument;
    const struct ha_sched *sched = &actor->t->world->sched;
    struct ha_thread *self = ha_thread_current();
    for (int i = 0; i < 6; i++) {
        ha_thread_set_irql(self, i % 2 ? DISPATCH_LEVEL_IRQL : 0);
        ha_sched_point(actor->t->world);
        for (const struct ha_thread *other = sched->first_live; other; other = other->next_live)
            if (other != self && other->stamp.processor == self->stamp.processor &&
                other->stamp.irql >= DISPATCH_LEVEL_IRQL)
                test_world_say(actor->t, "clash");
    }
    ha_thread_set_irql(self, 0);
}

static void no_schedule_runs_two_threads_where_one_is_at_dispatch_level(void **state)
{
    size_t preemptions = 0;
    for (uint32_t seed = 1; seed <= 50; seed++) {
        struct test_world *t = test_world_with(state, 2);
        struct test_actor actor = {.t = t};
        uint32_t random = seed * 2654435761u;
        for (uint32_t question = 0; question < 100; question++) {
            random = random * 1664525u + 1013904223u;
            if (random >> 31)
                test_world_answer(t, question, 1 + (random >> 29 & 1));
        }
        for (int i = 0; i < 8; i++)
            test_world_thread(t, rise_and_fall, &actor);

        ha_sched_run_until_quiet(t->world);

        if (t->said_length)
            fail_msg("seed %u: %s", seed, t->said);
        assert_ptr_equal(t->world->sched.first_live, t->world->sched.last_live);
        for (size_t n = 0; test_world_record(t, HA_CHOICE, n); n++)
            preemptions++;
    }
    assert_true(preemptions > 50);
}

static void a_rewound_world_runs_to_the_same_bytes(void **state)
{
    struct test_world *t = *state;
    struct ha_collector first;
    ha_collector_init(&first);
    test_world_answer(t, 1, 2);
    test_world_answer(t, 3, 1);
    assert_int_equal(ha_trace_mark(t->world), HA_OK);
    assert_int_equal(ha_arena_mark(&t->host.arena), HA_OK);

    for (int run = 0; run < 3; run++) {
        struct test_actor actors[3];
        cast_three(t, actors);
        ha_sched_run_until_quiet(t->world);
        ha_trace_flush(t->world);
        assert_true(ha_tape_fits(t->world));
        if (run == 0)
            first.sink.take(&first.sink, t->kept.record, t->kept.count);
        assert_int_equal(t->kept.count, first.count);
        assert_memory_equal(t->kept.record, first.record, first.count * sizeof *first.record);
        ha_collector_clear(&t->kept);
        ha_sched_abandon_all(t->world);
        ha_arena_rewind(&t->host.arena);
        ha_trace_rewind(t->world);
    }
    ha_collector_close(&first);
}

static void say_due(struct ha_world *world, void *argument)
{
    (void)world;
    test_world_say(argument, "due");
}

static void what_is_due_comes_while_threads_can_go_on_when_the_tape_says_so(void **state)
{
    struct test_world *t = *state;
    struct test_actor actors[3];
    cast_three(t, actors);
    uint32_t first = actors[0].thread->stamp.thread;
    assert_true(ha_queue_post(t->world, 0, say_due, t));
    test_world_answer(t, 2, 1);         /* before were: at once? who goes first? */

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a due a b b c c ");
    const struct ha_record *choice = test_world_record(t, HA_CHOICE, 0);
    assert_int_equal(choice->as.choice.kind, HA_CHOICE_DUE);
    assert_int_equal(choice->thread, first);
    assert_true(ha_tape_fits(t->world));
}

static void what_is_due_later_waits_until_all_is_quiet(void **state)
{
    struct test_world *t = *state;
    struct test_actor alone = {.t = t, .name = "a", .points = 2};
    test_world_thread(t, test_act, &alone);
    assert_true(ha_queue_post(t->world, 1, say_due, t));

    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "a a ");
    assert_int_equal(t->world->tape.asked, 0);
}

#define with_world(test) \
    cmocka_unit_test_setup_teardown(test, test_world_setup, test_world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(threads_run_in_the_order_in_which_they_became_ready),
        with_world(the_tape_chooses_who_goes_on_when_a_thread_ends),
        with_world(the_tape_preempts_a_thread_at_a_scheduling_point),
        with_world(nothing_is_asked_while_only_one_thread_can_go_on),
        with_world(a_thread_that_waits_is_further_than_before),
        with_world(whether_a_thread_had_to_wait_is_the_same_from_its_next_point_on),
        with_world(the_adopted_thread_can_be_preempted_as_well),
        with_world(what_is_due_comes_while_threads_can_go_on_when_the_tape_says_so),
        with_world(what_is_due_later_waits_until_all_is_quiet),
        with_world(what_is_due_begins_while_the_adopted_thread_is_blocked),
        with_world(what_begins_when_a_thread_has_ended_is_recorded_by_that_thread),
        with_world(time_stands_still_while_the_adopted_thread_waits_for_quiet),
        with_world(a_thread_at_dispatch_level_keeps_others_off_its_processor_only),
        with_world(no_schedule_runs_two_threads_where_one_is_at_dispatch_level),
        with_world(a_rewound_world_runs_to_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
