/*++

Module Name:

    enough_processors.cpp

Abstract:

    A driver in C++ that waits for a machine to have three processors, and then wants to hear no
    more. The class Subscription has the entry: it registers, is told, and removes.

    With existing interfaces included the first calls come inside the registration, so the state of
    things and all that changes it arrive in one way, and nothing is lost in between. The price is
    that a callback which removes its own entry has to know where it is. In a later call it may,
    and IoUnregisterPlugPlayNotificationEx does not wait for that very call. Inside the registration
    it may not; then the registration is awaited and the removal comes behind it.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

//
// What the subscription was when the last processor that was wanted came: whether it may remove
// its entry at once.
//
#ifndef MAY_LEAVE
#define MAY_LEAVE(_Before) ((_Before) == Listening)
#endif

class Subscription
{
public:
    _Must_inspect_result_ NTSTATUS Begin(_In_ PDRIVER_OBJECT DriverObject, _In_ ULONG Wanted);
    void End();

private:
    enum : LONG { Beginning, Listening, Done };

    static DRIVER_NOTIFICATION_CALLBACK_ROUTINE Notified;
    void Look();

    PVOID m_Entry;
    ULONG m_Wanted;
    LONG m_State;
};

//
// No constructor and no destructor: a kernel calls neither for what is global. Begin makes it what
// it is, and as nobody frees it, a call that is on its way out need not be waited for.
//
static Subscription Processors;

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD EnoughUnload;

_Use_decl_annotations_
NTSTATUS
Subscription::Begin(
    PDRIVER_OBJECT DriverObject,
    ULONG Wanted
    )
{
    NTSTATUS status;

    m_Entry = nullptr;
    m_Wanted = Wanted;
    m_State = Beginning;

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange,
                                            PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
                                            const_cast<GUID *>(&GUID_DEVICE_PROCESSOR),
                                            DriverObject, Notified, this, &m_Entry);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    //
    // There were enough already, or they came meanwhile.
    //
    if (InterlockedCompareExchange(&m_State, Listening, Beginning) == Done) {
        End();
    }
    return STATUS_SUCCESS;
}

void
Subscription::End()
/*++

Routine Description:

    Removes the entry. The callback may do so on its own while the driver is being unloaded; the
    exchange makes sure that one of the two does.

--*/
{
    PVOID entry = InterlockedExchangePointer(&m_Entry, nullptr);

    if (entry != nullptr) {
        IoUnregisterPlugPlayNotificationEx(entry);
    }
}

void
Subscription::Look()
/*++

Routine Description:

    Counts anew instead of counting calls: a processor may be reported twice, and its arrival may
    come when later ones are there.

--*/
{
    if (KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) < m_Wanted) {
        return;
    }

    LONG before = InterlockedExchange(&m_State, Done);

    if (before != Done) {
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "there are %u processors\n", m_Wanted);
    }
    if (MAY_LEAVE(before)) {
        End();
    }
}

_Use_decl_annotations_
NTSTATUS
Subscription::Notified(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    auto notification = static_cast<PDEVICE_INTERFACE_CHANGE_NOTIFICATION>(NotificationStructure);

    if (notification->Event == GUID_DEVICE_INTERFACE_ARRIVAL) {
        static_cast<Subscription *>(Context)->Look();
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
EnoughUnload(
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

    DriverObject->DriverUnload = EnoughUnload;
    return Processors.Begin(DriverObject, 3);
}
