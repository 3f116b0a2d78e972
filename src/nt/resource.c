/*
 * resource - see resource.h. Owns struct ha_resource and struct ha_resource_wait.
 *
 * The ERESOURCE shows what Windows would: counts of owners and waiters, and the owner that is
 * alone. What decides is kept here, because a driver may write over its structure, or never make
 * it, and because Windows' own table of owners is out of its reach, too.
 *
 * Who gives a resource back passes it on: there is no moment in which a third one could take it.
 */
#include "nt/resource.h"

#include "nt/caller.h"
#include "nt/dispatcher.h"
#include "nt/in_use.h"
#include "nt/leftovers.h"
#include "nt/ps_thread.h"
#include "nt/wait_graph.h"

/* ERESOURCE.Flag. Source: ReactOS, where it is ResourceOwnedExclusive. */
#define OWNED_EXCLUSIVE 0x80u

/* A wait under way; it lies on the stack of the thread that waits. */
struct ha_resource_wait {
    struct ha_resource_wait *next;
    struct ha_thread *thread;
    struct ha_resource_owner *owner;    /* what it will have of the resource */
    bool exclusive;
    struct ha_object turn;          /* set when it has it; what records and a deadlock name */
};

struct ha_resource *ha_resource_find(const struct ha_kernel *kernel, const ERESOURCE *place)
{
    struct ha_resource *resource = kernel->resources;
    while (resource && resource->place != place)
        resource = resource->older;
    return resource;
}

uint32_t ha_resource_waiters(const struct ha_resource *resource, bool exclusive)
{
    uint32_t count = 0;
    for (const struct ha_resource_wait *wait = resource->waits; wait; wait = wait->next)
        count += wait->exclusive == exclusive;
    return count;
}

void ha_resource_show(const struct ha_resource *resource)
{
    const struct ha_resource_owner *first = resource->owners;
    PERESOURCE place = resource->place;
    ULONG owners = 0;
    for (const struct ha_resource_owner *owner = first; owner; owner = owner->next)
        owners++;
    place->ActiveCount = (SHORT)owners;
    place->ActiveEntries = owners;
    place->Flag = resource->exclusive ? OWNED_EXCLUSIVE : 0;
    place->OwnerEntry.OwnerThread = resource->exclusive ? first->thread : 0;
    place->OwnerEntry.OwnerCount = (resource->exclusive ? first->count : 0) & 0x3fffffffu;
    place->ContentionCount = resource->contentions;
    place->NumberOfExclusiveWaiters = ha_resource_waiters(resource, true);
    place->NumberOfSharedWaiters = ha_resource_waiters(resource, false);
}

static void *take_memory(struct ha_kernel *kernel, size_t size)
{
    void *memory = ha_arena_take(&kernel->world.host->arena, size);
    if (!memory)
        ha_ps_no_memory(kernel);    /* neither making nor taking one can fail */
    return memory;
}

void ha_resource_make(struct ha_kernel *kernel, PERESOURCE place)
{
    struct ha_resource *resource = take_memory(kernel, sizeof *resource);
    *resource = (struct ha_resource){.older = kernel->resources, .place = place,
                                     .id = ha_kernel_introduce(kernel, "resource"),
                                     .driver = kernel->world.sched.running->stamp.driver};
    resource->made_at = ha_caller_place(kernel);
    kernel->resources = resource;
    ha_order_make(&kernel->world, place, sizeof *place);
    *place = (ERESOURCE){.ActiveCount = 0};
}

void ha_resource_forget(struct ha_kernel *kernel, struct ha_resource *resource)
{
    struct ha_resource **link = &kernel->resources;
    struct ha_resource_owner *owner;
    while (*link != resource)
        link = &(*link)->older;
    *link = resource->older;
    while ((owner = resource->owners) != NULL) {
        resource->owners = owner->next;
        ha_arena_give(&kernel->world.host->arena, owner, sizeof *owner);
    }
    ha_arena_give(&kernel->world.host->arena, resource, sizeof *resource);
}

struct ha_resource_owner *ha_resource_owner(const struct ha_resource *resource,
                                            const struct ha_thread *thread)
{
    struct ha_resource_owner *owner = resource->owners;
    while (owner && owner->thread != thread->stamp.thread)
        owner = owner->next;
    return owner;
}

uint32_t ha_resources_owned_by(const struct ha_kernel *kernel, const struct ha_thread *thread)
{
    uint32_t count = 0;
    for (const struct ha_resource *resource = kernel->resources; resource;
         resource = resource->older)
        count += ha_resource_owner(resource, thread) != NULL;
    return count;
}

bool ha_resource_is_open(const struct ha_resource *resource, enum ha_resource_way way)
{
    if (!resource->owners)
        return true;
    return !resource->exclusive && (way == HA_RESOURCE_STARVE ||
           (way == HA_RESOURCE_SHARED && !ha_resource_waiters(resource, true)));
}

