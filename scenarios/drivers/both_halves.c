/*++

Module Name:

    both_halves.c

Abstract:

    A driver that uses both halves of the notification: the processor-change callback for what has
    to be there before anything runs on a new processor, and the arrival of its interface for what
    may wait.

    Start     takes the block of the processor. This is the only half that may refuse.
    Complete  puts the block to use, and asks for the work to be spread anew.
    Failure   gives the block back.
    arrival   asks for the work to be spread anew, and does nothing else.

    Spreading is done by a work item, so neither half keeps the system waiting. The documents say
    little of the order of the halves: an arrival comes after threads run on the processor, which
    may be before Complete or long after it; those of several processors may come together, behind
    all their Completes; one may come twice. So an arrival means "look again" and names no
    processor, and the work item goes by the blocks that are in use when it runs.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

#define BOTH_TAG 'htoB'
#define REQUESTS_TO_SPREAD 4096

typedef struct _PROCESSOR_BLOCK {
    ULONG Index;
    ULONG Share;
} PROCESSOR_BLOCK, *PPROCESSOR_BLOCK;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD BothUnload;
static PROCESSOR_CALLBACK_FUNCTION BothProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE BothProcessorArrived;
static IO_WORKITEM_ROUTINE_EX BothSpread;

static PVOID CallbackHandle;
static NTSTATUS CallbackStatus;
static PVOID NotificationEntry;

//
// A slot for each processor that there can ever be, in both tables. What Start has taken lies in
// the first until Complete moves it to the second. The work item reads the second one while
// Complete adds to it, so both change under the lock.
//
static PPROCESSOR_BLOCK *Prepared;
static PPROCESSOR_BLOCK *InUse;
static ULONG MaximumProcessorCount;
static KSPIN_LOCK TableLock;

//
// One work item serves both halves. It must not be queued while it is queued; it may be once its
// routine has begun. Rundown protection counts those that are under way, for Unload.
//
static PIO_WORKITEM SpreadItem;
static LONG SpreadQueued;
static EX_RUNDOWN_REF SpreadsUnderWay;

_Use_decl_annotations_
static VOID
BothSpread(
    PVOID IoObject,
    PVOID Context,
    PIO_WORKITEM IoWorkItem
    )
{
    ULONG index, count = 0;
    KIRQL oldIrql;

    UNREFERENCED_PARAMETER(IoObject);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(IoWorkItem);

    //
    // First the mark, then the look: who asks from here on gets another round, because this one
    // may have missed what he has done.
    //
    InterlockedExchange(&SpreadQueued, FALSE);

    KeAcquireSpinLock(&TableLock, &oldIrql);
    for (index = 0; index < MaximumProcessorCount; index += 1) {
        count += (InUse[index] != NULL);
    }
    for (index = 0; index < MaximumProcessorCount; index += 1) {
        if (InUse[index] != NULL) {
            InUse[index]->Share = REQUESTS_TO_SPREAD / count;
        }
    }
    KeReleaseSpinLock(&TableLock, oldIrql);

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "work is spread over %u processors\n",
               count);
    ExReleaseRundownProtection(&SpreadsUnderWay);
}

static VOID
BothAskForSpreading(
    VOID
    )
{
    if (InterlockedExchange(&SpreadQueued, TRUE) == FALSE) {
        //
        // Nobody waits for the end of the rundown while a callback can still run, so this always
        // succeeds.
        //
        (VOID)ExAcquireRundownProtection(&SpreadsUnderWay);
        IoQueueWorkItemEx(SpreadItem, BothSpread, DelayedWorkQueue, NULL);
    }
}

static NTSTATUS
BothPrepareProcessor(
    _In_ ULONG ProcessorIndex
    )
{
    PPROCESSOR_BLOCK block;
    KIRQL oldIrql;

    block = (PPROCESSOR_BLOCK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*block), BOTH_TAG);
    if (block == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    block->Index = ProcessorIndex;
    KeAcquireSpinLock(&TableLock, &oldIrql);
    Prepared[ProcessorIndex] = block;
    KeReleaseSpinLock(&TableLock, oldIrql);
    return STATUS_SUCCESS;
}

static VOID
BothUseProcessor(
    _In_ ULONG ProcessorIndex
    )
{
    KIRQL oldIrql;

    KeAcquireSpinLock(&TableLock, &oldIrql);
    InUse[ProcessorIndex] = Prepared[ProcessorIndex];
    Prepared[ProcessorIndex] = NULL;
    KeReleaseSpinLock(&TableLock, oldIrql);

    BothAskForSpreading();
}

static VOID
BothFreeBlock(
    _Inout_ PPROCESSOR_BLOCK *Slot
    )
{
    if (*Slot != NULL) {
        ExFreePoolWithTag(*Slot, BOTH_TAG);
        *Slot = NULL;
    }
}

_Use_decl_annotations_
static VOID
BothProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = BothPrepareProcessor(ChangeContext->NtNumber);
        if (!NT_SUCCESS(status)) {
            *(PNTSTATUS)CallbackContext = status;
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
        }
        break;

    case KeProcessorAddCompleteNotify:
        BothUseProcessor(ChangeContext->NtNumber);
        break;

    case KeProcessorAddFailureNotify:
        BothFreeBlock(&Prepared[ChangeContext->NtNumber]);
        break;
    }
}

_Use_decl_annotations_
static NTSTATUS
BothProcessorArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        BothAskForSpreading();
    }
    return STATUS_SUCCESS;
}

static VOID
BothFreeAll(
    VOID
    )
/*++

Routine Description:

    Waits for the work item and frees everything. No callback may be left that could queue it.

--*/
{
    ULONG index;

    ExWaitForRundownProtectionRelease(&SpreadsUnderWay);
    IoUninitializeWorkItem(SpreadItem);
    ExFreePoolWithTag(SpreadItem, BOTH_TAG);

    for (index = 0; index < MaximumProcessorCount; index += 1) {
        BothFreeBlock(&Prepared[index]);
        BothFreeBlock(&InUse[index]);
    }
    ExFreePoolWithTag(InUse, BOTH_TAG);
    ExFreePoolWithTag(Prepared, BOTH_TAG);
}

