/*
 * ex_push_lock - push locks, which a thread has inside a critical region or at APC_LEVEL
 *
 * A lock is one word: its id in the trace in the upper half, then a bit that says that a thread has
 * it alone, and how many share it. Who finds it taken waits as for any object.
 * Source of each: WDK reference, wdm.h, the page of its name. IRQL: at most APC_LEVEL to acquire,
 * refused above it, and DISPATCH_LEVEL to release; that normal APCs are not disabled is a misuse.
 * Our choices: a thread that has one and takes it again, which may wait for itself, is misuse at
 * once; one that is given back the other way than it was taken is given back. Flags change nothing.
 */
#include "nt/in_use.h"
#include "nt/shared_lock.h"

#define ALONE (UINT32_C(1) << 31)
#define MOST_SHARERS (ALONE - 1)

static struct ha_share_word read_word(const void *lock)
{
    EX_PUSH_LOCK word = *(const EX_PUSH_LOCK *)lock;
    return (struct ha_share_word){.id = (uint32_t)(word >> 32), .alone = word & ALONE,
                                  .sharers = (uint32_t)word & MOST_SHARERS};
}

static void write_word(void *lock, struct ha_share_word word)
{
    *(PEX_PUSH_LOCK)lock = (EX_PUSH_LOCK)word.id << 32 | (word.alone ? ALONE : 0) | word.sharers;
}

const struct ha_shared_kind ha_push_lock = {
    .name = "push lock", .sort = HA_PUSH_LOCKS,
    .acquire = {HA_RT_ACQUIRE_PUSH_SHARED, HA_RT_ACQUIRE_PUSH_EXCLUSIVE},
    .release = {HA_RT_RELEASE_PUSH_SHARED, HA_RT_RELEASE_PUSH_EXCLUSIVE},
    .read = read_word, .write = write_word, .most_sharers = MOST_SHARERS,
};

/* Make a push lock that nobody has. While a thread has it or waits for it: misuse, and nothing. */
VOID ExInitializePushLock(PEX_PUSH_LOCK PushLock)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExInitializePushLock");
    if (ha_in_use(kernel, PushLock, sizeof *PushLock, HA_RT_INITIALIZE_PUSH_LOCK))
        return;
    ha_order_make(&kernel->world, PushLock, sizeof *PushLock);
    *PushLock = 0;
}

static void look_for_region(struct ha_kernel *kernel, enum ha_routine routine)
{
    const struct ha_record *stamp = &kernel->world.sched.running->stamp;
    if (stamp->irql < APC_LEVEL && !stamp->regions)
        ha_record_misuse(kernel, routine, HA_MISUSE_LOW_IRQL, 0, APC_LEVEL);
}

static void acquire(PEX_PUSH_LOCK lock, enum ha_share share, const char *name)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter(name);
    if (ha_kernel_is_above(kernel, APC_LEVEL, ha_push_lock.acquire[share]))
        return;
    look_for_region(kernel, ha_push_lock.acquire[share]);
    ha_shared_take(kernel, &ha_push_lock, lock, share);
    ha_sched_point(&kernel->world);
}

static void release(PEX_PUSH_LOCK lock, enum ha_share share, const char *name)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter(name);
    ha_kernel_check_irql(kernel, ha_push_lock.release[share], DISPATCH_LEVEL);
    look_for_region(kernel, ha_push_lock.release[share]);
    ha_shared_give(kernel, &ha_push_lock, lock, share);
    ha_sched_point(&kernel->world);
}

/* Have the lock alone. */
VOID ExAcquirePushLockExclusiveEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
    (void)Flags;
    acquire(PushLock, HA_ALONE, "ExAcquirePushLockExclusiveEx");
}

/* Share the lock. */
VOID ExAcquirePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
    (void)Flags;
    acquire(PushLock, HA_SHARED, "ExAcquirePushLockSharedEx");
}

/* Give back what the thread has alone. */
VOID ExReleasePushLockExclusiveEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
    (void)Flags;
    release(PushLock, HA_ALONE, "ExReleasePushLockExclusiveEx");
}

/* Give back what the thread shares. */
VOID ExReleasePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
    (void)Flags;
    release(PushLock, HA_SHARED, "ExReleasePushLockSharedEx");
}
