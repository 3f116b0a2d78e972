/*
 * lock_order - in which order threads take the locks that they have at the same time
 *
 * Two threads that take two locks in opposite orders wait for each other one day. A run in which
 * they do not meet shows it as well: the first time that a thread would wait for one thing while
 * it has another, a LOCK_ORDER record says so. What there is to have and to wait for are locks,
 * mutexes, resources, calls whose end a removal waits for, and the lock of registrations and adds:
 * as long as that of a removal. A registration waits for it as well and is not looked at: nobody
 * calls who has not registered yet, and of a second registration the record would not tell which
 * callback it keeps waiting.
 */
#ifndef HA_NT_LOCK_ORDER_H
#define HA_NT_LOCK_ORDER_H

#include "hotadd/trace.h"
#include "nt/callout.h"
#include "nt/kernel.h"
#include "nt/resource.h"

/* The running thread has something, and is about to wait for what nobody gives it at once. */
void ha_lock_order_look(struct ha_kernel *kernel, enum ha_namespace space, uint32_t id,
                        bool shared);

/* Whether it has anything, so that the above is worth a call. */
static inline bool ha_lock_order_matters(const struct ha_kernel *kernel)
{
    const struct ha_thread *thread = kernel->world.sched.running;
    uint32_t count = 0;
    for (int sort = 0; kernel->locks && sort < HA_LOCK_SORTS; sort++)
        count += thread->locks[sort].count;
    return count || thread->mutants || kernel->lock.holder == thread ||
           ha_callout_in_callback(thread) ||
           (kernel->resources && ha_resources_owned_by(kernel, thread));
}

#endif
