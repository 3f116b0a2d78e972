/*
 * ke_query - what drivers ask about processors and groups
 *
 * Every answer comes from the partition, which changes at one moment (QRY-4), and is recorded.
 * None of them minds the IRQL, or a callback that its caller is in (QRY-16).
 */
#include "nt/query.h"

static const struct ha_group *group_of(const struct ha_kernel *kernel, uint32_t number)
{
    const struct ha_partition *partition = &kernel->world.partition;
    return number < partition->group_count ? &partition->group[number] : NULL;
}

static ULONG active_count(struct ha_kernel *kernel, USHORT group_number)
{
    ha_order_take_starts(&kernel->world);
    const struct ha_group *group = group_of(kernel, group_number);
    if (group_number == ALL_PROCESSOR_GROUPS)
        return kernel->world.partition.active;
    return group ? ha_query_bits(group->active_mask) : 0;
}

static ULONG maximum_count(const struct ha_kernel *kernel, USHORT group_number)
{
    const struct ha_group *group = group_of(kernel, group_number);
    if (group_number == ALL_PROCESSOR_GROUPS)
        return kernel->world.partition.maximum;
    return group ? group->maximum : 0;
}

/*
 * The number of active processors in group 0, and their mask.
 *
 *   ActiveProcessors  gets the mask; may be NULL
 *
 * Source: WDK reference, wdm.h, KeQueryActiveProcessorCount (QRY-6). With the knob
 * legacy_count=all it counts the whole partition, as before Windows 7.
 */
ULONG KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_ACTIVE_COUNT);
    bool all = ha_kernel_knob(kernel, HA_KNOB_LEGACY_COUNT) == HA_LEGACY_ALL;
    ULONG count = active_count(kernel, all ? ALL_PROCESSOR_GROUPS : 0);
    KAFFINITY mask = kernel->world.partition.group[0].active_mask;
    if (ActiveProcessors)
        *ActiveProcessors = mask;
    ha_query_record(kernel, HA_RT_ACTIVE_COUNT, 0, count, ActiveProcessors ? mask : 0);
    return count;
}

/*
 * The number of active processors in a group, or with ALL_PROCESSOR_GROUPS in the partition;
 * 0 for a group that does not exist.
 *
 * Source: WDK reference, wdm.h, KeQueryActiveProcessorCountEx (QRY-7).
 */
ULONG KeQueryActiveProcessorCountEx(USHORT GroupNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_ACTIVE_COUNT_EX);
    ULONG count = active_count(kernel, GroupNumber);
    ha_query_record(kernel, HA_RT_ACTIVE_COUNT_EX, GroupNumber, count, 0);
    return count;
}

/* The mask of active processors in group 0. Source: WDK reference, KeQueryActiveProcessors. */
KAFFINITY KeQueryActiveProcessors(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_ACTIVE_PROCESSORS);
    KAFFINITY mask = kernel->world.partition.group[0].active_mask;
    ha_order_take_starts(&kernel->world);
    ha_query_record(kernel, HA_RT_ACTIVE_PROCESSORS, 0, mask, 0);
    return mask;
}

/*
 * The most processors that group 0 can ever hold.
 *
 * Source: WDK reference, wdm.h, KeQueryMaximumProcessorCount (QRY-19).
 */
ULONG KeQueryMaximumProcessorCount(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_MAXIMUM_COUNT);
    ULONG count = maximum_count(kernel, 0);
    ha_query_record(kernel, HA_RT_MAXIMUM_COUNT, 0, count, 0);
    return count;
}

/*
 * The most processors that a group, or with ALL_PROCESSOR_GROUPS the partition, can ever hold;
 * 0 for a group that does not exist.
 *
 * Source: WDK reference, wdm.h, KeQueryMaximumProcessorCountEx (QRY-19).
 * Our choice, not documented: 0 for an invalid group; the sum of all groups may exceed 64.
 */
ULONG KeQueryMaximumProcessorCountEx(USHORT GroupNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_MAXIMUM_COUNT_EX);
    ULONG count = maximum_count(kernel, GroupNumber);
    ha_query_record(kernel, HA_RT_MAXIMUM_COUNT_EX, GroupNumber, count, 0);
    return count;
}

