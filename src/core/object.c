/* object - see object.h. Owns struct ha_object and the waiting for it. */
#include "core/object.h"

#include <assert.h>
#include <stddef.h>

#include "core/world.h"

void ha_object_init(struct ha_world *world, struct ha_object *object, const char *name)
{
    *object = (struct ha_object){.id = ++world->objects_made};
    ha_record_name(world, HA_NS_OBJECT, object->id, name);
}

static void record_wait(struct ha_world *world, enum ha_kind kind, const struct ha_object *object,
                        const struct ha_thread *holder, bool blocked)
{
    struct ha_record *record = ha_record_open(world, kind, object->id);
    record->as.wait.timeout_ns = HA_FOREVER;
    record->as.wait.waiter = world->sched.running->stamp.thread;
    record->as.wait.holder = holder ? holder->stamp.thread : 0;
    record->as.wait.blocked = blocked;
}

/* The running thread waits in turn until somebody takes it out of the list and makes it ready. */
static void wait_in_turn(struct ha_world *world, struct ha_object *object)
{
    struct ha_thread *self = world->sched.running;
    self->waits_for = object;
    self->next_waiter = NULL;
    if (object->last_waiter)
        object->last_waiter->next_waiter = self;
    else
        object->first_waiter = self;
    object->last_waiter = self;
    ha_sched_block(world);
}

static struct ha_thread *take_waiter(struct ha_object *object, uint32_t n)
{
    struct ha_thread *before = NULL, *waiter = object->first_waiter;
    for (; n > 0; n--) {
        before = waiter;
        waiter = waiter->next_waiter;
    }
    if (before)
        before->next_waiter = waiter->next_waiter;
    else
        object->first_waiter = waiter->next_waiter;
    if (object->last_waiter == waiter)
        object->last_waiter = before;
    waiter->waits_for = NULL;
    waiter->waits_on = NULL;
    return waiter;
}

void ha_lock_take(struct ha_world *world, struct ha_object *lock)
{
    struct ha_thread *self = world->sched.running;
    assert(lock->holder != self);
    ha_touch(world, lock->id, HA_TOUCH_WRITE);
    if (!lock->holder) {
        lock->holder = self;
        ha_order_take(world, lock);
        return;
    }
    record_wait(world, HA_WAIT_BEGIN, lock, lock->holder, true);
    wait_in_turn(world, lock);
    assert(lock->holder == self);
    ha_order_take(world, lock);
    record_wait(world, HA_WAIT_END, lock, self, true);
}

void ha_lock_give(struct ha_world *world, struct ha_object *lock)
{
    assert(lock->holder == world->sched.running);
    ha_touch(world, lock->id, HA_TOUCH_WRITE);
    uint32_t waiters = 0;
    for (const struct ha_thread *waiter = lock->first_waiter; waiter; waiter = waiter->next_waiter)
        waiters++;
    lock->holder = NULL;
    ha_order_give(world, lock);
    if (waiters) {
        uint32_t n = waiters > 1 ? ha_choose(world, HA_CHOICE_THREAD, "lock", waiters) : 0;
        lock->holder = take_waiter(lock, n);
        ha_sched_ready(lock->holder);
    }
}

void ha_event_wait_on(struct ha_world *world, struct ha_object *event,
                      const struct ha_thread *holder)
{
    ha_touch(world, event->id, HA_TOUCH_READ);
    bool blocked = !event->set;
    record_wait(world, HA_WAIT_BEGIN, event,
                !blocked ? NULL : holder ? holder : event->holder, blocked);
    if (blocked) {
        world->sched.running->waits_on = holder;
        wait_in_turn(world, event);
    }
    record_wait(world, HA_WAIT_END, event, NULL, blocked);
}

void ha_event_wait(struct ha_world *world, struct ha_object *event)
{
    ha_event_wait_on(world, event, NULL);
}

void ha_event_set(struct ha_world *world, struct ha_object *event)
{
    ha_touch(world, event->id, HA_TOUCH_WRITE);
    event->set = true;
    while (event->first_waiter)
        ha_sched_ready(take_waiter(event, 0));
}
