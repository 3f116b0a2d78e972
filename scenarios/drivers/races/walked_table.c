/*++

Module Name:

    walked_table.c

Abstract:

    A driver with a share of work for each processor, in a table that grows in Start, and a thread
    that adds the shares up.

    A new table takes the place of the old one while the thread may be in the middle of it. A spin
    lock keeps the two apart: the thread holds it from its first look at the table to its last, and
    the callback while it changes anything. What takes time, and what may fail, comes before.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "watcher.h"

#define TABLE_TAG 'baTW'

#ifndef LOCK_FOR_WALK
#define LOCK_FOR_WALK(_OldIrql) KeAcquireSpinLock(&TableLock, &(_OldIrql))
#define UNLOCK_AFTER_WALK(_OldIrql) KeReleaseSpinLock(&TableLock, (_OldIrql))
#endif

typedef struct _SHARE_TABLE {
    struct _SHARE_TABLE *Shorter;
    ULONG Count;
    ULONG Share[1];
} SHARE_TABLE, *PSHARE_TABLE;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD TableUnload;
static PROCESSOR_CALLBACK_FUNCTION TableProcessorChanged;
static WATCHER_ROUTINE TableSum;

static PVOID CallbackHandle;
static WATCHER Summer;
static KSPIN_LOCK TableLock;
static PSHARE_TABLE Table;

static NTSTATUS
TableGrow(
    _In_ ULONG ProcessorIndex
    )
/*++

Routine Description:

    Puts a longer table in the place of the one before. That one stays until Unload: processors
    come seldom, and nobody has to wait until the last has left it.

--*/
{
    PSHARE_TABLE longer;
    ULONG index;
    KIRQL oldIrql;

    longer = (PSHARE_TABLE)ExAllocatePool2(POOL_FLAG_NON_PAGED, FIELD_OFFSET(SHARE_TABLE, Share) +
                                           (ProcessorIndex + 1) * sizeof(ULONG), TABLE_TAG);
    if (longer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    KeAcquireSpinLock(&TableLock, &oldIrql);
    longer->Shorter = Table;
    longer->Count = ProcessorIndex + 1;
    for (index = 0; Table != NULL && index < Table->Count && index < longer->Count; index += 1) {
        longer->Share[index] = Table->Share[index];
    }
    Table = longer;
    KeReleaseSpinLock(&TableLock, oldIrql);
    return STATUS_SUCCESS;
}

static VOID
TableSetShare(
    _In_ ULONG ProcessorIndex,
    _In_ ULONG Share
    )
{
    KIRQL oldIrql;

    KeAcquireSpinLock(&TableLock, &oldIrql);
    Table->Share[ProcessorIndex] = Share;
    KeReleaseSpinLock(&TableLock, oldIrql);
}

_Use_decl_annotations_
static VOID
TableProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = TableGrow(ChangeContext->NtNumber);
        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
        break;

    case KeProcessorAddCompleteNotify:
        TableSetShare(ChangeContext->NtNumber, 1);
        break;

    case KeProcessorAddFailureNotify:
        break;
    }
}

static VOID
TableSum(
    VOID
    )
{
    KIRQL oldIrql = PASSIVE_LEVEL;
    ULONG sum = 0;
    ULONG index;

    LOCK_FOR_WALK(oldIrql);
    for (index = 0; Table != NULL && index < Table->Count; index += 1) {
        sum += Table->Share[index];
    }
    UNLOCK_AFTER_WALK(oldIrql);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%u shares\n", sum);
}

_Use_decl_annotations_
static VOID
TableUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    PSHARE_TABLE shorter;

    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    WatcherStop(&Summer);
    while (Table != NULL) {
        shorter = Table->Shorter;
        ExFreePoolWithTag(Table, TABLE_TAG);
        Table = shorter;
    }
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

    KeInitializeSpinLock(&TableLock);
    status = WatcherStart(&Summer, TableSum);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(TableProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        WatcherStop(&Summer);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = TableUnload;
    return STATUS_SUCCESS;
}
