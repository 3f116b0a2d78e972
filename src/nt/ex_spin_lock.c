/*
 * ex_spin_lock - reader-writer spin locks, which are held at DISPATCH_LEVEL
 *
 * A lock is a LONG that the driver sets to 0; there is no routine for that. The highest bit says
 * that a thread has it alone and the lowest 11 how many share it; its id in the trace is in
 * between. A lock whose id has no room there is named anew in each record.
 * Source of each: WDK reference, wdm.h, the page of its name. IRQL: at most DISPATCH_LEVEL to
 * acquire, and for the ...AtDpcLevel routines at least that.
 * Our choices: a thread that has one and takes it again, which may wait for itself, is misuse at
 * once; one that is given back the other way than it was taken is given back.
 */
#include "nt/shared_lock.h"

#define ID_SHIFT 11u
#define MOST_SHARERS ((1u << ID_SHIFT) - 1)
#define ALONE (UINT32_C(1) << 31)
#define MOST_IDS (ALONE >> ID_SHIFT)

static struct ha_share_word read_word(const void *lock)
{
    uint32_t word = (uint32_t)*(const volatile LONG *)lock;
    return (struct ha_share_word){.id = (word & ~ALONE) >> ID_SHIFT, .alone = word & ALONE,
                                  .sharers = word & MOST_SHARERS};
}

static void write_word(void *lock, struct ha_share_word word)
{
    uint32_t id = word.id < MOST_IDS ? word.id << ID_SHIFT : 0;
    *(PEX_SPIN_LOCK)lock = (LONG)((word.alone ? ALONE : 0) | id | word.sharers);
}

const struct ha_shared_kind ha_shared_spin_lock = {
    .name = "reader-writer spin lock", .sort = HA_SHARED_SPIN_LOCKS,
    .acquire = {HA_RT_ACQUIRE_SPIN_SHARED, HA_RT_ACQUIRE_SPIN_EXCLUSIVE},
    .release = {HA_RT_RELEASE_SPIN_SHARED, HA_RT_RELEASE_SPIN_EXCLUSIVE},
    .read = read_word, .write = write_word, .most_sharers = MOST_SHARERS, .spins = true,
};

/* Returns the IRQL before; refused above DISPATCH_LEVEL. */
static KIRQL acquire(PEX_SPIN_LOCK lock, enum ha_share share, const char *name)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter(name);
    struct ha_thread *thread = kernel->world.sched.running;
    KIRQL irql = thread->stamp.irql;
    if (ha_kernel_is_above(kernel, DISPATCH_LEVEL, ha_shared_spin_lock.acquire[share]))
        return irql;
    if (irql < DISPATCH_LEVEL)
        ha_thread_set_irql(thread, DISPATCH_LEVEL);
    ha_shared_take(kernel, &ha_shared_spin_lock, (void *)lock, share);
    return irql;
}

static void release(PEX_SPIN_LOCK lock, KIRQL irql, enum ha_share share, const char *name)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside(name);
    ha_shared_give(kernel, &ha_shared_spin_lock, (void *)lock, share);
    if (irql != kernel->world.sched.running->stamp.irql)
        ha_irql_lower(kernel, irql, ha_shared_spin_lock.release[share]);
    ha_sched_point(&kernel->world);
}

static void acquire_raised(PEX_SPIN_LOCK lock, enum ha_share share, const char *name)
{
    HA_INSIDE struct ha_kernel *kernel =
        ha_locks_enter_raised(name, ha_shared_spin_lock.acquire[share]);
    ha_shared_take(kernel, &ha_shared_spin_lock, (void *)lock, share);
}

static void release_raised(PEX_SPIN_LOCK lock, enum ha_share share, const char *name)
{
    HA_INSIDE struct ha_kernel *kernel =
        ha_locks_enter_raised(name, ha_shared_spin_lock.release[share]);
    ha_shared_give(kernel, &ha_shared_spin_lock, (void *)lock, share);
}

/* Raise to DISPATCH_LEVEL and have the lock alone. Returns the IRQL before. */
KIRQL ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock)
{
    return acquire(SpinLock, HA_ALONE, "ExAcquireSpinLockExclusive");
}

/* Raise to DISPATCH_LEVEL and share the lock. Returns the IRQL before. */
KIRQL ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock)
{
    return acquire(SpinLock, HA_SHARED, "ExAcquireSpinLockShared");
}

/* Give back what the thread has alone, and lower the IRQL to what it was before. */
VOID ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    release(SpinLock, OldIrql, HA_ALONE, "ExReleaseSpinLockExclusive");
}

/* Give back what the thread shares, and lower the IRQL to what it was before. */
VOID ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql)
{
    release(SpinLock, OldIrql, HA_SHARED, "ExReleaseSpinLockShared");
}

/* Have the lock alone, at DISPATCH_LEVEL or above; the IRQL stays. */
VOID ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    acquire_raised(SpinLock, HA_ALONE, "ExAcquireSpinLockExclusiveAtDpcLevel");
}

/* Share the lock, at DISPATCH_LEVEL or above; the IRQL stays. */
VOID ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    acquire_raised(SpinLock, HA_SHARED, "ExAcquireSpinLockSharedAtDpcLevel");
}

/* Give back what the thread has alone; the IRQL stays. */
VOID ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    release_raised(SpinLock, HA_ALONE, "ExReleaseSpinLockExclusiveFromDpcLevel");
}

/* Give back what the thread shares; the IRQL stays. */
VOID ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock)
{
    release_raised(SpinLock, HA_SHARED, "ExReleaseSpinLockSharedFromDpcLevel");
}
