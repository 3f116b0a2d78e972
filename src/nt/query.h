/*
 * query - how a routine that only asks begins and ends
 *
 * Every answer comes from the partition and is recorded (QRY-4).
 */
#ifndef HA_NT_QUERY_H
#define HA_NT_QUERY_H

#include "nt/caller.h"
#include "nt/kernel.h"

/* How a question about processors begins: the kernel of the caller, at a scheduling point. */
static HA_AT_ONCE struct ha_kernel *ha_query_partition(enum ha_routine routine)
{
    struct ha_kernel *kernel = ha_kernel_enter(ha_routine_name(routine));
    ha_touch(&kernel->world, HA_TOUCH_PARTITION, HA_TOUCH_READ);
    return kernel;
}

/*
 * The record of a question and its answer; what they hold is said at the routine. Where it is asked
 * matters when it may be about one group of several (QRY-24); else it would cost too much.
 */
static inline void ha_query_record(struct ha_kernel *kernel, enum ha_routine routine,
                                   uint32_t argument, uint64_t result, uint64_t output)
{
    uint32_t place = kernel->world.partition.group_count > 1 ? ha_caller_place(kernel) : 0;
    struct ha_record *query = ha_record_open(&kernel->world, HA_QUERY, 0);
    query->as.query.routine = routine;
    query->as.query.argument = argument;
    query->as.query.result = result;
    query->as.query.output = output;
    query->as.query.place = place;
}

/*
 * Whether the conversions between numbers and indices know a processor: one that is active, or
 * that is being added if the profile says so (QRY-10).
 */
static inline bool ha_query_is_mapped(const struct ha_kernel *kernel, uint32_t group,
                                      uint32_t number)
{
    enum ha_slot_state state = ha_partition_slot(&kernel->world.partition, group, number);
    return state == HA_SLOT_ACTIVE || state == HA_SLOT_SCHEDULED ||
           (state == HA_SLOT_INCOMING &&
            ha_kernel_knob(kernel, HA_KNOB_NUMBER_MAP_AT_START) == HA_MAP_VALID);
}

/* The processors in a mask. */
static inline uint8_t ha_query_bits(uint64_t mask)
{
    uint8_t count = 0;
    for (; mask; mask &= mask - 1)
        count++;
    return count;
}

#endif
