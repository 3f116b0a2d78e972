/*++

Module Name:

    work_item_queued_for_each.c

Abstract:

    A driver with a mistake: it has one work item, and queues it in Start for every processor,
    also while the work for the one before has not begun.

--*/

#include "one_callback.h"

static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;
static KEVENT Idle;
static volatile LONG Started;

static IO_WORKITEM_ROUTINE CountProcessors;

_Use_decl_annotations_
static VOID
CountProcessors(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);

    InterlockedExchange(&Started, (LONG)KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));
    KeSetEvent(&Idle, IO_NO_INCREMENT, FALSE);
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
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        KeClearEvent(&Idle);
        IoQueueWorkItem(WorkItem, CountProcessors, DelayedWorkQueue, NULL);
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    NTSTATUS status;

    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    WorkItem = IoAllocateWorkItem(Device);
    if (WorkItem == NULL) {
        IoDeleteDevice(Device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(&Idle, NotificationEvent, TRUE);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    KeWaitForSingleObject(&Idle, Executive, KernelMode, FALSE, NULL);
    IoFreeWorkItem(WorkItem);
    IoDeleteDevice(Device);
}
