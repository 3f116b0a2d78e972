/* core: objects that threads wait for */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/object.h"
#include "unit/world.h"

struct bench {
    struct test_world *t;
    struct ha_object lock, other_lock, event;
};

/* A thread that says its name while it holds the lock. */
struct actor {
    struct bench *bench;
    const char *name;
    struct ha_object *first, *second;       /* locks that it takes one after the other */
    struct ha_thread *thread;
};

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    *state = b;
    if (!b)
        return -1;
    b->t = test_world_open(NULL);
    ha_object_init(b->t->world, &b->lock, "lock");
    ha_object_init(b->t->world, &b->other_lock, "other lock");
    ha_object_init(b->t->world, &b->event, "event");
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    test_world_close(b->t);
    free(b);
    return 0;
}

/* Holds the lock until the event is set. */
static void hold_until_event(void *argument)
{
    struct bench *b = argument;
    ha_lock_take(b->t->world, &b->lock);
    ha_event_wait(b->t->world, &b->event);
    test_world_say(b->t, "holder");
    ha_lock_give(b->t->world, &b->lock);
}

static void take_and_give(void *argument)
{
    struct actor *actor = argument;
    struct bench *b = actor->bench;
    ha_lock_take(b->t->world, &b->lock);
    test_world_say(b->t, actor->name);
    ha_lock_give(b->t->world, &b->lock);
}

/* One thread holds the lock, a, b and c wait for it, and the world is quiet. */
static void crowd(struct bench *b, struct actor *actors)
{
    static const char *const names[] = {"a", "b", "c"};
    test_world_thread(b->t, hold_until_event, b);
    for (int i = 0; i < 3; i++) {
        actors[i] = (struct actor){.bench = b, .name = names[i]};
        actors[i].thread = test_world_thread(b->t, take_and_give, &actors[i]);
    }
    ha_sched_run_until_quiet(b->t->world);
    assert_string_equal(b->t->said, "");
}

static void objects_have_ids_in_the_order_of_their_making_and_a_name(void **state)
{
    struct bench *b = *state;
    static const char *const names[] = {"lock", "other lock", "event"};

    assert_int_equal(b->lock.id, 1);
    assert_int_equal(b->event.id, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct ha_record *record = test_world_record(b->t, HA_NAME, i);
        assert_int_equal(record->id, i + 1);
        assert_int_equal(record->flags, HA_NS_OBJECT);
        assert_string_equal(record->as.name.text, names[i]);
    }
}

static void a_free_lock_is_taken_and_given_without_a_record(void **state)
{
    struct bench *b = *state;
    struct ha_world *world = b->t->world;
    uint64_t seq = world->trace.seq;

    ha_lock_take(world, &b->lock);
    assert_ptr_equal(b->lock.holder, world->sched.adopted);
    ha_lock_give(world, &b->lock);

    assert_null(b->lock.holder);
    assert_true(world->trace.seq == seq);
    assert_int_equal(world->tape.asked, 0);
}

static void a_lock_is_handed_on_in_the_order_of_waiting(void **state)
{
    struct bench *b = *state;
    struct actor actors[3];
    crowd(b, actors);

    ha_event_set(b->t->world, &b->event);
    ha_sched_run_until_quiet(b->t->world);

    assert_string_equal(b->t->said, "holder a b c ");
    assert_null(b->lock.holder);
    assert_null(b->lock.first_waiter);
    assert_null(b->lock.last_waiter);
}

