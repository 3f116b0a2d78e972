/*
 * steps_affinity - steps that say where the thread that plays them may run
 */
#ifndef HA_NT_STEPS_AFFINITY_H
#define HA_NT_STEPS_AFFINITY_H

#include "nt/steps.h"

/* Fails for an index that no processor has, or when the arena is full. */
NTSTATUS ha_step_set_affinity(struct ha_stage *stage, const struct ha_step *step);
NTSTATUS ha_step_revert_affinity(struct ha_stage *stage, const struct ha_step *step);

/* The place of the processor with the index `value`; fails as the conversion does. */
NTSTATUS ha_step_place(const struct ha_stage *stage, const struct ha_value *value,
                       PPROCESSOR_NUMBER place);
/* Let the running thread run on one processor only. */
void ha_step_pin(const PROCESSOR_NUMBER *place, PGROUP_AFFINITY previous);

#endif
