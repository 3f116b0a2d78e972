/*
 * callout - the one door to driver code
 *
 * Every call into a driver is made here: it says who is in charge, records the entry, hands over
 * the driver's own copy of what it may not change, calls, notes what the driver left changed,
 * puts back what must be put back, and records the leave.
 */
#ifndef HA_NT_CALLOUT_H
#define HA_NT_CALLOUT_H

#include "nt/locks.h"

struct ha_registration;
struct ha_pnp_entry;
struct ha_news;

/* What a thread is doing for the kernel while driver code may run; on the thread's own stack. */
struct ha_callout {
    struct ha_callout *outer;
    struct ha_registration *inside;     /* the callback that runs; NULL in other code */
    struct ha_registration *client;     /* of a driver's callback object, that runs */
    bool in_add_device;
    const struct ha_pnp_entry *notified;    /* the PnP callback that runs; NULL in other code, */
    const struct ha_news *news;             /* and what it is told */
};

/* Clients of one kind, or of both, and where a walk over them goes. */
struct ha_round_part {
    struct ha_notify_walk walk;
    enum ha_whom { HA_EVERYONE, HA_KE_CLIENTS, HA_OBJECT_CLIENTS } whom;
};

/*
 * The calls that one operation (an add, or the EXIST phase of a registration) makes. What is the
 * same for many of them is worked out once.
 */
struct ha_round {
    struct ha_callout callout;                      /* first */
    struct ha_kernel *kernel;
    struct ha_thread *thread;
    struct ha_round_part part[2];                   /* the clients, held until the end: all, or */
    unsigned parts;                                 /* one kind after the other (CB-6) */
    struct ha_record enter;                         /* what the records of entry have in common */
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT context;     /* as every client gets it */
    /*
     * What clients get, in turn: the one that was used last is poisoned while the next client has
     * the other, so who keeps the pointer beyond its call finds nothing there (CTX-4).
     */
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT copy[2];
    size_t turn;                                    /* of the next client: bytes into `copy` */
    NTSTATUS variable;                              /* behind OperationStatus */
    NTSTATUS first_error;                           /* the first that a client left */
    struct ha_affinity affinity;                    /* of the thread when the operation began */
    bool per_call;                                  /* the variable starts anew with every call */
    bool wrote_error;                               /* the last call that was looked at did */
    bool watched;                                   /* hooks.called is told of every call, if
                                                       there is one, */
    bool entered;                                   /* and knows of one that has not returned */
    uint16_t driver;                                /* who was in charge, and at which IRQL, */
    KIRQL irql;                                     /* before the operation began, */
    uint8_t regions;                                /* in how many critical regions, */
    struct ha_locks_had locks;                      /* and with which locks */
};

/* The call of a client that the round makes now, for those who wait for one. */
static inline struct ha_called ha_round_called(const struct ha_round *round,
                                               const struct ha_registration *client)
{
    return (struct ha_called){.client = client,
                              .state = (int)round->context.State,
                              .index = round->context.NtNumber,
                              .place = {round->enter.as.cb.group, round->enter.as.cb.number}};
}

/*
 * An operation of the running thread begins: the status variable is STATUS_SUCCESS. From here to
 * ha_round_end() the thread runs at the IRQL of the callbacks, and no registration is freed.
 */
void ha_round_begin(struct ha_round *round, struct ha_kernel *kernel, uint32_t operation,
                    bool existing);
void ha_round_end(struct ha_round *round);

/* The calls that follow are for this processor, in this state, with this Status. */
void ha_round_set(struct ha_round *round, uint32_t index, struct ha_place place,
                  KE_PROCESSOR_CHANGE_NOTIFY_STATE state, NTSTATUS status);

/* Call one client. A registration whose driver is gone gets a DEAD_CALL record instead. */
void ha_callout_one(struct ha_round *round, struct ha_registration *client);

/* Call every client of the chain with Start, until one reports an error if the profile says so. */
void ha_callout_start(struct ha_round *round);
/*
 * Call every client that heard Start in this round, except whom the profile leaves out after a
 * veto: those who wrote an error.
 */
void ha_callout_second(struct ha_round *round, bool vetoed);

/* Call a client of a callback object that a driver made. */
void ha_callout_client(struct ha_kernel *kernel, struct ha_registration *client, PVOID argument1,
                       PVOID argument2);

/* Whether a call of the registration runs, on any thread. */
bool ha_callout_runs(const struct ha_kernel *kernel, const struct ha_registration *registration);
/* Whether the thread is inside a call of the registration. */
bool ha_callout_is_inside(const struct ha_thread *thread,
                          const struct ha_registration *registration);

/* The innermost processor-change callback that the thread is inside, NULL when in none. */
struct ha_registration *ha_callout_inside(const struct ha_thread *thread);
/* Whether the thread is inside a callback of any kind: of an add, an object or an arrival. */
bool ha_callout_in_callback(const struct ha_thread *thread);
/* Whether the thread is above what counts as PASSIVE_LEVEL there (REG-2, last sentence). */
bool ha_callout_irql_is_raised(const struct ha_kernel *kernel, const struct ha_thread *thread);
/* The round that made that call; NULL when in none. */
const struct ha_round *ha_callout_round(const struct ha_thread *thread);
/* The innermost call of a processor-change or PnP callback; false when in none. */
bool ha_callout_call(const struct ha_thread *thread, struct ha_called *call);

/*
 * Wait until no other thread is inside a callback of the registration, or, when that is NULL, of
 * the driver.
 */
void ha_callout_wait(struct ha_kernel *kernel, const struct ha_registration *registration,
                     const struct ha_driver *driver);

/* Call DriverEntry. The registry path is poisoned when it returns (DRV-11). */
NTSTATUS ha_callout_entry(struct ha_driver *driver);
/* Call DriverUnload, which must not be NULL. */
void ha_callout_unload(struct ha_driver *driver);

/* Call a Reinitialize routine, the how-manieth call of one for that driver. */
void ha_callout_reinitialize(struct ha_driver *driver, PDRIVER_REINITIALIZE routine,
                             PVOID context, uint32_t count);

/* Call AddDevice, which must not be NULL, for a device, the how-manieth that came. */
NTSTATUS ha_callout_add_device(struct ha_driver *driver, PDEVICE_OBJECT device, uint32_t number);
/* Whether the thread is inside AddDevice. */
bool ha_callout_in_add_device(const struct ha_thread *thread);

#endif
