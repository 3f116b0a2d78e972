/*++

Module Name:

    mob_locks.c

Abstract:

    Locks of all kinds, taken by all threads: behind each lies a count that nothing else protects.

--*/

#include "mob.h"

_Use_decl_annotations_
VOID
MobMakeLocks(
    PMOB Mob
    )
{
    KeInitializeSpinLock(&Mob->SpinLock);
    KeInitializeSpinLock(&Mob->QueuedSpinLock);
    Mob->SharedSpinLock = 0;
    ExInitializeFastMutex(&Mob->FastMutex);
    KeInitializeGuardedMutex(&Mob->GuardedMutex);
    KeInitializeMutex(&Mob->Mutex, 0);
    ExInitializePushLock(&Mob->PushLock);
    KeInitializeSemaphore(&Mob->Semaphore, 1, 1);
    KeInitializeEvent(&Mob->Event, SynchronizationEvent, TRUE);
    ExInitializeRundownProtection(&Mob->Rundown);
    IoInitializeRemoveLock(&Mob->RemoveLock, MOB_TAG, 0, 0);

    //
    // The page knows no other status than success.
    //
    ExInitializeResourceLite(&Mob->Resource);
}

_Use_decl_annotations_
VOID
MobEndLocks(
    PMOB Mob
    )
{
    NTSTATUS status;
    ULONG i;

    for (i = 0; i < GuardMaximum; i += 1) {
        MOB_CHECK(Mob->Guarded[i].Count == (ULONG)Mob->Guarded[i].Times);
    }
    ExWaitForRundownProtectionRelease(&Mob->Rundown);
    MOB_CHECK(!ExAcquireRundownProtection(&Mob->Rundown));
    status = IoAcquireRemoveLock(&Mob->RemoveLock, Mob);
    MOB_CHECK(NT_SUCCESS(status));
    IoReleaseRemoveLockAndWait(&Mob->RemoveLock, Mob);
    ExDeleteResourceLite(&Mob->Resource);
}

static VOID
MobCount(
    _Inout_ PGUARDED Guarded
    )
{
    Guarded->Count += 1;
    InterlockedIncrementNoFence(&Guarded->Times);
}

//
// The first three at DISPATCH_LEVEL.
//
static VOID
MobSpin(
    _Inout_ PMOB Mob,
    _In_ ULONG Guard
    )
{
    KLOCK_QUEUE_HANDLE queued;
    KIRQL irql;

    if (Guard == GuardSpinLock) {
        KeAcquireSpinLock(&Mob->SpinLock, &irql);
        MobCount(&Mob->Guarded[Guard]);
        KeReleaseSpinLock(&Mob->SpinLock, irql);
    } else if (Guard == GuardQueuedSpinLock) {
        KeAcquireInStackQueuedSpinLock(&Mob->QueuedSpinLock, &queued);
        MobCount(&Mob->Guarded[Guard]);
        KeReleaseInStackQueuedSpinLock(&queued);
    } else {
        irql = ExAcquireSpinLockExclusive(&Mob->SharedSpinLock);
        MobCount(&Mob->Guarded[Guard]);
        ExReleaseSpinLockExclusive(&Mob->SharedSpinLock, irql);
    }
}

static VOID
MobTakeDispatcher(
    _Inout_ PMOB Mob,
    _In_ ULONG Guard
    )
{
    PVOID object = Guard == GuardMutex ? (PVOID)&Mob->Mutex
                 : Guard == GuardSemaphore ? (PVOID)&Mob->Semaphore : (PVOID)&Mob->Event;

    KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
    MobCount(&Mob->Guarded[Guard]);
    if (Guard == GuardMutex) {
        KeReleaseMutex(&Mob->Mutex, FALSE);
    } else if (Guard == GuardSemaphore) {
        KeReleaseSemaphore(&Mob->Semaphore, IO_NO_INCREMENT, 1, FALSE);
    } else {
        KeSetEvent(&Mob->Event, IO_NO_INCREMENT, FALSE);
    }
}

