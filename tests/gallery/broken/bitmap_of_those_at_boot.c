/*++

Module Name:

    bitmap_of_those_at_boot.c

Abstract:

    A driver with a mistake: it marks each processor in a bitmap, which is as long as there were
    processors when it was loaded.

--*/

#include "one_callback.h"

static RTL_BITMAP Seen;
static PULONG Bits;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        break;

    case KeProcessorAddCompleteNotify:
        RtlSetBit(&Seen, ChangeContext->NtNumber);
        break;

    case KeProcessorAddFailureNotify:
        break;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    Bits = (PULONG)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Bits), GALLERY_TAG);
    if (Bits == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    RtlInitializeBitMap(&Seen, Bits, KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    ExFreePoolWithTag(Bits, GALLERY_TAG);
}
