/*
 * node - the processors of a NUMA node, as routines count and show them
 *
 * A node is told by the places that belong to it, so it exists from boot on, also while none of
 * its processors is active, and its numbers grow with adds (QRY-12). A node that does not exist
 * has no place.
 */
#ifndef HA_NT_NODE_H
#define HA_NT_NODE_H

#include <ntddk.h>

#include "core/partition.h"

/* Its active processors in a group. */
KAFFINITY ha_node_active(const struct ha_partition *partition, uint32_t node, uint32_t group);

/* How many are active in all groups, and how many there can ever be. */
uint32_t ha_node_active_count(const struct ha_partition *partition, uint32_t node);
uint32_t ha_node_maximum_count(const struct ha_partition *partition, uint32_t node);

/*
 * Its active processors in the one group by which routines show it that have room for one: the
 * lowest where it has some, or, with mask 0, the lowest where it has a place.
 * Our choice, not documented: before Windows Server 2022 no node has two groups.
 */
GROUP_AFFINITY ha_node_affinity(const struct ha_partition *partition, uint32_t node);

#endif
