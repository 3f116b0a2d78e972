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

struct ha_object_name;  /* what is found by its name; nt/object_name.c */
struct ha_add_request;  /* nt/hot_add.c */
struct ha_pool_block;
struct ha_guard;
struct ha_mdl;          /* nt/mdl.c */
struct ha_lookaside;    /* a list that was made; nt/lookaside.c */
struct ha_reg_key;      /* of the registry; nt/registry.c */
struct ha_spin_wait;    /* nt/ke_spin.c */
struct ha_shared_wait;  /* nt/shared_lock.c */
struct ha_named_event;  /* that IoCreateNotificationEvent has made; nt/io_event.c */
struct ha_remove_hold;  /* nt/io_remove_lock.c */
struct ha_rundown_wait; /* nt/rundown.c */
struct ha_resource;     /* nt/resource.h */
struct ha_wait;         /* nt/dispatcher.c */
struct ha_timer_setting;    /* nt/ke_timer.c */
struct ha_dpc_entry;    /* nt/dpc.c */
struct ha_interface;    /* nt/interface.c */
struct ha_added_unit;   /* nt/interface.c */
struct ha_driver_interface; /* nt/driver_interface.c */
struct ha_arrival;      /* nt/pnp_queue.c */
struct ha_audience;     /* nt/audience.c */
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
    const struct ha_script *script; /* NULL for code that no plan names, as the next */
    struct ha_scripted *scripted;
    struct ha_driver_extension *first_extension;    /* nt/device.c */
    struct ha_reinitialization *first_reinitialization;     /* that is due; nt/reinitialize.c */
    int32_t add_device_status;      /* of the last AddDevice; STATUS_PENDING while it runs */
    const char *next_name;          /* of the registration being made; NULL for ke1, ke2, ... */
    uint32_t made[3];               /* those without a `next_name`, by enum ha_notification */
    uint32_t entry_references;      /* of PnP notification: nt/pnp_entry.c */
    uint32_t devices_found;         /* for it; nt/add_device.c */
    uint32_t late_calls;            /* that are due after an entry was removed */
    uint32_t work_references;       /* of work items that are queued or run */
    struct ha_object unreferenced;  /* no entry has one */
    struct ha_object work_done;     /* no work item has; both are made when they are waited for */
    const void *event;              /* what loads or unloads it, for hooks.ended; NULL for none */
    uint16_t id;
    uint8_t state;                  /* enum ha_driver_state */
    int32_t entry_status;
};

struct ha_kernel;
struct ha_pnp_entry;
struct ha_registration;

/* A call of a processor-change or PnP callback, for those who wait for one. */
struct ha_called {
    const struct ha_registration *client;       /* NULL for a PnP callback, and only there: */
    const struct ha_pnp_entry *entry;
    const struct ha_interface *instance;        /* that it hears of */
    int state;                      /* enum ha_state; HA_STATE_ARRIVAL, ... of nt/script.h */
    uint32_t index;                 /* of the processor, and its place; HA_NO_INDEX for memory */
    struct ha_place place;          /* and what drivers registered */
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
    struct _IO_WORKITEM *items;     /* from IoAllocateWorkItem, the newest first */
    uint32_t made;
};

/* DPCs; nt/dpc.c. */
struct ha_dpc_queue {
    struct ha_dpc_entry *first;
    struct ha_dpc_entry **end;      /* the link that is NULL */
    uint64_t running;               /* number of the insertion that runs there; 0 for none */
    uint32_t id;                    /* of the DPC that runs, or ran last */
};

struct ha_dpcs {
    struct ha_dpc_queue *queue;     /* by index of the processor */
    uint32_t made, queued;          /* ever initialised; queued now, on all processors */
    uint64_t inserted;              /* insertions, which are numbered from 1 */
    struct ha_object done;          /* set when one has run, for those who wait for that */
};

/* Broadcasts from one processor to all; nt/ke_ipi.c. */
struct ha_broadcast;
struct ha_broadcasts {
    struct ha_broadcast *now;       /* the one under way */
    uint32_t made;
    struct ha_object done;
};

