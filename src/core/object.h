/*
 * object - what simulated threads wait for: a lock with a holder, or an event that is set
 *
 * In free mode who takes a lock comes after who gave it back. An event of the simulator's own
 * orders nobody: what Windows orders by a wait, the routine says that waits.
 */
#ifndef HA_CORE_OBJECT_H
#define HA_CORE_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/thread.h"

struct ha_object {
    uint32_t id;                    /* in the trace, with its name; 0 until ha_object_init() */
    bool set;                       /* an event: waits are satisfied at once */
    struct ha_thread *holder;       /* a lock: who has it */
    struct ha_thread *first_waiter, *last_waiter;
};

/* Give the object an id and tell the trace its name. */
void ha_object_init(struct ha_world *world, struct ha_object *object, const char *name);

/* Take a lock that the running thread does not hold; waits in turn. Only a wait is recorded. */
void ha_lock_take(struct ha_world *world, struct ha_object *lock);
/* Give it back; the tape says who of those that wait has it next, ordinarily the first. */
void ha_lock_give(struct ha_world *world, struct ha_object *lock);

/* Wait until the event is set. The wait is recorded also when it is satisfied at once. */
void ha_event_wait(struct ha_world *world, struct ha_object *event);
/* The same, where it is known which thread has to go on before the event is set. */
void ha_event_wait_on(struct ha_world *world, struct ha_object *event,
                      const struct ha_thread *holder);
/* Set the event for good; all who wait can go on. */
void ha_event_set(struct ha_world *world, struct ha_object *event);

#endif
