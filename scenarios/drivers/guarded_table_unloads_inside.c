/*++

Module Name:

    guarded_table_unloads_inside.c

Abstract:

    guarded_table.c with a mistake: Unload removes the callback while it has the resource. A
    callback that runs waits for the resource, and the removal waits for the callback.

--*/

#define DriverEntry TableDriverEntry
#include "guarded_table.c"
#undef DriverEntry

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD UnloadInside;

_Use_decl_annotations_
static VOID
UnloadInside(
    PDRIVER_OBJECT DriverObject
    )
{
    ExEnterCriticalRegionAndAcquireResourceExclusive(&TableResource);
    TableUnload(DriverObject);
    ExReleaseResourceAndLeaveCriticalRegion(&TableResource);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status = TableDriverEntry(DriverObject, RegistryPath);

    if (NT_SUCCESS(status)) {
        DriverObject->DriverUnload = UnloadInside;
    }
    return status;
}
