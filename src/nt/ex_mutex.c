/*
 * ex_mutex - fast mutexes, which a thread holds at APC_LEVEL and takes once
 *
 * The event of a FAST_MUTEX is its dispatcher object: signalled while the mutex is free. Count is 1
 * then, as in Windows, and one less for each time that its owner has it. Only a wait is recorded.
 * Source of each: WDK reference, wdm.h, the page of its name.
 */
#include "nt/dispatcher.h"

/* Make a fast mutex that nobody holds. IRQL: at most DISPATCH_LEVEL. */
VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
    struct ha_kernel *kernel = ha_kernel_enter("ExInitializeFastMutex");
    *FastMutex = (FAST_MUTEX){.Count = 1};
    ha_dispatcher_init(kernel, &FastMutex->Event.Header, HA_OBJECT_FAST_MUTEX, 1);
}

static bool may_use(struct ha_kernel *kernel, PFAST_MUTEX mutex, enum ha_routine routine)
{
    if (!ha_dispatcher_is_made(kernel, &mutex->Event.Header, routine))
        return false;
    if (kernel->world.sched.running->stamp.irql <= APC_LEVEL)
        return true;
    ha_record_refused(kernel, routine, HA_REASON_IRQL);
    return false;
}

/* Take it if it is free. */
static bool try_to_take(struct ha_kernel *kernel, PFAST_MUTEX mutex)
{
    ha_touch(&kernel->world, ha_dispatcher_id(&mutex->Event.Header), HA_TOUCH_WRITE);
    if (!mutex->Event.Header.SignalState)
        return false;
    mutex->Event.Header.SignalState = 0;
    mutex->Owner = kernel->world.sched.running;
    mutex->Count--;
    return true;
}

/* Returns whether the thread has it now and had it not before. */
static bool acquire(struct ha_kernel *kernel, PFAST_MUTEX mutex)
{
    struct ha_thread *thread = kernel->world.sched.running;
    PVOID object = &mutex->Event;
    KWAIT_BLOCK block;
    if (!may_use(kernel, mutex, HA_RT_ACQUIRE_FAST_MUTEX))
        return false;
    if (mutex->Owner == (PVOID)thread) {
        ha_record_misuse(kernel, HA_RT_ACQUIRE_FAST_MUTEX, HA_MISUSE_TAKEN_TWICE,
                         ha_dispatcher_id(&mutex->Event.Header), 0);
        mutex->Count--;
        return false;
    }
    if (try_to_take(kernel, mutex))
        return true;
    mutex->Contention++;
    ha_dispatcher_wait(kernel, &object, 1, false, &block, NULL);
    mutex->Count--;
    return true;
}

/* Returns whether the thread had it and has it no more. */
static bool release(struct ha_kernel *kernel, PFAST_MUTEX mutex)
{
    PDISPATCHER_HEADER header = &mutex->Event.Header;
    if (!ha_dispatcher_is_made(kernel, header, HA_RT_RELEASE_FAST_MUTEX))
        return false;
    if (mutex->Owner != (PVOID)kernel->world.sched.running) {
        ha_record_misuse(kernel, HA_RT_RELEASE_FAST_MUTEX, HA_MISUSE_NOT_OWNER,
                         ha_dispatcher_id(header), 0);
        return false;
    }
    if (++mutex->Count < 1)
        return false;
    mutex->Owner = NULL;
    header->SignalState = 1;
    ha_dispatcher_signal(kernel, header);
    return true;
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
    struct ha_kernel *kernel = ha_kernel_enter("ExAcquireFastMutex");
    if (acquire(kernel, FastMutex))
        raise_irql(kernel, FastMutex);
    ha_sched_point(&kernel->world);
}

/* Give it back, and the thread its IRQL. For another thread than the owner it is a misuse. */
VOID ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
    struct ha_kernel *kernel = ha_kernel_enter("ExReleaseFastMutex");
    KIRQL before = (KIRQL)FastMutex->OldIrql;
    if (release(kernel, FastMutex))
        ha_thread_set_irql(kernel->world.sched.running, before);
    ha_sched_point(&kernel->world);
}

/*
 * Take a fast mutex if it is free. Returns TRUE at APC_LEVEL, or FALSE with everything as it was.
 * IRQL: at most APC_LEVEL, refused above it.
 */
BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
    struct ha_kernel *kernel = ha_kernel_enter("ExTryToAcquireFastMutex");
    if (!may_use(kernel, FastMutex, HA_RT_ACQUIRE_FAST_MUTEX) || !try_to_take(kernel, FastMutex))
        return FALSE;
    raise_irql(kernel, FastMutex);
    return TRUE;
}

/* Take a fast mutex at the IRQL of the thread, which has disabled its APCs itself. */
VOID ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    struct ha_kernel *kernel = ha_kernel_enter("ExAcquireFastMutexUnsafe");
    acquire(kernel, FastMutex);
    ha_sched_point(&kernel->world);
}

/* Give back what was taken like that. */
VOID ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
    struct ha_kernel *kernel = ha_kernel_enter("ExReleaseFastMutexUnsafe");
    release(kernel, FastMutex);
    ha_sched_point(&kernel->world);
}
