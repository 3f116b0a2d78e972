/*++

Module Name:

    resource_not_deleted.c

Abstract:

    A driver with a mistake: the block of a processor has a resource in it, and Failure frees the
    block without ExDeleteResourceLite. All resources are in a list of the system's, this one still.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

#define QUEUE_TAG 'ueuQ'

typedef struct _QUEUE {
    ERESOURCE Lock;
    LIST_ENTRY Requests;
} QUEUE, *PQUEUE;

static PVOID CallbackHandle;
static PQUEUE Newest;

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
        Newest = (PQUEUE)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Newest), QUEUE_TAG);
        if (Newest != NULL) {
            ExInitializeResourceLite(&Newest->Lock);
            InitializeListHead(&Newest->Requests);
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        ExDeleteResourceLite(&Newest->Lock);
        ExFreePoolWithTag(Newest, QUEUE_TAG);
        break;

    case KeProcessorAddFailureNotify:
        if (Newest != NULL) {
            ExFreePoolWithTag(Newest, QUEUE_TAG);
        }
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
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
