/*++

Abstract:

    A driver with a mistake: Start lets a worker read something, and goes on as soon as that has
    begun. Complete waits for its end while it has the mutex, which the worker takes to read.

--*/

#include "one_callback.h"

static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;
static FAST_MUTEX ReadMutex;
static KEVENT Begun;
static KEVENT Idle;
static ULONG Reads;

static IO_WORKITEM_ROUTINE Read;

_Use_decl_annotations_
static VOID
Read(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);

    KeSetEvent(&Begun, IO_NO_INCREMENT, FALSE);
    ExAcquireFastMutex(&ReadMutex);
    Reads += 1;
    ExReleaseFastMutex(&ReadMutex);
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

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        KeWaitForSingleObject(&Idle, Executive, KernelMode, FALSE, NULL);
        KeClearEvent(&Idle);
        IoQueueWorkItem(WorkItem, Read, DelayedWorkQueue, NULL);
        KeWaitForSingleObject(&Begun, Executive, KernelMode, FALSE, NULL);
        break;

    case KeProcessorAddCompleteNotify:
        ExAcquireFastMutex(&ReadMutex);
        KeWaitForSingleObject(&Idle, Executive, KernelMode, FALSE, NULL);
        ExReleaseFastMutex(&ReadMutex);
        break;

    case KeProcessorAddFailureNotify:
        break;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    NTSTATUS status;

    ExInitializeFastMutex(&ReadMutex);
    KeInitializeEvent(&Begun, SynchronizationEvent, FALSE);
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
}
