/*
 * mm_ranges - which memory there is
 *
 * Owns the lists of ranges, which lie in pool and belong to who asked. In records
 * MmGetPhysicalMemoryRanges stands for the three of them; the result is the number of ranges, and
 * the output how many bytes they have together.
 */
#include "nt/callout.h"
#include "nt/pool.h"
#include "nt/query.h"

#define RANGES_TAG 0x70526d4du      /* "MmRp" */

/* Our choice, as the pages name none: the partition of the system is the only one. */
static PPHYSICAL_MEMORY_RANGE list(PVOID partition_object, ULONG flags)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_MEMORY_RANGES);
    const struct ha_partition *partition = &kernel->world.partition;
    struct ha_pool_wish wish = {
        .size = (partition->memory_count + (size_t)1) * sizeof(PHYSICAL_MEMORY_RANGE),
        .tag = RANGES_TAG, .alignment = HA_POOL_ALIGNMENT};
    if (ha_callout_irql_is_raised(kernel, kernel->world.sched.running)) {
        ha_record_refused(kernel, HA_RT_MEMORY_RANGES, HA_REASON_IRQL);
        return NULL;
    }
    if (partition_object || flags) {
        ha_record_refused(kernel, HA_RT_MEMORY_RANGES, HA_REASON_NOT_SIMULATED);
        return NULL;
    }
    if (ha_kernel_faults(kernel, HA_RT_MEMORY_RANGES))
        return NULL;
    PPHYSICAL_MEMORY_RANGE ranges = ha_pool_block_take(kernel, &wish);
    if (!ranges)
        return NULL;
    for (uint32_t i = 0; i < partition->memory_count; i++) {
        ranges[i].BaseAddress.QuadPart = (LONGLONG)partition->memory[i].base;
        ranges[i].NumberOfBytes.QuadPart = (LONGLONG)partition->memory[i].size;
    }
    ha_query_record(kernel, HA_RT_MEMORY_RANGES, 0, partition->memory_count,
                    ha_partition_memory_size(partition));
    return ranges;
}

/*
 * List the ranges of physical memory, from the lowest address up. A range of zeroes ends the list.
 *
 * Each range that was there at boot or was added is one entry, also where two of them touch; the
 * list stays as it is when memory comes later (MEM-3).
 *
 * Returns the list, which the caller gives back with ExFreePool; NULL for want of memory, or above
 * PASSIVE_LEVEL, where it is refused. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, ntddk.h, MmGetPhysicalMemoryRanges; MmGetPhysicalMemoryRangesEx2.
 * Our choice, not documented: ranges are never merged.
 */
PPHYSICAL_MEMORY_RANGE MmGetPhysicalMemoryRanges(VOID)
{
    return list(NULL, 0);
}

/*
 * The same for a memory partition.
 *
 *   PartitionObject  NULL for the system's; another one is refused with NULL, as none is simulated
 *
 * Source: WDK reference, ntddk.h, MmGetPhysicalMemoryRangesEx2, of which this is the older form.
 */
PPHYSICAL_MEMORY_RANGE MmGetPhysicalMemoryRangesEx(PVOID PartitionObject)
{
    return list(PartitionObject, 0);
}

/*
 * The same with a choice of what is listed.
 *
 *   Flags  0 for memory as such; another kind is refused with NULL, as none is simulated
 *
 * Source: WDK reference, ntddk.h, MmGetPhysicalMemoryRangesEx2. Our choice: NumberOfBytes counts
 * bytes, as the structure says, and not pages, as the page does.
 */
PPHYSICAL_MEMORY_RANGE MmGetPhysicalMemoryRangesEx2(PVOID PartitionObject, ULONG Flags)
{
    return list(PartitionObject, Flags);
}
