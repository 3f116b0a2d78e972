/*
 * registration - processor-change callbacks that are registered, and the lock around them
 */
#ifndef HA_NT_REGISTRATION_H
#define HA_NT_REGISTRATION_H

#include "nt/kernel.h"

/*
 * One line of the host's cache: a hundred thousand of them may be told, or removed, in turn. Its
 * entry is marked when it is dead or is no client of Ke: whoever tells it looks again.
 */
struct ha_registration {
    struct ha_notify_entry link;    /* first, so that an entry of the chain leads to it */
    union {
        PPROCESSOR_CALLBACK_FUNCTION function;
        PCALLBACK_FUNCTION object_function;     /* of a client of a callback object */
    };
    PVOID context;
    uint32_t place;                 /* in the table of handles */
    uint32_t context_id;
    uint32_t wrote_error;           /* the last add in which it wrote an error at Start */
    uint16_t driver_id;             /* 0 when the adopted thread registered for itself */
    bool deferred : 1;              /* deregistered, but told until the round is over */
    bool dead : 1;                  /* the image of its driver is gone (DRV-8) */
    bool of_object : 1;             /* a client of a callback object: made with Ex, not Ke */
    bool of_driver : 1;             /* and that object is a driver's: struct callback_client */
};

_Static_assert(sizeof(struct ha_registration) == 64, "one line of the cache");

static inline struct ha_registration *ha_registration_of(struct ha_notify_entry *entry)
{
    return (struct ha_registration *)(void *)entry;
}

/* Set up the chain and the lock of a kernel. */
void ha_registrations_init(struct ha_kernel *kernel);

/* A registration with a handle that nobody is told of yet. NULL when the arena is full. */
struct ha_registration *ha_registration_make(struct ha_kernel *kernel);
/* Its memory orders nobody by what was registered there before. */
void ha_registration_order_anew(struct ha_kernel *kernel,
                                const struct ha_registration *registration);
/* Put it at the end of the chain; REG_LOCKED says so. */
void ha_registration_join(struct ha_kernel *kernel, struct ha_registration *registration);
/* The handle that drivers know it by. */
uint64_t ha_registration_handle(const struct ha_kernel *kernel,
                                const struct ha_registration *registration);
/* The same with the records of a routine that has its own. */
void ha_registration_append(struct ha_kernel *kernel, struct ha_registration *registration);
/* A live registration becomes one that is dead: it is told no more. */
void ha_registration_die(struct ha_registration *registration);
/* End a registration; its handle is stale at once, its memory goes when nobody walks the chain. */
void ha_registration_remove(struct ha_kernel *kernel, struct ha_registration *registration);
/* The image of a driver is gone: what it left registered is dead. */
void ha_registrations_bury(struct ha_kernel *kernel, const struct ha_driver *driver);

/* A routine gives memory back: record each registration whose context lies there and that
   stands. */
bool ha_registrations_use(struct ha_kernel *kernel, const void *memory, size_t size,
                          enum ha_routine routine);

/* End the registrations whose removal was put off; nobody is being called. */
void ha_registrations_sweep(struct ha_kernel *kernel);

/* The lock of registrations, deregistrations and adds (REG-12). */
void ha_registrations_lock(struct ha_kernel *kernel);
void ha_registrations_unlock(struct ha_kernel *kernel);

#endif