_Use_decl_annotations_
VOID
MobLock(
    PMEMBER Member
    )
{
    PMOB mob = Member->Mob;
    ULONG guard = MobRandom(Member, GuardMaximum);

    switch (guard) {
    case GuardSpinLock:
    case GuardQueuedSpinLock:
    case GuardSharedSpinLock:
        MobSpin(mob, guard);
        break;

    case GuardFastMutex:
        ExAcquireFastMutex(&mob->FastMutex);
        MobCount(&mob->Guarded[guard]);
        ExReleaseFastMutex(&mob->FastMutex);
        break;

    case GuardGuardedMutex:
        KeAcquireGuardedMutex(&mob->GuardedMutex);
        MobCount(&mob->Guarded[guard]);
        KeReleaseGuardedMutex(&mob->GuardedMutex);
        break;

    case GuardPushLock:
        KeEnterCriticalRegion();
        ExAcquirePushLockExclusive(&mob->PushLock);
        MobCount(&mob->Guarded[guard]);
        ExReleasePushLockExclusive(&mob->PushLock);
        KeLeaveCriticalRegion();
        break;

    case GuardResource:
        KeEnterCriticalRegion();
        ExAcquireResourceExclusiveLite(&mob->Resource, TRUE);
        MobCount(&mob->Guarded[guard]);
        ExReleaseResourceLite(&mob->Resource);
        KeLeaveCriticalRegion();
        break;

    default:
        MobTakeDispatcher(mob, guard);
        break;
    }
}

_Use_decl_annotations_
VOID
MobShare(
    PMEMBER Member
    )
{
    PMOB mob = Member->Mob;
    ULONG count;
    KIRQL irql;

    //
    // Who shares the lock keeps out whoever counts.
    //
    switch (MobRandom(Member, 3)) {
    case 0:
        irql = ExAcquireSpinLockShared(&mob->SharedSpinLock);
        count = mob->Guarded[GuardSharedSpinLock].Count;
        MOB_CHECK(count == (ULONG)ReadNoFence(&mob->Guarded[GuardSharedSpinLock].Times));
        ExReleaseSpinLockShared(&mob->SharedSpinLock, irql);
        break;

    case 1:
        KeEnterCriticalRegion();
        ExAcquirePushLockShared(&mob->PushLock);
        count = mob->Guarded[GuardPushLock].Count;
        MOB_CHECK(count == (ULONG)ReadNoFence(&mob->Guarded[GuardPushLock].Times));
        ExReleasePushLockShared(&mob->PushLock);
        KeLeaveCriticalRegion();
        break;

    default:
        KeEnterCriticalRegion();
        ExAcquireResourceSharedLite(&mob->Resource, TRUE);
        count = mob->Guarded[GuardResource].Count;
        MOB_CHECK(count == (ULONG)ReadNoFence(&mob->Guarded[GuardResource].Times));
        ExReleaseResourceLite(&mob->Resource);
        KeLeaveCriticalRegion();
        break;
    }
}

_Use_decl_annotations_
VOID
MobRundown(
    PMEMBER Member
    )
{
    PMOB mob = Member->Mob;
    NTSTATUS status;

    if (MobRandom(Member, 2) == 0) {
        MOB_CHECK(ExAcquireRundownProtection(&mob->Rundown));
        MobLock(Member);
        ExReleaseRundownProtection(&mob->Rundown);
    } else {
        status = IoAcquireRemoveLock(&mob->RemoveLock, Member);
        MOB_CHECK(NT_SUCCESS(status));
        MobLock(Member);
        IoReleaseRemoveLock(&mob->RemoveLock, Member);
    }
}

_Use_decl_annotations_
VOID
MobWaitForSeveral(
    PMEMBER Member
    )
{
    PMOB mob = Member->Mob;
    PVOID objects[] = {&mob->Mutex, &mob->Semaphore, &mob->Event};
    LARGE_INTEGER soon = MobSoon(Member);
    NTSTATUS status;

    if (MobRandom(Member, 2) == 0) {
        status = KeWaitForMultipleObjects(RTL_NUMBER_OF(objects), objects, WaitAll, Executive,
                                          KernelMode, FALSE, &soon, NULL);
        if (status == STATUS_SUCCESS) {
            MobCount(&mob->Guarded[GuardMutex]);
            MobCount(&mob->Guarded[GuardSemaphore]);
            MobCount(&mob->Guarded[GuardEvent]);
            KeSetEvent(&mob->Event, IO_NO_INCREMENT, FALSE);
            KeReleaseSemaphore(&mob->Semaphore, IO_NO_INCREMENT, 1, FALSE);
            KeReleaseMutex(&mob->Mutex, FALSE);
        }
        return;
    }

    status = KeWaitForMultipleObjects(RTL_NUMBER_OF(objects), objects, WaitAny, Executive,
                                      KernelMode, FALSE, NULL, NULL);
    if (status == STATUS_WAIT_0) {
        MobCount(&mob->Guarded[GuardMutex]);
        KeReleaseMutex(&mob->Mutex, FALSE);
    } else if (status == STATUS_WAIT_1) {
        MobCount(&mob->Guarded[GuardSemaphore]);
        KeReleaseSemaphore(&mob->Semaphore, IO_NO_INCREMENT, 1, FALSE);
    } else {
        MobCount(&mob->Guarded[GuardEvent]);
        KeSetEvent(&mob->Event, IO_NO_INCREMENT, FALSE);
    }
}
