/*
 * mdl - descriptions of buffers by their pages
 */
#ifndef HA_NT_MDL_H
#define HA_NT_MDL_H

#include "nt/kernel.h"

/* Whether an MDL has pages of this memory locked; if so it has been recorded as a misuse. */
bool ha_mdls_hold(struct ha_kernel *kernel, const void *memory, size_t size,
                  enum ha_routine routine);

/* Record and forget the MDLs that a driver has not freed. */
void ha_mdls_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/*
 * The physical address of memory in the arena, where pool and all that the kernel makes for
 * drivers lies; 0 for any other, such as a driver's image or a stack. In mm_address.c.
 */
uint64_t ha_physical_address(const struct ha_kernel *kernel, const void *address);

#endif
