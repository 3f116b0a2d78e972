/*++

Module Name:

    lock_released_without_its_irql.c

Abstract:

    A driver with a mistake: the spin lock is taken by KeAcquireSpinLock, which raises the IRQL,
    and released by KeReleaseSpinLockFromDpcLevel, which leaves it where it is.

--*/

#include "one_callback.h"

static KSPIN_LOCK Lock;
static ULONG Present;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    KIRQL irql;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        KeAcquireSpinLock(&Lock, &irql);
        Present += 1;
        KeReleaseSpinLockFromDpcLevel(&Lock);
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeInitializeSpinLock(&Lock);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
}
