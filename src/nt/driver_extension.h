/*
 * driver_extension - memory that a driver keeps with its driver object
 */
#ifndef HA_NT_DRIVER_EXTENSION_H
#define HA_NT_DRIVER_EXTENSION_H

#include "nt/kernel.h"

/* Give back all of a driver that goes. */
void ha_driver_extensions_free(struct ha_driver *driver);

#endif
