/*
 * belongings - what a scripted driver remembers between its steps
 *
 * A plan's driver of compiled code has them too: steps may be run in its name, and scenarios know
 * its registrations by their names.
 *
 * Registrations, tables, variables, DPCs and the like, each known to the script by a name and found
 * in constant time. They are made at their first mention and stay until the machine goes.
 */
#ifndef HA_NT_BELONGINGS_H
#define HA_NT_BELONGINGS_H

#include "nt/kernel.h"
#include "nt/script.h"

enum ha_belonging_kind {
    HA_OWN_REGISTRATION, HA_OWN_TABLE, HA_OWN_VARIABLE, HA_OWN_AFFINITY, HA_OWN_DPC, HA_OWN_WORK,
    HA_OWN_THREADS, HA_OWN_INTERFACE
};

struct ha_belonging {
    struct ha_belonging *next;      /* of the same bucket */
    const char *name;
    uint8_t kind;                   /* enum ha_belonging_kind */
};

/* The context of a script's callback points here. */
struct ha_own_registration {
    struct ha_belonging as_named;   /* first, as in all that follow */
    struct ha_driver *driver;
    PVOID handle;
    uint32_t id;                    /* in the trace, of compiled code's; 0 for a script's own */
    uint8_t notification;           /* enum ha_notification: what `handle` is for */
    bool made;                      /* and not removed since; then it stands in this list: */
    struct ha_own_registration *older, *newer;
    uint32_t first_handler, last_handler;   /* in file order; index + 1, 0 for none */
};

struct ha_own_table {
    struct ha_belonging as_named;
    struct ha_own_table *older;     /* of the driver's tables */
    void **slot;                    /* pool; NULL while there is none */
    uint32_t count;
    uint32_t object;                /* its id in the trace */
};

struct ha_own_variable {
    struct ha_belonging as_named;
    int64_t value;
};

/* The affinity that a thread had before a step changed it. */
struct ha_own_affinity {
    struct ha_belonging as_named;
    GROUP_AFFINITY previous;
};

struct ha_own_dpc {
    struct ha_belonging as_named;
    struct ha_own_dpc *older;       /* of the driver's DPCs, and so in the next two */
    KDPC dpc;                       /* initialised at its first use */
};

/* Work items that were queued under one name. */
struct ha_own_work {
    struct ha_belonging as_named;
    struct ha_own_work *older;
    uint32_t queued;                /* and not done yet */
    struct ha_object done;          /* set when one of them is done */
};

/* Threads that were started under one name. */
struct ha_own_threads {
    struct ha_belonging as_named;
    struct ha_own_threads *older;
    struct ha_own_thread *first, *last;     /* not waited for yet, in the order of starting */
};

/* A device interface that the driver has registered. */
struct ha_own_interface {
    struct ha_belonging as_named;
    struct ha_own_interface *older;
    UNICODE_STRING link;            /* empty before it is registered */
    bool published;                 /* enabled, as far as the driver knows */
};

struct ha_scripted {
    struct ha_belonging **bucket;
    size_t buckets, count;
    struct ha_own_registration *newest;     /* of those that are made */
    struct ha_own_table *newest_table;
    struct ha_own_dpc *newest_dpc;
    struct ha_own_work *newest_work;
    struct ha_own_threads *newest_threads;
    struct ha_own_interface *newest_interface;
    uint32_t *handler_hits;                 /* how often each handler applied */
    uint32_t *next_handler;                 /* of the same registration; index + 1 */
    NTSTATUS stored;                        /* what a callback put aside for its entry */
};

/* Give a driver that was made a memory for its script. False when the arena is full. */
bool ha_belongings_make(struct ha_driver *driver, const struct ha_script *script);

/* What the driver calls so, NULL when it was never mentioned. The driver may be NULL. */
struct ha_own_registration *ha_own_registration_find(const struct ha_driver *driver,
                                                     const char *name);
/* The same, made where it is missing; NULL when the arena is full. */
struct ha_own_registration *ha_own_registration(struct ha_driver *driver, const char *name);
struct ha_own_table *ha_own_table(struct ha_driver *driver, const char *name);
struct ha_own_variable *ha_own_variable(struct ha_driver *driver, const char *name);
struct ha_own_affinity *ha_own_affinity(struct ha_driver *driver, const char *name);
struct ha_own_dpc *ha_own_dpc(struct ha_driver *driver, const char *name);
struct ha_own_work *ha_own_work(struct ha_driver *driver, const char *name);
struct ha_own_threads *ha_own_threads(struct ha_driver *driver, const char *name);
struct ha_own_interface *ha_own_interface(struct ha_driver *driver, const char *name);

/* A registration has been made, or does not stand any more. */
void ha_own_registration_made(struct ha_own_registration *registration, PVOID handle);
void ha_own_registration_gone(struct ha_own_registration *registration);

#endif
