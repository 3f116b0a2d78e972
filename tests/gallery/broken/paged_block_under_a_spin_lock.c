/*++

Module Name:

    paged_block_under_a_spin_lock.c

Abstract:

    A driver with a mistake: the table of processors is guarded by a spin lock, and under the
    lock, at DISPATCH_LEVEL, Start takes paged pool.

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
    KIRQL irql;
    PVOID block;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        KeAcquireSpinLock(&Lock, &irql);
        block = ExAllocatePool2(POOL_FLAG_PAGED, 64, GALLERY_TAG);
        Blocks[ChangeContext->NtNumber] = block;
        KeReleaseSpinLock(&Lock, irql);
        if (block == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        KeAcquireSpinLock(&Lock, &irql);
        block = Blocks[ChangeContext->NtNumber];
        Blocks[ChangeContext->NtNumber] = NULL;
        KeReleaseSpinLock(&Lock, irql);
        if (block != NULL) {
            ExFreePoolWithTag(block, GALLERY_TAG);
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
