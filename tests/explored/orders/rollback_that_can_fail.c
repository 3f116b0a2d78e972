/*++

Abstract:

    A driver with a mistake: where Start cannot have the page that it needs, it gives back what it
    has by then, and leaves a note of that, for which it takes memory, too. Without memory for the
    note it goes at once, and keeps what it has: Failure knows that Start has undone what it did.

--*/

#include "one_callback.h"

typedef struct _NOTE {
    struct _NOTE *Next;
    ULONG ProcessorIndex;
} NOTE, *PNOTE;

typedef struct _SLOT {
    PVOID Block;
    PVOID Page;
} SLOT;

static SLOT Slots[MOST_PROCESSORS];
static PNOTE Notes;

static VOID
Undo(
    _In_ ULONG ProcessorIndex
    )
{
    PNOTE note;

    note = (PNOTE)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*note), GALLERY_TAG);
    if (note == NULL) {
        Slots[ProcessorIndex].Block = NULL;
        return;
    }
    note->ProcessorIndex = ProcessorIndex;
    note->Next = Notes;
    Notes = note;
    ExFreePoolWithTag(Slots[ProcessorIndex].Block, GALLERY_TAG);
    Slots[ProcessorIndex].Block = NULL;
}

static VOID
Empty(
    _In_ ULONG ProcessorIndex
    )
{
    SLOT *slot = &Slots[ProcessorIndex];

    if (slot->Block != NULL) {
        ExFreePoolWithTag(slot->Block, GALLERY_TAG);
        MmFreeContiguousMemory(slot->Page);
        slot->Block = NULL;
    }
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    ULONG index = ChangeContext->NtNumber;
    SLOT *slot = &Slots[index];
    PHYSICAL_ADDRESS anywhere;

    UNREFERENCED_PARAMETER(CallbackContext);

    anywhere.QuadPart = -1;
    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        slot->Block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, GALLERY_TAG);
        slot->Page = NULL;
        if (slot->Block != NULL) {
            slot->Page = MmAllocateContiguousMemory(PAGE_SIZE, anywhere);
            if (slot->Page == NULL) {
                Undo(index);
            }
        }
        if (slot->Page == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        Empty(index);
        break;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    PNOTE note;
    ULONG index;

    for (index = 0; index < MOST_PROCESSORS; index += 1) {
        Empty(index);
    }
    while (Notes != NULL) {
        note = Notes;
        Notes = note->Next;
        ExFreePoolWithTag(note, GALLERY_TAG);
    }
}
