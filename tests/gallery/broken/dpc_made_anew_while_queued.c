/*++

Module Name:

    dpc_made_anew_while_queued.c

Abstract:

    A driver with a mistake: Complete initialises its one DPC for each processor and queues it,
    under a spin lock, twice in a row: for the new processor, and for the table. The first is
    still queued when the second is made of it.

--*/

#include "one_callback.h"

static KSPIN_LOCK Lock;
static KDPC Dpc;
static volatile LONG Runs;

static KDEFERRED_ROUTINE CountRun;

_Use_decl_annotations_
static VOID
CountRun(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    InterlockedIncrement(&Runs);
}

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
        KeInitializeDpc(&Dpc, CountRun, NULL);
        KeInsertQueueDpc(&Dpc, NULL, NULL);
        KeInitializeDpc(&Dpc, CountRun, NULL);
        KeInsertQueueDpc(&Dpc, NULL, NULL);
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
    KeFlushQueuedDpcs();
}
