/*
 * ex_resource - resources: locks that one thread has alone, or several share
 *
 * A thread may take what it has once more, and gives it back as often. It must be in a critical
 * region, or at APC_LEVEL, as long as it has one; that it is not is a misuse and stops nothing.
 * A resource that is not made, or was deleted, is a misuse of each routine, which then does nothing
 * and finds nothing owned. An IRQL above that of its page is a misuse where nothing waits, too.
 * Source of each: WDK reference, wdm.h or ntifs.h, the page of its name.
 */
#include <stdint.h>

#include "nt/in_use.h"
#include "nt/lock_order.h"
#include "nt/locks.h"
#include "nt/pool.h"
#include "nt/region.h"
#include "nt/resource.h"

/* The resource that the driver means; NULL after the misuse has been recorded. */
static struct ha_resource *meant(struct ha_kernel *kernel, const ERESOURCE *place,
                                 enum ha_routine routine, enum ha_touch_mode mode)
{
    struct ha_resource *resource = ha_resource_find(kernel, place);
    if (!resource) {
        if (!ha_pool_object_went(kernel, place, sizeof *place, routine))
            ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
        return NULL;
    }
    ha_touch(&kernel->world, resource->id, mode);
    ha_order_use(&kernel->world, place);
    return resource;
}

/* The same in a routine that may be called at DISPATCH_LEVEL. */
static struct ha_resource *meant_below(struct ha_kernel *kernel, const ERESOURCE *place,
                                       enum ha_routine routine, enum ha_touch_mode mode)
{
    ha_kernel_check_irql(kernel, routine, DISPATCH_LEVEL);
    return meant(kernel, place, routine, mode);
}

/*
 * Make a resource that nobody has. It must be deleted before its memory is given back.
 *
 *   Resource  in nonpaged memory, aligned as a pointer; what is not, is a misuse and is not made.
 *             So is one that was made before, which stays as it is
 *
 * Returns STATUS_SUCCESS. IRQL: at most DISPATCH_LEVEL.
 */
NTSTATUS ExInitializeResourceLite(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExInitializeResourceLite");
    ha_kernel_check_irql(kernel, HA_RT_INITIALIZE_RESOURCE, DISPATCH_LEVEL);
    if ((uintptr_t)Resource % _Alignof(ERESOURCE))
        ha_record_misuse(kernel, HA_RT_INITIALIZE_RESOURCE, HA_MISUSE_UNALIGNED, 0, 0);
    else if (!ha_in_use(kernel, Resource, sizeof *Resource, HA_RT_INITIALIZE_RESOURCE))
        ha_resource_make(kernel, Resource);
    return STATUS_SUCCESS;
}

/* The resource that ends here; NULL after a misuse, as for one that is owned or waited for. */
static struct ha_resource *unused(struct ha_kernel *kernel, const ERESOURCE *place,
                                  enum ha_routine routine)
{
    struct ha_resource *resource = meant_below(kernel, place, routine, HA_TOUCH_WRITE);
    if (!resource || !(resource->owners || resource->waits))
        return resource;
    ha_record_misuse(kernel, routine, HA_MISUSE_IN_USE, resource->id, 0);
    return NULL;
}

/*
 * Make a resource anew, as if it had been deleted. One that a thread has or waits for is a misuse
 * and stays as it is. Returns STATUS_SUCCESS. IRQL: at most DISPATCH_LEVEL.
 */
NTSTATUS ExReinitializeResourceLite(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExReinitializeResourceLite");
    struct ha_resource *resource = unused(kernel, Resource, HA_RT_REINITIALIZE_RESOURCE);
    if (resource) {
        ha_resource_forget(kernel, resource);
        ha_resource_make(kernel, Resource);
    }
    return STATUS_SUCCESS;
}

/*
 * Delete a resource, whose memory the driver may then give back. One that a thread has or waits for
 * is a misuse and stays as it is. Returns STATUS_SUCCESS. IRQL: at most DISPATCH_LEVEL.
 */
