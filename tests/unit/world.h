/*
 * world - a bare world for tests of core: partition, threads, trace, and neither nt nor sim
 *
 * The host thread that runs the test is adopted. Bodies of simulated threads must not assert, as
 * cmocka knows only the host thread that runs the test: they say what they do, and the test
 * compares what was said.
 */
#ifndef HA_TESTS_WORLD_H
#define HA_TESTS_WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/object.h"
#include "core/world.h"

struct test_world_options {
    uint32_t processors;        /* active ones, in one group that can hold 64; 0 counts as 1 */
    size_t arena_bytes;         /* 0 for 1 MiB */
    uint64_t budget;            /* records; 0 for no limit */
    bool is_free;               /* free mode */
};

struct test_world {
    struct ha_host host;
    struct ha_world *world;         /* in the arena */
    struct ha_collector kept;       /* what the trace handed over */
    char said[512];                 /* words with a space behind each */
    size_t said_length;
    bool expects_fatal;
    jmp_buf fatal;                  /* where the fatal hook goes if it is expected */
};

/* A world whose adopted thread is announced. Returns HA_OK or HA_ENOMEM. */
int test_world_try(const struct test_world_options *options, struct test_world **made);
/* The same where it must succeed; NULL for the options' defaults. */
struct test_world *test_world_open(const struct test_world_options *options);
/* Abandon what still runs and give everything back. */
void test_world_close(struct test_world *t);

/* Fixtures over these, and a world with so many processors in place of the one that a test has. */
int test_world_setup(void **state);
int test_world_teardown(void **state);
struct test_world *test_world_with(void **state, uint32_t processors);

/* A thread that says its name and comes to a scheduling point, some times. */
struct test_actor {
    struct test_world *t;
    const char *name;
    uint32_t points;
    struct ha_object *event;            /* waited for after the first word; NULL for none */
    struct ha_thread *thread;
};
/* The body of an actor, which is its argument. */
void test_act(void *argument);

/* Let a question of the tape have an answer. Questions come in ascending order. */
void test_world_answer(struct test_world *t, uint32_t question, uint32_t answer);
/* A kernel thread that must come to be. */
struct ha_thread *test_world_thread(struct test_world *t, void (*body)(void *argument),
                                    void *argument);

/* Add a word to what was said, from any thread. */
void test_world_say(struct test_world *t, const char *word);

/* Hand the trace over and look for the n-th record of a kind, from 0. NULL when there is none. */
const struct ha_record *test_world_record(struct test_world *t, enum ha_kind kind, size_t n);

#endif
