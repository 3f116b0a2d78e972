/*
 * io_interface - the routines for device interfaces, and those that report changes of a device
 *
 * Each call of the first two is one record IFACE_SET, at its return. A link that a driver gets
 * lies in pool and is the driver's: RtlFreeUnicodeString gives it back, ExFreePool a list. Source
 * of each routine: WDK reference, wdm.h, the page of its name.
 */
#include <string.h>

#include "nt/callout_pnp.h"
#include "nt/device.h"
#include "nt/driver_interface.h"
#include "nt/pool.h"
#include "nt/query.h"

#define LINK_TAG 0x6b6e6c49u        /* "Ilnk" */

static NTSTATUS refuse(struct ha_kernel *kernel, enum ha_routine routine, enum ha_reason reason)
{
    ha_record_refused(kernel, routine, reason);
    return reason == HA_REASON_IRQL            ? STATUS_UNSUCCESSFUL
           : reason == HA_REASON_NOT_SIMULATED ? STATUS_NOT_SUPPORTED
                                               : STATUS_INVALID_PARAMETER;
}

static bool is_raised(const struct ha_kernel *kernel)
{
    return ha_callout_irql_is_raised(kernel, kernel->world.sched.running);
}

static NTSTATUS record_set(struct ha_kernel *kernel, enum ha_routine routine,
                           const struct ha_interface *instance, bool enable, NTSTATUS status)
{
    struct ha_record *record =
        ha_record_open(&kernel->world, HA_IFACE_SET, instance ? instance->id : 0);
    record->as.iface_set.routine = routine;
    record->as.iface_set.enable = enable;
    record->as.iface_set.status = status;
    if (instance) {
        record->as.iface_set.device = instance->device;
        memcpy(record->as.iface_set.guid, instance->class_guid,
               sizeof record->as.iface_set.guid);
    }
    return status;
}

/* STATUS_SUCCESS, or why no interface can be registered so. */
static NTSTATUS examine(struct ha_kernel *kernel, PDEVICE_OBJECT device, const GUID *class_guid,
                        PCUNICODE_STRING reference, const UNICODE_STRING *link)
{
    size_t letters = reference ? reference->Length / sizeof(WCHAR) : 0;
    if (is_raised(kernel))
        return refuse(kernel, HA_RT_REGISTER_INTERFACE, HA_REASON_IRQL);
    if (!class_guid || !link || (letters && !reference->Buffer))
        return refuse(kernel, HA_RT_REGISTER_INTERFACE, HA_REASON_NULL_POINTER);
    if (!ha_driver_interface_is_device(kernel, device))
        return STATUS_INVALID_DEVICE_REQUEST;
    for (size_t i = 0; i < letters; i++)
        if (reference->Buffer[i] == u'\\' || reference->Buffer[i] == u'/')
            return refuse(kernel, HA_RT_REGISTER_INTERFACE, HA_REASON_PARAMETER);
    return STATUS_SUCCESS;
}

/* The link as a string of the driver's own. */
static NTSTATUS give_link(struct ha_kernel *kernel, const struct ha_interface *instance,
                          PUNICODE_STRING link)
{
    size_t bytes = instance->letters * sizeof(WCHAR);
    const struct ha_pool_wish wish = {.size = bytes + sizeof(WCHAR), .tag = LINK_TAG,
                                      .alignment = HA_POOL_ALIGNMENT, .paged = true};
    if (instance->letters >= HA_LINK_LENGTH)
        return STATUS_NAME_TOO_LONG;
    PWSTR text = ha_pool_block_take(kernel, &wish);
    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(text, instance->link, bytes);
    *link = (UNICODE_STRING){.Length = (USHORT)bytes, .MaximumLength = (USHORT)wish.size,
                             .Buffer = text};
    return STATUS_SUCCESS;
}

