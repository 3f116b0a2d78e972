/*++

Module Name:

    freed_before_its_dpc_runs.c

Abstract:

    A driver with a mistake: Failure queues a DPC that sets an event in the block of the
    processor, and gives the block back. It holds a spin lock meanwhile, so that the DPC does
    not run before the lock is released.

--*/

#include "one_callback.h"

typedef struct _BLOCK {
    KEVENT Reported;
    ULONG ProcessorIndex;
} BLOCK, *PBLOCK;

static PBLOCK Blocks[MOST_PROCESSORS];
static KSPIN_LOCK Lock;
static KDPC ReportDpc;

static KDEFERRED_ROUTINE ReportProcessor;

_Use_decl_annotations_
static VOID
ReportProcessor(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument2);

    KeSetEvent(&((PBLOCK)SystemArgument1)->Reported, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PBLOCK block;
    KIRQL irql;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        block = (PBLOCK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*block), GALLERY_TAG);
        if (block != NULL) {
            KeInitializeEvent(&block->Reported, NotificationEvent, FALSE);
            block->ProcessorIndex = ChangeContext->NtNumber;
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        Blocks[ChangeContext->NtNumber] = block;
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        KeAcquireSpinLock(&Lock, &irql);
        block = Blocks[ChangeContext->NtNumber];
        if (block != NULL) {
            KeInsertQueueDpc(&ReportDpc, block, NULL);
            ExFreePoolWithTag(block, GALLERY_TAG);
            Blocks[ChangeContext->NtNumber] = NULL;
        }
        KeReleaseSpinLock(&Lock, irql);
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
    KeInitializeDpc(&ReportDpc, ReportProcessor, NULL);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    ULONG index;

    KeFlushQueuedDpcs();
    for (index = 0; index < MOST_PROCESSORS; index += 1) {
        if (Blocks[index] != NULL) {
            ExFreePoolWithTag(Blocks[index], GALLERY_TAG);
        }
    }
}
