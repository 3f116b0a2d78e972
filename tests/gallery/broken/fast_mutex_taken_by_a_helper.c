/*++

Module Name:

    fast_mutex_taken_by_a_helper.c

Abstract:

    A driver with a mistake: the callback has its fast mutex and calls a helper, which takes it, too.
    A fast mutex is not recursive; the thread waits for itself.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

static PVOID CallbackHandle;
static FAST_MUTEX CountMutex;
static ULONG Count;
static ULONG Highest;

static VOID
NoteHighest(
    _In_ ULONG ProcessorIndex
    )
{
    ExAcquireFastMutex(&CountMutex);
    if (Highest < ProcessorIndex) {
        Highest = ProcessorIndex;
    }
    ExReleaseFastMutex(&CountMutex);
}

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
        ExAcquireFastMutex(&CountMutex);
        Count += 1;
        NoteHighest(ChangeContext->NtNumber);
        ExReleaseFastMutex(&CountMutex);
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

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

    ExInitializeFastMutex(&CountMutex);
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
