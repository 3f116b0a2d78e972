/*++

Module Name:

    own_bits.c

Abstract:

    A driver with one word of flags: the callback sets one bit when a processor has come, and the
    notification of devices another when memory has.

    Each has its own bit, but there is no writing a bit: the whole word is read, changed and
    written. InterlockedOr does that in one step.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

#define PROCESSOR_HAS_COME 0x1
#define MEMORY_HAS_COME 0x2

#ifndef SET_FLAG
#define SET_FLAG(_Flags, _Flag) InterlockedOr((_Flags), (_Flag))
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD FlagUnload;
static PROCESSOR_CALLBACK_FUNCTION FlagProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE FlagArrived;

static PVOID CallbackHandle;
static PVOID NotificationEntry;
static LONG Flags;

_Use_decl_annotations_
static VOID
FlagProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        SET_FLAG(&Flags, PROCESSOR_HAS_COME);
    }
}

_Use_decl_annotations_
static NTSTATUS
FlagArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        SET_FLAG(&Flags, MEMORY_HAS_COME);
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
FlagUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "flags: %x\n", Flags);
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

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_MEMORY, DriverObject,
                                            FlagArrived, NULL, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(FlagProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        IoUnregisterPlugPlayNotificationEx(NotificationEntry);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = FlagUnload;
    return STATUS_SUCCESS;
}
