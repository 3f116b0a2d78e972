/*++

Module Name:

    asynchronous_forgets_memory.c

Abstract:

    asynchronous.c with a mistake: Unload removes the entry for processors and not the one for
    memory. That one holds the driver's image, so Unload has run and nothing has gone.

--*/

#define DriverEntry AsynchronousDriverEntry
#include "asynchronous.c"
#undef DriverEntry

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD UnloadOfOne;

_Use_decl_annotations_
static VOID
UnloadOfOne(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotificationEx(ProcessorNotificationEntry);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status = AsynchronousDriverEntry(DriverObject, RegistryPath);

    if (NT_SUCCESS(status)) {
        DriverObject->DriverUnload = UnloadOfOne;
    }
    return status;
}
