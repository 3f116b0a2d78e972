/*
 * footprint - which runs are the same but for the order of what is independent
 *
 * Each step of a thread reads and writes objects (ha_touch()); two steps depend on each other if
 * one thread takes both, or if they touch an object that one of them writes. All runs in which
 * dependent steps come in the same order are one run to every driver. A step is given a number made
 * of its thread's step before and of the steps that it depends on; the sum of these numbers does
 * not know in which order they came, and is the run's identity: runs that are the same have the
 * same one, and others another, up to the chance of 1 in 2^64 or so.
 *
 * Where a run stands is that number so far, and how far each thread is. That counts the scheduling
 * points that it has come to, not the questions it was asked there: how many there are to answer
 * depends on who else could go on, and so on the way that led there.
 *
 * While a driver is in charge every step writes what is its own. So may the code between two steps:
 * where a thread was interrupted in it is a part of what the steps of its driver's other threads
 * depend on. What drivers share with each other outside of NT routines is not seen.
 */
#ifndef HA_SIM_FOOTPRINT_H
#define HA_SIM_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/world.h"

struct ha_footprint_object;
struct ha_footprint_thread;

struct ha_footprint {
    struct ha_watcher watcher;          /* first */
    struct ha_arena *memory;
    /* By id; of what is behind the counts nothing is known. */
    struct ha_footprint_object *object;
    struct ha_footprint_thread *thread;
    size_t object_count, thread_count;
    size_t object_room, thread_room;
    uint64_t sum;                       /* of all steps */
    uint64_t dues;                      /* questions about what is due, which may be no steps */
    bool lost;                          /* memory was lacking */
};

/* All that it keeps will lie in that memory; NULL for the heap. */
void ha_footprint_init(struct ha_footprint *footprint, struct ha_arena *memory);
/* Begin a run. */
void ha_footprint_clear(struct ha_footprint *footprint);
/*
 * Copy what it knows of the run, if that takes no more than `room` bytes, and return how many it
 * takes; and know that again later.
 */
size_t ha_footprint_save(const struct ha_footprint *footprint, void *copy, size_t room);
void ha_footprint_restore(struct ha_footprint *footprint, const void *copy);
void ha_footprint_close(struct ha_footprint *footprint);

/* A question was answered, which is a step by itself unless it says which thread goes on. */
void ha_footprint_answer(struct ha_footprint *footprint, const struct ha_world *world,
                         const struct ha_question *question, uint32_t answer);

/* Where a run stands that is asked this: equal for runs that go on alike. */
uint64_t ha_footprint_state(const struct ha_footprint *footprint, const struct ha_world *world,
                            const struct ha_question *question);

#endif
