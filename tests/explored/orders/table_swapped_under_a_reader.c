/*++

Abstract:

    A driver with a mistake: Start puts a longer table in the place of the one before and gives
    that back. A worker that counts in the table has read the pointer and not yet used it.

--*/

#include "one_callback.h"

static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;
static ULONG *volatile Table;
static volatile LONG IsQueued;
static KEVENT Idle;

static IO_WORKITEM_ROUTINE Count;

_Use_decl_annotations_
static VOID
Count(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    ULONG *table = Table;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);

    table[0] = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    InterlockedExchange(&IsQueued, 0);
    KeSetEvent(&Idle, IO_NO_INCREMENT, FALSE);
}

static NTSTATUS
Grow(
    _In_ ULONG Slots
    )
{
    ULONG *longer, *old = Table;

    longer = (ULONG *)ExAllocatePool2(POOL_FLAG_NON_PAGED, (Slots + 1) * sizeof(ULONG),
                                      GALLERY_TAG);
    if (longer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    longer[0] = old[0];
    Table = longer;
    ExFreePoolWithTag(old, GALLERY_TAG);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = Grow(ChangeContext->NtNumber + 1);
        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
        break;

    case KeProcessorAddCompleteNotify:
        if (InterlockedExchange(&IsQueued, 1) == 0) {
            KeClearEvent(&Idle);
            IoQueueWorkItem(WorkItem, Count, DelayedWorkQueue, NULL);
        }
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

    IsQueued = 0;
    KeInitializeEvent(&Idle, NotificationEvent, TRUE);
    Table = (ULONG *)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(ULONG), GALLERY_TAG);
    if (Table == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(Table, GALLERY_TAG);
        return status;
    }
    WorkItem = IoAllocateWorkItem(Device);
    if (WorkItem == NULL) {
        IoDeleteDevice(Device);
        ExFreePoolWithTag(Table, GALLERY_TAG);
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
    ExFreePoolWithTag(Table, GALLERY_TAG);
}
