/*
 * ex_mutex - fast mutexes, which a thread holds at APC_LEVEL and takes once
 *
 * The event of a FAST_MUTEX is its dispatcher object: signalled while the mutex is free. Count is 1
 * then, as in Windows, and one less for each time that its owner has it. Only a wait is recorded.
 * Guarded mutexes share all but the IRQL; see guarded.c.
 *
 * Owner is the thread's id, which leads nowhere when the thread has ended: its mutex is nobody's
 * then and never free again, so that who waits for it waits for ever, as on Windows.
 *
 * Source of each: WDK reference, wdm.h, the page of its name.
 */
#include "nt/fast_mutex.h"
#include "nt/in_use.h"
#include "nt/lock_order.h"
#include "nt/locks.h"

static const struct ha_mutex_kind fast = {
    HA_OBJECT_FAST_MUTEX, HA_RT_INITIALIZE_FAST_MUTEX, HA_RT_ACQUIRE_FAST_MUTEX,
    HA_RT_RELEASE_FAST_MUTEX
};

void ha_fast_mutex_make(struct ha_kernel *kernel, PFAST_MUTEX mutex,
                        const struct ha_mutex_kind *kind)
{
    if (ha_in_use(kernel, mutex, sizeof *mutex, kind->initialize))
        return;
    ha_order_make(&kernel->world, mutex, sizeof *mutex);
    ha_order_make(&kernel->world, &mutex->Event, sizeof mutex->Event);
    *mutex = (FAST_MUTEX){.Count = 1};
    ha_dispatcher_init(kernel, &mutex->Event.Header, kind->type, 1);
}

uint32_t ha_fast_mutex_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    const FAST_MUTEX *mutex = ha_locks_find(kernel, HA_FAST_MUTEXES, memory, size);
    return mutex ? ha_dispatcher_id(&mutex->Event.Header) : 0;
}

/* Whether it was made, as one of its kind; otherwise the misuse has been recorded. */
static bool is_made(struct ha_kernel *kernel, PFAST_MUTEX mutex, const struct ha_mutex_kind *kind,
                    enum ha_routine routine)
{
    return ha_dispatcher_is_made(kernel, &mutex->Event.Header, HA_TYPE(kind->type), routine);
}

static bool may_take(struct ha_kernel *kernel, PFAST_MUTEX mutex, const struct ha_mutex_kind *kind)
{
    if (!is_made(kernel, mutex, kind, kind->acquire))
        return false;
    if (kernel->world.sched.running->stamp.irql <= APC_LEVEL)
        return true;
    ha_record_refused(kernel, kind->acquire, HA_REASON_IRQL);
    return false;
}

/* Take it if it is free. */
static bool try_to_take(struct ha_kernel *kernel, PFAST_MUTEX mutex)
{
    ha_touch(&kernel->world, ha_dispatcher_id(&mutex->Event.Header), HA_TOUCH_WRITE);
    if (!mutex->Event.Header.SignalState)
        return false;
    mutex->Event.Header.SignalState = 0;
    mutex->Owner = ha_dispatcher_owner(kernel->world.sched.running);
    mutex->Count--;
    ha_order_take(&kernel->world, &mutex->Event);
    ha_locks_add(kernel->world.sched.running, HA_FAST_MUTEXES, mutex);
    if (kernel->record_locks)
        ha_record_open(&kernel->world, HA_LOCK_TAKEN, ha_dispatcher_id(&mutex->Event.Header));
    return true;
}

bool ha_fast_mutex_try(struct ha_kernel *kernel, PFAST_MUTEX mutex,
                       const struct ha_mutex_kind *kind)
{
    return may_take(kernel, mutex, kind) && try_to_take(kernel, mutex);
}

bool ha_fast_mutex_acquire(struct ha_kernel *kernel, PFAST_MUTEX mutex,
                           const struct ha_mutex_kind *kind)
{
    PVOID object = &mutex->Event;
    KWAIT_BLOCK block;
    if (!may_take(kernel, mutex, kind))
        return false;
    if (ha_lock_order_matters(kernel))
        ha_lock_order_look(kernel, HA_NS_OBJECT, ha_dispatcher_id(&mutex->Event.Header), false);
    if (try_to_take(kernel, mutex))
        return true;
    if (mutex->Owner == ha_dispatcher_owner(kernel->world.sched.running)) {
        ha_record_misuse(kernel, kind->acquire, HA_MISUSE_TAKEN_TWICE,
                         ha_dispatcher_id(&mutex->Event.Header), 0);
        mutex->Count--;
        return false;
    }
    mutex->Contention++;
    ha_spin_look(kernel, kind->acquire);
    ha_dispatcher_wait(kernel, &object, 1, false, &block, NULL);
    mutex->Count--;
    return true;
}

