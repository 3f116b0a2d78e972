/*
 * steps_later - steps that have others played elsewhere: in a DPC, a work item, a thread
 */
#ifndef HA_NT_STEPS_LATER_H
#define HA_NT_STEPS_LATER_H

#include "nt/steps.h"

/* Each fails as the routine does that it calls, or when the arena is full. */
NTSTATUS ha_step_queue_dpc(struct ha_stage *stage, const struct ha_step *step);
NTSTATUS ha_step_remove_dpc(struct ha_stage *stage, const struct ha_step *step);
NTSTATUS ha_step_queue_work(struct ha_stage *stage, const struct ha_step *step);
NTSTATUS ha_step_start_thread(struct ha_stage *stage, const struct ha_step *step);
NTSTATUS ha_step_join(struct ha_stage *stage, const struct ha_step *step);

/*
 * What a driver has queued is taken back or waited for. Its threads are not: nobody can say when
 * they end, and one that outlives its driver is for the judge (DRV-12).
 */
void ha_steps_later_undo(struct ha_driver *driver);

#endif