/*
 * The mask of active processors in a group; 0 for a group that does not exist.
 *
 * Source: WDK reference, wdm.h, KeQueryGroupAffinity (QRY-7).
 */
KAFFINITY KeQueryGroupAffinity(USHORT GroupNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_GROUP_AFFINITY);
    const struct ha_group *group = group_of(kernel, GroupNumber);
    KAFFINITY mask = group ? group->active_mask : 0;
    ha_order_take_starts(&kernel->world);
    ha_query_record(kernel, HA_RT_GROUP_AFFINITY, GroupNumber, mask, 0);
    return mask;
}

/*
 * The number of groups that have an active processor.
 *
 * Source: WDK reference, wdm.h, KeQueryActiveGroupCount (QRY-7).
 */
USHORT KeQueryActiveGroupCount(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_ACTIVE_GROUPS);
    USHORT count = (USHORT)kernel->world.partition.active_groups;
    ha_query_record(kernel, HA_RT_ACTIVE_GROUPS, 0, count, 0);
    return count;
}

/* The number of groups that there can ever be. Source: WDK reference, KeQueryMaximumGroupCount. */
USHORT KeQueryMaximumGroupCount(VOID)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_MAXIMUM_GROUPS);
    USHORT count = (USHORT)kernel->world.partition.group_count;
    ha_query_record(kernel, HA_RT_MAXIMUM_GROUPS, 0, count, 0);
    return count;
}

/*
 * From a systemwide index to group and group-relative number.
 *
 *   ProcNumber  written on success only; Reserved becomes 0
 *
 * Returns STATUS_SUCCESS, or STATUS_INVALID_PARAMETER for an index that no processor has.
 *
 * Source: WDK reference, wdm.h, KeGetProcessorNumberFromIndex (QRY-9).
 * Our choice, not documented: a processor that is being added has its index from its Start call
 * on (QRY-10).
 */
NTSTATUS KeGetProcessorNumberFromIndex(ULONG ProcIndex, PPROCESSOR_NUMBER ProcNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_NUMBER_FROM_INDEX);
    const struct ha_partition *partition = &kernel->world.partition;
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    uint64_t output = 0;
    /* The processor behind the last active one may be coming: its slot tells. */
    if (ProcIndex <= partition->active && ProcIndex < partition->maximum) {
        struct ha_place place = partition->place[ProcIndex];
        if (ha_query_is_mapped(kernel, place.group, place.number) &&
            partition->group[place.group].index[place.number] == ProcIndex) {
            *ProcNumber = (PROCESSOR_NUMBER){.Group = place.group, .Number = place.number};
            output = (uint64_t)place.group << 16 | place.number;
            status = STATUS_SUCCESS;
        }
        if (ProcIndex < partition->active)
            ha_order_take(&kernel->world, ha_order_of_start(&kernel->world, ProcIndex));
    }
    ha_query_record(kernel, HA_RT_NUMBER_FROM_INDEX, ProcIndex, (uint32_t)status, output);
    return status;
}

/*
 * From group and group-relative number to the systemwide index, or INVALID_PROCESSOR_INDEX.
 *
 * Source: WDK reference, wdm.h, KeGetProcessorIndexFromNumber (QRY-9); QRY-10 as above.
 */
ULONG KeGetProcessorIndexFromNumber(PPROCESSOR_NUMBER ProcNumber)
{
    HA_INSIDE struct ha_kernel *kernel = ha_query_partition(HA_RT_INDEX_FROM_NUMBER);
    const struct ha_partition *partition = &kernel->world.partition;
    ULONG index = INVALID_PROCESSOR_INDEX;
    if (ha_query_is_mapped(kernel, ProcNumber->Group, ProcNumber->Number))
        index = partition->group[ProcNumber->Group].index[ProcNumber->Number];
    if (index < partition->active)
        ha_order_take(&kernel->world, ha_order_of_start(&kernel->world, index));
    ha_query_record(kernel, HA_RT_INDEX_FROM_NUMBER,
           (uint32_t)ProcNumber->Group << 16 | ProcNumber->Number, index, 0);
    return index;
}
