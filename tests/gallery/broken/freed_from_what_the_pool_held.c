/*++

Module Name:

    freed_from_what_the_pool_held.c

Abstract:

    A driver with a mistake: the table of blocks comes from ExAllocatePoolWithTag, which zeroes
    nothing, and is not zeroed by the driver either. Unload takes for an address what the pool
    held.

--*/

#include "one_callback.h"

static PVOID *Table;

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
        Table[ChangeContext->NtNumber] = ExAllocatePoolWithTag(NonPagedPoolNx, 64, GALLERY_TAG);
        if (Table[ChangeContext->NtNumber] == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        if (Table[ChangeContext->NtNumber] != NULL) {
            ExFreePoolWithTag(Table[ChangeContext->NtNumber], GALLERY_TAG);
            Table[ChangeContext->NtNumber] = NULL;
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

    Table = (PVOID *)ExAllocatePoolWithTag(
        NonPagedPoolNx,
        KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) * sizeof(*Table), GALLERY_TAG);
    return Table == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    ULONG count = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    ULONG index;

    for (index = 0; index < count; index += 1) {
        if (Table[index] != NULL) {
            ExFreePoolWithTag(Table[index], GALLERY_TAG);
        }
    }
    ExFreePoolWithTag(Table, GALLERY_TAG);
}
