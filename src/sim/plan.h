/*
 * plan - what a machine is made of and what will happen to it
 *
 * Plain data: whoever makes a plan owns its memory and keeps it until the machine is destroyed.
 * An event has 24 bytes, for there may be hundreds of thousands of them.
 */
#ifndef HA_SIM_PLAN_H
#define HA_SIM_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/machine.h"
#include "nt/script.h"

enum ha_event_kind {
    HA_EVENT_ADD_PROCESSOR,     /* add */
    HA_EVENT_LOAD,              /* driver */
    HA_EVENT_UNLOAD,            /* driver */
    HA_EVENT_RUN,               /* driver, run: on a thread of its own */
    HA_EVENT_ADD_MEMORY,        /* memory */
    HA_EVENT_FREE_MEMORY,       /* free_bytes */
    HA_EVENT_HOLD,              /* arrivals that are raised from now on wait for a RELEASE */
    HA_EVENT_RELEASE,           /* of all that were raised so far; ends when they have been told */
    HA_EVENT_REMOVE_INTERFACE,  /* instance: disabled by hand */
    HA_EVENT_KIND_COUNT
};

enum ha_trigger {
    HA_AT_TIME,                 /* due_ns */
    HA_DURING_CALL,             /* call: the driver has been entered */
    HA_AFTER_CALL,              /* call: it has returned */
    HA_AFTER_EVENT              /* event: that one has ended */
};

struct ha_event_plan {
    union {
        uint64_t due_ns;
        const struct ha_call_pattern *call;
        uint32_t event;         /* index into the plan's events */
    };
    union {
        const struct ha_add_options *add;
        const struct ha_steps *run;
        const struct ha_memory_add_options *memory;
        uint64_t free_bytes;
        const struct ha_instance_pattern *instance;
    };
    uint32_t driver;            /* index into the plan's drivers */
    uint8_t kind;               /* enum ha_event_kind */
    uint8_t trigger;            /* enum ha_trigger */
};

struct ha_plan {
    const char *name;
    uint64_t scenario_hash;
    struct ha_partition_options partition;
    struct ha_profile profile;
    const struct ha_script *driver;     /* loaded in this order, before the first event ... */
    const bool *loads_later;            /* ... except those that a LOAD event names */
    size_t driver_count;
    const struct ha_event_plan *event;  /* in file order; equal times run in this order */
    size_t event_count;
    bool has_callback_budget;           /* as in struct ha_machine_options */
    uint64_t callback_budget_ns;
    const struct ha_fault_plan *fault;
    size_t fault_count;
};

#endif
