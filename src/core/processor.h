/*
 * processor - what occupies a simulated processor
 *
 * At most one context runs at DISPATCH_LEVEL or above on a processor, and it keeps all others out
 * of it until it falls below that level or ends. What interrupts a processor has a context of its
 * own there: one for DPCs and one for broadcasts between processors. It begins when nothing of its
 * level or above runs there, ahead of the threads, and is made when first asked for.
 */
#ifndef HA_CORE_PROCESSOR_H
#define HA_CORE_PROCESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sched.h"

enum ha_interrupt { HA_INTERRUPT_DPC, HA_INTERRUPT_IPI, HA_INTERRUPTS };

struct ha_processor {
    struct ha_thread *top;          /* of those at DISPATCH_LEVEL or above the one that runs */
    struct ha_thread *context[HA_INTERRUPTS];
    bool asked[HA_INTERRUPTS];      /* its context is ready and has not begun */
    bool serves[HA_INTERRUPTS];     /* it has begun and not ended */
};

/* No processor keeps anybody out. */
static inline bool ha_processors_are_free(const struct ha_sched *sched)
{
    return !sched->raised && !sched->asked;
}

/* Whether a thread may run now, as far as its processor is concerned, if some are not free; */
bool ha_processor_lets(const struct ha_sched *sched, const struct ha_thread *thread);

/* and in any case. */
static inline bool ha_processor_may_run(const struct ha_sched *sched,
                                        const struct ha_thread *thread)
{
    return ha_processors_are_free(sched) || ha_processor_lets(sched, thread);
}

/*
 * The lowest processor of a thread's affinity that takes threads, or of those that nobody keeps to
 * himself and nothing is about to interrupt. False, and `index` as it was, when there is none.
 */
bool ha_processor_find(const struct ha_thread *thread, bool is_free, uint16_t *index);

/*
 * The n-th thread that is ready, which its own processor keeps out and another one, `index`, would
 * take; NULL when there are not so many. Ordinarily it waits for its own.
 */
struct ha_thread *ha_processor_kept_out(const struct ha_sched *sched, uint32_t n, uint16_t *index);

/* The thread comes to DISPATCH_LEVEL or above on its processor, or leaves it. */
static inline void ha_processor_occupy(struct ha_sched *sched, struct ha_thread *thread)
{
    struct ha_processor *processor = &sched->processor[thread->stamp.processor];
    thread->under = processor->top;
    processor->top = thread;
    sched->raised++;
}

static inline void ha_processor_leave(struct ha_sched *sched, struct ha_thread *thread)
{
    sched->processor[thread->stamp.processor].top = thread->under;
    thread->under = NULL;
    sched->raised--;
}

/*
 * Let the context of an interrupt run on a processor that takes threads; it calls
 * sched.serve[interrupt] once for one or many requests.
 *
 * Returns HA_OK, HA_ENOMEM or HA_ETHREAD.
 */
int ha_processor_interrupt(struct ha_world *world, uint32_t index, enum ha_interrupt interrupt);

/* The context that the running thread has to make way for at once; NULL for none. */
struct ha_thread *ha_processor_interrupter(const struct ha_sched *sched,
                                           const struct ha_thread *running);

/* Nothing occupies any processor but the adopted thread: all others were abandoned. */
void ha_processors_forget(struct ha_sched *sched);

#endif
