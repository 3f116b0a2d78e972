/* query_step - see query_step.h */
#include "nt/query_step.h"

#include "nt/values.h"

/* As a driver does: how long will it be, and then the answer. */
static NTSTATUS ask_relationship(struct ha_arena *arena, LOGICAL_PROCESSOR_RELATIONSHIP relation)
{
    ULONG length = 0;
    NTSTATUS status = KeQueryLogicalProcessorRelationship(NULL, relation, NULL, &length);
    if (status != STATUS_INFO_LENGTH_MISMATCH)
        return status;
    ULONG room = length;
    PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX answer = ha_arena_take(arena, room);
    if (!answer)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = KeQueryLogicalProcessorRelationship(NULL, relation, answer, &length);
    ha_arena_give(arena, answer, room);
    return status;
}

static int64_t ask_node(uint32_t routine, USHORT node)
{
    GROUP_AFFINITY affinity[HA_MAXIMUM_GROUPS];
    USHORT count = 0;
    switch (routine) {
    case HA_RT_NODE_AFFINITY:
        KeQueryNodeActiveAffinity(node, affinity, &count);
        return count;
    case HA_RT_NODE_AFFINITY2:
        return KeQueryNodeActiveAffinity2(node, affinity, HA_MAXIMUM_GROUPS, &count);
    case HA_RT_NODE_ACTIVE_COUNT: return KeQueryNodeActiveProcessorCount(node);
    default: return KeQueryNodeMaximumProcessorCount(node);
    }
}

/* How many ranges there are; 0 without a list. */
static int64_t count_ranges(void)
{
    int64_t count = 0;
    PPHYSICAL_MEMORY_RANGE ranges = MmGetPhysicalMemoryRanges();
    if (!ranges)
        return 0;
    while (ranges[count].BaseAddress.QuadPart || ranges[count].NumberOfBytes.QuadPart)
        count++;
    ExFreePool(ranges);
    return count;
}

int64_t ha_query_step(const struct ha_stage *stage, const struct ha_step *step)
{
    uint32_t argument = (uint32_t)ha_value_now(stage, &step->value);
    PROCESSOR_NUMBER number = {.Group = (USHORT)argument};
    KAFFINITY mask;
    switch (step->routine) {
    case HA_RT_ACTIVE_COUNT: return KeQueryActiveProcessorCount(&mask);
    case HA_RT_ACTIVE_COUNT_EX: return KeQueryActiveProcessorCountEx((USHORT)argument);
    case HA_RT_ACTIVE_PROCESSORS: return (int64_t)KeQueryActiveProcessors();
    case HA_RT_MAXIMUM_COUNT: return KeQueryMaximumProcessorCount();
    case HA_RT_MAXIMUM_COUNT_EX: return KeQueryMaximumProcessorCountEx((USHORT)argument);
    case HA_RT_GROUP_AFFINITY: return (int64_t)KeQueryGroupAffinity((USHORT)argument);
    case HA_RT_ACTIVE_GROUPS: return KeQueryActiveGroupCount();
    case HA_RT_MAXIMUM_GROUPS: return KeQueryMaximumGroupCount();
    case HA_RT_NUMBER_FROM_INDEX: return KeGetProcessorNumberFromIndex(argument, &number);
    case HA_RT_INDEX_FROM_NUMBER:
        number.Number = (UCHAR)ha_value_now(stage, &step->second);
        return KeGetProcessorIndexFromNumber(&number);
    case HA_RT_CURRENT_PROCESSOR: return KeGetCurrentProcessorNumber();
    case HA_RT_CURRENT_PROCESSOR_EX: return KeGetCurrentProcessorNumberEx(&number);
    case HA_RT_HIGHEST_NODE: return KeQueryHighestNodeNumber();
    case HA_RT_CURRENT_NODE: return KeGetCurrentNodeNumber();
    case HA_RT_NODE_AFFINITY:
    case HA_RT_NODE_AFFINITY2:
    case HA_RT_NODE_ACTIVE_COUNT:
    case HA_RT_NODE_MAXIMUM_COUNT: return ask_node(step->routine, (USHORT)argument);
    case HA_RT_LOGICAL_RELATIONSHIP:
        return ask_relationship(&stage->driver->kernel->world.host->arena,
                                (LOGICAL_PROCESSOR_RELATIONSHIP)argument);
    case HA_RT_MEMORY_RANGES: return count_ranges();
    default: return KeGetCurrentIrql();
    }
}
