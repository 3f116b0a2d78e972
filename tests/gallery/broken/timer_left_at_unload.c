/*++

Module Name:

    timer_left_at_unload.c

Abstract:

    A driver with a mistake: a timer whose DPC counts is set for each second, and Unload leaves
    it set. The next time it runs there is no code behind it.

--*/

#include "one_callback.h"

static KTIMER Timer;
static KDPC TimerDpc;
static volatile LONG Ticks;

static KDEFERRED_ROUTINE CountTick;

_Use_decl_annotations_
static VOID
CountTick(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    InterlockedIncrement(&Ticks);
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    LARGE_INTEGER second;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        second.QuadPart = -10 * 1000 * 1000;
        KeSetTimerEx(&Timer, second, 1000, &TimerDpc);
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeInitializeTimer(&Timer);
    KeInitializeDpc(&TimerDpc, CountTick, NULL);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
}
