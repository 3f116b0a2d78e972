/*
 * triggers - events of a plan that wait for a call or for the end of another event, and faults
 *
 * The kernel tells of calls and ends through its hooks. A triggered event begins at once, on a
 * thread of its own; who pulled the trigger goes on when that blocks or ends.
 */
#ifndef HA_SIM_TRIGGERS_H
#define HA_SIM_TRIGGERS_H

#include <stdbool.h>

#include "sim/machine.h"

/*
 * Let the machine's plan wait for its triggers and make its faults happen.
 *
 *   begin  carries out an event; returns HA_OK, or what ends the run for want of means
 *
 * Returns HA_OK or HA_ENOMEM.
 */
int ha_triggers_set(struct ha_machine *machine,
                    int (*begin)(struct ha_machine *machine, const struct ha_event_plan *event));

/* What hooks.ended is to be told of when the event ends: NULL when nobody waits for that. */
const void *ha_triggers_cookie(const struct ha_machine *machine,
                               const struct ha_event_plan *event);

/* The first event at or behind `event` that still waits; the plan's event_count for none. */
size_t ha_triggers_waiting(const struct ha_machine *machine, size_t event);

/* The first fault at or behind `fault` that has not happened; the plan's fault_count for none. */
size_t ha_triggers_unstruck(const struct ha_machine *machine, size_t fault);

#endif
