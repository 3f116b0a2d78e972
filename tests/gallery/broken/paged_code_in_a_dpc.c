/*++

Module Name:

    paged_code_in_a_dpc.c

Abstract:

    A driver with a mistake: the DPC that runs on a new processor calls a routine that is marked
    as paged. It was written for the callback, which runs at PASSIVE_LEVEL.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static KDEFERRED_ROUTINE VisitProcessor;

static PVOID CallbackHandle;
static KDPC VisitDpc;
static KEVENT Visited;
static ULONG LastProcessor;

static VOID
NoteProcessor(
    _In_ ULONG ProcessorIndex
    )
{
    PAGED_CODE();

    LastProcessor = ProcessorIndex;
}

_Use_decl_annotations_
static VOID
VisitProcessor(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    NoteProcessor(KeGetCurrentProcessorNumberEx(NULL));
    KeSetEvent(&Visited, IO_NO_INCREMENT, FALSE);
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
        KeSetTargetProcessorDpcEx(&VisitDpc, &ChangeContext->ProcNumber);
        KeInsertQueueDpc(&VisitDpc, NULL, NULL);
        KeWaitForSingleObject(&Visited, Executive, KernelMode, FALSE, NULL);
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
    KeFlushQueuedDpcs();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    KeInitializeDpc(&VisitDpc, VisitProcessor, NULL);
    KeInitializeEvent(&Visited, SynchronizationEvent, FALSE);
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
