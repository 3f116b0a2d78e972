/* dispatcher_take - what an object that threads wait for gives to one of them, and who has it */
#include "nt/dispatcher.h"
#include "nt/locks.h"

static PKMUTANT mutant_of(PDISPATCHER_HEADER header)
{
    return (PKMUTANT)(void *)header;
}

static PFAST_MUTEX fast_mutex_of(PDISPATCHER_HEADER header)
{
    return CONTAINING_RECORD(header, FAST_MUTEX, Event.Header);
}

struct ha_thread *ha_dispatcher_holder(const struct ha_kernel *kernel, PDISPATCHER_HEADER header)
{
    struct ha_thread *thread = kernel->world.sched.first_live;
    switch (header->Type) {
    case HA_OBJECT_MUTANT:
        return ha_mutant_owner(kernel, mutant_of(header));
    case HA_OBJECT_FAST_MUTEX:
    case HA_OBJECT_GUARDED_MUTEX:
        while (thread && fast_mutex_of(header)->Owner != ha_dispatcher_owner(thread))
            thread = thread->next_live;
        return thread;
    default:
        return NULL;
    }
}

bool ha_dispatcher_is_free_for(PDISPATCHER_HEADER header, const struct ha_thread *thread)
{
    return header->SignalState > 0 || (header->Type == HA_OBJECT_MUTANT &&
                                       mutant_of(header)->OwnerThread == (const void *)thread);
}

NTSTATUS ha_dispatcher_take(PDISPATCHER_HEADER header, struct ha_thread *thread)
{
    PKMUTANT mutant = mutant_of(header);
    switch (header->Type) {
    case HA_OBJECT_SYNCHRONIZATION_TIMER:
        header->SignalState = 0;
        ha_timer_taken(ha_kernel_of(thread), (PKTIMER)(void *)header);
        return STATUS_SUCCESS;
    case HA_OBJECT_SYNCHRONIZATION_EVENT:
        header->SignalState = 0;
        return STATUS_SUCCESS;
    case HA_OBJECT_FAST_MUTEX:
    case HA_OBJECT_GUARDED_MUTEX:
        header->SignalState = 0;
        fast_mutex_of(header)->Owner = ha_dispatcher_owner(thread);
        ha_locks_add(thread, HA_FAST_MUTEXES, fast_mutex_of(header));
        return STATUS_SUCCESS;
    case HA_OBJECT_SEMAPHORE:
        header->SignalState--;
        return STATUS_SUCCESS;
    case HA_OBJECT_MUTANT:
        if (mutant->OwnerThread) {
            header->SignalState--;          /* once more by its owner */
            return STATUS_SUCCESS;
        }
        ha_mutant_own(mutant, thread);
        if (!mutant->Abandoned)
            return STATUS_SUCCESS;
        mutant->Abandoned = FALSE;
        return STATUS_ABANDONED;
    default:
        return STATUS_SUCCESS;
    }
}
