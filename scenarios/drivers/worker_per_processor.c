/*++

Module Name:

    worker_per_processor.c

Abstract:

    A driver with a system thread for each processor, which runs there and nowhere else.

    Start     has the thread made, since that may fail, and only here a failure can keep the
              processor away. The thread waits: it cannot move to a processor that does not run,
              and to ask for it would leave it where it is without a word.
    Complete  lets the thread go. It moves to its processor and takes up its work.
    Failure   ends the thread, waits until it has ended, and frees what it had.

    Unload ends all threads in the same way. To tell a thread to end is not enough: it runs code
    of the driver until its very end, and that code is about to go.

    Threads are made by a work item, which runs at PASSIVE_LEVEL. So should the callback, by its
    page; but public code expects it at APC_LEVEL, where PsCreateSystemThread and ZwClose must not
    be called. The callback waits for the work item, which it may at either level.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define WORKER_TAG 'kroW'

//
// 10 microseconds, in units of 100 nanoseconds.
//
#define WORKER_MOMENT 100

typedef struct _WORKER {
    PROCESSOR_NUMBER Number;
    ULONG Index;
    NTSTATUS Status;
    PKTHREAD Thread;
    KEVENT Made;
    KEVENT Go;
    KEVENT Stop;
} WORKER, *PWORKER;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD WorkerUnload;
static PROCESSOR_CALLBACK_FUNCTION WorkerProcessorChanged;
static KSTART_ROUTINE WorkerThread;
static IO_WORKITEM_ROUTINE_EX WorkerMake;

static PVOID CallbackHandle;
static NTSTATUS CallbackStatus;
static PWORKER *Workers;
static ULONG MaximumProcessorCount;

//
// One is enough: processors come one after another, and each waits for its thread to be made. An
// item may be queued again from the moment at which its routine begins.
//
static PIO_WORKITEM MakerItem;

_Use_decl_annotations_
static VOID
WorkerThread(
    PVOID StartContext
    )
{
    PWORKER worker = (PWORKER)StartContext;
    PVOID goOrStop[2];
    GROUP_AFFINITY affinity;
    LARGE_INTEGER moment;
    NTSTATUS status;

    goOrStop[0] = &worker->Stop;
    goOrStop[1] = &worker->Go;
    status = KeWaitForMultipleObjects(RTL_NUMBER_OF(goOrStop), goOrStop, WaitAny, Executive,
                                      KernelMode, FALSE, NULL, NULL);
    if (status == STATUS_WAIT_1) {
        //
        // A mask names processors of one group, so both of its parts come from the pair of group
        // and number. The index of the processor may be larger than any bit of a mask.
        // It need not be moved back: the thread is the driver's own and ends there.
        //
        RtlZeroMemory(&affinity, sizeof(affinity));
        affinity.Group = worker->Number.Group;
        affinity.Mask = AFFINITY_MASK(worker->Number.Number);
        KeSetSystemGroupAffinityThread(&affinity, NULL);

        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "worker %u runs on processor %u\n",
                   worker->Index, KeGetCurrentProcessorNumberEx(NULL));

        //
        // A real driver would wait for work beside Stop.
        //
        KeWaitForSingleObject(&worker->Stop, Executive, KernelMode, FALSE, NULL);
    }

    //
    // To finish what was begun takes a moment, and whoever has set Stop has to wait that long.
    //
    moment.QuadPart = -(LONGLONG)WORKER_MOMENT;
    KeDelayExecutionThread(KernelMode, FALSE, &moment);

    PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
static VOID
WorkerMake(
    PVOID IoObject,
    PVOID Context,
    PIO_WORKITEM IoWorkItem
    )
{
    PWORKER worker = (PWORKER)Context;
    OBJECT_ATTRIBUTES attributes;
    HANDLE handle;

    UNREFERENCED_PARAMETER(IoObject);
    UNREFERENCED_PARAMETER(IoWorkItem);

    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    worker->Status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, NULL, NULL,
                                          WorkerThread, worker);
    if (NT_SUCCESS(worker->Status)) {
        //
        // The reference keeps the thread's object for the wait in WorkerEnd; the handle has done
        // its service. With a handle of our own and all rights this cannot fail.
        //
        worker->Status = ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType,
                                                   KernelMode, (PVOID *)&worker->Thread, NULL);
        NT_ASSERT(NT_SUCCESS(worker->Status));
        ZwClose(handle);
    }

    KeSetEvent(&worker->Made, IO_NO_INCREMENT, FALSE);
}

static NTSTATUS
WorkerCreate(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
{
    PWORKER worker;
    NTSTATUS status;

    worker = (PWORKER)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*worker), WORKER_TAG);
    if (worker == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    worker->Number = ChangeContext->ProcNumber;
    worker->Index = ChangeContext->NtNumber;
    KeInitializeEvent(&worker->Made, NotificationEvent, FALSE);
    KeInitializeEvent(&worker->Go, NotificationEvent, FALSE);
    KeInitializeEvent(&worker->Stop, NotificationEvent, FALSE);

    IoQueueWorkItemEx(MakerItem, WorkerMake, DelayedWorkQueue, worker);
    KeWaitForSingleObject(&worker->Made, Executive, KernelMode, FALSE, NULL);

    status = worker->Status;
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(worker, WORKER_TAG);
        return status;
    }

    Workers[worker->Index] = worker;
    return STATUS_SUCCESS;
}

static VOID
WorkerEnd(
    _In_ ULONG ProcessorIndex
    )
{
    PWORKER worker = Workers[ProcessorIndex];

    if (worker == NULL) {
        return;
    }

    KeSetEvent(&worker->Stop, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(worker->Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(worker->Thread);
    ExFreePoolWithTag(worker, WORKER_TAG);
    Workers[ProcessorIndex] = NULL;
}

_Use_decl_annotations_
static VOID
WorkerProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = WorkerCreate(ChangeContext);
        if (!NT_SUCCESS(status)) {
            *(PNTSTATUS)CallbackContext = status;
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
        }
        break;

    case KeProcessorAddCompleteNotify:
        KeSetEvent(&Workers[ChangeContext->NtNumber]->Go, IO_NO_INCREMENT, FALSE);
        break;

    case KeProcessorAddFailureNotify:
        WorkerEnd(ChangeContext->NtNumber);
        break;
    }
}

static VOID
WorkerFreeTables(
    VOID
    )
{
    IoUninitializeWorkItem(MakerItem);
    ExFreePoolWithTag(MakerItem, WORKER_TAG);
    ExFreePoolWithTag(Workers, WORKER_TAG);
}

_Use_decl_annotations_
static VOID
WorkerUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    ULONG index;

    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    for (index = 0; index < MaximumProcessorCount; index += 1) {
        WorkerEnd(index);
    }
    WorkerFreeTables();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    MaximumProcessorCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Workers = (PWORKER *)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                         MaximumProcessorCount * sizeof(*Workers), WORKER_TAG);
    if (Workers == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    MakerItem = (PIO_WORKITEM)ExAllocatePool2(POOL_FLAG_NON_PAGED, IoSizeofWorkItem(),
                                              WORKER_TAG);
    if (MakerItem == NULL) {
        ExFreePoolWithTag(Workers, WORKER_TAG);
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    //
    // There is no device; by the page the driver object serves as well. Either of them is held
    // while the item is queued or runs, so the image outlasts the last instructions of WorkerMake.
    //
    IoInitializeWorkItem(DriverObject, MakerItem);

    CallbackStatus = STATUS_SUCCESS;
    CallbackHandle = KeRegisterProcessorChangeCallback(WorkerProcessorChanged, &CallbackStatus,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        //
        // Failure has ended the threads that were made.
        //
        WorkerFreeTables();
        return NT_SUCCESS(CallbackStatus) ? STATUS_UNSUCCESSFUL : CallbackStatus;
    }

    DriverObject->DriverUnload = WorkerUnload;
    return STATUS_SUCCESS;
}
