/*
 * scripted - plays the script of a scripted driver
 */
#ifndef HA_NT_SCRIPTED_H
#define HA_NT_SCRIPTED_H

#include "nt/kernel.h"
#include "nt/script.h"

/* Make what the driver remembers between its steps. False when the arena is full. */
bool ha_scripted_init(struct ha_driver *driver);

/* The DriverEntry of every scripted driver. */
DRIVER_INITIALIZE ha_scripted_entry;

/*
 * Begin to run steps on a system thread of its own, in the name of a driver.
 *
 * Returns HA_OK, HA_ENOMEM or HA_ETHREAD.
 */
int ha_scripted_run(struct ha_driver *driver, const struct ha_steps *steps);

#endif
