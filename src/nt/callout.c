/*
 * callout - the one door to driver code
 *
 * Owns struct ha_callout and struct ha_round. The straight path of ha_callout_processor() runs
 * for every notification of every registration, so it does no more than it must: a call that
 * changed nothing becomes one record.
 */
#include "nt/callout.h"

#include <string.h>

#include "nt/driver.h"

#define POISON 0xdd

void ha_round_begin(struct ha_round *round, struct ha_kernel *kernel, uint32_t operation,
                    bool existing)
{
    memset(round, 0, sizeof *round);
    round->kernel = kernel;
    round->thread = kernel->world.sched.running;
    round->call.cb.operation = operation;
    round->call.cb.affinity_mask = round->thread->affinity.mask;
    round->call.cb.affinity_group = round->thread->affinity.group;
    round->flags = existing ? HA_CB_EXISTING : 0;
    round->irql = ha_kernel_knob(kernel, HA_KNOB_CALLBACK_IRQL) == HA_CALLBACK_APC ? APC_LEVEL
                                                                                  : PASSIVE_LEVEL;
}

void ha_round_set(struct ha_round *round, uint32_t index, struct ha_place place,
                  KE_PROCESSOR_CHANGE_NOTIFY_STATE state, NTSTATUS status)
{
    round->flags = (uint8_t)((round->flags & ~3u) | (unsigned)state);
    round->call.cb.status = status;
    round->call.cb.nt_number = (uint16_t)index;
    round->call.cb.group = place.group;
    round->call.cb.number = place.number;
    round->context.State = state;
    round->context.NtNumber = index;
    round->context.Status = status;
    round->context.ProcNumber.Group = place.group;
    round->context.ProcNumber.Number = place.number;
    /* Before Windows 7 the structure ends before ProcNumber (CTX-6): there is nothing to read. */
    if (ha_kernel_knob(round->kernel, HA_KNOB_TARGET) == HA_TARGET_WS2008)
        memset(&round->context.ProcNumber, POISON, sizeof round->context.ProcNumber);
}

struct ha_registration *ha_callout_inside(const struct ha_thread *thread)
{
    for (const struct ha_callout *call = thread->callout; call; call = call->outer)
        if (call->registration)
            return call->registration;
    return NULL;
}

/* Write the header and payload of an entry record. */
static struct ha_record *record_enter(const struct ha_round *round,
                                      const struct ha_registration *registration)
{
    struct ha_record *record = ha_record_open(&round->kernel->world, HA_CB_ENTER, registration->id);
    record->driver = registration->driver ? registration->driver->id : 0;
    record->flags = round->flags;
    record->as = round->call;
    record->as.cb.context = registration->context_id;
    record->as.cb.op_in = round->variable;
    return record;
}

/* Something happened during the call, or the driver left something changed. */
static void record_leave(struct ha_round *round, const struct ha_registration *registration)
{
    struct ha_thread *thread = round->thread;
    struct ha_record *record = ha_record_open(&round->kernel->world, HA_CB_LEAVE, registration->id);
    record->flags = round->flags;
    if (memcmp(&round->copy, &round->context, sizeof round->copy) != 0)
        record->flags |= HA_CB_CONTEXT_CHANGED;
    record->as.cb_leave.op_out = round->variable;
    record->as.cb_leave.affinity_mask = thread->affinity.mask;
    record->as.cb_leave.affinity_group = thread->affinity.group;
}

static void call_ended(struct ha_world *world, uint32_t *calls, bool waited_for,
                       struct ha_object *idle)
{
    if (--*calls == 0 && waited_for)
        ha_event_set(world, idle);
}

void ha_callout_processor(struct ha_round *round, struct ha_registration *registration)
{
    struct ha_world *world = &round->kernel->world;
    struct ha_thread *thread = round->thread;
    struct ha_driver *driver = registration->driver;
    if (registration->dead) {
        struct ha_record *dead = ha_record_open(world, HA_DEAD_CALL, registration->id);
        dead->driver = driver->id;
        dead->flags = round->flags;
        return;
    }
    ha_sched_point(world);

    struct ha_callout call = {thread->callout, registration};
    struct ha_affinity affinity = thread->affinity;
    uint16_t in_charge = thread->stamp.driver;
    uint8_t irql = thread->stamp.irql;
    uint8_t regions = thread->stamp.regions;
    if (ha_kernel_knob(round->kernel, HA_KNOB_OPSTATUS_SCOPE) == HA_OPSTATUS_PER_CALL)
        round->variable = STATUS_SUCCESS;
    round->copy = round->context;
    thread->stamp.irql = round->irql;
    thread->stamp.driver = driver ? driver->id : 0;
    thread->callout = &call;
    registration->calls++;
    if (driver)
        driver->calls++;
    NTSTATUS op_in = round->variable;
    uint64_t time_ns = world->time_ns;
    struct ha_record *enter = record_enter(round, registration);
    uint64_t seq = world->trace.seq;

    registration->function(registration->context, &round->copy, &round->variable);

    if (world->trace.seq == seq && round->variable == op_in && world->time_ns == time_ns &&
        memcmp(&round->copy, &round->context, sizeof round->copy) == 0 &&
        thread->stamp.irql == round->irql && thread->stamp.regions == regions &&
        thread->affinity.mask == affinity.mask && thread->affinity.group == affinity.group) {
        enter->kind = HA_CB_CALL;       /* one record that stands for two */
        world->trace.seq++;
    } else {
        record_leave(round, registration);
        thread->affinity = affinity;    /* HOT-11: the next call starts from the same */
    }
    call_ended(world, &registration->calls, registration->removal_waits, &registration->idle);
    if (driver)
        call_ended(world, &driver->calls, driver->image_waits, &driver->idle);
    thread->callout = call.outer;
    thread->stamp.driver = in_charge;
    thread->stamp.irql = irql;          /* CTX-7 */
    memset(&round->copy, POISON, sizeof round->copy);
    ha_sched_point(world);
}

NTSTATUS ha_callout_entry(struct ha_driver *driver, PUNICODE_STRING registry_path)
{
    struct ha_world *world = &driver->kernel->world;
    struct ha_thread *thread = world->sched.running;
    struct ha_callout call = {thread->callout, NULL};
    uint16_t in_charge = thread->stamp.driver;
    thread->callout = &call;
    thread->stamp.driver = driver->id;
    ha_record_open(world, HA_DRV_ENTRY_ENTER, driver->id);
    ha_sched_point(world);

    NTSTATUS status = driver->object.DriverInit(&driver->object, registry_path);

    ha_record_open(world, HA_DRV_ENTRY_LEAVE, driver->id)->as.status.status = status;
    memset(registry_path->Buffer, POISON, registry_path->MaximumLength);
    thread->stamp.irql = PASSIVE_LEVEL;
    thread->stamp.driver = in_charge;
    thread->callout = call.outer;
    ha_sched_point(world);
    return status;
}

void ha_callout_unload(struct ha_driver *driver)
{
    struct ha_world *world = &driver->kernel->world;
    struct ha_thread *thread = world->sched.running;
    struct ha_callout call = {thread->callout, NULL};
    uint16_t in_charge = thread->stamp.driver;
    thread->callout = &call;
    thread->stamp.driver = driver->id;
    ha_record_open(world, HA_UNLOAD_ENTER, driver->id);
    ha_sched_point(world);

    driver->object.DriverUnload(&driver->object);

    ha_record_open(world, HA_UNLOAD_LEAVE, driver->id);
    thread->stamp.irql = PASSIVE_LEVEL;
    thread->stamp.driver = in_charge;
    thread->callout = call.outer;
    ha_sched_point(world);
}
