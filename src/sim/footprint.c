/*
 * footprint - see footprint.h
 *
 * Seen is what goes through the simulator: locks, events, timers, queues, who is registered, the
 * partition, who keeps a processor to itself, and which driver's code runs in between, of which all
 * parts are taken to touch the same. Not seen is memory that two drivers share by an address that
 * one gave to the other, or by an exported variable: runs that differ in the order of such accesses
 * alone count as the same, and the second of them is left out.
 */
#include "sim/footprint.h"

#include <string.h>

#include "core/arena.h"

#define FIRST_ROOM 64u

struct ha_footprint_object {
    uint64_t identity;          /* the step that touched it first; 0 for an empty place */
    uint64_t written;           /* the latest step that wrote it */
    uint64_t read;              /* the sum of those that have read it since */
    uint32_t id;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * UINT64_C(0x9e3779b97f4a7c15) + b;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t place_of(const struct ha_footprint *footprint, uint32_t id)
{
    size_t mask = footprint->object_room - 1;
    size_t at = (size_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
    while (footprint->object[at].identity && footprint->object[at].id != id)
        at = (at + 1) & mask;
    return at;
}

static bool grow_objects(struct ha_footprint *footprint)
{
    struct ha_footprint_object *old = footprint->object;
    size_t room = footprint->object_room, grown = room ? 2 * room : FIRST_ROOM;
    struct ha_footprint_object *fresh = ha_heap_take(footprint->memory, grown * sizeof *fresh);
    if (!fresh)
        return false;
    footprint->object = fresh;
    footprint->object_room = grown;
    for (size_t i = 0; i < room; i++)
        if (old[i].identity)
            fresh[place_of(footprint, old[i].id)] = old[i];
    ha_heap_give(footprint->memory, old, room * sizeof *old);
    return true;
}

static void give_threads(struct ha_footprint *footprint)
{
    size_t room = footprint->thread_room;
    ha_heap_give(footprint->memory, footprint->thread, room * sizeof *footprint->thread);
    ha_heap_give(footprint->memory, footprint->asked, room * sizeof *footprint->asked);
}

static bool grow_threads(struct ha_footprint *footprint, uint32_t id)
{
    size_t old = footprint->thread_room, room = old ? old : FIRST_ROOM;
    while (room <= id)
        room *= 2;
    uint64_t *thread = ha_heap_take(footprint->memory, room * sizeof *thread);
    uint32_t *asked = ha_heap_take(footprint->memory, room * sizeof *asked);
    if (!thread || !asked) {
        ha_heap_give(footprint->memory, thread, room * sizeof *thread);
        ha_heap_give(footprint->memory, asked, room * sizeof *asked);
        return false;
    }
    if (old) {
        memcpy(thread, footprint->thread, old * sizeof *thread);
        memcpy(asked, footprint->asked, old * sizeof *asked);
    }
    give_threads(footprint);
    footprint->thread = thread;
    footprint->asked = asked;
    footprint->thread_room = room;
    return true;
}

/* The number of the running thread, with room for what is known of it; false: no memory. */
static bool reach_thread(struct ha_footprint *footprint, const struct ha_world *world,
                         uint32_t *id)
{
    const struct ha_thread *running = world->sched.running;
    *id = running ? running->stamp.thread : 0;
    if (!footprint->lost && *id >= footprint->thread_room)
        footprint->lost = !grow_threads(footprint, *id);
    return !footprint->lost;
}

/* A step of a thread that depends on the steps that `before` was made of. Returns it. */
static uint64_t step(struct ha_footprint *footprint, uint32_t thread, uint64_t before)
{
    uint64_t latest = footprint->thread[thread];
    uint64_t number = mix(latest ? latest : thread + 1, before) | 1;
    footprint->thread[thread] = number;
    footprint->sum += number;
    return number;
}

static void touch(struct ha_footprint *footprint, uint32_t thread, uint32_t id, bool writes)
{
    if (2 * footprint->object_count >= footprint->object_room && !grow_objects(footprint)) {
        footprint->lost = true;
        return;
    }
    struct ha_footprint_object *object = &footprint->object[place_of(footprint, id)];
    if (!object->identity) {
        /* Ids are given in the order of appearance, which may differ where runs are the same. */
        bool is_fixed = id >= HA_TOUCH_PROCESSOR(HA_MAXIMUM_PROCESSORS);
        uint64_t latest = footprint->thread[thread];
        *object = (struct ha_footprint_object){
            .identity = mix(is_fixed ? id : latest ? latest : thread + 1, 3) | 1, .id = id};
        footprint->object_count++;
    }
    /* All of these are hashes: to keep them apart is enough. */
    uint64_t before = 3 * object->identity + 5 * object->written;
    if (!writes) {
        object->read += step(footprint, thread, before);
        return;
    }
    object->written = step(footprint, thread, before + 7 * object->read + 1);
    object->read = 0;
}

static void touched(struct ha_watcher *watcher, const struct ha_world *world, uint32_t object,
                    enum ha_touch_mode mode)
{
    struct ha_footprint *footprint = (struct ha_footprint *)(void *)watcher;
    uint32_t thread;
    if (!reach_thread(footprint, world, &thread))
        return;
    touch(footprint, thread, object, mode == HA_TOUCH_WRITE);
    uint16_t driver = world->sched.running ? world->sched.running->stamp.driver : 0;
    if (driver && object != HA_TOUCH_DRIVER(driver))
        touch(footprint, thread, HA_TOUCH_DRIVER(driver), true);
}

void ha_footprint_init(struct ha_footprint *footprint, struct ha_arena *memory)
{
    *footprint = (struct ha_footprint){.watcher.touched = touched, .memory = memory};
}

void ha_footprint_clear(struct ha_footprint *footprint)
{
    if (footprint->object)
        memset(footprint->object, 0, footprint->object_room * sizeof *footprint->object);
    if (footprint->thread_room) {
        memset(footprint->thread, 0, footprint->thread_room * sizeof *footprint->thread);
        memset(footprint->asked, 0, footprint->thread_room * sizeof *footprint->asked);
    }
    footprint->object_count = 0;
    footprint->sum = footprint->progress = 0;
}

void ha_footprint_close(struct ha_footprint *footprint)
{
    ha_heap_give(footprint->memory, footprint->object,
                  footprint->object_room * sizeof *footprint->object);
    give_threads(footprint);
    ha_footprint_init(footprint, footprint->memory);
}

void ha_footprint_ask(struct ha_footprint *footprint, const struct ha_world *world)
{
    uint32_t thread;
    if (!reach_thread(footprint, world, &thread))
        return;
    footprint->progress -= mix(thread, footprint->asked[thread]++);
    footprint->progress += mix(thread, footprint->asked[thread]);
}

void ha_footprint_answer(struct ha_footprint *footprint, const struct ha_world *world,
                         const struct ha_question *question, uint32_t answer)
{
    uint32_t thread;
    if (ha_sched_option(world, question, 0) || (question->kind == HA_CHOICE_DUE && !answer))
        return;
    if (reach_thread(footprint, world, &thread))
        step(footprint, thread, mix((uint64_t)question->kind << 32 | answer, 5));
}

uint64_t ha_footprint_state(const struct ha_footprint *footprint, const struct ha_world *world,
                            const struct ha_question *question)
{
    const struct ha_thread *running = world->sched.running;
    uint64_t asks = mix((uint64_t)question->kind << 32 | question->options, question->about);
    return mix(mix(footprint->sum, footprint->progress),
               mix(asks, running ? running->stamp.thread : 0));
}