/* DPCs on all processors at once; nt/ke_generic_dpc.c. */
struct ha_generic_call;
struct ha_generic_dpc;
struct ha_generic_dpcs {
    struct ha_generic_call *now;    /* the one under way */
    struct ha_generic_dpc *dpc;     /* by index of the processor; NULL before the first call */
    struct ha_object turn, done, meeting;
};

/* The registry; nt/registry.c. All is NULL until somebody uses it. */
struct ha_registry {
    struct ha_reg_key *root, *services;
};

/* Device objects; nt/device.c. */
struct ha_devices {
    struct ha_driver *enumerator;           /* whose devices drivers are added to */
    struct ha_object_name *first_name;
    uint32_t made, named, added, opened;
};

/* How much memory is free, in pages, and what tells drivers of it; nt/free_memory.c. */
struct ha_free_memory {
    uint64_t free, low, high;       /* the latter two are the thresholds of the conditions */
    bool is_set[HA_CONDITION_COUNT];
};

/* Instances of device interfaces; nt/interface.c, and nt/driver_interface.c for the drivers'. */
struct ha_interfaces {
    struct ha_interface *first, *last;      /* of those that were ever enabled */
    uint64_t enablings;                     /* of those with a structure, so far */
    struct ha_driver_interface *first_of_drivers, *last_of_drivers;
    uint32_t registered;                    /* by drivers, so far */
    uint32_t processors, ranges;    /* active at the start, and its memory */
    struct ha_added_unit *next_added, *last_added;  /* the first without a structure, the newest */
    uint32_t enabled, made;         /* instances, and how many of them have a structure */
};

/* Notification of PnP events; nt/pnp_entry.c and nt/pnp_queue.c. */
struct ha_pnp {
    struct ha_notify entries;       /* in the order of registration */
    struct ha_audience *audiences;  /* the same by what they want to hear of; nt/audience.c */
    struct ha_slots handles;
    uint32_t made;
    struct ha_arrival *first, *last;
    struct ha_arrival *spare;       /* told and done with, to be used again */
    const struct ha_arrival *now;   /* that is being delivered; NULL for none */
    uint64_t raised, released;      /* events so far, and up to which they may be delivered */
    struct ha_thread *thread;       /* delivers them all; NULL before the first */
    bool idle;                      /* it waits for an event */
    bool held;                      /* what is raised waits, by the word of whoever drives us */
    bool drains;                    /* nothing waits any more */
};

/* Callback objects; nt/callback_object.c. */
struct ha_callbacks {
    PCALLBACK_OBJECT first;         /* of all, the newest first */
    PCALLBACK_OBJECT processor_add;     /* NULL until somebody asks for it */
    uint32_t in_chain;              /* clients of that one */
};

/* In which orders threads took locks; nt/lock_order.c. */
#define HA_LOCK_ORDER_LISTS 64u
struct ha_lock_orders {
    struct ha_lock_order *list[HA_LOCK_ORDER_LISTS];
    uint32_t count;
};

