/*++

Module Name:

    contiguous_memory_to_the_pool.c

Abstract:

    A driver with a mistake: the page that each processor needs for its hardware comes from
    MmAllocateContiguousMemory, and goes to ExFreePoolWithTag.

--*/

#include "one_callback.h"

static PVOID Blocks[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PHYSICAL_ADDRESS highest;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        highest.QuadPart = MAXLONGLONG;
        Blocks[ChangeContext->NtNumber] = MmAllocateContiguousMemory(PAGE_SIZE, highest);
        if (Blocks[ChangeContext->NtNumber] == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
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
            MmFreeContiguousMemory(Blocks[index]);
        }
    }
}
