/*++

Module Name:

    removed_under_the_lock_it_takes.c

Abstract:

    A driver with a mistake: it guards its callback handle with the mutex that the callback takes,
    so that a removal in the middle of an add waits for a callback that waits for the mutex.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

static KGUARDED_MUTEX Mutex;
static PVOID CallbackHandle;
static ULONG Processors;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        KeAcquireGuardedMutex(&Mutex);
        Processors += 1;
        KeReleaseGuardedMutex(&Mutex);
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeAcquireGuardedMutex(&Mutex);
    KeDeregisterProcessorChangeCallback(CallbackHandle);
    CallbackHandle = NULL;
    KeReleaseGuardedMutex(&Mutex);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    KeInitializeGuardedMutex(&Mutex);
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
