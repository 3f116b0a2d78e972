/*++

Module Name:

    timer_freed_while_set.c

Abstract:

    A driver with a mistake: Failure frees the block of a processor and forgets that its timer, set
    in Start, is in the block. Windows keeps it in a list until it is due.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

#define WATCH_TAG 'hctW'
#define MILLISECONDS(_Count) (-10000LL * (_Count))

typedef struct _WATCH {
    KTIMER Timer;
    ULONG ProcessorIndex;
} WATCH, *PWATCH;

static PVOID CallbackHandle;
static PWATCH Newest;

static VOID
StartWatch(
    _In_ ULONG ProcessorIndex,
    _Inout_ PNTSTATUS OperationStatus
    )
{
    LARGE_INTEGER due;

    Newest = (PWATCH)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Newest), WATCH_TAG);
    if (Newest == NULL) {
        if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        return;
    }
    Newest->ProcessorIndex = ProcessorIndex;
    KeInitializeTimer(&Newest->Timer);
    due.QuadPart = MILLISECONDS(100);
    KeSetTimer(&Newest->Timer, due, NULL);
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
        StartWatch(ChangeContext->NtNumber, OperationStatus);
        break;

    case KeProcessorAddCompleteNotify:
        KeCancelTimer(&Newest->Timer);
        ExFreePoolWithTag(Newest, WATCH_TAG);
        break;

    case KeProcessorAddFailureNotify:
        if (Newest != NULL) {
            ExFreePoolWithTag(Newest, WATCH_TAG);
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
