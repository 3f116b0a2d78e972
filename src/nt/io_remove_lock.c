/*
 * io_remove_lock - remove locks: a device stays until the last request that uses it is done
 *
 * Owns struct ha_remove_hold, one acquisition with its tag. The state itself lies in the lock:
 * IoCount is one more than there are acquisitions, Removed is set when the removal begins, and
 * RemoveEvent is what the removal waits for; it is marked as a remove lock, and no driver can wait
 * for it. Memory that was never set up may hold anything, and using it is a misuse.
 *
 * Tags are compared as a checked build of Windows does, because a tag that differs is a mistake in
 * the driver whichever build finds it. An acquisition belongs to no thread: requests are often
 * finished by another one, so a deadlock names the lock and nobody who has it.
 * Source of each: WDK reference, wdm.h, the page of its name without Ex; Using Remove Locks.
 */
#include "nt/remove_lock.h"

#include "nt/caller.h"
#include "nt/dispatcher.h"
#include "nt/in_use.h"
#include "nt/leftovers.h"
#include "nt/locks.h"
#include "nt/ps_thread.h"

struct ha_remove_hold {
    struct ha_remove_hold *older;
    const IO_REMOVE_LOCK *lock;
    const void *tag;
    uint32_t id;                    /* of the lock */
    uint32_t made_at;               /* in its driver's code */
    uint16_t driver;
};

static uint32_t id_of(const IO_REMOVE_LOCK *lock)
{
    return ha_dispatcher_id(&lock->Common.RemoveEvent.Header);
}

uint32_t ha_remove_locks_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (const struct ha_remove_hold *hold = kernel->remove_holds; hold; hold = hold->older)
        if (ha_lies_in(hold->lock, memory, size))
            return hold->id;
    return 0;
}

static void drop(struct ha_kernel *kernel, struct ha_remove_hold **link)
{
    struct ha_remove_hold *hold = *link;
    *link = hold->older;
    ha_arena_give(&kernel->world.host->arena, hold, sizeof *hold);
}

void ha_remove_locks_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    struct ha_remove_hold **link = &kernel->remove_holds;
    while (*link)
        if (ha_lies_in((*link)->lock, memory, size))
            drop(kernel, link);
        else
            link = &(*link)->older;
}

void ha_remove_locks_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    struct ha_remove_hold **link = &kernel->remove_holds;
    while (*link) {
        if ((*link)->driver == driver->id) {
            ha_record_left(driver, HA_LEFT_REMOVE_LOCK, (*link)->id, (*link)->made_at);
            drop(kernel, link);     /* the lock goes with the image, as far as is known */
        } else {
            link = &(*link)->older;
        }
    }
}

/* What leads to the newest acquisition of a lock, with that tag unless any will do; to NULL. */
static struct ha_remove_hold **find(struct ha_kernel *kernel, const IO_REMOVE_LOCK *lock,
                                    const void *tag, bool any)
{
    struct ha_remove_hold **link = &kernel->remove_holds;
    while (*link && ((*link)->lock != lock || (!any && (*link)->tag != tag)))
        link = &(*link)->older;
    return link;
}

/* Whether it was made; otherwise the misuse has been recorded. */
static bool is_made(struct ha_kernel *kernel, const IO_REMOVE_LOCK *lock, enum ha_routine routine)
{
    return ha_dispatcher_is_made(kernel, &lock->Common.RemoveEvent.Header,
                                 HA_TYPE(HA_OBJECT_REMOVE_LOCK), routine);
}

/*
 * Make a remove lock that nobody has acquired. For one that is acquired or waited for it is a
 * misuse, and nothing is changed.
 *
 *   AllocateTag, MaxLockedMinutes, HighWatermark  change nothing, as on a free build of Windows
 *   RemlockSize                                   of an IO_REMOVE_LOCK; any other is refused
 */
VOID IoInitializeRemoveLockEx(PIO_REMOVE_LOCK Lock, ULONG AllocateTag, ULONG MaxLockedMinutes,
                              ULONG HighWatermark, ULONG RemlockSize)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoInitializeRemoveLockEx");
    (void)AllocateTag, (void)MaxLockedMinutes, (void)HighWatermark;
    if (RemlockSize != sizeof *Lock) {
        ha_record_refused(kernel, HA_RT_INITIALIZE_REMOVE_LOCK, HA_REASON_PARAMETER);
        return;
    }
    if (ha_in_use(kernel, Lock, sizeof *Lock, HA_RT_INITIALIZE_REMOVE_LOCK))
        return;
    ha_order_make(&kernel->world, Lock, sizeof *Lock);
    ha_order_make(&kernel->world, &Lock->Common.RemoveEvent, sizeof Lock->Common.RemoveEvent);
    *Lock = (IO_REMOVE_LOCK){.Common = {.IoCount = 1}};
    ha_dispatcher_init(kernel, &Lock->Common.RemoveEvent.Header, HA_OBJECT_REMOVE_LOCK, 0);
}

