/*++

Abstract:

    A driver that waits in each of its calls, in the ways that there are: for a timer, for some
    time, for a semaphore that a DPC releases, with a time-out that passes and with none. A DPC,
    which must not wait, looks with a time-out of zero. KeSetEvent is told once that a wait follows
    at once.

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD WaitsUnload;
static PROCESSOR_CALLBACK_FUNCTION WaitsProcessorChanged;
static KDEFERRED_ROUTINE WaitsLook;
static KSTART_ROUTINE WaitsEcho;

static PVOID Registration;
static KTIMER Timer;
static KSEMAPHORE Looked;
static KEVENT Never;
static KEVENT Ask;
static KEVENT Answer;
static KMUTEX Busy;
static KDPC Dpc;
static PKTHREAD Thread;
static volatile LONG Stopping;
static ULONG TimedOut;

_Use_decl_annotations_
static VOID
WaitsLook(
    PKDPC ThisDpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    LARGE_INTEGER zero;

    UNREFERENCED_PARAMETER(ThisDpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    zero.QuadPart = 0;
    if (KeWaitForSingleObject(DeferredContext, Executive, KernelMode, FALSE, &zero) ==
        STATUS_TIMEOUT) {
        KeReleaseSemaphore(&Looked, IO_NO_INCREMENT, 1, FALSE);
    }
}

_Use_decl_annotations_
static VOID
WaitsEcho(
    PVOID StartContext
    )
{
    UNREFERENCED_PARAMETER(StartContext);

    for (;;) {
        KeWaitForSingleObject(&Ask, Executive, KernelMode, FALSE, NULL);
        if (ReadAcquire(&Stopping)) {
            return;
        }
        KeSetEvent(&Answer, EVENT_INCREMENT, FALSE);
    }
}

static VOID
WaitsInStart(
    VOID
    )
{
    PVOID objects[2] = { &Looked, &Timer };
    LARGE_INTEGER due;

    due.QuadPart = -20;
    KeSetTimer(&Timer, due, NULL);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    KeWaitForMultipleObjects(2, objects, WaitAll, Executive, KernelMode, FALSE, NULL, NULL);
    KeDelayExecutionThread(KernelMode, FALSE, &due);
}

static VOID
WaitsInComplete(
    VOID
    )
{
    LARGE_INTEGER timeout;

    KeSetEvent(&Ask, IO_NO_INCREMENT, TRUE);
    KeWaitForSingleObject(&Answer, Executive, KernelMode, FALSE, NULL);

    timeout.QuadPart = -50;
    if (KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, &timeout) == STATUS_TIMEOUT) {
        TimedOut += 1;
    }

    //
    // A mutex may be taken twice by its owner, and is given back twice.
    //
    KeWaitForMutexObject(&Busy, Executive, KernelMode, FALSE, NULL);
    KeWaitForMutexObject(&Busy, Executive, KernelMode, FALSE, NULL);
    KeReleaseMutex(&Busy, FALSE);
    KeReleaseMutex(&Busy, FALSE);
}

_Use_decl_annotations_
static VOID
WaitsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    LARGE_INTEGER due;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        WaitsInStart();
        break;
    case KeProcessorAddCompleteNotify:
        WaitsInComplete();
        break;
    case KeProcessorAddFailureNotify:
        due.QuadPart = -100;
        KeDelayExecutionThread(KernelMode, FALSE, &due);
        break;
    }
}

static VOID
WaitsEnd(
    VOID
    )
{
    WriteRelease(&Stopping, 1);
    KeSetEvent(&Ask, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
}

_Use_decl_annotations_
static VOID
WaitsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    KeRemoveQueueDpcEx(&Dpc, TRUE);
    WaitsEnd();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    HANDLE handle;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    KeInitializeTimer(&Timer);
    KeInitializeSemaphore(&Looked, 0, 1);
    KeInitializeEvent(&Never, NotificationEvent, FALSE);
    KeInitializeEvent(&Ask, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Answer, SynchronizationEvent, FALSE);
    KeInitializeMutex(&Busy, 0);
    KeInitializeThreadedDpc(&Dpc, WaitsLook, &Never);

    status = PsCreateSystemThread(&handle, SYNCHRONIZE, NULL, NULL, NULL, WaitsEcho, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    (VOID)ObReferenceObjectByHandle(handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                    (PVOID *)&Thread, NULL);
    ZwClose(handle);
    Registration = KeRegisterProcessorChangeCallback(WaitsProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        WaitsEnd();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = WaitsUnload;
    return STATUS_SUCCESS;
}
