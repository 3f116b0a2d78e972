/* core: when memory or host threads are lacking; linked with the library hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/object.h"
#include "hotadd/error.h"
#include "unit/failing.h"
#include "unit/world.h"

static int open_world(void **state)
{
    *state = test_world_open(NULL);
    return 0;
}

static int close_world(void **state)
{
    test_world_close(*state);
    return 0;
}

/* Take all of an arena but `left` blocks of the size that is asked for. */
static void use_up(struct ha_arena *arena, size_t size, size_t left)
{
    void *kept[8];
    for (size_t i = 0; i < left; i++) {
        kept[i] = ha_arena_take(arena, size);
        assert_non_null(kept[i]);
    }
    for (size_t other = arena->size; other > 0; other /= 2)
        while (ha_arena_take(arena, other))
            continue;
    for (size_t i = 0; i < left; i++)
        ha_arena_give(arena, kept[i], size);
}

static void say(void *argument)
{
    test_world_say(argument, "word");
}

static void a_world_that_the_host_refuses_leaves_nothing_behind(void **state)
{
    (void)state;
    size_t good = 0;

    for (bool refused = true; refused; good++) {
        struct test_world *t = NULL;
        failing_after(good);
        int err = test_world_try(&(struct test_world_options){0}, &t);
        refused = failing_stop();

        if (err != (refused ? HA_ENOMEM : HA_OK))
            fail_msg("%zu requests granted: %d", good, err);
        assert_true(!t == refused);
        assert_true(!ha_thread_current() == refused);
        if (t)
            test_world_close(t);
    }
    assert_true(good > 3);
}

static void an_arena_too_small_for_a_world_is_refused_at_any_size(void **state)
{
    (void)state;
    int err = HA_ENOMEM;
    size_t bytes = 16;

    for (; err == HA_ENOMEM; bytes += 64) {
        struct test_world *t = NULL;
        err = test_world_try(&(struct test_world_options){.arena_bytes = bytes}, &t);
        assert_true(!t == (err != HA_OK));
        if (t)
            test_world_close(t);
    }

    assert_int_equal(err, HA_OK);
    assert_true(bytes > 1024);
}

static void a_thread_that_the_host_refuses_does_not_exist(void **state)
{
    struct test_world *t = *state;
    struct ha_thread *thread = NULL;
    uint32_t refusals = 0;
    uint64_t seq = t->world->trace.seq;

    for (size_t good = 0; !thread; good++) {
        failing_after(good);
        int err = ha_thread_create(t->world, HA_THREAD_SYSTEM, 0, say, t, &thread);
        refusals += failing_stop();
        assert_int_equal(err, thread ? HA_OK : HA_ETHREAD);
        if (!thread) {
            assert_ptr_equal(t->world->sched.last_live, t->world->sched.adopted);
            assert_null(t->world->sched.first_ready);
            assert_int_equal(t->world->sched.threads_made, 1);
            assert_true(t->world->trace.seq == seq);
        }
    }

    assert_int_equal(refusals, 2);          /* memory for the context, and its host thread */
    ha_sched_run_until_quiet(t->world);
    assert_string_equal(t->said, "word ");
}

static void a_context_that_exists_needs_nothing_from_the_host(void **state)
{
    struct test_world *t = *state;
    test_world_thread(t, say, t);
    ha_sched_run_until_quiet(t->world);

    failing_after(0);
    struct ha_thread *thread = NULL;
    ha_thread_create(t->world, HA_THREAD_SYSTEM, 0, say, t, &thread);
    ha_sched_run_until_quiet(t->world);

    assert_false(failing_stop());
    assert_non_null(thread);
    assert_string_equal(t->said, "word word ");
}

static void a_thread_that_finds_no_room_in_the_arena_does_not_exist(void **state)
{
    struct test_world *t = *state;
    use_up(&t->host.arena, sizeof(struct ha_thread), 2);
    assert_int_equal(ha_thread_create(t->world, HA_THREAD_SYSTEM, 0, say, t, NULL), HA_OK);
    assert_int_equal(ha_thread_create(t->world, HA_THREAD_SYSTEM, 0, say, t, NULL), HA_OK);
    struct ha_thread *last = t->world->sched.last_live;
    uint64_t seq = t->world->trace.seq;

    assert_int_equal(ha_thread_create(t->world, HA_THREAD_SYSTEM, 0, say, t, NULL), HA_ENOMEM);

    assert_ptr_equal(t->world->sched.last_live, last);
    assert_ptr_equal(t->world->sched.last_ready, last);
    assert_true(t->world->trace.seq == seq);
    ha_sched_run_until_quiet(t->world);
    assert_string_equal(t->said, "word word ");
    assert_int_equal(ha_thread_create(t->world, HA_THREAD_SYSTEM, 0, say, t, NULL), HA_OK);
}

