/*
 * caller - where in its code a driver calls a routine
 */
#ifndef HA_NT_CALLER_H
#define HA_NT_CALLER_H

#include "nt/kernel.h"

/*
 * The place from which the driver in charge has called the routine that runs, as an id of
 * HA_NS_PLACE that the trace knows now; nothing else may be half-written into it. 0 where places
 * are not recorded, for a driver that is a script, and for what the kernel does by itself.
 */
uint32_t ha_caller_place(struct ha_kernel *kernel);

/* A machine goes that was put back again and again: what it knew by name. */
void ha_caller_close(struct ha_host *host);

#endif
