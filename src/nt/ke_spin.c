/*
 * ke_spin - spin locks, which are held at DISPATCH_LEVEL
 *
 * Owns struct ha_spin_wait. A lock is one word: 0 while it is free and nobody had it yet, later
 * its id in the trace in the upper half and the id of the thread that has it, or 0, in the lower,
 * whose highest bit says that it was taken with a handle.
 * Who finds it taken waits and occupies its processor all the while. Only a wait is recorded.
 * Source of each: WDK reference, wdm.h, the page of its name. IRQL: at most DISPATCH_LEVEL to
 * acquire, and for the ...AtDpcLevel routines at least that; what does not keep to it is a fact.
 */
#include <stdint.h>

#include "nt/in_use.h"
#include "nt/lock_order.h"
#include "nt/locks.h"
#include "nt/pool.h"

/* A wait under way; it lies on the stack of the thread that waits. */
struct ha_spin_wait {
    struct ha_spin_wait *next;
    PKSPIN_LOCK lock;
    struct ha_thread *thread;
    struct ha_object shown;         /* the object that records and a deadlock name */
    bool over;                      /* the lock was passed on to the thread */
};

#define QUEUED ((KSPIN_LOCK)1 << 31)

static uint32_t holder_of(KSPIN_LOCK lock)
{
    return (uint32_t)(lock & ~QUEUED);
}

static uint32_t id_of(KSPIN_LOCK lock)
{
    return (uint32_t)(lock >> 32);
}

static KSPIN_LOCK held_by(KSPIN_LOCK lock, uint32_t thread)
{
    return (lock & ~(KSPIN_LOCK)UINT32_MAX) | thread;
}

/* A lock gets its id when the trace first has something to say of it. */
static uint32_t introduce(struct ha_kernel *kernel, PKSPIN_LOCK lock)
{
    if (!id_of(*lock)) {
        uint32_t id = ha_kernel_introduce(kernel, "spin lock");
        *lock |= (KSPIN_LOCK)id << 32;
        ha_touch(&kernel->world, id, HA_TOUCH_WRITE);
    }
    return id_of(*lock);
}

uint32_t ha_spin_id(struct ha_kernel *kernel, PKSPIN_LOCK lock)
{
    return introduce(kernel, lock);
}

/* NULL when the thread has ended, or a DPC that had the lock has. */
static struct ha_thread *find_holder(struct ha_kernel *kernel, uint32_t id)
{
    struct ha_thread *thread = kernel->world.sched.first_live;
    while (thread && thread->stamp.thread != id)
        thread = thread->next_live;
    return thread && thread->locks[HA_SPIN_LOCKS].count ? thread : NULL;
}

/* Memory that was never set up may hold anything: what was never given is no id. */
static bool holds_ids(const struct ha_kernel *kernel, KSPIN_LOCK lock)
{
    return id_of(lock) <= kernel->world.objects_made &&
           holder_of(lock) <= kernel->world.sched.threads_made;
}

bool ha_spin_is_made(struct ha_kernel *kernel, PKSPIN_LOCK lock, enum ha_routine routine)
{
    ha_order_use(&kernel->world, lock);
    if (holds_ids(kernel, *lock))
        return true;
    if (!ha_pool_object_went(kernel, lock, sizeof *lock, routine))
        ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
    *lock = 0;
    return false;
}

void ha_spin_tell(struct ha_kernel *kernel, enum ha_routine routine)
{
    struct ha_thread *thread = kernel->world.sched.running;
    if (!thread->locks_told)
        ha_record_misuse(kernel, routine, HA_MISUSE_LOCK_HELD, 0, ha_spin_count(thread));
    thread->locks_told = true;
}

void ha_spin_hide_holder(struct ha_kernel *kernel, const struct ha_thread *thread)
{
    for (struct ha_spin_wait *wait = kernel->spinning; wait; wait = wait->next)
        if (wait->shown.holder == thread)
            wait->shown.holder = NULL;
}

