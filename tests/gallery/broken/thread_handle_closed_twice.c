/*++

Module Name:

    thread_handle_closed_twice.c

Abstract:

    A driver with a mistake: it closes the handle of its thread as soon as it has the object, and
    Unload, which was there first, closes it again.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static KSTART_ROUTINE Work;

static PVOID CallbackHandle;
static HANDLE ThreadHandle;
static PVOID Thread;
static KEVENT Wake;
static volatile BOOLEAN Leaving;

_Use_decl_annotations_
static VOID
Work(
    PVOID StartContext
    )
{
    UNREFERENCED_PARAMETER(StartContext);

    do {
        KeWaitForSingleObject(&Wake, Executive, KernelMode, FALSE, NULL);
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
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        KeSetEvent(&Wake, IO_NO_INCREMENT, FALSE);
    }
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
    ZwClose(ThreadHandle);
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

    Leaving = FALSE;
    KeInitializeEvent(&Wake, SynchronizationEvent, FALSE);
    status = PsCreateSystemThread(&ThreadHandle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Work, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    ObReferenceObjectByHandle(ThreadHandle, SYNCHRONIZE, *PsThreadType, KernelMode, &Thread, NULL);
    ZwClose(ThreadHandle);

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        StopThread();
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
