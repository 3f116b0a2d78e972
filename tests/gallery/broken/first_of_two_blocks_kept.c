/*++

Module Name:

    first_of_two_blocks_kept.c

Abstract:

    A driver with a mistake: for every processor it takes a block and a buffer. When there is no
    buffer it refuses the processor, and Failure, which knows only pairs, passes over the block
    that it has.

--*/

#include "one_callback.h"

typedef struct _STATISTICS {
    PVOID Buffer;
    ULONG Count;
} STATISTICS, *PSTATISTICS;

static PSTATISTICS Statistics[MOST_PROCESSORS];

static VOID
ForgetProcessor(
    _In_ ULONG ProcessorIndex
    )
{
    PSTATISTICS statistics = Statistics[ProcessorIndex];

    //
    // The mistake: no buffer does not mean that there is nothing to do.
    //
    if (statistics == NULL || statistics->Buffer == NULL) {
        return;
    }
    ExFreePoolWithTag(statistics->Buffer, GALLERY_TAG);
    ExFreePoolWithTag(statistics, GALLERY_TAG);
    Statistics[ProcessorIndex] = NULL;
}

static NTSTATUS
PrepareProcessor(
    _In_ ULONG ProcessorIndex
    )
{
    PSTATISTICS statistics;

    statistics = (PSTATISTICS)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*statistics),
                                              GALLERY_TAG);
    if (statistics == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Statistics[ProcessorIndex] = statistics;

    statistics->Buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, GALLERY_TAG);
    return statistics->Buffer == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
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
        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        ForgetProcessor(ChangeContext->NtNumber);
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
        ForgetProcessor(index);
    }
}