bool ha_fast_mutex_release(struct ha_kernel *kernel, PFAST_MUTEX mutex,
                           const struct ha_mutex_kind *kind)
{
    PDISPATCHER_HEADER header = &mutex->Event.Header;
    if (mutex->Owner != ha_dispatcher_owner(kernel->world.sched.running) ||
        header->Type != kind->type) {
        if (is_made(kernel, mutex, kind, kind->release))
            ha_record_misuse(kernel, kind->release, HA_MISUSE_NOT_OWNER, ha_dispatcher_id(header),
                             0);
        return false;
    }
    if (++mutex->Count < 1)
        return false;
    if (kernel->record_locks)
        ha_record_open(&kernel->world, HA_LOCK_GIVEN, ha_dispatcher_id(header));
    mutex->Owner = NULL;
    ha_order_give(&kernel->world, &mutex->Event);
    ha_locks_drop(kernel->world.sched.running, HA_FAST_MUTEXES, mutex);
    header->SignalState = 1;
    if (header->WaitListHead.Flink == &header->WaitListHead)
        ha_touch(&kernel->world, ha_dispatcher_id(header), HA_TOUCH_WRITE);
    else
        ha_dispatcher_signal(kernel, header);
    return true;
}

/* Make a fast mutex that nobody holds. IRQL: at most DISPATCH_LEVEL. */
VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExInitializeFastMutex");
    ha_fast_mutex_make(kernel, FastMutex, &fast);
}

/* To APC_LEVEL, and back as the mutex remembers it. */
static void raise_irql(struct ha_kernel *kernel, PFAST_MUTEX mutex)
{
    struct ha_thread *thread = kernel->world.sched.running;
    mutex->OldIrql = thread->stamp.irql;
    ha_thread_set_irql(thread, APC_LEVEL);
}

/*
 * Take a fast mutex, and wait for it if need be; the thread is at APC_LEVEL from then on.
 *
 * IRQL: at most APC_LEVEL, refused above it. Our choice: for a thread that has it already, which
 * on Windows waits for itself for ever, it is a misuse, and counted, so that as many releases as
 * there were calls give it back.
 */
VOID ExAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAcquireFastMutex");
    if (ha_fast_mutex_acquire(kernel, FastMutex, &fast))
        raise_irql(kernel, FastMutex);
    ha_sched_point(&kernel->world);
}

/* Give it back, and the thread its IRQL. For another thread than the owner it is a misuse. */
VOID ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExReleaseFastMutex");
    KIRQL before = (KIRQL)FastMutex->OldIrql;
    if (ha_fast_mutex_release(kernel, FastMutex, &fast))
        ha_irql_lower(kernel, before, HA_RT_RELEASE_FAST_MUTEX);
    ha_sched_point(&kernel->world);
}

/*
 * Take a fast mutex if it is free. Returns TRUE at APC_LEVEL, or FALSE with everything as it was.
 * IRQL: at most APC_LEVEL, refused above it.
 */
BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExTryToAcquireFastMutex");
    if (!ha_fast_mutex_try(kernel, FastMutex, &fast))
        return FALSE;
    raise_irql(kernel, FastMutex);
    return TRUE;
}

/*
 * Take a fast mutex at the IRQL of the thread, which has disabled its APCs itself, by APC_LEVEL or
 * a region. That it has not is a misuse, and it gets the mutex all the same.
 */
VOID ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAcquireFastMutexUnsafe");
    const struct ha_record *stamp = &kernel->world.sched.running->stamp;
    if (stamp->irql < APC_LEVEL && !stamp->regions)
        ha_record_misuse(kernel, HA_RT_ACQUIRE_FAST_MUTEX, HA_MISUSE_LOW_IRQL, 0, APC_LEVEL);
    ha_fast_mutex_acquire(kernel, FastMutex, &fast);
    ha_sched_point(&kernel->world);
}

/* Give back what was taken like that. */
VOID ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExReleaseFastMutexUnsafe");
    ha_fast_mutex_release(kernel, FastMutex, &fast);
    ha_sched_point(&kernel->world);
}
