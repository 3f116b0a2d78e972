/*++

Abstract:

    A driver with a mistake: Failure cancels the timer of a processor that has not come, and gives
    it back. A timer that has expired by then is not cancelled, and its DPC may be under way.

--*/

#include "one_callback.h"

typedef struct _TICKER {
    KTIMER Timer;
    KDPC Dpc;
    ULONG Processors;
} TICKER, *PTICKER;

static PTICKER Tickers[MOST_PROCESSORS];

static KDEFERRED_ROUTINE Tick;

_Use_decl_annotations_
static VOID
Tick(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    PTICKER ticker = (PTICKER)DeferredContext;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    ticker->Processors = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
}

static VOID
TickerFree(
    _In_ ULONG ProcessorIndex
    )
{
    PTICKER ticker = Tickers[ProcessorIndex];

    if (ticker != NULL) {
        KeCancelTimer(&ticker->Timer);
        ExFreePoolWithTag(ticker, GALLERY_TAG);
        Tickers[ProcessorIndex] = NULL;
    }
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PTICKER ticker;
    LARGE_INTEGER due;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        ticker = (PTICKER)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*ticker), GALLERY_TAG);
        Tickers[ChangeContext->NtNumber] = ticker;
        if (ticker != NULL) {
            due.QuadPart = -50000;
            KeInitializeTimer(&ticker->Timer);
            KeInitializeDpc(&ticker->Dpc, Tick, ticker);
            KeSetTimer(&ticker->Timer, due, &ticker->Dpc);
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        TickerFree(ChangeContext->NtNumber);
        break;
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
    ULONG index;

    KeFlushQueuedDpcs();
    for (index = 0; index < MOST_PROCESSORS; index += 1) {
        TickerFree(index);
    }
}
