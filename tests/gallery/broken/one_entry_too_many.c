/*++

Module Name:

    one_entry_too_many.c

Abstract:

    A driver with a mistake: the table has room for all processors that there may be, and the
    loop that marks its entries as unused goes on until the index is the maximum.

--*/

#include "one_callback.h"

static PULONG64 Marks;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        Marks[ChangeContext->NtNumber] = 1;
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        Marks[ChangeContext->NtNumber] = 0;
        break;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    ULONG maximum = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    ULONG index;

    UNREFERENCED_PARAMETER(DriverObject);

    Marks = (PULONG64)ExAllocatePool2(POOL_FLAG_NON_PAGED, maximum * sizeof(*Marks), GALLERY_TAG);
    if (Marks == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    //
    // The mistake: <= for <.
    //
    for (index = 0; index <= maximum; index += 1) {
        Marks[index] = 0;
    }
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    ExFreePoolWithTag(Marks, GALLERY_TAG);
}
