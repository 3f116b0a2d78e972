/*++

Abstract:

    A driver with a mistake: a thread counts its visits to everybody on a list of processors, as
    soon as there is one more. It takes the lock for the way to the next of them only. When the
    processor does not come after all, its entry leaves the list and is given back under the lock,
    with the thread standing on it.

--*/

#include "one_callback.h"
#include "system_thread.h"

typedef struct _ENTRY {
    struct _ENTRY *Next;
    ULONG ProcessorIndex;
    ULONG Visits;
} ENTRY, *PENTRY;

static KSPIN_LOCK ListLock;
static PENTRY List;
static PKTHREAD Thread;
static KEVENT Stop;
static KEVENT OneMore;

static KSTART_ROUTINE VisitAll;

static PENTRY
Behind(
    _In_opt_ PENTRY Entry
    )
{
    PENTRY next;
    KIRQL oldIrql;

    KeAcquireSpinLock(&ListLock, &oldIrql);
    next = Entry != NULL ? Entry->Next : List;
    KeReleaseSpinLock(&ListLock, oldIrql);
    return next;
}

_Use_decl_annotations_
static VOID
VisitAll(
    PVOID StartContext
    )
{
    PVOID stopOrOneMore[2];
    PENTRY entry;

    UNREFERENCED_PARAMETER(StartContext);

    stopOrOneMore[0] = &Stop;
    stopOrOneMore[1] = &OneMore;
    while (KeWaitForMultipleObjects(RTL_NUMBER_OF(stopOrOneMore), stopOrOneMore, WaitAny,
                                    Executive, KernelMode, FALSE, NULL, NULL) == STATUS_WAIT_1) {
        for (entry = Behind(NULL); entry != NULL; entry = Behind(entry)) {
            if (entry->ProcessorIndex < KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)) {
                continue;
            }
            entry->Visits += 1;
        }
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
Join(
    _In_ PENTRY Entry
    )
{
    KIRQL oldIrql;

    KeAcquireSpinLock(&ListLock, &oldIrql);
    Entry->Next = List;
    List = Entry;
    KeReleaseSpinLock(&ListLock, oldIrql);
    KeSetEvent(&OneMore, IO_NO_INCREMENT, FALSE);
}

static VOID
Leave(
    _In_ ULONG ProcessorIndex
    )
{
    PENTRY *link, entry = NULL;
    KIRQL oldIrql;

    KeAcquireSpinLock(&ListLock, &oldIrql);
    for (link = &List; *link != NULL; link = &(*link)->Next) {
        if ((*link)->ProcessorIndex == ProcessorIndex) {
            entry = *link;
            *link = entry->Next;
            break;
        }
    }
    KeReleaseSpinLock(&ListLock, oldIrql);
    if (entry != NULL) {
        ExFreePoolWithTag(entry, GALLERY_TAG);
    }
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PENTRY entry;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        entry = (PENTRY)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*entry), GALLERY_TAG);
        if (entry != NULL) {
            entry->ProcessorIndex = ChangeContext->NtNumber;
            Join(entry);
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        break;

    case KeProcessorAddFailureNotify:
        Leave(ChangeContext->NtNumber);
        break;
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeInitializeSpinLock(&ListLock);
    KeInitializeEvent(&Stop, NotificationEvent, FALSE);
    KeInitializeEvent(&OneMore, SynchronizationEvent, FALSE);
    return SystemThreadStart(VisitAll, NULL, &Thread);
}

static VOID
CleanUp(
    VOID
    )
{
    KeSetEvent(&Stop, IO_NO_INCREMENT, FALSE);
    SystemThreadWaitForEnd(Thread);
    while (List != NULL) {
        Leave(List->ProcessorIndex);
    }
}
