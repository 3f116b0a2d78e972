/*++

Module Name:

    locks_turned_round.c

Abstract:

    A driver with a mistake: the callback takes the lock of the table and then the lock of the
    statistics, and the thread that writes the statistics takes them the other way round. They do
    not meet in every run, and one day they do.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static KSTART_ROUTINE Work;

static PVOID CallbackHandle;
static PVOID Thread;
static KEVENT Wake;
static volatile BOOLEAN Leaving;

static KSPIN_LOCK TableLock;
static KSPIN_LOCK StatisticsLock;
static ULONG Entries;
static ULONG Written;

_Use_decl_annotations_
static VOID
Work(
    PVOID StartContext
    )
{
    KIRQL irql;

    UNREFERENCED_PARAMETER(StartContext);

    do {
        KeWaitForSingleObject(&Wake, Executive, KernelMode, FALSE, NULL);

        KeAcquireSpinLock(&StatisticsLock, &irql);
        KeAcquireSpinLockAtDpcLevel(&TableLock);
        Written = Entries;
        KeReleaseSpinLockFromDpcLevel(&TableLock);
        KeReleaseSpinLock(&StatisticsLock, irql);
    } while (!Leaving);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    KIRQL irql;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State != KeProcessorAddCompleteNotify) {
        return;
    }
    KeAcquireSpinLock(&TableLock, &irql);
    Entries += 1;
    KeAcquireSpinLockAtDpcLevel(&StatisticsLock);
    Written = 0;
    KeReleaseSpinLockFromDpcLevel(&StatisticsLock);
    KeReleaseSpinLock(&TableLock, irql);
}

static VOID
StopThread(
    VOID
    )
{
    Leaving = TRUE;
    KeSetEvent(&Wake, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    StopThread();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;
    HANDLE handle;

    UNREFERENCED_PARAMETER(RegistryPath);

    Leaving = FALSE;
    KeInitializeSpinLock(&TableLock);
    KeInitializeSpinLock(&StatisticsLock);
    KeInitializeEvent(&Wake, SynchronizationEvent, FALSE);
    status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Work, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    ObReferenceObjectByHandle(handle, SYNCHRONIZE, *PsThreadType, KernelMode, &Thread, NULL);
    ZwClose(handle);

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        StopThread();
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