/* NULL for one that has ended. */
static struct ha_thread *live(const struct ha_kernel *kernel, uint32_t id)
{
    struct ha_thread *thread = kernel->world.sched.first_live;
    while (thread && thread->stamp.thread != id)
        thread = thread->next_live;
    return thread;
}

static struct ha_resource *waited_for(const struct ha_kernel *kernel,
                                      const struct ha_thread *thread)
{
    for (struct ha_resource *resource = kernel->resources; resource; resource = resource->older)
        for (const struct ha_resource_wait *wait = resource->waits; wait; wait = wait->next)
            if (wait->thread == thread)
                return resource;
    return NULL;
}

bool ha_resources_keep_waiting(const struct ha_kernel *kernel, const struct ha_thread *waiter,
                               const struct ha_thread *owner)
{
    const struct ha_resource *resource = waited_for(kernel, waiter);
    return resource && ha_resource_owner(resource, owner);
}

/* The oldest owner, unless another one waits for who waits for them. */
static void name_holder(struct ha_kernel *kernel, const struct ha_resource *resource,
                        struct ha_resource_wait *wait)
{
    struct ha_thread *named = NULL;
    for (const struct ha_resource_owner *owner = resource->owners; owner; owner = owner->next) {
        struct ha_thread *thread = live(kernel, owner->thread);
        if (!named)
            named = thread;
        if (ha_wait_graph_leads_to(kernel, thread, wait->thread)) {
            named = thread;
            break;
        }
    }
    wait->turn.holder = named;
}

static void name_holders(struct ha_kernel *kernel, const struct ha_resource *resource)
{
    for (struct ha_resource_wait *wait = resource->waits; wait; wait = wait->next)
        name_holder(kernel, resource, wait);
}

void ha_resources_name_holders(struct ha_kernel *kernel)
{
    for (struct ha_resource *resource = kernel->resources; resource; resource = resource->older)
        name_holders(kernel, resource);
}

static void add_owner(struct ha_resource *resource, struct ha_resource_owner *owner,
                      bool exclusive)
{
    struct ha_resource_owner **last = &resource->owners;
    while (*last)
        last = &(*last)->next;
    *last = owner;
    resource->exclusive = exclusive;
}

/* The running thread waits until somebody passes the resource on to it. */
static void wait_in_turn(struct ha_kernel *kernel, struct ha_resource *resource,
                         struct ha_resource_owner *owner, bool exclusive)
{
    struct ha_resource_wait wait = {.thread = kernel->world.sched.running, .owner = owner,
                                    .exclusive = exclusive, .turn = {.id = resource->id}};
    struct ha_resource_wait **last = &resource->waits;
    while (*last)
        last = &(*last)->next;
    *last = &wait;
    resource->contentions++;
    name_holder(kernel, resource, &wait);
    ha_resource_show(resource);
    ha_event_wait(&kernel->world, &wait.turn);
}

void ha_resource_take(struct ha_kernel *kernel, struct ha_resource *resource,
                      enum ha_resource_way way, bool told)
{
    bool exclusive = way == HA_RESOURCE_EXCLUSIVE;
    struct ha_resource_owner *owner = take_memory(kernel, sizeof *owner);
    *owner = (struct ha_resource_owner){
        .thread = kernel->world.sched.running->stamp.thread, .count = 1,
        .number = ++kernel->resources_taken,
        .driver = kernel->world.sched.running->stamp.driver, .told = told};
    kernel->world.sched.running->disturbed = true;
    if (!ha_resource_is_open(resource, way)) {
        wait_in_turn(kernel, resource, owner, exclusive);
        ha_order_take_lock(&kernel->world, resource->place, !exclusive);
        return;
    }
    add_owner(resource, owner, exclusive);
    ha_order_take_lock(&kernel->world, resource->place, !exclusive);
    name_holders(kernel, resource);
    ha_resource_show(resource);
    if (kernel->record_locks)
        ha_record_open(&kernel->world, HA_LOCK_TAKEN, resource->id);
}

static void admit(struct ha_kernel *kernel, struct ha_resource *resource,
                  struct ha_resource_wait **link)
{
    struct ha_resource_wait *wait = *link;
    *link = wait->next;
    add_owner(resource, wait->owner, wait->exclusive);
    wait->turn.holder = wait->thread;
    ha_event_set(&kernel->world, &wait->turn);
}

static void admit_all_who_share(struct ha_kernel *kernel, struct ha_resource *resource)
{
    struct ha_resource_wait **link = &resource->waits;
    while (*link)
        if ((*link)->exclusive)
            link = &(*link)->next;
        else
            admit(kernel, resource, link);
}

