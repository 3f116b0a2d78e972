/*
 * rundown - rundown protection: an object stays until its last user has left
 *
 * Count is twice the number of users, as on Windows. From the moment that somebody waits for them
 * it is odd, and nobody else gets in: 1 when all have left, before that the address of the wait
 * and 1.
 * Source of each: WDK reference, ntddk.h, the page of its name.
 */
#include "nt/dispatcher.h"

#define RUN_DOWN ((ULONG_PTR)1)
#define ONE_USER ((ULONG_PTR)2)

/* The wait under way; it lies on the stack of the thread that waits. */
struct rundown_wait {
    DISPATCHER_HEADER header;       /* first, because it is what the thread waits for */
    ULONG_PTR users;
};

static struct rundown_wait *wait_of(ULONG_PTR count)
{
    return (struct rundown_wait *)(count & ~RUN_DOWN);
}

/* Make a reference that nobody uses. */
VOID ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    ha_kernel_enter("ExInitializeRundownProtection");
    RunRef->Count = 0;
}

/*
 * Let users in again after the last ones have been waited for. At any other time it is a misuse
 * and changes nothing.
 */
VOID ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
    struct ha_kernel *kernel = ha_kernel_enter("ExReInitializeRundownProtection");
    if (RunRef->Count == RUN_DOWN)
        RunRef->Count = 0;
    else
        ha_record_misuse(kernel, HA_RT_REINITIALIZE_RUNDOWN, HA_MISUSE_IN_USE, 0, 0);
}

static BOOLEAN acquire(const char *routine, PEX_RUNDOWN_REF reference, ULONG count)
{
    ha_kernel_enter(routine);
    if (reference->Count & RUN_DOWN)
        return FALSE;
    reference->Count += count * ONE_USER;
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

/* How many use the object. */
static ULONG_PTR users_of(ULONG_PTR count)
{
    if (!(count & RUN_DOWN))
        return count / ONE_USER;
    return count == RUN_DOWN ? 0 : wait_of(count)->users;
}

static void release(const char *routine, PEX_RUNDOWN_REF reference, ULONG count)
{
    struct ha_kernel *kernel = ha_kernel_enter(routine);
    if (count > users_of(reference->Count)) {
        ha_record_misuse(kernel, HA_RT_RELEASE_RUNDOWN, HA_MISUSE_LIMIT, 0, count);
    } else if (reference->Count & RUN_DOWN) {
        struct rundown_wait *wait = wait_of(reference->Count);
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

/*
 * Let nobody use the object any more, and wait until the last user has left. One thread may wait;
 * for a second one it is a misuse, and it goes on at once. IRQL: at most APC_LEVEL, refused above.
 */
VOID ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef)
{
    struct ha_kernel *kernel = ha_kernel_enter("ExWaitForRundownProtectionRelease");
    if (kernel->world.sched.running->stamp.irql > APC_LEVEL) {
        ha_record_refused(kernel, HA_RT_WAIT_RUNDOWN, HA_REASON_IRQL);
        return;
    }
    struct rundown_wait wait = {.users = users_of(RunRef->Count)};
    if (wait.users && (RunRef->Count & RUN_DOWN)) {
        ha_record_misuse(kernel, HA_RT_WAIT_RUNDOWN, HA_MISUSE_IN_USE,
                         ha_dispatcher_id(&wait_of(RunRef->Count)->header), 0);
        return;
    }
    if (wait.users) {
        PVOID object = &wait;
        KWAIT_BLOCK block;
        ha_dispatcher_init(kernel, &wait.header, HA_OBJECT_RUNDOWN, 0);
        RunRef->Count = (ULONG_PTR)&wait | RUN_DOWN;
        ha_dispatcher_wait(kernel, &object, 1, false, &block, NULL);
    }
    RunRef->Count = RUN_DOWN;
    ha_sched_point(&kernel->world);
}

/* Say that nobody uses the object, as if its users had been waited for. */
VOID ExRundownCompleted(PEX_RUNDOWN_REF RunRef)
{
    ha_kernel_enter("ExRundownCompleted");
    RunRef->Count = RUN_DOWN;
}
