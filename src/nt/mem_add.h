/*
 * mem_add - memory that is added to the running partition
 */
#ifndef HA_NT_MEM_ADD_H
#define HA_NT_MEM_ADD_H

#include "nt/kernel.h"

/* Add a range of memory, on the hot-add thread. What comes of it is recorded. */
void ha_mem_add(struct ha_kernel *kernel, const struct ha_memory_add_options *options);

#endif
