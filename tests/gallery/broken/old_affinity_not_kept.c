/*++

Module Name:

    old_affinity_not_kept.c

Abstract:

    A driver with a mistake: Complete moves to the new processor with the older routine, and
    goes back with a mask of all processors, which is not where it came from.

--*/

#include "one_callback.h"

static ULONG RanOn[MOST_PROCESSORS];

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

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        KeSetSystemAffinityThreadEx(AFFINITY_MASK(ChangeContext->ProcNumber.Number));
        RanOn[ChangeContext->NtNumber] = KeGetCurrentProcessorNumberEx(NULL);
        KeSetSystemAffinityThreadEx(KeQueryActiveProcessors());
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
}
