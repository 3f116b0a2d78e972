/*
 * thread - a simulated thread, and which one this host thread is running
 */
#ifndef HA_CORE_THREAD_H
#define HA_CORE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/race.h"
#include "core/carrier.h"
#include "hotadd/trace.h"

struct ha_world;
struct ha_object;
struct ha_owned;            /* a mutex that a thread has; nt/ke_mutex.c */

/* Locks that a thread has, in the order of taking, as far as there is room; nt/locks.h. */
#define HA_LOCKS_KNOWN 8u
enum ha_lock_sort {
    HA_SPIN_LOCKS, HA_FAST_MUTEXES, HA_SHARED_SPIN_LOCKS, HA_PUSH_LOCKS, HA_LOCK_SORTS
};
struct ha_locks {
    void *place[HA_LOCKS_KNOWN];
    uint16_t driver[HA_LOCKS_KNOWN];    /* in charge when it was taken */
    uint32_t known, count;
};

enum ha_thread_state {
    HA_THREAD_READY, HA_THREAD_RUNNING, HA_THREAD_BLOCKED,
    HA_THREAD_OUTSIDE               /* of free mode: in the code of a driver */
};

struct ha_affinity {
    uint64_t mask;
    uint16_t group;
    bool is_set;                /* by a driver; false for what a thread is made with */
};

struct ha_thread {
    /*
     * The header of every record that this thread writes, and the one home of the thread's id,
     * IRQL, processor, driver in charge and critical regions.
     */
    struct ha_record stamp;
    struct ha_world *world;
    struct ha_context *context;
    struct ha_thread *next_live, *previous_live;    /* all threads, by id */
    struct ha_thread *next_ready;
    struct ha_thread *next_waiter;
    struct ha_thread *under;    /* what it has interrupted on its processor; core/processor.c */
    struct ha_object *waits_for;
    const struct ha_thread *waits_on;   /* who has to set that event, if it is known */
    void (*body)(void *argument);
    void *argument;
    void *callout;              /* the innermost call into a driver; nt's, as the next four */
    const void *called_from;    /* behind the latest call of a routine, in its driver's code */
    bool keeps_caller;          /* the next routines are called by another one in its stead */
    void *native;               /* its thread object; NULL where no driver can refer to it */
    struct ha_owned *mutants;   /* the mutexes that it holds, newest first */
    struct ha_locks locks[HA_LOCK_SORTS];
#if HA_RACES_ARE_WATCHED
    char race[400];             /* in words, since it came in last; core/race_report.c */
#endif
    bool locks_told;            /* it has been recorded that it has spin locks too long */
    uint8_t lowest;             /* the IRQL below which nothing may bring it */
    uint32_t operations;        /* begun by the machine and not ended; what makes a deadlock */
    /*
     * Since a call into a driver began, control was given away, or IRQL, regions or affinity
     * changed: the call must be looked at closely when it ends.
     */
    bool disturbed;
    uint32_t points;            /* scheduling points that it has come to */
    uint32_t halts, halted_at;  /* others went on that often since point `halted_at`, at none */
    uint32_t spins, pauses;     /* in a row, of a thread that polls; core/poll.c, as the next */
    uint32_t inside;            /* of free mode: how often it has come in; core/free.c */
    uint64_t polled_seq;        /* number of the next record when it polled last */
    bool seen;                  /* by a search through the wait graph; nt's, as the next */
    struct ha_thread *next_seen;
    bool timed;                 /* what it waits for ends at a time, if not before */
    struct ha_affinity affinity;
    struct ha_affinity own_affinity;    /* the one that it was made with */
    bool moves;                 /* to a processor of its affinity, when its IRQL allows that */
    uint8_t starts_at;          /* a context of an interrupt that has not begun: the IRQL */
    uint8_t kind;               /* enum ha_thread_kind */
    uint8_t state;              /* enum ha_thread_state */
};

/* The simulated thread that this host thread is running. NULL outside any machine. */
struct ha_thread *ha_thread_current(void);
/* Say so; used where control comes to a host thread. */
void ha_thread_set_current(struct ha_thread *thread);

#define HA_DISPATCH_LEVEL 2u
#define HA_IPI_LEVEL 14u

/*
 * How far a thread is. Who has waited since the last scheduling point is further than who has yet
 * to; from the next one on it is all the same, as the order of the others decides who has to wait.
 */
static inline uint64_t ha_thread_stand(const struct ha_thread *thread)
{
    uint32_t halts = thread->halted_at == thread->points ? thread->halts : 0;
    return (uint64_t)halts << 32 | thread->points;
}

/* Change a thread's IRQL to or from DISPATCH_LEVEL, or inside a call into a driver. */
void ha_thread_set_irql(struct ha_thread *thread, uint8_t irql);

/*
 * The thread shall run on these processors, at least one of which takes threads. It moves to the
 * lowest of them if it is elsewhere; at DISPATCH_LEVEL or above when its IRQL falls below.
 */
void ha_thread_set_affinity(struct ha_thread *thread, struct ha_affinity affinity);

/*
 * Make a thread that is ready to run. It gets the next active processor in turn and keeps it.
 *
 *   driver  in charge from the start, 0 for the kernel
 *   made    gets the thread on HA_OK; may be NULL
 *
 * Returns HA_OK, HA_ENOMEM when the arena is full, HA_ETHREAD when the host makes no more threads.
 */
int ha_thread_create(struct ha_world *world, enum ha_thread_kind kind, uint16_t driver,
                     void (*body)(void *argument), void *argument, struct ha_thread **made);

/* The same for the context of an interrupt, which stays on the processor with this index. */
int ha_thread_create_on(struct ha_world *world, uint32_t index, void (*body)(void *argument),
                        void *argument, struct ha_thread **made);

/*
 * Make the calling host thread the first thread of the world. It is announced to the readers of
 * the trace by itself, because a trace begins with TRACE_BEGIN. NULL when the arena is full.
 */
struct ha_thread *ha_thread_adopt(struct ha_world *world);
void ha_thread_announce(struct ha_thread *thread);

#endif
