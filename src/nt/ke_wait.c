/*
 * ke_wait - KeWaitForSingleObject, KeWaitForMultipleObjects, ZwWaitForSingleObject,
 *           KeDelayExecutionThread
 */
#include "nt/dispatcher.h"
#include "nt/lock_order.h"
#include "nt/locks.h"
#include "nt/ob.h"

/*
 * Waiting takes an IRQL below DISPATCH_LEVEL; to look at an object it may be at that level. A wait
 * with a spin lock held is made all the same.
 */
static bool may_wait(struct ha_kernel *kernel, enum ha_routine routine,
                     const LARGE_INTEGER *timeout)
{
    KIRQL irql = kernel->world.sched.running->stamp.irql;
    bool looks = timeout && timeout->QuadPart == 0;
    if (irql < DISPATCH_LEVEL && !looks)
        ha_spin_look(kernel, routine);
    if (irql < DISPATCH_LEVEL || (irql == DISPATCH_LEVEL && looks))
        return true;
    ha_record_refused(kernel, routine, HA_REASON_IRQL);
    return false;
}

/* Its end is in the hands of who has it, which an event's is not. */
static bool is_mutant(const DISPATCHER_HEADER *header)
{
    return header->Type == HA_OBJECT_MUTANT;
}

/*
 * Wait for an object.
 *
 *   Object      event, mutex, semaphore, timer or thread
 *   WaitReason, WaitMode, Alertable  change nothing: no APC comes to a thread here
 *   Timeout     in units of 100 ns: below zero relative, above it system time; NULL: none,
 *               0: look only
 *
 * Returns STATUS_SUCCESS, STATUS_TIMEOUT, or STATUS_ABANDONED for a mutex whose owner ended.
 * At DISPATCH_LEVEL only a look is allowed; any other wait is refused there with
 * STATUS_UNSUCCESSFUL, which is our choice. IRQL: at most APC_LEVEL to wait.
 *
 * Source: WDK reference, wdm.h, KeWaitForSingleObject.
 */
NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                               BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeWaitForSingleObject");
    KWAIT_BLOCK block;
    (void)WaitReason, (void)WaitMode, (void)Alertable;
    if (!may_wait(kernel, HA_RT_WAIT, Timeout) ||
        !ha_dispatcher_is_made(kernel, Object, HA_WAITABLES, HA_RT_WAIT))
        return STATUS_UNSUCCESSFUL;
    if (!Timeout && is_mutant(Object) && ha_lock_order_matters(kernel))
        ha_lock_order_look(kernel, HA_NS_OBJECT, ha_dispatcher_id(Object), false);
    NTSTATUS status = ha_dispatcher_wait(kernel, &Object, 1, false, &block, Timeout);
    ha_sched_point(&kernel->world);
    return status;
}

/*
 * Wait for one or for all of up to MAXIMUM_WAIT_OBJECTS objects.
 *
 *   WaitBlockArray  Count blocks that stay where they are until the wait is over; may be NULL for
 *                   at most THREAD_WAIT_OBJECTS objects
 *
 * Returns STATUS_WAIT_0 and the number of the object that ended it (for WaitAll STATUS_SUCCESS),
 * STATUS_ABANDONED_WAIT_0 likewise, STATUS_TIMEOUT. More objects than allowed are a misuse and
 * answered with STATUS_INVALID_PARAMETER, where Windows stops the machine. IRQL and the rest as
 * above.
 *
 * Source: WDK reference, wdm.h, KeWaitForMultipleObjects.
 */
NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                                  KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                                  BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                  PKWAIT_BLOCK WaitBlockArray)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeWaitForMultipleObjects");
    KWAIT_BLOCK own[THREAD_WAIT_OBJECTS];
    ULONG most = WaitBlockArray ? MAXIMUM_WAIT_OBJECTS : THREAD_WAIT_OBJECTS;
    (void)WaitReason, (void)WaitMode, (void)Alertable;
    if (Count == 0 || Count > most) {
        ha_record_misuse(kernel, HA_RT_WAIT_MULTIPLE, HA_MISUSE_LIMIT, 0, Count);
        return STATUS_INVALID_PARAMETER;
    }
    if (!may_wait(kernel, HA_RT_WAIT_MULTIPLE, Timeout))
        return STATUS_UNSUCCESSFUL;
    for (ULONG i = 0; i < Count; i++)
        if (!ha_dispatcher_is_made(kernel, Object[i], HA_WAITABLES, HA_RT_WAIT_MULTIPLE))
            return STATUS_UNSUCCESSFUL;
    NTSTATUS status = ha_dispatcher_wait(kernel, Object, Count, WaitType == WaitAll,
                                         WaitBlockArray ? WaitBlockArray : own, Timeout);
    ha_sched_point(&kernel->world);
    return status;
}

/* Objects with handles: threads and events can be waited for, keys and the like cannot. */
static bool can_be_waited_for(const struct ha_kernel *kernel, const void *body)
{
    return ha_ob_is(kernel, body, *PsThreadType) || ha_ob_is(kernel, body, *ExEventObjectType);
}

/*
 * Wait for the object of a handle, a thread or an event, which stays until the wait is over.
 *
 *   Handle     that is open
 *   Alertable  changes nothing, as above
 *   Timeout    as above
 *
 * Returns STATUS_SUCCESS; STATUS_TIMEOUT; STATUS_INVALID_HANDLE for what is no handle or was
 * closed; STATUS_OBJECT_TYPE_MISMATCH for an object that cannot be waited for, our choice. IRQL:
 * PASSIVE_LEVEL; above it the call is refused with STATUS_UNSUCCESSFUL, our choice.
 *
 * Source: WDK reference, ntifs.h, ZwWaitForSingleObject.
 */
NTSTATUS ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwWaitForSingleObject");
    KWAIT_BLOCK block;
    void *body;
    (void)Alertable;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_WAIT_HANDLE))
        return STATUS_UNSUCCESSFUL;
    NTSTATUS status = ha_ob_of_handle(kernel, Handle, NULL, &body);
    if (!NT_SUCCESS(status))
        return status;
    if (!can_be_waited_for(kernel, body))
        return STATUS_OBJECT_TYPE_MISMATCH;
    ha_ob_hold(body);
    status = ha_dispatcher_wait(kernel, &body, 1, false, &block, Timeout);
    ha_ob_let_go(kernel, body);
    ha_sched_point(&kernel->world);
    return status;
}

/*
 * Let simulated time pass for this thread.
 *
 *   Interval  in units of 100 ns: below zero relative, else system time
 *
 * Returns STATUS_SUCCESS. IRQL: at most APC_LEVEL; refused above it.
 *
 * Source: WDK reference, wdm.h, KeDelayExecutionThread.
 */
NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                PLARGE_INTEGER Interval)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeDelayExecutionThread");
    const LARGE_INTEGER wait = {.QuadPart = Interval->QuadPart};
    (void)WaitMode, (void)Alertable;
    if (!may_wait(kernel, HA_RT_DELAY, NULL))
        return STATUS_UNSUCCESSFUL;
    ha_dispatcher_wait(kernel, NULL, 0, false, NULL, &wait);
    ha_sched_point(&kernel->world);
    return STATUS_SUCCESS;
}
