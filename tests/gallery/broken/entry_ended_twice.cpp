/*++

Module Name:

    entry_ended_twice.cpp

Abstract:

    A driver in C++ with a mistake: what Unload does ends the subscription, and a guard in it
    ends it again on the way out, as it would after an error.

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
    ULONG m_Arrivals;
};

static Subscription Processors;

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;

class EndGuard
{
public:
    explicit EndGuard(Subscription &Ended) : m_Ended(Ended) {}
    ~EndGuard() { m_Ended.End(); }

private:
    Subscription &m_Ended;
};

_Use_decl_annotations_
NTSTATUS
Subscription::Notified(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    UNREFERENCED_PARAMETER(NotificationStructure);

    static_cast<Subscription *>(Context)->m_Arrivals += 1;
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
NTSTATUS
Subscription::Begin(
    PDRIVER_OBJECT DriverObject
    )
{
    m_Arrivals = 0;
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

    EndGuard guard(Processors);

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
