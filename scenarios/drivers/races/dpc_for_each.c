/*++

Module Name:

    dpc_for_each.c

Abstract:

    A driver that sends a DPC to each processor that has come, where it counts what it finds.

    DPCs run one after another on one processor, and side by side on two. What they have in common
    they change with interlocked routines; a count for each processor would need none.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define DPC_TAG 'EcpD'

#ifndef ADD_TO
#define ADD_TO(_Sum, _Value) InterlockedAdd((_Sum), (_Value))
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD SumUnload;
static PROCESSOR_CALLBACK_FUNCTION SumProcessorChanged;
static KDEFERRED_ROUTINE SumDpc;

static PVOID CallbackHandle;
static PKDPC Dpcs;
static LONG Sum;

_Use_decl_annotations_
static VOID
SumDpc(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    ADD_TO(&Sum, (LONG)KeGetCurrentProcessorNumberEx(NULL));
}

_Use_decl_annotations_
static VOID
SumProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PKDPC dpc = &Dpcs[ChangeContext->NtNumber];

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State != KeProcessorAddCompleteNotify) {
        return;
    }

    //
    // A processor comes once, so its DPC is queued once.
    //
    KeInitializeDpc(dpc, SumDpc, NULL);
    if (NT_SUCCESS(KeSetTargetProcessorDpcEx(dpc, &ChangeContext->ProcNumber))) {
        KeInsertQueueDpc(dpc, NULL, NULL);
    }
}

_Use_decl_annotations_
static VOID
SumUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    KeFlushQueuedDpcs();
    ExFreePoolWithTag(Dpcs, DPC_TAG);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "the sum is %d\n", Sum);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Dpcs = (PKDPC)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                  KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) *
                                      sizeof(*Dpcs), DPC_TAG);
    if (Dpcs == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(SumProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        ExFreePoolWithTag(Dpcs, DPC_TAG);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = SumUnload;
    return STATUS_SUCCESS;
}
