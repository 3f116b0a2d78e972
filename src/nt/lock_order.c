/*
 * lock_order - see lock_order.h
 *
 * Owns struct ha_lock_order. Each pair of what a thread has and what it wants is recorded once for
 * each of the first two threads, and again when one of the locks that it had besides, which may
 * keep both orders apart, was not there this time.
 */
#include "nt/lock_order.h"

#include "nt/caller.h"
#include "nt/dispatcher.h"
#include "nt/locks.h"
#include "nt/pnp_entry.h"
#include "nt/registration.h"
#include "nt/shared_lock.h"

#define MOST_HELD 16u
#define MOST_ORDERS 1024u       /* a driver with more has a lock for each of very many things */
#define OTHERS HA_LOCK_ORDER_OTHERS

struct held {
    enum ha_namespace space;
    uint32_t id;
    bool shared;
};

struct holding {
    struct held held[MOST_HELD];
    uint32_t count;
};

struct ha_lock_order {
    struct ha_lock_order *next;
    struct held held, wanted;
    uint32_t thread;                /* the first, and whether there was another one */
    bool by_another;
    uint32_t other[OTHERS];         /* locks that were always there besides; 0: no more */
};

static void add(struct holding *holding, enum ha_namespace space, uint32_t id, bool shared)
{
    if (holding->count < MOST_HELD)
        holding->held[holding->count++] = (struct held){space, id, shared};
}

static void add_sort(struct ha_kernel *kernel, struct holding *holding, enum ha_lock_sort sort)
{
    const struct ha_locks *locks = &kernel->world.sched.running->locks[sort];
    for (uint32_t i = 0; i < locks->known; i++) {
        void *place = locks->place[i];
        bool shared = false;
        uint32_t id;
        if (sort == HA_SPIN_LOCKS)
            id = ha_spin_id(kernel, place);
        else if (sort == HA_FAST_MUTEXES)
            id = ha_dispatcher_id(&((const FAST_MUTEX *)place)->Event.Header);
        else
            id = ha_shared_id(kernel, sort, place, &shared);
        add(holding, HA_NS_OBJECT, id, shared);
    }
}

/* A call that the thread is inside, for whoever removes what is called. */
static void add_calls(const struct ha_kernel *kernel, struct holding *holding)
{
    const struct ha_thread *thread = kernel->world.sched.running;
    bool each = ha_kernel_knob(kernel, HA_KNOB_DEREG_WAIT) == HA_DEREG_PER_CALL;
    if (kernel->lock.holder == thread)
        add(holding, HA_NS_OBJECT, kernel->lock.id, false);
    for (const struct ha_callout *call = thread->callout; call; call = call->outer) {
        if (call->inside && (call->inside->of_object || each))
            add(holding, HA_NS_REGISTRATION, call->inside->link.id, false);
        if (call->client)
            add(holding, HA_NS_REGISTRATION, call->client->link.id, false);
        if (call->notified)
            add(holding, HA_NS_ENTRY, call->notified->link.id, false);
    }
}

static void look_at_thread(struct ha_kernel *kernel, struct holding *holding)
{
    const struct ha_thread *thread = kernel->world.sched.running;
    add_calls(kernel, holding);
    for (int sort = 0; sort < HA_LOCK_SORTS; sort++)
        add_sort(kernel, holding, (enum ha_lock_sort)sort);
    for (const struct ha_owned *owned = thread->mutants; owned; owned = owned->older)
        add(holding, HA_NS_OBJECT, owned->id, false);
    for (const struct ha_resource *resource = kernel->resources; resource;
         resource = resource->older)
        if (ha_resource_owner(resource, thread))
            add(holding, HA_NS_OBJECT, resource->id, !resource->exclusive);
}

static bool same(const struct held *a, const struct held *b)
{
    return a->id == b->id && a->space == b->space;
}

/* What the thread has alone besides a lock: others that do so as well wait for it before. */
static void list_others(const struct holding *holding, const struct held *but,
                        uint32_t other[OTHERS])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < holding->count && count < OTHERS; i++) {
        const struct held *held = &holding->held[i];
        if (!same(held, but) && held->space == HA_NS_OBJECT && !held->shared)
            other[count++] = held->id;
    }
}

static bool lists(const uint32_t other[OTHERS], uint32_t id)
{
    uint32_t i = 0;
    while (i < OTHERS && other[i] != id)
        i++;
    return i < OTHERS;
}

/* Keep those that are in both lists. Returns whether one was in the first alone. */
static bool keep_common(uint32_t kept[OTHERS], const uint32_t other[OTHERS])
{
    uint32_t count = 0, before = 0;
    while (before < OTHERS && kept[before]) {
        uint32_t id = kept[before++];
        if (lists(other, id))
            kept[count++] = id;
    }
    for (uint32_t i = count; i < before; i++)
        kept[i] = 0;
    return count < before;
}

static struct ha_lock_order **list_of(struct ha_kernel *kernel, const struct held *held,
                                      const struct held *wanted)
{
    return &kernel->orders.list[(held->id * 31u + wanted->id) % HA_LOCK_ORDER_LISTS];
}

static struct ha_lock_order *find(struct ha_lock_order *order, const struct held *held,
                                  const struct held *wanted)
{
    while (order && !(same(&order->held, held) && order->held.shared == held->shared &&
                      same(&order->wanted, wanted) && order->wanted.shared == wanted->shared))
        order = order->next;
    return order;
}

/* Whether there is something new to say of an order, which is known from now on. */
static bool is_news(struct ha_kernel *kernel, const struct held *held, const struct held *wanted,
                    const uint32_t other[OTHERS])
{
    uint32_t thread = kernel->world.sched.running->stamp.thread;
    struct ha_lock_order **list = list_of(kernel, held, wanted);
    struct ha_lock_order *order = find(*list, held, wanted);
    if (order) {
        bool is_another = order->thread != thread && !order->by_another;
        order->by_another |= is_another;
        return keep_common(order->other, other) || is_another;
    }
    if (kernel->orders.count == MOST_ORDERS)
        return false;
    order = ha_arena_take(&kernel->world.host->arena, sizeof *order);
    if (!order)
        return false;
    *order = (struct ha_lock_order){.next = *list, .held = *held, .wanted = *wanted,
                                    .thread = thread};
    for (uint32_t i = 0; i < OTHERS; i++)
        order->other[i] = other[i];
    *list = order;
    kernel->orders.count++;
    return true;
}

void ha_lock_order_look(struct ha_kernel *kernel, enum ha_namespace space, uint32_t id,
                        bool shared)
{
    const struct held wanted = {space, id, shared};
    struct holding holding = {.count = 0};
    look_at_thread(kernel, &holding);
    for (uint32_t i = 0; i < holding.count; i++)
        if (same(&holding.held[i], &wanted))
            return;                 /* it has it already */
    for (uint32_t i = 0; i < holding.count; i++) {
        const struct held *held = &holding.held[i];
        uint32_t other[OTHERS] = {0};
        list_others(&holding, held, other);
        if (!is_news(kernel, held, &wanted, other))
            continue;
        uint32_t place = ha_caller_place(kernel);
        struct ha_record *record = ha_record_open(&kernel->world, HA_LOCK_ORDER, id);
        record->as.lock_order.place = place;
        record->as.lock_order.space = (uint8_t)space;
        record->as.lock_order.shared = shared;
        record->as.lock_order.held = held->id;
        record->as.lock_order.held_space = (uint8_t)held->space;
        record->as.lock_order.held_shared = held->shared;
        for (uint32_t n = 0; n < OTHERS; n++)
            record->as.lock_order.other[n] = other[n];
    }
}
