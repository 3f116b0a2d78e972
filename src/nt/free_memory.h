/*
 * free_memory - how much memory is free, and the conditions that tell drivers of it
 */
#ifndef HA_NT_FREE_MEMORY_H
#define HA_NT_FREE_MEMORY_H

#include "nt/kernel.h"

/* All memory of the partition is free, and what follows from that holds. */
void ha_free_memory_init(struct ha_kernel *kernel);

/* So many pages are free now, at most those that there are. */
void ha_free_memory_set(struct ha_kernel *kernel, uint64_t pages);

#endif
