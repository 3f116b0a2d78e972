/*++

Module Name:

    dpc_and_thread.c

Abstract:

    A driver whose DPCs, one on each processor that comes, and whose thread count in the same
    variables: how often something was done, and when for the last time.

    At DISPATCH_LEVEL no DPC interrupts, on this processor. Those of other processors run on, so the
    variables have a spin lock, and everybody takes it: the thread with KeAcquireSpinLock, which
    raises the IRQL, the DPC with KeAcquireSpinLockAtDpcLevel, as it is there already.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "watcher.h"

#define DPC_TAG 'DcpD'

#ifndef LOCK_IN_THREAD
#define LOCK_IN_THREAD(_OldIrql) KeAcquireSpinLock(&DoneLock, &(_OldIrql))
#define UNLOCK_IN_THREAD(_OldIrql) KeReleaseSpinLock(&DoneLock, (_OldIrql))
#define LOCK_IN_DPC() KeAcquireSpinLockAtDpcLevel(&DoneLock)
#define UNLOCK_IN_DPC() KeReleaseSpinLockFromDpcLevel(&DoneLock)
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD DoneUnload;
static PROCESSOR_CALLBACK_FUNCTION DoneProcessorChanged;
static KDEFERRED_ROUTINE DoneDpc;
static WATCHER_ROUTINE DoneThread;

static PVOID CallbackHandle;
static WATCHER Watcher;
static PKDPC Dpcs;
static KSPIN_LOCK DoneLock;
static ULONG DoneCount;
static ULONG64 DoneLast;

static VOID
DoneOnceMore(
    VOID
    )
{
    DoneCount += 1;
    DoneLast = KeQueryInterruptTime();
}

_Use_decl_annotations_
static VOID
DoneDpc(
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

    LOCK_IN_DPC();
    DoneOnceMore();
    UNLOCK_IN_DPC();
}

static VOID
DoneThread(
    VOID
    )
{
    KIRQL oldIrql;

    LOCK_IN_THREAD(oldIrql);
    DoneOnceMore();
    UNLOCK_IN_THREAD(oldIrql);
}

_Use_decl_annotations_
static VOID
DoneProcessorChanged(
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
    KeInitializeDpc(dpc, DoneDpc, NULL);
    if (NT_SUCCESS(KeSetTargetProcessorDpcEx(dpc, &ChangeContext->ProcNumber))) {
        KeInsertQueueDpc(dpc, NULL, NULL);
    }
}

_Use_decl_annotations_
static VOID
DoneUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    KeFlushQueuedDpcs();
    WatcherStop(&Watcher);
    ExFreePoolWithTag(Dpcs, DPC_TAG);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "done %u times, last at %I64u\n", DoneCount,
               DoneLast);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    KeInitializeSpinLock(&DoneLock);
    Dpcs = (PKDPC)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                  KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) *
                                      sizeof(*Dpcs), DPC_TAG);
    if (Dpcs == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    status = WatcherStart(&Watcher, DoneThread);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(Dpcs, DPC_TAG);
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(DoneProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        WatcherStop(&Watcher);
        ExFreePoolWithTag(Dpcs, DPC_TAG);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = DoneUnload;
    return STATUS_SUCCESS;
}
