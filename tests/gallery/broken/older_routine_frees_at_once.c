/*++

Module Name:

    older_routine_frees_at_once.c

Abstract:

    A driver with a mistake: Unload removes the entry with the older routine and frees its context in
    the next line. That routine does not wait for a call that is on its way.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE ProcessorArrived;

#define COUNT_TAG 'tnuC'

static PVOID NotificationEntry;
static PLONG Count;

_Use_decl_annotations_
static NTSTATUS
ProcessorArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    UNREFERENCED_PARAMETER(NotificationStructure);

    InterlockedIncrement((PLONG)Context);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotification(NotificationEntry);
    ExFreePoolWithTag(Count, COUNT_TAG);
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

    Count = (PLONG)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Count), COUNT_TAG);
    if (Count == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            ProcessorArrived, Count, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(Count, COUNT_TAG);
        return status;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
