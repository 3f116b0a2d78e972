/*++

Module Name:

    worker_waits_for_all.c

Abstract:

    worker_per_processor.c with a mistake: Unload waits for all threads in one call and brings no
    wait blocks. A thread has three of its own, so it goes well until a fourth processor comes.

--*/

#define DriverEntry WorkerDriverEntry
#include "worker_per_processor.c"
#undef DriverEntry

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD UnloadWaitsForAll;

_Use_decl_annotations_
static VOID
UnloadWaitsForAll(
    PDRIVER_OBJECT DriverObject
    )
{
    PVOID threads[MAXIMUM_WAIT_OBJECTS];
    ULONG index, count = 0;

    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    for (index = 0; index < MaximumProcessorCount && count < MAXIMUM_WAIT_OBJECTS; index += 1) {
        if (Workers[index] != NULL) {
            KeSetEvent(&Workers[index]->Stop, IO_NO_INCREMENT, FALSE);
            threads[count] = Workers[index]->Thread;
            count += 1;
        }
    }
    if (count != 0) {
        KeWaitForMultipleObjects(count, threads, WaitAll, Executive, KernelMode, FALSE, NULL,
                                 NULL);
    }
    for (index = 0; index < MaximumProcessorCount; index += 1) {
        WorkerEnd(index);
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
        DriverObject->DriverUnload = UnloadWaitsForAll;
    }
    return status;
}
