/*
 * deadlock - who is held up, and by whom
 *
 * Owns nothing: it reads the threads and what they wait for, when nothing goes on any more.
 */
#include <stddef.h>

#include "core/object.h"
#include "core/processor.h"
#include "core/sched.h"
#include "core/world.h"

/* It waits, or another one occupies its processor. */
static bool is_held_up(const struct ha_thread *thread)
{
    return thread->state == HA_THREAD_BLOCKED ||
           (thread->state == HA_THREAD_READY &&
            !ha_processor_may_run(&thread->world->sched, thread));
}

bool ha_sched_is_stuck(const struct ha_world *world)
{
    for (const struct ha_thread *thread = world->sched.first_live; thread;
         thread = thread->next_live)
        if (thread->operations && is_held_up(thread))
            return true;
    return false;
}

bool ha_sched_has_patience(const struct ha_world *world, uint32_t waited)
{
    if (waited < HA_QUEUE_PATIENCE)
        return true;
    for (const struct ha_thread *thread = world->sched.first_live; thread;
         thread = thread->next_live)
        if (thread->operations && thread->timed)
            return true;
    return false;
}

static void record_obstacle(struct ha_world *world, const struct ha_thread *thread,
                            uint32_t object, const struct ha_thread *holder)
{
    struct ha_record *record = ha_record_open(world, HA_DEADLOCK, object);
    record->driver = thread->stamp.driver;
    record->as.wait.timeout_ns = HA_FOREVER;
    record->as.wait.waiter = thread->stamp.thread;
    record->as.wait.holder = holder ? holder->stamp.thread : 0;
    record->as.wait.blocked = 1;
    if (thread->pauses)
        record->as.wait.reason = HA_REASON_POLLS;
}

void ha_sched_give_up(struct ha_world *world)
{
    record_obstacle(world, world->sched.running, 0, NULL);
    ha_sched_record_deadlock(world);
    ha_sched_end(world, HA_END_DEADLOCK);
    ha_sched_attend(world);
}

/* Who has what a thread that is held up needs: the object, or the processor. */
static const struct ha_thread *holder_of(const struct ha_thread *thread)
{
    const struct ha_object *object = thread->waits_for;
    if (object)
        return object->holder ? object->holder : thread->waits_on;
    return thread->state == HA_THREAD_READY
               ? thread->world->sched.processor[thread->stamp.processor].top : NULL;
}

/* Whether an operation is held up by this thread, over however many that wait for each other. */
static bool holds_up_operation(const struct ha_thread *thread)
{
    const struct ha_sched *sched = &thread->world->sched;
    for (const struct ha_thread *other = sched->first_live; other; other = other->next_live) {
        const struct ha_thread *at = other;
        if (!other->operations)
            continue;
        for (uint32_t left = sched->threads_made; at && is_held_up(at) && left > 0; left--) {
            if (at == thread)
                return true;
            at = holder_of(at);
        }
    }
    return false;
}

/*
 * Whether it waits for what such a thread has. It may be the one that somebody waits for of whom
 * no object knows it, as a user of what runs down.
 */
static bool is_drawn_in(const struct ha_thread *thread)
{
    uint32_t left = thread->world->sched.threads_made;
    for (const struct ha_thread *at = thread; at && is_held_up(at) && left > 0; left--) {
        if (holds_up_operation(at))
            return true;
        at = holder_of(at);
    }
    return false;
}

void ha_sched_record_deadlock(struct ha_world *world)
{
    if (world->sched.deadlocks)
        world->sched.deadlocks(world);
    for (const struct ha_thread *thread = world->sched.first_live; thread;
         thread = thread->next_live) {
        if (!is_drawn_in(thread))
            continue;
        if (thread->waits_for)
            record_obstacle(world, thread, thread->waits_for->id, holder_of(thread));
        else if (thread->state == HA_THREAD_READY)
            record_obstacle(world, thread, 0, holder_of(thread));
    }
}
