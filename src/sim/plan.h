/*
 * plan - what a machine is made of and what will happen to it
 *
 * Plain data: whoever makes a plan owns its memory and keeps it until the machine is destroyed.
 */
#ifndef HA_SIM_PLAN_H
#define HA_SIM_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "hotadd/machine.h"
#include "nt/script.h"

enum ha_event_kind {
    HA_EVENT_ADD_PROCESSOR,     /* add */
    HA_EVENT_LOAD,              /* driver */
    HA_EVENT_UNLOAD,            /* driver */
    HA_EVENT_RUN                /* driver, steps: on a thread of its own */
};

struct ha_event_plan {
    uint64_t due_ns;
    enum ha_event_kind kind;
    struct ha_add_options add;
    uint32_t driver;            /* index into the plan's drivers */
    struct ha_steps steps;
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
};

#endif