uint32_t ha_spin_find(struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (const struct ha_spin_wait *wait = kernel->spinning; wait; wait = wait->next)
        if (ha_lies_in(wait->lock, memory, size))
            return wait->shown.id;
    PKSPIN_LOCK lock = ha_locks_find(kernel, HA_SPIN_LOCKS, memory, size);
    return lock ? introduce(kernel, lock) : 0;
}

void ha_spins_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (struct ha_spin_wait *wait = kernel->spinning; wait; wait = wait->next)
        if (ha_lies_in(wait->lock, memory, size))
            wait->lock = NULL;
}

/* The lock is another thread's. A processor that spins for ever is a deadlock of the system. */
static void spin(struct ha_kernel *kernel, PKSPIN_LOCK lock)
{
    struct ha_world *world = &kernel->world;
    struct ha_thread *self = world->sched.running;
    struct ha_spin_wait wait = {.lock = lock, .thread = self};
    struct ha_spin_wait **last = &kernel->spinning;
    wait.shown.id = introduce(kernel, lock);
    wait.shown.holder = find_holder(kernel, holder_of(*lock));
    while (*last)
        last = &(*last)->next;
    *last = &wait;
    ha_locks_record_wait(world, HA_WAIT_BEGIN, &wait.shown, self);
    self->waits_for = &wait.shown;
    self->operations++;
    while (!wait.over)
        ha_sched_block(world);
    self->operations--;
    ha_order_take(world, lock);
    wait.shown.holder = self;
    ha_locks_record_wait(world, HA_WAIT_END, &wait.shown, self);
}

/* Before a thread takes it, and would wait. */
static void look_at_order(struct ha_kernel *kernel, PKSPIN_LOCK lock)
{
    if (ha_lock_order_matters(kernel) && holds_ids(kernel, *lock))
        ha_lock_order_look(kernel, HA_NS_OBJECT, introduce(kernel, lock), false);
}

static void take(struct ha_kernel *kernel, PKSPIN_LOCK lock)
{
    struct ha_thread *thread = kernel->world.sched.running;
    uint32_t self = thread->stamp.thread;
    ha_order_use(&kernel->world, lock);
    if (!holds_ids(kernel, *lock))
        ha_spin_is_made(kernel, lock, HA_RT_ACQUIRE_SPIN_LOCK);
    ha_touch(&kernel->world, id_of(*lock), HA_TOUCH_WRITE);
    if (!holder_of(*lock)) {
        *lock = held_by(*lock, self);
        ha_order_take(&kernel->world, lock);
        ha_locks_add(thread, HA_SPIN_LOCKS, lock);
        if (kernel->record_locks)
            ha_record_open(&kernel->world, HA_LOCK_TAKEN, introduce(kernel, lock));
        return;
    }
    /* By the thread itself as well: it then waits for ever, as the processor would. */
    if (holder_of(*lock) == self)
        ha_record_misuse(kernel, HA_RT_ACQUIRE_SPIN_LOCK, HA_MISUSE_TAKEN_TWICE,
                         introduce(kernel, lock), 0);
    spin(kernel, lock);
}

static void take_queued(struct ha_kernel *kernel, PKSPIN_LOCK lock)
{
    take(kernel, lock);
    *lock |= QUEUED;
}

/* The tape says who of those that spin has the lock next, ordinarily the first. */
static void pass_on(struct ha_kernel *kernel, PKSPIN_LOCK lock)
{
    uint32_t waiters = 0;
    for (const struct ha_spin_wait *wait = kernel->spinning; wait; wait = wait->next)
        waiters += wait->lock == lock;
    if (!waiters)
        return;
    uint32_t n = waiters > 1 ? ha_choose(&kernel->world, HA_CHOICE_THREAD, "lock", waiters) : 0;
    struct ha_spin_wait **place = &kernel->spinning;
    while ((*place)->lock != lock || n-- > 0)
        place = &(*place)->next;
    struct ha_thread *next = (*place)->thread;
    (*place)->over = true;
    *place = (*place)->next;
    *lock = held_by(*lock, next->stamp.thread);
    ha_locks_add(next, HA_SPIN_LOCKS, lock);
    for (struct ha_spin_wait *wait = kernel->spinning; wait; wait = wait->next)
        if (wait->lock == lock)
            wait->shown.holder = next;
    next->waits_for = NULL;
    ha_sched_ready(next);
}

