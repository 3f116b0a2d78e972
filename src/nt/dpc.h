/*
 * dpc - deferred procedure calls that are queued to processors, and broadcasts
 *
 * A KDPC holds its id, driver and target. What is queued is an entry of the arena with all that the
 * call needs, found by the address of the KDPC: a driver may write over that, and does no harm. It
 * runs at DISPATCH_LEVEL on its processor, in the context that core keeps for that, in the name of
 * the driver that initialised it; on a processor that takes no threads yet it waits (QRY-23).
 */
#ifndef HA_NT_DPC_H
#define HA_NT_DPC_H

#include "nt/kernel.h"

/* False when the arena is full. */
bool ha_dpcs_init(struct ha_kernel *kernel);
/* What interrupts a processor for KeIpiGenericCall. */
void ha_broadcasts_init(struct ha_kernel *kernel);
/* Whether the thread has made the broadcast that is under way, and so is in it itself. */
bool ha_broadcast_comes_from(const struct ha_kernel *kernel, const struct ha_thread *thread);

/*
 * Whether a DPC was ever initialised, with a routine; otherwise the misuse has been recorded. A
 * copy of such a one becomes a DPC of its own, unless the copied one was queued then.
 */
bool ha_dpc_is_made(struct ha_kernel *kernel, PKDPC dpc, enum ha_routine routine);
/* The same memory becomes another DPC, with a new id, of the driver in charge. */
void ha_dpc_make(struct ha_kernel *kernel, PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context);
uint32_t ha_dpc_id(const KDPC *dpc);
/* The record of a target: `asked` holds group and number, and the result is in the DPC. */
void ha_dpc_record_target(struct ha_kernel *kernel, enum ha_routine routine, const KDPC *dpc,
                          uint32_t asked, NTSTATUS status);

/*
 * Queue a DPC, with its routine, context and arguments as they are now.
 *
 *   here   index of the processor for one without a target
 *   flags  HA_DPC_BY_TIMER or 0
 *
 * Returns whether it was queued now; false when it was queued already, and when the arena is full,
 * which ends the run.
 */
bool ha_dpc_insert(struct ha_kernel *kernel, PKDPC dpc, uint16_t here, uint8_t flags);
bool ha_dpc_is_queued(const struct ha_kernel *kernel, const KDPC *dpc);
/* Take it out of its queue. False when it was in none. */
bool ha_dpc_remove(struct ha_kernel *kernel, PKDPC dpc, uint8_t flags);

/* A processor takes threads: what waits for it may run. */
void ha_dpcs_start(struct ha_kernel *kernel, uint32_t index);
/* It did not come: nothing that waits for it will run. */
void ha_dpcs_drop(struct ha_kernel *kernel, uint32_t index);

/* The id of a DPC that is queued and lies in some memory of a driver; 0 when there is none. */
uint32_t ha_dpcs_find(const struct ha_kernel *kernel, const void *memory, size_t size);
/* Take all such DPCs out. */
void ha_dpcs_take_out(struct ha_kernel *kernel, const void *memory, size_t size);
/* Take out and record the DPCs of a driver that goes. */
void ha_dpcs_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/* Wait until all that are queued now to processors that take threads, or run there, are done. */
void ha_dpcs_flush(struct ha_kernel *kernel);
/* Wait until a DPC runs nowhere. */
void ha_dpcs_wait_for(struct ha_kernel *kernel, const KDPC *dpc);

/* Given by who sets a timer with the DPC, which runs after that. */
static inline const void *ha_order_of_timers(const KDPC *dpc)
{
    return (const char *)dpc + 1;
}

#endif
