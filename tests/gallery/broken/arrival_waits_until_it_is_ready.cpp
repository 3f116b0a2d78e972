/*++

Module Name:

    arrival_waits_until_it_is_ready.cpp

Abstract:

    A driver in C++ with a mistake: the arrival of a processor waits a while for an event that
    says whether the rest of the driver is ready. Whoever is told after it waits as well.

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>

class Subscription
{
public:
    NTSTATUS Begin(_In_ PDRIVER_OBJECT DriverObject);
    void End();

private:
    static DRIVER_NOTIFICATION_CALLBACK_ROUTINE Notified;

    PVOID m_Entry;
    KEVENT m_Ready;
};

static Subscription Processors;

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;

_Use_decl_annotations_
NTSTATUS
Subscription::Notified(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    Subscription *self = static_cast<Subscription *>(Context);
    LARGE_INTEGER timeout;

    UNREFERENCED_PARAMETER(NotificationStructure);

    timeout.QuadPart = -50 * 1000 * 10;
    KeWaitForSingleObject(&self->m_Ready, Executive, KernelMode, FALSE, &timeout);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
NTSTATUS
Subscription::Begin(
    PDRIVER_OBJECT DriverObject
    )
{
    KeInitializeEvent(&m_Ready, NotificationEvent, FALSE);
    return IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                          const_cast<GUID *>(&GUID_DEVICE_PROCESSOR),
                                          DriverObject, Notified, this, &m_Entry);
}

void
Subscription::End()
{
    IoUnregisterPlugPlayNotificationEx(m_Entry);
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    Processors.End();
}

_Use_decl_annotations_
extern "C" NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverUnload = Unload;
    return Processors.Begin(DriverObject);
}
