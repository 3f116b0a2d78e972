/*
 * rundown - rundown protection: an object stays until its last user has left
 *
 * Owns struct ha_rundown_wait. Count is twice the number of users, as on Windows. From the moment
 * that somebody waits for them it is 1, and nobody else gets in; the wait counts who is left, and
 * is found by the reference that it is for. Memory that was never set up may hold anything, and
 * another count is a misuse that changes nothing.
 * Source of each: WDK reference, ntddk.h, the page of its name.
 */
#include "nt/dispatcher.h"
#include "nt/in_use.h"
#include "nt/locks.h"
#include "nt/pool.h"

#define RUN_DOWN ((ULONG_PTR)1)
#define ONE_USER ((ULONG_PTR)2)
#define MOST_USERS ((ULONG_PTR)UINT32_MAX)

/* A wait under way; it lies on the stack of the thread that waits. */
struct ha_rundown_wait {
    DISPATCHER_HEADER header;       /* first, because it is what the thread waits for */
    struct ha_rundown_wait *next;
    const EX_RUNDOWN_REF *reference;
    ULONG_PTR users;
};

static struct ha_rundown_wait *find(const struct ha_kernel *kernel,
                                    const EX_RUNDOWN_REF *reference)
{
    struct ha_rundown_wait *wait = kernel->rundowns;
    while (wait && wait->reference != reference)
        wait = wait->next;
    return wait;
}

uint32_t ha_rundowns_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (const struct ha_rundown_wait *wait = kernel->rundowns; wait; wait = wait->next)
        if (ha_lies_in(wait->reference, memory, size))
            return ha_dispatcher_id(&wait->header);
    return 0;
}

void ha_rundowns_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (struct ha_rundown_wait *wait = kernel->rundowns; wait; wait = wait->next)
        if (ha_lies_in(wait->reference, memory, size))
            wait->reference = NULL;
}

/* Whether it was made; otherwise the misuse has been recorded. */
static bool is_made(struct ha_kernel *kernel, const EX_RUNDOWN_REF *reference,
                    enum ha_routine routine)
{
    if (ha_pool_object_went(kernel, reference, sizeof *reference, routine))
        return false;
    ULONG_PTR count = reference->Count;
    ha_order_use(&kernel->world, reference);
    if (count == RUN_DOWN || (!(count & RUN_DOWN) && count / ONE_USER <= MOST_USERS))
        return true;
    ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
    return false;
}

/* How these routines begin. A reference has no id. */
static HA_AT_ONCE struct ha_kernel *enter(const char *routine)
{
    struct ha_kernel *kernel = ha_kernel_enter(routine);
    ha_touch(&kernel->world, HA_TOUCH_UNNAMED, HA_TOUCH_WRITE);
    return kernel;
}

/* Make a reference that nobody uses. While its users are waited for it is a misuse, and nothing. */
VOID ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExInitializeRundownProtection");
    if (ha_in_use(kernel, RunRef, sizeof *RunRef, HA_RT_INITIALIZE_RUNDOWN))
        return;
    ha_order_make(&kernel->world, RunRef, sizeof *RunRef);
    RunRef->Count = 0;
}

/*
 * Let users in again after the last ones have been waited for. At any other time it is a misuse
 * and changes nothing.
 */
VOID ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExReInitializeRundownProtection");
    if (!is_made(kernel, RunRef, HA_RT_REINITIALIZE_RUNDOWN))
        return;
    if (RunRef->Count != RUN_DOWN || find(kernel, RunRef)) {
        ha_record_misuse(kernel, HA_RT_REINITIALIZE_RUNDOWN, HA_MISUSE_IN_USE, 0, 0);
        return;
    }
    ha_order_give(&kernel->world, (const char *)RunRef + 1);
    RunRef->Count = 0;
}

static BOOLEAN acquire(const char *routine, PEX_RUNDOWN_REF reference, ULONG count)
{
    HA_INSIDE struct ha_kernel *kernel = enter(routine);
    ha_kernel_check_irql(kernel, HA_RT_ACQUIRE_RUNDOWN, DISPATCH_LEVEL);
    if (!is_made(kernel, reference, HA_RT_ACQUIRE_RUNDOWN) || reference->Count == RUN_DOWN)
        return FALSE;
    reference->Count += count * ONE_USER;
    ha_order_take(&kernel->world, (const char *)reference + 1);     /* it was let in again */
    return TRUE;
}

