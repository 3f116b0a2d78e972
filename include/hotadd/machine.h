/*
 * hotadd/machine.h - a simulated hardware partition with its kernel
 *
 * A machine belongs to the host thread that made it: every call below, and every NT routine
 * that is to act on it, is made there or on a thread of the machine. Other host threads of the
 * process may have machines of their own.
 */
#ifndef HOTADD_MACHINE_H
#define HOTADD_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/error.h"
#include "hotadd/profile.h"
#include "hotadd/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HA_MAXIMUM_PROCESSORS 2048u     /* of a partition */
#define HA_MAXIMUM_GROUPS 64u
#define HA_MAXIMUM_NODES 64u
#define HA_MEMORY_PAGE 4096u            /* bytes */
#define HA_DRIVER_NAME_LENGTH 255u      /* bytes of a driver's name */
#define HA_ANY_PLACE UINT32_MAX         /* group, number, node: whatever the rule gives */

struct ha_group_options {
    uint32_t maximum;           /* processors it can ever hold, 1 to 64 */
    uint64_t active_mask;       /* group-relative numbers that are active at boot */
    uint16_t node;              /* NUMA node of the whole group, 0 to 63, unless ... */
    const uint16_t *nodes;      /* ... this gives one for each number, `maximum` of them */
};

struct ha_memory_options {
    uint64_t base, size;        /* bytes */
};

struct ha_partition_options {
    const struct ha_group_options *group;   /* group 0 has at least one active processor */
    size_t group_count;
    const struct ha_memory_options *memory;
    size_t memory_count;
};

struct ha_add_options {
    uint32_t group;             /* HA_ANY_PLACE, or the group that the unit goes into */
    uint32_t number;            /* HA_ANY_PLACE, or the group-relative number; needs a group */
    uint32_t node;              /* HA_ANY_PLACE, or the NUMA node that the unit belongs to */
    uint32_t count;             /* logical processors of the unit, 1 or more; 0 counts as 1 */
    int32_t hardware_start;     /* NTSTATUS of starting each; 0 for success */
};

/* Memory that is added to the running partition. */
struct ha_memory_add_options {
    uint64_t base, size;        /* bytes, whole pages */
    int32_t start;              /* NTSTATUS of starting the memory device; 0 for success */
};

/* To begin an initialiser of ha_add_options with: `{HA_ANYWHERE}`, `{HA_ANYWHERE, .count = 2}`. */
#define HA_ANYWHERE .group = HA_ANY_PLACE, .number = HA_ANY_PLACE, .node = HA_ANY_PLACE

enum ha_threads {
    HA_THREADS_ONE,             /* one simulated thread runs at a time, and every run is the same */
    HA_THREADS_FREE,            /* those in drivers' code run side by side, for ThreadSanitizer */
    HA_THREADS_COROUTINES       /* as ONE, all on the calling host thread, and much faster */
};

struct ha_machine_options {
    struct ha_partition_options partition;
    struct ha_profile profile;
    const char *name;           /* goes into the trace; may be NULL */
    uint64_t scenario_hash;     /* goes into the trace and into tokens */
    bool record_locks;          /* record also every lock that is taken without a wait, and given */
    bool record_places;         /* and where in drivers' code what they take comes from */
    uint64_t record_budget;     /* the run ends at the first scheduling point after so many
                                   records; 0 for no limit */
    bool has_callback_budget;   /* callbacks are judged by the simulated time that they take: */
    uint64_t callback_budget_ns;        /* rule TIME-1 */
    size_t arena_bytes;         /* all that a run may change lives there; 0 for 256 MiB */
    const char *replay;         /* a token of an earlier run, or NULL; not with free threads */
    enum ha_threads threads;        /* with coroutines all steps are taken on one host thread */
};

struct ha_machine;

/* DriverEntry, as <ntddk.h> declares it. */
struct _DRIVER_OBJECT;
struct _UNICODE_STRING;
typedef int32_t ha_driver_entry(struct _DRIVER_OBJECT *driver, struct _UNICODE_STRING *path);

/*
 * Make a machine; the calling host thread becomes its first simulated thread.
 *
 *   machine  set on HA_OK only; give it back with ha_machine_destroy()
 *   error    gets a sentence when the options are wrong; may be NULL
 *
 * Returns HA_OK; HA_EINVAL; HA_ENOMEM; HA_ESTALE when the token to replay belongs to another
 * scenario or profile.
 */
int ha_machine_create(const struct ha_machine_options *options, struct ha_machine **machine,
                      struct ha_error *error);

