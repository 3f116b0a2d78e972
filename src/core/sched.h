/*
 * sched - which simulated thread runs
 *
 * One thread runs at a time. It changes where a thread blocks or ends, and at a scheduling point
 * when the tape says so or its processor is interrupted; of several that could go on, the one that
 * has been ready longest is the ordinary answer. Which may run is a matter of core/processor.h; one
 * that its processor keeps out may go on elsewhere, by the tape's word.
 *
 * When nothing can run, the world is quiet. The adopted thread waits for that in
 * ha_sched_run_until_quiet(); or it is inside an NT routine, and then what is due next begins.
 */
#ifndef HA_CORE_SCHED_H
#define HA_CORE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/thread.h"

struct ha_processor;
struct ha_question;

struct ha_sched {
    struct ha_thread *running;
    struct ha_thread *adopted;
    struct ha_thread *first_live, *last_live;
    struct ha_thread *first_ready, *last_ready;
    uint32_t ready;             /* how many */
    struct ha_processor *processor;     /* by index; room for the maximum of the partition */
    uint32_t raised;            /* contexts at DISPATCH_LEVEL or above */
    uint32_t asked;             /* contexts of interrupts that are ready and have not begun */
    void (*serve[2])(struct ha_world *world);   /* what interrupts do, by enum ha_interrupt */
    uint32_t threads_made;
    uint32_t waited;            /* times that it moved time, since the adopted thread ran last */
    uint32_t placed;            /* threads that were given a processor, to take turns */
    uint32_t outside;           /* of free mode: threads in the code of drivers */
    uint32_t races;             /* that were reported, so far */
    struct ha_thread *gone;     /* of free mode: ended last, its memory not given back yet */
    bool is_free;
    bool waits_for_quiet;       /* the adopted thread is in ha_sched_run_until_quiet() */
    bool cuts_in;               /* what is due shall begin, though it is not quiet */
    bool is_quiet;              /* of free mode: nobody has run since that returned; its own */
    bool attention;             /* a scheduling point has something to decide */
    void (*thread_ends)(struct ha_thread *thread);  /* told when a body has returned, or NULL */
    /* Asked to name the holder that matters, of what has several, before a deadlock is written
       down; or NULL. */
    void (*deadlocks)(struct ha_world *world);
    uint8_t ending;             /* enum ha_ending; HA_END_NOT_YET while the run goes on */
};

/* A thread that was blocked, or is new, can run. */
void ha_sched_ready(struct ha_thread *thread);
/* The running thread cannot go on; returns when somebody has made it ready and its turn came. */
void ha_sched_block(struct ha_world *world);
/*
 * The thread that was made ready last goes on now, and the running one as soon as that blocks or
 * ends. Nothing happens on the adopted thread, and while the running one keeps the other out of
 * its processor.
 */
void ha_sched_hand_over(struct ha_world *world);
/* Those that were made ready later than `last` go on ahead of the others; NULL: all were. */
void ha_sched_prefer_later(struct ha_world *world, struct ha_thread *last);
/* Those that are ready go on first, in their order, and then the running thread. */
void ha_sched_yield(struct ha_world *world);
/*
 * For a thread that ends or goes outside: the one that runs next, already marked as running. NULL
 * in free mode when some are outside and nobody else can go on: there is no baton to hand on.
 */
struct ha_thread *ha_sched_next(struct ha_world *world);
/*
 * The thread that an answer to a question about threads lets go on; NULL for a question about who
 * gets a lock. Only while the question is asked.
 */
const struct ha_thread *ha_sched_option(const struct ha_world *world,
                                        const struct ha_question *question, uint32_t answer);
/* Decide at a scheduling point; called through ha_sched_point(). */
void ha_sched_attend(struct ha_world *world);

/*
 * On the adopted thread: let the others run until none can. When the run has ended, every other
 * thread is abandoned, in the order of their ids.
 */
void ha_sched_run_until_quiet(struct ha_world *world);

/* End the run at the next scheduling point, or at once if nothing is running. */
void ha_sched_end(struct ha_world *world, enum ha_ending ending);
/* Abandon every thread but the adopted one. */
void ha_sched_abandon_all(struct ha_world *world);
/* Whether an operation of the machine is under way on a thread that is blocked. */
bool ha_sched_is_stuck(const struct ha_world *world);
/*
 * Whether it makes sense to let time pass once more for the operations that are under way, after
 * so many times: what drivers do again and again brings things due for ever.
 */
bool ha_sched_has_patience(const struct ha_world *world, uint32_t waited);
/* End the run as a deadlock: the running thread waits for what will not come. */
void ha_sched_give_up(struct ha_world *world);
/* Write down who waits for what, and who holds it. */
void ha_sched_record_deadlock(struct ha_world *world);

#endif
