/*++

Module Name:

    listed_processors.c

Abstract:

    A driver that puts each processor that has come on a list, and a thread of it that takes them
    off to do at leisure what there is to do for them.

    The list belongs to its spin lock, and so does the question whether there is anything on it.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "watcher.h"

#define LIST_TAG 'tsiL'

#ifndef TAKE_FIRST
#define TAKE_FIRST() ListTakeFirst()
#endif

typedef struct _PROCESSOR {
    LIST_ENTRY Link;
    ULONG Index;
} PROCESSOR, *PPROCESSOR;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD ListUnload;
static PROCESSOR_CALLBACK_FUNCTION ListProcessorChanged;
static WATCHER_ROUTINE ListWork;

static PVOID CallbackHandle;
static WATCHER Worker;
static KSPIN_LOCK ProcessorLock;
static LIST_ENTRY ProcessorList;

_Use_decl_annotations_
static VOID
ListProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PPROCESSOR processor;
    KIRQL oldIrql;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State != KeProcessorAddCompleteNotify) {
        return;
    }

    //
    // Nothing depends on the work: without memory the processor goes without it.
    //
    processor = (PPROCESSOR)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*processor), LIST_TAG);
    if (processor != NULL) {
        processor->Index = ChangeContext->NtNumber;
        KeAcquireSpinLock(&ProcessorLock, &oldIrql);
        InsertTailList(&ProcessorList, &processor->Link);
        KeReleaseSpinLock(&ProcessorLock, oldIrql);
    }
}

static PLIST_ENTRY
ListTakeFirst(
    VOID
    )
{
    PLIST_ENTRY entry = NULL;
    KIRQL oldIrql;

    KeAcquireSpinLock(&ProcessorLock, &oldIrql);
    if (!IsListEmpty(&ProcessorList)) {
        entry = RemoveHeadList(&ProcessorList);
    }
    KeReleaseSpinLock(&ProcessorLock, oldIrql);
    return entry;
}

static VOID
ListWork(
    VOID
    )
{
    PLIST_ENTRY entry;
    PPROCESSOR processor;

    for (;;) {
        entry = TAKE_FIRST();
        if (entry == NULL) {
            break;
        }

        processor = CONTAINING_RECORD(entry, PROCESSOR, Link);
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "work for processor %u\n",
                   processor->Index);
        ExFreePoolWithTag(processor, LIST_TAG);
    }
}

_Use_decl_annotations_
static VOID
ListUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    WatcherStop(&Worker);

    //
    // What the thread has not come to any more.
    //
    ListWork();
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

    InitializeListHead(&ProcessorList);
    KeInitializeSpinLock(&ProcessorLock);
    status = WatcherStart(&Worker, ListWork);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(ListProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        WatcherStop(&Worker);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = ListUnload;
    return STATUS_SUCCESS;
}
