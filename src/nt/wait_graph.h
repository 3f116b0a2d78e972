/*
 * wait_graph - who waits for whom, over locks that several threads may have
 */
#ifndef HA_NT_WAIT_GRAPH_H
#define HA_NT_WAIT_GRAPH_H

#include "nt/kernel.h"

/*
 * Whether a thread is another one, or waits for what that one has, over however many that wait for
 * each other in between. NULL, for a thread that has ended, waits for nobody.
 */
bool ha_wait_graph_leads_to(struct ha_kernel *kernel, struct ha_thread *thread,
                            const struct ha_thread *other);

/*
 * A deadlock is about to be written down, in which everybody waits for one holder: for a lock with
 * several that is one who waits for the waiter, if there is such a holder.
 */
void ha_wait_graph_name_holders(struct ha_world *world);

#endif
