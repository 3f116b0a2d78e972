/*++

Module Name:

    one_record.c

Abstract:

    A driver that keeps one record of what has come: the callback enters processors in Complete, and
    the notification of their devices enters the same processors when they arrive.

    The two are called on different threads. The arrival of one processor may be told while the next
    is being added, so the record has a mutex.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

#ifndef LOCK_RECORD
#define LOCK_RECORD() ExAcquireFastMutex(&RecordMutex)
#define UNLOCK_RECORD() ExReleaseFastMutex(&RecordMutex)
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD RecordUnload;
static PROCESSOR_CALLBACK_FUNCTION RecordProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE RecordArrived;

static PVOID CallbackHandle;
static PVOID NotificationEntry;

static FAST_MUTEX RecordMutex;
static ULONG EventCount;
static LONG Awaited;

static VOID
RecordEvent(
    _In_ LONG Change
    )
/*++

Routine Description:

    Enters a processor whose device is awaited (1), or the device (-1).

--*/
{
    LOCK_RECORD();
    EventCount += 1;
    Awaited += Change;
    UNLOCK_RECORD();
}

_Use_decl_annotations_
static VOID
RecordProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        RecordEvent(1);
    }
}

_Use_decl_annotations_
static NTSTATUS
RecordArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        RecordEvent(-1);
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
RecordUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%u events, %d devices awaited\n",
               EventCount, Awaited);
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

    ExInitializeFastMutex(&RecordMutex);
    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            RecordArrived, NULL, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(RecordProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        IoUnregisterPlugPlayNotificationEx(NotificationEntry);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = RecordUnload;
    return STATUS_SUCCESS;
}