_Use_decl_annotations_
static VOID
BothUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    KeDeregisterProcessorChangeCallback(CallbackHandle);
    BothFreeAll();
}

static NTSTATUS
BothTakeTables(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    SIZE_T size;

    MaximumProcessorCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    size = MaximumProcessorCount * sizeof(PPROCESSOR_BLOCK);
    Prepared = (PPROCESSOR_BLOCK *)ExAllocatePool2(POOL_FLAG_NON_PAGED, size, BOTH_TAG);
    InUse = (PPROCESSOR_BLOCK *)ExAllocatePool2(POOL_FLAG_NON_PAGED, size, BOTH_TAG);
    SpreadItem = (PIO_WORKITEM)ExAllocatePool2(POOL_FLAG_NON_PAGED, IoSizeofWorkItem(), BOTH_TAG);
    if (Prepared == NULL || InUse == NULL || SpreadItem == NULL) {
        if (Prepared != NULL) {
            ExFreePoolWithTag(Prepared, BOTH_TAG);
        }
        if (InUse != NULL) {
            ExFreePoolWithTag(InUse, BOTH_TAG);
        }
        if (SpreadItem != NULL) {
            ExFreePoolWithTag(SpreadItem, BOTH_TAG);
        }
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    KeInitializeSpinLock(&TableLock);
    IoInitializeWorkItem(DriverObject, SpreadItem);
    ExInitializeRundownProtection(&SpreadsUnderWay);
    SpreadQueued = FALSE;
    return STATUS_SUCCESS;
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

    status = BothTakeTables(DriverObject);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackStatus = STATUS_SUCCESS;
    CallbackHandle = KeRegisterProcessorChangeCallback(BothProcessorChanged, &CallbackStatus,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        BothFreeAll();
        return NT_SUCCESS(CallbackStatus) ? STATUS_UNSUCCESSFUL : CallbackStatus;
    }

    //
    // The processors that are there have been announced. An arrival between the two registrations
    // is missed, and not missing: its Complete has asked for the same.
    //
    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            BothProcessorArrived, NULL, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        KeDeregisterProcessorChangeCallback(CallbackHandle);
        BothFreeAll();
        return status;
    }

    DriverObject->DriverUnload = BothUnload;
    return STATUS_SUCCESS;
}