/*
 * End all threads of the machine and give its memory back. NULL is allowed. Where several
 * machines share this host thread, NT routines that it calls itself need another call of one of
 * the others first, to know which is meant.
 */
void ha_machine_destroy(struct ha_machine *machine);

/*
 * Hand every record from now on, and those not yet handed over, to a sink as well.
 *
 * Records come in portions: when the window is full, at ha_machine_flush() and when the run ends.
 * Returns HA_OK, or HA_EINVAL when there are 8 sinks already.
 */
int ha_machine_add_sink(struct ha_machine *machine, struct ha_sink *sink);

/* Hand all records written so far to the sinks. What they saw cannot be rewound any more. */
void ha_machine_flush(struct ha_machine *machine);

/*
 * Have memory outside the machine, the variables of a driver for instance, saved with each mark
 * and put back with each rewind; it must stay where it is until the machine goes.
 *
 * Returns HA_OK; HA_EBUSY when the machine has been marked already; HA_ENOMEM.
 */
int ha_machine_keep(struct ha_machine *machine, void *address, size_t bytes);

/*
 * Remember the machine as it is now. Every thread but the caller's must have ended, and no
 * record may have been handed to a sink: otherwise HA_EBUSY. HA_ENOMEM when memory is lacking.
 */
int ha_machine_mark(struct ha_machine *machine);

/* Put the machine back as it was at the mark, also after its run has ended. HA_EINVAL: no mark. */
int ha_machine_rewind(struct ha_machine *machine);

/*
 * Load a driver and let it run until the machine is quiet.
 *
 *   name   copied; goes into the trace; 1 to 255 bytes
 *   entry  its DriverEntry; runs on a system thread of the machine
 *
 * Returns HA_OK whatever DriverEntry answers: see ha_machine_driver_status(). HA_EINVAL for a
 * name that is empty or too long. HA_EBUSY when the run has ended, HA_ENOMEM or
 * HA_ETHREAD when it ends here for want of memory or threads.
 */
int ha_machine_load(struct ha_machine *machine, const char *name, ha_driver_entry *entry);

/*
 * Set a value that drivers find in the registry, under the key Parameters of a service; usually
 * before the driver of that name is loaded.
 *
 *   name   UTF-8; empty for the key's default value
 *   type   REG_DWORD, REG_SZ ...
 *   data   copied, `bytes` of them; text is UTF-16 with its terminating zeros
 *
 * Returns HA_OK; HA_EINVAL for a driver's name that is empty or too long, for a value's name of
 * more than 16,383 bytes and for data of more than 4 GiB; HA_EBUSY when the run has ended;
 * HA_ENOMEM.
 */
int ha_machine_set_parameter(struct ha_machine *machine, const char *driver, const char *name,
                             uint32_t type, const void *data, size_t bytes);

/*
 * A device comes for the newest driver of that name: its AddDevice is called with a physical device
 * object, on a system thread, and the machine runs until it is quiet.
 *
 *   nt_status  what AddDevice returned; STATUS_PENDING when it has not returned;
 *              STATUS_INVALID_DEVICE_REQUEST when the driver has no AddDevice or is not loaded,
 *              which the trace says too. May be NULL
 *
 * Returns HA_OK; HA_EINVAL when no driver has the name; HA_EBUSY, HA_ENOMEM, HA_ETHREAD as
 * ha_machine_load().
 */
int ha_machine_add_device(struct ha_machine *machine, const char *driver, int32_t *nt_status);

/*
 * What DriverEntry of the newest driver of that name returned, STATUS_PENDING (0x103) while it has
 * not. HA_EINVAL when there is none.
 */
int ha_machine_driver_status(const struct ha_machine *machine, const char *name,
                             int32_t *nt_status);

/*
 * Ask for a driver to be unloaded and let the machine run until it is quiet.
 *
 * Returns HA_OK, also when Windows would refuse (the trace says so); HA_EINVAL when no driver
 * has the name; HA_EBUSY, HA_ENOMEM, HA_ETHREAD as ha_machine_load().
 */
int ha_machine_unload(struct ha_machine *machine, const char *name);

/*
 * Have processors added at a simulated time; what is due is done by ha_machine_step().
 *
 *   due_ns   simulated nanoseconds from the start; a time that has passed is due now
 *   options  copied
 *
 * Returns HA_OK, HA_ENOMEM, or HA_EBUSY when the run has ended.
 */
