/*++

Module Name:

    asynchronous.c

Abstract:

    A driver that is told when a processor or a range of memory has arrived. It is the whole of what
    the WDK sketches in "Registering for Asynchronous Driver Notification" and "Processing an
    Asynchronous Driver Notification".

    By the time that one of these callbacks runs the processor or the memory is long in use, and
    nobody asks whether it may come. A callback learns that there is something new, not what: it
    looks for itself, and must not be surprised to find more than one thing that is new.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD AsynchronousUnload;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE AsynchronousProcessorArrived;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE AsynchronousMemoryArrived;

//
// An entry for each of the two classes, and each is removed for itself.
//
static PVOID ProcessorNotificationEntry;
static PVOID MemoryNotificationEntry;

static BOOLEAN
AsynchronousIsArrival(
    _In_ PDEVICE_INTERFACE_CHANGE_NOTIFICATION Notification
    )
/*++

Routine Description:

    The same callback hears of interfaces that go. Those of processors and memory never do today,
    which is no reason to take their going for another arrival.

--*/
{
    return (BOOLEAN)IsEqualGUID(&Notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL);
}

_Use_decl_annotations_
static NTSTATUS
AsynchronousProcessorArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
/*++

Routine Description:

    Looks how many processors there are now. The count may include processors whose own arrival is
    still to come, so it is the state of things and not the number of this processor.

    The structure and the name of the link are there for this call only. Who needs the name later
    copies it.

Return Value:

    STATUS_SUCCESS. No other answer has a meaning: what has arrived, has arrived.

--*/
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (AsynchronousIsArrival(notification)) {
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%wZ: %u processors now\n",
                   notification->SymbolicLinkName,
                   KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static NTSTATUS
AsynchronousMemoryArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
/*++

Routine Description:

    Looks how much memory there is now. The list of ranges belongs to who has asked for it, and
    says itself where it ends.

--*/
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;
    PPHYSICAL_MEMORY_RANGE ranges, range;
    ULONG64 bytes = 0;

    UNREFERENCED_PARAMETER(Context);

    if (!AsynchronousIsArrival(notification)) {
        return STATUS_SUCCESS;
    }

    ranges = MmGetPhysicalMemoryRanges();
    if (ranges == NULL) {
        return STATUS_SUCCESS;
    }

    for (range = ranges; range->NumberOfBytes.QuadPart != 0; range += 1) {
        bytes += (ULONG64)range->NumberOfBytes.QuadPart;
    }
    ExFreePool(ranges);

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%wZ: %I64u MiB now\n",
               notification->SymbolicLinkName, bytes / (1024 * 1024));
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
AsynchronousUnload(
    PDRIVER_OBJECT DriverObject
    )
/*++

Routine Description:

    Removes both entries. IoUnregisterPlugPlayNotification without the Ex, which the WDK's sketch
    still has, comes back while a callback may be running, with Unload right behind it.

    Each entry holds the image of the driver. One that is forgotten holds it for good.

--*/
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotificationEx(ProcessorNotificationEntry);
    IoUnregisterPlugPlayNotificationEx(MemoryNotificationEntry);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    //
    // The class is given by the address of its GUID, through a parameter that is a pointer to
    // anything. It is only read.
    //
    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            AsynchronousProcessorArrived, NULL,
                                            &ProcessorNotificationEntry);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_MEMORY, DriverObject,
                                            AsynchronousMemoryArrived, NULL,
                                            &MemoryNotificationEntry);
    if (!NT_SUCCESS(status)) {
        //
        // Unload is not called for a driver whose entry fails, and the first entry stands.
        //
        IoUnregisterPlugPlayNotificationEx(ProcessorNotificationEntry);
        return status;
    }

    DriverObject->DriverUnload = AsynchronousUnload;
    return STATUS_SUCCESS;
}
