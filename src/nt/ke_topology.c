/*
 * ke_topology - what drivers ask about NUMA nodes and about the processor that they run on
 *
 * As in ke_query, every answer comes from the partition and is recorded, and none of the routines
 * minds the IRQL, or a callback that its caller is in (QRY-16).
 */
#include "nt/node.h"
#include "nt/query.h"

/* Who runs on a processor comes after the Start calls for it (ORD-2). */
static uint16_t caller_index(struct ha_kernel *kernel)
{
    uint16_t index = kernel->world.sched.running->stamp.processor;
    ha_order_take(&kernel->world, ha_order_of_start(&kernel->world, index));
    return index;
}

static struct ha_place caller_place(struct ha_kernel *kernel)
{
    return kernel->world.partition.place[caller_index(kernel)];
}

/*
 * The group-relative number of the processor that the caller runs on.
 *
 * Source: WDK reference, wdm.h, KeGetCurrentProcessorNumber (QRY-17). Any IRQL.
 * Our choice, not documented: to a caller outside group 0 the page promises just some number
 * below the active count of group 0; it is the caller's own modulo that count.
 */
ULONG KeGetCurrentProcessorNumber(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_CURRENT_PROCESSOR);
    struct ha_place place = caller_place(kernel);
    ULONG number = place.number;
    if (place.group != 0)
        number %= ha_query_bits(kernel->world.partition.group[0].active_mask);
    ha_query_record(kernel, HA_RT_CURRENT_PROCESSOR, 0, number, 0);
    return number;
}

/*
 * The systemwide index of the processor that the caller runs on.
 *
 *   ProcNumber  gets its group and number; Reserved becomes 0; may be NULL
 *
 * Source: WDK reference, wdm.h, KeGetCurrentProcessorNumberEx (QRY-14). Any IRQL.
 */
ULONG KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_CURRENT_PROCESSOR_EX);
    struct ha_place place = caller_place(kernel);
    ULONG index = caller_index(kernel);
    if (ProcNumber)
        *ProcNumber = (PROCESSOR_NUMBER){.Group = place.group, .Number = place.number};
    ha_query_record(kernel, HA_RT_CURRENT_PROCESSOR_EX, 0, index,
                    ProcNumber ? (uint32_t)place.group << 16 | place.number : 0);
    return index;
}

/* The same without a structure. Source: WDK reference, wdm.h, KeGetCurrentProcessorIndex. */
ULONG KeGetCurrentProcessorIndex(VOID)
{
    return KeGetCurrentProcessorNumberEx(NULL);
}

/*
 * The node of the processor that the caller runs on.
 *
 * Source: WDK reference, wdm.h, KeGetCurrentNodeNumber. Any IRQL.
 */
USHORT KeGetCurrentNodeNumber(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_CURRENT_NODE);
    struct ha_place place = caller_place(kernel);
    USHORT node = kernel->world.partition.group[place.group].node[place.number];
    ha_query_record(kernel, HA_RT_CURRENT_NODE, 0, node, 0);
    return node;
}

/*
 * The highest node number. The number of nodes is one more, and fixed at boot.
 *
 * Source: WDK reference, wdm.h, KeQueryHighestNodeNumber (QRY-12). Any IRQL.
 */
USHORT KeQueryHighestNodeNumber(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_HIGHEST_NODE);
    USHORT node = (USHORT)(kernel->world.partition.node_count - 1);
    ha_query_record(kernel, HA_RT_HIGHEST_NODE, 0, node, 0);
    return node;
}

/*
 * The active processors of a node, of one group.
 *
 *   Affinity  gets group and mask; the mask is 0 for a node that has no active processor, or
 *             that does not exist; may be NULL
 *   Count     gets the number of bits in the mask; may be NULL
 *
 * Source: WDK reference, wdm.h, KeQueryNodeActiveAffinity (QRY-12). Any IRQL.
 * Our choice, not documented: of several groups it is the one of ha_node_affinity().
 */
VOID KeQueryNodeActiveAffinity(USHORT NodeNumber, PGROUP_AFFINITY Affinity, PUSHORT Count)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_NODE_AFFINITY);
    GROUP_AFFINITY affinity = ha_node_affinity(&kernel->world.partition, NodeNumber);
    ha_order_take_starts(&kernel->world);
    USHORT count = ha_query_bits(affinity.Mask);
    if (Affinity)
        *Affinity = affinity;
    if (Count)
        *Count = count;
    ha_query_record(kernel, HA_RT_NODE_AFFINITY, NodeNumber, count, affinity.Mask);
}

/*
 * The active processors of a node, a mask for each group that has some, ascending.
 *
 *   GroupAffinities          room for GroupAffinitiesCount masks; NULL when that is 0
 *   GroupAffinitiesRequired  gets the number of groups, 0 for a node without active processor
 *
 * Returns STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, with no mask written;
 * STATUS_INVALID_PARAMETER, with nothing written, for a node that does not exist.
 *
 * Source: WDK reference, KeQueryNodeActiveAffinity2 (QRY-12). Any IRQL.
 */
NTSTATUS KeQueryNodeActiveAffinity2(USHORT NodeNumber, PGROUP_AFFINITY GroupAffinities,
                                    USHORT GroupAffinitiesCount, PUSHORT GroupAffinitiesRequired)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_NODE_AFFINITY2);
    const struct ha_partition *partition = &kernel->world.partition;
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    USHORT required = 0;
    ha_order_take_starts(&kernel->world);
    if (NodeNumber < partition->node_count) {
        for (uint32_t group = 0; group < partition->group_count; group++)
            if (ha_node_active(partition, NodeNumber, group))
                required++;
        *GroupAffinitiesRequired = required;
        status = required > GroupAffinitiesCount ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
    }
    for (uint32_t group = 0; NT_SUCCESS(status) && group < partition->group_count; group++) {
        KAFFINITY mask = ha_node_active(partition, NodeNumber, group);
        if (mask)
            *GroupAffinities++ = (GROUP_AFFINITY){.Mask = mask, .Group = (USHORT)group};
    }
    ha_query_record(kernel, HA_RT_NODE_AFFINITY2, NodeNumber, (uint32_t)status, required);
    return status;
}

/*
 * The number of active processors in a node, of all groups; 0 for a node that does not exist.
 *
 * Source: WDK reference, KeQueryNodeActiveProcessorCount (QRY-12). Any IRQL: its page names none.
 */
ULONG KeQueryNodeActiveProcessorCount(USHORT NodeNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_NODE_ACTIVE_COUNT);
    ULONG count = ha_node_active_count(&kernel->world.partition, NodeNumber);
    ha_order_take_starts(&kernel->world);
    ha_query_record(kernel, HA_RT_NODE_ACTIVE_COUNT, NodeNumber, count, 0);
    return count;
}

/*
 * The most processors that a node can ever have, of all groups; 0 for a node that does not exist.
 *
 * Source: WDK reference, wdm.h, KeQueryNodeMaximumProcessorCount (QRY-12). Any IRQL.
 */
USHORT KeQueryNodeMaximumProcessorCount(USHORT NodeNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_NODE_MAXIMUM_COUNT);
    USHORT count = (USHORT)ha_node_maximum_count(&kernel->world.partition, NodeNumber);
    ha_query_record(kernel, HA_RT_NODE_MAXIMUM_COUNT, NodeNumber, count, 0);
    return count;
}
