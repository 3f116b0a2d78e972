/*++

Abstract:

    A driver in C++ that hears of processors and of memory by PnP notification, with what exists
    included, and reads the list of memory in each call. A subscription is an object with its entry;
    calls of both go to the one driver, whose numbers are taken anew each time, so that it does not
    matter how often an instance is reported, how late, and in which order.

    The subscriptions end on a thread which was told that all is there, and not in Unload, which by
    one page is called only when there are none; Unload ends those that are left.

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

class Inventory;

class Subscription
{
public:
    NTSTATUS Begin(PDRIVER_OBJECT DriverObject, const GUID &Class, Inventory *Owner);
    void End();

private:
    static DRIVER_NOTIFICATION_CALLBACK_ROUTINE Notified;

    PVOID m_Entry;
    Inventory *m_Owner;
};

class Inventory
{
public:
    NTSTATUS Begin(PDRIVER_OBJECT DriverObject);
    void End();
    void Look();

private:
    static KSTART_ROUTINE Run;

    Subscription m_Processors;
    Subscription m_Memory;
    KEVENT m_Leave;
    PKTHREAD m_Thread;
    volatile LONG64 m_Bytes;
    volatile LONG m_Active;
    ULONG m_Maximum;
};

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD InventoryUnload;

static Inventory TheInventory;

_Use_decl_annotations_
NTSTATUS
Subscription::Notified(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    auto change = static_cast<PDEVICE_INTERFACE_CHANGE_NOTIFICATION>(NotificationStructure);

    if (IsEqualGUID(change->Event, GUID_DEVICE_INTERFACE_ARRIVAL)) {
        static_cast<Subscription *>(Context)->m_Owner->Look();
    }
    return STATUS_SUCCESS;
}

NTSTATUS
Subscription::Begin(
    PDRIVER_OBJECT DriverObject,
    const GUID &Class,
    Inventory *Owner
    )
{
    m_Owner = Owner;
    return IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange,
                                          PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
                                          const_cast<GUID *>(&Class), DriverObject, Notified, this,
                                          &m_Entry);
}

void
Subscription::End()
{
    PVOID entry = InterlockedExchangePointer(&m_Entry, nullptr);

    if (entry != nullptr) {
        IoUnregisterPlugPlayNotificationEx(entry);
    }
}

void
Inventory::Look()
{
    PPHYSICAL_MEMORY_RANGE ranges = MmGetPhysicalMemoryRanges();
    LONG active = static_cast<LONG>(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));

    if (ranges != nullptr) {
        LONG64 bytes = 0;

        for (ULONG i = 0; ranges[i].BaseAddress.QuadPart != 0 ||
                          ranges[i].NumberOfBytes.QuadPart != 0; i += 1) {
            bytes += ranges[i].NumberOfBytes.QuadPart;
        }
        ExFreePool(ranges);
        InterlockedExchange64(&m_Bytes, bytes);
    }
    InterlockedExchange(&m_Active, active);
    if (static_cast<ULONG>(active) == m_Maximum) {
        KeSetEvent(&m_Leave, IO_NO_INCREMENT, FALSE);
    }
}

_Use_decl_annotations_
VOID
Inventory::Run(
    PVOID StartContext
    )
{
    auto inventory = static_cast<Inventory *>(StartContext);

    KeWaitForSingleObject(&inventory->m_Leave, Executive, KernelMode, FALSE, nullptr);
    inventory->m_Processors.End();
    inventory->m_Memory.End();
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS
Inventory::Begin(
    PDRIVER_OBJECT DriverObject
    )
{
    HANDLE handle;
    NTSTATUS status;

    m_Maximum = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    KeInitializeEvent(&m_Leave, NotificationEvent, FALSE);

    status = m_Processors.Begin(DriverObject, GUID_DEVICE_PROCESSOR, this);
    if (NT_SUCCESS(status)) {
        status = m_Memory.Begin(DriverObject, GUID_DEVICE_MEMORY, this);
    }
    if (NT_SUCCESS(status)) {
        status = PsCreateSystemThread(&handle, SYNCHRONIZE, nullptr, nullptr, nullptr, Run, this);
    }
    if (!NT_SUCCESS(status)) {
        m_Memory.End();
        m_Processors.End();
        return status;
    }
    (void)ObReferenceObjectByHandle(handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                    reinterpret_cast<PVOID *>(&m_Thread), nullptr);
    ZwClose(handle);
    return STATUS_SUCCESS;
}

void
Inventory::End()
{
    KeSetEvent(&m_Leave, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(m_Thread, Executive, KernelMode, FALSE, nullptr);
    ObDereferenceObject(m_Thread);
}

_Use_decl_annotations_
static VOID
InventoryUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    TheInventory.End();
}

_Use_decl_annotations_
extern "C" NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverUnload = InventoryUnload;
    return TheInventory.Begin(DriverObject);
}
