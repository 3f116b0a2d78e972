/*++

Module Name:

    awaited_processor_early_races.c

Abstract:

    awaited_processor.c with a mistake: the event is set before the data is written, so that the
    thread loses no time. It may be there before the data is.

--*/

#include <ntddk.h>

static PROCESSOR_CALLBACK_FUNCTION SaysSoFirst;

#define KeRegisterProcessorChangeCallback(_Callback, _Context, _Flags) \
    (KeRegisterProcessorChangeCallback)(SaysSoFirst, (_Context), (_Flags))

#include "awaited_processor.c"

_Use_decl_annotations_
static VOID
SaysSoFirst(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        SAY_WRITTEN();
    }
    FirstProcessorChanged(CallbackContext, ChangeContext, OperationStatus);
}
