/*
 * ke_mutex - mutexes, which the thread that took them gives back
 *
 * Source of each: WDK reference, wdm.h, the page of its name.
 */
#include "nt/dispatcher.h"

/* Make a mutex that nobody holds. Level is for Windows alone. */
VOID KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeInitializeMutex");
    (void)Level;
    ha_dispatcher_init(kernel, &Mutex->Header, HA_OBJECT_MUTANT, 1);
    Mutex->MutantListEntry.Flink = Mutex->MutantListEntry.Blink = NULL;
    Mutex->OwnerThread = NULL;
    Mutex->Abandoned = FALSE;
    Mutex->ApcDisable = 1;
}

/* It is nobody's any more. */
static void disown(PKMUTANT mutant, struct ha_thread *owner)
{
    PLIST_ENTRY older = mutant->MutantListEntry.Flink, newer = mutant->MutantListEntry.Blink;
    if (newer)
        newer->Flink = older;
    else
        owner->mutants = older;
    if (older)
        older->Blink = newer;
    mutant->OwnerThread = NULL;
}

/*
 * Give a mutex back; its owner gives it back as often as it took it.
 *
 * Returns what its state was: 0 when it is free now, less when its owner still has it. Another
 * thread than the owner, for which Windows raises STATUS_MUTANT_NOT_OWNED, is a misuse and
 * changes nothing. IRQL: at most DISPATCH_LEVEL.
 */
LONG KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeReleaseMutex");
    struct ha_thread *thread = kernel->world.sched.running;
    (void)Wait;
    if (!ha_dispatcher_is_made(kernel, &Mutex->Header, HA_RT_RELEASE_MUTEX))
        return 0;
    LONG before = Mutex->Header.SignalState;
    if (Mutex->OwnerThread != (const void *)thread) {
        ha_record_misuse(kernel, HA_RT_RELEASE_MUTEX, HA_MISUSE_NOT_OWNER,
                         ha_dispatcher_id(&Mutex->Header), 0);
        return before;
    }
    if (++Mutex->Header.SignalState == 1) {
        disown(Mutex, thread);
        ha_dispatcher_signal(kernel, &Mutex->Header);
    }
    ha_sched_point(&kernel->world);
    return before;
}

/* 1 when the mutex is free. */
LONG KeReadStateMutex(PRKMUTEX Mutex)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeReadStateMutex");
    ha_touch(&kernel->world, ha_dispatcher_id(&Mutex->Header), HA_TOUCH_READ);
    return Mutex->Header.SignalState;
}
