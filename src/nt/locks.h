/*
 * locks - which spin locks, fast mutexes and push locks a thread has
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
    if (locks->known < HA_LOCKS_KNOWN) {
        locks->driver[locks->known] = thread->stamp.driver;
        locks->place[locks->known++] = place;
    }
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

/* Whether it has this one for sure, or perhaps. */
bool ha_locks_knows(const struct ha_thread *thread, enum ha_lock_sort sort, const void *place);
bool ha_locks_may_have(const struct ha_thread *thread, enum ha_lock_sort sort, const void *place);

/* Spin locks of both sorts. */
static inline uint32_t ha_spin_count(const struct ha_thread *thread)
{
    return thread->locks[HA_SPIN_LOCKS].count + thread->locks[HA_SHARED_SPIN_LOCKS].count;
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
    if (ha_spin_count(kernel->world.sched.running))
        ha_spin_tell(kernel, routine);
}

/* How many locks a thread had when code of a driver was called. */
struct ha_locks_had {
    uint32_t count[HA_LOCK_SORTS];
    uint32_t resources;             /* taken by any thread so far */
    uint32_t mutants;
};

struct ha_locks_had ha_locks_count(const struct ha_thread *thread);

/*
 * Code of a driver that the kernel called in a thread which had so many locks, NULL for none, has
 * returned. More locks of the driver in charge are a misuse, and but for mutexes nobody has them
 * any more, though they are taken.
 */
void ha_locks_leave(struct ha_kernel *kernel, enum ha_routine routine,
                    const struct ha_locks_had *had);
/*
 * The same for a call that another one is to follow: what its driver may keep until then, inside a
 * critical region (CTX-7), it may have.
 */
void ha_locks_leave_start(struct ha_kernel *kernel, enum ha_routine routine,
                          const struct ha_locks_had *had);
/* All such calls have ended: what any driver has kept is a misuse of its own. */
void ha_locks_leave_round(struct ha_kernel *kernel, enum ha_routine routine,
                          const struct ha_locks_had *had);

/*
 * A thread ends: the mutexes that it has are abandoned, its locks and resources nobody's for good.
 */
void ha_locks_abandon(struct ha_kernel *kernel, struct ha_thread *thread);

/* Who waits for a spin lock is shown no holder if the thread would be that; in ke_spin.c. */
void ha_spin_hide_holder(struct ha_kernel *kernel, const struct ha_thread *thread);
/* What waits for shared locks show may have changed; in shared_lock.c. */
void ha_shared_show_holders(struct ha_kernel *kernel);

/* The record of a wait for a lock that blocks. */
void ha_locks_record_wait(struct ha_world *world, enum ha_kind kind, const struct ha_object *shown,
                          const struct ha_thread *waiter);

/*
 * ha_kernel_enter() where a spin lock leaves the IRQL alone. Below DISPATCH_LEVEL, where another
 * thread of the processor could wait for the lock for ever, that is a misuse.
 */
static HA_AT_ONCE struct ha_kernel *ha_locks_enter_raised(const char *name,
                                                          enum ha_routine routine)
{
    struct ha_kernel *kernel = ha_kernel_enter(name);
    if (kernel->world.sched.running->stamp.irql < DISPATCH_LEVEL)
        ha_record_misuse(kernel, routine, HA_MISUSE_LOW_IRQL, 0, 0);
    return kernel;
}

/* Whether the word can be a spin lock; otherwise it has been recorded, and is a free one now. */
bool ha_spin_is_made(struct ha_kernel *kernel, PKSPIN_LOCK lock, enum ha_routine routine);

/*
 * A spin lock, fast mutex or shared lock in some memory of a driver that a thread has or waits for:
 * its id, 0 when there is none. The second in ex_mutex.c, the third in shared_lock.c.
 */
uint32_t ha_spin_find(struct ha_kernel *kernel, const void *memory, size_t size);
uint32_t ha_fast_mutex_find(const struct ha_kernel *kernel, const void *memory, size_t size);
uint32_t ha_shared_find(struct ha_kernel *kernel, const void *memory, size_t size);
/*
 * That memory is about to be gone: nobody has the locks there any more. Who waits for one waits for
 * ever; in ke_spin.c and shared_lock.c.
 */
void ha_locks_take_out(struct ha_kernel *kernel, const void *memory, size_t size);
void ha_spins_take_out(struct ha_kernel *kernel, const void *memory, size_t size);
void ha_shared_take_out(struct ha_kernel *kernel, const void *memory, size_t size);
/* The id of a spin lock, or of a lock of the other sorts that are words; the latter, and whether a
   thread that has it shares it, in shared_lock.c. */
uint32_t ha_spin_id(struct ha_kernel *kernel, PKSPIN_LOCK lock);
uint32_t ha_shared_id(struct ha_kernel *kernel, enum ha_lock_sort sort, void *lock, bool *shared);
/* The id of a push lock that a thread has; in shared_lock.c. */
uint32_t ha_push_lock_id(struct ha_kernel *kernel, void *lock);

/*
 * Lower the IRQL of the running thread to one that is not above it, or record the misuse; in
 * ke_irql.c. Nothing lowers a DPC or a broadcast below the level at which it was called.
 */
void ha_irql_lower(struct ha_kernel *kernel, KIRQL irql, enum ha_routine routine);

#endif
