/*++

Module Name:

    synchronous_without_veto.c

Abstract:

    synchronous.c with a mistake: when there is no memory for a processor, nobody is told. The
    processor comes, and Complete uses a structure that was never taken.

--*/

#include <ntddk.h>

static PROCESSOR_CALLBACK_FUNCTION TellsNobody;

#define KeRegisterProcessorChangeCallback(_Callback, _Context, _Flags) \
    (KeRegisterProcessorChangeCallback)(TellsNobody, (_Context), (_Flags))

#include "synchronous.c"

_Use_decl_annotations_
static VOID
TellsNobody(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS unheard = *OperationStatus;

    SynchronousProcessorChanged(CallbackContext, ChangeContext, &unheard);
}