static void wait_then_say(void *argument)
{
    struct test_world *t = argument;
    struct ha_object *event = t->host.fatal_argument;
    ha_event_wait(t->world, event);
    test_world_say(t, "word");
}

/* Running, blocking, waking and recording take nothing from the host, nor from the arena. */
static void a_run_needs_no_memory_once_its_threads_exist(void **state)
{
    struct test_world *t = *state;
    struct ha_object event;
    ha_object_init(t->world, &event, "go");
    t->host.fatal_argument = &event;
    t->host.store.sink_count = 0;
    for (int i = 0; i < 5; i++)
        test_world_thread(t, wait_then_say, t);
    use_up(&t->host.arena, 16, 0);

    failing_after(0);
    ha_sched_run_until_quiet(t->world);
    ha_event_set(t->world, &event);
    ha_sched_run_until_quiet(t->world);
    for (size_t i = 0; i < 2 * HA_TRACE_WINDOW; i++)
        ha_record_open(t->world, HA_QUERY, 0);
    ha_trace_flush(t->world);

    assert_false(failing_stop());
    assert_string_equal(t->said, "word word word word word ");
}

static void a_mark_without_memory_keeps_the_mark_before_it(void **state)
{
    struct test_world *t = *state;
    int *value = ha_arena_take(&t->host.arena, sizeof *value);
    *value = 1;
    assert_int_equal(ha_trace_mark(t->world), HA_OK);
    assert_int_equal(ha_arena_mark(&t->host.arena), HA_OK);
    uint64_t seq = t->world->trace.seq;
    *value = 2;
    ha_record_open(t->world, HA_QUERY, 0);

    failing_after(0);
    assert_int_equal(ha_trace_mark(t->world), HA_ENOMEM);
    failing_after(0);
    assert_int_equal(ha_arena_mark(&t->host.arena), HA_ENOMEM);
    assert_true(failing_stop());

    ha_arena_rewind(&t->host.arena);
    ha_trace_rewind(t->world);
    assert_int_equal(*value, 1);
    assert_true(t->world->trace.seq == seq);
}

static void a_token_without_memory_is_not_read(void **state)
{
    (void)state;
    struct ha_tape_input input = {0};
    struct ha_error error = {""};

    failing_after(0);
    assert_int_equal(ha_tape_read(&input, "h1-1-2-0:1", 1, 2, &error), HA_ENOMEM);

    assert_true(failing_stop());
    assert_null(input.answer);
    assert_string_equal(error.text, "out of memory");
}

static void a_collector_without_memory_keeps_the_first_records_and_says_so(void **state)
{
    struct test_world *t = *state;
    for (int i = 0; i < 900; i++)
        ha_record_open(t->world, HA_QUERY, 0);
    ha_trace_flush(t->world);
    assert_int_equal(t->kept.count, 901);

    for (int i = 0; i < 900; i++)
        ha_record_open(t->world, HA_QUERY, 0);
    failing_after(0);
    ha_trace_flush(t->world);
    assert_true(failing_stop());
    ha_record_open(t->world, HA_QUERY, 0);
    ha_trace_flush(t->world);

    assert_true(t->kept.lost);
    assert_int_equal(t->kept.count, 901);
    assert_int_equal(ha_record_seq(&t->kept.record[900]), 901);
}

#define with_world(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_world_that_the_host_refuses_leaves_nothing_behind),
        cmocka_unit_test(an_arena_too_small_for_a_world_is_refused_at_any_size),
        with_world(a_thread_that_the_host_refuses_does_not_exist),
        with_world(a_context_that_exists_needs_nothing_from_the_host),
        with_world(a_thread_that_finds_no_room_in_the_arena_does_not_exist),
        with_world(a_run_needs_no_memory_once_its_threads_exist),
        with_world(a_mark_without_memory_keeps_the_mark_before_it),
        cmocka_unit_test(a_token_without_memory_is_not_read),
        with_world(a_collector_without_memory_keeps_the_first_records_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
