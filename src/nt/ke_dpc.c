/*
 * ke_dpc - deferred procedure calls as drivers see them
 *
 * Source of each: WDK reference, wdm.h or ntddk.h, the page of its name.
 */
#include "nt/dpc.h"
#include "nt/query.h"

static uint16_t here(const struct ha_kernel *kernel)
{
    return kernel->world.sched.running->stamp.processor;
}

static void make(struct ha_kernel *kernel, PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context)
{
    ha_order_make(&kernel->world, dpc, sizeof *dpc);
    ha_dpc_make(kernel, dpc, routine, context);
}

/* As ha_dpc_is_made(), of one that the caller uses now. */
static bool is_made(struct ha_kernel *kernel, PKDPC dpc, enum ha_routine routine)
{
    if (dpc)
        ha_order_use(&kernel->world, dpc);
    return ha_dpc_is_made(kernel, dpc, routine);
}

/*
 * Make a DPC, which belongs to the driver that is in charge now.
 *
 *   DeferredRoutine  called at DISPATCH_LEVEL with the DPC, DeferredContext, and what
 *                    KeInsertQueueDpc() was given; without one it cannot be queued
 *
 * Any IRQL. One that is queued is a misuse and stays as it is.
 */
VOID KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeInitializeDpc");
    uint32_t queued = ha_dpcs_find(kernel, Dpc, sizeof *Dpc);
    if (queued)
        ha_record_misuse(kernel, HA_RT_INITIALIZE_DPC, HA_MISUSE_IN_USE, queued, 0);
    else
        make(kernel, Dpc, DeferredRoutine, DeferredContext);
}

/*
 * Make a threaded DPC. Windows runs it on a thread at PASSIVE_LEVEL, or, where threaded DPCs are
 * switched off, as it runs any other: that is what happens here, which is our choice.
 */
VOID KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine,
                             PVOID DeferredContext)
{
    KeInitializeDpc(Dpc, DeferredRoutine, DeferredContext);
}

/* Say how soon a DPC shall run: one of HighImportance goes ahead of its queue. Any IRQL. */
VOID KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetImportanceDpc");
    if (is_made(kernel, Dpc, HA_RT_SET_IMPORTANCE_DPC))
        Dpc->Importance = (UCHAR)Importance;
}

/* Let the DPC run on the processor at a place. False when no index belongs to that. */
static bool set_target(struct ha_kernel *kernel, PKDPC dpc, uint32_t group, uint32_t number)
{
    ha_touch(&kernel->world, HA_TOUCH_PARTITION, HA_TOUCH_READ);
    if (!ha_query_is_mapped(kernel, group, number))
        return false;
    dpc->Number = (USHORT)(kernel->world.partition.group[group].index[number] + 1);
    return true;
}

/*
 * Let a DPC run on one processor from now on; where it is queued it stays (QRY-21).
 *
 *   ProcNumber  an active processor, or one that is coming and that the conversions know (QRY-15)
 *
 * Returns STATUS_SUCCESS, or STATUS_INVALID_PARAMETER; that also for a DPC that was never
 * initialised, which is a misuse. Any IRQL.
 */
NTSTATUS KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetTargetProcessorDpcEx");
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    if (!is_made(kernel, Dpc, HA_RT_SET_TARGET_DPC_EX))
        return status;
    if (set_target(kernel, Dpc, ProcNumber->Group, ProcNumber->Number))
        status = STATUS_SUCCESS;
    ha_dpc_record_target(kernel, HA_RT_SET_TARGET_DPC_EX, Dpc,
                         (uint32_t)ProcNumber->Group << 16 | ProcNumber->Number, status);
    return status;
}

/*
 * The same for a processor of group 0 by its number. One that is not below the number of active
 * processors there changes nothing (QRY-21). Any IRQL.
 */
VOID KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetTargetProcessorDpc");
    if (!is_made(kernel, Dpc, HA_RT_SET_TARGET_DPC))
        return;
    uint32_t number = (UCHAR)Number;
    bool known = number < ha_query_bits(kernel->world.partition.group[0].active_mask) &&
                 set_target(kernel, Dpc, 0, number);
    ha_dpc_record_target(kernel, HA_RT_SET_TARGET_DPC, Dpc, number,
                         known ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
}

/*
 * Queue a DPC to its target, or to the processor of the caller. It runs there at once when that is
 * the caller's and its IRQL is below DISPATCH_LEVEL; elsewhere when that processor comes to it; on
 * one that takes no threads yet when it has come (QRY-23).
 *
 * Returns TRUE, or FALSE for a DPC that is queued already; that changes nothing. Any IRQL.
 */
BOOLEAN KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeInsertQueueDpc");
    if (!is_made(kernel, Dpc, HA_RT_INSERT_DPC))
        return FALSE;
    if (!ha_dpc_is_queued(kernel, Dpc)) {
        Dpc->SystemArgument1 = SystemArgument1;
        Dpc->SystemArgument2 = SystemArgument2;
    }
    bool queued = ha_dpc_insert(kernel, Dpc, here(kernel), 0);
    ha_sched_point(&kernel->world);
    return queued;
}

/* Who takes a DPC out comes after who queued it, and has what that left to the DPC. */
static bool take_out(struct ha_kernel *kernel, PKDPC dpc)
{
    if (!ha_dpc_remove(kernel, dpc, HA_DPC_BY_DRIVER))
        return false;
    ha_order_take(&kernel->world, dpc);
    ha_order_take(&kernel->world, ha_order_of_timers(dpc));
    return true;
}

/* Take a DPC out of its queue. Returns TRUE when it was in one. Any IRQL. */
BOOLEAN KeRemoveQueueDpc(PRKDPC Dpc)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeRemoveQueueDpc");
    return is_made(kernel, Dpc, HA_RT_REMOVE_DPC) && take_out(kernel, Dpc);
}

/*
 * The same; and wait until no DPC that was inserted before still runs.
 *
 *   WaitIfActive  TRUE only at PASSIVE_LEVEL; above it nothing is waited for, as a fact
 */
BOOLEAN KeRemoveQueueDpcEx(PRKDPC Dpc, BOOLEAN WaitIfActive)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeRemoveQueueDpcEx");
    if (!is_made(kernel, Dpc, HA_RT_REMOVE_DPC))
        return FALSE;
    bool removed = take_out(kernel, Dpc);
    if (WaitIfActive && kernel->world.sched.running->stamp.irql > PASSIVE_LEVEL)
        ha_record_refused(kernel, HA_RT_REMOVE_DPC, HA_REASON_IRQL);
    else if (WaitIfActive)
        ha_dpcs_wait_for(kernel, Dpc);
    return removed;
}

/*
 * Wait until every DPC that is queued now has run; not for those whose processor has not come.
 *
 * IRQL: PASSIVE_LEVEL; above it nothing is waited for, as a fact.
 */
VOID KeFlushQueuedDpcs(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeFlushQueuedDpcs");
    if (kernel->world.sched.running->stamp.irql > PASSIVE_LEVEL)
        ha_record_refused(kernel, HA_RT_FLUSH_DPCS, HA_REASON_IRQL);
    else
        ha_dpcs_flush(kernel);
    ha_sched_point(&kernel->world);
}
