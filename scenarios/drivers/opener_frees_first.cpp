/*++

Module Name:

    opener_frees_first.cpp

Abstract:

    opener.cpp with a mistake: Unload gives back the context first and removes the entry then. In
    between the entry is live, and a call of it would work with what is gone.

--*/

#define REMOVE_ENTRY(_Entry) ((void)(_Entry))

#define DriverEntry OpenerDriverEntry
#include "opener.cpp"
#undef DriverEntry

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD FreesFirst;

_Use_decl_annotations_
static VOID
FreesFirst(
    PDRIVER_OBJECT DriverObject
    )
{
    OpenerUnload(DriverObject);
    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
}

_Use_decl_annotations_
extern "C" NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status = OpenerDriverEntry(DriverObject, RegistryPath);

    if (NT_SUCCESS(status)) {
        DriverObject->DriverUnload = FreesFirst;
    }
    return status;
}
