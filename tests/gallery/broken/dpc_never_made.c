/*++

Module Name:

    dpc_never_made.c

Abstract:

    A driver with a mistake: the block of a new processor comes zeroed from the pool, and its DPC is
    queued as it is. KeInitializeDpc is called for the one DPC of the load only.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static KDEFERRED_ROUTINE VisitProcessor;

#define VISIT_TAG 'isiV'

typedef struct _VISIT {
    KDPC Dpc;
    ULONG ProcessorIndex;
} VISIT, *PVISIT;

static PVOID CallbackHandle;
static VISIT FirstVisit;
static PVISIT Newest;

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
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    ((PVISIT)DeferredContext)->ProcessorIndex = KeGetCurrentProcessorNumberEx(NULL);
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
        Newest = (PVISIT)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Newest), VISIT_TAG);
        if (Newest == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        KeInsertQueueDpc(&Newest->Dpc, NULL, NULL);
        KeFlushQueuedDpcs();
        ExFreePoolWithTag(Newest, VISIT_TAG);
        break;

    case KeProcessorAddFailureNotify:
        if (Newest != NULL) {
            ExFreePoolWithTag(Newest, VISIT_TAG);
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

    KeInitializeDpc(&FirstVisit.Dpc, VisitProcessor, &FirstVisit);
    KeInsertQueueDpc(&FirstVisit.Dpc, NULL, NULL);
    KeFlushQueuedDpcs();

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
