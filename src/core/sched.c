/*
 * sched - which simulated thread runs
 *
 * Owns struct ha_sched. All switching of control goes through switch_from().
 */
#include "core/sched.h"

#include <assert.h>
#include <stddef.h>

#include "core/object.h"
#include "core/processor.h"
#include "core/world.h"

static const char next_label[] = "next";

void ha_sched_ready(struct ha_thread *thread)
{
    struct ha_sched *sched = &thread->world->sched;
    thread->state = HA_THREAD_READY;
    thread->next_ready = NULL;
    if (sched->last_ready)
        sched->last_ready->next_ready = thread;
    else
        sched->first_ready = thread;
    sched->last_ready = thread;
    sched->ready++;
    sched->attention = true;
}

static uint32_t count_eligible(const struct ha_sched *sched)
{
    uint32_t count = 0;
    if (ha_processors_are_free(sched))
        return sched->ready;
    for (const struct ha_thread *thread = sched->first_ready; thread; thread = thread->next_ready)
        count += ha_processor_lets(sched, thread);
    return count;
}

/* Take a thread, the one behind `before`, out of the ready list. */
static void unready(struct ha_sched *sched, struct ha_thread *thread, struct ha_thread *before)
{
    if (before)
        before->next_ready = thread->next_ready;
    else
        sched->first_ready = thread->next_ready;
    if (sched->last_ready == thread)
        sched->last_ready = before;
    sched->ready--;
}

/* Take the n-th thread that may run out of the ready list; NULL when there are not so many. */
static struct ha_thread *take_eligible(struct ha_sched *sched, uint32_t n)
{
    struct ha_thread *before = NULL;
    for (struct ha_thread *thread = sched->first_ready; thread; thread = thread->next_ready) {
        if (ha_processor_may_run(sched, thread) && n-- == 0) {
            unready(sched, thread, before);
            return thread;
        }
        before = thread;
    }
    return NULL;
}

const struct ha_thread *ha_sched_option(const struct ha_world *world,
                                        const struct ha_question *question, uint32_t answer)
{
    const struct ha_sched *sched = &world->sched;
    if (question->kind != HA_CHOICE_PREEMPT && question->label != next_label)
        return NULL;
    if (question->kind == HA_CHOICE_PREEMPT && answer-- == 0)
        return sched->running;
    for (const struct ha_thread *thread = sched->first_ready; thread; thread = thread->next_ready)
        if (ha_processor_may_run(sched, thread) && answer-- == 0)
            return thread;
    return question->kind == HA_CHOICE_PREEMPT
               ? ha_processor_kept_out(sched, answer, &(uint16_t){0}) : NULL;
}

/* Take a thread that is ready out of the ready list. */
static struct ha_thread *take(struct ha_sched *sched, struct ha_thread *wanted)
{
    struct ha_thread *before = NULL;
    for (struct ha_thread *thread = sched->first_ready; thread != wanted;
         thread = thread->next_ready)
        before = thread;
    unready(sched, wanted, before);
    return wanted;
}

/* Of those that their processor keeps out; it moves to another one. */
static struct ha_thread *take_kept_out(struct ha_sched *sched, uint32_t n)
{
    uint16_t index;
    struct ha_thread *thread = ha_processor_kept_out(sched, n, &index);
    thread->stamp.processor = index;
    return take(sched, thread);
}

static struct ha_thread *run(struct ha_sched *sched, struct ha_thread *thread)
{
    thread->state = HA_THREAD_RUNNING;
    sched->running = thread;
    if (thread == sched->adopted)
        sched->waited = 0;
    return thread;
}

/*
 * By the tape's word what is due next comes now. The adopted thread begins it, as it does when all
 * is quiet; so nobody's code is in charge meanwhile.
 */
static bool cuts_in(struct ha_world *world)
{
    struct ha_sched *sched = &world->sched;
    if (!sched->waits_for_quiet || sched->is_free || !ha_queue_may_cut_in(world))
        return false;
    sched->cuts_in = ha_choose(world, HA_CHOICE_DUE, "due", 2) != 0;
    return sched->cuts_in;
}

struct ha_thread *ha_sched_next(struct ha_world *world)
{
    struct ha_sched *sched = &world->sched;
    for (;;) {
        if (sched->is_free)
            ha_free_collect(world);
        if (world->trace.spent && !sched->ending)
            sched->ending = HA_END_BUDGET;
        if (sched->ending && sched->adopted->state != HA_THREAD_OUTSIDE)
            return run(sched, sched->adopted);
        uint32_t eligible = sched->ending ? 0 : count_eligible(sched);
        if (eligible && cuts_in(world))
            return run(sched, sched->adopted);
        if (eligible) {
            uint32_t n = eligible > 1
                             ? ha_choose(world, HA_CHOICE_THREAD, next_label, eligible) : 0;
            struct ha_thread *next = take_eligible(sched, n);
            sched->attention = sched->first_ready || ha_queue_may_cut_in(world);
            return run(sched, next);
        }
        if (sched->outside) {
            if (ha_free_put_down(world))
                return NULL;
            continue;
        }
        if (sched->waits_for_quiet)
            return run(sched, sched->adopted);
        if (!ha_sched_has_patience(world, sched->waited++) || !ha_queue_run_next(world)) {
            ha_sched_record_deadlock(world);
            sched->ending = HA_END_DEADLOCK;
        }
    }
}