/* `known` gets the interface, also one that was registered before. */
static NTSTATUS register_interface(struct ha_kernel *kernel, PDEVICE_OBJECT device,
                                   const GUID *class_guid, PCUNICODE_STRING reference,
                                   PUNICODE_STRING link, const struct ha_interface **known)
{
    bool ok;
    struct ha_driver_interface *found =
        ha_driver_interface_of(kernel, device, class_guid, reference);
    struct ha_driver_interface *made = NULL;
    if (ha_kernel_faults(kernel, HA_RT_REGISTER_INTERFACE))
        return STATUS_INSUFFICIENT_RESOURCES;
    ha_interfaces(kernel, &ok);     /* those of the system have the first numbers */
    if (ok && !found)
        made = ha_driver_interface_make(kernel, device, class_guid, reference);
    if (!found && !made) {
        ha_record_fault(kernel, HA_RT_REGISTER_INTERFACE);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const struct ha_interface *instance = found ? &found->instance : &made->instance;
    NTSTATUS status = give_link(kernel, instance, link);
    if (made && !NT_SUCCESS(status)) {
        ha_driver_interface_drop(kernel, made);
        return status;
    }
    if (made)
        ha_driver_interface_join(kernel, made);
    *known = instance;
    return NT_SUCCESS(status) && found ? STATUS_OBJECT_NAME_EXISTS : status;
}

/*
 * Register an interface of a device; IoSetDeviceInterfaceState enables it.
 *
 *   PhysicalDeviceObject  the device that AddDevice was given
 *   ReferenceString       tells several interfaces of one class apart; without \ and /. NULL for
 *                         none
 *   SymbolicLinkName      gets the link, in a buffer that RtlFreeUnicodeString gives back
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS, which is a success, with the same link for
 * one that is registered; STATUS_INVALID_DEVICE_REQUEST for another device or what is none
 * (PNP-23); STATUS_INSUFFICIENT_RESOURCES. Our choices: STATUS_INVALID_PARAMETER for a NULL
 * pointer and another reference string, STATUS_NAME_TOO_LONG for a link beyond 511 letters, and
 * STATUS_UNSUCCESSFUL at a raised IRQL. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, IoRegisterDeviceInterface.
 */
NTSTATUS IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject,
                                   const GUID *InterfaceClassGuid,
                                   PUNICODE_STRING ReferenceString,
                                   PUNICODE_STRING SymbolicLinkName)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoRegisterDeviceInterface");
    const struct ha_interface *known = NULL;
    NTSTATUS status = examine(kernel, PhysicalDeviceObject, InterfaceClassGuid, ReferenceString,
                              SymbolicLinkName);
    if (NT_SUCCESS(status))
        status = register_interface(kernel, PhysicalDeviceObject, InterfaceClassGuid,
                                    ReferenceString, SymbolicLinkName, &known);
    return record_set(kernel, HA_RT_REGISTER_INTERFACE, known, false, status);
}

static NTSTATUS set_state(struct ha_kernel *kernel, struct ha_driver_interface *interface,
                          bool enable)
{
    struct ha_interface *instance = &interface->instance;
    bool is_wanted = instance->is_up || interface->waits;
    if (enable == is_wanted)
        return enable ? STATUS_OBJECT_NAME_EXISTS : STATUS_OBJECT_NAME_NOT_FOUND;
    ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_WRITE);
    if (!instance->object->DeviceObjectExtension->is_started)
        interface->waits = enable;
    else if (enable)
        ha_interface_enable(kernel, instance);
    else
        ha_interface_disable(kernel, instance);
    return STATUS_SUCCESS;
}

/*
 * Enable an interface, whose arrival is then told to those who registered for its class, or disable
 * it, which is told as a removal (PNP-8). Before its device has started nothing is told: it is
 * enabled as soon as AddDevice has returned with success (ORD-6).
 *
 *   SymbolicLinkName  from IoRegisterDeviceInterface
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS, which is a success, for one that is enabled,
 * and nothing is told; STATUS_OBJECT_NAME_NOT_FOUND for one that is not to be disabled, or a link
 * that is none (PNP-23). Our choices: interfaces of the system's devices are not disabled so,
 * STATUS_NOT_SUPPORTED; STATUS_INVALID_PARAMETER for a NULL pointer, STATUS_UNSUCCESSFUL at a
 * raised IRQL. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, IoSetDeviceInterfaceState.
 */
