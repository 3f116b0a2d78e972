/*++

Module Name:

    moved_there_in_start.c

Abstract:

    A driver with a mistake: Start moves to the new processor to ask it what it is. No thread
    runs there before all Start calls have returned; the routine leaves the thread where it is,
    and the driver writes down what another processor said.

--*/

#include "one_callback.h"

static ULONG RanOn[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    GROUP_AFFINITY affinity;
    GROUP_AFFINITY before;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        RtlZeroMemory(&affinity, sizeof(affinity));
        affinity.Group = ChangeContext->ProcNumber.Group;
        affinity.Mask = AFFINITY_MASK(ChangeContext->ProcNumber.Number);
        KeSetSystemGroupAffinityThread(&affinity, &before);
        RanOn[ChangeContext->NtNumber] = KeGetCurrentProcessorNumberEx(NULL);
        KeRevertToUserGroupAffinityThread(&before);
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
}
