/*
 * mem_add - memory that is added to the running partition
 *
 * Owns the procedure of a memory add (family MEM). It has no synchronous stage: no callback is
 * called, and it needs no lock of those that processors come with (MEM-1).
 */
#include "nt/mem_add.h"

#include "nt/free_memory.h"
#include "nt/interface.h"
#include "nt/pnp_queue.h"

/* Whether the range can lie where it shall. The choice of the statuses is ours. */
static NTSTATUS check(const struct ha_partition *partition, const struct ha_memory_options *range)
{
    if (!range->size || range->base % PAGE_SIZE || range->size % PAGE_SIZE ||
        range->size - 1 > UINT64_MAX - range->base)
        return STATUS_INVALID_PARAMETER;
    return ha_partition_has_memory(partition, range) ? STATUS_CONFLICTING_ADDRESSES
                                                     : STATUS_SUCCESS;
}

static void record_range(struct ha_kernel *kernel, enum ha_kind kind, uint32_t id,
                         const struct ha_memory_options *range)
{
    struct ha_record *record = ha_record_open(&kernel->world, kind, id);
    record->as.memory.base = range->base;
    record->as.memory.size = range->size;
}

/* The range is there and can be used at once; drivers are told later (MEM-3). */
static NTSTATUS bring_online(struct ha_kernel *kernel, uint32_t id,
                             const struct ha_memory_options *range)
{
    struct ha_world *world = &kernel->world;
    ha_touch(world, HA_TOUCH_PARTITION, HA_TOUCH_WRITE);
    if (!ha_partition_add_memory(&world->partition, &world->host->arena, range))
        return STATUS_INSUFFICIENT_RESOURCES;
    record_range(kernel, HA_MEM_ONLINE, id, range);
    ha_free_memory_set(kernel, kernel->free_memory.free + range->size / PAGE_SIZE);
    return STATUS_SUCCESS;
}

void ha_mem_add(struct ha_kernel *kernel, const struct ha_memory_add_options *options)
{
    const struct ha_memory_options range = {options->base, options->size};
    const struct ha_partition *partition = &kernel->world.partition;
    uint64_t events_before = kernel->pnp.raised;
    uint32_t id = ++kernel->memory_adds_made;
    record_range(kernel, HA_MEM_ADD_BEGIN, id, &range);
    NTSTATUS status = check(partition, &range);
    if (NT_SUCCESS(status))
        status = options->start;
    if (NT_SUCCESS(status))
        status = bring_online(kernel, id, &range);
    if (NT_SUCCESS(status))
        ha_interface_up(kernel, id, partition->memory_count, true);     /* MEM-2 */
    struct ha_record *end = ha_record_open(&kernel->world, HA_MEM_ADD_END, id);
    end->as.pool_limits.paged = partition->paged_pool;
    end->as.pool_limits.nonpaged = partition->nonpaged_pool;
    end->as.pool_limits.status = NT_SUCCESS(status) ? STATUS_SUCCESS : status;
    ha_pnp_release(kernel, events_before);
}
