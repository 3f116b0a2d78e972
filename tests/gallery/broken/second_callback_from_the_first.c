/*++

Module Name:

    second_callback_from_the_first.c

Abstract:

    A driver with a mistake: the callback registers another one when the first new processor has
    come, which only then has something to do.

--*/

#include "one_callback.h"

static PVOID Second;

static PROCESSOR_CALLBACK_FUNCTION CountProcessor;
static ULONG Count;

_Use_decl_annotations_
static VOID
CountProcessor(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    Count += ChangeContext->State == KeProcessorAddCompleteNotify;
}

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

    if (ChangeContext->State == KeProcessorAddCompleteNotify && ChangeContext->NtNumber >= 2 &&
        Second == NULL) {
        Second = KeRegisterProcessorChangeCallback(CountProcessor, NULL, 0);
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
    if (Second != NULL) {
        KeDeregisterProcessorChangeCallback(Second);
    }
}
