/*
 * hot_add - processors and memory that are added to the running partition
 */
#ifndef HA_NT_HOT_ADD_H
#define HA_NT_HOT_ADD_H

#include "nt/kernel.h"

/* What is asked for: a unit of processors, or a range of memory. */
struct ha_add_wish {
    bool is_memory;
    union {
        struct ha_add_options processors;
        struct ha_memory_add_options memory;
    };
};

/*
 * Ask for something to be added. The hot-add thread does what is asked one after another, in the
 * order of asking; `event` is what hooks.ended is told then, NULL for nobody.
 *
 * Returns HA_OK, HA_ENOMEM, or HA_ETHREAD when the host makes no more threads.
 */
int ha_hot_add_post(struct ha_kernel *kernel, const struct ha_add_wish *wish, const void *event);

#endif
