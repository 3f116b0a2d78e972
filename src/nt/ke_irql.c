/*
 * ke_irql - the IRQL of the calling thread: asked for, raised, lowered; and paged code
 *
 * Microsoft's headers make macros of KeRaiseIrql and KeLowerIrql; the pages document routines, and
 * drivers take the address of those. A change shows in the IRQL of the records that follow, and
 * nowhere else.
 */
#include "nt/locks.h"
#include "nt/query.h"
#include "nt/resource.h"

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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter(ha_routine_name(HA_RT_CURRENT_IRQL));
    KIRQL irql = current_irql(kernel);
    ha_query_record(kernel, HA_RT_CURRENT_IRQL, 0, irql, 0);
    return irql;
}

/* Where Windows stops the system the IRQL stays, with a misuse. Returns the old one. */
static KIRQL raise_to(struct ha_kernel *kernel, KIRQL irql)
{
    KIRQL old = current_irql(kernel);
    if (irql < old || irql > HIGH_LEVEL)
        ha_record_misuse(kernel, HA_RT_RAISE_IRQL, HA_MISUSE_IRQL_ORDER, 0, irql);
    else
        ha_thread_set_irql(kernel->world.sched.running, irql);
    return old;
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
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter(ha_routine_name(HA_RT_RAISE_IRQL));
    *OldIrql = raise_to(kernel, NewIrql);
}

/*
 * Raise the IRQL of the calling thread to DISPATCH_LEVEL.
 *
 * Returns the IRQL before the call, for KeLowerIrql(). IRQL: at most DISPATCH_LEVEL; from above
 * it, as KeRaiseIrql(). In records it goes by that name.
 *
 * Source: WDK reference, wdm.h, KeRaiseIrqlToDpcLevel.
 */
KIRQL KeRaiseIrqlToDpcLevel(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeRaiseIrqlToDpcLevel");
    return raise_to(kernel, DISPATCH_LEVEL);
}

void ha_irql_lower(struct ha_kernel *kernel, KIRQL irql, enum ha_routine routine)
{
    struct ha_thread *thread = kernel->world.sched.running;
    if (irql > thread->stamp.irql || irql < thread->lowest) {
        ha_record_misuse(kernel, routine, HA_MISUSE_IRQL_ORDER, 0, irql);
        return;
    }
    if (irql < DISPATCH_LEVEL)
        ha_spin_look(kernel, routine);
    if (irql == thread->stamp.irql)
        return;
    ha_thread_set_irql(thread, irql);
    ha_resources_look(kernel, routine);
}

/*
 * Lower the IRQL of the calling thread. Threads that it kept from its processor may run at once.
 *
 *   NewIrql  not above the current one; what KeRaiseIrql() gave
 *
 * Source: WDK reference, wdm.h, KeLowerIrql. Any IRQL.
 * Our choice, not documented: where Windows stops the system, for a higher IRQL or in a DPC or
 * broadcast for one below that at which it was called, it stays as it is and the misuse is
 * recorded. With a spin lock held it is a misuse to fall below DISPATCH_LEVEL, and done.
 */
VOID KeLowerIrql(KIRQL NewIrql)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside(ha_routine_name(HA_RT_LOWER_IRQL));
    ha_irql_lower(kernel, NewIrql, HA_RT_LOWER_IRQL);
    ha_sched_point(&kernel->world);
}

/* Code that may be paged out is reached at APC_LEVEL at most. Source: WDK reference, PAGED_CODE. */
void ha_paged_code(void)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_if_any();
    if (kernel && kernel->world.sched.running->stamp.irql > APC_LEVEL)
        ha_record_misuse(kernel, HA_RT_PAGED_CODE, HA_MISUSE_PAGED_CODE, 0, 0);
}
