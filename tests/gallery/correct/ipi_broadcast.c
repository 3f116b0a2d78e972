/*++

Abstract:

    A driver that writes something into every processor with KeIpiGenericCall, which runs a
    function on all of them at IPI_LEVEL. The function touches only nonpaged memory and interlocked
    routines, and finds its slot by the index of the processor that it runs on; the table has a
    slot for every processor there may be.

--*/

#include <ntddk.h>

#define IPI_TAG 'ipIH'

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD IpiUnload;
static PROCESSOR_CALLBACK_FUNCTION IpiProcessorChanged;
static KIPI_BROADCAST_WORKER IpiWrite;

static PVOID Registration;
static LONG *Written;
static volatile LONG Arrived;

_Use_decl_annotations_
static ULONG_PTR
IpiWrite(
    ULONG_PTR Argument
    )
{
    InterlockedIncrement(&Arrived);
    InterlockedExchange(&Written[KeGetCurrentProcessorNumberEx(NULL)], (LONG)Argument);

    //
    // All are here before anyone goes on.
    //
    while ((ULONG)ReadAcquire(&Arrived) < KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)) {
        YieldProcessor();
    }
    return Argument + 1;
}

_Use_decl_annotations_
static VOID
IpiProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    KIRQL oldIrql;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        Arrived = 0;

        //
        // Any IRQL below IPI_LEVEL will do; this one keeps the thread on its processor.
        //
        KeRaiseIrql(DISPATCH_LEVEL, &oldIrql);
        (VOID)KeIpiGenericCall(IpiWrite, ChangeContext->NtNumber + 1);
        KeLowerIrql(oldIrql);
    } else if (ChangeContext->State == KeProcessorAddFailureNotify) {
        //
        // It never ran, so nothing was written there.
        //
        NT_ASSERT(Written[ChangeContext->NtNumber] == 0);
    }
}

_Use_decl_annotations_
static VOID
IpiUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    ExFreePool(Written);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Written = (LONG *)ExAllocatePoolZero(
        NonPagedPoolNx, KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) * sizeof(*Written),
        IPI_TAG);
    if (Written == NULL) {
        return STATUS_NO_MEMORY;
    }
    Registration = KeRegisterProcessorChangeCallback(IpiProcessorChanged, &Written,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        ExFreePoolWithTag(Written, IPI_TAG);
        return STATUS_UNSUCCESSFUL;
    }
    DriverObject->DriverUnload = IpiUnload;
    return STATUS_SUCCESS;
}
