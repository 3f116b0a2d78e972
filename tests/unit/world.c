/* world - see world.h. Makes and ends a world in the order in which a machine does it. */
#include "unit/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void fatal(struct ha_world *world, void *argument)
{
    struct test_world *t = argument;
    if (t->expects_fatal)
        longjmp(t->fatal, 1);
    fprintf(stderr, "the run ended (%u) around the adopted thread\n", world->sched.ending);
    abort();
}

static int build(struct test_world *t, const struct test_world_options *options)
{
    uint32_t processors = options->processors ? options->processors : 1;
    struct ha_group_options group = {.maximum = 64,
                                     .active_mask = UINT64_MAX >> (64 - processors)};
    struct ha_partition_options partition = {.group = &group, .group_count = 1};

    t->host.fatal = fatal;
    t->host.fatal_argument = t;
    t->host.store.sink[t->host.store.sink_count++] = &t->kept.sink;
    int err = ha_arena_open(&t->host.arena, options->arena_bytes ? options->arena_bytes
                                                                 : (size_t)1 << 20);
    if (err)
        return err;
    t->host.carrier = ha_carrier_pthread(options->is_free);
    t->host.monitor = options->is_free ? ha_free_open() : NULL;
    t->world = ha_arena_take(&t->host.arena, sizeof *t->world);
    if (!t->host.carrier || !t->world || (options->is_free && !t->host.monitor))
        return HA_ENOMEM;
    t->world->host = &t->host;
    err = ha_partition_init(&t->world->partition, &t->host.arena, &partition, NULL);
    if (!err)
        err = ha_trace_open(t->world, options->budget ? options->budget : UINT64_MAX);
    if (!err && !ha_thread_adopt(t->world))
        err = HA_ENOMEM;
    if (!err)
        ha_thread_announce(t->world->sched.adopted);
    if (!err && t->host.monitor)
        ha_free_begin(t->world);
    return err;
}

static void close_host(struct test_world *t)
{
    ha_thread_set_current(NULL);
    ha_trace_close(&t->host.store);
    ha_tape_close(&t->host.input);
    if (t->host.carrier)
        t->host.carrier->operations->close(t->host.carrier);
    ha_free_close(t->host.monitor);
    ha_arena_close(&t->host.arena);
    ha_collector_close(&t->kept);
    free(t);
}

int test_world_try(const struct test_world_options *options, struct test_world **made)
{
    struct test_world *t = calloc(1, sizeof *t);
    assert_non_null(t);
    ha_collector_init(&t->kept);
    int err = build(t, options);
    if (err)
        close_host(t);
    else
        *made = t;
    return err;
}

struct test_world *test_world_open(const struct test_world_options *options)
{
    struct test_world *t = NULL;
    assert_int_equal(test_world_try(options ? options : &(struct test_world_options){0}, &t),
                     HA_OK);
    return t;
}

void test_world_close(struct test_world *t)
{
    ha_sched_abandon_all(t->world);
    close_host(t);
}

void test_world_answer(struct test_world *t, uint32_t question, uint32_t answer)
{
    struct ha_tape_input *input = &t->host.input;
    input->answer = realloc(input->answer, (input->count + 1) * sizeof *input->answer);
    assert_non_null(input->answer);
    input->answer[input->count++] = (struct ha_answer){question, answer};
}

struct ha_thread *test_world_thread(struct test_world *t, void (*body)(void *argument),
                                    void *argument)
{
    struct ha_thread *thread = NULL;
    ha_thread_create(t->world, HA_THREAD_SYSTEM, 0, body, argument, &thread);
    assert_non_null(thread);
    return thread;
}

void test_world_say(struct test_world *t, const char *word)
{
    size_t left = sizeof t->said - t->said_length;
    int length = snprintf(t->said + t->said_length, left, "%s ", word);
    t->said_length += (size_t)length < left ? (size_t)length : left - 1;
}

const struct ha_record *test_world_record(struct test_world *t, enum ha_kind kind, size_t n)
{
    ha_trace_flush(t->world);
    for (size_t i = 0; i < t->kept.count; i++)
        if (t->kept.record[i].kind == kind && n-- == 0)
            return &t->kept.record[i];
    return NULL;
}

int test_world_setup(void **state)
{
    *state = test_world_open(NULL);
    return 0;
}

int test_world_teardown(void **state)
{
    test_world_close(*state);
    return 0;
}

struct test_world *test_world_with(void **state, uint32_t processors)
{
    test_world_close(*state);
    return *state = test_world_open(&(struct test_world_options){.processors = processors});
}

void test_act(void *argument)
{
    struct test_actor *actor = argument;
    for (uint32_t i = 0; i < actor->points; i++) {
        test_world_say(actor->t, actor->name);
        ha_sched_point(actor->t->world);
        if (i == 0 && actor->event)
            ha_event_wait(actor->t->world, actor->event);
    }
}
