/*++

Module Name:

    work_item_freed_while_queued.c

Abstract:

    A driver with a mistake: the block of a processor has its work item in it, which Start queues, and
    Failure frees the block without a thought of that. On a quiet machine the item has long run.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static WORKER_THREAD_ROUTINE Prepare;

#define WORK_TAG 'kroW'

typedef struct _WORK {
    WORK_QUEUE_ITEM Item;
    ULONG ProcessorIndex;
} WORK, *PWORK;

static PVOID CallbackHandle;
static PWORK Newest;

_Use_decl_annotations_
static VOID
Prepare(
    PVOID Parameter
    )
{
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "preparing processor %u\n",
               ((PWORK)Parameter)->ProcessorIndex);
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

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        Newest = (PWORK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Newest), WORK_TAG);
        if (Newest == NULL) {
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
            }
            break;
        }
        Newest->ProcessorIndex = ChangeContext->NtNumber;
        ExInitializeWorkItem(&Newest->Item, Prepare, Newest);
        ExQueueWorkItem(&Newest->Item, DelayedWorkQueue);
        break;

    case KeProcessorAddFailureNotify:
        if (Newest != NULL) {
            ExFreePoolWithTag(Newest, WORK_TAG);
            Newest = NULL;
        }
        break;

    default:
        break;
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
    if (Newest != NULL) {
        ExFreePoolWithTag(Newest, WORK_TAG);
    }
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Newest = NULL;
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
