/*++

Abstract:

    A driver with a mistake: what it took in Start it needs until the processor has arrived. It
    gives back what belongs to the last of the active processors then, as if nobody could have
    come since.

--*/

#include <initguid.h>
#include <ntddk.h>
#include <wdmguid.h>
#include <poclass.h>

#define SETUP_TAG 'pteS'
#define MOST_PROCESSORS 8

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD SetupsUnload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE ProcessorArrived;

static PVOID CallbackHandle;
static PVOID NotificationEntry;
static PVOID Setups[MOST_PROCESSORS];

static VOID
SetupFree(
    _In_ ULONG ProcessorIndex
    )
{
    if (Setups[ProcessorIndex] != NULL) {
        ExFreePoolWithTag(Setups[ProcessorIndex], SETUP_TAG);
        Setups[ProcessorIndex] = NULL;
    }
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PVOID *setup = &Setups[ChangeContext->NtNumber];

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        *setup = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, SETUP_TAG);
        if (*setup == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        SetupFree(ChangeContext->NtNumber);
        break;
    }
}

_Use_decl_annotations_
static NTSTATUS
ProcessorArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION change =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&change->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        SetupFree(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) - 1);
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
SetupsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    KeDeregisterProcessorChangeCallback(CallbackHandle);
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

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            ProcessorArrived, NULL, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        KeDeregisterProcessorChangeCallback(CallbackHandle);
        return status;
    }
    DriverObject->DriverUnload = SetupsUnload;
    return STATUS_SUCCESS;
}
