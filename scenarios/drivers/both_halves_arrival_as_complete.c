/*++

Module Name:

    both_halves_arrival_as_complete.c

Abstract:

    both_halves.c with a mistake: the arrival of a processor is taken for its Complete, and the
    last of the active processors for the one that has arrived. When two processors are added
    before the first arrival comes, the last one is put to use twice and the one before it never.

--*/

#include <ntddk.h>

static PROCESSOR_CALLBACK_FUNCTION CompleteIsForTheArrival;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE ArrivalIsComplete;

#define KeRegisterProcessorChangeCallback(_Callback, _Context, _Flags) \
    RegisterInstead((_Context), (_Flags))

#define IoRegisterPlugPlayNotification(_Category, _Flags, _Data, _Driver, _Callback, _Context, \
                                       _Entry) \
    (IoRegisterPlugPlayNotification)((_Category), (_Flags), (_Data), (_Driver), \
                                     ArrivalIsComplete, (_Context), (_Entry))

static LONG Registered;

static PVOID
RegisterInstead(
    _In_opt_ PVOID Context,
    _In_ ULONG Flags
    )
{
    PVOID handle;

    handle = (KeRegisterProcessorChangeCallback)(CompleteIsForTheArrival, Context, Flags);
    InterlockedExchange(&Registered, TRUE);
    return handle;
}

#include "both_halves.c"

//
// The processors that are there at the load have no arrival.
//
_Use_decl_annotations_
static VOID
CompleteIsForTheArrival(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    if (ChangeContext->State != KeProcessorAddCompleteNotify ||
        InterlockedCompareExchange(&Registered, FALSE, FALSE) == FALSE) {
        BothProcessorChanged(CallbackContext, ChangeContext, OperationStatus);
    }
}

_Use_decl_annotations_
static NTSTATUS
ArrivalIsComplete(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    BothUseProcessor(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) - 1);
    return BothProcessorArrived(NotificationStructure, Context);
}
