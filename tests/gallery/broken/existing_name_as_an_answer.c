/*++

Module Name:

    existing_name_as_an_answer.c

Abstract:

    A driver with a mistake: it answers with what it was told when it looked for its own name,
    which says that something is worth knowing, and is no error.

--*/

#include "one_callback.h"

static BOOLEAN Known[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        if (ChangeContext->NtNumber != 0 && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_OBJECT_NAME_EXISTS;
        }
        Known[ChangeContext->NtNumber] = TRUE;
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
