/*++

Abstract:

    A driver for devices, each of which hears of processors by a registration of its own, with its
    device extension as the context, and announces an interface as soon as a processor has come
    while it was there. DriverEntry registers nothing; a routine that is called again when all has
    been loaded asks for what exists, and, where there is not enough memory for that, is called
    once more.

    A buffer of each device lies in paged pool and is locked while a call uses it.

--*/

#include <initguid.h>
#include <ntddk.h>

#define BUFFER_TAG 'fuBD'
#define BUFFER_BYTES 6000
#define MOST_ATTEMPTS 3

DEFINE_GUID(GUID_DEVINTERFACE_LISTENER, 0x2f0b1f1e, 0x8a54, 0x4a3c, 0x9c, 0x0e, 0x11, 0x5b, 0x70,
            0xd2, 0x4e, 0x93);

typedef struct _EXTENSION {
    PDEVICE_OBJECT LowerDevice;
    PVOID Registration;
    UNICODE_STRING LinkName;
    PUCHAR Buffer;
    ULONG Heard;
    volatile LONG Enabled;
} EXTENSION, *PEXTENSION;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_REINITIALIZE ListenReinitialize;
static DRIVER_ADD_DEVICE ListenAddDevice;
static DRIVER_UNLOAD ListenUnload;
static PROCESSOR_CALLBACK_FUNCTION ListenProcessorChanged;

static ULONG *Snapshot;

static VOID
ListenTouchBuffer(
    _In_ PEXTENSION Extension
    )
{
    PMDL mdl = IoAllocateMdl(Extension->Buffer, BUFFER_BYTES, FALSE, FALSE, NULL);
    PUCHAR address;

    if (mdl == NULL) {
        return;
    }
    MmProbeAndLockPages(mdl, KernelMode, IoModifyAccess);
    address = (PUCHAR)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
    if (address != NULL) {
        address[0] += 1;
        address[BUFFER_BYTES - 1] = address[0];
    }
    MmUnlockPages(mdl);
    IoFreeMdl(mdl);
}

_Use_decl_annotations_
static VOID
ListenProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PEXTENSION extension = (PEXTENSION)CallbackContext;

    UNREFERENCED_PARAMETER(OperationStatus);

    ListenTouchBuffer(extension);
    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        extension->Heard += 1;
        if (extension->LinkName.Buffer != NULL &&
            InterlockedExchange(&extension->Enabled, TRUE) == FALSE &&
            !NT_SUCCESS(IoSetDeviceInterfaceState(&extension->LinkName, TRUE))) {
            InterlockedExchange(&extension->Enabled, FALSE);
        }
    }
}

static VOID
ListenDeleteDevice(
    _In_ PDEVICE_OBJECT DeviceObject
    )
{
    PEXTENSION extension = (PEXTENSION)DeviceObject->DeviceExtension;

    if (extension->Registration != NULL) {
        KeDeregisterProcessorChangeCallback(extension->Registration);
    }
    if (extension->Enabled) {
        (VOID)IoSetDeviceInterfaceState(&extension->LinkName, FALSE);
    }
    RtlFreeUnicodeString(&extension->LinkName);
    if (extension->Buffer != NULL) {
        ExFreePoolWithTag(extension->Buffer, BUFFER_TAG);
    }
    if (extension->LowerDevice != NULL) {
        IoDetachDevice(extension->LowerDevice);
    }
    IoDeleteDevice(DeviceObject);
}

_Use_decl_annotations_
static NTSTATUS
ListenAddDevice(
    PDRIVER_OBJECT DriverObject,
    PDEVICE_OBJECT PhysicalDeviceObject
    )
{
    PDEVICE_OBJECT device;
    PEXTENSION extension;
    NTSTATUS status;

    status = IoCreateDevice(DriverObject, sizeof(EXTENSION), NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                            &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    extension = (PEXTENSION)device->DeviceExtension;
    extension->LowerDevice = IoAttachDeviceToDeviceStack(device, PhysicalDeviceObject);
    status = extension->LowerDevice != NULL ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
    if (NT_SUCCESS(status)) {
        extension->Buffer = (PUCHAR)ExAllocatePool2(POOL_FLAG_PAGED, BUFFER_BYTES, BUFFER_TAG);
        status = extension->Buffer != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (NT_SUCCESS(status)) {
        status = IoRegisterDeviceInterface(PhysicalDeviceObject, &GUID_DEVINTERFACE_LISTENER, NULL,
                                           &extension->LinkName);
    }
    if (NT_SUCCESS(status)) {
        extension->Registration = KeRegisterProcessorChangeCallback(ListenProcessorChanged,
                                                                    extension, 0);
        status = extension->Registration != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!NT_SUCCESS(status)) {
        ListenDeleteDevice(device);
        return status;
    }
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
ListenReinitialize(
    PDRIVER_OBJECT DriverObject,
    PVOID Context,
    ULONG Count
    )
{
    UNREFERENCED_PARAMETER(Context);

    Snapshot = (ULONG *)ExAllocatePool2(POOL_FLAG_PAGED, 2 * sizeof(ULONG), BUFFER_TAG);
    if (Snapshot != NULL) {
        Snapshot[0] = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
        Snapshot[1] = Count;
    } else if (Count < MOST_ATTEMPTS) {
        IoRegisterDriverReinitialization(DriverObject, ListenReinitialize, NULL);
    }
}

_Use_decl_annotations_
static VOID
ListenUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    while (DriverObject->DeviceObject != NULL) {
        ListenDeleteDevice(DriverObject->DeviceObject);
    }
    if (Snapshot != NULL) {
        ExFreePoolWithTag(Snapshot, BUFFER_TAG);
    }
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Snapshot = NULL;
    DriverObject->DriverExtension->AddDevice = ListenAddDevice;
    DriverObject->DriverUnload = ListenUnload;
    IoRegisterDriverReinitialization(DriverObject, ListenReinitialize, NULL);
    return STATUS_SUCCESS;
}
