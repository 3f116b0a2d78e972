/*++

Module Name:

    callback_left_there.c

Abstract:

    dpc_to_new_processor.c without the DPC, which is right, and with a mistake: the callback moves
    to the new processor itself, and does not move back with KeRevertToUserGroupAffinityThread. The
    thread is not the driver's own; whoever is called on it next finds himself where he never
    asked to be.

--*/

#include <ntddk.h>

static PROCESSOR_CALLBACK_FUNCTION StaysThere;

#define KeRegisterProcessorChangeCallback(_Callback, _Context, _Flags) \
    (KeRegisterProcessorChangeCallback)(StaysThere, (_Context), (_Flags))

#include "dpc_to_new_processor.c"

_Use_decl_annotations_
static VOID
StaysThere(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    GROUP_AFFINITY affinity;

    if (ChangeContext->State != KeProcessorAddCompleteNotify) {
        SetupProcessorChanged(CallbackContext, ChangeContext, OperationStatus);
        return;
    }

    RtlZeroMemory(&affinity, sizeof(affinity));
    affinity.Group = ChangeContext->ProcNumber.Group;
    affinity.Mask = AFFINITY_MASK(ChangeContext->ProcNumber.Number);
    KeSetSystemGroupAffinityThread(&affinity, NULL);
    Setups[ChangeContext->NtNumber]->RanOn = KeGetCurrentProcessorNumberEx(NULL);
}
