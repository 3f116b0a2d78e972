/*
 * remove_lock - what of the kernel's lies in remove locks; the routines are in io_remove_lock.c
 */
#ifndef HA_NT_REMOVE_LOCK_H
#define HA_NT_REMOVE_LOCK_H

#include "nt/kernel.h"

/* A remove lock in some memory of a driver that is acquired: its id, 0 when there is none. */
uint32_t ha_remove_locks_find(const struct ha_kernel *kernel, const void *memory, size_t size);

/* That memory is about to be gone: forget the acquisitions of the locks there. */
void ha_remove_locks_take_out(struct ha_kernel *kernel, const void *memory, size_t size);

/* Record and forget the acquisitions that a driver has not released. */
void ha_remove_locks_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

#endif
