/*++

Module Name:

    lookaside_left_at_unload.c

Abstract:

    A driver with a mistake: blocks of processors come from a lookaside list. Unload gives all
    of them back, and does not delete the list.

--*/

#include "one_callback.h"

static NPAGED_LOOKASIDE_LIST List;
static PVOID Blocks[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        Blocks[ChangeContext->NtNumber] = ExAllocateFromNPagedLookasideList(&List);
        if (Blocks[ChangeContext->NtNumber] == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        if (Blocks[ChangeContext->NtNumber] != NULL) {
            ExFreeToNPagedLookasideList(&List, Blocks[ChangeContext->NtNumber]);
            Blocks[ChangeContext->NtNumber] = NULL;
        }
        break;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ExInitializeNPagedLookasideList(&List, NULL, NULL, 0, 64, GALLERY_TAG, 0);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    ULONG index;

    for (index = 0; index < MOST_PROCESSORS; index += 1) {
        if (Blocks[index] != NULL) {
            ExFreeToNPagedLookasideList(&List, Blocks[index]);
        }
    }
}