/*
 * When it is not the thread's it is a misuse, and nothing changes; when it was taken with a handle
 * and is given back without, or the other way, it is a misuse and is given back.
 */
static void give(struct ha_kernel *kernel, PKSPIN_LOCK lock, KSPIN_LOCK how)
{
    struct ha_thread *thread = kernel->world.sched.running;
    ha_order_use(&kernel->world, lock);
    if (!holds_ids(kernel, *lock) && !ha_spin_is_made(kernel, lock, HA_RT_RELEASE_SPIN_LOCK))
        return;
    if (holder_of(*lock) != thread->stamp.thread) {
        ha_record_misuse(kernel, HA_RT_RELEASE_SPIN_LOCK, HA_MISUSE_NOT_OWNER,
                         introduce(kernel, lock), 0);
        return;
    }
    if ((*lock & QUEUED) != how)
        ha_record_misuse(kernel, HA_RT_RELEASE_SPIN_LOCK, HA_MISUSE_OTHER_MODE,
                         introduce(kernel, lock), 0);
    ha_touch(&kernel->world, id_of(*lock), HA_TOUCH_WRITE);
    if (kernel->record_locks)
        ha_record_open(&kernel->world, HA_LOCK_GIVEN, introduce(kernel, lock));
    *lock = held_by(*lock, 0);
    ha_order_give(&kernel->world, lock);
    ha_locks_drop(thread, HA_SPIN_LOCKS, lock);
    if (!ha_spin_count(thread))
        thread->locks_told = false;
    if (kernel->spinning)
        pass_on(kernel, lock);
}

/*
 * Make a spin lock that nobody holds, also where no machine runs. For one that a thread has or
 * waits for it is a misuse, and nothing is changed. Any IRQL.
 */
VOID KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_if_any();
    if (kernel && ha_in_use(kernel, SpinLock, sizeof *SpinLock, HA_RT_INITIALIZE_SPIN_LOCK))
        return;
    if (kernel)
        ha_order_make(&kernel->world, SpinLock, sizeof *SpinLock);
    *SpinLock = 0;
}

typedef void take_function(struct ha_kernel *kernel, PKSPIN_LOCK lock);

static KIRQL acquire(const char *routine, PKSPIN_LOCK lock, take_function *take_it)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter(routine);
    struct ha_thread *thread = kernel->world.sched.running;
    KIRQL irql = thread->stamp.irql;
    if (irql > DISPATCH_LEVEL) {
        ha_record_refused(kernel, HA_RT_ACQUIRE_SPIN_LOCK, HA_REASON_IRQL);
        return irql;
    }
    if (irql < DISPATCH_LEVEL)
        ha_thread_set_irql(thread, DISPATCH_LEVEL);
    look_at_order(kernel, lock);
    take_it(kernel, lock);
    return irql;
}

/* Raise to DISPATCH_LEVEL and take the lock. Returns the IRQL before; refused above that level. */
KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    return acquire("KeAcquireSpinLock", SpinLock, take);
}

/* The same; the IRQL before goes into *OldIrql. */
VOID KeAcquireSpinLock(PKSPIN_LOCK SpinLock, PKIRQL OldIrql)
{
    *OldIrql = KeAcquireSpinLockRaiseToDpc(SpinLock);
}

static void release(const char *routine, PKSPIN_LOCK lock, KIRQL before, KSPIN_LOCK how)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside(routine);
    const struct ha_thread *thread = kernel->world.sched.running;
    give(kernel, lock, how);
    if (before != thread->stamp.irql)
        ha_irql_lower(kernel, before, HA_RT_RELEASE_SPIN_LOCK);
    ha_sched_point(&kernel->world);
}

/* Give the lock back and lower the IRQL to what it was before. */
VOID KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    release("KeReleaseSpinLock", SpinLock, NewIrql, 0);
}

