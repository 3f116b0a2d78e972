/*++

Module Name:

    synchronous_stops_the_system.c

Abstract:

    synchronous.c with a mistake: when there is no memory for a processor it stops the system. To
    refuse the processor would have been enough: what runs already needs none of it.

--*/

#include <ntddk.h>

//
// A bug check code of this driver's own, with the customer bit set.
//
#define NO_MEMORY_FOR_PROCESSOR 0x20000001

static PROCESSOR_CALLBACK_FUNCTION StopsTheSystem;

#define KeRegisterProcessorChangeCallback(_Callback, _Context, _Flags) \
    (KeRegisterProcessorChangeCallback)(StopsTheSystem, (_Context), (_Flags))

#include "synchronous.c"

_Use_decl_annotations_
static VOID
StopsTheSystem(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    SynchronousProcessorChanged(CallbackContext, ChangeContext, OperationStatus);
    if (ChangeContext->State == KeProcessorAddStartNotify && !NT_SUCCESS(*OperationStatus)) {
        KeBugCheckEx(NO_MEMORY_FOR_PROCESSOR, ChangeContext->NtNumber, 0, 0, 0);
    }
}
