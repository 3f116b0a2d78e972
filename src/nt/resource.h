/*
 * resource - who owns a resource, who waits for it, and who has it next
 *
 * A resource is the ERESOURCE of a driver from the moment that it is made until it is deleted; in
 * between Windows keeps it in a list of all resources, and so does the kernel here.
 */
#ifndef HA_NT_RESOURCE_H
#define HA_NT_RESOURCE_H

#include "nt/kernel.h"

/* How a thread comes to own one. */
enum ha_resource_way {
    HA_RESOURCE_EXCLUSIVE,
    HA_RESOURCE_SHARED,             /* behind who waits to be alone */
    HA_RESOURCE_STARVE              /* shared, and ahead of them */
};

struct ha_resource_owner {
    struct ha_resource_owner *next;
    uint32_t thread;                /* 0 when it has ended: nobody gives the resource back */
    uint32_t count;                 /* how often it has taken it */
    uint32_t number;                /* of the first time, by kernel->resources_taken */
    uint16_t driver;                /* in charge then */
    bool told;                      /* that APCs were not disabled, as they must be */
};

struct ha_resource_wait;
struct ha_resource {
    struct ha_resource *older;
    PERESOURCE place;
    uint32_t id;
    uint32_t made_at;               /* in its driver's code */
    uint16_t driver;
    bool exclusive;                 /* its one owner is alone */
    struct ha_resource_owner *owners;       /* who came first first, as the next */
    struct ha_resource_wait *waits;
    uint32_t contentions;
};

/* The resource that was made there and not deleted; NULL when there is none. */
struct ha_resource *ha_resource_find(const struct ha_kernel *kernel, const ERESOURCE *place);

/* One that nobody owns, in memory where there is none. Ends the run when the arena is full. */
void ha_resource_make(struct ha_kernel *kernel, PERESOURCE place);
/* It is no resource any more. Who waits for it waits for ever. */
void ha_resource_forget(struct ha_kernel *kernel, struct ha_resource *resource);

/* The count of an owner was changed: bring the structure of the driver up to date. */
void ha_resource_show(const struct ha_resource *resource);

/* What a thread has of it; NULL for nothing. */
struct ha_resource_owner *ha_resource_owner(const struct ha_resource *resource,
                                            const struct ha_thread *thread);
uint32_t ha_resource_waiters(const struct ha_resource *resource, bool exclusive);
/* Whether a thread that has nothing of it may take it now. */
bool ha_resource_is_open(const struct ha_resource *resource, enum ha_resource_way way);

/*
 * The running thread, which has nothing of it or waits for itself, takes it: at once if it is
 * open, otherwise after a wait. `told` is for its owner.
 */
void ha_resource_take(struct ha_kernel *kernel, struct ha_resource *resource,
                      enum ha_resource_way way, bool told);
/* An owner has it no more; who waits may have it now. */
void ha_resource_give(struct ha_kernel *kernel, struct ha_resource *resource,
                      struct ha_resource_owner *owner);
/* Its owner, which was alone, shares it from now on, also with those who wait for that. */
void ha_resource_share(struct ha_kernel *kernel, struct ha_resource *resource);

/* A resource in some memory of a driver: its id, 0 when there is none. */
uint32_t ha_resources_find(const struct ha_kernel *kernel, const void *memory, size_t size);
/* Forget those in some memory, which becomes something else. */
void ha_resources_take_out(struct ha_kernel *kernel, const void *memory, size_t size);
/* Record and forget those that a driver has not deleted. */
void ha_resources_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/*
 * Code of a driver, of any with 0, ends on the running thread. What it has taken since so many were
 * taken is recorded, as a misuse of the routine that it ends by, and is nobody's and never free
 * again.
 */
void ha_resources_leave(struct ha_kernel *kernel, enum ha_routine routine, uint32_t taken,
                        uint16_t driver);
/* The same for all that a thread has, which has ended, and no record is made. */
void ha_resources_abandon(struct ha_kernel *kernel, const struct ha_thread *thread);
/*
 * A routine has left the running thread in no region and below APC_LEVEL. Each resource that it has
 * is a misuse of that routine, once.
 */
void ha_resources_expose(struct ha_kernel *kernel, enum ha_routine routine);

/* Whether normal APCs can come to the running thread. */
static inline bool ha_resource_gets_apcs(const struct ha_kernel *kernel)
{
    const struct ha_record *stamp = &kernel->world.sched.running->stamp;
    return stamp->irql < APC_LEVEL && !stamp->regions;
}

/* A routine has lowered the IRQL of the running thread, or ended a region of it. */
static inline void ha_resources_look(struct ha_kernel *kernel, enum ha_routine routine)
{
    if (kernel->resources && ha_resource_gets_apcs(kernel))
        ha_resources_expose(kernel, routine);
}

/* How many a thread owns. */
uint32_t ha_resources_owned_by(const struct ha_kernel *kernel, const struct ha_thread *thread);

/* Whether a thread waits for a resource that the other one owns. */
bool ha_resources_keep_waiting(const struct ha_kernel *kernel, const struct ha_thread *waiter,
                               const struct ha_thread *owner);
/* Show each waiter an owner that waits for it, if there is one. */
void ha_resources_name_holders(struct ha_kernel *kernel);

#endif
