/*++

Module Name:

    freed_again_by_the_caller.c

Abstract:

    A driver with a mistake: the function that prepares a processor gives its block back when
    the second step fails, and the callback that called it does so again, because it saw an
    error.

--*/

#include "one_callback.h"

static PVOID Blocks[MOST_PROCESSORS];

static NTSTATUS
PrepareProcessor(
    _In_ ULONG ProcessorIndex
    )
{
    PVOID buffer;

    Blocks[ProcessorIndex] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, GALLERY_TAG);
    if (Blocks[ProcessorIndex] == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, GALLERY_TAG);
    if (buffer == NULL) {
        ExFreePoolWithTag(Blocks[ProcessorIndex], GALLERY_TAG);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ExFreePoolWithTag(buffer, GALLERY_TAG);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = PrepareProcessor(ChangeContext->NtNumber);
        if (!NT_SUCCESS(status)) {
            if (Blocks[ChangeContext->NtNumber] != NULL) {
                ExFreePoolWithTag(Blocks[ChangeContext->NtNumber], GALLERY_TAG);
                Blocks[ChangeContext->NtNumber] = NULL;
            }
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
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
            ExFreePoolWithTag(Blocks[index], GALLERY_TAG);
        }
    }
}
