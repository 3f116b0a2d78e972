/*++

Module Name:

    counted_processors.c

Abstract:

    A driver that counts the processors that have come, and a thread of it that reports the count
    now and then.

    The callback runs on a thread of the system, and the driver's own thread runs beside it. Both
    go to the count with routines that are made for this: an increment that nothing comes between,
    and a read that the compiler neither splits nor leaves out. No order with other memory is
    needed, so no barrier is, either.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "watcher.h"

#ifndef COUNT_UP
#define COUNT_UP(_Count) InterlockedIncrement(_Count)
#define COUNT_NOW(_Count) ReadNoFence(_Count)
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD CountUnload;
static PROCESSOR_CALLBACK_FUNCTION CountProcessorChanged;
static WATCHER_ROUTINE CountReport;

static PVOID CallbackHandle;
static WATCHER Reporter;
static LONG ProcessorsCome;

_Use_decl_annotations_
static VOID
CountProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        COUNT_UP(&ProcessorsCome);
    }
}

static VOID
CountReport(
    VOID
    )
{
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%d processors have come\n",
               COUNT_NOW(&ProcessorsCome));
}

_Use_decl_annotations_
static VOID
CountUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    WatcherStop(&Reporter);
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

    status = WatcherStart(&Reporter, CountReport);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(CountProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        WatcherStop(&Reporter);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = CountUnload;
    return STATUS_SUCCESS;
}
