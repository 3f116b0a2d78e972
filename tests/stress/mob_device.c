/*++

Module Name:

    mob_device.c

Abstract:

    A device with an interface, which members enable and disable while others look for it.

--*/

#include "mob.h"

//
// Link and Enabled belong to who has taken LinkLock.
//
static VOID
MobLockLink(
    _Inout_ PMOB Mob
    )
{
    KeWaitForSingleObject(&Mob->LinkLock, Executive, KernelMode, FALSE, NULL);
}

static VOID
MobUnlockLink(
    _Inout_ PMOB Mob
    )
{
    KeSetEvent(&Mob->LinkLock, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
NTSTATUS
MobAddDevice(
    PDRIVER_OBJECT DriverObject,
    PDEVICE_OBJECT PhysicalDeviceObject
    )
{
    PMOB mob = MobOf(DriverObject);
    UNICODE_STRING link;
    NTSTATUS status;

    //
    // One device is enough; they come one after another.
    //
    if (mob->Function != NULL) {
        return STATUS_NO_SUCH_DEVICE;
    }
    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN,
                            FALSE, &mob->Function);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    mob->LowerDevice = IoAttachDeviceToDeviceStack(mob->Function, PhysicalDeviceObject);
    MOB_CHECK(mob->LowerDevice != NULL);
    mob->Function->Flags &= ~DO_DEVICE_INITIALIZING;

    //
    // Without an interface it is a device all the same.
    //
    if (NT_SUCCESS(IoRegisterDeviceInterface(PhysicalDeviceObject, &GUID_DEVINTERFACE_MOB, NULL,
                                             &link))) {
        MobLockLink(mob);
        mob->Link = link;
        mob->Enabled = NT_SUCCESS(IoSetDeviceInterfaceState(&mob->Link, TRUE));
        MobUnlockLink(mob);
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
VOID
MobEndDevice(
    PMOB Mob
    )
{
    if (Mob->Function == NULL) {
        return;
    }
    if (Mob->Enabled) {
        IoSetDeviceInterfaceState(&Mob->Link, FALSE);
    }
    if (Mob->Link.Buffer != NULL) {
        RtlFreeUnicodeString(&Mob->Link);
    }
    IoDetachDevice(Mob->LowerDevice);
    IoDeleteDevice(Mob->Function);
}

_Use_decl_annotations_
VOID
MobPublish(
    PMEMBER Member
    )
{
    PMOB mob = Member->Mob;
    NTSTATUS status;

    MobLockLink(mob);
    if (mob->Link.Buffer != NULL) {
        status = IoSetDeviceInterfaceState(&mob->Link, !mob->Enabled);
        if (NT_SUCCESS(status)) {
            mob->Enabled = !mob->Enabled;
        }
    }
    MobUnlockLink(mob);
}
