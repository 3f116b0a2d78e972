/*++

Abstract:

    For each processor a buffer that hardware would read: physically contiguous pages, and a ring
    in nonpaged pool that an MDL describes. What one of the steps cannot get, the steps before it
    give back, in one place for all ways out.

--*/

#include <ntddk.h>

#define RING_TAG 'gniR'
#define RING_BYTES (PAGE_SIZE + 200)

typedef struct _RING {
    PVOID Shared;
    PUCHAR Data;
    PMDL Mdl;
    PMDL Scratch;
    PUCHAR Mapped;
} RING, *PRING;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD RingsUnload;
static PROCESSOR_CALLBACK_FUNCTION RingsProcessorChanged;

static PVOID Registration;
static NTSTATUS StartStatus;
static PRING Rings;
static ULONG RingCount;

static VOID
RingClose(
    _Inout_ PRING Ring
    )
{
    if (Ring->Mapped != NULL) {
        MmUnmapLockedPages(Ring->Mapped, Ring->Scratch);
    }
    if (Ring->Scratch != NULL) {
        MmFreePagesFromMdl(Ring->Scratch);
        ExFreePool(Ring->Scratch);
    }
    if (Ring->Mdl != NULL) {
        IoFreeMdl(Ring->Mdl);
    }
    if (Ring->Data != NULL) {
        ExFreePoolWithTag(Ring->Data, RING_TAG);
    }
    if (Ring->Shared != NULL) {
        MmFreeContiguousMemory(Ring->Shared);
    }
    RtlZeroMemory(Ring, sizeof(*Ring));
}

static NTSTATUS
RingOpen(
    _Out_ PRING Ring
    )
{
    PHYSICAL_ADDRESS low, high, skip;

    low.QuadPart = 0;
    high.QuadPart = -1;
    skip.QuadPart = 0;

    Ring->Shared = MmAllocateContiguousMemory(PAGE_SIZE, high);
    if (Ring->Shared == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Ring->Data = (PUCHAR)ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED, RING_BYTES,
                                         RING_TAG);
    if (Ring->Data == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Ring->Mdl = IoAllocateMdl(Ring->Data, RING_BYTES, FALSE, FALSE, NULL);
    if (Ring->Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    MmBuildMdlForNonPagedPool(Ring->Mdl);

    Ring->Scratch = MmAllocatePagesForMdlEx(low, high, skip, 2 * PAGE_SIZE, MmCached, 0);
    if (Ring->Scratch == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (MmGetMdlByteCount(Ring->Scratch) < 2 * PAGE_SIZE) {
        return STATUS_NO_MEMORY;
    }
    Ring->Mapped = (PUCHAR)MmMapLockedPagesSpecifyCache(
        Ring->Scratch, KernelMode, MmCached, NULL, FALSE, NormalPagePriority | MdlMappingNoExecute);
    return Ring->Mapped != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static VOID
RingUse(
    _In_ PRING Ring
    )
{
    PUCHAR data = (PUCHAR)MmGetSystemAddressForMdlSafe(Ring->Mdl, NormalPagePriority);

    if (data != NULL) {
        data[0] = 1;
        data[MmGetMdlByteCount(Ring->Mdl) - 1] = 1;
        Ring->Mapped[2 * PAGE_SIZE - 1] = data[0];
    }
}

_Use_decl_annotations_
static VOID
RingsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PRING ring = &Rings[ChangeContext->NtNumber];
    NTSTATUS status;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = RingOpen(ring);
        if (!NT_SUCCESS(status)) {
            RingClose(ring);
            *(PNTSTATUS)CallbackContext = status;
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
        }
        break;
    case KeProcessorAddCompleteNotify:
        RingUse(ring);
        break;
    case KeProcessorAddFailureNotify:
        RingClose(ring);
        break;
    }
}

static VOID
RingsFree(
    VOID
    )
{
    for (ULONG index = 0; index < RingCount; index += 1) {
        RingClose(&Rings[index]);
    }
    ExFreePoolWithTag(Rings, RING_TAG);
}

_Use_decl_annotations_
static VOID
RingsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    RingsFree();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    RingCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Rings = (PRING)ExAllocatePool2(POOL_FLAG_NON_PAGED, RingCount * sizeof(*Rings), RING_TAG);
    if (Rings == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    StartStatus = STATUS_UNSUCCESSFUL;
    Registration = KeRegisterProcessorChangeCallback(RingsProcessorChanged, &StartStatus,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        RingsFree();
        return StartStatus;
    }
    DriverObject->DriverUnload = RingsUnload;
    return STATUS_SUCCESS;
}
