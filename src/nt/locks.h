/*
 * locks - which spin locks and fast mutexes a thread has
 *
 * A lock is a word or a structure of the driver's, and looking at memory does not tell whether one
 * lies there. So a thread remembers where those are that it has: all are counted, and the places
 * of up to HA_LOCKS_KNOWN are known.
 */
#ifndef HA_NT_LOCKS_H
#define HA_NT_LOCKS_H

#include "nt/kernel.h"

/* The thread has a lock. */
static inline void ha_locks_add(struct ha_thread *thread, enum ha_lock_sort sort, void *place)
{
    struct ha_locks *locks = &thread->locks[sort];
    if (locks->known < HA_LOCKS_KNOWN)
        locks->place[locks->known++] = place;
    locks->count++;
    ha_kernel_of(thread)->locks++;
}

/* It has this one, which is not the last that it took, no more. */
void ha_locks_drop_earlier(struct ha_thread *thread, enum ha_lock_sort sort, const void *place);

/* The thread has a lock no more. */
static inline void ha_locks_drop(struct ha_thread *thread, enum ha_lock_sort sort,
                                 const void *place)
{
    struct ha_locks *locks = &thread->locks[sort];
    if (!locks->known || locks->place[locks->known - 1] != place) {
        ha_locks_drop_earlier(thread, sort, place);
        return;
    }
    locks->known--;
    locks->count--;
    ha_kernel_of(thread)->locks--;
}

/* The thread has no more than the first so many any longer. */
void ha_locks_forget(struct ha_thread *thread, enum ha_lock_sort sort, uint32_t kept);

/* A lock in some memory of a driver that a thread has; NULL when none is known. */
void *ha_locks_find(const struct ha_kernel *kernel, enum ha_lock_sort sort, const void *memory,
                    size_t size);

/*
 * The running thread has spin locks where it must not: its IRQL falls below DISPATCH_LEVEL, or it
 * waits. That is recorded as a misuse, once until it has none.
 */
void ha_spin_tell(struct ha_kernel *kernel, enum ha_routine routine);
static inline void ha_spin_look(struct ha_kernel *kernel, enum ha_routine routine)
{
    if (kernel->world.sched.running->locks[HA_SPIN_LOCKS].count)
        ha_spin_tell(kernel, routine);
}

/*
 * Code of a driver that the kernel called in a thread which had so many spin locks has returned.
 * More are a misuse, and nobody has them any more, though they are taken.
 */
void ha_spin_leave(struct ha_kernel *kernel, enum ha_routine routine, uint32_t before);

/* Whether the word can be a spin lock; otherwise it has been recorded, and is a free one now. */
bool ha_spin_is_made(struct ha_kernel *kernel, PKSPIN_LOCK lock, enum ha_routine routine);

/*
 * A spin lock or fast mutex in some memory of a driver that a thread has or waits for: its id, 0
 * when there is none. The second in ex_mutex.c.
 */
uint32_t ha_spin_find(struct ha_kernel *kernel, const void *memory, size_t size);
uint32_t ha_fast_mutex_find(const struct ha_kernel *kernel, const void *memory, size_t size);

/*
 * Lower the IRQL of the running thread to one that is not above it, or record the misuse; in
 * ke_irql.c. Nothing lowers a DPC or a broadcast below the level at which it was called.
 */
void ha_irql_lower(struct ha_kernel *kernel, KIRQL irql, enum ha_routine routine);

#endif