/* Take the lock at DISPATCH_LEVEL or above; the IRQL stays. */
VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    HA_INSIDE struct ha_kernel *kernel =
        ha_locks_enter_raised("KeAcquireSpinLockAtDpcLevel", HA_RT_ACQUIRE_SPIN_LOCK);
    look_at_order(kernel, SpinLock);
    take(kernel, SpinLock);
}

/* Give back what that took. */
VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    HA_INSIDE struct ha_kernel *kernel =
        ha_locks_enter_raised("KeReleaseSpinLockFromDpcLevel", HA_RT_RELEASE_SPIN_LOCK);
    give(kernel, SpinLock, 0);
}

/* Take the lock if it is free. Returns TRUE when the thread has it now. */
BOOLEAN KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("KeTryToAcquireSpinLockAtDpcLevel");
    if (kernel->world.sched.running->stamp.irql < DISPATCH_LEVEL)
        ha_record_misuse(kernel, HA_RT_ACQUIRE_SPIN_LOCK, HA_MISUSE_LOW_IRQL, 0, 0);
    if (ha_spin_is_made(kernel, SpinLock, HA_RT_ACQUIRE_SPIN_LOCK) && holder_of(*SpinLock))
        return FALSE;
    take(kernel, SpinLock);
    return TRUE;
}

/* Whether the lock is free. */
BOOLEAN KeTestSpinLock(PKSPIN_LOCK SpinLock)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("KeTestSpinLock");
    ha_spin_is_made(kernel, SpinLock, HA_RT_ACQUIRE_SPIN_LOCK);
    ha_touch(&kernel->world, id_of(*SpinLock), HA_TOUCH_READ);
    return !holder_of(*SpinLock);
}

/*
 * The same four with a handle on the stack, which tells the release what to give back. A handle
 * that holds a lock leads to itself; a release of another one is a misuse.
 */
static void fill(PKLOCK_QUEUE_HANDLE handle, PKSPIN_LOCK lock)
{
    handle->LockQueue.Next = &handle->LockQueue;
    handle->LockQueue.Lock = lock;
}

/* The lock of a handle, which holds none from now on; NULL when it held none. */
static PKSPIN_LOCK empty(PKLOCK_QUEUE_HANDLE handle, const char *name)
{
    bool filled = handle->LockQueue.Next == &handle->LockQueue;
    handle->LockQueue.Next = NULL;
    if (filled)
        return handle->LockQueue.Lock;
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter(name);
    ha_record_misuse(kernel, HA_RT_RELEASE_SPIN_LOCK, HA_MISUSE_NOT_MADE, 0, 0);
    return NULL;
}

VOID KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
    fill(LockHandle, SpinLock);
    LockHandle->OldIrql = acquire("KeAcquireInStackQueuedSpinLock", SpinLock, take_queued);
}

VOID KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)
{
    PKSPIN_LOCK lock = empty(LockHandle, "KeReleaseInStackQueuedSpinLock");
    if (lock)
        release("KeReleaseInStackQueuedSpinLock", lock, LockHandle->OldIrql, QUEUED);
}

VOID KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                              PKLOCK_QUEUE_HANDLE LockHandle)
{
    fill(LockHandle, SpinLock);
    HA_INSIDE struct ha_kernel *kernel =
        ha_locks_enter_raised("KeAcquireInStackQueuedSpinLockAtDpcLevel", HA_RT_ACQUIRE_SPIN_LOCK);
    look_at_order(kernel, SpinLock);
    take_queued(kernel, SpinLock);
}

VOID KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)
{
    PKSPIN_LOCK lock = empty(LockHandle, "KeReleaseInStackQueuedSpinLockFromDpcLevel");
    if (!lock)
        return;
    HA_INSIDE struct ha_kernel *kernel = ha_locks_enter_raised(
        "KeReleaseInStackQueuedSpinLockFromDpcLevel", HA_RT_RELEASE_SPIN_LOCK);
    give(kernel, lock, QUEUED);
}