struct ha_kernel {
    struct ha_world world;          /* first */
    struct ha_profile profile;
    struct ha_kernel_hooks hooks;
    uint64_t fails_on[HA_ROUTINE_COUNT / 64 + 1];   /* routines that go on failing, a bit each */
    struct ha_notify chain;         /* processor-change registrations in their order; with the
                                       clients of \Callback\ProcessorAdd (CB-6) */
    struct ha_callbacks callbacks;
    struct ha_slots handles;
    struct ha_slots object_handles;
    uint32_t handles_made;
    PEPROCESS process;              /* made when a driver first asks for it */
    struct ha_work work;
    struct ha_lookaside *lookasides;    /* that are made, the newest first */
    uint32_t lookasides_made;
    struct ha_mdl *mdls;            /* that are allocated, the newest first */
    uint32_t mdls_made;
    KSPIN_LOCK cancel_lock;         /* nt/io_cancel.c */
    struct ha_guard *guards;        /* of threads in guarded regions; nt/guarded.c */
    struct ha_registry registry;
    struct ha_devices devices;
    struct ha_interfaces interfaces;
    struct ha_pnp pnp;
    struct ha_dpcs dpcs;
    struct ha_broadcasts broadcasts;
    struct ha_generic_dpcs generic;
    struct ha_wait *waits;          /* of threads that are blocked for objects, newest first */
    struct ha_timer_setting *timers;    /* that are set, the newest first */
    uint32_t mutants;               /* that threads have */
    uint32_t locks;                 /* spin locks, fast mutexes and push locks that threads have */
    struct ha_lock_orders orders;
    struct ha_rundown_wait *rundowns;   /* for the users of an object */
    struct ha_resource *resources;      /* that are made, the newest first */
    uint32_t resources_taken;           /* so far, by threads that did not have them */
    struct ha_remove_hold *remove_holds;    /* acquisitions of remove locks, the newest first */
    struct ha_spin_wait *spinning;  /* who waits for spin locks, the oldest first */
    struct ha_shared_wait *sharing; /* who waits for shared locks, the oldest first */
    struct ha_object lock;          /* of registrations, deregistrations and adds (REG-12) */
    struct ha_object call_ends;     /* set when a callback has returned that others may wait for */
    struct ha_driver *last_driver;
    struct ha_pool_block *newest_block;     /* of those that drivers hold */
    struct ha_gone *oldest_gone, *newest_gone;  /* of those that they gave back; nt/pool_gone.c */
    size_t gone_bytes;
    struct ha_script_event *first_event;
    struct ha_named_event *first_named_event;
    struct ha_free_memory free_memory;
    struct ha_add_request *first_request, *last_request;
    struct ha_thread *hot_add;      /* does all adds, one after another; NULL before the first */
    bool hot_add_idle;              /* it waits for a request */
    uint32_t rounds;                /* operations under way that call the clients of the chain */
    bool any_deferred;              /* a registration of the chain is `deferred` */
    uint32_t drivers_made, registrations_made, adds_made, units_made, blocks_made;
    uint32_t messages_made, memory_adds_made;
    bool record_locks, record_places;
};

/* The kernel of the running thread. */
static inline struct ha_kernel *ha_kernel_of(struct ha_thread *thread)
{
    return (struct ha_kernel *)(void *)thread->world;
}

/* Given after the Start calls for a processor, for who hears of it in another way (ORD-3). */
static inline const void *ha_order_of_start(const struct ha_world *world, uint32_t index)
{
    return (const char *)&world->sched.processor[index] + 1;
}

/* Who learns that processors are active comes after the Start calls for them (ORD-1). */
static inline void ha_order_take_starts(struct ha_world *world)
{
    for (uint32_t i = 0; HA_RACES_ARE_WATCHED && i < world->partition.active; i++)
        ha_order_take(world, ha_order_of_start(world, i));
}

/* Given after each call of a registration, for who waits until none runs. */
static inline const void *ha_order_of_calls(const void *registration)
{
    return (const char *)registration + 1;
}

static inline unsigned ha_kernel_knob(const struct ha_kernel *kernel, enum ha_knob knob)
{
    return kernel->profile.knob[knob];
}

/*
 * A variable of a routine that holds what one of the next four returned: when it goes out of scope
 * the routine has ended, and the thread is again where it was called.
 */
#define HA_INSIDE __attribute__((cleanup(ha_kernel_leave), unused))

/* Of what a routine begins with: the address that it returns to is the one in its driver's code. */
#define HA_AT_ONCE inline __attribute__((always_inline))

/*
 * The kernel of the running thread, at a scheduling point: how most routines begin. Ends the
 * program with a sentence when no machine runs on this host thread.
 */
static HA_AT_ONCE struct ha_kernel *ha_kernel_enter(const char *routine);
/* The same without a scheduling point, */
static HA_AT_ONCE struct ha_kernel *ha_kernel_inside(const char *routine);
/* for a routine that threads poll with, */
struct ha_kernel *ha_kernel_spin(const char *routine);
/* and without a scheduling point for a routine that needs no machine: NULL without one. */
struct ha_kernel *ha_kernel_if_any(void);

static inline void ha_kernel_leave(struct ha_kernel **kernel)
{
    if (*kernel && (*kernel)->world.sched.is_free)
        ha_free_leave(&(*kernel)->world);
}

