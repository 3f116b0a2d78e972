/*++

Abstract:

    A driver with a mistake: a cache is made by whoever comes first, a worker or the callback. Both
    look whether it is there, and then make it; neither looks again.

--*/

#include "one_callback.h"

static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;
static PVOID Cache;
static KEVENT Idle;

static IO_WORKITEM_ROUTINE UseCache;

static VOID
CacheMake(
    VOID
    )
{
    if (ReadPointerAcquire(&Cache) == NULL) {
        WritePointerRelease(&Cache, ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, GALLERY_TAG));
    }
}

_Use_decl_annotations_
static VOID
UseCache(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);

    CacheMake();
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

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        KeWaitForSingleObject(&Idle, Executive, KernelMode, FALSE, NULL);
        KeClearEvent(&Idle);
        IoQueueWorkItem(WorkItem, UseCache, DelayedWorkQueue, NULL);
        CacheMake();
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    NTSTATUS status;

    KeInitializeEvent(&Idle, NotificationEvent, TRUE);
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
    KeWaitForSingleObject(&Idle, Executive, KernelMode, FALSE, NULL);
    IoFreeWorkItem(WorkItem);
    IoDeleteDevice(Device);
    if (Cache != NULL) {
        ExFreePoolWithTag(Cache, GALLERY_TAG);
    }
}