NTSTATUS IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoSetDeviceInterfaceState");
    const enum ha_routine routine = HA_RT_SET_INTERFACE;
    const struct ha_interface *known = NULL;
    struct ha_driver_interface *own = NULL;
    NTSTATUS status;
    bool ok;
    if (is_raised(kernel)) {
        status = refuse(kernel, routine, HA_REASON_IRQL);
    } else if (!SymbolicLinkName || !SymbolicLinkName->Buffer) {
        status = refuse(kernel, routine, HA_REASON_NULL_POINTER);
    } else if ((own = ha_driver_interface_find(kernel, SymbolicLinkName)) != NULL) {
        known = &own->instance;
        status = set_state(kernel, own, Enable != FALSE);
    } else {
        known = ha_interface_find(kernel, SymbolicLinkName, &ok);
        status = !ok      ? STATUS_INSUFFICIENT_RESOURCES
                 : !known ? STATUS_OBJECT_NAME_NOT_FOUND
                 : Enable ? STATUS_OBJECT_NAME_EXISTS
                          : refuse(kernel, routine, HA_REASON_NOT_SIMULATED);
    }
    return record_set(kernel, routine, known, Enable != FALSE, status);
}

/* What a list is to hold. */
struct wanted {
    const GUID *class_guid;
    const DEVICE_OBJECT *device;    /* NULL for any */
    bool all;                       /* also those that are not enabled */
};

static bool is_wanted(const struct wanted *wanted, const struct ha_interface *instance)
{
    return (wanted->all || instance->is_up) &&
           (!wanted->device || instance->object == wanted->device) &&
           memcmp(wanted->class_guid, instance->class_guid, sizeof(GUID)) == 0;
}

/* The links of a list one after another, if there is `text`. Returns how many letters they have. */
static size_t write_links(struct ha_kernel *kernel, const struct wanted *wanted, PWSTR text,
                          uint32_t *count)
{
    size_t letters = 0;
    *count = 0;
    for (const struct ha_interface *at = kernel->interfaces.first; at; at = at->next) {
        if (!is_wanted(wanted, at) || (at->unit == HA_UNIT_INTERFACE && !at->is_up))
            continue;
        ha_interface_order(kernel, at);
        if (text)
            memcpy(text + letters, at->link, at->letters * sizeof(WCHAR));
        letters += at->letters + 1;
        ++*count;
    }
    const struct ha_driver_interface *own = kernel->interfaces.first_of_drivers;
    for (; own; own = own->next) {
        if (own->instance.is_up || !is_wanted(wanted, &own->instance))
            continue;
        if (text)
            memcpy(text + letters, own->link, own->instance.letters * sizeof(WCHAR));
        letters += own->instance.letters + 1;
        ++*count;
    }
    return letters;
}

