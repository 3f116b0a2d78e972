/*
 * pool - memory that drivers take from the kernel and give back
 *
 * A block belongs to the driver in charge when it is taken. Blocks have ids in the order of their
 * taking; what is taken and given back is recorded (DRV-9).
 */
#ifndef HA_NT_POOL_H
#define HA_NT_POOL_H

#include "nt/kernel.h"

/* Tag of what scripted drivers take and do not name: 'Scrp'. */
#define HA_POOL_SCRIPT_TAG 0x70726353u

#endif
