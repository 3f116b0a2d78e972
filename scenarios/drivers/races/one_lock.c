/*++

Module Name:

    one_lock.c

Abstract:

    A driver whose capacity grows with processors, as the callback says, and with memory, as an
    arrival says. One spin lock is for both.

    A lock guards nothing by itself: data is safe when all who touch it take the same lock.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

#ifndef LOCK_FOR_ARRIVAL
#define LOCK_FOR_ARRIVAL(_OldIrql) KeAcquireSpinLock(&CapacityLock, &(_OldIrql))
#define UNLOCK_FOR_ARRIVAL(_OldIrql) KeReleaseSpinLock(&CapacityLock, (_OldIrql))
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD CapacityUnload;
static PROCESSOR_CALLBACK_FUNCTION CapacityProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE CapacityArrived;

static PVOID CallbackHandle;
static PVOID NotificationEntry;

static KSPIN_LOCK CapacityLock;
static ULONG Capacity;
static ULONG RangeCount;

_Use_decl_annotations_
static VOID
CapacityProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    KIRQL oldIrql;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        KeAcquireSpinLock(&CapacityLock, &oldIrql);
        Capacity += 4;
        KeReleaseSpinLock(&CapacityLock, oldIrql);
    }
}

_Use_decl_annotations_
static NTSTATUS
CapacityArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;
    KIRQL oldIrql;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        LOCK_FOR_ARRIVAL(oldIrql);
        RangeCount += 1;
        Capacity += 1;
        UNLOCK_FOR_ARRIVAL(oldIrql);
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
CapacityUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "capacity %u, %u ranges of memory\n",
               Capacity, RangeCount);
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

    KeInitializeSpinLock(&CapacityLock);
    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_MEMORY, DriverObject,
                                            CapacityArrived, NULL, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(CapacityProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        IoUnregisterPlugPlayNotificationEx(NotificationEntry);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = CapacityUnload;
    return STATUS_SUCCESS;
}
