/*++

Abstract:

    A driver with a mistake: a worker says by an event that a request is done, and then notes how
    many processors it found. Who waits for the event gives the request back.

--*/

#include "one_callback.h"

typedef struct _REQUEST {
    KEVENT Done;
    ULONG Found;
} REQUEST, *PREQUEST;

static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;

static IO_WORKITEM_ROUTINE CountProcessors;

_Use_decl_annotations_
static VOID
CountProcessors(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    PREQUEST request = (PREQUEST)Context;

    UNREFERENCED_PARAMETER(DeviceObject);

    KeSetEvent(&request->Done, IO_NO_INCREMENT, FALSE);
    request->Found = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PREQUEST request;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        request = (PREQUEST)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*request), GALLERY_TAG);
        if (request == NULL) {
            return;
        }
        KeInitializeEvent(&request->Done, NotificationEvent, FALSE);
        IoQueueWorkItem(WorkItem, CountProcessors, DelayedWorkQueue, request);
        KeWaitForSingleObject(&request->Done, Executive, KernelMode, FALSE, NULL);
        ExFreePoolWithTag(request, GALLERY_TAG);
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
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    IoFreeWorkItem(WorkItem);
    IoDeleteDevice(Device);
}
