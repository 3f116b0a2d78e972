/*++

Module Name:

    thread_made_by_a_dpc.c

Abstract:

    A driver with a mistake: the DPC on the new processor makes the thread that shall run there. That
    takes PASSIVE_LEVEL; a DPC has DISPATCH_LEVEL.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static KDEFERRED_ROUTINE MakeThread;
static KSTART_ROUTINE Work;

static PVOID CallbackHandle;
static KDPC MakeDpc;
static KEVENT Made;

_Use_decl_annotations_
static VOID
Work(
    PVOID StartContext
    )
{
    UNREFERENCED_PARAMETER(StartContext);

    PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
static VOID
MakeThread(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    HANDLE thread;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, Work, NULL);
    KeSetEvent(&Made, IO_NO_INCREMENT, FALSE);
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
        KeSetTargetProcessorDpcEx(&MakeDpc, &ChangeContext->ProcNumber);
        KeInsertQueueDpc(&MakeDpc, NULL, NULL);
        KeWaitForSingleObject(&Made, Executive, KernelMode, FALSE, NULL);
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

    KeInitializeDpc(&MakeDpc, MakeThread, NULL);
    KeInitializeEvent(&Made, SynchronizationEvent, FALSE);
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
