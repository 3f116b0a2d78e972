/*
 * queue - what is due at which simulated time
 *
 * Things that are due at the same time happen in the order in which they were posted.
 */
#ifndef HA_CORE_QUEUE_H
#define HA_CORE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ha_world;

/* Begins what is due. It runs between threads, so it must not block. */
typedef void ha_action(struct ha_world *world, void *argument);

/*
 * Something due that can be taken back. Whoever sets one keeps it where it is until it has been
 * done or stopped; zeroed it is not set.
 */
struct ha_alarm {
    ha_action *action;
    void *argument;
    size_t place;               /* in the heap, from 1; 0 when it is not set */
};

struct ha_due {
    uint64_t due_ns;
    uint64_t order;
    ha_action *action;
    void *argument;
    struct ha_alarm *alarm;     /* NULL for what cannot be taken back */
};

struct ha_queue {
    struct ha_due *heap;        /* the earliest is first */
    size_t count, room;
    uint64_t posted;
    size_t events;              /* of what is due, those that are no alarms */
    uint64_t last_event_ns;     /* when one of them was begun last */
};

/*
 * How long alarms go on when nothing else is due any more: timers and delays of drivers may come
 * again and again for ever.
 */
#define HA_QUEUE_GRACE_NS UINT64_C(1000000000)

/*
 * So many alarms in a row that end no wait for something the machine has begun: more of them will
 * not end it either.
 */
#define HA_QUEUE_PATIENCE 100000u

/* False when the arena is full; a time that has passed is due now, behind what is due already. */
bool ha_queue_post(struct ha_world *world, uint64_t due_ns, ha_action *action, void *argument);
/*
 * Whether something may come although threads can go on: what is due by now, and any alarm, because
 * nothing says how long threads take.
 */
bool ha_queue_may_cut_in(const struct ha_world *world);
/* Move time to the next due thing and begin it. False when nothing is due. */
bool ha_queue_run_next(struct ha_world *world);

/*
 * Whether something is due that a run should wait for: whatever was posted, and alarms until
 * HA_QUEUE_GRACE_NS after the last of that was begun.
 */
bool ha_queue_is_awaited(struct ha_world *world);

/* Post what an alarm, which is not set, holds. Results as ha_queue_post(). */
bool ha_alarm_set(struct ha_world *world, struct ha_alarm *alarm, uint64_t due_ns);
/* Take it back. False when it was not set. */
bool ha_alarm_stop(struct ha_world *world, struct ha_alarm *alarm);

#endif
