/*++

Module Name:

    removed_once_more_by_the_cleanup.c

Abstract:

    A driver with a mistake: CleanUp, which Unload calls when it has removed the callback,
    removes it, too. It was written for DriverEntry.

--*/

#include "one_callback.h"

static ULONG Present;

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

    Present += ChangeContext->State == KeProcessorAddCompleteNotify;
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
    if (CallbackHandle != NULL) {
        KeDeregisterProcessorChangeCallback(CallbackHandle);
    }
}
