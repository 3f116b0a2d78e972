/*++

Module Name:

    group_0_asked_alone.c

Abstract:

    A driver with a mistake: its table has an entry for each processor of group 0, as the older
    routine counts them, and the index of a processor counts those of all groups.

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

    Marks[ChangeContext->NtNumber] = ChangeContext->State == KeProcessorAddCompleteNotify;
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    Marks = (PULONG64)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                      KeQueryMaximumProcessorCount() * sizeof(*Marks),
                                      GALLERY_TAG);
    return Marks == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    ExFreePoolWithTag(Marks, GALLERY_TAG);
}
