/*
 * hotadd/machine.h - a simulated hardware partition with its kernel
 *
 * A machine belongs to the host thread that made it: every call below, and every NT routine
 * that is to act on it, is made there or on a thread of the machine. Several machines can live
 * in one process, on different host threads.
 */
#ifndef HOTADD_MACHINE_H
#define HOTADD_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/error.h"
#include "hotadd/profile.h"
#include "hotadd/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HA_MAXIMUM_PROCESSORS 2048u     /* of a partition */
#define HA_MAXIMUM_GROUPS 64u
#define HA_ANY_PLACE UINT32_MAX         /* group or number: whatever the assignment rule gives */

struct ha_group_options {
    uint32_t maximum;           /* processors it can ever hold, 1 to 64 */
    uint64_t active_mask;       /* group-relative numbers that are active at boot */
    uint16_t node;              /* NUMA node of the whole group */
};

struct ha_memory_options {
    uint64_t base, size;        /* bytes */
};

struct ha_partition_options {
    const struct ha_group_options *group;   /* group 0 has at least one active processor */
    size_t group_count;
    const struct ha_memory_options *memory;
    size_t memory_count;
};

struct ha_add_options {
    uint32_t group;             /* HA_ANY_PLACE, or the group that the unit goes into */
    uint32_t number;            /* HA_ANY_PLACE, or the group-relative number; needs a group */
    uint32_t count;             /* logical processors of the unit, 1 or more; 0 counts as 1 */
    int32_t hardware_start;     /* NTSTATUS of starting each; 0 for success */
};

struct ha_machine_options {
    struct ha_partition_options partition;
    struct ha_profile profile;
    const char *name;           /* goes into the trace; may be NULL */
    uint64_t scenario_hash;     /* goes into the trace and into tokens */
    uint64_t record_budget;     /* the run ends after so many records; 0 for no limit */
    size_t arena_bytes;         /* all that a run may change lives there; 0 for 256 MiB */
    const char *replay;         /* a token of an earlier run, or NULL */
};

struct ha_machine;

#ifdef __cplusplus
}
#endif
#endif
