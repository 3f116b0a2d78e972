/*
 * steps - plays a list of steps for a scripted driver
 *
 * Owns struct ha_stage. A step does what a driver's source would do: it calls the NT routine.
 */
#include "nt/steps.h"

#include <string.h>

#include "nt/driver.h"
#include "nt/pool.h"
#include "nt/query_step.h"
#include "nt/steps_affinity.h"
#include "nt/steps_callback.h"
#include "nt/steps_event.h"
#include "nt/steps_later.h"
#include "nt/steps_pnp.h"
#include "nt/values.h"

#define MOST_SLOTS (UINT32_C(1) << 20)      /* of a table: 8 MiB */

/* Remove what a step has registered, the way it was registered. */
static NTSTATUS remove(uint8_t notification, PVOID handle, bool with_old_routine)
{
    switch (notification) {
    case HA_CALLBACK_OBJECT: ExUnregisterCallback(handle); return STATUS_SUCCESS;
    case HA_DEVICE_INTERFACE:
        return with_old_routine ? IoUnregisterPlugPlayNotification(handle)
                                : IoUnregisterPlugPlayNotificationEx(handle);
    default: KeDeregisterProcessorChangeCallback(handle); return STATUS_SUCCESS;
    }
}

static NTSTATUS do_register(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_driver *driver = stage->driver;
    struct ha_own_registration *registration = ha_own_registration(driver, step->name);
    if (!registration)
        return STATUS_INSUFFICIENT_RESOURCES;
    registration->notification = step->notification;
    if (step->notification == HA_CALLBACK_OBJECT)
        return ha_step_register_client(registration, step);
    if (step->notification == HA_DEVICE_INTERFACE)
        return ha_step_register_entry(registration, step);
    driver->next_name = step->name;
    PVOID handle = KeRegisterProcessorChangeCallback(step->null_function ? NULL
                                                                         : ha_steps_callback,
                                                     registration, step->flags);
    driver->next_name = NULL;
    if (!handle)
        return STATUS_UNSUCCESSFUL;
    ha_own_registration_made(registration, handle);
    return STATUS_SUCCESS;
}

static NTSTATUS do_deregister(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_own_registration *registration = NULL;
    if (step->name) {
        struct ha_driver *owner = step->driver ? ha_driver_find(stage->driver->kernel, step->driver)
                                               : stage->driver;
        registration = ha_own_registration_find(owner, step->name);
    }
    PVOID handle = registration ? registration->handle : NULL;
    /* What was not registered yet does not know for what it will be. */
    bool is_known = registration && registration->notification;
    NTSTATUS status = remove(is_known ? registration->notification : step->notification, handle,
                             step->old_routine);
    /* It may have been waited for, and been made anew meanwhile. */
    if (registration && registration->handle == handle)
        ha_own_registration_gone(registration);
    return status;
}

/* The event of a name, shared by all drivers of the machine; NULL when the arena is full. */
static struct ha_object *find_event(struct ha_kernel *kernel, const char *name)
{
    struct ha_script_event *event = kernel->first_event;
    while (event && strcmp(event->name, name) != 0)
        event = event->next;
    if (!event) {
        event = ha_arena_take(&kernel->world.host->arena, sizeof *event);
        if (!event)
            return NULL;
        event->name = name;
        event->next = kernel->first_event;
        kernel->first_event = event;
        ha_object_init(&kernel->world, &event->object, name);
    }
    return &event->object;
}

static NTSTATUS do_event(struct ha_stage *stage, const struct ha_step *step)
{
    if (ha_step_names_path(step))
        return ha_step_named_event(step);
    struct ha_kernel *kernel = stage->driver->kernel;
    struct ha_world *world = &kernel->world;
    struct ha_object *event = find_event(kernel, step->name);
    ha_sched_point(world);
    if (!event)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (step->kind == HA_STEP_SIGNAL) {
        ha_event_set(world, event);
    } else if (world->sched.running->stamp.irql >= DISPATCH_LEVEL) {
        ha_record_refused(kernel, HA_RT_WAIT, HA_REASON_IRQL);
        return STATUS_UNSUCCESSFUL;
    } else {
        ha_event_wait(world, event);
    }
    ha_sched_point(world);
    return STATUS_SUCCESS;
}

static NTSTATUS do_table(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_own_table *table = ha_own_table(stage->driver, step->name);
    int64_t slots = ha_value_now(stage, &step->value);
    if (!table || slots < 0 || slots > MOST_SLOTS)
        return STATUS_INSUFFICIENT_RESOURCES;
    void *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, (size_t)slots * sizeof(PVOID),
                                   HA_POOL_SCRIPT_TAG);
    if (!memory)
        return STATUS_INSUFFICIENT_RESOURCES;
    table->slot = memory;
    table->count = (uint32_t)slots;
    return STATUS_SUCCESS;
}

