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

struct ha_footprint_object {
    uint64_t identity;          /* the step that touched it first; 0 before */
    uint64_t written;           /* the latest step that wrote it */
    uint64_t read;              /* the sum of those that have read it since */
    uint64_t places;            /* of a driver: the sum of those where threads stand in its code */
};

struct ha_footprint_thread {
    uint64_t latest;            /* its latest step; before the first one, its own number */
    uint16_t driver;            /* in whose code it was interrupted; 0 for none */
    uint64_t place;             /* where there */
};

/* What hardly ever happens, out of the way of what does all the time. */
#define NOT_INLINE __attribute__((noinline))

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * UINT64_C(0x9e3779b97f4a7c15) + b;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Room for element `at`, in place of the array and its room; the new elements are zeroed. */
static bool reach(struct ha_footprint *footprint, void **array, size_t *room, size_t size,
                  size_t at)
{
    while (*room <= at && !footprint->lost) {
        void *larger = ha_heap_grow(footprint->memory, *array, room, size);
        footprint->lost = !larger;
        *array = larger ? larger : *array;
    }
    return !footprint->lost;
}

/* What is known of the object at that place, which is new; NULL: no memory. */
NOT_INLINE static struct ha_footprint_object *reach_object(struct ha_footprint *footprint,
                                                           size_t at)
{
    void *array = footprint->object;
    bool reached = reach(footprint, &array, &footprint->object_room, sizeof *footprint->object, at);
    footprint->object = array;
    if (!reached)
        return NULL;
    footprint->object_count = at + 1;
    return &footprint->object[at];
}

NOT_INLINE static struct ha_footprint_thread *reach_thread(struct ha_footprint *footprint,
                                                           size_t number)
{
    void *array = footprint->thread;
    bool reached = reach(footprint, &array, &footprint->thread_room, sizeof *footprint->thread,
                         number);
    footprint->thread = array;
    if (!reached)
        return NULL;
    for (; footprint->thread_count <= number; footprint->thread_count++)
        footprint->thread[footprint->thread_count].latest = footprint->thread_count + 1;
    return &footprint->thread[number];
}

static inline uint32_t number_of(const struct ha_thread *thread)
{
    return thread ? thread->stamp.thread : 0;
}

/* What is known of the running thread, which has that number; NULL: no memory. */
static inline struct ha_footprint_thread *thread_of(struct ha_footprint *footprint,
                                                    uint32_t number)
{
    return number < footprint->thread_count ? &footprint->thread[number]
                                            : reach_thread(footprint, number);
}

/* A step of a thread that depends on the steps that `before` was made of. Returns it. */
static inline uint64_t step(struct ha_footprint *footprint, struct ha_footprint_thread *thread,
                            uint64_t before)
{
    uint64_t number = mix(thread->latest, before) | 1;
    thread->latest = number;
    footprint->sum += number;
    return number;
}

/*
 * Where an object lies among all: ids are dense within each of three ranges, so these take turns.
 * Objects count from 1, and what is touched besides from the other end, at first all but the
 * processors.
 */
static inline size_t place_of(uint32_t id)
{
    const uint32_t fixed = UINT32_MAX - id;
    if (id < HA_TOUCH_PROCESSOR(HA_MAXIMUM_PROCESSORS))
        return 3 * (size_t)id;
    return id > HA_TOUCH_PROCESSOR(0)
               ? 3 * (size_t)fixed + 1 : 3 * (size_t)(HA_TOUCH_PROCESSOR(0) - id) + 2;
}

/* Ids are given in the order of appearance, which may differ where runs are the same. */
NOT_INLINE static uint64_t identity_of(const struct ha_footprint_thread *thread, uint32_t id)
{
    bool is_fixed = id >= HA_TOUCH_PROCESSOR(HA_MAXIMUM_PROCESSORS);
    return mix(is_fixed ? id : thread->latest, 3) | 1;
}

/* What is known of what has that id; NULL: no memory. */
static inline struct ha_footprint_object *object_of(struct ha_footprint *footprint, uint32_t id)
{
    size_t at = place_of(id);
    return at < footprint->object_count ? &footprint->object[at] : reach_object(footprint, at);
}

static inline void touch(struct ha_footprint *footprint, struct ha_footprint_thread *thread,
                         uint32_t id, bool writes)
{
    struct ha_footprint_object *object = object_of(footprint, id);
    if (!object)
        return;
    if (!object->identity)
        object->identity = identity_of(thread, id);
    /* All of these are hashes: to keep them apart is enough. */
    uint64_t before = 3 * object->identity + 5 * object->written + 11 * object->places;
    if (!writes) {
        object->read += step(footprint, thread, before);
        return;
    }
    object->written = step(footprint, thread, before + 7 * object->read + 1);
    object->read = 0;
}

/*
 * The running thread stops in the middle of its driver's code. What it has done there since its
 * latest step comes behind what others of that driver have done so far, also those that stand in
 * its code, and before what they do from now on; what follows comes behind that.
 */
static void stop(struct ha_footprint *footprint, struct ha_footprint_thread *thread,
                 const struct ha_thread *running)
{
    uint16_t driver = running->stamp.driver;
    struct ha_footprint_object *object = object_of(footprint, HA_TOUCH_DRIVER(driver));
    if (!object)
        return;
    thread->driver = driver;
    thread->place = mix(mix(number_of(running), running->points),
                        5 * object->written + 11 * object->places);
    object->places += thread->place;
}

