/*++

Module Name:

    event_zeroed_by_the_pool_only.c

Abstract:

    A driver with a mistake: its blocks come zeroed from the pool, and the author takes that for
    an event that is not set. Complete sets it.

--*/

#include "one_callback.h"

typedef struct _BLOCK {
    KEVENT Reported;
    ULONG ProcessorIndex;
} BLOCK, *PBLOCK;

static PBLOCK Blocks[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PBLOCK block;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        block = (PBLOCK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*block), GALLERY_TAG);
        if (block != NULL) {
            block->ProcessorIndex = ChangeContext->NtNumber;
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        Blocks[ChangeContext->NtNumber] = block;
        break;

    case KeProcessorAddCompleteNotify:
        KeSetEvent(&Blocks[ChangeContext->NtNumber]->Reported, IO_NO_INCREMENT, FALSE);
        break;

    case KeProcessorAddFailureNotify:
        if (Blocks[ChangeContext->NtNumber] != NULL) {
            ExFreePoolWithTag(Blocks[ChangeContext->NtNumber], GALLERY_TAG);
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
            ExFreePoolWithTag(Blocks[index], GALLERY_TAG);
        }
    }
}
