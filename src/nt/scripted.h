/*
 * scripted - the drivers of a plan: scripts, and compiled code that a scenario speaks of
 */
#ifndef HA_NT_SCRIPTED_H
#define HA_NT_SCRIPTED_H

#include "nt/belongings.h"
#include "nt/kernel.h"
#include "nt/script.h"

/*
 * Begin to load a driver of a plan, whose script outlives the run. When that has ended
 * hooks.ended is told of `event`, unless it is NULL. Compiled code must be in memory already.
 *
 * Returns HA_OK, HA_ENOMEM or HA_ETHREAD.
 */
int ha_scripted_load(struct ha_kernel *kernel, const struct ha_script *script,
                     const void *event);

/*
 * Begin to run steps on a system thread of its own, in the name of a driver; `event` as above.
 *
 * Returns HA_OK, HA_ENOMEM or HA_ETHREAD.
 */
int ha_scripted_run(struct ha_driver *driver, const struct ha_steps *steps, const void *event);

/*
 * The trace is told what a registration that is being made is called: as the step of a script says,
 * as the scenario says of compiled code, or ke1, ke2, ... (cb1, pnp1), for the driver's first,
 * second, ... of that kind.
 *
 *   driver  that makes it; NULL for none: `id` takes the place of a number
 *
 * Returns what the scenario knows of it if compiled code makes it; NULL for other drivers, and when
 * the arena is full.
 */
struct ha_own_registration *ha_scripted_announce(struct ha_kernel *kernel,
                                                 struct ha_driver *driver,
                                                 enum ha_notification kind, uint32_t id);

/* Whether a call is one of those that the pattern describes, its occurrence aside. */
bool ha_scripted_fits(const struct ha_kernel *kernel, const struct ha_call_pattern *pattern,
                      const struct ha_called *call);

#endif
