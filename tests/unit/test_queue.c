/* core: queue */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/world.h"

#define ENTRIES 4000u

/* What is due, and what happened so far. */
struct event {
    struct bench *bench;
    uint64_t due_ns;
    uint32_t posted;            /* place in the order of posting */
};

struct bench {
    struct test_world *t;
    struct event event[ENTRIES];
    uint32_t posted;
    const struct event *happened[ENTRIES];
    uint64_t happened_at_ns[ENTRIES];
    uint32_t count;
};

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    *state = b;
    if (!b)
        return -1;
    b->t = test_world_open(NULL);
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    test_world_close(b->t);
    free(b);
    return 0;
}

static void happen(struct ha_world *world, void *argument)
{
    struct event *event = argument;
    struct bench *b = event->bench;
    b->happened[b->count] = event;
    b->happened_at_ns[b->count++] = world->time_ns;
}

static bool post(struct bench *b, uint64_t due_ns, ha_action *action)
{
    struct event *event = &b->event[b->posted];
    *event = (struct event){b, due_ns, b->posted};
    if (!ha_queue_post(b->t->world, due_ns, action, event))
        return false;
    b->posted++;
    return true;
}

static void run_all(struct bench *b)
{
    while (ha_queue_run_next(b->t->world))
        continue;
}

static int by_due_then_posted(const void *left, const void *right)
{
    const struct event *a = *(struct event *const *)left, *b = *(struct event *const *)right;
    if (a->due_ns != b->due_ns)
        return a->due_ns < b->due_ns ? -1 : 1;
    return a->posted < b->posted ? -1 : 1;
}

static void an_empty_queue_runs_nothing_and_time_stands_still(void **state)
{
    struct bench *b = *state;

    assert_false(ha_queue_run_next(b->t->world));
    assert_int_equal(b->t->world->time_ns, 0);
}

static void time_jumps_to_what_is_due_next(void **state)
{
    struct bench *b = *state;
    post(b, 3000, happen);
    post(b, 1000, happen);

    assert_true(ha_queue_run_next(b->t->world));
    assert_int_equal(b->t->world->time_ns, 1000);
    assert_int_equal(b->count, 1);
    assert_true(ha_queue_run_next(b->t->world));
    assert_int_equal(b->t->world->time_ns, 3000);
    assert_false(ha_queue_run_next(b->t->world));
    assert_int_equal(b->t->world->time_ns, 3000);
    assert_int_equal(b->happened[0]->posted, 1);
}

static void what_is_due_together_happens_in_the_order_of_posting(void **state)
{
    struct bench *b = *state;
    for (uint32_t i = 0; i < 100; i++)
        post(b, 7, happen);

    run_all(b);

    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(b->happened[i]->posted, i);
}

static void the_tape_chooses_what_comes_first_of_what_is_due_together(void **state)
{
    struct bench *b = *state;
    test_world_answer(b->t, 0, 2);
    test_world_answer(b->t, 1, 1);
    for (uint32_t i = 0; i < 3; i++)
        post(b, 7, happen);
    post(b, 8, happen);

    run_all(b);

    static const uint32_t order[] = {2, 1, 0, 3};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(b->happened[i]->posted, order[i]);
    assert_true(ha_tape_fits(b->t->world));
}

static void random_entries_happen_as_a_sort_would_order_them(void **state)
{
    struct bench *b = *state;
    const uint32_t seed = 20240607;
    uint32_t random = seed;
    const struct event *expected[ENTRIES];
    for (uint32_t i = 0; i < ENTRIES; i++) {
        random = random * 1664525u + 1013904223u;
        assert_true(post(b, random >> 22, happen));     /* about four at each time */
        expected[i] = &b->event[i];
    }
    qsort(expected, ENTRIES, sizeof *expected, by_due_then_posted);

    run_all(b);

    assert_int_equal(b->count, ENTRIES);
    for (uint32_t i = 0; i < ENTRIES; i++)
        if (b->happened[i] != expected[i] || b->happened_at_ns[i] != expected[i]->due_ns)
            fail_msg("seed %u, step %u: entry %u due at %u came in place of entry %u due at %u",
                     seed, i, b->happened[i]->posted, (unsigned)b->happened[i]->due_ns,
                     expected[i]->posted, (unsigned)expected[i]->due_ns);
}

/* Posts one entry before its own time and one at it. */
static void happen_and_post(struct ha_world *world, void *argument)
{
    struct event *event = argument;
    happen(world, argument);
    post(event->bench, event->due_ns / 2, happen);
    post(event->bench, event->due_ns, happen);
}

static void a_time_that_has_passed_is_due_now_behind_what_was_posted_for_now(void **state)
{
    struct bench *b = *state;
    static const uint32_t expected[] = {0, 1, 3, 4, 2};
    post(b, 1000, happen_and_post);
    post(b, 1000, happen);
    post(b, 1001, happen);

    run_all(b);

    assert_int_equal(b->count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(b->happened[i]->posted, expected[i]);
        assert_int_equal(b->happened_at_ns[i], i < 4 ? 1000 : 1001);
    }
}

static void time_never_goes_back_while_entries_come_and_go(void **state)
{
    struct bench *b = *state;
    const uint32_t seed = 777;
    uint32_t random = seed;
    while (b->posted < ENTRIES) {
        random = random * 1664525u + 1013904223u;
        assert_true(post(b, random >> 18, happen));
        if (random & 0x10000)
            ha_queue_run_next(b->t->world);
    }

    run_all(b);

    assert_int_equal(b->count, ENTRIES);
    for (uint32_t i = 1; i < ENTRIES; i++)
        if (b->happened_at_ns[i] < b->happened_at_ns[i - 1])
            fail_msg("seed %u: time went back at step %u", seed, i);
}

