/*++

Module Name:

    freed_while_a_worker_reports.c

Abstract:

    A driver with a mistake: a worker reports each processor that could not be added, and sets
    an event in its block when it has. Failure queues the work and gives the block back without
    having waited for the event.

--*/

#include "one_callback.h"

typedef struct _BLOCK {
    KEVENT Reported;
    ULONG ProcessorIndex;
} BLOCK, *PBLOCK;

static PBLOCK Blocks[MOST_PROCESSORS];
static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;
static KEVENT Idle;

static IO_WORKITEM_ROUTINE ReportProcessor;

_Use_decl_annotations_
static VOID
ReportProcessor(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    UNREFERENCED_PARAMETER(DeviceObject);

    KeSetEvent(&((PBLOCK)Context)->Reported, IO_NO_INCREMENT, FALSE);
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
    PBLOCK block;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        block = (PBLOCK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*block), GALLERY_TAG);
        if (block != NULL) {
            KeInitializeEvent(&block->Reported, NotificationEvent, FALSE);
            block->ProcessorIndex = ChangeContext->NtNumber;
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        Blocks[ChangeContext->NtNumber] = block;
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        block = Blocks[ChangeContext->NtNumber];
        if (block != NULL) {
            KeClearEvent(&Idle);
            IoQueueWorkItem(WorkItem, ReportProcessor, DelayedWorkQueue, block);
            ExFreePoolWithTag(block, GALLERY_TAG);
            Blocks[ChangeContext->NtNumber] = NULL;
        }
        break;
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
    ULONG index;

    KeWaitForSingleObject(&Idle, Executive, KernelMode, FALSE, NULL);
    IoFreeWorkItem(WorkItem);
    IoDeleteDevice(Device);
    for (index = 0; index < MOST_PROCESSORS; index += 1) {
        if (Blocks[index] != NULL) {
            ExFreePoolWithTag(Blocks[index], GALLERY_TAG);
        }
    }
}
