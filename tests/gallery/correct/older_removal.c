/*++

Abstract:

    A driver that has to run where IoUnregisterPlugPlayNotificationEx does not exist, and takes it
    where it does. After the older routine a call may still be running or come, so what a call uses
    is never freed while the image is there: it is static, and a flag tells a late call that it is
    late. A reference on what the calls count keeps Unload until they have left.

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

typedef NTSTATUS UNREGISTER_ROUTINE(_In_ PVOID NotificationEntry);

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD ArrivalUnload;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE ArrivalNotified;

static struct {
    EX_RUNDOWN_REF Calls;
    volatile LONG Arrivals;
    volatile LONG Late;
} Context;

static PVOID ProcessorEntry;
static PVOID MemoryEntry;

_Use_decl_annotations_
static NTSTATUS
ArrivalNotified(
    PVOID NotificationStructure,
    PVOID NotificationContext
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION change =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(NotificationContext);

    if (!ExAcquireRundownProtection(&Context.Calls)) {
        InterlockedIncrement(&Context.Late);
        return STATUS_SUCCESS;
    }
    if (IsEqualGUID(&change->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        InterlockedIncrement(&Context.Arrivals);
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "arrived: %wZ\n",
                   change->SymbolicLinkName);
    }
    ExReleaseRundownProtection(&Context.Calls);
    return STATUS_SUCCESS;
}

static VOID
ArrivalRemove(
    VOID
    )
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"IoUnregisterPlugPlayNotificationEx");
    UNREGISTER_ROUTINE *unregister =
        (UNREGISTER_ROUTINE *)(ULONG_PTR)MmGetSystemRoutineAddress(&name);

    if (MemoryEntry != NULL) {
        //
        // The newer routine for one of the two, to have both.
        //
        if (unregister != NULL) {
            unregister(MemoryEntry);
        } else {
            IoUnregisterPlugPlayNotification(MemoryEntry);
        }
    }
    if (ProcessorEntry != NULL) {
        IoUnregisterPlugPlayNotification(ProcessorEntry);
    }
    ExWaitForRundownProtectionRelease(&Context.Calls);
}

_Use_decl_annotations_
static VOID
ArrivalUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ArrivalRemove();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    ExInitializeRundownProtection(&Context.Calls);
    ProcessorEntry = NULL;
    MemoryEntry = NULL;

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            ArrivalNotified, &Context, &ProcessorEntry);
    if (NT_SUCCESS(status)) {
        status = IoRegisterPlugPlayNotification(
            EventCategoryDeviceInterfaceChange,
            PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES, (PVOID)&GUID_DEVICE_MEMORY,
            DriverObject, ArrivalNotified, &Context, &MemoryEntry);
    }
    if (!NT_SUCCESS(status)) {
        ArrivalRemove();
        return status;
    }
    DriverObject->DriverUnload = ArrivalUnload;
    return STATUS_SUCCESS;
}
