/*++

Abstract:

    What one seldom sees done with locks, and may do: hand over hand, out of order, recursively
    where that is allowed, tried and not waited for, converted, taken at a raised IRQL, and made
    anew when nobody has them. Each call of the callback does all of it, and so does Unload.

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD LocksUnload;
static PROCESSOR_CALLBACK_FUNCTION LocksProcessorChanged;

static PVOID Registration;
static KSPIN_LOCK One, Other;
static EX_SPIN_LOCK Shared;
static FAST_MUTEX Fast;
static KGUARDED_MUTEX Guarded;
static KMUTEX Mutex;
static ERESOURCE Resource;
static EX_PUSH_LOCK Push;
static EX_RUNDOWN_REF Rundown;
static IO_REMOVE_LOCK RemoveLock;
static ULONG Steps;

static VOID
LocksSpin(
    VOID
    )
{
    KLOCK_QUEUE_HANDLE first, second;
    KIRQL outer, irql;

    //
    // Hand over hand: the second lock gives the IRQL back that the first one has raised.
    //
    KeAcquireSpinLock(&One, &irql);
    KeAcquireSpinLockAtDpcLevel(&Other);
    KeReleaseSpinLockFromDpcLevel(&One);
    KeReleaseSpinLock(&Other, irql);

    //
    // At DISPATCH_LEVEL already, where a lock raises nothing and gives nothing back.
    //
    KeRaiseIrql(DISPATCH_LEVEL, &outer);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    KeLowerIrql(irql);
    KeAcquireSpinLock(&One, &irql);
    KeReleaseSpinLock(&One, irql);
    if (KeTryToAcquireSpinLockAtDpcLevel(&Other)) {
        KeReleaseSpinLockFromDpcLevel(&Other);
    }
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&One, &first);
    KeAcquireInStackQueuedSpinLockAtDpcLevel(&Other, &second);
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&first);
    KeReleaseInStackQueuedSpinLockFromDpcLevel(&second);
    KeStallExecutionProcessor(1);
    KeLowerIrql(outer);

    irql = ExAcquireSpinLockShared(&Shared);
    KeAcquireSpinLockAtDpcLevel(&One);
    ExReleaseSpinLockSharedFromDpcLevel(&Shared);
    KeReleaseSpinLock(&One, irql);
}

static VOID
LocksMutexes(
    VOID
    )
{
    LARGE_INTEGER zero;

    zero.QuadPart = 0;

    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&Fast);
    KeEnterCriticalRegion();
    KeLeaveCriticalRegion();
    ExReleaseFastMutexUnsafe(&Fast);
    KeLeaveCriticalRegion();

    if (ExTryToAcquireFastMutex(&Fast)) {
        KeAcquireGuardedMutex(&Guarded);
        KeReleaseGuardedMutex(&Guarded);
        ExReleaseFastMutex(&Fast);
    }

    KeEnterGuardedRegion();
    KeAcquireGuardedMutexUnsafe(&Guarded);
    KeReleaseGuardedMutexUnsafe(&Guarded);
    if (KeTryToAcquireGuardedMutex(&Guarded)) {
        KeReleaseGuardedMutex(&Guarded);
    }
    KeLeaveGuardedRegion();

    if (KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, &zero) == STATUS_SUCCESS) {
        KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);
        KeReleaseMutex(&Mutex, FALSE);
        KeReleaseMutex(&Mutex, FALSE);
    }
}

static VOID
LocksResource(
    VOID
    )
{
    KIRQL irql;

    //
    // Shared under exclusive is exclusive once more; converted, both are shared.
    //
    ExEnterCriticalRegionAndAcquireResourceExclusive(&Resource);
    ExAcquireResourceSharedLite(&Resource, TRUE);
    ExAcquireResourceExclusiveLite(&Resource, FALSE);
    ExConvertExclusiveToSharedLite(&Resource);
    ExReleaseResourceLite(&Resource);
    ExAcquireSharedStarveExclusive(&Resource, TRUE);
    ExReleaseResourceLite(&Resource);
    ExReleaseResourceLite(&Resource);

    //
    // It may be given back at DISPATCH_LEVEL, though not taken there.
    //
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    ExReleaseResourceLite(&Resource);
    KeLowerIrql(irql);
    KeLeaveCriticalRegion();

    //
    // APC_LEVEL keeps APCs away as well as a region does.
    //
    ExAcquireFastMutex(&Fast);
    ExAcquireResourceSharedLite(&Resource, TRUE);
    ExAcquirePushLockShared(&Push);
    ExReleaseResourceLite(&Resource);
    ExReleasePushLockShared(&Push);
    ExReleaseFastMutex(&Fast);

    KeEnterGuardedRegion();
    ExAcquirePushLockExclusive(&Push);
    ExReleasePushLockExclusive(&Push);
    KeLeaveGuardedRegion();
    ExReinitializeResourceLite(&Resource);
}

static VOID
LocksOfLife(
    VOID
    )
{
    if (ExAcquireRundownProtectionEx(&Rundown, 3)) {
        if (ExAcquireRundownProtection(&Rundown)) {
            ExReleaseRundownProtectionEx(&Rundown, 2);
        }
        ExReleaseRundownProtection(&Rundown);
        ExReleaseRundownProtection(&Rundown);
    }

    //
    // One tag may stand for several acquisitions, and so may none.
    //
    if (NT_SUCCESS(IoAcquireRemoveLock(&RemoveLock, &Steps))) {
        if (NT_SUCCESS(IoAcquireRemoveLock(&RemoveLock, &Steps))) {
            IoReleaseRemoveLock(&RemoveLock, &Steps);
        }
        if (NT_SUCCESS(IoAcquireRemoveLock(&RemoveLock, NULL))) {
            IoReleaseRemoveLock(&RemoveLock, NULL);
        }
        IoReleaseRemoveLock(&RemoveLock, &Steps);
    }
}

static VOID
LocksMake(
    VOID
    )
{
    KeInitializeSpinLock(&One);
    KeInitializeSpinLock(&Other);
    Shared = 0;
    ExInitializeFastMutex(&Fast);
    KeInitializeGuardedMutex(&Guarded);
    KeInitializeMutex(&Mutex, 0);
    ExInitializePushLock(&Push);
}

static VOID
LocksTry(
    VOID
    )
{
    LocksSpin();
    LocksMutexes();
    LocksResource();
    LocksOfLife();
    Steps += 1;
}

_Use_decl_annotations_
static VOID
LocksProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS before = *OperationStatus;

    UNREFERENCED_PARAMETER(CallbackContext);

    LocksTry();
    if (ChangeContext->State != KeProcessorAddStartNotify) {
        //
        // Nobody has one, as calls come one after another: they may be made anew.
        //
        LocksMake();
    } else if (NT_SUCCESS(before)) {
        //
        // What is written and taken back before the call returns was never said.
        //
        *OperationStatus = STATUS_UNSUCCESSFUL;
        LocksTry();
        *OperationStatus = before;
    }
}

_Use_decl_annotations_
static VOID
LocksUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    LocksTry();
    ExWaitForRundownProtectionRelease(&Rundown);
    ExReInitializeRundownProtection(&Rundown);
    LocksTry();
    if (NT_SUCCESS(IoAcquireRemoveLock(&RemoveLock, DriverObject))) {
        IoReleaseRemoveLockAndWait(&RemoveLock, DriverObject);
    }
    LocksTry();
    ExDeleteResourceLite(&Resource);
    ExInitializeResourceLite(&Resource);
    ExDeleteResourceLite(&Resource);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    LocksMake();
    ExInitializeRundownProtection(&Rundown);
    IoInitializeRemoveLock(&RemoveLock, 'kcoL', 0, 0);
    ExInitializeResourceLite(&Resource);
    Registration = KeRegisterProcessorChangeCallback(LocksProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        ExDeleteResourceLite(&Resource);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = LocksUnload;
    return STATUS_SUCCESS;
}
