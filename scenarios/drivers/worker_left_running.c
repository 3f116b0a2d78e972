/*++

Module Name:

    worker_left_running.c

Abstract:

    worker_per_processor.c with a mistake: Unload tells the threads to end and does not wait until
    they have. The image goes while they are on their way out through its code.

--*/

#define DriverEntry WorkerDriverEntry
#include "worker_per_processor.c"
#undef DriverEntry

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD UnloadTooEarly;

_Use_decl_annotations_
static VOID
UnloadTooEarly(
    PDRIVER_OBJECT DriverObject
    )
{
    ULONG index;

    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    for (index = 0; index < MaximumProcessorCount; index += 1) {
        if (Workers[index] != NULL) {
            KeSetEvent(&Workers[index]->Stop, IO_NO_INCREMENT, FALSE);
            ObDereferenceObject(Workers[index]->Thread);
            ExFreePoolWithTag(Workers[index], WORKER_TAG);
        }
    }
    WorkerFreeTables();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status = WorkerDriverEntry(DriverObject, RegistryPath);

    if (NT_SUCCESS(status)) {
        DriverObject->DriverUnload = UnloadTooEarly;
    }
    return status;
}
