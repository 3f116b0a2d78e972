/*
 * ke_processor - KeRegisterProcessorChangeCallback and KeDeregisterProcessorChangeCallback
 *
 * Owns the two routines and the EXIST phase of a registration. What a hot-add does with the
 * registrations is in hot_add.c; every call of a callback goes through callout.c.
 */
#include <assert.h>

#include "nt/caller.h"
#include "nt/callout.h"
#include "nt/driver.h"
#include "nt/lock_order.h"
#include "nt/pool.h"
#include "nt/registration.h"
#include "nt/scripted.h"

#define REGISTER HA_RT_REGISTER_PROCESSOR_CHANGE
#define DEREGISTER HA_RT_DEREGISTER_PROCESSOR_CHANGE

/* What the trace calls a pointer of the driver's. */
static uint32_t id_of(struct ha_world *world, uintptr_t pointer)
{
    return ha_id_of(&world->pointers, &world->host->arena, pointer);
}

static enum ha_reason reason_to_refuse(const struct ha_kernel *kernel,
                                       const struct ha_thread *thread,
                                       PPROCESSOR_CALLBACK_FUNCTION function, ULONG flags)
{
    if (ha_callout_irql_is_raised(kernel, thread))
        return HA_REASON_IRQL;                      /* REG-2 */
    if (!function)
        return HA_REASON_NULL_FUNCTION;             /* REG-8 */
    if (ha_callout_inside(thread))
        return HA_REASON_INSIDE_CALLBACK;           /* REG-11 */
    if ((flags & ~(ULONG)KE_PROCESSOR_CHANGE_ADD_EXISTING) &&
        ha_kernel_knob(kernel, HA_KNOB_UNKNOWN_FLAGS) == HA_FLAGS_REJECT)
        return HA_REASON_UNKNOWN_FLAGS;             /* REG-6 */
    return HA_REASON_NONE;
}

/*
 * EXIST: Start for every active processor, ascending; then Complete for all of them, or, when
 * one Start call reported an error, Failure for those before it.
 *
 * Returns STATUS_SUCCESS or the error that ended the phase.
 */
static NTSTATUS tell_existing(struct ha_kernel *kernel, struct ha_registration *registration)
{
    const struct ha_partition *partition = &kernel->world.partition;
    struct ha_round round;
    uint32_t count = partition->active, told;

    ha_touch(&kernel->world, HA_TOUCH_PARTITION, HA_TOUCH_READ);
    ha_round_begin(&round, kernel, registration->link.id, true);
    for (told = 0; told < count && !registration->link.left; told++) {
        ha_round_set(&round, told, partition->place[told], KeProcessorAddStartNotify,
                     STATUS_SUCCESS);
        ha_callout_one(&round, registration);
        if (!NT_SUCCESS(round.first_error))
            break;                                  /* STAT-8, EXIST-6 */
    }
    NTSTATUS status = round.first_error;
    bool failed = !NT_SUCCESS(status);
    bool reverse = failed && ha_kernel_knob(kernel, HA_KNOB_FAILURE_ORDER) == HA_FAILURE_REVERSE;
    /* EXIST-7: not for the one that failed. */
    for (uint32_t i = 0; i < told && !registration->link.left; i++) {
        uint32_t index = reverse ? told - 1 - i : i;
        ha_round_set(&round, index, partition->place[index],
                     failed ? KeProcessorAddFailureNotify : KeProcessorAddCompleteNotify,
                     failed ? status : STATUS_SUCCESS);
        ha_callout_one(&round, registration);
    }
    ha_round_end(&round);
    return status;
}

/* Wait for the operation in progress, unless the profile lets registrations join at once. */
static bool lock_for_registration(struct ha_kernel *kernel)
{
    if (ha_kernel_knob(kernel, HA_KNOB_REGISTER_DURING_ADD) == HA_REGISTER_LATE_JOIN &&
        kernel->rounds)
        return false;
    ha_registrations_lock(kernel);
    return true;
}

