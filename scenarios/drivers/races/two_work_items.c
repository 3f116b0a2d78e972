/*++

Module Name:

    two_work_items.c

Abstract:

    A driver with two work items that wait for the first new processor. When it is there, both do
    their part and note it in one block of statistics.

    Work items run on threads of the system, as many side by side as there is work. Items of one
    driver are no exception, and neither are those of one queue. The block has a fast mutex.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define ITEM_TAG 'metI'

#ifndef LOCK_STATISTICS
#define LOCK_STATISTICS() ExAcquireFastMutex(&StatisticsMutex)
#define UNLOCK_STATISTICS() ExReleaseFastMutex(&StatisticsMutex)
#endif

typedef struct _ERRAND {
    PIO_WORKITEM Item;
    KEVENT Done;
    ULONG Work;
} ERRAND, *PERRAND;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD ErrandUnload;
static PROCESSOR_CALLBACK_FUNCTION ErrandProcessorChanged;
static IO_WORKITEM_ROUTINE_EX ErrandRun;

static PVOID CallbackHandle;
static KEVENT ProcessorIsThere;
static ERRAND Errands[2];

static FAST_MUTEX StatisticsMutex;
static ULONG ErrandCount;
static ULONG WorkDone;

_Use_decl_annotations_
static VOID
ErrandRun(
    PVOID IoObject,
    PVOID Context,
    PIO_WORKITEM IoWorkItem
    )
{
    PERRAND errand = (PERRAND)Context;

    UNREFERENCED_PARAMETER(IoObject);
    UNREFERENCED_PARAMETER(IoWorkItem);

    KeWaitForSingleObject(&ProcessorIsThere, Executive, KernelMode, FALSE, NULL);

    LOCK_STATISTICS();
    ErrandCount += 1;
    WorkDone += errand->Work;
    UNLOCK_STATISTICS();

    KeSetEvent(&errand->Done, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
static VOID
ErrandProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        KeSetEvent(&ProcessorIsThere, IO_NO_INCREMENT, FALSE);
    }
}

static VOID
ErrandFreeItems(
    VOID
    )
{
    ULONG index;

    for (index = 0; index < RTL_NUMBER_OF(Errands); index += 1) {
        if (Errands[index].Item != NULL) {
            IoUninitializeWorkItem(Errands[index].Item);
            ExFreePoolWithTag(Errands[index].Item, ITEM_TAG);
        }
    }
}

_Use_decl_annotations_
static VOID
ErrandUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    ULONG index;

    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);

    //
    // A queued item holds the driver object, not the memory that it lies in.
    //
    KeSetEvent(&ProcessorIsThere, IO_NO_INCREMENT, FALSE);
    for (index = 0; index < RTL_NUMBER_OF(Errands); index += 1) {
        KeWaitForSingleObject(&Errands[index].Done, Executive, KernelMode, FALSE, NULL);
    }
    ErrandFreeItems();
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%u errands, work %u\n", ErrandCount,
               WorkDone);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    ULONG index;

    UNREFERENCED_PARAMETER(RegistryPath);

    ExInitializeFastMutex(&StatisticsMutex);
    KeInitializeEvent(&ProcessorIsThere, NotificationEvent, FALSE);
    for (index = 0; index < RTL_NUMBER_OF(Errands); index += 1) {
        Errands[index].Work = index + 1;
        KeInitializeEvent(&Errands[index].Done, NotificationEvent, FALSE);
        Errands[index].Item = (PIO_WORKITEM)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                                            IoSizeofWorkItem(), ITEM_TAG);
        if (Errands[index].Item == NULL) {
            ErrandFreeItems();
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        IoInitializeWorkItem(DriverObject, Errands[index].Item);
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(ErrandProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        ErrandFreeItems();
        return STATUS_UNSUCCESSFUL;
    }

    for (index = 0; index < RTL_NUMBER_OF(Errands); index += 1) {
        IoQueueWorkItemEx(Errands[index].Item, ErrandRun, DelayedWorkQueue, &Errands[index]);
    }
    DriverObject->DriverUnload = ErrandUnload;
    return STATUS_SUCCESS;
}
