/*++

Abstract:

    A driver that stops the world of its own from Start to the second call of an add: a push lock,
    held exclusively inside a critical region, keeps its other threads out. With the lock in hand
    Start asks each processor that is there by DPC whether it is quiet, and waits for the answers.

    Whether a second call is due is for the driver to know: it lets go in whichever comes. If the
    registration is removed in between, which takes place on another thread after the add, nobody
    is left with the lock.

    The registration is made without existing processors, because these would come all at once.

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD EpochUnload;
static PROCESSOR_CALLBACK_FUNCTION EpochProcessorChanged;
static KDEFERRED_ROUTINE EpochIsQuiet;
static KSTART_ROUTINE EpochThread;

static PVOID Registration;
static EX_PUSH_LOCK WorldLock;
static PKTHREAD Owner;
static ULONG Epoch;
static KDPC Question;
static ULONG QuietCount;
static KEVENT Answered;
static KEVENT Stop;
static PKTHREAD Reader;

_Use_decl_annotations_
static VOID
EpochIsQuiet(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument2);

    if (KeGetCurrentProcessorNumberEx(NULL) == (ULONG)(ULONG_PTR)SystemArgument1) {
        *(PULONG)DeferredContext += 1;
    }
    KeSetEvent(&Answered, EVENT_INCREMENT, FALSE);
}

static VOID
EpochAskEveryone(
    VOID
    )
{
    PROCESSOR_NUMBER number;

    //
    // One after another, with one DPC: it is not queued any more when its event is set, and is
    // aimed anew only then. Of the processor that comes nothing is asked.
    //
    for (ULONG index = 0; index < KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
         index += 1) {
        if (NT_SUCCESS(KeGetProcessorNumberFromIndex(index, &number)) &&
            NT_SUCCESS(KeSetTargetProcessorDpcEx(&Question, &number)) &&
            KeInsertQueueDpc(&Question, (PVOID)(ULONG_PTR)index, NULL)) {
            KeWaitForSingleObject(&Answered, Executive, KernelMode, FALSE, NULL);
        }
    }
}

_Use_decl_annotations_
static VOID
EpochProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        KeEnterCriticalRegion();
        ExAcquirePushLockExclusive(&WorldLock);
        Owner = KeGetCurrentThread();
        EpochAskEveryone();
        return;
    }
    if (Owner == KeGetCurrentThread()) {
        Epoch += ChangeContext->State == KeProcessorAddCompleteNotify;
        Owner = NULL;
        ExReleasePushLockExclusive(&WorldLock);
        KeLeaveCriticalRegion();
    }
}

static VOID
EpochAskNoMore(
    VOID
    )
{
    KeDeregisterProcessorChangeCallback(Registration);

    //
    // Its event is the last that the DPC needs of this driver's data, but not the last of its code.
    //
    KeFlushQueuedDpcs();
}

_Use_decl_annotations_
static VOID
EpochThread(
    PVOID StartContext
    )
{
    LARGE_INTEGER interval;
    ULONG epoch;

    UNREFERENCED_PARAMETER(StartContext);

    interval.QuadPart = -2500;
    do {
        KeEnterCriticalRegion();
        ExAcquirePushLockShared(&WorldLock);
        epoch = Epoch;
        ExReleasePushLockShared(&WorldLock);
        KeLeaveCriticalRegion();
    } while (KeWaitForSingleObject(&Stop, Executive, KernelMode, FALSE, &interval) ==
             STATUS_TIMEOUT && epoch < MAXULONG);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
static VOID
EpochUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    EpochAskNoMore();
    KeSetEvent(&Stop, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Reader, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Reader);
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

    Owner = NULL;
    ExInitializePushLock(&WorldLock);
    KeInitializeDpc(&Question, EpochIsQuiet, &QuietCount);
    KeInitializeEvent(&Answered, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Stop, NotificationEvent, FALSE);

    Registration = KeRegisterProcessorChangeCallback(EpochProcessorChanged, NULL, 0);
    if (Registration == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = PsCreateSystemThread(&handle, SYNCHRONIZE, NULL, NULL, NULL, EpochThread, NULL);
    if (!NT_SUCCESS(status)) {
        EpochAskNoMore();
        return status;
    }
    (VOID)ObReferenceObjectByHandle(handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                    (PVOID *)&Reader, NULL);
    ZwClose(handle);
    DriverObject->DriverUnload = EpochUnload;
    return STATUS_SUCCESS;
}