NTSTATUS ExDeleteResourceLite(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExDeleteResourceLite");
    struct ha_resource *resource = unused(kernel, Resource, HA_RT_DELETE_RESOURCE);
    if (resource) {
        ha_order_write(&kernel->world, Resource, sizeof *Resource);
        ha_resource_forget(kernel, resource);
    }
    return STATUS_SUCCESS;
}

static BOOLEAN acquire(struct ha_kernel *kernel, PERESOURCE place, enum ha_routine routine,
                       enum ha_resource_way way, bool waits)
{
    if (ha_kernel_is_above(kernel, APC_LEVEL, routine))
        return FALSE;
    struct ha_resource *resource = meant(kernel, place, routine, HA_TOUCH_WRITE);
    if (!resource)
        return FALSE;
    struct ha_resource_owner *owner =
        ha_resource_owner(resource, kernel->world.sched.running);
    bool has_it = owner && (resource->exclusive || way != HA_RESOURCE_EXCLUSIVE);
    if (!has_it && !waits && !ha_resource_is_open(resource, way)) {
        ha_sched_spin(&kernel->world);      /* it looks, perhaps again and again */
        return FALSE;
    }
    bool exposed = ha_resource_gets_apcs(kernel);
    if (exposed)
        ha_record_misuse(kernel, routine, HA_MISUSE_LOW_IRQL, 0, APC_LEVEL);
    if (has_it) {
        owner->count++;
        owner->told = owner->told || exposed;
        ha_resource_show(resource);
    } else {
        if (owner)
            ha_record_misuse(kernel, routine, HA_MISUSE_TAKEN_TWICE, resource->id, 0);
        if (waits && ha_lock_order_matters(kernel))
            ha_lock_order_look(kernel, HA_NS_OBJECT, resource->id, way != HA_RESOURCE_EXCLUSIVE);
        if (!ha_resource_is_open(resource, way))
            ha_spin_look(kernel, routine);
        ha_resource_take(kernel, resource, way, exposed);
    }
    ha_sched_point(&kernel->world);
    return TRUE;
}

/*
 * Take a resource alone.
 *
 *   Wait  whether to wait for those who have it
 *
 * Returns TRUE when the thread has it, FALSE when it did not wait; also without a resource. A
 * thread that shares it and waits here waits for itself, for ever, as on Windows; it is a misuse.
 * IRQL: at most APC_LEVEL, refused with FALSE above it.
 */
BOOLEAN ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAcquireResourceExclusiveLite");
    return acquire(kernel, Resource,
                   HA_RT_ACQUIRE_EXCLUSIVE, HA_RESOURCE_EXCLUSIVE, Wait != FALSE);
}

/*
 * Share a resource with others who do. It stands behind those who wait to have it alone, unless the
 * thread has it already; one that has it alone goes on to have it alone. Otherwise as
 * ExAcquireResourceExclusiveLite().
 */
BOOLEAN ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAcquireResourceSharedLite");
    return acquire(kernel, Resource,
                   HA_RT_ACQUIRE_SHARED, HA_RESOURCE_SHARED, Wait != FALSE);
}

/* The same, ahead of those who wait to have it alone. */
BOOLEAN ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExAcquireSharedStarveExclusive");
    return acquire(kernel, Resource,
                   HA_RT_ACQUIRE_STARVE, HA_RESOURCE_STARVE, Wait != FALSE);
}

/*
 * Share from now on what the thread has alone; all who wait to share it have it, too. It is given
 * back as often as it was taken. What the thread does not have alone is a misuse and stays as it
 * is. IRQL: at most DISPATCH_LEVEL.
 */
VOID ExConvertExclusiveToSharedLite(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExConvertExclusiveToSharedLite");
    struct ha_resource *resource =
        meant_below(kernel, Resource, HA_RT_CONVERT_RESOURCE, HA_TOUCH_WRITE);
    if (!resource)
        return;
    if (resource->exclusive && ha_resource_owner(resource, kernel->world.sched.running))
        ha_resource_share(kernel, resource);
    else
        ha_record_misuse(kernel, HA_RT_CONVERT_RESOURCE, HA_MISUSE_NOT_OWNER, resource->id, 0);
    ha_sched_point(&kernel->world);
}

