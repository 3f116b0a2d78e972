/*++

Module Name:

    stalls_for_its_device.c

Abstract:

    A driver for a device that is told of each new processor, and looks whether it has understood.
    Start asks up to a hundred times, ten microseconds apart.

    The mistake: all that time the add goes no further, and other drivers are not told. The device
    answers when it has interrupted the processor, so during Start it never does.

Environment:

    Kernel mode

--*/

#include "one_callback.h"

#define ATTEMPTS 100
#define ATTEMPT_MICROSECONDS 10

static LONG volatile Understood[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    ULONG attempt;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State != KeProcessorAddStartNotify ||
        ChangeContext->NtNumber < KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)) {
        return;
    }

    for (attempt = 0; attempt < ATTEMPTS && Understood[ChangeContext->NtNumber] == 0;
         attempt += 1) {
        KeStallExecutionProcessor(ATTEMPT_MICROSECONDS);
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