/* Give control to `next`, which is marked as running; returns when control comes back. */
static void switch_from(struct ha_world *world, struct ha_thread *self, struct ha_thread *next)
{
    if (next != self) {
        struct ha_carrier *carrier = world->host->carrier;
        if (next)
            carrier->operations->switch_to(carrier, self->context, next->context);
        else
            carrier->operations->wait(carrier, self->context);
        ha_thread_set_current(self);
    }
    self->disturbed = true;
    if (!world->sched.ending || self != world->sched.adopted || world->sched.waits_for_quiet)
        return;
    /* The run has ended around the adopted thread: it cannot go on, and it cannot be dropped. */
    if (world->sched.is_free)
        ha_free_gather(world);
    world->host->fatal(world, world->host->fatal_argument);
}

/* Others go on, though the thread has not come to a scheduling point. */
static void halt(struct ha_thread *self)
{
    self->halts = self->halted_at == self->points ? self->halts + 1 : 1;
    self->halted_at = self->points;
}

void ha_sched_block(struct ha_world *world)
{
    struct ha_thread *self = world->sched.running;
    self->state = HA_THREAD_BLOCKED;
    halt(self);
    switch_from(world, self, ha_sched_next(world));
}

static void put_first(struct ha_sched *sched, struct ha_thread *thread)
{
    thread->state = HA_THREAD_READY;
    thread->next_ready = sched->first_ready;
    sched->first_ready = thread;
    if (!sched->last_ready)
        sched->last_ready = thread;
    sched->ready++;
    sched->attention = true;
}

void ha_sched_hand_over(struct ha_world *world)
{
    struct ha_sched *sched = &world->sched;
    struct ha_thread *self = sched->running, *next = sched->last_ready;
    if (!next || !ha_processor_may_run(sched, next) || sched->ending)
        return;
    if (self == sched->adopted)     /* which must be where it waits for quiet if the run ends */
        return;
    halt(self);
    take(sched, next);
    put_first(sched, self);
    switch_from(world, self, run(sched, next));
}

void ha_sched_prefer_later(struct ha_world *world, struct ha_thread *last)
{
    struct ha_sched *sched = &world->sched;
    if (!last || !last->next_ready)
        return;
    struct ha_thread *first = sched->first_ready;
    sched->first_ready = last->next_ready;
    sched->last_ready->next_ready = first;
    sched->last_ready = last;
    last->next_ready = NULL;
}

void ha_sched_yield(struct ha_world *world)
{
    struct ha_thread *self = world->sched.running;
    halt(self);
    ha_sched_ready(self);
    switch_from(world, self, ha_sched_next(world));
}

void ha_sched_attend(struct ha_world *world)
{
    struct ha_sched *sched = &world->sched;
    struct ha_thread *self = sched->running;
    if (world->trace.spent && !sched->ending)
        sched->ending = HA_END_BUDGET;
    if (sched->ending) {
        switch_from(world, self, ha_sched_next(world));
        return;
    }

    struct ha_thread *interrupter = sched->asked ? ha_processor_interrupter(sched, self) : NULL;
    if (interrupter) {
        take(sched, interrupter);
        put_first(sched, self);
        switch_from(world, self, run(sched, interrupter));
        return;
    }
    if (!ha_processor_may_run(sched, self)) {   /* it has moved to a processor that is occupied */
        ha_sched_yield(world);
        return;
    }
    if (cuts_in(world)) {
        put_first(sched, self);
        switch_from(world, self, run(sched, sched->adopted));
        return;
    }
    uint32_t eligible = count_eligible(sched), others = eligible;
    while (ha_processor_kept_out(sched, others - eligible, &(uint16_t){0}))
        others++;
    uint32_t answer = others ? ha_choose(world, HA_CHOICE_PREEMPT, "preempt", others + 1) : 0;
    if (answer == 0)
        return;
    struct ha_thread *next = answer <= eligible ? take_eligible(sched, answer - 1)
                                                : take_kept_out(sched, answer - eligible - 1);
    ha_sched_ready(self);
    run(sched, next);
    if (answer > eligible)              /* it is he who has moved */
        ha_touch(world, HA_TOUCH_PROCESSOR(next->stamp.processor), HA_TOUCH_WRITE);
    switch_from(world, self, next);
}

void ha_sched_run_until_quiet(struct ha_world *world)
{
    struct ha_sched *sched = &world->sched;
    struct ha_thread *self = sched->adopted;
    assert(sched->running == self && !sched->waits_for_quiet);
    sched->waits_for_quiet = true;
    sched->is_quiet = false;
    switch_from(world, self, ha_sched_next(world));
    while (sched->cuts_in) {
        sched->cuts_in = false;
        ha_queue_run_next(world);
        switch_from(world, self, ha_sched_next(world));
    }
    if (sched->ending)
        ha_sched_abandon_all(world);
    sched->waits_for_quiet = false;
    sched->is_quiet = sched->is_free;
}

void ha_sched_end(struct ha_world *world, enum ha_ending ending)
{
    if (!world->sched.ending)
        world->sched.ending = (uint8_t)ending;
    world->sched.attention = true;
}

void ha_sched_abandon_all(struct ha_world *world)
{
    struct ha_sched *sched = &world->sched;
    struct ha_carrier *carrier = world->host->carrier;
    struct ha_thread *next;
    if (sched->is_free)
        ha_free_gather(world);
    for (struct ha_thread *thread = sched->first_live; thread; thread = next) {
        next = thread->next_live;
        if (thread != sched->adopted)
            carrier->operations->abandon(carrier, sched->adopted->context, thread->context);
    }
    sched->first_live = sched->last_live = sched->adopted;
    sched->adopted->next_live = sched->adopted->previous_live = NULL;
    sched->first_ready = sched->last_ready = NULL;
    sched->ready = 0;
    ha_processors_forget(sched);
}
