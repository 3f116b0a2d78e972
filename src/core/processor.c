/*
 * processor - what occupies a simulated processor
 *
 * Owns struct ha_processor and the contexts of interrupts.
 */
#include "core/processor.h"

#include "core/world.h"

static const uint8_t level_of[HA_INTERRUPTS] = {
    [HA_INTERRUPT_DPC] = HA_DISPATCH_LEVEL,
    [HA_INTERRUPT_IPI] = HA_IPI_LEVEL,
};

static bool is_free_for(const struct ha_processor *processor, uint8_t irql)
{
    return !processor->top || processor->top->stamp.irql < irql;
}

/* The IRQL of the interrupt that may begin here and has not; 0 for none. */
static uint8_t level_asked(const struct ha_processor *processor)
{
    for (int i = HA_INTERRUPTS - 1; i >= 0; i--)
        if (processor->asked[i] && is_free_for(processor, level_of[i]))
            return level_of[i];
    return 0;
}

bool ha_processor_lets(const struct ha_sched *sched, const struct ha_thread *thread)
{
    const struct ha_processor *processor = &sched->processor[thread->stamp.processor];
    if (thread->starts_at)
        return thread->starts_at == level_asked(processor);
    if (processor->top && processor->top != thread)
        return false;
    return thread->stamp.irql >= level_asked(processor);
}

bool ha_processor_find(const struct ha_thread *thread, bool is_free, uint16_t *index)
{
    const struct ha_world *world = thread->world;
    const struct ha_group *group = &world->partition.group[thread->affinity.group];
    uint16_t lowest = UINT16_MAX;
    for (uint32_t n = 0; n < group->maximum; n++) {
        if (!(thread->affinity.mask >> n & 1) || group->slot[n] != HA_SLOT_SCHEDULED)
            continue;
        const struct ha_processor *processor = &world->sched.processor[group->index[n]];
        if (group->index[n] < lowest && !(is_free && (processor->top || level_asked(processor))))
            lowest = group->index[n];
    }
    if (lowest != UINT16_MAX)
        *index = lowest;
    return lowest != UINT16_MAX;
}

struct ha_thread *ha_processor_kept_out(const struct ha_sched *sched, uint32_t n, uint16_t *index)
{
    if (!sched->raised && !sched->asked)
        return NULL;
    for (struct ha_thread *thread = sched->first_ready; thread; thread = thread->next_ready)
        if (!thread->starts_at && thread->stamp.irql < HA_DISPATCH_LEVEL &&
            !ha_processor_lets(sched, thread) && ha_processor_find(thread, true, index) &&
            n-- == 0)
            return thread;
    return NULL;
}

struct ha_thread *ha_processor_interrupter(const struct ha_sched *sched,
                                           const struct ha_thread *running)
{
    const struct ha_processor *processor = &sched->processor[running->stamp.processor];
    uint8_t level = level_asked(processor);
    if (!level || running->stamp.irql >= level)
        return NULL;
    return processor->context[level == HA_IPI_LEVEL ? HA_INTERRUPT_IPI : HA_INTERRUPT_DPC];
}

/* What runs on the stack of a context: it serves, and rests until it is asked again. */
static void serve(void *argument)
{
    struct ha_processor *processor = argument;
    struct ha_thread *self = ha_thread_current();
    struct ha_world *world = self->world;
    enum ha_interrupt interrupt =
        processor->context[HA_INTERRUPT_IPI] == self ? HA_INTERRUPT_IPI : HA_INTERRUPT_DPC;
    for (;;) {
        processor->asked[interrupt] = false;
        processor->serves[interrupt] = true;
        world->sched.asked--;
        self->starts_at = 0;
        self->lowest = level_of[interrupt];
        ha_thread_set_irql(self, level_of[interrupt]);
        self->operations++;
        world->sched.serve[interrupt](world);
        self->operations--;
        ha_thread_set_irql(self, 0);
        processor->serves[interrupt] = false;
        ha_sched_block(world);
    }
}

int ha_processor_interrupt(struct ha_world *world, uint32_t index, enum ha_interrupt interrupt)
{
    struct ha_processor *processor = &world->sched.processor[index];
    struct ha_thread *context = processor->context[interrupt];
    if (processor->asked[interrupt] || processor->serves[interrupt])
        return HA_OK;
    processor->asked[interrupt] = true;
    world->sched.asked++;
    if (context) {
        context->starts_at = level_of[interrupt];
        ha_sched_ready(context);
        return HA_OK;
    }
    int err = ha_thread_create_on(world, index, serve, processor, &context);
    if (err) {
        processor->asked[interrupt] = false;
        world->sched.asked--;
        return err;
    }
    context->starts_at = level_of[interrupt];
    processor->context[interrupt] = context;
    return HA_OK;
}

void ha_processors_forget(struct ha_sched *sched)
{
    const struct ha_thread *adopted = sched->adopted;
    for (uint32_t i = 0; i < adopted->world->partition.maximum; i++)
        sched->processor[i] = (struct ha_processor){.top = NULL};
    sched->raised = sched->asked = 0;
    if (adopted->stamp.irql >= HA_DISPATCH_LEVEL)
        ha_processor_occupy(sched, sched->adopted);
}
