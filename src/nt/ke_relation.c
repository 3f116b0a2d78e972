/*
 * ke_relation - KeQueryLogicalProcessorRelationship
 *
 * Owns the shape of its answer: entries that follow each other in the caller's buffer, one for
 * all groups and one for each node, told in the trace as RELATION records.
 */
#include <string.h>

#include "nt/node.h"
#include "nt/query.h"

#define ROUTINE HA_RT_LOGICAL_RELATIONSHIP
#define GROUPS_LENGTH(count)                                                        \
    (offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Group.GroupInfo) +           \
     (count) * sizeof(PROCESSOR_GROUP_INFO))
#define NODE_LENGTH                                                                 \
    (offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, NumaNode) + sizeof(NUMA_NODE_RELATIONSHIP))

/* What was asked for. */
struct question {
    bool groups;
    uint32_t first_node, end_node;
};

/*
 * Which entries the answer has: STATUS_SUCCESS; STATUS_NOT_SUPPORTED for what the partition does
 * not know, cores, caches and packages; STATUS_INVALID_PARAMETER.
 */
static NTSTATUS understand(const struct ha_partition *partition, const PROCESSOR_NUMBER *processor,
                           LOGICAL_PROCESSOR_RELATIONSHIP type, struct question *question)
{
    bool nodes = type == RelationNumaNode || type == RelationAll;
    question->groups = type == RelationGroup || type == RelationAll;
    question->first_node = 0;
    question->end_node = nodes ? partition->node_count : 0;
    if (!nodes && !question->groups)
        return STATUS_NOT_SUPPORTED;
    if (processor) {
        enum ha_slot_state state =
            ha_partition_slot(partition, processor->Group, processor->Number);
        if (state != HA_SLOT_ACTIVE && state != HA_SLOT_SCHEDULED)
            return STATUS_INVALID_PARAMETER;
        if (nodes) {
            question->first_node = partition->group[processor->Group].node[processor->Number];
            question->end_node = question->first_node + 1;
        }
    }
    return STATUS_SUCCESS;
}

static void record_relation(struct ha_kernel *kernel, LOGICAL_PROCESSOR_RELATIONSHIP kind,
                            uint32_t id, GROUP_AFFINITY affinity, uint8_t maximum)
{
    struct ha_record *relation = ha_record_open(&kernel->world, HA_RELATION, id);
    relation->as.relation.kind = (uint32_t)kind;
    relation->as.relation.group = affinity.Group;
    relation->as.relation.active_mask = affinity.Mask;
    relation->as.relation.active = ha_query_bits(affinity.Mask);
    relation->as.relation.maximum = maximum;
}

/* An empty entry at the start of the buffer. */
static SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *begin(void *buffer, size_t length,
                                                      LOGICAL_PROCESSOR_RELATIONSHIP kind)
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *entry = buffer;
    memset(entry, 0, length);
    entry->Relationship = kind;
    entry->Size = (ULONG)length;
    return entry;
}

/* The one entry of all groups. Returns its length. */
static size_t write_groups(struct ha_kernel *kernel, void *buffer)
{
    const struct ha_partition *partition = &kernel->world.partition;
    size_t length = GROUPS_LENGTH(partition->active_groups);
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *entry = begin(buffer, length, RelationGroup);
    PROCESSOR_GROUP_INFO *info = entry->Group.GroupInfo;
    entry->Group.MaximumGroupCount = (USHORT)partition->group_count;
    entry->Group.ActiveGroupCount = (USHORT)partition->active_groups;
    for (uint32_t g = 0; g < partition->group_count; g++) {
        const struct ha_group *group = &partition->group[g];
        if (!group->active_mask)
            continue;
        info->MaximumProcessorCount = (UCHAR)group->maximum;
        info->ActiveProcessorCount = ha_query_bits(group->active_mask);
        info->ActiveProcessorMask = group->active_mask;
        info++;
        GROUP_AFFINITY affinity = {.Mask = group->active_mask, .Group = (USHORT)g};
        record_relation(kernel, RelationGroup, g, affinity, (uint8_t)group->maximum);
    }
    return length;
}

/* The entry of a node. Returns its length. */
static size_t write_node(struct ha_kernel *kernel, uint32_t node, void *buffer)
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *entry = begin(buffer, NODE_LENGTH, RelationNumaNode);
    entry->NumaNode.NodeNumber = node;
    entry->NumaNode.GroupMask = ha_node_affinity(&kernel->world.partition, node);
    record_relation(kernel, RelationNumaNode, node, entry->NumaNode.GroupMask, 0);
    return NODE_LENGTH;
}

/*
 * How processors belong together: in groups, in NUMA nodes, or with RelationAll in both.
 *
 *   ProcessorNumber   an active processor, to have of all nodes only its own; NULL for all
 *   RelationshipType  RelationGroup, RelationNumaNode or RelationAll
 *   Information       gets the entries, the one of all groups before those of nodes; may be NULL
 *   Length            bytes in the buffer; gets the bytes that were written, or are needed
 *
 * Returns STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH, with the buffer untouched, when it is too
 * small or NULL; STATUS_INVALID_PARAMETER for a processor that is not active. At most
 * DISPATCH_LEVEL; above it nothing is written and STATUS_INVALID_DEVICE_STATE comes back.
 *
 * Source: WDK reference, ntddk.h, KeQueryLogicalProcessorRelationship (QRY-20).
 * Our choice, not documented: the answer above DISPATCH_LEVEL; STATUS_NOT_SUPPORTED for other
 * relations; groups are always all of them, because an entry of one would not say which; a node
 * is there also when no processor of it is active; GroupCount is 0, as before Windows Server 2022.
 */
NTSTATUS KeQueryLogicalProcessorRelationship(
    PPROCESSOR_NUMBER ProcessorNumber, LOGICAL_PROCESSOR_RELATIONSHIP RelationshipType,
    PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX Information, PULONG Length)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(ROUTINE);
    if (kernel->world.sched.running->stamp.irql > DISPATCH_LEVEL) {
        ha_record_refused(kernel, ROUTINE, HA_REASON_IRQL);     /* QRY-16 */
        return STATUS_INVALID_DEVICE_STATE;
    }

    struct question question;
    ha_order_take_starts(&kernel->world);
    NTSTATUS status = understand(&kernel->world.partition, ProcessorNumber, RelationshipType,
                                 &question);
    ULONG length = 0;
    if (NT_SUCCESS(status)) {
        if (question.groups)
            length = (ULONG)GROUPS_LENGTH(kernel->world.partition.active_groups);
        length += (ULONG)((question.end_node - question.first_node) * NODE_LENGTH);
        if (!Information || *Length < length)
            status = STATUS_INFO_LENGTH_MISMATCH;
        *Length = length;
    }
    uint32_t given = (uint32_t)(ProcessorNumber != NULL) << 31 |
                     (uint32_t)(Information != NULL) << 30;
    ha_query_record(kernel, ROUTINE, ((uint32_t)RelationshipType & 0x3fffffffu) | given,
                    (uint32_t)status, length);
    if (!NT_SUCCESS(status))
        return status;

    char *next = (char *)Information;
    if (question.groups)
        next += write_groups(kernel, next);
    for (uint32_t node = question.first_node; node < question.end_node; node++)
        next += write_node(kernel, node, next);
    return status;
}
