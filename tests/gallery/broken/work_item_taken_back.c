/*++

Module Name:

    work_item_taken_back.c

Abstract:

    A driver with a mistake: Start queues a work item, and Failure frees it, so that it is not carried
    out. A work item that is queued cannot be taken back; its own routine frees it.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static IO_WORKITEM_ROUTINE Prepare;

static PVOID CallbackHandle;
static PDEVICE_OBJECT ControlDevice;
static PIO_WORKITEM PrepareItem;

_Use_decl_annotations_
static VOID
Prepare(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    UNREFERENCED_PARAMETER(DeviceObject);

    IoFreeWorkItem((PIO_WORKITEM)Context);
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        PrepareItem = IoAllocateWorkItem(ControlDevice);
        if (PrepareItem != NULL) {
            IoQueueWorkItem(PrepareItem, Prepare, DelayedWorkQueue, PrepareItem);
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddFailureNotify:
        if (PrepareItem != NULL) {
            IoFreeWorkItem(PrepareItem);
        }
        break;

    default:
        break;
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    IoDeleteDevice(ControlDevice);
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

    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &ControlDevice);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        IoDeleteDevice(ControlDevice);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
