/*++

Module Name:

    spin_lock_kept_by_a_return.c

Abstract:

    A driver with a mistake: where Failure has nothing to give back, it returns without
    releasing the spin lock that it looked under.

--*/

#include "one_callback.h"

static KSPIN_LOCK Lock;
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
    KIRQL irql;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        Blocks[ChangeContext->NtNumber] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, GALLERY_TAG);
        if (Blocks[ChangeContext->NtNumber] == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        KeAcquireSpinLock(&Lock, &irql);
        block = Blocks[ChangeContext->NtNumber];
        if (block == NULL) {
            return;
        }
        Blocks[ChangeContext->NtNumber] = NULL;
        KeReleaseSpinLock(&Lock, irql);
        ExFreePoolWithTag(block, GALLERY_TAG);
        break;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeInitializeSpinLock(&Lock);
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
