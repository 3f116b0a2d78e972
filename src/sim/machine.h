/*
 * machine - a kernel with everything around it that a program can hold in its hand
 */
#ifndef HA_SIM_MACHINE_H
#define HA_SIM_MACHINE_H

#include "hotadd/machine.h"
#include "nt/kernel.h"
#include "sim/plan.h"

struct ha_triggers;         /* what a plan waits for; sim/triggers.c */
struct ha_kept;             /* memory that goes back with a rewind; sim/keep.c */

struct ha_machine {
    struct ha_kernel kernel;        /* first */
    uint64_t scenario_hash;
    const struct ha_plan *plan;     /* what is being played; NULL when a program drives */
    size_t next_driver;             /* of the plan */
    bool events_posted;
    struct ha_triggers *triggers;   /* of the plan; NULL when it has none, and no faults */
    int trouble;                    /* HA_ENOMEM or HA_ETHREAD, what ended the run */
    void (*fatal)(struct ha_machine *machine, void *argument);
    void *fatal_argument;
    void (*ended)(struct ha_machine *machine, void *argument);     /* NULL for nobody; the run is
                                                                      over: it may jump away */
    void *ended_argument;
    void *watcher;                  /* whoever holds the machine keeps it here */
    uint32_t checks_failed;
    struct ha_kept *kept;
};

/*
 * NT routines that this host thread calls from now on act on this machine. HA_EBUSY when its run
 * has ended.
 */
int ha_machine_enter(struct ha_machine *machine);

/* As ha_machine_settle(); time passes until what the machine began has ended, or nothing is due. */
int ha_machine_settle_all(struct ha_machine *machine, int err);

/* The run ends for want of means if `err` says so, at the next scheduling point. */
void ha_machine_fail(struct ha_machine *machine, int err);

/* The run goes on after a call into the kernel answered `err`, or ends here for want of means. */
int ha_machine_settle(struct ha_machine *machine, int err);

#endif
