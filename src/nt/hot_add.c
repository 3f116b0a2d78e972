/*
 * hot_add - processors that are added to the running partition
 *
 * Owns the thread that does what is asked, and the procedure of an add (families HOT, STAT, ORD):
 * Start to every registration, hardware start, ACTIVE, SCHED, then Complete to every registration
 * that heard Start, or Failure. Memory is added in mem_add.c.
 */
#include "nt/hot_add.h"

#include "nt/callout.h"
#include "nt/dpc.h"
#include "nt/mem_add.h"
#include "nt/interface.h"
#include "nt/pnp_queue.h"
#include "nt/registration.h"

struct ha_add_request {
    struct ha_add_request *next;
    const void *event;              /* for hooks.ended; NULL for none */
    struct ha_add_wish wish;
};

struct add {
    struct ha_kernel *kernel;
    const struct ha_add_options *options;
    uint32_t id, unit, index;
    struct ha_place place;
    struct ha_round round;
};

/* The value that decides whether the processor may come (STAT-9). */
static NTSTATUS start_round(struct add *add)
{
    const struct ha_kernel *kernel = add->kernel;
    bool first = ha_kernel_knob(kernel, HA_KNOB_OPSTATUS_DECISION) == HA_FIRST_ERROR ||
                 ha_kernel_knob(kernel, HA_KNOB_OPSTATUS_SCOPE) == HA_OPSTATUS_PER_CALL ||
                 ha_kernel_knob(kernel, HA_KNOB_HOT_START_ERROR) == HA_STOP_AT_ERROR;
    ha_round_set(&add->round, add->index, add->place, KeProcessorAddStartNotify, STATUS_SUCCESS);
    ha_callout_start(&add->round);
    NTSTATUS status = first ? add->round.first_error : add->round.variable;
    return NT_SUCCESS(status) ? STATUS_SUCCESS : status;
}

static void second_round(struct add *add, NTSTATUS status, bool vetoed)
{
    bool failed = !NT_SUCCESS(status);
    ha_round_set(&add->round, add->index, add->place,
                 failed ? KeProcessorAddFailureNotify : KeProcessorAddCompleteNotify,
                 failed ? status : STATUS_SUCCESS);
    ha_callout_second(&add->round, vetoed);
}

static NTSTATUS start_hardware(struct add *add)
{
    struct ha_record *record = ha_record_open(&add->kernel->world, HA_HW_START, add->id);
    record->as.status.status = add->options->hardware_start;
    return add->options->hardware_start;
}

static void record_up(struct add *add, enum ha_kind kind)
{
    struct ha_record *record = ha_record_open(&add->kernel->world, kind, add->id);
    record->as.up.nt_number = (uint16_t)add->index;
    record->as.up.group = add->place.group;
    record->as.up.number = add->place.number;
}

static void bring_up(struct add *add)
{
    struct ha_partition *partition = &add->kernel->world.partition;
    ha_touch(&add->kernel->world, HA_TOUCH_PARTITION, HA_TOUCH_WRITE);
    ha_partition_activate(partition, add->place);
    record_up(add, HA_ACTIVE);
    ha_partition_schedule(partition, add->place);
    record_up(add, HA_SCHED);
    ha_dpcs_start(add->kernel, add->index);
}

static void offer(struct add *add)
{
    ha_touch(&add->kernel->world, HA_TOUCH_PARTITION, HA_TOUCH_WRITE);
    add->index = ha_partition_offer(&add->kernel->world.partition, add->place);
}

static void withdraw(struct add *add)
{
    ha_touch(&add->kernel->world, HA_TOUCH_PARTITION, HA_TOUCH_WRITE);
    ha_dpcs_drop(add->kernel, add->index);
    ha_partition_withdraw(&add->kernel->world.partition, add->place);
}

/* The stages of an add for which there is a place. Returns its status. */
static NTSTATUS add_at_place(struct add *add)
{
    struct ha_kernel *kernel = add->kernel;
    bool after_start = ha_kernel_knob(kernel, HA_KNOB_SYNC_START_VS_HW) == HA_AFTER_START;
    NTSTATUS status = STATUS_SUCCESS;

    offer(add);
    if (after_start)
        status = start_hardware(add);
    if (!NT_SUCCESS(status)) {      /* nobody was called yet */
        withdraw(add);
        return status;
    }
    status = start_round(add);
    ha_order_give(&kernel->world, ha_order_of_start(&kernel->world, add->index));
    bool vetoed = !NT_SUCCESS(status);
    if (NT_SUCCESS(status) && !after_start)
        status = start_hardware(add);
    if (NT_SUCCESS(status))
        bring_up(add);
    bool announced = NT_SUCCESS(status) && ha_pnp_comes_early(kernel, add->index);
    if (announced)
        ha_interface_up(kernel, add->id, add->index, false);
    second_round(add, status, vetoed);
    if (!NT_SUCCESS(status))
        withdraw(add);
    else if (!announced)
        ha_interface_up(kernel, add->id, add->index, false);
    return status;
}

