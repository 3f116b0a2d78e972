/*++

Abstract:

    A table behind an ERESOURCE that the callback holds from Start to the second call of the same
    processor, inside a critical region: what it prepares nobody sees before the add is decided.
    The processors that exist come all at once, so the resource is taken once for each of them,
    which a resource allows its owner.

    A Start that refuses gives the resource back at once. Of a processor that exists no second call
    follows then; of an add it may, and finds nothing to give back.

    A thread of the driver reads the table all the time.

--*/

#include <ntddk.h>

#define SHARE_TAG 'erhS'

typedef struct _SHARE {
    ULONG Units;
    BOOLEAN Holding;
    BOOLEAN Active;
} SHARE, *PSHARE;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD ShareUnload;
static PROCESSOR_CALLBACK_FUNCTION ShareProcessorChanged;
static KSTART_ROUTINE ShareReader;

static PVOID Registration;
static ERESOURCE TableLock;
static PSHARE *Table;
static ULONG Maximum;
static KEVENT Stop;
static PKTHREAD Reader;

_Use_decl_annotations_
static VOID
ShareReader(
    PVOID StartContext
    )
{
    LARGE_INTEGER interval;
    ULONG units;

    UNREFERENCED_PARAMETER(StartContext);

    interval.QuadPart = -300;
    do {
        units = 0;
        KeEnterCriticalRegion();
        ExAcquireResourceSharedLite(&TableLock, TRUE);
        for (ULONG index = 0; index < Maximum; index += 1) {
            if (Table[index] != NULL && Table[index]->Active) {
                units += Table[index]->Units;
            }
        }
        ExReleaseResourceLite(&TableLock);
        KeLeaveCriticalRegion();
    } while (KeWaitForSingleObject(&Stop, Executive, KernelMode, FALSE, &interval) ==
             STATUS_TIMEOUT && units < MAXLONG);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS
SharePrepare(
    _In_ ULONG Index
    )
{
    PSHARE share;

    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&TableLock, TRUE);

    share = (PSHARE)ExAllocatePool2(POOL_FLAG_PAGED, sizeof(*share), SHARE_TAG);
    if (share == NULL) {
        ExReleaseResourceLite(&TableLock);
        KeLeaveCriticalRegion();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    share->Units = Index + 1;
    share->Holding = TRUE;
    Table[Index] = share;
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
ShareProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    ULONG index = ChangeContext->NtNumber;
    PSHARE share;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        status = SharePrepare(index);
        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
        return;
    }

    share = Table[index];
    if (share == NULL) {
        return;
    }
    share->Holding = FALSE;
    share->Active = ChangeContext->State == KeProcessorAddCompleteNotify;
    if (!share->Active) {
        Table[index] = NULL;
        ExFreePoolWithTag(share, SHARE_TAG);
    }
    ExReleaseResourceLite(&TableLock);
    KeLeaveCriticalRegion();
}

static VOID
ShareFree(
    VOID
    )
{
    if (Reader != NULL) {
        KeSetEvent(&Stop, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(Reader, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Reader);
        Reader = NULL;
    }
    for (ULONG index = 0; index < Maximum; index += 1) {
        if (Table[index] != NULL) {
            ExFreePoolWithTag(Table[index], SHARE_TAG);
        }
    }
    ExFreePoolWithTag(Table, SHARE_TAG);
    ExDeleteResourceLite(&TableLock);
}

_Use_decl_annotations_
static VOID
ShareUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    ShareFree();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    OBJECT_ATTRIBUTES attributes;
    HANDLE thread;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    Maximum = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Table = (PSHARE *)ExAllocatePool2(POOL_FLAG_PAGED, Maximum * sizeof(*Table), SHARE_TAG);
    if (Table == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ExInitializeResourceLite(&TableLock);
    KeInitializeEvent(&Stop, NotificationEvent, FALSE);

    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    status = PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, &attributes, NULL, NULL, ShareReader,
                                  NULL);
    if (!NT_SUCCESS(status)) {
        ShareFree();
        return status;
    }
    ObReferenceObjectByHandle(thread, THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                              (PVOID *)&Reader, NULL);
    ZwClose(thread);

    Registration = KeRegisterProcessorChangeCallback(ShareProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        ShareFree();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = ShareUnload;
    return STATUS_SUCCESS;
}
