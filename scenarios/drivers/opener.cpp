/*++

Module Name:

    opener.cpp

Abstract:

    A driver in C++ that opens every panel of publisher.c, those that are there and those that come.

    With existing interfaces included it need not look for panels itself. It stands in the list
    before it hears of those that are there, so a panel that comes just then may be reported by
    both, by the registration and by the system's own thread: the second report is for a link that
    is known, and nothing happens.

    What is open keeps its device from being removed: a query for that fails as long as there is a
    file object on it. A driver for hardware that goes registers each file object for
    EventCategoryTargetDeviceChange, too, and closes it when it is asked there. This one hears of
    a panel only when its interface has been disabled.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <wdmguid.h>
#include "panel.h"

#define OPENER_TAG 'nepO'

#ifndef IS_KNOWN
#define IS_KNOWN(_Panel) ((_Panel) != nullptr)
#endif

#ifndef OPEN_DEVICE
#define OPEN_DEVICE IoGetDeviceObjectPointer
#endif

#ifndef REMOVE_ENTRY
#define REMOVE_ENTRY(_Entry) IoUnregisterPlugPlayNotificationEx(_Entry)
#endif

//
// Objects lie in pool. Where there is none the result of new is nullptr, as nothing here throws.
//
class FromPool
{
public:
    static void *operator new(size_t Size) noexcept
    {
        return ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, OPENER_TAG);
    }

    static void operator delete(void *Block)
    {
        ExFreePoolWithTag(Block, OPENER_TAG);
    }
};

//
// A panel that is open. It keeps a name of its own: that of the notification is gone with it.
//
class Panel : public FromPool
{
public:
    ~Panel();

    _Must_inspect_result_ NTSTATUS Open(_In_ PCUNICODE_STRING Link);
    bool Is(_In_ PCUNICODE_STRING Link) const;

    Panel *Next = nullptr;

private:
    UNICODE_STRING m_Link = {};
    PFILE_OBJECT m_File = nullptr;
    PDEVICE_OBJECT m_Device = nullptr;
};

//
// All of them. Reports come on two threads while the registration is under way, so they take turns.
// The turn is an event and no mutex: to open and close a device a thread must be open to APCs, and
// a mutex, the guarded one above all, keeps them away from who holds it.
//
class PanelList : public FromPool
{
public:
    PanelList();
    ~PanelList();

    static DRIVER_NOTIFICATION_CALLBACK_ROUTINE Notified;

private:
    Panel **Find(_In_ PCUNICODE_STRING Link);
    void Arrived(_In_ PCUNICODE_STRING Link);
    void Left(_In_ PCUNICODE_STRING Link);

    KEVENT m_Turn;
    Panel *m_First = nullptr;
};

static PanelList *Panels;
static PVOID NotificationEntry;

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD OpenerUnload;

Panel::~Panel()
/*++

Routine Description:

    The reference on the file object is what keeps the device open. The device has none of its own.

--*/
{
    if (m_File != nullptr) {
        ObDereferenceObject(m_File);
    }
    RtlFreeUnicodeString(&m_Link);
}

_Use_decl_annotations_
NTSTATUS
Panel::Open(
    PCUNICODE_STRING Link
    )
{
    NTSTATUS status;

    status = RtlDuplicateUnicodeString(RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE, Link, &m_Link);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    return OPEN_DEVICE(&m_Link, FILE_READ_DATA, &m_File, &m_Device);
}

_Use_decl_annotations_
bool
Panel::Is(
    PCUNICODE_STRING Link
    ) const
{
    return RtlEqualUnicodeString(&m_Link, Link, TRUE) != FALSE;
}

PanelList::PanelList()
{
    KeInitializeEvent(&m_Turn, SynchronizationEvent, TRUE);
}

PanelList::~PanelList()
{
    while (m_First != nullptr) {
        Panel *panel = m_First;

        m_First = panel->Next;
        delete panel;
    }
}

_Use_decl_annotations_
Panel **
PanelList::Find(
    PCUNICODE_STRING Link
    )
/*++

Return Value:

    Where the panel hangs, or where the list ends.

--*/
{
    Panel **place = &m_First;

    while (*place != nullptr && !(*place)->Is(Link)) {
        place = &(*place)->Next;
    }
    return place;
}

_Use_decl_annotations_
void
PanelList::Arrived(
    PCUNICODE_STRING Link
    )
{
    Panel **place = Find(Link);

    if (IS_KNOWN(*place)) {
        return;
    }

    Panel *panel = new Panel;
    if (panel == nullptr) {
        return;
    }
    if (!NT_SUCCESS(panel->Open(Link))) {
        //
        // It may have gone again: this report is of the past.
        //
        delete panel;
        return;
    }

    *place = panel;
}

_Use_decl_annotations_
void
PanelList::Left(
    PCUNICODE_STRING Link
    )
{
    Panel **place = Find(Link);
    Panel *panel = *place;

    if (panel != nullptr) {
        *place = panel->Next;
        delete panel;
    }
}

_Use_decl_annotations_
NTSTATUS
PanelList::Notified(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    auto notification = static_cast<PDEVICE_INTERFACE_CHANGE_NOTIFICATION>(NotificationStructure);
    auto panels = static_cast<PanelList *>(Context);

    KeWaitForSingleObject(&panels->m_Turn, Executive, KernelMode, FALSE, nullptr);
    if (notification->Event == GUID_DEVICE_INTERFACE_ARRIVAL) {
        panels->Arrived(notification->SymbolicLinkName);
    } else if (notification->Event == GUID_DEVICE_INTERFACE_REMOVAL) {
        panels->Left(notification->SymbolicLinkName);
    }
    KeSetEvent(&panels->m_Turn, IO_NO_INCREMENT, FALSE);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
OpenerUnload(
    PDRIVER_OBJECT DriverObject
    )
/*++

Routine Description:

    When the Ex routine has returned no call is under way and none will come, so the context can
    go. The older routine promises neither.

--*/
{
    UNREFERENCED_PARAMETER(DriverObject);

    REMOVE_ENTRY(NotificationEntry);
    delete Panels;
}

_Use_decl_annotations_
extern "C" NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    Panels = new PanelList;
    if (Panels == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange,
                                            PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
                                            const_cast<GUID *>(&GUID_DEVINTERFACE_PANEL),
                                            DriverObject, PanelList::Notified, Panels,
                                            &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        delete Panels;
        return status;
    }

    DriverObject->DriverUnload = OpenerUnload;
    return STATUS_SUCCESS;
}
