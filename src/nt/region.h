/*
 * region - critical regions, and the guarded regions that count as such
 */
#ifndef HA_NT_REGION_H
#define HA_NT_REGION_H

#include "nt/kernel.h"

/* The running thread enters or leaves one. False when the misuse of a limit was recorded. */
bool ha_region_change(struct ha_kernel *kernel, enum ha_routine routine, bool enters);

/* How many guarded mutexes a thread has, as far as is known; in guarded.c. */
uint32_t ha_guarded_mutexes(const struct ha_thread *thread);

/* A thread ends, perhaps in guarded regions; in guarded.c. */
void ha_guarded_thread_ends(struct ha_kernel *kernel, const struct ha_thread *thread);

#endif
