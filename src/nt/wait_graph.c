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

static void find(struct ha_thread *thread, struct ha_thread **last)
{
    if (thread->seen)
        return;
    thread->seen = true;
    thread->next_seen = NULL;
    (*last)->next_seen = thread;
    *last = thread;
}

/* Each thread is found once, so this ends; and without recursion, as stacks are small. */
bool ha_wait_graph_leads_to(struct ha_kernel *kernel, struct ha_thread *thread,
                            const struct ha_thread *other)
{
    struct ha_thread *first_live = kernel->world.sched.first_live, *last = thread;
    for (struct ha_thread *any = first_live; any; any = any->next_live)
        any->seen = any == thread;
    if (thread)
        thread->next_seen = NULL;
    for (; thread && thread != other; thread = thread->next_seen)
        for (struct ha_thread *any = first_live; any && thread->waits_for; any = any->next_live)
            if (waits_for(kernel, thread, any))
                find(any, &last);
    return thread != NULL;
}

void ha_wait_graph_name_holders(struct ha_world *world)
{
    struct ha_kernel *kernel = (struct ha_kernel *)(void *)world;
    ha_resources_name_holders(kernel);
    ha_shared_name_holders(kernel);
}
