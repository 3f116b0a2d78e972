/*++

Module Name:

    publisher.c

Abstract:

    A driver of panels. For each panel that the bus finds it makes a device and publishes an
    interface, by which others find the panel without knowing its name: they ask for the class.

    An interface is registered once for a device and then enabled and disabled. Those who have
    asked for the class hear of both. It must not be enabled before the device can be used, nor
    stay enabled when the device goes: the link would lead nowhere.

    A driver of real hardware enables its interface when IRP_MN_START_DEVICE has succeeded and
    disables it in IRP_MN_REMOVE_DEVICE. Requests are not simulated, so there is no dispatch routine
    here, and both happen in AddDevice and Unload. In Windows this is half a driver: its
    MajorFunction table needs routines for IRP_MJ_CREATE and IRP_MJ_CLOSE, which complete the
    request with success, or nobody can open a panel; and one for IRP_MJ_PNP, without which no
    device starts.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include "panel.h"

#ifndef DISABLE_INTERFACE
#define DISABLE_INTERFACE(_LinkName) (VOID)IoSetDeviceInterfaceState((_LinkName), FALSE)
#endif

typedef struct _PANEL_EXTENSION {
    PDEVICE_OBJECT LowerDevice;
    UNICODE_STRING LinkName;
} PANEL_EXTENSION, *PPANEL_EXTENSION;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE PublisherAddDevice;
static DRIVER_UNLOAD PublisherUnload;

static VOID
PublisherDeleteDevice(
    _In_ PDEVICE_OBJECT DeviceObject
    )
/*++

Routine Description:

    Takes the device out of its stack and deletes it. The name of the link was made for this driver
    and is given back by it; the name alone, as the interface stays registered.

--*/
{
    PPANEL_EXTENSION extension = (PPANEL_EXTENSION)DeviceObject->DeviceExtension;

    RtlFreeUnicodeString(&extension->LinkName);
    if (extension->LowerDevice != NULL) {
        IoDetachDevice(extension->LowerDevice);
    }
    IoDeleteDevice(DeviceObject);
}

_Use_decl_annotations_
static NTSTATUS
PublisherAddDevice(
    PDRIVER_OBJECT DriverObject,
    PDEVICE_OBJECT PhysicalDeviceObject
    )
{
    PDEVICE_OBJECT device;
    PPANEL_EXTENSION extension;
    NTSTATUS status;

    status = IoCreateDevice(DriverObject, sizeof(PANEL_EXTENSION), NULL, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    extension = (PPANEL_EXTENSION)device->DeviceExtension;
    extension->LowerDevice = IoAttachDeviceToDeviceStack(device, PhysicalDeviceObject);
    if (extension->LowerDevice == NULL) {
        PublisherDeleteDevice(device);
        return STATUS_NO_SUCH_DEVICE;
    }

    //
    // The interface belongs to the device that the bus has found, not to the one made here.
    //
    status = IoRegisterDeviceInterface(PhysicalDeviceObject, &GUID_DEVINTERFACE_PANEL, NULL,
                                       &extension->LinkName);
    if (!NT_SUCCESS(status)) {
        PublisherDeleteDevice(device);
        return status;
    }

    //
    // The device is ready before it is announced: the first who hears of it may open it at once.
    //
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    status = IoSetDeviceInterfaceState(&extension->LinkName, TRUE);
    if (!NT_SUCCESS(status)) {
        PublisherDeleteDevice(device);
    }
    return status;
}

_Use_decl_annotations_
static VOID
PublisherUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    PPANEL_EXTENSION extension;

    while (DriverObject->DeviceObject != NULL) {
        //
        // That somebody else has disabled it already is no reason to keep the device.
        //
        extension = (PPANEL_EXTENSION)DriverObject->DeviceObject->DeviceExtension;
        DISABLE_INTERFACE(&extension->LinkName);
        PublisherDeleteDevice(DriverObject->DeviceObject);
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

    DriverObject->DriverExtension->AddDevice = PublisherAddDevice;
    DriverObject->DriverUnload = PublisherUnload;
    return STATUS_SUCCESS;
}
