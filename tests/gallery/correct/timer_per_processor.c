/*++

Abstract:

    A periodic timer for each processor, whose DPC runs there. Object and DPC are made ready in
    Start and aimed at the processor, which the conversion routines know by then or not: the aim is
    taken in Complete when Start could not. Only Complete sets the timer.

--*/

#include <ntddk.h>

#define TICK_TAG 'kciT'

typedef struct _TICK {
    KTIMER Timer;
    KDPC Dpc;
    ULONG Index;
    LONG Count;
    BOOLEAN Aimed;
    BOOLEAN Set;
} TICK, *PTICK;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD TickUnload;
static PROCESSOR_CALLBACK_FUNCTION TickProcessorChanged;
static KDEFERRED_ROUTINE TickDpc;

static PVOID Registration;
static NTSTATUS StartStatus;
static PTICK *Ticks;
static ULONG TickMaximum;

_Use_decl_annotations_
static VOID
TickDpc(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    PTICK tick = (PTICK)DeferredContext;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    if (KeGetCurrentProcessorNumberEx(NULL) == tick->Index) {
        InterlockedIncrement(&tick->Count);
    }
}

static NTSTATUS
TickPrepare(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
{
    PTICK tick = (PTICK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*tick), TICK_TAG);

    if (tick == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    tick->Index = ChangeContext->NtNumber;
    KeInitializeTimerEx(&tick->Timer, SynchronizationTimer);
    KeInitializeDpc(&tick->Dpc, TickDpc, tick);
    tick->Aimed = NT_SUCCESS(KeSetTargetProcessorDpcEx(&tick->Dpc, &ChangeContext->ProcNumber));
    Ticks[tick->Index] = tick;
    return STATUS_SUCCESS;
}

static VOID
TickBegin(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
{
    PTICK tick = Ticks[ChangeContext->NtNumber];
    LARGE_INTEGER due;

    if (!tick->Aimed &&
        !NT_SUCCESS(KeSetTargetProcessorDpcEx(&tick->Dpc, &ChangeContext->ProcNumber))) {
        return;
    }
    due.QuadPart = -1000;
    KeSetTimerEx(&tick->Timer, due, 1, &tick->Dpc);
    tick->Set = TRUE;
}

static VOID
TickForget(
    _In_ ULONG Index
    )
{
    PTICK tick = Ticks[Index];

    if (tick == NULL) {
        return;
    }
    Ticks[Index] = NULL;
    if (tick->Set) {
        KeCancelTimer(&tick->Timer);

        //
        // The timer may have queued its DPC before, and the DPC may be running.
        //
        KeFlushQueuedDpcs();
    }
    ExFreePoolWithTag(tick, TICK_TAG);
}

_Use_decl_annotations_
static VOID
TickProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PNTSTATUS status = (PNTSTATUS)CallbackContext;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        *status = TickPrepare(ChangeContext);
        if (!NT_SUCCESS(*status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = *status;
        }
        break;
    case KeProcessorAddCompleteNotify:
        TickBegin(ChangeContext);
        break;
    case KeProcessorAddFailureNotify:
        TickForget(ChangeContext->NtNumber);
        break;
    }
}

static VOID
TickFree(
    VOID
    )
{
    for (ULONG index = 0; index < TickMaximum; index += 1) {
        TickForget(index);
    }
    ExFreePoolWithTag(Ticks, TICK_TAG);
}

_Use_decl_annotations_
static VOID
TickUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    TickFree();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    TickMaximum = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Ticks = (PTICK *)ExAllocatePool2(POOL_FLAG_NON_PAGED, TickMaximum * sizeof(*Ticks), TICK_TAG);
    if (Ticks == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    StartStatus = STATUS_SUCCESS;
    Registration = KeRegisterProcessorChangeCallback(TickProcessorChanged, &StartStatus,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        TickFree();
        return NT_SUCCESS(StartStatus) ? STATUS_UNSUCCESSFUL : StartStatus;
    }
    DriverObject->DriverUnload = TickUnload;
    return STATUS_SUCCESS;
}
