/*
 * hot_add - processors and memory that are added to the running partition
 */
#ifndef HA_NT_HOT_ADD_H
#define HA_NT_HOT_ADD_H

#include "nt/kernel.h"

/*
 * Ask for a unit of processors to be added. The hot-add thread does what is asked one after
 * another, in the order of asking; `event` is what hooks.ended is told then, NULL for nobody.
 *
 * Returns HA_OK, HA_ENOMEM, or HA_ETHREAD when the host makes no more threads.
 */
int ha_hot_add_post(struct ha_kernel *kernel, const struct ha_add_options *options,
                    const void *event);

/* The same for memory, in the same order. */
int ha_hot_add_post_memory(struct ha_kernel *kernel, const struct ha_memory_add_options *options,
                           const void *event);

#endif
