/* in_use - see in_use.h. Owns the order in which the owners of queues and waits are asked. */
#include "nt/in_use.h"

#include "nt/dispatcher.h"
#include "nt/dpc.h"
#include "nt/locks.h"
#include "nt/lookaside.h"
#include "nt/remove_lock.h"
#include "nt/resource.h"
#include "nt/work.h"

bool ha_in_use(struct ha_kernel *kernel, const void *memory, size_t size, enum ha_routine routine)
{
    uint32_t id = 0;
    enum ha_left what = HA_LEFT_NOTHING;
    if (kernel->waits)
        id = ha_waits_find(kernel, memory, size);
    if (!id && kernel->mutants)
        id = ha_mutants_find(kernel, memory, size);
    if (!id && kernel->rundowns)
        id = ha_rundowns_find(kernel, memory, size);
    if (!id && kernel->resources)
        id = ha_resources_find(kernel, memory, size);
    if (!id && kernel->remove_holds)
        id = ha_remove_locks_find(kernel, memory, size);
    if (!id && kernel->locks)
        id = ha_fast_mutex_find(kernel, memory, size);
    if (!id && (kernel->locks || kernel->spinning))
        id = ha_spin_find(kernel, memory, size);
    if (!id && (kernel->locks || kernel->sharing))
        id = ha_shared_find(kernel, memory, size);
    if (!id && kernel->timers)
        id = ha_timers_find(kernel, memory, size);
    if (!id && kernel->dpcs.queued && ha_dpcs_find(kernel, memory, size))
        what = HA_LEFT_DPC;
    if (!id && kernel->work.first && ha_work_lies_in(kernel, memory, size))
        what = HA_LEFT_WORK_ITEM;
    if (!id && kernel->lookasides && ha_lookasides_lie_in(kernel, memory, size))
        what = HA_LEFT_LOOKASIDE_LIST;
    if (!id && !what)
        return false;
    ha_record_misuse(kernel, routine, HA_MISUSE_IN_USE, id, what);
    return true;
}

void ha_in_use_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    ha_waits_take_out(kernel, memory, size);
    ha_mutants_take_out(kernel, memory, size);
    ha_rundowns_take_out(kernel, memory, size);
    ha_resources_take_out(kernel, memory, size);
    ha_remove_locks_take_out(kernel, memory, size);
    ha_locks_take_out(kernel, memory, size);
    ha_timers_take_out(kernel, memory, size);
    ha_dpcs_take_out(kernel, memory, size);
    ha_work_take_out(kernel, memory, size);
    ha_lookasides_take_out(kernel, memory, size);
}
