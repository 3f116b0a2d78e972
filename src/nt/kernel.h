/*
 * kernel - what Windows keeps: drivers, processor-change registrations, the hot-add in progress
 *
 * struct ha_kernel starts with its world and is itself the start of a machine. NT routines find
 * it from the thread that calls them.
 */
#ifndef HA_NT_KERNEL_H
#define HA_NT_KERNEL_H

#include <ntddk.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/names.h"
#include "core/notify.h"
#include "core/object.h"
#include "core/slots.h"
#include "core/world.h"
#include "hotadd/machine.h"

struct ha_pool_block;
struct ha_script;
struct ha_scripted;     /* what a script's driver remembers; nt/scripted.c */

enum ha_driver_state {
    HA_DRIVER_LOADING, HA_DRIVER_LOADED, HA_DRIVER_UNLOADING, HA_DRIVER_GONE
};

/* RegistryPath, whole in one place, so that what a driver writes into it leads nowhere. */
#define HA_REGISTRY_PATH_LENGTH 384u
struct ha_registry_path {
    UNICODE_STRING string;
    WCHAR text[HA_REGISTRY_PATH_LENGTH];
};

struct ha_driver {
    DRIVER_OBJECT object;           /* first, so that a DriverObject leads to its driver */
    DRIVER_EXTENSION extension;
    struct ha_kernel *kernel;
    struct ha_driver *previous;     /* in the order of loading */
    const char *name;
    struct ha_registry_path *path;  /* poisoned when DriverEntry has returned */
    const struct ha_script *script; /* NULL for compiled code, as the next */
    struct ha_scripted *scripted;
    const char *next_name;          /* of the registration being made; NULL for ke1, ke2, ... */
    uint32_t registrations_made;
    const void *event;              /* what loads or unloads it, for hooks.ended; NULL for none */
    uint16_t id;
    uint8_t state;                  /* enum ha_driver_state */
    int32_t entry_status;
};

struct ha_add_request {
    struct ha_add_request *next;
    const void *event;              /* for hooks.ended; NULL for none */
    struct ha_add_options options;
};

struct ha_kernel;
struct ha_registration;

/* A call of a processor-change callback, for those who wait for one. */
struct ha_called {
    const struct ha_registration *client;
    enum ha_state state;
    uint32_t index;
    struct ha_place place;
};

/* What whoever drives the kernel wants to hear of; each may be NULL. */
struct ha_kernel_hooks {
    /* A callback has been entered, or has returned. */
    void (*called)(struct ha_kernel *kernel, const struct ha_called *call, bool entered);
    /* What was begun in the name of `event` has ended: an add, a load, an unload, a run. */
    void (*ended)(struct ha_kernel *kernel, const void *event);
    /* Whether what the routine needs shall be lacking, here and now. */
    bool (*fails)(struct ha_kernel *kernel, enum ha_routine routine);
};

/* An event that scripts wait for and signal, by its name. */
struct ha_script_event {
    struct ha_script_event *next;
    const char *name;
    struct ha_object object;
};

/* What is queued for a thread of the system. */
struct ha_errand {
    struct ha_errand *next;
};

/* Work items; nt/work.c. */
struct ha_work {
    struct ha_errand *first, *last;
    struct ha_thread *idle;         /* threads that wait for some */
    bool coming;                    /* one is on its way */
    uint32_t made;
};

struct ha_kernel {
    struct ha_world world;          /* first */
    struct ha_profile profile;
    struct ha_kernel_hooks hooks;
    struct ha_notify chain;         /* processor-change registrations, in order of REG_LOCKED */
    struct ha_slots handles;
    struct ha_slots object_handles;
    PEPROCESS process;              /* made when a driver first asks for it */
    struct ha_work work;
    struct ha_object lock;          /* of registrations, deregistrations and adds (REG-12) */
    struct ha_object call_ends;     /* set when a callback has returned that others may wait for */
    struct ha_driver *last_driver;
    struct ha_pool_block *newest_block;     /* of those that drivers hold */
    struct ha_script_event *first_event;
    struct ha_add_request *first_request, *last_request;
    struct ha_thread *hot_add;      /* does all adds, one after another; NULL before the first */
    bool hot_add_idle;              /* it waits for a request */
    uint32_t rounds;                /* operations under way that call the clients of the chain */
    bool any_deferred;              /* a registration of the chain is `deferred` */
    uint32_t drivers_made, registrations_made, adds_made, units_made, blocks_made;
    uint32_t messages_made;
};

/* The kernel of the running thread. */
static inline struct ha_kernel *ha_kernel_of(struct ha_thread *thread)
{
    return (struct ha_kernel *)(void *)thread->world;
}

static inline unsigned ha_kernel_knob(const struct ha_kernel *kernel, enum ha_knob knob)
{
    return kernel->profile.knob[knob];
}

/* The running thread; ends the program with a sentence when no machine runs on this host thread. */
struct ha_thread *ha_kernel_caller(const char *routine);
/* The kernel of that thread, at a scheduling point: how most routines begin. */
struct ha_kernel *ha_kernel_enter(const char *routine);

/* The same for a routine that threads poll with. */
struct ha_kernel *ha_kernel_spin(const char *routine);
/* A scheduling point in a routine that needs no machine: without one nothing happens. */
void ha_kernel_pass(void);

/* A kernel over a world that is set up. */
void ha_kernel_init(struct ha_kernel *kernel, const struct ha_profile *profile);

/* The record of a routine that refuses, or that puts up with a misuse. */
void ha_record_refused(struct ha_kernel *kernel, enum ha_routine routine, enum ha_reason reason);
void ha_record_misuse(struct ha_kernel *kernel, enum ha_routine routine, enum ha_misuse misuse,
                      uint32_t id, uint32_t argument);

/*
 * Whether what the routine needs is lacking here, by the word of whoever drives the kernel, or
 * else of the tape; recorded as a FAULT.
 */
bool ha_kernel_faults(struct ha_kernel *kernel, enum ha_routine routine);
void ha_record_fault(struct ha_kernel *kernel, enum ha_routine routine);

/* What was begun in the name of an event has ended. */
void ha_kernel_ended(struct ha_kernel *kernel, const void *event);

#endif
