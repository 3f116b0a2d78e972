/*++

Module Name:

    region_left_by_one_way_only.c

Abstract:

    A driver with a mistake: its push lock asks for a critical region, which Start leaves at its
    end, and not where it returns early because there is no memory.

--*/

#include "one_callback.h"

static EX_PUSH_LOCK Lock;
static PVOID Blocks[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PVOID block;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        KeEnterCriticalRegion();
        block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, GALLERY_TAG);
        if (block == NULL) {
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
            }
            return;
        }
        ExAcquirePushLockExclusive(&Lock);
        Blocks[ChangeContext->NtNumber] = block;
        ExReleasePushLockExclusive(&Lock);
        KeLeaveCriticalRegion();
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

    ExInitializePushLock(&Lock);
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
