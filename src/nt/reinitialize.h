/*
 * reinitialize - routines that drivers want to be called when DriverEntry has returned
 */
#ifndef HA_NT_REINITIALIZE_H
#define HA_NT_REINITIALIZE_H

#include "nt/kernel.h"

/* Call what a driver has registered, until it registers no more. */
void ha_reinitialize(struct ha_driver *driver);

/* Forget what a driver has registered, because it does not stay. */
void ha_reinitializations_free(struct ha_driver *driver);

#endif
