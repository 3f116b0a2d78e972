/*++

Module Name:

    shared_lock_released_exclusively.c

Abstract:

    A driver with a mistake: Complete takes a push lock shared, because it only reads, and
    releases it with the line that the other states have, too.

--*/

#include "one_callback.h"

static EX_PUSH_LOCK Lock;
static ULONG Present;
static ULONG Seen;

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

    KeEnterCriticalRegion();
    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        ExAcquirePushLockShared(&Lock);
        Seen = Present;
    } else {
        ExAcquirePushLockExclusive(&Lock);
        Present += 1;
    }
    ExReleasePushLockExclusive(&Lock);
    KeLeaveCriticalRegion();
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ExInitializePushLock(&Lock);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
}
