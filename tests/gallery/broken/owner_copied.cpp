/*++

Module Name:

    owner_copied.cpp

Abstract:

    A driver in C++ with a mistake: the class Block owns memory and gives it back when it goes.
    It can be copied, and Complete looks at a copy, which then goes, too, with the same memory.

--*/

#include "one_callback.h"

class Block
{
public:
    ~Block() { Free(); }

    bool Take()
    {
        m_Memory = static_cast<ULONG *>(
            ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(ULONG), GALLERY_TAG));
        return m_Memory != nullptr;
    }

    void Free()
    {
        if (m_Memory != nullptr) {
            ExFreePoolWithTag(m_Memory, GALLERY_TAG);
            m_Memory = nullptr;
        }
    }

    bool IsTaken() const { return m_Memory != nullptr; }

private:
    ULONG *m_Memory = nullptr;
};

//
// Memory for the table is taken as it is, and no destructor of it runs: a kernel calls none for
// what is global.
//
static Block *Blocks;
static ULONG Present;

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
        if (!Blocks[ChangeContext->NtNumber].Take() && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        {
            //
            // The mistake: "auto" for "auto &".
            //
            auto block = Blocks[ChangeContext->NtNumber];

            Present += block.IsTaken();
        }
        break;

    case KeProcessorAddFailureNotify:
        Blocks[ChangeContext->NtNumber].Free();
        break;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    Blocks = static_cast<Block *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, MOST_PROCESSORS * sizeof(Block), GALLERY_TAG));
    return Blocks == nullptr ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    ULONG index;

    for (index = 0; index < MOST_PROCESSORS; index += 1) {
        Blocks[index].Free();
    }
    ExFreePoolWithTag(Blocks, GALLERY_TAG);
}
