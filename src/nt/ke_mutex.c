/*
 * ke_mutex - mutexes, which the thread that took them gives back
 *
 * Owns struct ha_owned, of which a thread has one for each mutex that is its.
 * A mutex disables the normal APCs of its owner as a critical region does; a mutant does not.
 * Source of each, where no other is named: WDK reference, wdm.h, the page of its name.
 */
#include "nt/dispatcher.h"
#include "nt/in_use.h"
#include "nt/resource.h"

#define MUTANT HA_TYPE(HA_OBJECT_MUTANT)

/* Where the entry of a mutex hangs among those of a thread; the end of the list if it has not. */
static struct ha_owned **place_of(struct ha_thread *thread, const KMUTANT *mutant)
{
    struct ha_owned **place = &thread->mutants;
    while (*place && (*place)->mutant != mutant)
        place = &(*place)->older;
    return place;
}

struct ha_thread *ha_mutant_owner(const struct ha_kernel *kernel, const KMUTANT *mutant)
{
    struct ha_thread *thread = kernel->world.sched.first_live;
    while (thread && !*place_of(thread, mutant))
        thread = thread->next_live;
    return thread;
}

void ha_mutant_own(PKMUTANT mutant, struct ha_thread *thread)
{
    struct ha_kernel *kernel = ha_kernel_of(thread);
    struct ha_owned *owned = ha_arena_take(&kernel->world.host->arena, sizeof *owned);
    if (!owned) {
        ha_sched_end(&kernel->world, HA_END_MEMORY);
        return;
    }
    *owned = (struct ha_owned){.older = thread->mutants, .mutant = mutant,
                               .id = ha_dispatcher_id(&mutant->Header),
                               .driver = thread->stamp.driver,
                               .in_region = mutant->ApcDisable != 0};
    thread->mutants = owned;
    kernel->mutants++;
    mutant->Header.SignalState = 0;
    mutant->OwnerThread = (void *)thread;
    if (owned->in_region && thread->stamp.regions < UINT8_MAX)
        thread->stamp.regions++;
    thread->disturbed = true;
}

/* The thread has it no more. Returns the mutex. */
static PKMUTANT let_go(struct ha_kernel *kernel, struct ha_thread *owner, struct ha_owned **place)
{
    struct ha_owned *owned = *place;
    PKMUTANT mutant = owned->mutant;
    *place = owned->older;
    /* The count may have been put back at the end of an operation (CTX-7). */
    if (owned->in_region && owner->stamp.regions)
        owner->stamp.regions--;
    kernel->mutants--;
    owner->disturbed = true;
    ha_arena_give(&kernel->world.host->arena, owned, sizeof *owned);
    return mutant;
}

/* It is free; who waits may get it. */
static void set_free(struct ha_kernel *kernel, PKMUTANT mutant, bool abandoned)
{
    mutant->Abandoned = abandoned;
    mutant->OwnerThread = NULL;
    mutant->Header.SignalState = 1;
    ha_order_give(&kernel->world, &mutant->Header);
    ha_dispatcher_signal(kernel, &mutant->Header);
}

uint32_t ha_mutants_count(const struct ha_thread *thread)
{
    uint32_t count = 0;
    for (const struct ha_owned *owned = thread->mutants; owned; owned = owned->older)
        count++;
    return count;
}

void ha_mutants_leave(struct ha_kernel *kernel, enum ha_routine routine, uint32_t had,
                      uint16_t driver)
{
    struct ha_thread *thread = kernel->world.sched.running;
    const uint16_t in_charge = thread->stamp.driver;
    uint32_t newer = ha_mutants_count(thread);
    for (struct ha_owned *owned = thread->mutants; newer-- > had; owned = owned->older) {
        if (!owned->in_region || owned->told || (driver && owned->driver != driver))
            continue;
        thread->stamp.driver = owned->driver;
        ha_record_misuse(kernel, routine, HA_MISUSE_HELD, owned->id, 0);
        owned->told = true;
    }
    thread->stamp.driver = in_charge;
}

/* The memory may hold something else by now, and belongs to that then. */
void ha_mutants_abandon(struct ha_kernel *kernel, struct ha_thread *thread)
{
    while (thread->mutants) {
        uint32_t id = thread->mutants->id;
        PKMUTANT mutant = let_go(kernel, thread, &thread->mutants);
        if (mutant->OwnerThread == (const void *)thread && id == ha_dispatcher_id(&mutant->Header)
            && ha_dispatcher_looks_made(kernel, &mutant->Header, MUTANT))
            set_free(kernel, mutant, true);
    }
}

uint32_t ha_mutants_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    const struct ha_thread *thread = kernel->world.sched.first_live;
    for (; thread; thread = thread->next_live)
        for (const struct ha_owned *owned = thread->mutants; owned; owned = owned->older)
            if (ha_lies_in(owned->mutant, memory, size))
                return owned->id;
    return 0;
}

void ha_mutants_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    struct ha_thread *thread = kernel->world.sched.first_live;
    for (; thread; thread = thread->next_live) {
        struct ha_owned **place = &thread->mutants;
        while (*place)
            if (ha_lies_in((*place)->mutant, memory, size))
                let_go(kernel, thread, place);
            else
                place = &(*place)->older;
    }
}

/* Returns false for one that a thread has, which stays as it is; the misuse has been recorded. */
static bool make(struct ha_kernel *kernel, PKMUTANT mutant, UCHAR apc_disable)
{
    if (ha_in_use(kernel, mutant, sizeof *mutant, HA_RT_INITIALIZE_MUTEX))
        return false;
    ha_order_make(&kernel->world, mutant, sizeof *mutant);
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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeInitializeMutex");
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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeInitializeMutant");
    if (make(kernel, Mutant, 0) && InitialOwner)
        ha_mutant_own(Mutant, kernel->world.sched.running);
}

static LONG release(struct ha_kernel *kernel, PKMUTANT mutant, bool abandoned)
{
    struct ha_thread *owner = kernel->world.sched.running;
    ha_kernel_check_irql(kernel, HA_RT_RELEASE_MUTEX, DISPATCH_LEVEL);
    if (!ha_dispatcher_is_made(kernel, &mutant->Header, MUTANT, HA_RT_RELEASE_MUTEX))
        return 0;
    LONG before = mutant->Header.SignalState;
    if (abandoned)
        owner = ha_mutant_owner(kernel, mutant);
    if (!owner)
        return before;
    struct ha_owned **place = place_of(owner, mutant);
    if (!*place) {
        ha_record_misuse(kernel, HA_RT_RELEASE_MUTEX, HA_MISUSE_NOT_OWNER,
                         ha_dispatcher_id(&mutant->Header), 0);
        return before;
    }
    if (abandoned || before == 0)
        set_free(kernel, let_go(kernel, owner, place), abandoned);
    else
        mutant->Header.SignalState++;
    ha_resources_look(kernel, HA_RT_RELEASE_MUTEX);
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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeReleaseMutex");
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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeReleaseMutant");
    (void)Increment, (void)Wait;
    return release(kernel, Mutant, Abandoned != FALSE);
}

/* 1 when the mutex is free. */
LONG KeReadStateMutex(PRKMUTEX Mutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("KeReadStateMutex");
    if (!ha_dispatcher_is_made(kernel, &Mutex->Header, MUTANT, HA_RT_READ_MUTEX))
        return 0;
    ha_touch(&kernel->world, ha_dispatcher_id(&Mutex->Header), HA_TOUCH_READ);
    if (Mutex->Header.SignalState > 0)
        ha_order_take(&kernel->world, &Mutex->Header);
    return Mutex->Header.SignalState;
}
