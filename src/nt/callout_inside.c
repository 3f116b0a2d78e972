/*
 * callout_inside - which callbacks run, and on which threads
 *
 * Owns the questions about struct ha_callout, and the waiting for the end of a call.
 */
#include "nt/callout_pnp.h"
#include "nt/pnp_entry.h"
#include "nt/registration.h"

struct ha_registration *ha_callout_inside(const struct ha_thread *thread)
{
    for (const struct ha_callout *call = thread->callout; call; call = call->outer)
        if (call->inside)
            return call->inside;
    return NULL;
}

bool ha_callout_in_callback(const struct ha_thread *thread)
{
    const struct ha_callout *call = thread->callout;
    while (call && !call->inside && !call->client && !call->notified)
        call = call->outer;
    return call != NULL;
}

const struct ha_round *ha_callout_round(const struct ha_thread *thread)
{
    for (const struct ha_callout *call = thread->callout; call; call = call->outer)
        if (call->inside)
            return (const struct ha_round *)call;       /* which begins with it */
    return NULL;
}

bool ha_callout_irql_is_raised(const struct ha_kernel *kernel, const struct ha_thread *thread)
{
    KIRQL allowed = ha_kernel_knob(kernel, HA_KNOB_CALLBACK_IRQL) == HA_CALLBACK_APC &&
                    ha_callout_inside(thread) ? APC_LEVEL : PASSIVE_LEVEL;
    return thread->stamp.irql > allowed;
}

bool ha_callout_call(const struct ha_thread *thread, struct ha_called *call)
{
    const struct ha_callout *inside = thread->callout;
    while (inside && !inside->inside && !inside->notified)
        inside = inside->outer;
    if (inside && inside->inside)
        *call = ha_round_called((const struct ha_round *)inside, inside->inside);
    else if (inside)
        *call = ha_callout_notified((const struct ha_kernel *)thread->world, inside->notified,
                                    inside->news);
    return inside != NULL;
}

static bool is_inside(const struct ha_thread *thread, const struct ha_registration *registration,
                      const struct ha_driver *driver)
{
    for (const struct ha_callout *call = thread->callout; call; call = call->outer) {
        const struct ha_registration *runs = call->inside ? call->inside : call->client;
        if (runs && (registration ? runs == registration : runs->driver_id == driver->id))
            return true;
        if (call->notified && !registration && call->notified->driver == driver)
            return true;
    }
    return false;
}

bool ha_callout_is_inside(const struct ha_thread *thread,
                          const struct ha_registration *registration)
{
    return is_inside(thread, registration, NULL);
}

void ha_callout_wait(struct ha_kernel *kernel, const struct ha_registration *registration,
                     const struct ha_driver *driver)
{
    const struct ha_thread *self = kernel->world.sched.running;
    const struct ha_thread *thread = kernel->world.sched.first_live;
    while (thread) {
        if (thread == self || !is_inside(thread, registration, driver)) {
            thread = thread->next_live;
            continue;
        }
        kernel->call_ends.set = false;
        ha_event_wait_on(&kernel->world, &kernel->call_ends, thread);
        thread = kernel->world.sched.first_live;
    }
}

bool ha_callout_runs(const struct ha_kernel *kernel, const struct ha_registration *registration)
{
    const struct ha_thread *thread = kernel->world.sched.first_live;
    while (thread && !is_inside(thread, registration, NULL))
        thread = thread->next_live;
    return thread != NULL;
}