static NTSTATUS do_allocate(struct ha_stage *stage, const struct ha_step *step)
{
    if (!ha_slot_at(stage, step->name, &step->value, HA_RT_ALLOCATE_POOL))
        return STATUS_SUCCESS;          /* recorded, and not done */
    void *memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, step->size, step->tag);
    if (!memory)
        return STATUS_INSUFFICIENT_RESOURCES;
    /* Others may have run meanwhile, and the table may be gone. */
    void **slot = ha_slot_at(stage, step->name, &step->value, HA_NO_ROUTINE);
    if (slot)
        *slot = memory;
    return STATUS_SUCCESS;
}

static void free_table(struct ha_own_table *table, ULONG tag)
{
    void *memory = table->slot;
    table->slot = NULL;
    table->count = 0;
    ExFreePoolWithTag(memory, tag);
}

/* What a slot holds is given back, or written to; or there is nothing, and that is recorded. */
static void do_slot(struct ha_stage *stage, const struct ha_step *step)
{
    enum ha_routine routine = step->kind == HA_STEP_FREE ? HA_RT_FREE_POOL : HA_NO_ROUTINE;
    struct ha_own_table *table = ha_own_table(stage->driver, step->name);
    if (step->whole && table && table->slot) {
        free_table(table, step->tag);
        return;
    }
    void **slot = step->whole || !table ? NULL
                                        : ha_slot_at(stage, step->name, &step->value, routine);
    if (!slot && !step->whole)
        return;
    if (!slot || !*slot) {
        ha_record_misuse(stage->driver->kernel, routine, HA_MISUSE_NOTHING_THERE,
                         table ? table->object : 0,
                         slot ? (uint32_t)(slot - table->slot) : HA_NO_INDEX);
    } else if (step->kind == HA_STEP_USE) {
        ha_pool_block_write(*slot, step->offset);
    } else {
        void *memory = *slot;
        *slot = NULL;
        ExFreePoolWithTag(memory, step->tag);
    }
}

static NTSTATUS do_set(struct ha_stage *stage, const char *name, int64_t number)
{
    struct ha_own_variable *variable = ha_own_variable(stage->driver, name);
    if (!variable)
        return STATUS_INSUFFICIENT_RESOURCES;
    variable->value = number;
    return STATUS_SUCCESS;
}

static NTSTATUS do_query(struct ha_stage *stage, const struct ha_step *step)
{
    int64_t result = ha_query_step(stage, step);
    return step->name ? do_set(stage, step->name, result) : STATUS_SUCCESS;
}

static bool goes_on(const struct ha_stage *stage)
{
    return !stage->returned && !stage->failed;
}

static void play_turn(struct ha_stage *stage, const struct ha_steps *body, uint32_t index,
                      const PROCESSOR_NUMBER *number)
{
    const struct ha_turn turn = {index, number};
    const struct ha_turn *outer = stage->turn;
    stage->turn = &turn;
    ha_steps_play(stage, body);
    stage->turn = outer;
}

static void do_for_each(struct ha_stage *stage, const struct ha_step *step)
{
    if (step->each == HA_EACH_OF_GROUP) {
        USHORT group = (USHORT)ha_value_now(stage, &step->value);
        KAFFINITY mask = KeQueryGroupAffinity(group);
        for (UCHAR n = 0; n < HA_GROUP_SIZE && goes_on(stage); n++) {
            PROCESSOR_NUMBER number = {.Group = group, .Number = n};
            if (mask >> n & 1)
                play_turn(stage, &step->body, KeGetProcessorIndexFromNumber(&number), &number);
        }
        return;
    }
    ULONG count = step->each == HA_EACH_ACTIVE
                      ? KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)
                      : KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    for (ULONG index = 0; index < count && goes_on(stage); index++)
        play_turn(stage, &step->body, index, NULL);
}

