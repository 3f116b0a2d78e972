/*
 * guarded - guarded regions, in which a thread gets no APC at all, and guarded mutexes
 *
 * Owns struct ha_guard, how deep a thread is in guarded regions. Each of them is a critical region
 * as well, and counts among those of the thread (CTX-7); when these are put back at the end of an
 * operation, so is the depth. Whoever has a guarded mutex is in a guarded region.
 * Source of each: WDK reference, wdm.h, the page of its name. IRQL: at most APC_LEVEL.
 */
#include "nt/fast_mutex.h"
#include "nt/ps_thread.h"
#include "nt/region.h"

struct ha_guard {
    struct ha_guard *next;
    const struct ha_thread *thread;
    uint32_t depth;
};

static const struct ha_mutex_kind guarded = {
    HA_OBJECT_GUARDED_MUTEX, HA_RT_INITIALIZE_GUARDED_MUTEX, HA_RT_ACQUIRE_GUARDED_MUTEX,
    HA_RT_RELEASE_GUARDED_MUTEX
};

uint32_t ha_guarded_mutexes(const struct ha_thread *thread)
{
    const struct ha_locks *locks = &thread->locks[HA_FAST_MUTEXES];
    uint32_t count = 0;
    for (uint32_t i = 0; i < locks->known; i++) {
        const FAST_MUTEX *mutex = locks->place[i];
        count += mutex->Event.Header.Type == HA_OBJECT_GUARDED_MUTEX;
    }
    return count;
}

/* Where the guard of a thread hangs; the end of the list if it has none. */
static struct ha_guard **place_of(struct ha_kernel *kernel, const struct ha_thread *thread)
{
    struct ha_guard **place = &kernel->guards;
    while (*place && (*place)->thread != thread)
        place = &(*place)->next;
    return place;
}

static void drop(struct ha_kernel *kernel, struct ha_guard **place)
{
    struct ha_guard *guard = *place;
    *place = guard->next;
    ha_arena_give(&kernel->world.host->arena, guard, sizeof *guard);
}

void ha_guarded_thread_ends(struct ha_kernel *kernel, const struct ha_thread *thread)
{
    struct ha_guard **place = place_of(kernel, thread);
    if (*place)
        drop(kernel, place);
}

/* The guard of the running thread; NULL outside guarded regions. */
static struct ha_guard *guard_of(struct ha_kernel *kernel)
{
    const struct ha_thread *thread = kernel->world.sched.running;
    struct ha_guard **place = place_of(kernel, thread);
    if (*place && (*place)->depth > thread->stamp.regions)
        (*place)->depth = thread->stamp.regions;
    if (*place && !(*place)->depth)
        drop(kernel, place);
    return *place && (*place)->thread == thread ? *place : NULL;
}

static void enter(struct ha_kernel *kernel, enum ha_routine routine)
{
    struct ha_guard *guard = guard_of(kernel);
    if (!ha_region_change(kernel, routine, true))
        return;
    if (!guard) {
        guard = ha_arena_take(&kernel->world.host->arena, sizeof *guard);
        if (!guard)
            ha_ps_no_memory(kernel);
        *guard = (struct ha_guard){kernel->guards, kernel->world.sched.running, 0};
        kernel->guards = guard;
    }
    guard->depth++;
}

static void leave(struct ha_kernel *kernel, enum ha_routine routine)
{
    struct ha_guard *guard = guard_of(kernel);
    if (!guard) {
        ha_record_misuse(kernel, routine, HA_MISUSE_LIMIT, 0, 0);
        return;
    }
    guard->depth--;
    ha_region_change(kernel, routine, false);
}

/* Enter a guarded region, once more if the thread is in one. 256 regions are a misuse. */
VOID KeEnterGuardedRegion(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeEnterGuardedRegion");
    ha_kernel_check_irql(kernel, HA_RT_ENTER_GUARDED_REGION, APC_LEVEL);
    enter(kernel, HA_RT_ENTER_GUARDED_REGION);
}

/* Leave a guarded region. To leave one without having entered it is a misuse. */
VOID KeLeaveGuardedRegion(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeLeaveGuardedRegion");
    ha_kernel_check_irql(kernel, HA_RT_LEAVE_GUARDED_REGION, APC_LEVEL);
    leave(kernel, HA_RT_LEAVE_GUARDED_REGION);
}

static bool gets_no_apcs(struct ha_kernel *kernel)
{
    return kernel->world.sched.running->stamp.irql >= APC_LEVEL || guard_of(kernel);
}

/*
 * Whether the thread is in a guarded region or at APC_LEVEL or above. IRQL: at most
 * DISPATCH_LEVEL.
 */
BOOLEAN KeAreAllApcsDisabled(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeAreAllApcsDisabled");
    return gets_no_apcs(kernel);
}

/* Make a guarded mutex that nobody has. */
VOID KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeInitializeGuardedMutex");
    ha_fast_mutex_make(kernel, Mutex, &guarded);
}

/*
 * Take a guarded mutex, and wait for it if need be; the thread is in a guarded region from then
 * on. Above APC_LEVEL it is refused. A thread that has it already: as ExAcquireFastMutex().
 */
VOID KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeAcquireGuardedMutex");
    if (ha_fast_mutex_acquire(kernel, Mutex, &guarded))
        enter(kernel, HA_RT_ACQUIRE_GUARDED_MUTEX);
    ha_sched_point(&kernel->world);
}

/* Give it back and leave the region. For another thread than the owner it is a misuse. */
VOID KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeReleaseGuardedMutex");
    ha_kernel_check_irql(kernel, HA_RT_RELEASE_GUARDED_MUTEX, APC_LEVEL);
    if (ha_fast_mutex_release(kernel, Mutex, &guarded))
        leave(kernel, HA_RT_RELEASE_GUARDED_MUTEX);
    ha_sched_point(&kernel->world);
}

/* Take it if it is free. Returns TRUE in a guarded region, or FALSE with everything as it was. */
BOOLEAN KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX Mutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeTryToAcquireGuardedMutex");
    if (!ha_fast_mutex_try(kernel, Mutex, &guarded))
        return FALSE;
    enter(kernel, HA_RT_ACQUIRE_GUARDED_MUTEX);
    return TRUE;
}

/*
 * Take a guarded mutex without entering a region: the thread is in one, or at APC_LEVEL. That it
 * is not is a misuse, and it gets the mutex all the same.
 */
VOID KeAcquireGuardedMutexUnsafe(PKGUARDED_MUTEX FastMutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeAcquireGuardedMutexUnsafe");
    if (!gets_no_apcs(kernel))
        ha_record_misuse(kernel, HA_RT_ACQUIRE_GUARDED_MUTEX, HA_MISUSE_LOW_IRQL, 0, APC_LEVEL);
    ha_fast_mutex_acquire(kernel, FastMutex, &guarded);
    ha_sched_point(&kernel->world);
}

/* Give back what was taken like that. */
VOID KeReleaseGuardedMutexUnsafe(PKGUARDED_MUTEX FastMutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeReleaseGuardedMutexUnsafe");
    ha_fast_mutex_release(kernel, FastMutex, &guarded);
    ha_sched_point(&kernel->world);
}
