/*++

Module Name:

    grown_table.c

Abstract:

    A driver with a table of shares by processor index, which is as long as there are processors.
    On a machine that could take thousands and has four, that saves memory; the price is that the
    table has to grow when a processor comes, and to shrink when it then stays away.

    Start     makes a longer table, and keeps the one before: the add may still fail.
    Complete  the processor stays. The tables before are freed, the shares reckoned anew.
    Failure   the tables that have room for this processor go, the one before serves again.

    Start for the processors that exist comes for each of them, before the first Complete. So
    there may be several tables in waiting, each one slot shorter than the next.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define TABLE_TAG 'lbTG'
#define BUFFERS_TO_SHARE 1024

//
// How many slots there must be for a processor with this index. It is not the active count: in
// Start that does not include the processor that the call is about.
//
#ifndef SLOTS_FOR
#define SLOTS_FOR(_ProcessorIndex) ((_ProcessorIndex) + 1)
#endif

typedef struct _SHARE_TABLE {
    struct _SHARE_TABLE *Shorter;
    ULONG Count;
    ULONG Share[1];
} SHARE_TABLE, *PSHARE_TABLE;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD TableUnload;
static PROCESSOR_CALLBACK_FUNCTION TableProcessorChanged;

static PVOID CallbackHandle;
static NTSTATUS CallbackStatus;

//
// The table in use, and behind it those that wait. DPCs on all processors read it, so pointer and
// contents change under the lock, and what nobody can reach any more is freed after it was
// released. Nobody but the callback writes, whose calls come one after another: it may look at the
// pointer without the lock.
//
static PSHARE_TABLE Table;
static KSPIN_LOCK TableLock;

static NTSTATUS
TableMakeRoom(
    _In_ ULONG ProcessorIndex
    )
{
    PSHARE_TABLE longer;
    ULONG count, index;
    KIRQL oldIrql;

    if (Table != NULL && ProcessorIndex < Table->Count) {
        return STATUS_SUCCESS;
    }

    count = SLOTS_FOR(ProcessorIndex);
    longer = (PSHARE_TABLE)ExAllocatePool2(
        POOL_FLAG_NON_PAGED, FIELD_OFFSET(SHARE_TABLE, Share) + count * sizeof(ULONG), TABLE_TAG);
    if (longer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    longer->Shorter = Table;
    longer->Count = count;

    KeAcquireSpinLock(&TableLock, &oldIrql);
    for (index = 0; Table != NULL && index < Table->Count; index += 1) {
        longer->Share[index] = Table->Share[index];
    }
    Table = longer;
    KeReleaseSpinLock(&TableLock, oldIrql);
    return STATUS_SUCCESS;
}

static VOID
TableFreeChain(
    _In_opt_ PSHARE_TABLE First
    )
{
    PSHARE_TABLE next;

    while (First != NULL) {
        next = First->Shorter;
        ExFreePoolWithTag(First, TABLE_TAG);
        First = next;
    }
}

static VOID
TableShareAnew(
    VOID
    )
/*++

Routine Description:

    Spreads the buffers over all active processors. Called in Complete, where the active count
    includes the processor that has come.

--*/
{
    PSHARE_TABLE old;
    ULONG active, index;
    KIRQL oldIrql;

    active = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);

    KeAcquireSpinLock(&TableLock, &oldIrql);
    for (index = 0; index < active; index += 1) {
        Table->Share[index] = BUFFERS_TO_SHARE / active;
    }
    old = Table->Shorter;
    Table->Shorter = NULL;
    KeReleaseSpinLock(&TableLock, oldIrql);

    TableFreeChain(old);
}

static VOID
TableTakeRoomAway(
    _In_ ULONG ProcessorIndex
    )
/*++

Routine Description:

    Goes back to the last table without a slot for this processor. It frees nothing when Start had
    no memory for a longer one, and it does not matter in which order several processors fail.

--*/
{
    PSHARE_TABLE last = NULL, first, next;
    KIRQL oldIrql;

    KeAcquireSpinLock(&TableLock, &oldIrql);
    first = Table;
    for (next = Table; next != NULL && next->Count > ProcessorIndex; next = next->Shorter) {
        last = next;
    }
    if (last != NULL) {
        last->Shorter = NULL;
        Table = next;
    }
    KeReleaseSpinLock(&TableLock, oldIrql);

    if (last != NULL) {
        TableFreeChain(first);
    }
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

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = TableMakeRoom(ChangeContext->NtNumber);
        if (!NT_SUCCESS(status)) {
            *(PNTSTATUS)CallbackContext = status;
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
        }
        break;

    case KeProcessorAddCompleteNotify:
        TableShareAnew();
        break;

    case KeProcessorAddFailureNotify:
        TableTakeRoomAway(ChangeContext->NtNumber);
        break;
    }
}

_Use_decl_annotations_
static VOID
TableUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    TableFreeChain(Table);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Table = NULL;
    KeInitializeSpinLock(&TableLock);

    //
    // Nothing is counted here. To count first and to register then would lose a processor that
    // comes in between; the registration announces each exactly once.
    //
    CallbackStatus = STATUS_SUCCESS;
    CallbackHandle = KeRegisterProcessorChangeCallback(TableProcessorChanged, &CallbackStatus,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        //
        // Failure has taken the tables of all processors that were prepared.
        //
        return NT_SUCCESS(CallbackStatus) ? STATUS_UNSUCCESSFUL : CallbackStatus;
    }

    DriverObject->DriverUnload = TableUnload;
    return STATUS_SUCCESS;
}
