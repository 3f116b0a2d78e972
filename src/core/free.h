/*
 * free - simulated threads that really run side by side
 *
 * In free mode a thread is inside or outside. Inside, where the simulator's own code runs, it has
 * the baton, and everything is as it is in the ordinary mode: one thread at a time, that gives the
 * baton away where it blocks. Outside, in the code of a driver, it runs at the same time as all
 * others that are there. Nobody who is inside touches what belongs to a driver but for it, so what
 * threads do outside is ordered by nothing but the objects that Windows documents as an order.
 *
 * Time moves, and the machine is quiet, when nobody is outside and nobody inside can go on.
 */
#ifndef HA_CORE_FREE_H
#define HA_CORE_FREE_H

#include <stdbool.h>
#include <stdint.h>

struct ha_free;
struct ha_thread;
struct ha_world;

/* NULL: no memory. From here to the end the calling host thread is hidden: see base/race.h. */
struct ha_free *ha_free_open(void);
/* Nobody but the adopted thread is left, on which this is called. NULL is allowed. */
void ha_free_close(struct ha_free *monitor);

/* The adopted thread is inside from here to the end, but for what it calls of drivers. */
void ha_free_begin(struct ha_world *world);

/* The thread comes in, if it is outside; once more if it is inside. What it entered it leaves. */
void ha_free_enter(struct ha_thread *self);
void ha_free_leave(struct ha_world *world);

/* Around a driver's code that the running thread calls. Returns how often it had come in. */
uint32_t ha_free_go_out(struct ha_world *world);
void ha_free_come_in(struct ha_world *world, uint32_t depth);

/* A thread that polls, outside or inside: others run, or time passes, when it does that long. */
void ha_free_poll(struct ha_thread *self);

/* Those that wait to come in become ready, in their order. */
void ha_free_collect(struct ha_world *world);
/* Nobody has the baton. False when somebody waits to come in: nothing has changed. */
bool ha_free_put_down(struct ha_world *world);
/* Wait until everybody else has come to where it would come in, and waits there. */
void ha_free_gather(struct ha_world *world);

#endif
