/*++

Module Name:

    context_as_scratch_paper.c

Abstract:

    A driver with a mistake: it turns the number within the group into a flat one where it found
    it, in the structure that belongs to the caller.

--*/

#include "one_callback.h"

static ULONG Numbers[MOST_PROCESSORS];

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

    ChangeContext->ProcNumber.Number += (UCHAR)(ChangeContext->ProcNumber.Group * 64 + 1);
    Numbers[ChangeContext->NtNumber] = ChangeContext->ProcNumber.Number - 1u;
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
