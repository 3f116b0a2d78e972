/*++

Abstract:

    A driver from before processor groups, on a machine that has one group: it counts with
    KeQueryActiveProcessorCount, walks a mask, aims DPCs by a number and moves threads by a mask.
    All of that knows group 0 alone, and there is no other. Its array has room for a whole group.

    What is sized by a count is sized by the largest that there may be; the count of those that are
    active is taken anew whenever it is used.

--*/

#include <ntddk.h>

#define SEAT_TAG 'taeS'

typedef struct _SEAT {
    KDPC Dpc;
    ULONG Runs;
} SEAT, *PSEAT;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD SeatsUnload;
static PROCESSOR_CALLBACK_FUNCTION SeatsProcessorChanged;
static KDEFERRED_ROUTINE SeatsRun;

static PVOID Registration;
static PSEAT Seats[MAXIMUM_PROCESSORS];
static KSPIN_LOCK SeatLock;
static ULONG Total;

_Use_decl_annotations_
static VOID
SeatsRun(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    //
    // A lock that another processor has is not waited for: the next run will do.
    //
    if (KeTryToAcquireSpinLockAtDpcLevel(&SeatLock)) {
        if (KeGetCurrentProcessorNumber() < KeQueryActiveProcessorCount(NULL)) {
            ((PSEAT)DeferredContext)->Runs += 1;
        }
        Total += 1;
        KeReleaseSpinLockFromDpcLevel(&SeatLock);
    }
}

static VOID
SeatsRunEverywhere(
    VOID
    )
{
    KAFFINITY active, previous;
    ULONG number;

    (VOID)KeQueryActiveProcessorCount(&active);
    for (number = 0; number < MAXIMUM_PROCESSORS; number += 1) {
        if ((active & ((KAFFINITY)1 << number)) != 0 && Seats[number] != NULL) {
            KeSetTargetProcessorDpc(&Seats[number]->Dpc, (CCHAR)number);
            KeInsertQueueDpc(&Seats[number]->Dpc, NULL, NULL);
        }
    }

    previous = KeSetSystemAffinityThreadEx(active);
    KeRevertToUserAffinityThreadEx(previous);
}

static VOID
SeatsFree(
    _In_ ULONG Number
    )
{
    PSEAT seat = Seats[Number];

    Seats[Number] = NULL;
    if (seat != NULL) {
        ExFreePoolWithTag(seat, 0);
    }
}

_Use_decl_annotations_
static VOID
SeatsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    ULONG number = ChangeContext->NtNumber;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        Seats[number] = (PSEAT)ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(SEAT), SEAT_TAG);
        if (Seats[number] == NULL) {
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
            }
            break;
        }
        RtlZeroMemory(Seats[number], sizeof(SEAT));
        KeInitializeDpc(&Seats[number]->Dpc, SeatsRun, Seats[number]);
        break;
    case KeProcessorAddCompleteNotify:
        SeatsRunEverywhere();
        break;
    case KeProcessorAddFailureNotify:
        SeatsFree(number);
        break;
    }
}

_Use_decl_annotations_
static VOID
SeatsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    KeFlushQueuedDpcs();
    for (ULONG number = 0; number < MAXIMUM_PROCESSORS; number += 1) {
        SeatsFree(number);
    }
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    if (KeQueryMaximumGroupCount() > 1) {
        return STATUS_NOT_SUPPORTED;
    }
    KeInitializeSpinLock(&SeatLock);
    Registration = KeRegisterProcessorChangeCallback(SeatsProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = SeatsUnload;
    return STATUS_SUCCESS;
}
