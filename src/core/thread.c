/*
 * thread - a simulated thread, and which one this host thread is running
 *
 * Owns struct ha_thread and the one variable outside the structures: NT routines take no
 * context argument, so the way from them to their kernel starts here.
 */
#include "core/thread.h"

#include <stddef.h>

#include "core/world.h"

static _Thread_local struct ha_thread *current;

struct ha_thread *ha_thread_current(void)
{
    return current;
}

void ha_thread_set_current(struct ha_thread *thread)
{
    current = thread;
}

static void move(struct ha_thread *thread)
{
    struct ha_place place = thread->world->partition.place[thread->stamp.processor];
    thread->moves = false;
    if (place.group == thread->affinity.group && thread->affinity.mask >> place.number & 1)
        return;
    ha_processor_find(thread, false, &thread->stamp.processor);
    thread->world->sched.attention = true;      /* another context may occupy it */
}

void ha_thread_set_irql(struct ha_thread *thread, uint8_t irql)
{
    bool was_raised = thread->stamp.irql >= HA_DISPATCH_LEVEL;
    thread->disturbed = true;
    if (was_raised != (irql >= HA_DISPATCH_LEVEL))
        ha_touch(thread->world, HA_TOUCH_PROCESSOR(thread->stamp.processor), HA_TOUCH_WRITE);
    if (!was_raised && irql >= HA_DISPATCH_LEVEL) {
        ha_processor_occupy(&thread->world->sched, thread);
        ha_order_take(thread->world, &thread->world->sched.processor[thread->stamp.processor]);
    }
    thread->stamp.irql = irql;
    if (!was_raised || irql >= HA_DISPATCH_LEVEL)
        return;
    ha_order_give(thread->world, &thread->world->sched.processor[thread->stamp.processor]);
    ha_processor_leave(&thread->world->sched, thread);
    if (thread->moves)
        move(thread);
}

void ha_thread_set_affinity(struct ha_thread *thread, struct ha_affinity affinity)
{
    thread->affinity = affinity;
    thread->disturbed = true;
    thread->moves = true;
    if (thread->stamp.irql < HA_DISPATCH_LEVEL)
        move(thread);
}

static void join_live(struct ha_sched *sched, struct ha_thread *thread)
{
    thread->previous_live = sched->last_live;
    if (sched->last_live)
        sched->last_live->next_live = thread;
    else
        sched->first_live = thread;
    sched->last_live = thread;
}

static void leave_live(struct ha_sched *sched, struct ha_thread *thread)
{
    if (thread->previous_live)
        thread->previous_live->next_live = thread->next_live;
    else
        sched->first_live = thread->next_live;
    if (thread->next_live)
        thread->next_live->previous_live = thread->previous_live;
    else
        sched->last_live = thread->previous_live;
}

/* When the one that runs next is known, if any, this one has the baton no more. */
static struct ha_context *end_free(struct ha_world *world, struct ha_thread *self)
{
    struct ha_thread *gone = world->sched.gone;
    if (gone)
        ha_arena_give(&world->host->arena, gone, sizeof *gone);
    world->sched.gone = self;
    struct ha_thread *next = ha_sched_next(world);
    return next ? next->context : NULL;
}

/* What runs on a fresh stack; its end is the end of the thread. */
static struct ha_context *thread_main(void *argument)
{
    struct ha_thread *self = argument;
    struct ha_world *world = self->world;
    current = self;
    self->body(self->argument);
    if (world->sched.thread_ends)
        world->sched.thread_ends(self);
    ha_thread_set_irql(self, 0);
    leave_live(&world->sched, self);
    if (world->sched.is_free)
        return end_free(world, self);
    struct ha_thread *next = ha_sched_next(world);      /* may write records in our name */
    ha_arena_give(&world->host->arena, self, sizeof *self);
    return next->context;
}

/* On the processor with this index. */
static struct ha_thread *make(struct ha_world *world, enum ha_thread_kind kind, uint16_t driver,
                              uint32_t index)
{
    struct ha_thread *thread = ha_arena_take(&world->host->arena, sizeof *thread);
    if (!thread)
        return NULL;
    thread->world = world;
    thread->kind = (uint8_t)kind;
    thread->stamp.driver = driver;
    thread->stamp.processor = (uint16_t)index;
    struct ha_place place = world->partition.place[thread->stamp.processor];
    thread->affinity = (struct ha_affinity){
        .mask = world->partition.group[place.group].active_mask, .group = place.group};
    thread->own_affinity = thread->affinity;
    return thread;
}

static uint32_t next_in_turn(struct ha_world *world)
{
    ha_touch(world, HA_TOUCH_PARTITION, HA_TOUCH_READ);
    return world->sched.placed++ % world->partition.scheduled;
}

void ha_thread_announce(struct ha_thread *thread)
{
    struct ha_world *world = thread->world;
    ha_touch(world, HA_TOUCH_THREADS, HA_TOUCH_WRITE);
    thread->stamp.thread = ++world->sched.threads_made;
    struct ha_record *record = ha_record_open(world, HA_THREAD, thread->stamp.thread);
    record->as.made.affinity_mask = thread->affinity.mask;
    record->as.made.affinity_group = thread->affinity.group;
    record->as.made.kind = thread->kind;
    join_live(&world->sched, thread);
}

static int begin(struct ha_thread *thread, void (*body)(void *argument), void *argument,
                 struct ha_thread **made)
{
    struct ha_world *world = thread->world;
    struct ha_carrier *carrier = world->host->carrier;
    thread->body = body;
    thread->argument = argument;
    thread->inside = 1;
    thread->context = carrier->operations->create(carrier, thread_main, thread);
    if (!thread->context) {
        ha_arena_give(&world->host->arena, thread, sizeof *thread);
        return HA_ETHREAD;
    }
    ha_thread_announce(thread);
    ha_sched_ready(thread);
    if (made)
        *made = thread;
    return HA_OK;
}

int ha_thread_create(struct ha_world *world, enum ha_thread_kind kind, uint16_t driver,
                     void (*body)(void *argument), void *argument, struct ha_thread **made)
{
    struct ha_thread *thread = make(world, kind, driver, next_in_turn(world));
    return thread ? begin(thread, body, argument, made) : HA_ENOMEM;
}

int ha_thread_create_on(struct ha_world *world, uint32_t index, void (*body)(void *argument),
                        void *argument, struct ha_thread **made)
{
    struct ha_thread *thread = make(world, HA_THREAD_DPC, 0, index);
    if (!thread)
        return HA_ENOMEM;
    struct ha_place place = world->partition.place[index];
    thread->affinity.mask = UINT64_C(1) << place.number;
    thread->own_affinity = thread->affinity;
    return begin(thread, body, argument, made);
}

struct ha_thread *ha_thread_adopt(struct ha_world *world)
{
    struct ha_carrier *carrier = world->host->carrier;
    world->sched.processor = ha_arena_take(&world->host->arena, world->partition.maximum *
                                                                sizeof *world->sched.processor);
    struct ha_thread *thread =
        world->sched.processor ? make(world, HA_THREAD_CALLER, 0, next_in_turn(world)) : NULL;
    if (!thread)
        return NULL;
    thread->context = carrier->operations->adopt(carrier);
    thread->state = HA_THREAD_RUNNING;
    world->sched.running = thread;
    world->sched.adopted = thread;
    current = thread;
    return thread;
}
