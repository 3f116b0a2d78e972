# The partition: what queries see of processors, groups, nodes and memory, and the order of that.

mutant(QRY nt/ke_query.c "the old count knows all groups under every profile"
[[    bool all = ha_kernel_knob(kernel, HA_KNOB_LEGACY_COUNT) == HA_LEGACY_ALL;]]
[[    bool all = ha_kernel_knob(kernel, HA_KNOB_LEGACY_COUNT) != HA_LEGACY_ALL;]])

mutant(QRY nt/ke_query.c "the count of a group is the count of all"
[[    return group ? ha_query_bits(group->active_mask) : 0;]]
[[    return group ? kernel->world.partition.active : 0;]])

mutant(QRY nt/ke_query.c "the maximum of all groups is that of the first"
[[    if (group_number == ALL_PROCESSOR_GROUPS)
        return kernel->world.partition.maximum;]]
[[    if (group_number == ALL_PROCESSOR_GROUPS)
        return kernel->world.partition.group[0].maximum;]])

mutant(QRY nt/ke_query.c "an index leads to its number before the processor comes"
[[    if (ProcIndex <= partition->active && ProcIndex < partition->maximum) {]]
[[    if (ProcIndex < partition->active && ProcIndex < partition->maximum) {]])

mutant(QRY nt/query.h "a processor that is coming has a number under every profile"
[[            ha_kernel_knob(kernel, HA_KNOB_NUMBER_MAP_AT_START) == HA_MAP_VALID);]]
[[            kernel != NULL);]])

mutant(QRY nt/ke_query.c "a number for which there is no processor has index 0"
[[    ULONG index = INVALID_PROCESSOR_INDEX;]]
[[    ULONG index = 0;]])

mutant(QRY nt/ke_relation.c "the groups that will be are counted among those that are"
[[    entry->Group.ActiveGroupCount = (USHORT)partition->active_groups;]]
[[    entry->Group.ActiveGroupCount = (USHORT)partition->group_count;]])

mutant(QRY nt/ke_relation.c "a buffer that is too small by one byte is written"
[[        if (!Information || *Length < length)]]
[[        if (!Information || *Length + 1 < length)]])

mutant(QRY nt/node.c "a node's active processors are all that it can have"
[[    return ha_partition_node_mask(partition, node, group) & partition->group[group].active_mask;]]
[[    return ha_partition_node_mask(partition, node, group);]])

mutant(MEM nt/mem_add.c "drivers hear of memory that did not come"
[[    if (NT_SUCCESS(status))
        ha_interface_up(kernel, id, partition->memory_count, true);]]
[[    ha_interface_up(kernel, id, partition->memory_count, true);]])

mutant(MEM nt/mem_add.c "memory is online before it is started"
[[    if (NT_SUCCESS(status))
        status = options->start;
    if (NT_SUCCESS(status))
        status = bring_online(kernel, id, &range);]]
[[    if (NT_SUCCESS(status))
        status = bring_online(kernel, id, &range);
    if (NT_SUCCESS(status))
        status = options->start;]])

mutant(MEM nt/mem_add.c "memory may lie where there is some"
[[    return ha_partition_has_memory(partition, range) ? STATUS_CONFLICTING_ADDRESSES]]
[[    return ha_partition_has_memory(partition, range) ? STATUS_SUCCESS]])

mutant(MEM nt/mem_add.c "memory that came is not free"
[[    ha_free_memory_set(kernel, kernel->free_memory.free + range->size / PAGE_SIZE);]]
[[    ha_free_memory_set(kernel, kernel->free_memory.free);]])

mutant(MEM core/partition.c "ranges stand in the order in which they came"
[[    for (; count && memory[count - 1].base > range->base; count--)]]
[[    for (; count && memory[count - 1].base > UINT64_MAX - 1; count--)]])

mutant(MEM nt/mm_ranges.c "the list of ranges lacks the last one"
[[    for (uint32_t i = 0; i < partition->memory_count; i++) {
        ranges[i].Base]]
[[    for (uint32_t i = 0; i + 1 < partition->memory_count; i++) {
        ranges[i].Base]])

mutant(MEM nt/free_memory.c "nobody hears that memory is plentiful again"
[[    ha_named_event_follow(kernel, condition);]]
[[]])

mutant(ORD core/partition.c "a processor that is offered counts as active"
[[    partition->place[partition->active] = place;
    return partition->active;]]
[[    partition->place[partition->active] = place;
    group->active_mask |= UINT64_C(1) << place.number;
    return partition->active;]])

mutant(ORD core/partition.c "a group counts as active only with its second processor"
[[    if (!group->active_mask)
        partition->active_groups++;]]
[[    if (group->active_mask && !(group->active_mask & (group->active_mask - 1)))
        partition->active_groups++;]])

mutant(ORD nt/ke_affinity.c "a thread may want to run where no processor is active yet"
[[    affinity->mask &= group->active_mask;
    return affinity->mask != 0;]]
[[    return affinity->mask != 0;]])

mutant(ORD nt/ke_affinity.c "a thread goes back to what it was asked for, not to its own"
[[to_own ? thread->own_affinity : affinity);]]
[[affinity);]])
