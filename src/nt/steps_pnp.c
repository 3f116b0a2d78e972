/*
 * steps_pnp - what steps do with PnP notification
 *
 * Owns the step "register" with device interfaces, the callback that it registers, the steps
 * "publish" and "withdraw", and what scenarios call an instance.
 */
#include "nt/steps_pnp.h"

#include <assert.h>
#include <string.h>

#include "nt/add_device.h"
#include "nt/callout.h"
#include "nt/interface.h"

#define MOST_LETTERS 64u            /* of a name, that tell interfaces apart */

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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("callback");
    const struct ha_own_registration *registration = Context;
    struct ha_stage stage = {.driver = registration->driver};
    struct ha_called call = {0};
    bool called = ha_callout_call(kernel->world.sched.running, &call);
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

/* The link is copied, so that scripts hold no memory that they do not speak of. */
static NTSTATUS keep_link(struct ha_driver *driver, struct ha_own_interface *own,
                          PCUNICODE_STRING link)
{
    struct ha_arena *arena = &driver->kernel->world.host->arena;
    WCHAR *text = ha_arena_take(arena, link->Length);
    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (own->link.Buffer)
        ha_arena_give(arena, own->link.Buffer, own->link.MaximumLength);
    memcpy(text, link->Buffer, link->Length);
    own->link = (UNICODE_STRING){.Length = link->Length, .MaximumLength = link->Length,
                                 .Buffer = text};
    return STATUS_SUCCESS;
}

NTSTATUS ha_step_publish(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_driver *driver = stage->driver;
    struct ha_own_interface *own = ha_own_interface(driver, step->name);
    PDEVICE_OBJECT device = own ? ha_device_detected(driver) : NULL;
    WCHAR text[MOST_LETTERS];
    UNICODE_STRING reference = {.Buffer = text}, link;
    if (!device)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (size_t i = 0; i < MOST_LETTERS && step->name[i]; i++) {
        text[i] = (unsigned char)step->name[i];
        reference.Length = reference.MaximumLength = (USHORT)((i + 1) * sizeof *text);
    }
    NTSTATUS status = IoRegisterDeviceInterface(device, step->class_guid, &reference, &link);
    if (!NT_SUCCESS(status))
        return status;
    status = keep_link(driver, own, &link);
    RtlFreeUnicodeString(&link);
    if (NT_SUCCESS(status))
        status = IoSetDeviceInterfaceState(&own->link, TRUE);
    own->published |= NT_SUCCESS(status);
    return status;
}

NTSTATUS ha_step_withdraw(struct ha_stage *stage, const struct ha_step *step)
{
    struct ha_own_interface *own = ha_own_interface(stage->driver, step->name);
    if (!own)
        return STATUS_INSUFFICIENT_RESOURCES;
    own->published = false;
    return IoSetDeviceInterfaceState(&own->link, FALSE);
}

void ha_steps_withdraw_all(struct ha_driver *driver)
{
    struct ha_own_interface *own = driver->scripted->newest_interface;
    for (; own; own = own->older) {
        if (own->published)
            IoSetDeviceInterfaceState(&own->link, FALSE);
        own->published = false;
    }
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
