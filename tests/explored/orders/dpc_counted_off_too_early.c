/*++

Abstract:

    A driver with a mistake: a DPC on each new processor counts itself off and then says in its
    block that the processor is set up. Unload waits until all have counted themselves off, and
    gives the blocks back.

--*/

#include "one_callback.h"

typedef struct _BLOCK {
    KDPC Dpc;
    KEVENT SetUp;
} BLOCK, *PBLOCK;

static PBLOCK Blocks[MOST_PROCESSORS];
static volatile LONG Outstanding;

static KDEFERRED_ROUTINE SetUpProcessor;

_Use_decl_annotations_
static VOID
SetUpProcessor(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    PBLOCK block = (PBLOCK)DeferredContext;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    InterlockedDecrement(&Outstanding);
    KeSetEvent(&block->SetUp, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PBLOCK *block = &Blocks[ChangeContext->NtNumber];

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        *block = (PBLOCK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(**block), GALLERY_TAG);
        if (*block != NULL) {
            KeInitializeEvent(&(*block)->SetUp, NotificationEvent, FALSE);
            KeInitializeDpc(&(*block)->Dpc, SetUpProcessor, *block);
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        KeSetTargetProcessorDpcEx(&(*block)->Dpc, &ChangeContext->ProcNumber);
        InterlockedIncrement(&Outstanding);
        KeInsertQueueDpc(&(*block)->Dpc, NULL, NULL);
        break;

    case KeProcessorAddFailureNotify:
        if (*block != NULL) {
            ExFreePoolWithTag(*block, GALLERY_TAG);
            *block = NULL;
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

    Outstanding = 0;
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    LARGE_INTEGER aMoment;
    ULONG index;

    aMoment.QuadPart = -10000;
    while (ReadNoFence(&Outstanding) != 0) {
        KeDelayExecutionThread(KernelMode, FALSE, &aMoment);
    }
    for (index = 0; index < MOST_PROCESSORS; index += 1) {
        if (Blocks[index] != NULL) {
            ExFreePoolWithTag(Blocks[index], GALLERY_TAG);
        }
    }
}
