/*++

Abstract:

    Each processor's record has a remove lock: work that is under way on a worker thread holds it
    by a tag, and whoever takes the record away waits for the work. Free entries come from a list
    that is changed as a whole, without a lock, and whose entries are aligned as it wants them.

--*/

#include <ntddk.h>

#define RECORD_TAG 'droR'

typedef struct DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) _ENTRY {
    SLIST_ENTRY Link;
    ULONG Value;
} ENTRY, *PENTRY;

typedef struct _RECORD {
    IO_REMOVE_LOCK Lock;
    PIO_WORKITEM Item;
    BOOLEAN InUse;
    LONG Worked;
} RECORD, *PRECORD;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD RecordsUnload;
static PROCESSOR_CALLBACK_FUNCTION RecordsProcessorChanged;
static IO_WORKITEM_ROUTINE_EX RecordsWork;

static PVOID Registration;
static PDEVICE_OBJECT Device;
static DECLSPEC_ALIGN(16) SLIST_HEADER FreeEntries;
static PRECORD Records[300];

_Use_decl_annotations_
static VOID
RecordsWork(
    PVOID IoObject,
    PVOID Context,
    PIO_WORKITEM IoWorkItem
    )
{
    PRECORD record = (PRECORD)Context;
    PSLIST_ENTRY entry = InterlockedPopEntrySList(&FreeEntries);
    LARGE_INTEGER pause;

    UNREFERENCED_PARAMETER(IoObject);

    pause.QuadPart = -4000;
    KeDelayExecutionThread(KernelMode, FALSE, &pause);
    if (entry != NULL) {
        CONTAINING_RECORD(entry, ENTRY, Link)->Value += 1;
        InterlockedPushEntrySList(&FreeEntries, entry);
    }

    //
    // Once it runs an item may be queued again. The second time the lock is let go instead, by
    // the tag that it was acquired with.
    //
    if (InterlockedIncrement(&record->Worked) == 1) {
        IoQueueWorkItemEx(IoWorkItem, RecordsWork, DelayedWorkQueue, record);
    } else {
        IoReleaseRemoveLock(&record->Lock, record->Item);
    }
}

static VOID
RecordDelete(
    _In_ ULONG Index
    )
{
    PRECORD record = Records[Index];

    if (record == NULL) {
        return;
    }
    Records[Index] = NULL;

    //
    // A record that was never in use, as one of a processor that stays away, has nobody to wait
    // for. Otherwise the one acquisition that is this call's own is released with the removal.
    //
    if (record->InUse && NT_SUCCESS(IoAcquireRemoveLock(&record->Lock, record))) {
        IoReleaseRemoveLockAndWait(&record->Lock, record);
    }
    IoFreeWorkItem(record->Item);
    ExFreePoolWithTag(record, RECORD_TAG);
}

static NTSTATUS
RecordCreate(
    _In_ ULONG Index
    )
{
    PRECORD record = (PRECORD)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*record), RECORD_TAG);

    if (record == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    record->Item = IoAllocateWorkItem(Device);
    if (record->Item == NULL) {
        ExFreePoolWithTag(record, RECORD_TAG);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IoInitializeRemoveLock(&record->Lock, RECORD_TAG, 0, 0);
    Records[Index] = record;
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
RecordsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PRECORD record = Records[ChangeContext->NtNumber];
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = RecordCreate(ChangeContext->NtNumber);
        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
        break;
    case KeProcessorAddCompleteNotify:
        record->InUse = TRUE;
        if (NT_SUCCESS(IoAcquireRemoveLock(&record->Lock, record->Item))) {
            IoQueueWorkItemEx(record->Item, RecordsWork, DelayedWorkQueue, record);
        }
        break;
    case KeProcessorAddFailureNotify:
        RecordDelete(ChangeContext->NtNumber);
        break;
    }
}

static VOID
RecordsFree(
    VOID
    )
{
    PSLIST_ENTRY entry, next;

    for (ULONG index = 0; index < ARRAYSIZE(Records); index += 1) {
        RecordDelete(index);
    }
    for (entry = InterlockedFlushSList(&FreeEntries); entry != NULL; entry = next) {
        next = entry->Next;
        ExFreePoolWithTag(CONTAINING_RECORD(entry, ENTRY, Link), RECORD_TAG);
    }
    IoDeleteDevice(Device);
}

_Use_decl_annotations_
static VOID
RecordsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    RecordsFree();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    PENTRY entry;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    if (KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) > ARRAYSIZE(Records)) {
        return STATUS_NOT_SUPPORTED;
    }
    InitializeSListHead(&FreeEntries);
    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    //
    // So many blocks are worked with at a time; whoever finds none does without.
    //
    for (ULONG count = 0; count < 3; count += 1) {
        entry = (PENTRY)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*entry), RECORD_TAG);
        if (entry == NULL) {
            RecordsFree();
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        InterlockedPushEntrySList(&FreeEntries, &entry->Link);
    }
    Registration = KeRegisterProcessorChangeCallback(RecordsProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        RecordsFree();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = RecordsUnload;
    return STATUS_SUCCESS;
}