/* The n-th of those who want to be alone. */
static void admit_alone(struct ha_kernel *kernel, struct ha_resource *resource, uint32_t n)
{
    struct ha_resource_wait **link = &resource->waits;
    while (!(*link)->exclusive || n-- > 0)
        link = &(*link)->next;
    admit(kernel, resource, link);
}

/*
 * Nobody owns it any more. After an owner that was alone it is ordinarily the turn of all who want
 * to share it, then and otherwise of the first who wants to be alone; the tape may say another.
 * Source: none of the WDK reference says in which order; ReactOS does it like that.
 */
static void pass_on(struct ha_kernel *kernel, struct ha_resource *resource)
{
    uint32_t sharing = resource->exclusive && ha_resource_waiters(resource, false);
    uint32_t options = sharing + ha_resource_waiters(resource, true);
    resource->exclusive = false;
    if (!options)
        return;
    uint32_t n = options > 1 ? ha_choose(&kernel->world, HA_CHOICE_THREAD, "lock", options) : 0;
    if (n < sharing)
        admit_all_who_share(kernel, resource);
    else
        admit_alone(kernel, resource, n - sharing);
}

void ha_resource_give(struct ha_kernel *kernel, struct ha_resource *resource,
                      struct ha_resource_owner *owner)
{
    struct ha_resource_owner **link = &resource->owners;
    while (*link != owner)
        link = &(*link)->next;
    *link = owner->next;
    ha_order_give_lock(&kernel->world, resource->place, !resource->exclusive);
    ha_arena_give(&kernel->world.host->arena, owner, sizeof *owner);
    if (kernel->record_locks)
        ha_record_open(&kernel->world, HA_LOCK_GIVEN, resource->id);
    if (!resource->owners)
        pass_on(kernel, resource);
    name_holders(kernel, resource);
    ha_resource_show(resource);
}

void ha_resource_share(struct ha_kernel *kernel, struct ha_resource *resource)
{
    resource->exclusive = false;
    ha_order_give_lock(&kernel->world, resource->place, false);
    admit_all_who_share(kernel, resource);
    name_holders(kernel, resource);
    ha_resource_show(resource);
}

uint32_t ha_resources_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    const struct ha_resource *resource = kernel->resources;
    while (resource && !ha_lies_in(resource->place, memory, size))
        resource = resource->older;
    return resource ? resource->id : 0;
}

void ha_resources_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    struct ha_resource *older;
    for (struct ha_resource *resource = kernel->resources; resource; resource = older) {
        older = resource->older;
        if (ha_lies_in(resource->place, memory, size))
            ha_resource_forget(kernel, resource);
    }
}

void ha_resources_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    struct ha_resource *older;
    for (struct ha_resource *resource = kernel->resources; resource; resource = older) {
        older = resource->older;
        if (resource->driver != driver->id)
            continue;
        ha_record_left(driver, HA_LEFT_RESOURCE, resource->id, resource->made_at);
        ha_resource_forget(kernel, resource);
    }
}

static void abandon(struct ha_kernel *kernel, struct ha_resource *resource,
                    struct ha_resource_owner *owner)
{
    owner->thread = 0;
    name_holders(kernel, resource);
}

void ha_resources_leave(struct ha_kernel *kernel, enum ha_routine routine, uint32_t taken,
                        uint16_t driver)
{
    struct ha_thread *self = kernel->world.sched.running;
    const uint16_t in_charge = self->stamp.driver;
    for (struct ha_resource *resource = kernel->resources; resource; resource = resource->older) {
        struct ha_resource_owner *owner = ha_resource_owner(resource, self);
        if (!owner || owner->number <= taken || (driver && owner->driver != driver))
            continue;
        self->stamp.driver = owner->driver;
        ha_record_misuse(kernel, routine, HA_MISUSE_HELD, resource->id, 0);
        abandon(kernel, resource, owner);
    }
    self->stamp.driver = in_charge;
}

void ha_resources_abandon(struct ha_kernel *kernel, const struct ha_thread *thread)
{
    for (struct ha_resource *resource = kernel->resources; resource; resource = resource->older) {
        struct ha_resource_owner *owner = ha_resource_owner(resource, thread);
        if (owner)
            abandon(kernel, resource, owner);
    }
}

void ha_resources_expose(struct ha_kernel *kernel, enum ha_routine routine)
{
    const struct ha_thread *self = kernel->world.sched.running;
    for (struct ha_resource *resource = kernel->resources; resource; resource = resource->older) {
        struct ha_resource_owner *owner = ha_resource_owner(resource, self);
        if (!owner || owner->told)
            continue;
        ha_record_misuse(kernel, routine, HA_MISUSE_EXPOSED, resource->id, 0);
        owner->told = true;
    }
}
