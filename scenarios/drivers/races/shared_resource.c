/*++

Module Name:

    shared_resource.c

Abstract:

    A driver that looks things up in a table behind a resource. Many may look at the same time, as
    looking changes nothing, but each look is counted.

    Who shares a resource may read what it guards. What all of them write they write with
    interlocked routines, or else take the resource exclusively.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "watcher.h"

#ifndef COUNT_UP
#define COUNT_UP(_Count) InterlockedIncrement(_Count)
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD LookupUnload;
static PROCESSOR_CALLBACK_FUNCTION LookupProcessorChanged;
static WATCHER_ROUTINE LookupOnce;

static PVOID CallbackHandle;
static WATCHER Looker;
static ERESOURCE TableResource;
static ULONG TableShare;
static LONG LookupCount;

static VOID
LookupOnce(
    VOID
    )
{
    ULONG share;

    ExEnterCriticalRegionAndAcquireResourceShared(&TableResource);
    share = TableShare;
    COUNT_UP(&LookupCount);
    ExReleaseResourceAndLeaveCriticalRegion(&TableResource);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "the share is %u\n", share);
}

static VOID
LookupSetShare(
    _In_ ULONG Share
    )
{
    ExEnterCriticalRegionAndAcquireResourceExclusive(&TableResource);
    TableShare = Share;
    ExReleaseResourceAndLeaveCriticalRegion(&TableResource);
}

_Use_decl_annotations_
static VOID
LookupProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        LookupOnce();
        break;

    case KeProcessorAddCompleteNotify:
        LookupSetShare(100 / (ChangeContext->NtNumber + 1));
        break;

    case KeProcessorAddFailureNotify:
        break;
    }
}

_Use_decl_annotations_
static VOID
LookupUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    WatcherStop(&Looker);
    ExDeleteResourceLite(&TableResource);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%d lookups\n", LookupCount);
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

    ExInitializeResourceLite(&TableResource);
    status = WatcherStart(&Looker, LookupOnce);
    if (!NT_SUCCESS(status)) {
        ExDeleteResourceLite(&TableResource);
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(LookupProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        WatcherStop(&Looker);
        ExDeleteResourceLite(&TableResource);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = LookupUnload;
    return STATUS_SUCCESS;
}
