/*++

Module Name:

    waits_under_a_spin_lock.c

Abstract:

    A driver with a mistake: Complete holds a spin lock, for the table that it is about to
    change, and waits a moment for the hardware of the new processor.

--*/

#include "one_callback.h"

static KSPIN_LOCK Lock;
static ULONG Ready;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    LARGE_INTEGER interval;
    KIRQL irql;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        KeAcquireSpinLock(&Lock, &irql);
        interval.QuadPart = -10;
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
        Ready += 1;
        KeReleaseSpinLock(&Lock, irql);
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
