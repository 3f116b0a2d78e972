/*++

Abstract:

    Counters in a list that only grows, changed at DISPATCH_LEVEL under an in-stack queued spin
    lock and looked up under a reader/writer spin lock. Both are taken in one order, the reader's
    first.

    Start sends a DPC to each processor that is there already; each of them counts itself, and the
    callback waits for the last. The one that comes is not among them.

--*/

#include <ntddk.h>

#define COUNTER_TAG 'tnuC'

typedef struct _COUNTER {
    LIST_ENTRY Entry;
    KDPC Dpc;
    ULONG Index;
    ULONG Count;
    BOOLEAN Active;
} COUNTER, *PCOUNTER;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD CountersUnload;
static PROCESSOR_CALLBACK_FUNCTION CountersProcessorChanged;
static KDEFERRED_ROUTINE CountersDpc;

static PVOID Registration;
static LIST_ENTRY Counters;
static EX_SPIN_LOCK ListLock;
static KSPIN_LOCK CountLock;
static LONG Outstanding;
static KEVENT AllHaveRun;

static PCOUNTER
CountersFind(
    _In_ ULONG Index
    )
{
    PLIST_ENTRY entry;

    for (entry = Counters.Flink; entry != &Counters; entry = entry->Flink) {
        if (CONTAINING_RECORD(entry, COUNTER, Entry)->Index == Index) {
            return CONTAINING_RECORD(entry, COUNTER, Entry);
        }
    }
    return NULL;
}

_Use_decl_annotations_
static VOID
CountersDpc(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    KLOCK_QUEUE_HANDLE handle;
    PCOUNTER own;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    ExAcquireSpinLockSharedAtDpcLevel(&ListLock);
    own = CountersFind(KeGetCurrentProcessorIndex());
    if (own != NULL) {
        KeAcquireInStackQueuedSpinLockAtDpcLevel(&CountLock, &handle);
        own->Count += 1;
        KeReleaseInStackQueuedSpinLockFromDpcLevel(&handle);
    }
    ExReleaseSpinLockSharedFromDpcLevel(&ListLock);

    if (InterlockedDecrement(&Outstanding) == 0) {
        KeSetEvent(&AllHaveRun, IO_NO_INCREMENT, FALSE);
    }
}

static VOID
CountersRunEverywhere(
    VOID
    )
{
    PLIST_ENTRY entry;
    PCOUNTER counter;

    //
    // Calls of the callback come one after another, and nobody else changes the list.
    //
    KeClearEvent(&AllHaveRun);
    Outstanding = 1;
    for (entry = Counters.Flink; entry != &Counters; entry = entry->Flink) {
        counter = CONTAINING_RECORD(entry, COUNTER, Entry);
        if (counter->Active) {
            InterlockedIncrement(&Outstanding);
            KeInsertQueueDpc(&counter->Dpc, NULL, NULL);
        }
    }
    if (InterlockedDecrement(&Outstanding) != 0) {
        KeWaitForSingleObject(&AllHaveRun, Executive, KernelMode, FALSE, NULL);
    }
}

static NTSTATUS
CountersAdd(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
{
    PCOUNTER counter;
    KIRQL oldIrql;

    counter = (PCOUNTER)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*counter), COUNTER_TAG);
    if (counter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    counter->Index = ChangeContext->NtNumber;
    KeInitializeDpc(&counter->Dpc, CountersDpc, NULL);
    KeSetImportanceDpc(&counter->Dpc, MediumHighImportance);

    oldIrql = ExAcquireSpinLockExclusive(&ListLock);
    InsertTailList(&Counters, &counter->Entry);
    ExReleaseSpinLockExclusive(&ListLock, oldIrql);
    return STATUS_SUCCESS;
}

static VOID
CountersRemove(
    _In_ PCOUNTER Counter
    )
{
    KIRQL oldIrql = ExAcquireSpinLockExclusive(&ListLock);

    RemoveEntryList(&Counter->Entry);
    ExReleaseSpinLockExclusive(&ListLock, oldIrql);
    ExFreePoolWithTag(Counter, COUNTER_TAG);
}

_Use_decl_annotations_
static VOID
CountersProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PCOUNTER counter = CountersFind(ChangeContext->NtNumber);
    KLOCK_QUEUE_HANDLE handle;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        CountersRunEverywhere();
        status = CountersAdd(ChangeContext);
        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
    } else if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        counter->Active =
            NT_SUCCESS(KeSetTargetProcessorDpcEx(&counter->Dpc, &ChangeContext->ProcNumber));
        KeAcquireInStackQueuedSpinLock(&CountLock, &handle);
        counter->Count = 0;
        KeReleaseInStackQueuedSpinLock(&handle);
    } else if (counter != NULL) {
        CountersRemove(counter);
    }
}

static VOID
CountersFree(
    VOID
    )
{
    KeFlushQueuedDpcs();
    while (!IsListEmpty(&Counters)) {
        CountersRemove(CONTAINING_RECORD(Counters.Flink, COUNTER, Entry));
    }
}

_Use_decl_annotations_
static VOID
CountersUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    CountersFree();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    InitializeListHead(&Counters);
    KeInitializeSpinLock(&CountLock);
    KeInitializeEvent(&AllHaveRun, NotificationEvent, FALSE);
    ListLock = 0;

    Registration = KeRegisterProcessorChangeCallback(CountersProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        CountersFree();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = CountersUnload;
    return STATUS_SUCCESS;
}
