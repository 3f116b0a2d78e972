/*++

Module Name:

    mutex_released_on_both_ways_out.c

Abstract:

    A driver with a mistake: the way out after an error releases the mutex, and goes on to the
    end of the function, where it is released once more.

--*/

#include "one_callback.h"

static KMUTEX Mutex;
static PVOID Blocks[MOST_PROCESSORS];

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status = STATUS_SUCCESS;

    UNREFERENCED_PARAMETER(CallbackContext);

    KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);
    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        Blocks[ChangeContext->NtNumber] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, GALLERY_TAG);
        if (Blocks[ChangeContext->NtNumber] == NULL) {
            KeReleaseMutex(&Mutex, FALSE);
            status = STATUS_INSUFFICIENT_RESOURCES;
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
    KeReleaseMutex(&Mutex, FALSE);

    if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
        *OperationStatus = status;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeInitializeMutex(&Mutex, 0);
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