int ha_machine_add_processor(struct ha_machine *machine, uint64_t due_ns,
                             const struct ha_add_options *options);

/*
 * Have memory added at a simulated time. One thread does what is asked here and with
 * ha_machine_add_processor(), in the order in which it falls due.
 *
 *   options  copied
 *
 * Returns HA_OK, HA_ENOMEM, or HA_EBUSY when the run has ended. A range that cannot be added
 * fails in the trace.
 */
int ha_machine_add_memory(struct ha_machine *machine, uint64_t due_ns,
                          const struct ha_memory_add_options *options);

/*
 * Say how much memory is free, and let the machine run until it is quiet; what else changes it is
 * memory that is added. At first all of it is free.
 *
 *   bytes  what exceeds the memory that there is does not count
 *
 * Returns HA_OK; HA_EBUSY, HA_ENOMEM, HA_ETHREAD as ha_machine_step().
 */
int ha_machine_set_free_memory(struct ha_machine *machine, uint64_t bytes);

/*
 * Hold PnP notification: what is raised from now on waits until it is released, at the latest by
 * ha_machine_finish(). Releasing lets the machine run until it is quiet.
 *
 * Return HA_OK; HA_EBUSY when the run has ended; HA_ENOMEM, HA_ETHREAD as ha_machine_step().
 */
int ha_machine_hold_arrivals(struct ha_machine *machine);
int ha_machine_release_arrivals(struct ha_machine *machine);

/*
 * Disable an instance of a device interface by hand, which Windows never does with processors and
 * memory: its removal is told to who registered for its class. The machine runs until it is quiet.
 *
 *   device  systemwide index of the processor; number of the range of memory, from 1; or which one
 *           of those interfaces that drivers registered, from 1
 *
 * Returns HA_OK; HA_EINVAL when no such instance is enabled; HA_EBUSY, HA_ENOMEM, HA_ETHREAD as
 * ha_machine_step().
 */
int ha_machine_remove_interface(struct ha_machine *machine, enum ha_unit unit, uint32_t device);

/*
 * Begin what is due next, and let everything that it causes run until the machine is quiet.
 *
 * Simulated time jumps to the due time. All driver code that is due runs before this returns,
 * never two pieces of it side by side.
 *
 *   ran  set to false when nothing was due; may be NULL. Timers and delays of drivers, which may
 *        come again for ever, are done until a second of simulated time after the last event; who
 *        wants more of them lets the calling thread wait, with KeDelayExecutionThread.
 *
 * Returns HA_OK, HA_EBUSY when the run has ended, HA_ENOMEM or HA_ETHREAD when it ends here.
 * What a driver does wrong changes none of these results; it is found in the trace.
 */
int ha_machine_step(struct ha_machine *machine, bool *ran);

/* Step until nothing is due. Returns as ha_machine_step(). */
int ha_machine_run(struct ha_machine *machine);

/*
 * End the run: unload what is still loaded, last first, write TRACE_END, flush.
 *
 * An operation that can never end makes this a deadlock. Returns HA_OK also then (see
 * ha_machine_ending()), HA_EBUSY when the run has ended already, HA_ENOMEM or HA_ETHREAD.
 */
int ha_machine_finish(struct ha_machine *machine);

/* End the run where it stands, between two steps, for instance on a signal. */
void ha_machine_stop(struct ha_machine *machine, enum ha_ending ending);

/* End the run at its next scheduling point; for sinks, which are called in the middle of a step. */
void ha_machine_interrupt(struct ha_machine *machine, enum ha_ending ending);

/* How the run ended, HA_END_NOT_YET while it goes on. */
enum ha_ending ha_machine_ending(const struct ha_machine *machine);

/*
 * Whether every answer of the replayed token was asked for: HA_OK, or HA_ESTALE when the run
 * was another one. To be asked when the run has ended; HA_OK when nothing was replayed.
 */
int ha_machine_replayed(const struct ha_machine *machine);

/*
 * Called when a run has to end while this thread is inside an NT routine and so cannot return.
 * It must not return. Without one the program prints a sentence and exits with 1.
 */
void ha_machine_set_fatal(struct ha_machine *machine,
                          void (*fatal)(struct ha_machine *machine, void *argument),
                          void *argument);

/* Remember with the machine who watches it, and say it again; NULL for nobody, as at first. */
void ha_machine_set_watcher(struct ha_machine *machine, void *watcher);
void *ha_machine_watcher(const struct ha_machine *machine);

#ifdef __cplusplus
}
#endif
#endif
