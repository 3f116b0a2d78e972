/*
 * fast_mutex - what fast and guarded mutexes have in common
 *
 * Both are a FAST_MUTEX. They differ in what a thread gets with one, APC_LEVEL or a guarded
 * region, and that is left to the callers here.
 */
#ifndef HA_NT_FAST_MUTEX_H
#define HA_NT_FAST_MUTEX_H

#include "nt/dispatcher.h"

/* One of the two kinds, and the routines that its facts name. */
struct ha_mutex_kind {
    enum ha_dispatcher_type type;
    enum ha_routine initialize, acquire, release;
};

/* Make one that nobody has. One that somebody has or waits for is a misuse and stays as it is. */
void ha_fast_mutex_make(struct ha_kernel *kernel, PFAST_MUTEX mutex,
                        const struct ha_mutex_kind *kind);
/* Take it, after a wait if need be. Returns whether the thread has it now and had it not before. */
bool ha_fast_mutex_acquire(struct ha_kernel *kernel, PFAST_MUTEX mutex,
                           const struct ha_mutex_kind *kind);
/* Take it if it is free. */
bool ha_fast_mutex_try(struct ha_kernel *kernel, PFAST_MUTEX mutex,
                       const struct ha_mutex_kind *kind);
/* Give it back. Returns whether the thread had it and has it no more. */
bool ha_fast_mutex_release(struct ha_kernel *kernel, PFAST_MUTEX mutex,
                           const struct ha_mutex_kind *kind);

#endif