/*
 * Acquire a remove lock, as often as need be, so that the device stays.
 *
 *   Tag         what IoReleaseRemoveLockEx() is called with for this acquisition; may be NULL
 *   File, Line  change nothing
 *
 * Returns STATUS_SUCCESS; STATUS_DELETE_PENDING once the removal has begun, and nothing is to be
 * released then. A lock that was never made is a misuse and answered likewise, our choice. IRQL: at
 * most DISPATCH_LEVEL.
 */
NTSTATUS IoAcquireRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, PCSTR File, ULONG Line,
                               ULONG RemlockSize)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoAcquireRemoveLockEx");
    (void)File, (void)Line, (void)RemlockSize;
    ha_kernel_check_irql(kernel, HA_RT_ACQUIRE_REMOVE_LOCK, DISPATCH_LEVEL);
    if (!is_made(kernel, RemoveLock, HA_RT_ACQUIRE_REMOVE_LOCK))
        return STATUS_DELETE_PENDING;
    ha_touch(&kernel->world, id_of(RemoveLock), HA_TOUCH_WRITE);
    if (RemoveLock->Common.Removed)
        return STATUS_DELETE_PENDING;
    struct ha_remove_hold *hold = ha_arena_take(&kernel->world.host->arena, sizeof *hold);
    if (!hold)
        ha_ps_no_memory(kernel);    /* the routine cannot fail for want of memory */
    *hold = (struct ha_remove_hold){.older = kernel->remove_holds, .lock = RemoveLock, .tag = Tag,
                                    .id = id_of(RemoveLock),
                                    .driver = kernel->world.sched.running->stamp.driver,
                                    .made_at = ha_caller_place(kernel)};
    kernel->remove_holds = hold;
    RemoveLock->Common.IoCount++;
    return STATUS_SUCCESS;
}

/*
 * An acquisition is released. With a tag that none has, another one counts as released, which is
 * what the counter of Windows would do; where there is none at all nothing is changed. Both are
 * misuses.
 */
static void release(struct ha_kernel *kernel, PIO_REMOVE_LOCK lock, const void *tag,
                    enum ha_routine routine)
{
    ha_touch(&kernel->world, id_of(lock), HA_TOUCH_WRITE);
    struct ha_remove_hold **link = find(kernel, lock, tag, false);
    if (!*link) {
        link = find(kernel, lock, tag, true);
        ha_record_misuse(kernel, routine, *link ? HA_MISUSE_UNKNOWN_TAG : HA_MISUSE_LIMIT,
                         id_of(lock), 0);
    }
    if (!*link)
        return;
    drop(kernel, link);
    lock->Common.IoCount--;
    ha_order_give(&kernel->world, &lock->Common.RemoveEvent.Header);
    if (!lock->Common.IoCount) {
        lock->Common.RemoveEvent.Header.SignalState = 1;
        ha_dispatcher_signal(kernel, &lock->Common.RemoveEvent.Header);
    }
}

/*
 * Release what IoAcquireRemoveLockEx() acquired with the same tag. After the last release the
 * removal that waits goes on. IRQL: at most DISPATCH_LEVEL.
 */
VOID IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoReleaseRemoveLockEx");
    (void)RemlockSize;
    ha_kernel_check_irql(kernel, HA_RT_RELEASE_REMOVE_LOCK, DISPATCH_LEVEL);
    if (is_made(kernel, RemoveLock, HA_RT_RELEASE_REMOVE_LOCK))
        release(kernel, RemoveLock, Tag, HA_RT_RELEASE_REMOVE_LOCK);
    ha_sched_point(&kernel->world);
}

/*
 * Let nobody acquire the lock any more, release the caller's own acquisition, and wait until all
 * others are released. Called once for each lock: a second time is a misuse that releases the
 * acquisition and waits for nothing.
 *
 *   Tag  of the caller's acquisition
 *
 * IRQL: PASSIVE_LEVEL; refused above it.
 */
VOID IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoReleaseRemoveLockAndWaitEx");
    PVOID object = &RemoveLock->Common.RemoveEvent;
    KWAIT_BLOCK block;
    (void)RemlockSize;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_WAIT_REMOVE_LOCK) ||
        !is_made(kernel, RemoveLock, HA_RT_WAIT_REMOVE_LOCK))
        return;
    bool is_second = RemoveLock->Common.Removed;
    if (is_second)
        ha_record_misuse(kernel, HA_RT_WAIT_REMOVE_LOCK, HA_MISUSE_IN_USE, id_of(RemoveLock), 0);
    RemoveLock->Common.Removed = TRUE;
    if (!is_second || *find(kernel, RemoveLock, Tag, false))
        release(kernel, RemoveLock, Tag, HA_RT_WAIT_REMOVE_LOCK);
    if (!is_second && --RemoveLock->Common.IoCount > 0) {
        ha_spin_look(kernel, HA_RT_WAIT_REMOVE_LOCK);
        ha_dispatcher_wait(kernel, &object, 1, false, &block, NULL);
    }
    if (!is_second)
        ha_order_take(&kernel->world, object);
    ha_sched_point(&kernel->world);
}
