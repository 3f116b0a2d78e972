/*
 * pnp_queue - PnP events that were raised, and the thread that delivers them
 *
 * An event goes to the entries that were live when it was raised, in the order of their
 * registration; events go in the order of raising. The calls are made on one thread of the system,
 * which nobody waits for, so they may come at any time after.
 */
#ifndef HA_NT_PNP_QUEUE_H
#define HA_NT_PNP_QUEUE_H

#include "nt/interface.h"
#include "nt/kernel.h"
#include "nt/pnp_entry.h"

/* An instance was enabled, or disabled. The run ends when the arena is full. */
void ha_pnp_raise(struct ha_kernel *kernel, const struct ha_interface *instance,
                  enum ha_pnp_event event);
/* Tell one entry once more of an instance that it was told of when it registered. */
void ha_pnp_raise_again(struct ha_kernel *kernel, const struct ha_interface *instance,
                        const struct ha_pnp_entry *entry);

/*
 * The older routine has removed an entry: with legacy_late_call=deliver, or if the tape says so,
 * one call still comes if an event is queued for it or a call of it runs. ha_pnp_is_late() says
 * whether, and of what, and pins the entry; ha_pnp_raise_late() has that call begin, as soon as the
 * PnP thread may run.
 */
bool ha_pnp_is_late(struct ha_kernel *kernel, struct ha_pnp_entry *entry, struct ha_news *news);
void ha_pnp_raise_late(struct ha_kernel *kernel, const struct ha_news *news,
                       struct ha_pnp_entry *entry);
/* Wait until no such call is due for a driver. */
void ha_pnp_wait_late(struct ha_kernel *kernel, const struct ha_driver *driver);

/*
 * Whether the arrival of a processor is raised before the Complete calls, and whether an entry that
 * was told of existing instances is told once more: by the profile, or else by the tape.
 */
bool ha_pnp_comes_early(struct ha_kernel *kernel, uint32_t processor);
bool ha_pnp_comes_twice(struct ha_kernel *kernel, const struct ha_pnp_entry *entry);

/*
 * An add has ended: events up to this number, which were raised before it began, wait no longer.
 * Under the preset "adversarial" every event waits for that, and elsewhere those of which the tape
 * says so.
 */
void ha_pnp_release(struct ha_kernel *kernel, uint64_t number);
/* From now on, events that are raised wait, whatever ends; or all go that were raised. */
void ha_pnp_hold(struct ha_kernel *kernel, bool hold);
/* Tell the hooks that an event has ended, as soon as all has been told that was raised so far. */
void ha_pnp_end_event(struct ha_kernel *kernel, const void *event);
/* The run drains: everything goes, and nothing waits from now on. */
void ha_pnp_drain(struct ha_kernel *kernel);

#endif
