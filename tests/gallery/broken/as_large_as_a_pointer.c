/*++

Module Name:

    as_large_as_a_pointer.c

Abstract:

    A driver with a mistake: for each processor it keeps a copy of what it was told, in a block
    as large as the pointer to it.

--*/

#include "one_callback.h"

static PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT Copies[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT copy;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        //
        // The mistake: sizeof(copy) for sizeof(*copy).
        //
        copy = (PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT)ExAllocatePool2(
            POOL_FLAG_NON_PAGED, sizeof(copy), GALLERY_TAG);
        if (copy != NULL) {
            RtlCopyMemory(copy, ChangeContext, sizeof(*ChangeContext));
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        Copies[ChangeContext->NtNumber] = copy;
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        if (Copies[ChangeContext->NtNumber] != NULL) {
            ExFreePoolWithTag(Copies[ChangeContext->NtNumber], GALLERY_TAG);
            Copies[ChangeContext->NtNumber] = NULL;
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
        if (Copies[index] != NULL) {
            ExFreePoolWithTag(Copies[index], GALLERY_TAG);
        }
    }
}
