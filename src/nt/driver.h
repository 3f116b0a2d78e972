/*
 * driver - a driver's life: loaded, initialised, unloaded, gone
 */
#ifndef HA_NT_DRIVER_H
#define HA_NT_DRIVER_H

#include "nt/kernel.h"

/*
 * A driver that is not known to the kernel yet; `name` is copied, and has at most
 * HA_DRIVER_NAME_LENGTH bytes. NULL when the arena is full, and what was taken of it then goes
 * with the run, which cannot go on.
 */
struct ha_driver *ha_driver_make(struct ha_kernel *kernel, const char *name,
                                 PDRIVER_INITIALIZE init);

/*
 * Begin to load a driver that was made: DriverEntry runs on a system thread of its own (DRV-1),
 * and the driver's state tells how far it has come. When it has ended hooks.ended is told of
 * `event`, unless that is NULL.
 *
 * Returns HA_OK, HA_ETHREAD, or HA_ENOMEM, also for the 65,536th driver of a run.
 */
int ha_driver_start(struct ha_driver *driver, const void *event);

/*
 * Ask for a driver to be unloaded; Unload runs on a system thread of its own.
 *
 * A driver that has no DriverUnload (DRV-10), or is not loaded, is refused: UNLOAD_REQ says so.
 * `event` as above.
 *
 * Returns HA_OK, HA_ENOMEM or HA_ETHREAD.
 */
int ha_driver_unload(struct ha_driver *driver, const void *event);

/*
 * A work item of an object of the driver is queued, and has been done: the image stays that long.
 * Nothing happens for an id that no driver has.
 */
void ha_driver_hold(const struct ha_kernel *kernel, uint16_t id);
void ha_driver_let_go(struct ha_kernel *kernel, uint16_t id);

/* A driver by its id; NULL for 0 and for an id that none has. */
struct ha_driver *ha_driver_by_id(const struct ha_kernel *kernel, uint16_t id);

/* The driver of a DriverObject that is passed to a routine; NULL for none, which is a misuse. */
struct ha_driver *ha_driver_meant(struct ha_kernel *kernel, enum ha_routine routine,
                                  const DRIVER_OBJECT *object);

/* A driver by its name, the newest one that bears it; NULL when there is none. */
struct ha_driver *ha_driver_find(const struct ha_kernel *kernel, const char *name);

#endif
