/*
 * ke_affinity - on which processors a thread may run
 *
 * A thread has the affinity that it was made with until a Set call gives it another, and again
 * after a Revert. Source of each: WDK reference, wdm.h or ntifs.h, the page of its name; QRY-13,
 * QRY-18. IRQL: at most DISPATCH_LEVEL, where the thread moves when its IRQL falls below that.
 */
#include "nt/query.h"

struct request {
    struct ha_kernel *kernel;
    struct ha_thread *thread;
    enum ha_routine routine;
    struct ha_affinity asked;
    struct ha_affinity output;      /* what the caller learns as the previous affinity */
    bool has_output;
};

static struct request begin(struct ha_kernel *kernel, enum ha_routine routine, uint64_t mask,
                            uint16_t group)
{
    ha_touch(&kernel->world, HA_TOUCH_PARTITION, HA_TOUCH_READ);
    return (struct request){.kernel = kernel, .thread = kernel->world.sched.running,
                            .routine = routine,
                            .asked = {.mask = mask, .group = group, .is_set = true}};
}

/* A DPC runs on no thread of its own: Windows would move the one that it has interrupted. */
static bool may_call(const struct request *request)
{
    if (ha_kernel_is_above(request->kernel, DISPATCH_LEVEL, request->routine))
        return false;
    if (request->thread->kind != HA_THREAD_DPC)
        return true;
    ha_record_refused(request->kernel, request->routine, HA_REASON_NOT_SIMULATED);
    return false;
}

/* A valid mask with an active processor; what is not active falls out of it. */
static bool trim(const struct ha_kernel *kernel, struct ha_affinity *affinity)
{
    const struct ha_partition *partition = &kernel->world.partition;
    if (affinity->group >= partition->group_count || !affinity->mask)
        return false;
    const struct ha_group *group = &partition->group[affinity->group];
    if (group->maximum < HA_GROUP_SIZE && affinity->mask >> group->maximum)
        return false;
    affinity->mask &= group->active_mask;
    return affinity->mask != 0;
}

static void record(const struct request *request, bool accepted)
{
    struct ha_record *record =
        ha_record_open(&request->kernel->world, HA_AFFINITY, request->routine);
    record->as.affinity.asked_mask = request->asked.mask;
    record->as.affinity.asked_group = request->asked.group;
    record->as.affinity.new_mask = request->thread->affinity.mask;
    record->as.affinity.new_group = request->thread->affinity.group;
    record->as.affinity.output_mask = request->output.mask;
    record->as.affinity.output_group = request->output.group;
    record->as.affinity.accepted = accepted;
    record->as.affinity.has_output = request->has_output;
}

static void set(struct request *request)
{
    struct ha_thread *thread = request->thread;
    struct ha_affinity affinity = request->asked;
    bool accepted = trim(request->kernel, &affinity);
    if (accepted) {
        if (thread->affinity.is_set)
            request->output = thread->affinity;
        ha_thread_set_affinity(thread, affinity);
        ha_order_take(&request->kernel->world, ha_order_of_start(&request->kernel->world,
                                                                 thread->stamp.processor));
    }
    record(request, accepted);
    ha_sched_point(&request->kernel->world);
}

/* To the affinity that was asked for, or with no mask to the thread's own. */
static void revert(struct request *request)
{
    struct ha_thread *thread = request->thread;
    struct ha_affinity affinity = request->asked;
    bool to_own = !affinity.mask;
    bool accepted = thread->affinity.is_set && (to_own || trim(request->kernel, &affinity));
    if (accepted)
        ha_thread_set_affinity(thread, to_own ? thread->own_affinity : affinity);
    record(request, accepted);
    ha_sched_point(&request->kernel->world);
}

/*
 * Let the calling thread run only on processors of one group.
 *
 *   Affinity          with an active processor, or nothing changes; Reserved is not looked at
 *   PreviousAffinity  gets what a Set call gave the thread before, to be passed to the Revert
 *                     routine; {0, 0} when there was none or nothing changes; may be NULL
 */
VOID KeSetSystemGroupAffinityThread(PGROUP_AFFINITY Affinity, PGROUP_AFFINITY PreviousAffinity)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetSystemGroupAffinityThread");
    struct request request = begin(kernel, HA_RT_SET_AFFINITY,
                                   Affinity->Mask, Affinity->Group);
    request.has_output = PreviousAffinity != NULL;
    if (may_call(&request))
        set(&request);
    if (PreviousAffinity)
        *PreviousAffinity = (GROUP_AFFINITY){.Mask = request.output.mask,
                                             .Group = request.output.group};
}

/*
 * Undo KeSetSystemGroupAffinityThread.
 *
 *   PreviousAffinity  what that gave; Mask 0 for the affinity that the thread was made with
 *
 * Without a Set call since the thread was made or last went back to its own, nothing changes.
 */
VOID KeRevertToUserGroupAffinityThread(PGROUP_AFFINITY PreviousAffinity)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeRevertToUserGroupAffinityThread");
    struct request request = begin(kernel, HA_RT_REVERT_AFFINITY,
                                   PreviousAffinity->Mask, PreviousAffinity->Group);
    if (may_call(&request))
        revert(&request);
}

/* The same in group 0. Returns what a Set call gave the thread before, or 0. */
KAFFINITY KeSetSystemAffinityThreadEx(KAFFINITY Affinity)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetSystemAffinityThreadEx");
    struct request request = begin(kernel, HA_RT_SET_AFFINITY_EX, Affinity, 0);
    request.has_output = true;
    if (may_call(&request))
        set(&request);
    return request.output.mask;
}

/* Undo KeSetSystemAffinityThreadEx with what that returned. */
VOID KeRevertToUserAffinityThreadEx(KAFFINITY Affinity)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeRevertToUserAffinityThreadEx");
    struct request request = begin(kernel, HA_RT_REVERT_AFFINITY_EX, Affinity, 0);
    if (may_call(&request))
        revert(&request);
}

/* As KeSetSystemAffinityThreadEx, without an answer. */
VOID KeSetSystemAffinityThread(KAFFINITY Affinity)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetSystemAffinityThread");
    struct request request = begin(kernel, HA_RT_SET_AFFINITY_OLD, Affinity, 0);
    if (may_call(&request))
        set(&request);
}

/* Back to the affinity that the thread was made with. */
VOID KeRevertToUserAffinityThread(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeRevertToUserAffinityThread");
    struct request request = begin(kernel, HA_RT_REVERT_AFFINITY_OLD, 0, 0);
    if (may_call(&request))
        revert(&request);
}
