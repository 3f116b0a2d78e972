/*++

Abstract:

    A driver with a mistake: a worker reports every processor on a list, and a flag says that it
    is queued. It clears the flag when it has seen the end of the list. Who adds to the list in
    between takes it for queued, and what he has added stays there.

--*/

#include "one_callback.h"

typedef struct _REPORT {
    struct _REPORT *Next;
    ULONG ProcessorIndex;
} REPORT, *PREPORT;

static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;
static KSPIN_LOCK ReportLock;
static PREPORT Reports;
static BOOLEAN IsQueued;
static KEVENT Idle;

static IO_WORKITEM_ROUTINE ReportAll;

static PREPORT
ReportTake(
    VOID
    )
{
    PREPORT report;
    KIRQL oldIrql;

    KeAcquireSpinLock(&ReportLock, &oldIrql);
    report = Reports;
    if (report != NULL) {
        Reports = report->Next;
    }
    KeReleaseSpinLock(&ReportLock, oldIrql);
    return report;
}

_Use_decl_annotations_
static VOID
ReportAll(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    PREPORT report;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);

    for (report = ReportTake(); report != NULL; report = ReportTake()) {
        ExFreePoolWithTag(report, GALLERY_TAG);
    }
    KeSetEvent(&Idle, IO_NO_INCREMENT, FALSE);
    IsQueued = FALSE;
}

static VOID
ReportAdd(
    _Inout_ PREPORT Report
    )
{
    BOOLEAN queue;
    KIRQL oldIrql;

    KeAcquireSpinLock(&ReportLock, &oldIrql);
    Report->Next = Reports;
    Reports = Report;
    queue = !IsQueued;
    IsQueued = TRUE;
    KeReleaseSpinLock(&ReportLock, oldIrql);
    if (queue) {
        KeClearEvent(&Idle);
        IoQueueWorkItem(WorkItem, ReportAll, DelayedWorkQueue, NULL);
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
    PREPORT report;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        report = (PREPORT)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*report), GALLERY_TAG);
        if (report != NULL) {
            report->ProcessorIndex = ChangeContext->NtNumber;
            ReportAdd(report);
        }
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    NTSTATUS status;

    KeInitializeSpinLock(&ReportLock);
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
