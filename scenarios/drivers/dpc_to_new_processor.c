/*++

Module Name:

    dpc_to_new_processor.c

Abstract:

    A driver that has to run a function on each processor before it uses it: to set up a register,
    for instance, that every processor has for itself. A DPC does that, because it can be aimed at
    a processor; the callback waits until it has run.

    Start     takes the memory for it. A DPC to a processor that is not there yet must not be
              queued: it could not run, and whoever waited for it would hold up the add.
    Complete  queues the DPC to the processor, which runs now, and waits.
    Failure   frees the memory.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define SETUP_TAG 'CPDS'

typedef struct _SETUP {
    KDPC Dpc;
    KEVENT Done;
    ULONG RanOn;
} SETUP, *PSETUP;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD SetupUnload;
static PROCESSOR_CALLBACK_FUNCTION SetupProcessorChanged;
static KDEFERRED_ROUTINE SetupDpc;

static PVOID CallbackHandle;
static NTSTATUS CallbackStatus;
static PSETUP *Setups;
static ULONG MaximumProcessorCount;

_Use_decl_annotations_
static VOID
SetupDpc(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
/*++

Routine Description:

    Runs on the new processor, at DISPATCH_LEVEL: it may set events, and must not wait.

--*/
{
    PSETUP setup = (PSETUP)DeferredContext;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    setup->RanOn = KeGetCurrentProcessorNumberEx(NULL);
    KeSetEvent(&setup->Done, IO_NO_INCREMENT, FALSE);
}

static NTSTATUS
SetupPrepare(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
{
    PSETUP setup;

    //
    // Nonpaged, because DPC and event are used at DISPATCH_LEVEL.
    //
    setup = (PSETUP)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*setup), SETUP_TAG);
    if (setup == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    KeInitializeDpc(&setup->Dpc, SetupDpc, setup);
    KeInitializeEvent(&setup->Done, NotificationEvent, FALSE);
    Setups[ChangeContext->NtNumber] = setup;
    return STATUS_SUCCESS;
}

static VOID
SetupRun(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
/*++

Routine Description:

    Runs SetupDpc on the processor and waits until it has run.

--*/
{
    PSETUP setup = Setups[ChangeContext->NtNumber];
    NTSTATUS status;

    //
    // The routine takes the pair of group and number; KeSetTargetProcessorDpc, which takes a
    // number alone, cannot reach beyond group 0. It refuses a pair that names no processor, with
    // STATUS_INVALID_PARAMETER; a DPC without its target would run here, where it has no business.
    //
    status = KeSetTargetProcessorDpcEx(&setup->Dpc, &ChangeContext->ProcNumber);
    if (!NT_SUCCESS(status)) {
        //
        // Too late to refuse the processor. It is not used.
        //
        return;
    }

    //
    // A DPC to another processor may wait there for company, unless it is important.
    //
    KeSetImportanceDpc(&setup->Dpc, HighImportance);

    //
    // It cannot be queued already: each processor has a DPC of its own, and one Complete.
    //
    KeInsertQueueDpc(&setup->Dpc, NULL, NULL);
    KeWaitForSingleObject(&setup->Done, Executive, KernelMode, FALSE, NULL);

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "processor %u: the DPC ran on %u\n",
               ChangeContext->NtNumber, setup->RanOn);
}

static VOID
SetupForget(
    _In_ ULONG ProcessorIndex
    )
{
    if (Setups[ProcessorIndex] != NULL) {
        ExFreePoolWithTag(Setups[ProcessorIndex], SETUP_TAG);
        Setups[ProcessorIndex] = NULL;
    }
}

_Use_decl_annotations_
static VOID
SetupProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = SetupPrepare(ChangeContext);
        if (!NT_SUCCESS(status)) {
            *(PNTSTATUS)CallbackContext = status;
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
        }
        break;

    case KeProcessorAddCompleteNotify:
        SetupRun(ChangeContext);
        break;

    case KeProcessorAddFailureNotify:
        SetupForget(ChangeContext->NtNumber);
        break;
    }
}

static VOID
SetupFreeAll(
    VOID
    )
{
    ULONG index;

    for (index = 0; index < MaximumProcessorCount; index += 1) {
        SetupForget(index);
    }
    ExFreePoolWithTag(Setups, SETUP_TAG);
}

_Use_decl_annotations_
static VOID
SetupUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);

    //
    // A DPC that has set its event may still have its last instructions before it. When this
    // returns, all that were queued have left the driver's code.
    //
    KeFlushQueuedDpcs();
    SetupFreeAll();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    MaximumProcessorCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Setups = (PSETUP *)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                       MaximumProcessorCount * sizeof(*Setups), SETUP_TAG);
    if (Setups == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    CallbackStatus = STATUS_SUCCESS;
    CallbackHandle = KeRegisterProcessorChangeCallback(SetupProcessorChanged, &CallbackStatus,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        SetupFreeAll();
        return NT_SUCCESS(CallbackStatus) ? STATUS_UNSUCCESSFUL : CallbackStatus;
    }

    DriverObject->DriverUnload = SetupUnload;
    return STATUS_SUCCESS;
}
