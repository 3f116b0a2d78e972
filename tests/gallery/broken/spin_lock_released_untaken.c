/*++

Module Name:

    spin_lock_released_untaken.c

Abstract:

    A driver with a mistake: it releases a spin lock that it has not taken, where another
    branch, which took it, comes out as well.

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
    KIRQL irql = KeGetCurrentIrql();

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State != KeProcessorAddFailureNotify) {
        KeAcquireSpinLock(&Lock, &irql);
        Present += ChangeContext->State == KeProcessorAddCompleteNotify;
    }
    KeReleaseSpinLock(&Lock, irql);
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
