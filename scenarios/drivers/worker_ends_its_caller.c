/*++

Module Name:

    worker_ends_its_caller.c

Abstract:

    worker_per_processor.c with a mistake: Failure calls PsTerminateSystemThread to end the thread
    of the processor. The routine ends the thread that calls it, which here is the system's own.

--*/

#include <ntddk.h>

static PROCESSOR_CALLBACK_FUNCTION EndsItsCaller;

#define KeRegisterProcessorChangeCallback(_Callback, _Context, _Flags) \
    (KeRegisterProcessorChangeCallback)(EndsItsCaller, (_Context), (_Flags))

#include "worker_per_processor.c"

_Use_decl_annotations_
static VOID
EndsItsCaller(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    if (ChangeContext->State == KeProcessorAddFailureNotify) {
        PsTerminateSystemThread(STATUS_SUCCESS);
    }
    WorkerProcessorChanged(CallbackContext, ChangeContext, OperationStatus);
}
