/*
 * ke_irql - the IRQL of the calling thread: KeGetCurrentIrql, KeRaiseIrql, KeLowerIrql
 *
 * Microsoft's headers make macros of the last two; the pages document routines, and drivers take
 * the address of those. A change shows in the IRQL of the records that follow, and nowhere else.
 */
#include "nt/query.h"

static KIRQL current_irql(const struct ha_kernel *kernel)
{
    return kernel->world.sched.running->stamp.irql;
}

/*
 * The IRQL of the calling thread. Any IRQL.
 *
 * Source: WDK reference, wdm.h, KeGetCurrentIrql.
 */
KIRQL KeGetCurrentIrql(VOID)
{
    struct ha_kernel *kernel = ha_kernel_enter(ha_routine_name(HA_RT_CURRENT_IRQL));
    KIRQL irql = current_irql(kernel);
    ha_query_record(kernel, HA_RT_CURRENT_IRQL, 0, irql, 0);
    return irql;
}

/*
 * Raise the IRQL of the calling thread. From DISPATCH_LEVEL on it has its processor for itself.
 *
 *   NewIrql  not below the current one
 *   OldIrql  gets the IRQL before the call, for KeLowerIrql()
 *
 * Source: WDK reference, wdm.h, KeRaiseIrql. Any IRQL.
 * Our choice, not documented: where Windows stops the system, for a lower IRQL or one above
 * HIGH_LEVEL, the IRQL stays as it is and the misuse is recorded.
 */
VOID KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql)
{
    struct ha_kernel *kernel = ha_kernel_enter(ha_routine_name(HA_RT_RAISE_IRQL));
    KIRQL irql = current_irql(kernel);
    *OldIrql = irql;
    if (NewIrql < irql || NewIrql > HIGH_LEVEL)
        ha_record_misuse(kernel, HA_RT_RAISE_IRQL, HA_MISUSE_IRQL_ORDER, 0, NewIrql);
    else
        ha_thread_set_irql(kernel->world.sched.running, NewIrql);
}

/*
 * Lower the IRQL of the calling thread. Threads that it kept from its processor may run at once.
 *
 *   NewIrql  not above the current one; what KeRaiseIrql() gave
 *
 * Source: WDK reference, wdm.h, KeLowerIrql. Any IRQL.
 * Our choice, not documented: where Windows stops the system, for a higher IRQL, it stays as it
 * is and the misuse is recorded.
 */
VOID KeLowerIrql(KIRQL NewIrql)
{
    struct ha_thread *thread = ha_kernel_caller(ha_routine_name(HA_RT_LOWER_IRQL));
    struct ha_kernel *kernel = ha_kernel_of(thread);
    if (NewIrql > thread->stamp.irql)
        ha_record_misuse(kernel, HA_RT_LOWER_IRQL, HA_MISUSE_IRQL_ORDER, 0, NewIrql);
    else
        ha_thread_set_irql(thread, NewIrql);
    ha_sched_point(&kernel->world);
}
