/*++

Abstract:

    A driver with a mistake: a worker counts itself off, and writes down then what it has found.
    Who sees that nobody counts any more gives the memory back.

--*/

#include "one_callback.h"

static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;
static ULONG *Found;
static volatile LONG Workers;

static IO_WORKITEM_ROUTINE CountProcessors;

_Use_decl_annotations_
static VOID
CountProcessors(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    ULONG found = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);

    InterlockedDecrement(&Workers);
    *Found = found;
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

    if (ChangeContext->State == KeProcessorAddCompleteNotify &&
        InterlockedCompareExchange(&Workers, 1, 0) == 0) {
        IoQueueWorkItem(WorkItem, CountProcessors, DelayedWorkQueue, NULL);
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    NTSTATUS status;

    Workers = 0;
    Found = (ULONG *)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Found), GALLERY_TAG);
    if (Found == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(Found, GALLERY_TAG);
        return status;
    }
    WorkItem = IoAllocateWorkItem(Device);
    if (WorkItem == NULL) {
        IoDeleteDevice(Device);
        ExFreePoolWithTag(Found, GALLERY_TAG);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    LARGE_INTEGER aMoment;

    aMoment.QuadPart = -10000;
    while (ReadAcquire(&Workers) != 0) {
        KeDelayExecutionThread(KernelMode, FALSE, &aMoment);
    }
    IoFreeWorkItem(WorkItem);
    IoDeleteDevice(Device);
    ExFreePoolWithTag(Found, GALLERY_TAG);
}