/* HA_NO_GROUP for what the event leaves open. */
static uint16_t as_asked(uint32_t place)
{
    return place == HA_ANY_PLACE ? HA_NO_GROUP : (uint16_t)place;
}

/* Where the n-th processor of a unit shall go. */
static struct ha_placing placing_of(const struct ha_kernel *kernel,
                                    const struct ha_add_options *options, uint32_t n)
{
    struct ha_placing placing = {options->group, options->number, options->node,
                                 HA_PLACE_LOWEST};
    unsigned rule = ha_kernel_knob(kernel, HA_KNOB_GROUP_ASSIGN);
    if (rule == HA_ASSIGN_EXPLICIT) {
        placing.rule = HA_PLACE_EXPLICIT;
        placing.number += placing.number == HA_ANY_PLACE ? 0 : n;
    } else {
        placing.rule = rule == HA_ASSIGN_BY_NODE ? HA_PLACE_BY_NODE : HA_PLACE_LOWEST;
        placing.number = n ? HA_ANY_PLACE : placing.number;
    }
    return placing;
}

/* Add one logical processor, the n-th of its unit. */
static bool add_processor(struct ha_kernel *kernel, const struct ha_add_options *options,
                          uint32_t unit, uint32_t n)
{
    struct ha_placing placing = placing_of(kernel, options, n);
    struct ha_world *world = &kernel->world;
    struct ha_thread *thread = world->sched.running;
    struct add add = {.kernel = kernel, .options = options, .unit = unit};
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    uint64_t events_before = kernel->pnp.raised;

    thread->operations++;
    ha_registrations_lock(kernel);
    add.id = ++kernel->adds_made;
    struct ha_record *begin = ha_record_open(world, HA_ADD_BEGIN, add.id);
    begin->as.add.unit = unit;
    begin->as.add.group = as_asked(placing.group);
    begin->as.add.number = as_asked(placing.number);
    begin->as.add.node = as_asked(placing.node);
    begin->as.add.affinity_mask = thread->affinity.mask;
    begin->as.add.affinity_group = thread->affinity.group;
    if (kernel->any_deferred)           /* a late joiner is still hearing of what exists: DEREG-1 */
        ha_registrations_sweep(kernel);
    if (ha_partition_find_place(&world->partition, &placing, &add.place)) {
        ha_round_begin(&add.round, kernel, add.id, false);
        status = add_at_place(&add);
        ha_round_end(&add.round);
    }                                   /* otherwise HOT-13 */
    ha_record_open(world, HA_ADD_END, add.id)->as.status.status = status;
    ha_registrations_unlock(kernel);
    ha_pnp_release(kernel, events_before);
    thread->operations--;
    return NT_SUCCESS(status);
}

static void add_unit(struct ha_kernel *kernel, const struct ha_add_options *options)
{
    uint32_t unit = ++kernel->units_made, added = 0;
    uint32_t count = options->count ? options->count : 1;
    ha_record_open(&kernel->world, HA_UNIT_BEGIN, unit)->as.unit.processors = count;
    for (uint32_t i = 0; i < count; i++)
        added += add_processor(kernel, options, unit, i);
    ha_record_open(&kernel->world, HA_UNIT_END, unit)->as.unit.processors = added;
}

static void hot_add_thread(void *argument)
{
    struct ha_kernel *kernel = argument;
    for (;;) {
        struct ha_add_request *request = kernel->first_request;
        if (!request) {
            kernel->hot_add_idle = true;
            ha_sched_block(&kernel->world);
            continue;
        }
        kernel->first_request = request->next;
        if (!request->next)
            kernel->last_request = NULL;
        struct ha_add_request asked = *request;
        ha_arena_give(&kernel->world.host->arena, request, sizeof *request);
        if (asked.wish.is_memory)
            ha_mem_add(kernel, &asked.wish.memory);
        else
            add_unit(kernel, &asked.wish.processors);
        ha_kernel_ended(kernel, asked.event);
    }
}

int ha_hot_add_post(struct ha_kernel *kernel, const struct ha_add_wish *wish, const void *event)
{
    struct ha_add_request *request = ha_arena_take(&kernel->world.host->arena, sizeof *request);
    if (!request)
        return HA_ENOMEM;
    request->wish = *wish;
    request->event = event;
    if (kernel->last_request)
        kernel->last_request->next = request;
    else
        kernel->first_request = request;
    kernel->last_request = request;

    if (!kernel->hot_add)
        return ha_thread_create(&kernel->world, HA_THREAD_HOT_ADD, 0, hot_add_thread, kernel,
                                &kernel->hot_add);
    if (kernel->hot_add_idle) {
        kernel->hot_add_idle = false;
        ha_sched_ready(kernel->hot_add);
    }
    return HA_OK;
}
