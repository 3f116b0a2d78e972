/*++

Module Name:

    one_work_item_for_all.c

Abstract:

    A driver with a mistake: it has one work item for all processors, and queues it in each Complete.
    Of two processors that come at once the second one finds it in the queue.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static WORKER_THREAD_ROUTINE Settle;

static PVOID CallbackHandle;
static WORK_QUEUE_ITEM SettleItem;
static KEVENT Settled;

_Use_decl_annotations_
static VOID
Settle(
    PVOID Parameter
    )
{
    UNREFERENCED_PARAMETER(Parameter);

    KeSetEvent(&Settled, IO_NO_INCREMENT, FALSE);
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
        ExQueueWorkItem(&SettleItem, DelayedWorkQueue);
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
    KeWaitForSingleObject(&Settled, Executive, KernelMode, FALSE, NULL);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    KeInitializeEvent(&Settled, NotificationEvent, FALSE);
    ExInitializeWorkItem(&SettleItem, Settle, NULL);
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
