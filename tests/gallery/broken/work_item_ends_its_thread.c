/*++

Module Name:

    work_item_ends_its_thread.c

Abstract:

    A driver with a mistake: the routine of its work item ends with PsTerminateSystemThread, as
    routines of threads do. This thread belongs to the system.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static WORKER_THREAD_ROUTINE Prepare;

static PVOID CallbackHandle;
static WORK_QUEUE_ITEM PrepareItem;
static KEVENT Prepared;

_Use_decl_annotations_
static VOID
Prepare(
    PVOID Parameter
    )
{
    UNREFERENCED_PARAMETER(Parameter);

    KeSetEvent(&Prepared, IO_NO_INCREMENT, FALSE);
    PsTerminateSystemThread(STATUS_SUCCESS);
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

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        ExInitializeWorkItem(&PrepareItem, Prepare, NULL);
        ExQueueWorkItem(&PrepareItem, DelayedWorkQueue);
        KeWaitForSingleObject(&Prepared, Executive, KernelMode, FALSE, NULL);
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

    KeInitializeEvent(&Prepared, SynchronizationEvent, FALSE);
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
