/* wait_graph - see wait_graph.h. Owns the search from a thread to those that it waits for. */
#include "nt/wait_graph.h"

#include "nt/resource.h"
#include "nt/shared_lock.h"

static bool waits_for(const struct ha_kernel *kernel, const struct ha_thread *waiter,
                      const struct ha_thread *holder)
{
    return waiter->waits_for->holder == holder || waiter->waits_on == holder ||
           ha_resources_keep_waiting(kernel, waiter, holder) ||
           ha_shared_keeps_waiting(kernel, waiter, holder);
}

/* Each thread is gone through once, so this ends. */
static bool search(struct ha_kernel *kernel, struct ha_thread *thread,
                   const struct ha_thread *other)
{
    if (thread == other)
        return true;
    if (thread->seen || !thread->waits_for)
        return false;
    thread->seen = true;
    struct ha_thread *holder = kernel->world.sched.first_live;
    while (holder && !(waits_for(kernel, thread, holder) && search(kernel, holder, other)))
        holder = holder->next_live;
    return holder != NULL;
}

bool ha_wait_graph_leads_to(struct ha_kernel *kernel, struct ha_thread *thread,
                            const struct ha_thread *other)
{
    for (struct ha_thread *any = kernel->world.sched.first_live; any; any = any->next_live)
        any->seen = false;
    return thread && search(kernel, thread, other);
}

void ha_wait_graph_name_holders(struct ha_world *world)
{
    struct ha_kernel *kernel = (struct ha_kernel *)(void *)world;
    ha_resources_name_holders(kernel);
    ha_shared_name_holders(kernel);
}
