/*++

Module Name:

    entry_context_freed_by_the_error_path.c

Abstract:

    A driver with a mistake: when the callback cannot be registered, DriverEntry takes back what it
    did from the top down. The context goes first, while the entry that has it is still there.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE ProcessorArrived;

#define COUNTS_TAG 'tnuC'

typedef struct _COUNTS {
    LONG Started;
    LONG Arrived;
} COUNTS, *PCOUNTS;

static PVOID CallbackHandle;
static PVOID NotificationEntry;
static PCOUNTS Counts;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        InterlockedIncrement(&((PCOUNTS)CallbackContext)->Started);
    }
}

_Use_decl_annotations_
static NTSTATUS
ProcessorArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    UNREFERENCED_PARAMETER(NotificationStructure);

    InterlockedIncrement(&((PCOUNTS)Context)->Arrived);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    ExFreePoolWithTag(Counts, COUNTS_TAG);
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

    Counts = (PCOUNTS)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Counts), COUNTS_TAG);
    if (Counts == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            ProcessorArrived, Counts, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(Counts, COUNTS_TAG);
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, Counts, 0);
    if (CallbackHandle == NULL) {
        ExFreePoolWithTag(Counts, COUNTS_TAG);
        IoUnregisterPlugPlayNotificationEx(NotificationEntry);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
