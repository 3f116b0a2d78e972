/*
 * scripted - plays the script of a scripted driver
 */
#ifndef HA_NT_SCRIPTED_H
#define HA_NT_SCRIPTED_H

#include "nt/kernel.h"
#include "nt/script.h"

/*
 * Begin to load a scripted driver, whose script outlives the run. When that has ended hooks.ended
 * is told of `event`, unless it is NULL.
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

/* Whether a call is one of those that the pattern describes, its occurrence aside. */
bool ha_scripted_fits(const struct ha_kernel *kernel, const struct ha_call_pattern *pattern,
                      const struct ha_called *call);

#endif
