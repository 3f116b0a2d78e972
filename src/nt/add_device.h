/*
 * add_device - devices come, and drivers are told: AddDevice
 */
#ifndef HA_NT_ADD_DEVICE_H
#define HA_NT_ADD_DEVICE_H

#include "nt/kernel.h"

/*
 * Make a device for a driver and call its AddDevice on the running thread. A device that the
 * driver does not want goes again; the others stay until the driver goes.
 *
 * Returns what AddDevice returned; STATUS_INSUFFICIENT_RESOURCES when the arena is full. A driver
 * without AddDevice, or one that is not loaded, is refused, and that is recorded:
 * STATUS_INVALID_DEVICE_REQUEST.
 */
NTSTATUS ha_add_device(struct ha_driver *driver);

/*
 * Begin to do so on a system thread of its own; the driver's add_device_status tells what came of
 * it. Returns HA_OK, HA_ENOMEM or HA_ETHREAD.
 */
int ha_add_device_start(struct ha_driver *driver);

/*
 * The newest device that was found for a driver; where there is none, one that has started already,
 * as a driver without AddDevice reports it. NULL when the arena is full.
 */
PDEVICE_OBJECT ha_device_detected(struct ha_driver *driver);

/* A device of the system that no driver is told of. NULL when the arena is full. */
PDEVICE_OBJECT ha_system_device(struct ha_kernel *kernel);

#endif