static NTSTATUS list(struct ha_kernel *kernel, const struct wanted *wanted, PZZWSTR *made,
                     uint32_t *count)
{
    bool ok;
    if (is_raised(kernel))
        return refuse(kernel, HA_RT_GET_INTERFACES, HA_REASON_IRQL);
    if (!wanted->class_guid)
        return refuse(kernel, HA_RT_GET_INTERFACES, HA_REASON_NULL_POINTER);
    if (wanted->device && !ha_driver_interface_is_device(kernel, wanted->device))
        return STATUS_INVALID_DEVICE_REQUEST;
    if (ha_kernel_faults(kernel, HA_RT_GET_INTERFACES))
        return STATUS_INSUFFICIENT_RESOURCES;
    ha_interfaces(kernel, &ok);
    if (!ok) {
        ha_record_fault(kernel, HA_RT_GET_INTERFACES);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const struct ha_pool_wish wish = {
        .size = (write_links(kernel, wanted, NULL, count) + 1) * sizeof(WCHAR), .tag = LINK_TAG,
        .alignment = HA_POOL_ALIGNMENT, .paged = true};
    *made = ha_pool_block_take(kernel, &wish);
    if (!*made) {
        *count = 0;
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    write_links(kernel, wanted, *made, count);
    return STATUS_SUCCESS;
}

/*
 * List the links of the interfaces of a class, in the order of their enabling; those that are not
 * enabled come last.
 *
 *   PhysicalDeviceObject  lists only those of this device; NULL for all
 *   Flags                 DEVICE_INTERFACE_INCLUDE_NONACTIVE: also those that are not enabled
 *   SymbolicLinkList      gets terminated strings one after another and an empty one behind them,
 *                         which ExFreePool gives back; NULL on failure
 *
 * In the record of the answer stand the flags, the status and how many links there are.
 *
 * Returns STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for a device that is none or has not come
 * by AddDevice; STATUS_INSUFFICIENT_RESOURCES. Our choices: STATUS_INVALID_PARAMETER for a NULL
 * pointer, STATUS_UNSUCCESSFUL at a raised IRQL. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, IoGetDeviceInterfaces.
 */
NTSTATUS IoGetDeviceInterfaces(const GUID *InterfaceClassGuid, PDEVICE_OBJECT PhysicalDeviceObject,
                               ULONG Flags, PZZWSTR *SymbolicLinkList)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoGetDeviceInterfaces");
    const struct wanted wanted = {InterfaceClassGuid, PhysicalDeviceObject,
                                  (Flags & DEVICE_INTERFACE_INCLUDE_NONACTIVE) != 0};
    uint32_t count = 0;
    if (!SymbolicLinkList)
        return refuse(kernel, HA_RT_GET_INTERFACES, HA_REASON_NULL_POINTER);
    *SymbolicLinkList = NULL;
    NTSTATUS status = list(kernel, &wanted, SymbolicLinkList, &count);
    ha_query_record(kernel, HA_RT_GET_INTERFACES, Flags, (uint32_t)status, count);
    return status;
}

/*
 * Tell those who registered for a device of a change: not simulated yet. A PnP callback must not do
 * it, because it would wait for itself (PNP-14).
 *
 * Returns STATUS_INVALID_DEVICE_REQUEST there, and elsewhere STATUS_NOT_SUPPORTED.
 *
 * Source: WDK reference, wdm.h, IoReportTargetDeviceChange. Both answers are our choice.
 */
NTSTATUS IoReportTargetDeviceChange(PDEVICE_OBJECT PhysicalDeviceObject,
                                    PVOID NotificationStructure)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoReportTargetDeviceChange");
    (void)PhysicalDeviceObject, (void)NotificationStructure;
    if (!ha_callout_in_notification(kernel->world.sched.running))
        return refuse(kernel, HA_RT_REPORT_CHANGE, HA_REASON_NOT_SIMULATED);
    ha_record_refused(kernel, HA_RT_REPORT_CHANGE, HA_REASON_INSIDE_CALLBACK);
    return STATUS_INVALID_DEVICE_REQUEST;
}

/* The same without waiting, which a callback may do. Not simulated yet: STATUS_NOT_SUPPORTED. */
NTSTATUS IoReportTargetDeviceChangeAsynchronous(PDEVICE_OBJECT PhysicalDeviceObject,
                                                PVOID NotificationStructure,
                                                PDEVICE_CHANGE_COMPLETE_CALLBACK Callback,
                                                PVOID Context)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoReportTargetDeviceChangeAsynchronous");
    (void)PhysicalDeviceObject, (void)NotificationStructure, (void)Callback, (void)Context;
    return refuse(kernel, HA_RT_REPORT_CHANGE_LATER, HA_REASON_NOT_SIMULATED);
}
