/*++

Module Name:

    paged_code_under_a_spin_lock.c

Abstract:

    A driver with a mistake: it takes its spin lock first, and only then asks a paged routine how
    much the new processor is worth.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

static PVOID CallbackHandle;
static KSPIN_LOCK WorthLock;
static ULONG Worth;

static ULONG
WorthOfProcessor(
    _In_ PPROCESSOR_NUMBER ProcNumber
    )
{
    PAGED_CODE();

    return ProcNumber->Group == 0 ? 2 : 1;
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
        KIRQL oldIrql;

        KeAcquireSpinLock(&WorthLock, &oldIrql);
        Worth += WorthOfProcessor(&ChangeContext->ProcNumber);
        KeReleaseSpinLock(&WorthLock, oldIrql);
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

    KeInitializeSpinLock(&WorthLock);
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
