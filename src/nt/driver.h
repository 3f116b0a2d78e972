/*
 * driver - a driver's life: loaded, initialised, unloaded, gone
 */
#ifndef HA_NT_DRIVER_H
#define HA_NT_DRIVER_H

#include "nt/kernel.h"

/*
 * Begin to load a driver: DriverEntry runs on a system thread of its own (DRV-1).
 *
 *   name    copied
 *   script  for a scripted driver, whose entry ignores `init`; NULL for compiled code
 *
 * Returns the driver, whose state tells how far it has come, or NULL when memory is lacking.
 */
struct ha_driver *ha_driver_load(struct ha_kernel *kernel, const char *name,
                                 PDRIVER_INITIALIZE init, const struct ha_script *script);

/*
 * Ask for a driver to be unloaded; Unload runs on a system thread of its own.
 *
 * A driver that has no DriverUnload (DRV-10), or is not loaded, is refused: UNLOAD_REQ says so.
 *
 * Returns HA_OK, or HA_ETHREAD when memory or threads are lacking.
 */
int ha_driver_unload(struct ha_driver *driver);

/* A driver by its name, the newest one that bears it; NULL when there is none. */
struct ha_driver *ha_driver_find(const struct ha_kernel *kernel, const char *name);

#endif