static void a_full_arena_refuses_an_entry_and_keeps_the_others(void **state)
{
    struct bench *b = *state;
    assert_true(post(b, b->posted, happen));        /* now there is a heap, and it cannot grow */
    while (ha_arena_take(&b->t->host.arena, 512))
        continue;
    while (post(b, b->posted, happen))
        continue;
    struct ha_queue before = b->t->world->queue;

    assert_false(post(b, 0, happen));

    assert_memory_equal(&b->t->world->queue, &before, sizeof before);
    run_all(b);
    assert_int_equal(b->count, b->posted);
    assert_in_range(b->count, 1, 16);
}

static struct ha_alarm alarm_of(struct bench *b)
{
    struct event *event = &b->event[b->posted];
    *event = (struct event){b, 0, b->posted};
    b->posted++;
    return (struct ha_alarm){.action = happen, .argument = event};
}

static void a_stopped_alarm_does_not_happen(void **state)
{
    struct bench *b = *state;
    struct ha_alarm alarm = alarm_of(b);
    assert_false(ha_alarm_stop(b->t->world, &alarm));
    assert_true(ha_alarm_set(b->t->world, &alarm, 10));

    assert_true(ha_alarm_stop(b->t->world, &alarm));

    assert_false(ha_alarm_stop(b->t->world, &alarm));
    assert_false(ha_queue_run_next(b->t->world));
    assert_int_equal(b->count, 0);
    assert_int_equal(b->t->world->time_ns, 0);
}

static void an_alarm_that_happened_is_not_set_and_can_be_set_again(void **state)
{
    struct bench *b = *state;
    struct ha_alarm alarm = alarm_of(b);
    assert_true(ha_alarm_set(b->t->world, &alarm, 10));
    run_all(b);
    assert_int_equal(alarm.place, 0);

    assert_true(ha_alarm_set(b->t->world, &alarm, 20));

    run_all(b);
    assert_int_equal(b->count, 2);
    assert_int_equal(b->t->world->time_ns, 20);
}

#define ALARMS 1000u

/* Each third alarm is stopped at a random moment; the others happen in order, and know where. */
static void stopped_alarms_leave_the_others_in_order(void **state)
{
    struct bench *b = *state;
    static struct ha_alarm alarm[ALARMS];
    const uint32_t seed = 4711;
    uint32_t random = seed;
    for (uint32_t i = 0; i < ALARMS; i++) {
        random = random * 1664525u + 1013904223u;
        alarm[i] = alarm_of(b);
        b->event[i].due_ns = random >> 22;
        assert_true(ha_alarm_set(b->t->world, &alarm[i], b->event[i].due_ns));
    }
    for (uint32_t i = 0; i < ALARMS; i += 3) {
        assert_true(ha_alarm_stop(b->t->world, &alarm[i]));
        for (size_t n = 0; n < b->t->world->queue.count; n++)
            assert_int_equal(b->t->world->queue.heap[n].alarm->place, n + 1);
    }

    run_all(b);

    assert_int_equal(b->count, ALARMS - (ALARMS + 2) / 3);
    for (uint32_t i = 0; i < b->count; i++) {
        assert_true(b->happened[i]->posted % 3 != 0);
        if (i && by_due_then_posted(&b->happened[i - 1], &b->happened[i]) > 0)
            fail_msg("seed %u: entry %u came too early", seed, b->happened[i - 1]->posted);
    }
}

#define with_bench(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

static void do_nothing(struct ha_world *world, void *argument)
{
    (void)world;
    (void)argument;
}

/* What was posted is always awaited; an alarm until so long after the last of that was begun. */
static void alarms_are_awaited_for_a_while_after_the_last_event(void **state)
{
    struct bench *b = *state;
    struct ha_world *world = b->t->world;
    struct ha_alarm near = {.action = do_nothing}, far = {.action = do_nothing};
    assert_false(ha_queue_is_awaited(world));
    ha_queue_post(world, 3 * HA_QUEUE_GRACE_NS, do_nothing, NULL);
    assert_true(ha_queue_is_awaited(world));
    ha_alarm_set(world, &near, 4 * HA_QUEUE_GRACE_NS);
    ha_alarm_set(world, &far, 4 * HA_QUEUE_GRACE_NS + 1);

    ha_queue_run_next(world);
    assert_true(ha_queue_is_awaited(world));
    ha_queue_run_next(world);

    assert_int_equal(world->queue.count, 1);
    assert_false(ha_queue_is_awaited(world));
    assert_true(ha_queue_run_next(world));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_bench(an_empty_queue_runs_nothing_and_time_stands_still),
        with_bench(time_jumps_to_what_is_due_next),
        with_bench(what_is_due_together_happens_in_the_order_of_posting),
        with_bench(the_tape_chooses_what_comes_first_of_what_is_due_together),
        with_bench(random_entries_happen_as_a_sort_would_order_them),
        with_bench(a_time_that_has_passed_is_due_now_behind_what_was_posted_for_now),
        with_bench(time_never_goes_back_while_entries_come_and_go),
        with_bench(a_full_arena_refuses_an_entry_and_keeps_the_others),
        with_bench(a_stopped_alarm_does_not_happen),
        with_bench(an_alarm_that_happened_is_not_set_and_can_be_set_again),
        with_bench(stopped_alarms_leave_the_others_in_order),
        with_bench(alarms_are_awaited_for_a_while_after_the_last_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