/* Use the object. Returns FALSE when somebody waits for its users, or has done so. */
BOOLEAN ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    return acquire("ExAcquireRundownProtection", RunRef, 1);
}

/* The same so many times at once. */
BOOLEAN ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
    return acquire("ExAcquireRundownProtectionEx", RunRef, Count);
}

/* How many use the object, which is waited for or not. */
static ULONG_PTR users_of(const EX_RUNDOWN_REF *reference, const struct ha_rundown_wait *wait)
{
    return wait ? wait->users : reference->Count / ONE_USER;
}

static void release(const char *routine, PEX_RUNDOWN_REF reference, ULONG count)
{
    HA_INSIDE struct ha_kernel *kernel = enter(routine);
    ha_kernel_check_irql(kernel, HA_RT_RELEASE_RUNDOWN, DISPATCH_LEVEL);
    struct ha_rundown_wait *wait = find(kernel, reference);
    if (!wait && !is_made(kernel, reference, HA_RT_RELEASE_RUNDOWN))
        return;
    ha_order_give(&kernel->world, reference);
    if (count > users_of(reference, wait)) {
        ha_record_misuse(kernel, HA_RT_RELEASE_RUNDOWN, HA_MISUSE_LIMIT, 0, count);
    } else if (wait) {
        wait->users -= count;
        if (!wait->users) {
            wait->header.SignalState = 1;
            ha_dispatcher_signal(kernel, &wait->header);
            ha_sched_point(&kernel->world);
        }
    } else {
        reference->Count -= count * ONE_USER;
    }
}

/* Use the object no more. More often than it was used is a misuse and changes nothing. */
VOID ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    release("ExReleaseRundownProtection", RunRef, 1);
}

/* The same so many times at once. */
VOID ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
    release("ExReleaseRundownProtectionEx", RunRef, Count);
}

static void wait_for_users(struct ha_kernel *kernel, PEX_RUNDOWN_REF reference)
{
    struct ha_rundown_wait wait = {.next = kernel->rundowns, .reference = reference,
                                   .users = users_of(reference, NULL)};
    struct ha_rundown_wait **place = &kernel->rundowns;
    PVOID object = &wait;
    KWAIT_BLOCK block;
    ha_dispatcher_init(kernel, &wait.header, HA_OBJECT_RUNDOWN, 0);
    reference->Count = RUN_DOWN;
    kernel->rundowns = &wait;
    ha_spin_look(kernel, HA_RT_WAIT_RUNDOWN);
    ha_dispatcher_wait(kernel, &object, 1, false, &block, NULL);
    while (*place != &wait)
        place = &(*place)->next;
    *place = wait.next;
}

/*
 * Let nobody use the object any more, and wait until the last user has left. One thread may wait;
 * for a second one it is a misuse, and it goes on at once. IRQL: at most APC_LEVEL, refused above.
 */
VOID ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExWaitForRundownProtectionRelease");
    if (kernel->world.sched.running->stamp.irql > APC_LEVEL) {
        ha_record_refused(kernel, HA_RT_WAIT_RUNDOWN, HA_REASON_IRQL);
        return;
    }
    const struct ha_rundown_wait *other = find(kernel, RunRef);
    if (other) {
        ha_record_misuse(kernel, HA_RT_WAIT_RUNDOWN, HA_MISUSE_IN_USE,
                         ha_dispatcher_id(&other->header), 0);
        return;
    }
    if (!is_made(kernel, RunRef, HA_RT_WAIT_RUNDOWN))
        return;
    if (users_of(RunRef, NULL))
        wait_for_users(kernel, RunRef);
    ha_order_take(&kernel->world, RunRef);
    RunRef->Count = RUN_DOWN;
    ha_sched_point(&kernel->world);
}

/*
 * Say that nobody uses the object, as if its users had been waited for. While they are it is a
 * misuse and changes nothing.
 */
VOID ExRundownCompleted(PEX_RUNDOWN_REF RunRef)
{
    HA_INSIDE struct ha_kernel *kernel = enter("ExRundownCompleted");
    if (!ha_in_use(kernel, RunRef, sizeof *RunRef, HA_RT_RUNDOWN_COMPLETED))
        RunRef->Count = RUN_DOWN;
}
