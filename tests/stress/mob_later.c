/*++

Module Name:

    mob_later.c

Abstract:

    What runs later, or elsewhere: DPCs, timers, work items, threads, all processors at once.

--*/

#include "mob.h"

static KDEFERRED_ROUTINE MobDpcRoutine;
static KDEFERRED_ROUTINE MobEverywhere;
static IO_WORKITEM_ROUTINE MobWorkRoutine;
static KSTART_ROUTINE MobChild;
static KIPI_BROADCAST_WORKER MobBroadcast;

//
// What is asked for: who asks writes it before, and reads Done when Finished has been set.
//
typedef struct _ERRAND {
    KEVENT Finished;
    KDPC Dpc;
    KTIMER Timer;
    ULONG Asked;
    ULONG Done;
} ERRAND, *PERRAND;

_Use_decl_annotations_
static VOID
MobDpcRoutine(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    PERRAND errand = (PERRAND)DeferredContext;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    errand->Done += errand->Asked;
    KeSetEvent(&errand->Finished, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
VOID
MobDpc(
    PMEMBER Member
    )
{
    PROCESSOR_NUMBER target;
    ERRAND errand;
    NTSTATUS status;

    KeInitializeEvent(&errand.Finished, NotificationEvent, FALSE);
    KeInitializeDpc(&errand.Dpc, MobDpcRoutine, &errand);
    errand.Asked = 1 + MobRandom(Member, 9);
    errand.Done = 0;
    if (MobRandom(Member, 3) != 0) {
        status = KeGetProcessorNumberFromIndex(
            MobRandom(Member, KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)), &target);
        MOB_CHECK(NT_SUCCESS(status));
        status = KeSetTargetProcessorDpcEx(&errand.Dpc, &target);
        MOB_CHECK(NT_SUCCESS(status));
    }
    KeSetImportanceDpc(&errand.Dpc, MobRandom(Member, 2) ? HighImportance : MediumImportance);

    MOB_CHECK(KeInsertQueueDpc(&errand.Dpc, NULL, NULL));
    if (MobRandom(Member, 4) == 0 && KeRemoveQueueDpc(&errand.Dpc)) {
        return;
    }
    KeWaitForSingleObject(&errand.Finished, Executive, KernelMode, FALSE, NULL);
    MOB_CHECK(errand.Done == errand.Asked);

    //
    // The routine may not have returned yet, and its frame refers to ours.
    //
    KeFlushQueuedDpcs();
}

_Use_decl_annotations_
VOID
MobTimer(
    PMEMBER Member
    )
{
    ERRAND errand;

    KeInitializeEvent(&errand.Finished, NotificationEvent, FALSE);
    KeInitializeDpc(&errand.Dpc, MobDpcRoutine, &errand);
    KeInitializeTimerEx(&errand.Timer,
                        MobRandom(Member, 2) ? NotificationTimer : SynchronizationTimer);
    errand.Asked = 1;
    errand.Done = 0;
    KeSetTimerEx(&errand.Timer, MobSoon(Member), (LONG)MobRandom(Member, 3), &errand.Dpc);

    switch (MobRandom(Member, 3)) {
    case 0:
        KeWaitForSingleObject(&errand.Finished, Executive, KernelMode, FALSE, NULL);
        break;
    case 1:
        KeWaitForSingleObject(&errand.Timer, Executive, KernelMode, FALSE, NULL);
        break;
    default:
        MobLock(Member);
        break;
    }
    KeCancelTimer(&errand.Timer);
    KeFlushQueuedDpcs();
}

_Use_decl_annotations_
static VOID
MobWorkRoutine(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    PERRAND errand = (PERRAND)Context;

    UNREFERENCED_PARAMETER(DeviceObject);

    errand->Done += errand->Asked;
    KeSetEvent(&errand->Finished, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
VOID
MobWorkItem(
    PMEMBER Member
    )
{
    PIO_WORKITEM item;
    ERRAND errand;
    ULONG times;

    item = IoAllocateWorkItem(Member->Mob->Device);
    if (item == NULL) {
        return;
    }
    KeInitializeEvent(&errand.Finished, SynchronizationEvent, FALSE);
    errand.Done = 0;
    for (times = 0; times < 2; times += 1) {
        errand.Asked = 1 + MobRandom(Member, 9);
        errand.Done = 0;
        IoQueueWorkItem(item, MobWorkRoutine, DelayedWorkQueue, &errand);
        KeWaitForSingleObject(&errand.Finished, Executive, KernelMode, FALSE, NULL);
        MOB_CHECK(errand.Done == errand.Asked);
    }
    IoFreeWorkItem(item);
}

_Use_decl_annotations_
static VOID
MobChild(
    PVOID StartContext
    )
{
    PERRAND errand = (PERRAND)StartContext;

    errand->Done = errand->Asked;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
VOID
MobThread(
    PMEMBER Member
    )
{
    ERRAND errand;
    PKTHREAD thread;

    errand.Asked = MobRandom(Member, 100);
    errand.Done = errand.Asked + 1;
    if (NT_SUCCESS(MobStartThread(MobChild, &errand, &thread))) {
        MobLock(Member);
        MobWaitForThread(thread);
        MOB_CHECK(errand.Done == errand.Asked);
    }
}

_Use_decl_annotations_
static VOID
MobEverywhere(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);

    InterlockedIncrementNoFence((PLONG)DeferredContext);
    KeSignalCallDpcSynchronize(SystemArgument2);
    KeSignalCallDpcDone(SystemArgument1);
}

_Use_decl_annotations_
static ULONG_PTR
MobBroadcast(
    ULONG_PTR Argument
    )
{
    return (ULONG_PTR)InterlockedIncrementNoFence((PLONG)Argument);
}

_Use_decl_annotations_
VOID
MobAllProcessors(
    PMEMBER Member
    )
{
    LONG count = 0;

    if (MobRandom(Member, 2) == 0) {
        KeGenericCallDpc(MobEverywhere, &count);
    } else {
        KeIpiGenericCall(MobBroadcast, (ULONG_PTR)&count);
    }
    MOB_CHECK(count >= 1);
}
