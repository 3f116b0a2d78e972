/*
 * ke_mutex - mutexes, which the thread that took them gives back
 *
 * Owns the list of those that a thread has.
 * A mutex disables the normal APCs of its owner as a critical region does; a mutant does not.
 * Source of each, where no other is named: WDK reference, wdm.h, the page of its name.
 */
#include "nt/dispatcher.h"
#include "nt/in_use.h"

void ha_mutant_own(PKMUTANT mutant, struct ha_thread *thread)
{
    PLIST_ENTRY older = thread->mutants;
    ha_kernel_of(thread)->mutants++;
    mutant->Header.SignalState = 0;
    mutant->OwnerThread = (void *)thread;
    mutant->MutantListEntry.Flink = older;
    mutant->MutantListEntry.Blink = NULL;
    if (older)
        older->Blink = &mutant->MutantListEntry;
    thread->mutants = &mutant->MutantListEntry;
    if (mutant->ApcDisable && thread->stamp.regions < UINT8_MAX)
        thread->stamp.regions++;
    thread->disturbed = true;
}

void ha_mutant_disown(struct ha_kernel *kernel, PKMUTANT mutant)
{
    struct ha_thread *owner = (void *)mutant->OwnerThread;
    PLIST_ENTRY older = mutant->MutantListEntry.Flink, newer = mutant->MutantListEntry.Blink;
    if (newer)
        newer->Flink = older;
    else
        owner->mutants = older;
    if (older)
        older->Blink = newer;
    /* The count may have been put back at the end of an operation (CTX-7). */
    if (mutant->ApcDisable && owner->stamp.regions)
        owner->stamp.regions--;
    kernel->mutants--;
    owner->disturbed = true;
    mutant->OwnerThread = NULL;
    mutant->Header.SignalState = 1;
    ha_dispatcher_signal(kernel, &mutant->Header);
}

void ha_mutants_abandon(struct ha_kernel *kernel, struct ha_thread *thread)
{
    while (thread->mutants) {
        PKMUTANT mutant = CONTAINING_RECORD(thread->mutants, KMUTANT, MutantListEntry);
        mutant->Abandoned = TRUE;
        ha_mutant_disown(kernel, mutant);
    }
}

uint32_t ha_mutants_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    const struct ha_thread *thread = kernel->world.sched.first_live;
    for (; thread; thread = thread->next_live)
        for (PLIST_ENTRY entry = thread->mutants; entry; entry = entry->Flink)
            if (ha_lies_in(entry, memory, size))
                return ha_dispatcher_id(
                    &CONTAINING_RECORD(entry, KMUTANT, MutantListEntry)->Header);
    return 0;
}

/* Returns false for one that a thread has, which stays as it is; the misuse has been recorded. */
static bool make(struct ha_kernel *kernel, PKMUTANT mutant, UCHAR apc_disable)
{
    if (ha_dispatcher_in_use(kernel, &mutant->Header, HA_OBJECT_MUTANT)) {
        ha_record_misuse(kernel, HA_RT_INITIALIZE_MUTEX, HA_MISUSE_IN_USE,
                         ha_dispatcher_id(&mutant->Header), 0);
        return false;
    }
    ha_dispatcher_init(kernel, &mutant->Header, HA_OBJECT_MUTANT, 1);
    mutant->MutantListEntry.Flink = mutant->MutantListEntry.Blink = NULL;
    mutant->OwnerThread = NULL;
    mutant->Abandoned = FALSE;
    mutant->ApcDisable = apc_disable;
    return true;
}

/*
 * Make a mutex that nobody holds. Level is for Windows alone. For one that a thread has it is a
 * misuse, and nothing is changed.
 */
VOID KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeInitializeMutex");
    (void)Level;
    make(kernel, Mutex, 1);
}

/*
 * Make a mutant, which the calling thread holds from the start if it says so.
 *
 * Source: none of the WDK reference; ReactOS has it with these parameters.
 */
VOID KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeInitializeMutant");
    if (make(kernel, Mutant, 0) && InitialOwner)
        ha_mutant_own(Mutant, kernel->world.sched.running);
}

/* Whether the caller may give it back; otherwise the misuse has been recorded. */
static bool is_owner(struct ha_kernel *kernel, PKMUTANT mutant)
{
    if (mutant->OwnerThread == (const void *)kernel->world.sched.running)
        return true;
    ha_record_misuse(kernel, HA_RT_RELEASE_MUTEX, HA_MISUSE_NOT_OWNER,
                     ha_dispatcher_id(&mutant->Header), 0);
    return false;
}

static LONG release(struct ha_kernel *kernel, PKMUTANT mutant, bool abandoned)
{
    if (!ha_dispatcher_is_made(kernel, &mutant->Header, HA_RT_RELEASE_MUTEX))
        return 0;
    LONG before = mutant->Header.SignalState;
    if (abandoned ? !mutant->OwnerThread : !is_owner(kernel, mutant))
        return before;
    if (abandoned || before == 0) {
        mutant->Abandoned = abandoned;
        ha_mutant_disown(kernel, mutant);
    } else {
        mutant->Header.SignalState++;
    }
    ha_sched_point(&kernel->world);
    return before;
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
    (void)Wait;
    return release(kernel, Mutex, false);
}

/*
 * The same for a mutant. With Abandoned any thread may do so, at once and whoever has it, and the
 * next who gets it hears STATUS_ABANDONED.
 *
 * Source: none of the WDK reference; ReactOS has it with these parameters.
 */
LONG KeReleaseMutant(PRKMUTANT Mutant, KPRIORITY Increment, BOOLEAN Abandoned, BOOLEAN Wait)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeReleaseMutant");
    (void)Increment, (void)Wait;
    return release(kernel, Mutant, Abandoned != FALSE);
}

/* 1 when the mutex is free. */
LONG KeReadStateMutex(PRKMUTEX Mutex)
{
    struct ha_kernel *kernel = ha_kernel_spin("KeReadStateMutex");
    if (!ha_dispatcher_is_made(kernel, &Mutex->Header, HA_RT_READ_MUTEX))
        return 0;
    ha_touch(&kernel->world, ha_dispatcher_id(&Mutex->Header), HA_TOUCH_READ);
    return Mutex->Header.SignalState;
}
