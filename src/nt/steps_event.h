/*
 * steps_event - events of the kernel, which scripts know by their paths
 */
#ifndef HA_NT_STEPS_EVENT_H
#define HA_NT_STEPS_EVENT_H

#include "nt/script.h"
#include "nt/kernel.h"

/* Whether a step speaks of such an event, and not of one that scripts alone have. */
bool ha_step_names_path(const struct ha_step *step);

/* Wait for it, or signal it, as the step says. */
NTSTATUS ha_step_named_event(const struct ha_step *step);

#endif