static NTSTATUS do_step(struct ha_stage *stage, const struct ha_step *step)
{
    KIRQL old;
    switch (step->kind) {
    case HA_STEP_REGISTER: return do_register(stage, step);
    case HA_STEP_DEREGISTER: return do_deregister(stage, step);
    case HA_STEP_SET_OPERATION_STATUS:
        *stage->operation_status = step->nt_status;
        stage->driver->scripted->stored = step->nt_status;
        break;
    case HA_STEP_MODIFY_CONTEXT: stage->context->NtNumber = INVALID_PROCESSOR_INDEX; break;
    case HA_STEP_QUERY: return do_query(stage, step);
    case HA_STEP_WAIT:
    case HA_STEP_SIGNAL: return do_event(stage, step);
    case HA_STEP_TABLE: return do_table(stage, step);
    case HA_STEP_ALLOCATE: return do_allocate(stage, step);
    case HA_STEP_FREE:
    case HA_STEP_USE: do_slot(stage, step); break;
    case HA_STEP_SET: return do_set(stage, step->name, ha_value_now(stage, &step->value));
    case HA_STEP_RAISE_IRQL: KeRaiseIrql(step->irql, &old); break;
    case HA_STEP_LOWER_IRQL: KeLowerIrql(step->irql); break;
    case HA_STEP_FOR_EACH: do_for_each(stage, step); break;
    case HA_STEP_IF:
        ha_steps_play(stage, ha_condition_holds(stage, &step->condition) ? &step->body
                                                                        : &step->otherwise);
        break;
    case HA_STEP_SET_AFFINITY: return ha_step_set_affinity(stage, step);
    case HA_STEP_REVERT_AFFINITY: return ha_step_revert_affinity(stage, step);
    case HA_STEP_QUEUE_DPC: return ha_step_queue_dpc(stage, step);
    case HA_STEP_REMOVE_DPC: return ha_step_remove_dpc(stage, step);
    case HA_STEP_FLUSH_DPCS: KeFlushQueuedDpcs(); break;
    case HA_STEP_QUEUE_WORK: return ha_step_queue_work(stage, step);
    case HA_STEP_START_THREAD: return ha_step_start_thread(stage, step);
    case HA_STEP_JOIN: return ha_step_join(stage, step);
    case HA_STEP_NOTIFY: return ha_step_notify(step);
    case HA_STEP_PUBLISH: return ha_step_publish(stage, step);
    case HA_STEP_WITHDRAW: return ha_step_withdraw(stage, step);
    default:
        stage->returned = true;
        stage->status = step->nt_status;
        break;
    }
    return STATUS_SUCCESS;
}

void ha_steps_play(struct ha_stage *stage, const struct ha_steps *steps)
{
    for (size_t i = 0; i < steps->count && goes_on(stage); i++) {
        const struct ha_step *step = &steps->step[i];
        NTSTATUS status = do_step(stage, step);
        if (NT_SUCCESS(status))
            continue;
        if (step->has_if_fails) {
            ha_steps_play(stage, &step->if_fails);
        } else if (stage->stops_at_errors) {
            stage->failed = true;
            stage->status = status;
        }
    }
}

void ha_steps_undo(struct ha_driver *driver)
{
    struct ha_scripted *scripted = driver->scripted;
    for (struct ha_own_registration *newest; (newest = scripted->newest);) {
        ha_own_registration_gone(newest);
        remove(newest->notification, newest->handle, false);
    }
    ha_steps_later_undo(driver);
    ha_steps_withdraw_all(driver);      /* what ran until now may have published */
    for (struct ha_own_table *table = scripted->newest_table; table; table = table->older) {
        for (uint32_t i = 0; i < table->count; i++) {
            void *memory = table->slot[i];
            table->slot[i] = NULL;
            if (memory)
                ExFreePool(memory);
        }
        if (table->slot)
            free_table(table, HA_POOL_SCRIPT_TAG);
    }
}

static bool handler_applies(const struct ha_kernel *kernel, const struct ha_handler *handler,
                            const struct ha_called *call, uint32_t *hits)
{
    if (handler->state != HA_ANY_STATE && handler->state != call->state)
        return false;
    if (handler->processor != HA_ANY_PROCESSOR && (uint32_t)handler->processor != call->index)
        return false;
    if (handler->instance &&
        (!call->instance || !ha_instance_fits(kernel, handler->instance, call->instance)))
        return false;
    return ++*hits <= handler->times || handler->times == 0;
}

void ha_steps_answer(struct ha_stage *stage, const struct ha_own_registration *registration,
                     const struct ha_called *call)
{
    struct ha_driver *driver = stage->driver;
    struct ha_scripted *scripted = driver->scripted;
    uint32_t next = registration->first_handler;
    for (; next && !stage->returned; next = scripted->next_handler[next - 1])
        if (handler_applies(driver->kernel, &driver->script->handler[next - 1], call,
                            &scripted->handler_hits[next - 1]))
            ha_steps_play(stage, &driver->script->handler[next - 1].steps);
}

VOID NTAPI ha_steps_callback(PVOID CallbackContext,
                             PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                             PNTSTATUS OperationStatus)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("callback");
    const struct ha_own_registration *registration = CallbackContext;
    struct ha_stage stage = {.driver = registration->driver, .context = ChangeContext,
                             .as_given = *ChangeContext, .operation_status = OperationStatus};
    const struct ha_called call = {.state = (int)ChangeContext->State,
                                   .index = ChangeContext->NtNumber};
    ha_steps_answer(&stage, registration, &call);
}
