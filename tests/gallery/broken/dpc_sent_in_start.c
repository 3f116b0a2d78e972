/*++

Module Name:

    dpc_sent_in_start.c

Abstract:

    A driver with a mistake: Start queues a DPC to the new processor, so that it is the first
    thing that runs there, and does not wait for it.

--*/

#include "one_callback.h"

static KDPC Dpcs[MOST_PROCESSORS];
static ULONG RanOn[MOST_PROCESSORS];

static KDEFERRED_ROUTINE SetUpProcessor;

_Use_decl_annotations_
static VOID
SetUpProcessor(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    RanOn[Dpc - Dpcs] = KeGetCurrentProcessorNumberEx(NULL);
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PKDPC dpc = &Dpcs[ChangeContext->NtNumber];

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        KeInitializeDpc(dpc, SetUpProcessor, NULL);
        if (NT_SUCCESS(KeSetTargetProcessorDpcEx(dpc, &ChangeContext->ProcNumber))) {
            KeInsertQueueDpc(dpc, NULL, NULL);
        }
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    KeFlushQueuedDpcs();
}