static void release(struct ha_kernel *kernel, PERESOURCE place)
{
    struct ha_resource *resource =
        meant_below(kernel, place, HA_RT_RELEASE_RESOURCE, HA_TOUCH_WRITE);
    if (!resource)
        return;
    struct ha_resource_owner *owner =
        ha_resource_owner(resource, kernel->world.sched.running);
    if (!owner) {
        ha_record_misuse(kernel, HA_RT_RELEASE_RESOURCE, HA_MISUSE_NOT_OWNER, resource->id, 0);
        return;
    }
    if (--owner->count == 0)
        ha_resource_give(kernel, resource, owner);
    else
        ha_resource_show(resource);
    ha_sched_point(&kernel->world);
}

/*
 * Give a resource back. For a thread that does not have it, it is a misuse and changes nothing.
 * IRQL: at most DISPATCH_LEVEL.
 */
VOID ExReleaseResourceLite(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExReleaseResourceLite");
    release(kernel, Resource);
}

/*
 * Enter a critical region and take a resource alone, or shared, however long that takes. Records
 * name the routines that do only the one or the other.
 *
 * Returns NULL: on Windows, the Win32 thread of the caller, and a thread of the system has none.
 * IRQL: at most APC_LEVEL; above it the thread enters the region and is refused the resource.
 */
PVOID ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel =
        ha_kernel_enter("ExEnterCriticalRegionAndAcquireResourceExclusive");
    ha_region_change(kernel, HA_RT_ENTER_REGION, true);
    acquire(kernel, Resource, HA_RT_ACQUIRE_EXCLUSIVE, HA_RESOURCE_EXCLUSIVE, true);
    return NULL;
}

PVOID ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel =
        ha_kernel_enter("ExEnterCriticalRegionAndAcquireResourceShared");
    ha_region_change(kernel, HA_RT_ENTER_REGION, true);
    acquire(kernel, Resource, HA_RT_ACQUIRE_SHARED, HA_RESOURCE_SHARED, true);
    return NULL;
}

/* Give it back and leave the region. IRQL: at most DISPATCH_LEVEL. */
VOID ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ExReleaseResourceAndLeaveCriticalRegion");
    release(kernel, Resource);
    ha_region_change(kernel, HA_RT_LEAVE_REGION, false);
}

/* What the calling thread has of a resource; NULL for nothing. */
static const struct ha_resource_owner *own_part(struct ha_kernel *kernel, const ERESOURCE *place,
                                                enum ha_routine routine, bool alone)
{
    const struct ha_resource *resource = meant_below(kernel, place, routine, HA_TOUCH_READ);
    if (!resource || (alone && !resource->exclusive))
        return NULL;
    return ha_resource_owner(resource, kernel->world.sched.running);
}

/* Whether the calling thread has it alone. IRQL: at most DISPATCH_LEVEL, as the next three. */
BOOLEAN ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("ExIsResourceAcquiredExclusiveLite");
    return own_part(kernel, Resource, HA_RT_OWNS_EXCLUSIVE, true) != NULL;
}

/* How often the calling thread has taken it and not given it back, shared or alone. */
ULONG ExIsResourceAcquiredSharedLite(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("ExIsResourceAcquiredSharedLite");
    const struct ha_resource_owner *owner =
        own_part(kernel, Resource, HA_RT_OWNS_SHARED, false);
    return owner ? owner->count : 0;
}

static ULONG waiters(struct ha_kernel *kernel, const ERESOURCE *place, enum ha_routine routine,
                     bool exclusive)
{
    const struct ha_resource *resource = meant_below(kernel, place, routine, HA_TOUCH_READ);
    return resource ? ha_resource_waiters(resource, exclusive) : 0;
}

/* How many threads wait to have it alone. */
ULONG ExGetExclusiveWaiterCount(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("ExGetExclusiveWaiterCount");
    return waiters(kernel, Resource, HA_RT_EXCLUSIVE_WAITERS,
                   true);
}

/* How many wait to share it. */
ULONG ExGetSharedWaiterCount(PERESOURCE Resource)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("ExGetSharedWaiterCount");
    return waiters(kernel, Resource, HA_RT_SHARED_WAITERS,
                   false);
}
