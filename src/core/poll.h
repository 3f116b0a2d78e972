/*
 * poll - threads that look for something again and again
 *
 * Driver code may wait by looking: at a variable, at the clock. It must not keep others from what
 * it looks for, so it lets them run; and where they do nothing that is recorded either, time
 * passes, in steps that grow the longer this goes on.
 */
#ifndef HA_CORE_POLL_H
#define HA_CORE_POLL_H

#include <stdint.h>

struct ha_world;

/*
 * A scheduling point of a routine that threads poll with. Of those in a row in which nothing was
 * recorded, every 1,000th lets the others run, and from the millionth on time passes as well.
 */
void ha_sched_spin(struct ha_world *world);

/*
 * The running thread is busy with nothing for a little: others run, and then time passes, at least
 * 100 ns. An operation of the machine, or a processor that is occupied, that has come to nothing by
 * 20,000 of these is a deadlock.
 */
void ha_sched_pause(struct ha_world *world);

/*
 * The same for an exact time. The thread keeps its IRQL, and with that its processor, if it is at
 * DISPATCH_LEVEL or above.
 */
void ha_sched_stall(struct ha_world *world, uint64_t ns);

#endif