static void go_on(struct ha_footprint *footprint, struct ha_footprint_thread *thread)
{
    object_of(footprint, HA_TOUCH_DRIVER(thread->driver))->places -= thread->place;
    thread->driver = 0;
}

static void touched(struct ha_watcher *watcher, const struct ha_world *world, uint32_t object,
                    enum ha_touch_mode mode)
{
    struct ha_footprint *footprint = (struct ha_footprint *)(void *)watcher;
    const struct ha_thread *running = world->sched.running;
    struct ha_footprint_thread *thread = thread_of(footprint, number_of(running));
    if (!thread)
        return;
    if (thread->driver)
        go_on(footprint, thread);
    touch(footprint, thread, object, mode == HA_TOUCH_WRITE);
    uint16_t driver = running ? running->stamp.driver : 0;
    if (driver && object != HA_TOUCH_DRIVER(driver))
        touch(footprint, thread, HA_TOUCH_DRIVER(driver), true);
}

void ha_footprint_init(struct ha_footprint *footprint, struct ha_arena *memory)
{
    *footprint = (struct ha_footprint){.watcher.touched = touched, .memory = memory};
}

void ha_footprint_clear(struct ha_footprint *footprint)
{
    if (footprint->object_count)
        memset(footprint->object, 0, footprint->object_count * sizeof *footprint->object);
    if (footprint->thread_count)
        memset(footprint->thread, 0, footprint->thread_count * sizeof *footprint->thread);
    footprint->object_count = footprint->thread_count = 0;
    footprint->sum = footprint->dues = 0;
}

/* What a copy begins with; the objects and the threads follow. */
struct head {
    size_t object_count, thread_count;
    uint64_t sum, dues;
};

size_t ha_footprint_save(const struct ha_footprint *footprint, void *copy, size_t room)
{
    const struct head head = {footprint->object_count, footprint->thread_count, footprint->sum,
                              footprint->dues};
    size_t objects = head.object_count * sizeof *footprint->object;
    size_t threads = head.thread_count * sizeof *footprint->thread;
    unsigned char *to = copy;
    if (sizeof head + objects + threads > room)
        return sizeof head + objects + threads;
    memcpy(to, &head, sizeof head);
    if (objects)
        memcpy(to + sizeof head, footprint->object, objects);
    if (threads)
        memcpy(to + sizeof head + objects, footprint->thread, threads);
    return sizeof head + objects + threads;
}

/* Put `count` elements back; those behind them, of `more`, are not known any more. */
static void put_back(void *array, const void *copy, size_t count, size_t more, size_t size)
{
    if (count)
        memcpy(array, copy, count * size);
    if (more > count)
        memset((char *)array + count * size, 0, (more - count) * size);
}

void ha_footprint_restore(struct ha_footprint *footprint, const void *copy)
{
    const unsigned char *from = copy;
    struct head head;
    memcpy(&head, from, sizeof head);
    from += sizeof head;
    put_back(footprint->object, from, head.object_count, footprint->object_count,
             sizeof *footprint->object);
    from += head.object_count * sizeof *footprint->object;
    put_back(footprint->thread, from, head.thread_count, footprint->thread_count,
             sizeof *footprint->thread);
    footprint->object_count = head.object_count;
    footprint->thread_count = head.thread_count;
    footprint->sum = head.sum;
    footprint->dues = head.dues;
}

void ha_footprint_close(struct ha_footprint *footprint)
{
    ha_heap_give(footprint->memory, footprint->object,
                 footprint->object_room * sizeof *footprint->object);
    ha_heap_give(footprint->memory, footprint->thread,
                 footprint->thread_room * sizeof *footprint->thread);
    ha_footprint_init(footprint, footprint->memory);
}

void ha_footprint_answer(struct ha_footprint *footprint, const struct ha_world *world,
                         const struct ha_question *question, uint32_t answer)
{
    const struct ha_thread *running = world->sched.running;
    struct ha_footprint_thread *thread = thread_of(footprint, number_of(running));
    footprint->dues += question->kind == HA_CHOICE_DUE;
    if (!thread)
        return;
    if (thread->driver)
        go_on(footprint, thread);
    if (answer && running && running->stamp.driver &&
        (question->kind == HA_CHOICE_PREEMPT || question->kind == HA_CHOICE_DUE))
        stop(footprint, thread, running);
    if (ha_sched_option(world, question, 0) || (question->kind == HA_CHOICE_DUE && !answer))
        return;
    step(footprint, thread, mix((uint64_t)question->kind << 32 | answer, 5));
}

uint64_t ha_footprint_state(const struct ha_footprint *footprint, const struct ha_world *world,
                            const struct ha_question *question)
{
    uint64_t stand = footprint->dues;
    for (const struct ha_thread *thread = world->sched.first_live; thread;
         thread = thread->next_live)
        stand += mix(number_of(thread), ha_thread_stand(thread));
    /* Also of threads that have ended: steps of others may depend on it yet. */
    for (size_t i = 0; i < footprint->thread_count; i++)
        if (footprint->thread[i].driver)
            stand += mix(footprint->thread[i].place, footprint->thread[i].driver);
    uint64_t asks = mix((uint64_t)question->kind << 32 | question->options, question->about);
    return mix(mix(footprint->sum, stand),
               mix(asks, number_of(world->sched.running)));
}
