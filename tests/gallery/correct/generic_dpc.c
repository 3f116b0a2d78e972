/*++

Abstract:

    A driver that swaps what all processors use at one moment: KeGenericCallDpc runs a DPC on every
    active processor, they meet, one of them swaps, they meet again, and go on with the new value.
    Complete does that, because the new processor takes part then; Unload does it a last time.

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD SwapUnload;
static PROCESSOR_CALLBACK_FUNCTION SwapProcessorChanged;
static KDEFERRED_ROUTINE SwapDpc;

static PVOID Registration;
static ULONG Current;
static volatile LONG Seen;
static volatile LONG Swaps;

_Use_decl_annotations_
static VOID
SwapDpc(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);

    InterlockedIncrement(&Seen);
    if (KeSignalCallDpcSynchronize(SystemArgument2)) {
        Current = *(PULONG)DeferredContext;
        InterlockedIncrement(&Swaps);
    }
    KeSignalCallDpcSynchronize(SystemArgument2);
    KeSignalCallDpcDone(SystemArgument1);
}

static VOID
SwapTo(
    _In_ ULONG Value
    )
{
    ULONG value = Value;

    Seen = 0;
    KeGenericCallDpc(SwapDpc, &value);
}

_Use_decl_annotations_
static VOID
SwapProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        SwapTo(ChangeContext->NtNumber);
        if ((ULONG)Seen != KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)) {
            DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "swap: %d took part\n", Seen);
        }
    }
}

_Use_decl_annotations_
static VOID
SwapUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    SwapTo(MAXULONG);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    SwapTo(0);
    Registration = KeRegisterProcessorChangeCallback(SwapProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = SwapUnload;
    return STATUS_SUCCESS;
}