static void the_tape_hands_the_lock_to_another_of_those_who_wait(void **state)
{
    static const struct { uint32_t first, second; const char *said; } cases[] = {
        {1, 0, "holder b a c "}, {2, 0, "holder c a b "}, {2, 1, "holder c b a "},
        {0, 1, "holder a c b "}, {1, 1, "holder b c a "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (i) {
            close_bench(state);
            assert_int_equal(open_bench(state), 0);
        }
        struct bench *b = *state;
        struct actor actors[3];
        crowd(b, actors);
        uint32_t asked = b->t->world->tape.asked;
        if (cases[i].first)
            test_world_answer(b->t, asked, cases[i].first);
        if (cases[i].second)
            test_world_answer(b->t, asked + 1, cases[i].second);

        ha_event_set(b->t->world, &b->event);
        ha_sched_run_until_quiet(b->t->world);

        if (strcmp(b->t->said, cases[i].said) != 0)
            fail_msg("case %zu: %s", i, b->t->said);
        assert_true(ha_tape_fits(b->t->world));
        assert_int_equal(b->t->world->tape.asked, asked + 2);
        const struct ha_record *choice = test_world_record(b->t, HA_CHOICE, 0);
        assert_string_equal(choice->as.choice.label, "lock");
        assert_null(b->lock.last_waiter);
    }
}

static void a_wait_for_a_lock_is_recorded_with_waiter_and_holder(void **state)
{
    struct bench *b = *state;
    struct actor actors[3];
    crowd(b, actors);
    ha_event_set(b->t->world, &b->event);
    ha_sched_run_until_quiet(b->t->world);

    /* The holder, thread 2, begins with its own wait for the event. */
    for (uint32_t i = 1; i < 4; i++) {
        const struct ha_record *begin = test_world_record(b->t, HA_WAIT_BEGIN, i);
        const struct ha_record *end = test_world_record(b->t, HA_WAIT_END, i);
        assert_int_equal(begin->id, b->lock.id);
        assert_int_equal(begin->as.wait.waiter, i + 2);
        assert_int_equal(begin->as.wait.holder, 2);
        assert_int_equal(begin->as.wait.blocked, 1);
        assert_int_equal(end->as.wait.waiter, i + 2);
        assert_int_equal(end->as.wait.holder, i + 2);
    }
    assert_null(test_world_record(b->t, HA_WAIT_BEGIN, 4));
}

static void set_event(struct ha_world *world, void *argument)
{
    ha_event_set(world, argument);
}

static void the_adopted_thread_waits_for_a_lock_like_any_other(void **state)
{
    struct bench *b = *state;
    struct actor actors[3];
    crowd(b, actors);
    assert_true(ha_queue_post(b->t->world, 500, set_event, &b->event));

    ha_lock_take(b->t->world, &b->lock);

    assert_string_equal(b->t->said, "holder a b c ");
    assert_ptr_equal(b->lock.holder, b->t->world->sched.adopted);
    assert_int_equal(b->t->world->time_ns, 500);
    ha_lock_give(b->t->world, &b->lock);
}

static void a_wait_for_an_event_that_is_set_is_recorded_and_does_not_block(void **state)
{
    struct bench *b = *state;
    ha_event_set(b->t->world, &b->event);

    ha_event_wait(b->t->world, &b->event);

    const struct ha_record *begin = test_world_record(b->t, HA_WAIT_BEGIN, 0);
    const struct ha_record *end = test_world_record(b->t, HA_WAIT_END, 0);
    assert_int_equal(begin->id, b->event.id);
    assert_int_equal(begin->as.wait.blocked, 0);
    assert_int_equal(begin->as.wait.waiter, 1);
    assert_int_equal(end->as.wait.blocked, 0);
    assert_true(begin->as.wait.timeout_ns == HA_FOREVER);
}

static void wait_and_say(void *argument)
{
    struct actor *actor = argument;
    ha_event_wait(actor->bench->t->world, &actor->bench->event);
    test_world_say(actor->bench->t, actor->name);
}

static void an_event_lets_all_go_on_in_the_order_of_waiting(void **state)
{
    struct bench *b = *state;
    struct actor actors[] = {{.bench = b, .name = "a"}, {.bench = b, .name = "b"},
                             {.bench = b, .name = "c"}};
    test_world_answer(b->t, 0, 2);          /* c comes first, then a and b */
    for (int i = 0; i < 3; i++)
        test_world_thread(b->t, wait_and_say, &actors[i]);
    ha_sched_run_until_quiet(b->t->world);

    ha_event_set(b->t->world, &b->event);
    ha_sched_run_until_quiet(b->t->world);

    assert_string_equal(b->t->said, "c a b ");
    assert_null(b->event.first_waiter);
}

/* Waits for what the adopted thread does, and then as those do that have no list of waiters. */
static void wait_on_another(void *argument)
{
    struct bench *b = argument;
    struct ha_world *world = b->t->world;
    ha_event_wait_on(world, &b->event, world->sched.adopted);
    world->sched.running->waits_for = &b->other_lock;
    ha_sched_block(world);
}

static void who_has_to_set_an_event_is_named_as_long_as_it_is_waited_for(void **state)
{
    struct bench *b = *state;
    struct ha_world *world = b->t->world;
    test_world_thread(b->t, wait_on_another, b)->operations = 1;

    ha_sched_run_until_quiet(world);
    ha_sched_record_deadlock(world);
    ha_event_set(world, &b->event);
    ha_sched_run_until_quiet(world);
    ha_sched_record_deadlock(world);

    uint32_t holder = world->sched.adopted->stamp.thread;
    assert_int_equal(test_world_record(b->t, HA_WAIT_BEGIN, 0)->as.wait.holder, holder);
    assert_int_equal(test_world_record(b->t, HA_DEADLOCK, 0)->as.wait.holder, holder);
    assert_int_equal(test_world_record(b->t, HA_WAIT_END, 0)->as.wait.holder, 0);
    assert_int_equal(test_world_record(b->t, HA_DEADLOCK, 1)->as.wait.holder, 0);
}

/* Takes its first lock, lets others run, and wants its second. */
static void take_two(void *argument)
{
    struct actor *actor = argument;
    struct bench *b = actor->bench;
    ha_lock_take(b->t->world, actor->first);
    test_world_say(b->t, actor->name);
    ha_event_wait(b->t->world, &b->event);
    ha_lock_take(b->t->world, actor->second);
    test_world_say(b->t, "through");
}

static void two_threads_that_want_each_others_lock_are_a_recorded_deadlock(void **state)
{
    struct bench *b = *state;
    struct actor one = {.bench = b, .name = "one", .first = &b->lock, .second = &b->other_lock};
    struct actor two = {.bench = b, .name = "two", .first = &b->other_lock, .second = &b->lock};
    struct actor *actors[] = {&one, &two};
    for (int i = 0; i < 2; i++) {
        actors[i]->thread = test_world_thread(b->t, take_two, actors[i]);
        actors[i]->thread->operations = 1;
    }
    ha_sched_run_until_quiet(b->t->world);
    ha_event_set(b->t->world, &b->event);
    ha_sched_run_until_quiet(b->t->world);

    assert_true(ha_sched_is_stuck(b->t->world));
    ha_sched_record_deadlock(b->t->world);

    assert_string_equal(b->t->said, "one two ");
    const struct ha_record *first = test_world_record(b->t, HA_DEADLOCK, 0);
    const struct ha_record *second = test_world_record(b->t, HA_DEADLOCK, 1);
    assert_int_equal(first->id, b->other_lock.id);
    assert_int_equal(first->as.wait.waiter, 2);
    assert_int_equal(first->as.wait.holder, 3);
    assert_int_equal(second->id, b->lock.id);
    assert_int_equal(second->as.wait.waiter, 3);
    assert_int_equal(second->as.wait.holder, 2);
    assert_null(test_world_record(b->t, HA_DEADLOCK, 2));
}

static void note_touch(struct ha_watcher *watcher, const struct ha_world *world, uint32_t object,
                       enum ha_touch_mode mode)
{
    char word[32];
    (void)watcher;
    snprintf(word, sizeof word, "%c%u", mode == HA_TOUCH_WRITE ? 'w' : 'r', (unsigned)object);
    test_world_say((struct test_world *)world->host, word);
}

static void locks_and_events_are_touched_as_what_they_are_used_for(void **state)
{
    struct bench *b = *state;
    struct ha_watcher watcher = {note_touch};
    b->t->host.watcher = &watcher;

    ha_lock_take(b->t->world, &b->lock);
    ha_lock_give(b->t->world, &b->lock);
    ha_event_set(b->t->world, &b->event);
    ha_event_wait(b->t->world, &b->event);

    assert_string_equal(b->t->said, "w1 w1 w3 r3 ");
}

#define with_bench(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_bench(objects_have_ids_in_the_order_of_their_making_and_a_name),
        with_bench(a_free_lock_is_taken_and_given_without_a_record),
        with_bench(a_lock_is_handed_on_in_the_order_of_waiting),
        with_bench(the_tape_hands_the_lock_to_another_of_those_who_wait),
        with_bench(a_wait_for_a_lock_is_recorded_with_waiter_and_holder),
        with_bench(the_adopted_thread_waits_for_a_lock_like_any_other),
        with_bench(a_wait_for_an_event_that_is_set_is_recorded_and_does_not_block),
        with_bench(an_event_lets_all_go_on_in_the_order_of_waiting),
        with_bench(who_has_to_set_an_event_is_named_as_long_as_it_is_waited_for),
        with_bench(two_threads_that_want_each_others_lock_are_a_recorded_deadlock),
        with_bench(locks_and_events_are_touched_as_what_they_are_used_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