/* Registers, and returns the registration if it stands. */
static struct ha_registration *register_callback(struct ha_kernel *kernel,
                                                 const struct ha_driver *driver,
                                                 const struct ha_record *enter, PVOID context,
                                                 PPROCESSOR_CALLBACK_FUNCTION function)
{
    if (ha_kernel_faults(kernel, REGISTER))
        return NULL;                                /* REG-9 */
    bool known = enter->as.reg.function != HA_NO_ID && enter->as.reg.context != HA_NO_ID;
    struct ha_registration *registration = known ? ha_registration_make(kernel) : NULL;
    if (!registration) {
        ha_record_fault(kernel, REGISTER);
        return NULL;
    }
    registration->function = function;
    registration->context = context;
    registration->driver_id = kernel->world.sched.running->stamp.driver;
    registration->link.id = enter->id;
    registration->context_id = enter->as.reg.context;
    ha_pool_note_context(kernel, context);

    bool locked = lock_for_registration(kernel);
    if (driver && driver->state == HA_DRIVER_GONE)
        ha_registration_die(registration);      /* DRV-8 */
    ha_registration_join(kernel, registration);
    ha_notify_begin(&kernel->chain, false);     /* who guesses the handle cannot free it under us */
    NTSTATUS status = enter->as.reg.flags & KE_PROCESSOR_CHANGE_ADD_EXISTING
                          ? tell_existing(kernel, registration) : STATUS_SUCCESS;
    bool stands = NT_SUCCESS(status) && !registration->link.left && !registration->deferred;
    if (!NT_SUCCESS(status) && !registration->link.left)
        ha_registration_remove(kernel, registration);   /* EXIST-9 */
    ha_notify_end(&kernel->chain);
    if (locked)
        ha_registrations_unlock(kernel);
    return stands ? registration : NULL;
}

/*
 * Register a function that is told when a processor is added.
 *
 *   CallbackFunction  called with Start, then Complete or Failure, for every processor added
 *   CallbackContext   handed back in every call; may be NULL
 *   Flags             KE_PROCESSOR_CHANGE_ADD_EXISTING: told of the active processors first,
 *                     before this returns, on this thread
 *
 * Returns a handle for KeDeregisterProcessorChangeCallback, or NULL: refused, no memory, or the
 * callback reported an error for a processor that exists. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, KeRegisterProcessorChangeCallback.
 * The page is silent on two points. We let a registration wait while an add is under way
 * (REG-10), and refuse one made inside a processor-change callback (REG-11).
 */
PVOID KeRegisterProcessorChangeCallback(PPROCESSOR_CALLBACK_FUNCTION CallbackFunction,
                                        PVOID CallbackContext, ULONG Flags)
{
    HA_INSIDE struct ha_kernel *kernel =
        ha_kernel_inside("KeRegisterProcessorChangeCallback");
    struct ha_world *world = &kernel->world;
    struct ha_thread *thread = world->sched.running;
    struct ha_driver *driver = ha_driver_by_id(kernel, thread->stamp.driver);
    uint32_t id = ++kernel->registrations_made;
    struct ha_own_registration *own =
        ha_scripted_announce(kernel, driver, HA_PROCESSOR_CHANGE, id);
    struct ha_record enter = {.id = id};
    enter.as.reg.function = id_of(world, (uintptr_t)CallbackFunction);
    enter.as.reg.context = id_of(world, (uintptr_t)CallbackContext);
    enter.as.reg.flags = Flags;
    uint32_t place = ha_caller_place(kernel);
    struct ha_record *record = ha_record_open(world, HA_REG_ENTER, id);
    record->as = enter.as;
    record->as.reg.place = place;
    ha_sched_point(world);

    struct ha_registration *registration = NULL;
    thread->operations++;
    enum ha_reason reason = reason_to_refuse(kernel, thread, CallbackFunction, Flags);
    if (reason)
        ha_record_refused(kernel, REGISTER, reason);
    else
        registration = register_callback(kernel, driver, &enter, CallbackContext,
                                         CallbackFunction);
    thread->operations--;

    struct ha_record *leave = ha_record_open(world, HA_REG_RETURN, id);
    leave->as = enter.as;
    leave->as.reg.handle = registration ? id : 0;
    uint64_t handle = registration ? ha_registration_handle(kernel, registration) : 0;
    if (own)
        own->handle = (PVOID)(uintptr_t)handle;
    ha_sched_point(world);
    return (PVOID)(uintptr_t)handle;
}

static void deregister(struct ha_kernel *kernel, struct ha_thread *thread,
                       struct ha_registration *registration)
{
    struct ha_world *world = &kernel->world;
    bool misused = ha_callout_irql_is_raised(kernel, thread) ||
                   ha_callout_inside(thread) == registration;
    /* At once: inside an operation of this thread (DEREG-3), or where waiting is forbidden. */
    bool at_once = kernel->lock.holder == thread || thread->stamp.irql > APC_LEVEL ||
                   ha_callout_inside(thread) == registration;
    unsigned wait = ha_kernel_knob(kernel, HA_KNOB_DEREG_WAIT);

