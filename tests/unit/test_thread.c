/* core: the making of threads, and what each carries with it */
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

static void say_who_is_current(void *argument)
{
    struct test_actor *actor = argument;
    bool me = ha_thread_current() == actor->thread;
    test_act(argument);
    me = me && ha_thread_current() == actor->thread &&
         actor->t->world->sched.running == actor->thread;
    test_world_say(actor->t, me ? "myself" : "somebody else");
}

static void a_thread_is_the_current_one_whenever_it_runs(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "go");
    struct test_actor actors[2];
    for (int i = 0; i < 2; i++) {
        actors[i] = (struct test_actor){.t = t, .name = "", .points = 1, .event = &event};
        actors[i].thread = test_world_thread(t, say_who_is_current, &actors[i]);
    }

    ha_sched_run_until_quiet(t->world);
    assert_ptr_equal(ha_thread_current(), t->world->sched.adopted);
    ha_event_set(t->world, &event);
    ha_sched_run_until_quiet(t->world);

    assert_string_equal(t->said, "  myself myself ");
}

static void threads_take_processors_in_turn_and_keep_them(void **state)
{
    struct test_world *t = test_world_with(state, 3);
    struct ha_object never;
    ha_object_init(t->world, &never, "never");
    struct test_actor actor = {.t = t, .name = "", .points = 2, .event = &never};
    struct ha_thread *thread[7];
    assert_int_equal(t->world->sched.adopted->stamp.processor, 0);

    for (int i = 0; i < 7; i++)
        thread[i] = test_world_thread(t, test_act, &actor);
    ha_sched_run_until_quiet(t->world);

    for (int i = 0; i < 7; i++) {
        assert_int_equal(thread[i]->stamp.processor, (i + 1) % 3);
        assert_int_equal(thread[i]->affinity.mask, 7);
        assert_int_equal(thread[i]->affinity.group, 0);
    }
}

static void a_processor_that_is_active_but_not_scheduled_gets_no_thread(void **state)
{
    struct test_world *t = *state;
    struct ha_partition *partition = &t->world->partition;
    struct ha_place place;
    struct test_actor actor = {.t = t, .name = "", .points = 1};
    assert_true(ha_partition_find_place(partition, &(struct ha_placing){HA_ANYWHERE}, &place));
    ha_partition_offer(partition, place);
    ha_partition_activate(partition, place);

    for (int i = 0; i < 4; i++)
        assert_int_equal(test_world_thread(t, test_act, &actor)->stamp.processor, 0);
    ha_partition_schedule(partition, place);

    struct ha_thread *thread[2];
    for (int i = 0; i < 2; i++)
        thread[i] = test_world_thread(t, test_act, &actor);
    assert_int_equal(thread[0]->stamp.processor + thread[1]->stamp.processor, 1);
}

static void a_thread_is_announced_with_the_next_id_before_it_runs(void **state)
{
    struct test_world *t = test_world_with(state, 2);
    struct test_actor actor = {.t = t, .name = "", .points = 1};

    ha_thread_create(t->world, HA_THREAD_HOT_ADD, 0, test_act, &actor, NULL);
    ha_thread_create(t->world, HA_THREAD_WORKER, 5, test_act, &actor, NULL);
    ha_sched_run_until_quiet(t->world);

    static const uint8_t kinds[] = {HA_THREAD_CALLER, HA_THREAD_HOT_ADD, HA_THREAD_WORKER};
    for (uint32_t i = 0; i < 3; i++) {
        const struct ha_record *record = test_world_record(t, HA_THREAD, i);
        assert_int_equal(record->id, i + 1);
        assert_int_equal(record->thread, 1);
        assert_int_equal(record->as.made.kind, kinds[i]);
        assert_int_equal(record->as.made.affinity_mask, 3);
    }
    assert_null(test_world_record(t, HA_THREAD, 3));
}

static void a_record_names_the_thread_and_the_driver_in_charge(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "go");
    ha_event_set(t->world, &event);
    struct test_actor actor = {.t = t, .name = "", .points = 1, .event = &event};

    ha_thread_create(t->world, HA_THREAD_WORKER, 5, test_act, &actor, NULL);
    ha_sched_run_until_quiet(t->world);

    const struct ha_record *wait = test_world_record(t, HA_WAIT_BEGIN, 0);
    assert_int_equal(wait->thread, 2);
    assert_int_equal(wait->driver, 5);
}

static void ten_thousand_threads_one_after_another_use_the_same_memory(void **state)
{
    struct test_world *t = *state;
    struct test_actor actor = {.t = t, .name = "", .points = 0};
    test_world_thread(t, test_act, &actor);
    ha_sched_run_until_quiet(t->world);
    size_t used = ha_arena_used(&t->host.arena);

    for (int i = 0; i < 10000; i++) {
        test_world_thread(t, test_act, &actor);
        ha_sched_run_until_quiet(t->world);
    }

    assert_int_equal(ha_arena_used(&t->host.arena), used);
    assert_int_equal(t->world->sched.threads_made, 10002);
    assert_ptr_equal(t->world->sched.last_live, t->world->sched.adopted);
}

#define with_world(test) \
    cmocka_unit_test_setup_teardown(test, test_world_setup, test_world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(a_thread_is_the_current_one_whenever_it_runs),
        with_world(threads_take_processors_in_turn_and_keep_them),
        with_world(a_processor_that_is_active_but_not_scheduled_gets_no_thread),
        with_world(a_thread_is_announced_with_the_next_id_before_it_runs),
        with_world(a_record_names_the_thread_and_the_driver_in_charge),
        with_world(ten_thousand_threads_one_after_another_use_the_same_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
