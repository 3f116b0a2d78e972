/*
 * callout - the one door to driver code
 *
 * Every call into a driver is made here: it says who is in charge, records the entry, hands over
 * the driver's own copy of what it may not change, calls, notes what the driver left changed,
 * puts back what must be put back, and records the leave.
 */
#ifndef HA_NT_CALLOUT_H
#define HA_NT_CALLOUT_H

#include "nt/kernel.h"

/* A call into a driver that is under way; lies on the stack of the thread that makes it. */
struct ha_callout {
    struct ha_callout *outer;
    struct ha_registration *registration;   /* NULL for DriverEntry and Unload */
};

/*
 * The calls that one operation (an add, or the EXIST phase of a registration) makes for one
 * processor. What is the same for all of them is worked out once.
 */
struct ha_round {
    struct ha_kernel *kernel;
    struct ha_thread *thread;
    union ha_payload call;                          /* of its records */
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT context;     /* as every client gets it */
    KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT copy;        /* what one client gets; poisoned after */
    NTSTATUS variable;                              /* behind OperationStatus */
    KIRQL irql;                                     /* at which the callbacks run */
    uint8_t flags;                                  /* of its records, without the state */
};

/* Begin the calls of an operation of the running thread; the status variable is STATUS_SUCCESS. */
void ha_round_begin(struct ha_round *round, struct ha_kernel *kernel, uint32_t operation,
                    bool existing);
/* The calls that follow are for this processor, in this state, with this Status. */
void ha_round_set(struct ha_round *round, uint32_t index, struct ha_place place,
                  KE_PROCESSOR_CHANGE_NOTIFY_STATE state, NTSTATUS status);

/* Call one client. A registration whose driver is gone gets a DEAD_CALL record instead. */
void ha_callout_processor(struct ha_round *round, struct ha_registration *registration);

/* The innermost processor-change callback that the thread is inside, NULL when in none. */
struct ha_registration *ha_callout_inside(const struct ha_thread *thread);

/* Call DriverEntry. The registry path is valid during the call only (DRV-11). */
NTSTATUS ha_callout_entry(struct ha_driver *driver, PUNICODE_STRING registry_path);
/* Call DriverUnload, which must not be NULL. */
void ha_callout_unload(struct ha_driver *driver);

#endif
