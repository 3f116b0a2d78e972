/*
 * node - the processors of a NUMA node, as routines count and show them
 *
 * Owns the way from the partition's places to counts and masks.
 */
#include "nt/node.h"

#include "nt/query.h"

KAFFINITY ha_node_active(const struct ha_partition *partition, uint32_t node, uint32_t group)
{
    return ha_partition_node_mask(partition, node, group) & partition->group[group].active_mask;
}

uint32_t ha_node_active_count(const struct ha_partition *partition, uint32_t node)
{
    uint32_t count = 0;
    for (uint32_t group = 0; group < partition->group_count; group++)
        count += ha_query_bits(ha_node_active(partition, node, group));
    return count;
}

uint32_t ha_node_maximum_count(const struct ha_partition *partition, uint32_t node)
{
    uint32_t count = 0;
    for (uint32_t group = 0; group < partition->group_count; group++)
        count += ha_query_bits(ha_partition_node_mask(partition, node, group));
    return count;
}

GROUP_AFFINITY ha_node_affinity(const struct ha_partition *partition, uint32_t node)
{
    GROUP_AFFINITY affinity = {.Mask = 0};
    bool has_place = false;
    for (uint32_t group = 0; group < partition->group_count && !affinity.Mask; group++) {
        affinity.Mask = ha_node_active(partition, node, group);
        if (affinity.Mask || (!has_place && ha_partition_node_mask(partition, node, group))) {
            affinity.Group = (USHORT)group;
            has_place = true;
        }
    }
    return affinity;
}