    /* No later call may come of what was removed by misuse (DEREG-1, DEREG-4). */
    if (wait == HA_DEREG_DEFERRED && kernel->rounds && !misused) {
        registration->deferred = true;
        kernel->any_deferred = true;
        return;
    }
    if (at_once || wait == HA_DEREG_DEFERRED) {
        ha_record_open(world, HA_DEREG_LOCKED, registration->link.id);
        ha_registration_remove(kernel, registration);
    } else if (wait == HA_DEREG_PER_CALL) {
        /* Told no more from here; its memory must outlast the wait for the call that runs. */
        if (ha_lock_order_matters(kernel))
            ha_lock_order_look(kernel, HA_NS_REGISTRATION, registration->link.id, false);
        ha_notify_begin(&kernel->chain, false);
        ha_registration_remove(kernel, registration);
        ha_callout_wait(kernel, registration, NULL);
        ha_notify_end(&kernel->chain);
    } else {
        /* Another thread may remove it while this one waits; its memory stays until the end. */
        if (ha_lock_order_matters(kernel))
            ha_lock_order_look(kernel, HA_NS_OBJECT, kernel->lock.id, false);
        ha_notify_begin(&kernel->chain, false);
        ha_registrations_lock(kernel);
        ha_record_open(world, HA_DEREG_LOCKED, registration->link.id);
        if (registration->link.left)
            ha_record_misuse(kernel, DEREGISTER, HA_MISUSE_STALE_HANDLE, registration->link.id,
                             0);
        else
            ha_registration_remove(kernel, registration);
        ha_registrations_unlock(kernel);
        ha_notify_end(&kernel->chain);
    }
}

/*
 * End a registration.
 *
 *   CallbackHandle  from KeRegisterProcessorChangeCallback, and not given back before
 *
 * When it returns, no call of the callback is running on another thread and none will come.
 * A handle that is not live, and a removal from inside the callback itself, are recorded as
 * misuse and harm nobody else. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, KeDeregisterProcessorChangeCallback.
 * Our choice, not documented: it waits for the end of an add or EXIST phase of another thread,
 * so that who heard Start hears the second call (DEREG-3).
 */
VOID KeDeregisterProcessorChangeCallback(PVOID CallbackHandle)
{
    HA_INSIDE struct ha_kernel *kernel =
        ha_kernel_inside("KeDeregisterProcessorChangeCallback");
    struct ha_world *world = &kernel->world;
    struct ha_thread *thread = world->sched.running;
    ha_sched_point(world);

    void *object = NULL;
    enum ha_slot_answer answer =
        ha_slots_get(&kernel->handles, (uint64_t)(uintptr_t)CallbackHandle, &object);
    struct ha_registration *registration = object;
    if (registration &&
        (registration->deferred || registration->link.left || registration->of_object)) {
        /* Its removal has begun; or it is none of Ke's, or has not joined: nobody has a handle. */
        answer = registration->deferred ? HA_HANDLE_STALE : HA_HANDLE_UNKNOWN;
        registration = NULL;
    }
    uint32_t id = registration ? registration->link.id : 0;
    ha_record_open(world, HA_DEREG_ENTER, id);
    if (!registration)
        ha_record_misuse(kernel, DEREGISTER, !CallbackHandle ? HA_MISUSE_NULL_HANDLE
                         : answer == HA_HANDLE_STALE ? HA_MISUSE_STALE_HANDLE
                                                     : HA_MISUSE_UNKNOWN_HANDLE, 0, 0);
    else if (ha_callout_irql_is_raised(kernel, thread))
        ha_record_misuse(kernel, DEREGISTER, HA_MISUSE_RAISED_IRQL, id, 0);
    else if (ha_callout_inside(thread) == registration)
        ha_record_misuse(kernel, DEREGISTER, HA_MISUSE_SELF_REMOVAL, id, 0);

    if (registration) {
        thread->operations++;
        deregister(kernel, thread, registration);
        ha_order_take(world, ha_order_of_calls(registration));
        thread->operations--;
    }
    ha_record_open(world, HA_DEREG_RETURN, id);
    ha_sched_point(world);
}
