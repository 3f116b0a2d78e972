/*
 * story_deadlock - who waits for whom when nobody can go on
 */
#ifndef HA_CHECK_STORY_DEADLOCK_H
#define HA_CHECK_STORY_DEADLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/nest.h"
#include "core/trace.h"

struct ha_waiter {
    struct ha_record record;        /* its DEADLOCK */
    size_t holder;                  /* the waiter that holds what it waits for, by its place */
    size_t followers;               /* how many wait for this one and are not in the order yet */
    bool placed;
};

/* The DEADLOCK records of a run. All zero: none. */
struct ha_deadlock {
    struct ha_waiter *waiter;
    size_t count, room;
};

/* False when memory is lacking. */
bool ha_deadlock_take(struct ha_deadlock *deadlock, const struct ha_record *record);
void ha_deadlock_close(struct ha_deadlock *deadlock);

/*
 * Tell it, and forget it: a line for everyone who waits, followed by whoever holds what it waits
 * for. Those who wait for each other come last, each circle under a line of its own.
 *
 *   nest   what the threads are inside of
 *   line   is called for each line, with how far it is indented, when its words are in `words`
 */
void ha_deadlock_tell(struct ha_deadlock *deadlock, const struct ha_cast *cast,
                      const struct ha_nest *nest, struct ha_text *words,
                      void (*line)(void *argument, unsigned indent), void *argument);

#endif
