/*++

Abstract:

    A driver that wants four processors and no more to do with them. When they are there its
    callback queues a work item, which removes the registration; Unload may come before, meanwhile
    or after. Whoever takes the handle out of its place removes it.

    A work item's device keeps the image until the routine has returned. That the item does not
    find memory gone that Unload frees is seen to by an event.

--*/

#include <ntddk.h>

#define WANTED 4

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD EnoughUnload;
static PROCESSOR_CALLBACK_FUNCTION EnoughProcessorChanged;
static IO_WORKITEM_ROUTINE EnoughLeave;

typedef struct _EXTENSION {
    PIO_WORKITEM Item;
    KEVENT ItemIsDone;
    LONG ItemIsQueued;
    PVOID Handle;
} EXTENSION, *PEXTENSION;

static PDEVICE_OBJECT Device;

static VOID
EnoughRemove(
    _Inout_ PEXTENSION Extension
    )
{
    PVOID handle = InterlockedExchangePointer(&Extension->Handle, NULL);

    if (handle != NULL) {
        KeDeregisterProcessorChangeCallback(handle);
    }
}

_Use_decl_annotations_
static VOID
EnoughLeave(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    PEXTENSION extension = (PEXTENSION)DeviceObject->DeviceExtension;

    UNREFERENCED_PARAMETER(Context);

    EnoughRemove(extension);
    KeSetEvent(&extension->ItemIsDone, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
static VOID
EnoughProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PEXTENSION extension = (PEXTENSION)CallbackContext;

    UNREFERENCED_PARAMETER(OperationStatus);

    //
    // The item waits for the add that this call is part of. So it is queued, not awaited.
    //
    if (ChangeContext->State == KeProcessorAddCompleteNotify &&
        KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) >= WANTED &&
        InterlockedExchange(&extension->ItemIsQueued, 1) == 0) {
        IoQueueWorkItem(extension->Item, EnoughLeave, DelayedWorkQueue, NULL);
    }
}

_Use_decl_annotations_
static VOID
EnoughUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    PEXTENSION extension = (PEXTENSION)DriverObject->DeviceObject->DeviceExtension;

    EnoughRemove(extension);

    //
    // A Complete may have queued the item while the removal waited for its add.
    //
    if (InterlockedExchange(&extension->ItemIsQueued, 1) != 0) {
        KeWaitForSingleObject(&extension->ItemIsDone, Executive, KernelMode, FALSE, NULL);
    }
    IoFreeWorkItem(extension->Item);
    IoDeleteDevice(Device);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    PEXTENSION extension;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    status = IoCreateDevice(DriverObject, sizeof(EXTENSION), NULL, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    extension = (PEXTENSION)Device->DeviceExtension;
    KeInitializeEvent(&extension->ItemIsDone, NotificationEvent, FALSE);
    extension->Item = IoAllocateWorkItem(Device);
    if (extension->Item == NULL) {
        IoDeleteDevice(Device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    extension->Handle = KeRegisterProcessorChangeCallback(EnoughProcessorChanged, extension, 0);
    if (extension->Handle == NULL) {
        IoFreeWorkItem(extension->Item);
        IoDeleteDevice(Device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = EnoughUnload;
    return STATUS_SUCCESS;
}
