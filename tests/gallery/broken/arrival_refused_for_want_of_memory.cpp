/*++

Module Name:

    arrival_refused_for_want_of_memory.cpp

Abstract:

    A driver in C++ with a mistake: the arrival of a processor needs memory to remember it, and
    when there is none it answers with an error. Nobody asked it for leave: the processor is
    there.

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
    ULONG *m_Newest;
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
    ULONG *newest;

    UNREFERENCED_PARAMETER(NotificationStructure);

    newest = static_cast<ULONG *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*newest), 'weN '));
    if (newest == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    *newest = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    if (self->m_Newest != nullptr) {
        ExFreePoolWithTag(self->m_Newest, 'weN ');
    }
    self->m_Newest = newest;
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
NTSTATUS
Subscription::Begin(
    PDRIVER_OBJECT DriverObject
    )
{
    m_Newest = nullptr;
    return IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                          const_cast<GUID *>(&GUID_DEVICE_PROCESSOR),
                                          DriverObject, Notified, this, &m_Entry);
}

void
Subscription::End()
{
    IoUnregisterPlugPlayNotificationEx(m_Entry);
    if (m_Newest != nullptr) {
        ExFreePoolWithTag(m_Newest, 'weN ');
    }
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
