/*++

Module Name:

    counts_in_the_block_of_before.c

Abstract:

    A driver with a mistake: it counts how often a processor was tried, in the block that the last
    attempt has left behind. When that attempt failed, Failure has freed the block.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

#define BLOCK_TAG 'kclB'

typedef struct _BLOCK {
    ULONG64 Doorbell;
    ULONG Attempts;
} BLOCK, *PBLOCK;

static PVOID CallbackHandle;
static PBLOCK Newest;

static PBLOCK
MakeBlock(
    VOID
    )
{
    PBLOCK block;

    if (Newest != NULL) {
        Newest->Attempts += 1;
    }
    block = (PBLOCK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*block), BLOCK_TAG);
    if (block != NULL && Newest != NULL) {
        block->Attempts = Newest->Attempts;
    }
    return block;
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        Newest = MakeBlock();
        if (Newest == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        ExFreePoolWithTag(Newest, BLOCK_TAG);
        Newest = NULL;
        break;

    case KeProcessorAddFailureNotify:
        if (Newest != NULL) {
            ExFreePoolWithTag(Newest, BLOCK_TAG);
        }
        break;
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Newest = NULL;
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
