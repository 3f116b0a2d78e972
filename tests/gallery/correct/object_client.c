/*++

Abstract:

    A client of \Callback\ProcessorAdd, which tells of processors that come and of none that is
    there. It counts those itself, after it has registered, and takes what the callback has told it
    meanwhile for what it is: a slot may be filled twice, and is then filled already.

    A client writes the status variable only where it failed, in Start, and nobody has before it.

--*/

#include <ntddk.h>

#define SLOT_TAG 'tolS'

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD ClientUnload;
static CALLBACK_FUNCTION ClientProcessorAdd;

static PCALLBACK_OBJECT Object;
static PVOID Registration;
static FAST_MUTEX SlotLock;
static PVOID *Slots;
static BOOLEAN *Settled;
static ULONG SlotCount;

static NTSTATUS
ClientFill(
    _In_ ULONG Index,
    _In_ BOOLEAN Settles
    )
{
    NTSTATUS status = STATUS_SUCCESS;

    ExAcquireFastMutex(&SlotLock);
    if (Slots[Index] == NULL) {
        Slots[Index] = ExAllocatePool2(POOL_FLAG_PAGED, 128, SLOT_TAG);
    }
    if (Slots[Index] == NULL) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        Settled[Index] |= Settles;
    }
    ExReleaseFastMutex(&SlotLock);
    return status;
}

static VOID
ClientEmpty(
    _In_ ULONG Index,
    _In_ BOOLEAN Always
    )
{
    ExAcquireFastMutex(&SlotLock);
    if (Slots[Index] != NULL && (Always || !Settled[Index])) {
        ExFreePoolWithTag(Slots[Index], SLOT_TAG);
        Slots[Index] = NULL;
    }
    ExReleaseFastMutex(&SlotLock);
}

_Use_decl_annotations_
static VOID
ClientProcessorAdd(
    PVOID CallbackContext,
    PVOID Argument1,
    PVOID Argument2
    )
{
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change = (PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT)Argument1;
    PNTSTATUS operationStatus = (PNTSTATUS)Argument2;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (change->State) {
    case KeProcessorAddStartNotify:
        if (*operationStatus != STATUS_SUCCESS) {
            break;
        }
        status = ClientFill(change->NtNumber, FALSE);
        if (!NT_SUCCESS(status)) {
            *operationStatus = status;
        }
        break;
    case KeProcessorAddCompleteNotify:
        (VOID)ClientFill(change->NtNumber, TRUE);
        break;
    case KeProcessorAddFailureNotify:
        ClientEmpty(change->NtNumber, FALSE);
        break;
    }
}

static VOID
ClientClose(
    VOID
    )
{
    if (Registration != NULL) {
        ExUnregisterCallback(Registration);
    }
    if (Object != NULL) {
        ObDereferenceObject(Object);
    }
    for (ULONG index = 0; index < SlotCount; index += 1) {
        ClientEmpty(index, TRUE);
    }
    ExFreePoolWithTag(Slots, SLOT_TAG);
}

_Use_decl_annotations_
static VOID
ClientUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ClientClose();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Callback\\ProcessorAdd");
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;
    ULONG active;

    UNREFERENCED_PARAMETER(RegistryPath);

    ExInitializeFastMutex(&SlotLock);
    SlotCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Slots = (PVOID *)ExAllocatePool2(POOL_FLAG_PAGED,
                                     SlotCount * (sizeof(*Slots) + sizeof(*Settled)), SLOT_TAG);
    if (Slots == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Settled = (BOOLEAN *)(Slots + SlotCount);
    Object = NULL;
    Registration = NULL;

    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ExCreateCallback(&Object, &attributes, FALSE, FALSE);
    if (!NT_SUCCESS(status)) {
        Object = NULL;
        ClientClose();
        return status;
    }
    Registration = ExRegisterCallback(Object, ClientProcessorAdd, NULL);
    if (Registration == NULL) {
        ClientClose();
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    //
    // Whoever comes after this count is told by the callback, or is counted and told.
    //
    active = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    for (ULONG index = 0; index < active; index += 1) {
        status = ClientFill(index, TRUE);
        if (!NT_SUCCESS(status)) {
            ClientClose();
            return status;
        }
    }
    DriverObject->DriverUnload = ClientUnload;
    return STATUS_SUCCESS;
}
