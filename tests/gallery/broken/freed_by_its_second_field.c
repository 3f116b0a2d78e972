/*++

Module Name:

    freed_by_its_second_field.c

Abstract:

    A driver with a mistake: its blocks lie in a list, whose links are not their first field.
    Unload gives back the address of the links, without CONTAINING_RECORD.

--*/

#include "one_callback.h"

typedef struct _PROCESSOR {
    ULONG64 Index;
    ULONG64 Visits;
    LIST_ENTRY Links;
} PROCESSOR, *PPROCESSOR;

static LIST_ENTRY Processors;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PPROCESSOR processor;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        processor = (PPROCESSOR)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*processor),
                                                GALLERY_TAG);
        if (processor != NULL) {
            processor->Index = ChangeContext->NtNumber;
            InsertTailList(&Processors, &processor->Links);
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        if (!IsListEmpty(&Processors)) {
            processor = CONTAINING_RECORD(Processors.Blink, PROCESSOR, Links);
            if (processor->Index == ChangeContext->NtNumber) {
                RemoveEntryList(&processor->Links);
                ExFreePoolWithTag(processor, GALLERY_TAG);
            }
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

    InitializeListHead(&Processors);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    while (!IsListEmpty(&Processors)) {
        ExFreePoolWithTag(RemoveHeadList(&Processors), GALLERY_TAG);
    }
}
