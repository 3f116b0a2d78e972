/*
 * ke_generic_dpc - one DPC on every processor at once: KeGenericCallDpc
 *
 * Owns struct ha_generic_call, which lies on the stack of the caller, and the DPCs of it, one for
 * each processor. These stay, because a routine may go on when it has said that it is done.
 * Source of each: WDK, ntddk.h. The WDK reference has no page of them, so beyond their names and
 * IRQLs all is our choice.
 */
#include "nt/dpc.h"
#include "nt/locks.h"

struct ha_generic_dpc {
    KDPC dpc;
    uint32_t signals;               /* that its routine is done, in the call under way */
};

struct ha_generic_call {
    uint32_t count, left;           /* processors, and those of them that are not done */
    uint32_t together;              /* have come to where all of them shall be */
    uint64_t meetings;
};

static void wait_for(struct ha_kernel *kernel, struct ha_object *object, const char *name)
{
    if (!object->id)
        ha_object_init(&kernel->world, object, name);
    object->set = false;
    ha_event_wait(&kernel->world, object);
}

static void wake(struct ha_kernel *kernel, struct ha_object *object)
{
    if (object->first_waiter)
        ha_event_set(&kernel->world, object);
}

/* Where the processors meet for the n-th time; from the last meeting but one all have gone. */
static const void *meeting(const struct ha_kernel *kernel, uint64_t n)
{
    return (const char *)&kernel->generic.meeting + n % 2;
}

/* False when the arena is full, which ends the run. */
static bool have_dpcs(struct ha_kernel *kernel)
{
    struct ha_generic_dpcs *generic = &kernel->generic;
    size_t size = kernel->world.partition.maximum * sizeof *generic->dpc;
    if (!generic->dpc)
        generic->dpc = ha_arena_lend(&kernel->world.host->arena, size);
    if (!generic->dpc)
        ha_sched_end(&kernel->world, HA_END_MEMORY);
    return generic->dpc != NULL;
}

static void send(struct ha_kernel *kernel, struct ha_generic_call *call, uint32_t index,
                 PKDEFERRED_ROUTINE routine, PVOID context)
{
    struct ha_place place = kernel->world.partition.place[index];
    struct ha_generic_dpc *own = &kernel->generic.dpc[index];
    own->signals = 0;
    ha_dpc_make(kernel, &own->dpc, routine, context);
    own->dpc.Number = (USHORT)(index + 1);
    own->dpc.SystemArgument1 = own->dpc.SystemArgument2 = call;
    ha_dpc_record_target(kernel, HA_RT_SET_TARGET_DPC_EX, &own->dpc,
                         (uint32_t)place.group << 16 | place.number, STATUS_SUCCESS);
    ha_dpc_insert(kernel, &own->dpc, kernel->world.sched.running->stamp.processor, 0);
}

/*
 * Call a routine as a DPC on every processor that takes threads, and wait until each has said with
 * KeSignalCallDpcDone() that it is done: a routine that does not is waited for without end.
 *
 *   Routine  called with a DPC of the kernel's, Context, and what the other two want
 *
 * IRQL: at most APC_LEVEL, refused above it. Another thread's call is waited for first.
 */
VOID KeGenericCallDpc(PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeGenericCallDpc");
    struct ha_generic_dpcs *generic = &kernel->generic;
    if (ha_kernel_is_above(kernel, APC_LEVEL, HA_RT_GENERIC_CALL_DPC))
        return;
    ha_spin_look(kernel, HA_RT_GENERIC_CALL_DPC);
    while (generic->now)
        wait_for(kernel, &generic->turn, "the end of KeGenericCallDpc");
    if (!have_dpcs(kernel))
        return;
    uint32_t count = kernel->world.partition.scheduled;
    struct ha_generic_call call = {.count = count, .left = count};
    ha_touch(&kernel->world, HA_TOUCH_PARTITION, HA_TOUCH_READ);
    generic->now = &call;
    ha_order_forget(&kernel->world, &generic->done);
    ha_order_forget(&kernel->world, meeting(kernel, 0));
    for (uint32_t i = 0; i < count; i++)
        send(kernel, &call, i, Routine, Context);
    while (call.left)
        wait_for(kernel, &generic->done, "KeSignalCallDpcDone on every processor");
    ha_order_take(&kernel->world, &generic->done);
    generic->now = NULL;
    wake(kernel, &generic->turn);
    ha_sched_point(&kernel->world);
}

/* The DPC that runs here in the call of that argument; otherwise the misuse has been recorded. */
static struct ha_generic_dpc *enter(struct ha_kernel *kernel, enum ha_routine routine,
                                    const void *argument)
{
    const struct ha_record *stamp = &kernel->world.sched.running->stamp;
    const struct ha_dpc_queue *queue = &kernel->dpcs.queue[stamp->processor];
    const struct ha_generic_call *call = kernel->generic.now;
    struct ha_generic_dpc *own = call ? &kernel->generic.dpc[stamp->processor] : NULL;
    if (stamp->irql < DISPATCH_LEVEL)
        ha_record_misuse(kernel, routine, HA_MISUSE_LOW_IRQL, 0, DISPATCH_LEVEL);
    if (call && argument == call && queue->running && queue->id == ha_dpc_id(&own->dpc))
        return own;
    ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
    return NULL;
}

/* Say that the routine is done on this processor. A second time is a misuse and nothing more. */
VOID KeSignalCallDpcDone(PVOID SystemArgument1)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSignalCallDpcDone");
    struct ha_generic_dpc *own = enter(kernel, HA_RT_SIGNAL_DPC_DONE, SystemArgument1);
    if (!own)
        return;
    if (own->signals++) {
        ha_record_misuse(kernel, HA_RT_SIGNAL_DPC_DONE, HA_MISUSE_LIMIT, 0, own->signals);
        return;
    }
    ha_order_give(&kernel->world, &kernel->generic.done);
    if (--kernel->generic.now->left == 0)
        wake(kernel, &kernel->generic.done);
}

/*
 * Wait until the routine has come here on every processor, which may be more than once.
 *
 * Returns TRUE on the processor that came last, FALSE on the others. Their waits keep everybody
 * out of their processors, so one that does not come is a deadlock.
 */
LOGICAL KeSignalCallDpcSynchronize(PVOID SystemArgument2)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSignalCallDpcSynchronize");
    struct ha_generic_call *call = kernel->generic.now;
    if (!enter(kernel, HA_RT_SIGNAL_DPC_SYNCHRONIZE, SystemArgument2))
        return FALSE;
    uint64_t meetings = call->meetings;
    ha_order_give(&kernel->world, meeting(kernel, meetings));
    if (++call->together == call->count) {
        ha_order_take(&kernel->world, meeting(kernel, meetings));
        ha_order_forget(&kernel->world, meeting(kernel, meetings + 1));
        call->together = 0;
        call->meetings++;
        wake(kernel, &kernel->generic.meeting);
        return TRUE;
    }
    while (call->meetings == meetings)
        wait_for(kernel, &kernel->generic.meeting, "KeSignalCallDpcSynchronize on every processor");
    ha_order_take(&kernel->world, meeting(kernel, meetings));
    return FALSE;
}
