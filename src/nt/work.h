/*
 * work - work items: functions that a thread of the system calls later
 */
#ifndef HA_NT_WORK_H
#define HA_NT_WORK_H

#include "nt/kernel.h"

/* Whether a work item that is queued lies in some memory of a driver. */
bool ha_work_lies_in(const struct ha_kernel *kernel, const void *memory, size_t size);

/* That memory is about to be gone: those that are queued there are no more. */
void ha_work_take_out(struct ha_kernel *kernel, const void *memory, size_t size);

/* Record the work items that a driver has not freed. */
void ha_work_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

#endif
