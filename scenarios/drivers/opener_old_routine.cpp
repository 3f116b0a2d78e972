/*++

Module Name:

    opener_old_routine.cpp

Abstract:

    opener.cpp with a mistake: the entry is removed with the older routine, which does not wait, and
    the context goes a moment later. One call may still be under way, or begin.

    So that the mistake shows in every run, the context goes when the call has begun to open a
    panel, and the panel is not open before that.

--*/

#define DriverEntry OpenerDriverEntry
#define OPEN_DEVICE OpenSlowDevice
#define REMOVE_ENTRY RemoveAndHope

#include <ntddk.h>

#define MICROSECONDS(_Count) (-10LL * (_Count))

static KEVENT OpenBegun;
static KEVENT ContextFreed;

static NTSTATUS
OpenSlowDevice(
    _In_ PUNICODE_STRING Link,
    _In_ ACCESS_MASK Access,
    _Out_ PFILE_OBJECT *File,
    _Out_ PDEVICE_OBJECT *Device
    )
{
    LARGE_INTEGER moment;

    KeSetEvent(&OpenBegun, IO_NO_INCREMENT, FALSE);
    moment.QuadPart = MICROSECONDS(100);
    KeWaitForSingleObject(&ContextFreed, Executive, KernelMode, FALSE, &moment);
    return IoGetDeviceObjectPointer(Link, Access, File, Device);
}

static VOID
RemoveAndHope(
    _In_ PVOID Entry
    )
{
    LARGE_INTEGER moment;

    IoUnregisterPlugPlayNotification(Entry);
    moment.QuadPart = MICROSECONDS(10);
    KeWaitForSingleObject(&OpenBegun, Executive, KernelMode, FALSE, &moment);
}

#include "opener.cpp"
#undef DriverEntry

extern "C" DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD UnloadTooEarly;

_Use_decl_annotations_
static VOID
UnloadTooEarly(
    PDRIVER_OBJECT DriverObject
    )
{
    OpenerUnload(DriverObject);
    KeSetEvent(&ContextFreed, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
extern "C" NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    KeInitializeEvent(&OpenBegun, NotificationEvent, FALSE);
    KeInitializeEvent(&ContextFreed, NotificationEvent, FALSE);
    status = OpenerDriverEntry(DriverObject, RegistryPath);
    if (NT_SUCCESS(status)) {
        DriverObject->DriverUnload = UnloadTooEarly;
    }
    return status;
}
