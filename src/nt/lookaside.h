/*
 * lookaside - lists of blocks of one size, from which drivers allocate
 */
#ifndef HA_NT_LOOKASIDE_H
#define HA_NT_LOOKASIDE_H

#include "nt/kernel.h"

/* Whether a list that was not deleted lies in some memory of a driver. */
bool ha_lookasides_lie_in(const struct ha_kernel *kernel, const void *memory, size_t size);
/* That memory is about to be gone: forget the lists there. */
void ha_lookasides_take_out(struct ha_kernel *kernel, const void *memory, size_t size);

/* Record and forget the lists that a driver has not deleted. */
void ha_lookasides_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

#endif
