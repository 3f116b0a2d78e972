/*++

Abstract:

    A boot driver, which is never unloaded and has no Unload: everything that it began goes on to
    the end. Each processor has a DPC that queues itself again a few times, and a one-shot timer
    that its DPC sets anew; a timer that is set already is simply set once more.

--*/

#include <ntddk.h>

#define BEAT_TAG 'taeB'
#define ROUNDS 5

typedef struct _BEAT {
    KDPC Dpc;
    KDPC TimerDpc;
    KTIMER Timer;
    LONG Rounds;
    LONG Ticks;
} BEAT, *PBEAT;

DRIVER_INITIALIZE DriverEntry;
static PROCESSOR_CALLBACK_FUNCTION BeatProcessorChanged;
static KDEFERRED_ROUTINE BeatAgain;
static KDEFERRED_ROUTINE BeatTick;

static PBEAT Beats[256];

static VOID
BeatSetTimer(
    _Inout_ PBEAT Beat
    )
{
    LARGE_INTEGER due;

    due.QuadPart = -5000;
    (VOID)KeSetTimer(&Beat->Timer, due, &Beat->TimerDpc);
}

_Use_decl_annotations_
static VOID
BeatAgain(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    PBEAT beat = (PBEAT)DeferredContext;

    //
    // A DPC that runs is not queued any more.
    //
    if (InterlockedIncrement(&beat->Rounds) < ROUNDS) {
        (VOID)KeInsertQueueDpc(Dpc, SystemArgument1, SystemArgument2);
    } else {
        BeatSetTimer(beat);
        BeatSetTimer(beat);
    }
}

_Use_decl_annotations_
static VOID
BeatTick(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    PBEAT beat = (PBEAT)DeferredContext;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    if (InterlockedIncrement(&beat->Ticks) < 10 * ROUNDS) {
        BeatSetTimer(beat);
    }
}

_Use_decl_annotations_
static VOID
BeatProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PBEAT *slot = &((PBEAT *)CallbackContext)[ChangeContext->NtNumber];
    PBEAT beat = *slot;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        beat = (PBEAT)ExAllocatePoolZero(NonPagedPoolNx, sizeof(*beat), BEAT_TAG);
        if (beat == NULL) {
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = STATUS_NO_MEMORY;
            }
            break;
        }
        KeInitializeTimer(&beat->Timer);
        KeInitializeDpc(&beat->Dpc, BeatAgain, beat);
        KeInitializeDpc(&beat->TimerDpc, BeatTick, beat);
        *slot = beat;
        break;
    case KeProcessorAddCompleteNotify:
        if (NT_SUCCESS(KeSetTargetProcessorDpcEx(&beat->Dpc, &ChangeContext->ProcNumber)) &&
            NT_SUCCESS(KeSetTargetProcessorDpcEx(&beat->TimerDpc, &ChangeContext->ProcNumber))) {
            (VOID)KeInsertQueueDpc(&beat->Dpc, NULL, NULL);
        }
        break;
    case KeProcessorAddFailureNotify:
        *slot = NULL;
        if (beat != NULL) {
            ExFreePool(beat);
        }
        break;
    }
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);

    if (KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) > ARRAYSIZE(Beats)) {
        return STATUS_NOT_SUPPORTED;
    }
    if (KeRegisterProcessorChangeCallback(BeatProcessorChanged, Beats,
                                          KE_PROCESSOR_CHANGE_ADD_EXISTING) == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}
