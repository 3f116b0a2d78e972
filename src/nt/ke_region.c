/*
 * ke_region - critical regions, in which a thread gets no normal kernel APCs
 *
 * No APC comes to a thread here: what counts is how often it has entered and left (CTX-7).
 * Source of each: WDK reference, wdm.h or ntddk.h, the page of its name. IRQL: at most APC_LEVEL.
 */
#include "nt/region.h"
#include "nt/resource.h"

bool ha_region_change(struct ha_kernel *kernel, enum ha_routine routine, bool enters)
{
    struct ha_thread *thread = kernel->world.sched.running;
    if (thread->stamp.regions == (enters ? UINT8_MAX : 0)) {
        ha_record_misuse(kernel, routine, HA_MISUSE_LIMIT, 0, thread->stamp.regions);
        return false;
    }
    thread->stamp.regions = (uint8_t)(thread->stamp.regions + (enters ? 1 : -1));
    thread->disturbed = true;
    if (!enters)
        ha_resources_look(kernel, routine);
    return true;
}

/* Enter a critical region, once more if the thread is in one. 256 times are a misuse. */
VOID KeEnterCriticalRegion(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeEnterCriticalRegion");
    ha_kernel_check_irql(kernel, HA_RT_ENTER_REGION, APC_LEVEL);
    ha_region_change(kernel, HA_RT_ENTER_REGION, true);
}

/* Leave a critical region. To leave one without having entered it is a misuse. */
VOID KeLeaveCriticalRegion(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeLeaveCriticalRegion");
    ha_kernel_check_irql(kernel, HA_RT_LEAVE_REGION, APC_LEVEL);
    ha_region_change(kernel, HA_RT_LEAVE_REGION, false);
}

/* Whether the thread is in a critical region, or has a mutex, which is as good as one. */
BOOLEAN KeAreApcsDisabled(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeAreApcsDisabled");
    return kernel->world.sched.running->stamp.regions != 0;
}
