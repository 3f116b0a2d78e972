/*
 * dpc - deferred procedure calls that are queued to processors, and broadcasts
 *
 * A KDPC holds all that is known of it: id, driver and target. A queued one runs at DISPATCH_LEVEL
 * on its processor, in the context that core keeps for that, in the name of the driver that
 * initialised it; on a processor that takes no threads yet it waits (QRY-23).
 */
#ifndef HA_NT_DPC_H
#define HA_NT_DPC_H

#include "nt/kernel.h"

/* False when the arena is full. */
bool ha_dpcs_init(struct ha_kernel *kernel);
/* What interrupts a processor for KeIpiGenericCall. */
void ha_broadcasts_init(struct ha_kernel *kernel);

/* Whether a DPC was ever initialised; otherwise the misuse has been recorded. */
bool ha_dpc_is_made(struct ha_kernel *kernel, const KDPC *dpc, enum ha_routine routine);
/* The same memory becomes another DPC, with a new id, of the driver in charge. */
void ha_dpc_make(struct ha_kernel *kernel, PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context);
uint32_t ha_dpc_id(const KDPC *dpc);
uint16_t ha_dpc_driver(const KDPC *dpc);

/*
 * Queue a DPC.
 *
 *   here   index of the processor for one without a target
 *   flags  HA_DPC_BY_TIMER or 0
 *
 * Returns whether it was queued now; false when it was queued already.
 */
bool ha_dpc_insert(struct ha_kernel *kernel, PKDPC dpc, uint16_t here, uint8_t flags);
/* Take it out of its queue. False when it was in none. */
bool ha_dpc_remove(struct ha_kernel *kernel, PKDPC dpc, uint8_t flags);

/* A processor takes threads: what waits for it may run. */
void ha_dpcs_start(struct ha_kernel *kernel, uint32_t index);
/* It did not come: nothing that waits for it will run. */
void ha_dpcs_drop(struct ha_kernel *kernel, uint32_t index);

/* Whether a DPC that is queued lies in some memory of a driver. */
bool ha_dpcs_lie_in(const struct ha_kernel *kernel, const void *memory, size_t size);
/* Take out and record the DPCs of a driver that goes. */
void ha_dpcs_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/* Wait until all that are queued now to processors that take threads, or run there, are done. */
void ha_dpcs_flush(struct ha_kernel *kernel);
/* Wait until a DPC, by its id, runs nowhere. */
void ha_dpcs_wait_for(struct ha_kernel *kernel, uint32_t id);

#endif