/* The first two, for a caller whose address is given. */
struct ha_kernel *ha_kernel_enter_from(const char *routine, const void *called_from);
struct ha_kernel *ha_kernel_inside_from(const char *routine, const void *called_from);

static HA_AT_ONCE struct ha_kernel *ha_kernel_enter(const char *routine)
{
    return ha_kernel_enter_from(routine, __builtin_return_address(0));
}

static HA_AT_ONCE struct ha_kernel *ha_kernel_inside(const char *routine)
{
    return ha_kernel_inside_from(routine, __builtin_return_address(0));
}

/* A scheduling point in a routine that looks at nothing of the kernel, and threads poll with; */
void ha_kernel_poll(const char *routine);
/* the same in a barrier, behind which a thread comes after all that came to one before; */
void ha_kernel_fence(const char *routine);
/* and in one that needs no machine: without one nothing happens. */
void ha_kernel_pass_from(const void *called_from);

static HA_AT_ONCE void ha_kernel_pass(void)
{
    ha_kernel_pass_from(__builtin_return_address(0));
}

/* Whether a routine calls others in the stead of its own caller, who is the one that they have. */
static inline void ha_kernel_stand_in(bool begins)
{
    struct ha_thread *self = ha_thread_current();
    if (self)
        self->keeps_caller = begins;
}

/* Whether a driver is played by the simulator itself. */
bool ha_kernel_plays(const struct ha_kernel *kernel, uint16_t driver);

/*
 * Around each call of a driver's code; the driver is in charge. With free threads compiled code
 * runs outside, and what a script says is done inside.
 */
HA_RACE_UNSEEN static inline uint32_t ha_kernel_go_out(struct ha_kernel *kernel)
{
    const struct ha_sched *sched = &kernel->world.sched;
    ha_touch(&kernel->world, HA_TOUCH_DRIVER(sched->running->stamp.driver), HA_TOUCH_WRITE);
    return sched->is_free && !ha_kernel_plays(kernel, sched->running->stamp.driver)
               ? ha_free_go_out(&kernel->world) : 0;
}

HA_RACE_UNSEEN static inline void ha_kernel_come_in(struct ha_kernel *kernel, uint32_t depth)
{
    if (depth)
        ha_free_come_in(&kernel->world, depth);
    ha_touch(&kernel->world, HA_TOUCH_DRIVER(kernel->world.sched.running->stamp.driver),
             HA_TOUCH_WRITE);
    kernel->world.sched.running->called_from = NULL;
}

/* A kernel over a world that is set up. False when the arena is full. */
bool ha_kernel_init(struct ha_kernel *kernel, const struct ha_profile *profile);

/* Whether the caller is above the IRQL that a routine allows; recorded as a refusal. */
bool ha_kernel_is_above(struct ha_kernel *kernel, KIRQL highest, enum ha_routine routine);

/* A new object's id, which the trace is told with a name made of both: "mutex 3". */
uint32_t ha_kernel_introduce(struct ha_kernel *kernel, const char *kind);
/* The same for the object of a thread, which is named as that is: "thread system-5". */
uint32_t ha_kernel_introduce_thread(struct ha_kernel *kernel, const struct ha_thread *thread);

/* The record of a routine that refuses, or that puts up with a misuse. */
void ha_record_refused(struct ha_kernel *kernel, enum ha_routine routine, enum ha_reason reason);
void ha_record_misuse(struct ha_kernel *kernel, enum ha_routine routine, enum ha_misuse misuse,
                      uint32_t id, uint32_t argument);

/* An IRQL of the caller above the highest that the routine allows is a misuse, and no more. */
void ha_kernel_check_irql(struct ha_kernel *kernel, enum ha_routine routine, KIRQL highest);

/*
 * Whether what the routine needs is lacking here, by the word of whoever drives the kernel, or
 * else of the tape, which may also say so of all its calls from here on; recorded as a FAULT.
 */
bool ha_kernel_faults(struct ha_kernel *kernel, enum ha_routine routine);
void ha_record_fault(struct ha_kernel *kernel, enum ha_routine routine);

/* What was begun in the name of an event has ended. */
void ha_kernel_ended(struct ha_kernel *kernel, const void *event);

#endif
