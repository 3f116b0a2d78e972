/*++

Module Name:

    callback_context_freed_first.c

Abstract:

    A driver with a mistake: Unload frees what the callback counts in, and then removes the callback.
    An add that comes in between counts in memory that is somebody else's.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

#define COUNT_TAG 'tnuC'

static PVOID CallbackHandle;
static PLONG Count;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(ChangeContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    InterlockedIncrement((PLONG)CallbackContext);
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ExFreePoolWithTag(Count, COUNT_TAG);
    KeDeregisterProcessorChangeCallback(CallbackHandle);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Count = (PLONG)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Count), COUNT_TAG);
    if (Count == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, Count, 0);
    if (CallbackHandle == NULL) {
        ExFreePoolWithTag(Count, COUNT_TAG);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
