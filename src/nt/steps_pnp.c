/*
 * steps_pnp - what steps do with PnP notification
 *
 * Owns the step "register" with device interfaces, the callback that it registers, and what
 * scenarios call an instance.
 */
#include "nt/steps_pnp.h"

#include <assert.h>

#include "nt/callout.h"
#include "nt/interface.h"

/* The routine itself says to the registration that it is made: it is in use before that returns. */
NTSTATUS ha_step_register_entry(struct ha_own_registration *registration,
                                const struct ha_step *step)
{
    struct ha_driver *driver = registration->driver;
    PVOID entry;
    driver->next_name = step->name;
    NTSTATUS status = IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange, step->flags, (PVOID)(uintptr_t)step->class_guid,
        &driver->object, step->null_function ? NULL : ha_steps_notified, registration, &entry);
    driver->next_name = NULL;
    return status;
}

NTSTATUS NTAPI ha_steps_notified(PVOID NotificationStructure, PVOID Context)
{
    const struct ha_own_registration *registration = Context;
    struct ha_stage stage = {.driver = registration->driver};
    struct ha_called call = {0};
    bool called = ha_callout_call(stage.driver->kernel->world.sched.running, &call);
    (void)NotificationStructure;
    assert(called && call.instance);
    (void)called;
    if (call.index != HA_NO_INDEX) {
        stage.as_given.NtNumber = call.index;
        stage.as_given.ProcNumber.Group = call.place.group;
        stage.as_given.ProcNumber.Number = call.place.number;
    }
    ha_steps_answer(&stage, registration, &call);
    return stage.returned ? stage.status : STATUS_SUCCESS;
}

bool ha_instance_fits(const struct ha_kernel *kernel, const struct ha_instance_pattern *pattern,
                      const struct ha_interface *instance)
{
    if (pattern->unit != instance->unit)
        return false;
    if (pattern->unit == HA_UNIT_MEMORY)
        return pattern->base == HA_ANY_BASE ||
               ha_partition_range_at(&kernel->world.partition, pattern->base) == instance->device;
    return pattern->device == HA_ANY_INDEX || pattern->device == instance->device;
}
