/*++

Module Name:

    dpc_queued_in_start.c

Abstract:

    dpc_to_new_processor.c with a mistake: the DPC is queued in Start. That goes well for all
    processors that exist when the driver is loaded. A new one does not run before the last Start
    call is over, and this one waits for its DPC.

--*/

#include <ntddk.h>

static PROCESSOR_CALLBACK_FUNCTION QueuesInStart;

#define KeRegisterProcessorChangeCallback(_Callback, _Context, _Flags) \
    (KeRegisterProcessorChangeCallback)(QueuesInStart, (_Context), (_Flags))

#include "dpc_to_new_processor.c"

_Use_decl_annotations_
static VOID
QueuesInStart(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    if (ChangeContext->State != KeProcessorAddCompleteNotify) {
        SetupProcessorChanged(CallbackContext, ChangeContext, OperationStatus);
    }
    if (ChangeContext->State == KeProcessorAddStartNotify && NT_SUCCESS(*OperationStatus)) {
        SetupRun(ChangeContext);
    }
}
