/*
 * in_use - what the kernel has of a driver's memory
 *
 * Objects lie in memory of drivers, and queues, waits and threads lead to them. Memory that is
 * given back while they do is kept, so that nothing leads to what is not there any more.
 */
#ifndef HA_NT_IN_USE_H
#define HA_NT_IN_USE_H

#include <stdint.h>

#include "nt/kernel.h"

static inline bool ha_lies_in(const void *place, const void *memory, size_t size)
{
    return (uintptr_t)place - (uintptr_t)memory < size;
}

/* Whether the kernel has something there; if so it has been recorded, as the routine's misuse. */
bool ha_in_use(struct ha_kernel *kernel, const void *memory, size_t size,
               enum ha_routine routine);

/* The memory is about to be gone. Whatever leads there is put away, and nobody has it any more. */
void ha_in_use_take_out(struct ha_kernel *kernel, const void *memory, size_t size);

#endif
