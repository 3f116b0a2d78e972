# Processors: registrations, what exists, the add, its status, removals, contexts.

mutant(REG nt/ke_processor.c "an error of a fault plan does not fail the registration"
[[    if (ha_kernel_faults(kernel, REGISTER))
        return NULL; ]]
[[    if (ha_kernel_faults(kernel, REGISTER))
        kernel->rounds += 0; ]])

mutant(REG nt/ke_processor.c "any IRQL will do for a registration"
[[    if (ha_callout_irql_is_raised(kernel, thread))
        return HA_REASON_IRQL; ]]
[[    if (0)
        return HA_REASON_IRQL; ]])

mutant(REG nt/ke_processor.c "a callback may register another one"
[[    if (ha_callout_inside(thread))
        return HA_REASON_INSIDE_CALLBACK; ]]
[[    if (0)
        return HA_REASON_INSIDE_CALLBACK; ]])

mutant(REG nt/ke_processor.c "flags that nobody knows are taken whatever the profile says"
[[ha_kernel_knob(kernel, HA_KNOB_UNKNOWN_FLAGS) == HA_FLAGS_REJECT]]
[[ha_kernel_knob(kernel, HA_KNOB_UNKNOWN_FLAGS) > HA_FLAGS_REJECT + 8]])

mutant(REG nt/ke_processor.c "a registration joins while an add is under way, without the lock"
[[    ha_registrations_lock(kernel);
    return true;
}]]
[[    return false;
}]])

mutant(REG core/notify.c "who registers last is told first"
[[    entry->left = false;
    entry->next = NULL;
    entry->previous = notify->last;
    if (notify->last)
        notify->last->next = entry;
    else
        notify->first = entry;
    notify->last = entry;]]
[[    entry->left = false;
    entry->previous = NULL;
    entry->next = notify->first;
    if (notify->first)
        notify->first->previous = entry;
    else
        notify->last = entry;
    notify->first = entry;]])

mutant(EXIST nt/ke_processor.c "nobody hears of the boot processor"
[[    for (told = 0; told < count && !registration->link.left; told++) {]]
[[    for (told = 1; told < count && !registration->link.left; told++) {]])

mutant(EXIST nt/ke_processor.c "processors that exist are told although nobody asked"
[[enter->as.reg.flags & KE_PROCESSOR_CHANGE_ADD_EXISTING
                          ? tell_existing]]
[[(enter->as.reg.flags | KE_PROCESSOR_CHANGE_ADD_EXISTING)
                          ? tell_existing]])

mutant(EXIST nt/ke_processor.c "an error at Start does not end the phase"
[[        if (!NT_SUCCESS(round.first_error))
            break; ]]
[[        if (!NT_SUCCESS(round.first_error))
            continue; ]])

mutant(EXIST nt/ke_processor.c "the one that failed hears Failure, too"
[[    for (uint32_t i = 0; i < told && !registration->link.left; i++) {]]
[[    for (uint32_t i = 0; i < told + failed && !registration->link.left; i++) {]])

mutant(EXIST nt/ke_processor.c "the registration stands after a phase that failed"
[[    if (!NT_SUCCESS(status) && !registration->link.left)
        ha_registration_remove(kernel, registration); ]]
[[    if (0)
        ha_registration_remove(kernel, registration); ]])

mutant(EXIST nt/ke_processor.c "the second half of the phase tells Failure when all went well"
[[                     failed ? KeProcessorAddFailureNotify : KeProcessorAddCompleteNotify,
                     failed ? status : STATUS_SUCCESS);
        ha_callout_one(&round, registration);]]
[[                     failed ? KeProcessorAddCompleteNotify : KeProcessorAddFailureNotify,
                     failed ? status : STATUS_SUCCESS);
        ha_callout_one(&round, registration);]])

mutant(HOT nt/hot_add.c "the hardware is started before anybody heard Start"
[[bool after_start = ha_kernel_knob(kernel, HA_KNOB_SYNC_START_VS_HW) == HA_AFTER_START;]]
[[bool after_start = ha_kernel_knob(kernel, HA_KNOB_SYNC_START_VS_HW) != HA_AFTER_START;]])

mutant(HOT nt/hot_add.c "the processor is active before anybody heard Start"
[[    status = start_round(add);
    ha_order_give]]
[[    bring_up(add);
    status = start_round(add);
    ha_order_give]])

mutant(HOT nt/hot_add.c "the processor may be scheduled before it is active"
[[    record_up(add, HA_ACTIVE);
    ha_partition_schedule(partition, add->place);
    record_up(add, HA_SCHED);]]
[[    record_up(add, HA_SCHED);
    ha_partition_schedule(partition, add->place);
    record_up(add, HA_ACTIVE);]])

mutant(HOT nt/hot_add.c "Complete is told before the processor is up"
[[    if (NT_SUCCESS(status))
        bring_up(add);
    bool announced]]
[[    if (NT_SUCCESS(status)) {
        second_round(add, status, vetoed);
        bring_up(add);
        return status;
    }
    bool announced]])

mutant(HOT nt/hot_add.c "nobody hears how the add came out"
[[    second_round(add, status, vetoed);
    if (!NT_SUCCESS(status))]]
[[    if (!NT_SUCCESS(status))]])

mutant(HOT nt/registration.c "adds, registrations and removals take no lock"
[[    ha_lock_take(&kernel->world, &kernel->lock);
}

void ha_registrations_unlock(struct ha_kernel *kernel)
{
    ha_lock_give(&kernel->world, &kernel->lock);]]
[[    (void)kernel;
}

void ha_registrations_unlock(struct ha_kernel *kernel)
{
    (void)kernel;]])

mutant(HOT nt/hot_add.c "the place of an add that failed stays taken"
[[    if (!NT_SUCCESS(status))
        withdraw(add);
    else if]]
[[    if (!NT_SUCCESS(status))
        ha_dpcs_drop(add->kernel, add->index);
    else if]])

mutant(HOT nt/hot_add.c "a unit ends one processor early"
[[    for (uint32_t i = 0; i < count; i++)
        added +=]]
[[    for (uint32_t i = 0; i + (count > 1) < count; i++)
        added +=]])

mutant(HOT nt/hot_add.c "a unit counts processors that did not come"
[[    ha_record_open(&kernel->world, HA_UNIT_END, unit)->as.unit.processors = added;]]
[[    ha_record_open(&kernel->world, HA_UNIT_END, unit)->as.unit.processors = added ? count : 0;]])

mutant(HOT nt/callout.c "the thread of the add keeps the affinity that a callback gave it"
[[        ha_thread_set_affinity(thread, round->affinity);    /* HOT-11 */]]
[[        (void)0;]])

mutant(HOT nt/callout.c "Failure goes backwards where it should go forwards"
[[        failed && ha_kernel_knob(kernel, HA_KNOB_FAILURE_ORDER) == HA_FAILURE_REVERSE;
    for (unsigned n]]
[[        failed && ha_kernel_knob(kernel, HA_KNOB_FAILURE_ORDER) != HA_FAILURE_REVERSE;
    for (unsigned n]])

mutant(HOT nt/callout.c "the writer of an error is spared under every profile"
[[    uint32_t spared = vetoed && ha_kernel_knob(kernel, HA_KNOB_HOT_FAILURE_SCOPE) ==
                                    HA_EXCLUDE_WRITER ? round->enter.as.cb.operation : 0;]]
[[    uint32_t spared = vetoed ? round->enter.as.cb.operation : 0;]])

mutant(HOT nt/callout.c "the first error ends the Start round"
[[    bool stop = ha_kernel_knob(round->kernel, HA_KNOB_HOT_START_ERROR) == HA_STOP_AT_ERROR;]]
[[    bool stop = ha_kernel_knob(round->kernel, HA_KNOB_HOT_START_ERROR) <= HA_STOP_AT_ERROR;]])

mutant(HOT core/partition.c "a processor gets the highest number that is free"
[[    for (uint32_t n = first; n < end && n < group->maximum; n++) {
        if (group->slot[n] == HA_SLOT_EMPTY]]
[[    for (uint32_t n = end; n-- > first && n < group->maximum;) {
        if (group->slot[n] == HA_SLOT_EMPTY]])

mutant(STAT nt/hot_add.c "an error that a callback wrote stops nothing"
[[    return NT_SUCCESS(status) ? STATUS_SUCCESS : status;
}

static void second_round]]
[[    return NT_SUCCESS(status) ? STATUS_SUCCESS : STATUS_SUCCESS;
}

static void second_round]])

mutant(STAT nt/hot_add.c "Failure tells a status of its own"
[[                 failed ? status : STATUS_SUCCESS);
    ha_callout_second]]
[[                 failed ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS);
    ha_callout_second]])

mutant(STAT nt/hot_add.c "the last error decides where the first one does"
[[    NTSTATUS status = first ? add->round.first_error : add->round.variable;]]
[[    NTSTATUS status = add->round.variable;]])

mutant(STAT nt/hot_add.c "the status of the hardware is lost"
[[    record->as.status.status = add->options->hardware_start;
    return add->options->hardware_start;]]
[[    record->as.status.status = add->options->hardware_start;
    return STATUS_SUCCESS;]])

mutant(STAT nt/callout.c "the variable forgets what the one before wrote"
[[    if (round->per_call)
        round->variable = STATUS_SUCCESS;]]
[[    if (!round->per_call)
        round->variable = STATUS_SUCCESS;]])

mutant(STAT nt/callout.c "a success that is written counts as an error"
[[        round->variable != round->enter.as.cb.op_in && !NT_SUCCESS(round->variable);]]
[[        round->variable != round->enter.as.cb.op_in;]])

mutant(STAT nt/hot_add.c "an add for which there is no place succeeds"
[[    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    uint64_t events_before]]
[[    NTSTATUS status = STATUS_SUCCESS;
    uint64_t events_before]])

mutant(DEREG nt/ke_processor.c "a removal does not wait for the end of the add"
[[    bool at_once = kernel->lock.holder == thread || ]]
[[    bool at_once = kernel->lock.holder != NULL || ]])

mutant(DEREG nt/ke_processor.c "a callback that removes itself is no misuse"
[[    else if (ha_callout_inside(thread) == registration)
        ha_record_misuse(kernel, DEREGISTER, HA_MISUSE_SELF_REMOVAL, id, 0);]]
[[]])

mutant(DEREG nt/ke_processor.c "a stale handle is taken for one that never was"
[[                         : answer == HA_HANDLE_STALE ? HA_MISUSE_STALE_HANDLE]]
[[                         : answer == HA_HANDLE_LIVE ? HA_MISUSE_STALE_HANDLE]])

mutant(DEREG core/slots.c "a handle that was used up opens the next registration"
[[    slots->slot[*place].uses++;
    return true;]]
[[    slots->slot[*place].uses |= 1;
    return true;]])

mutant(DEREG core/notify.c "who left during a walk is told once more"
[[    assert(!entry->left);
    entry->left = true;]]
[[    assert(!entry->left);
    entry->left = !notify->walks;]])

mutant(DEREG nt/ke_processor.c "a removal under per_call does not wait for the call that runs"
[[        ha_registration_remove(kernel, registration);
        ha_callout_wait(kernel, registration, NULL);]]
[[        ha_registration_remove(kernel, registration);]])

mutant(DEREG nt/ke_processor.c "removals that were put off are forgotten"
[[        kernel->any_deferred = true;]]
[[]])

mutant(CTX nt/callout.c "the context says the number in the group for the index"
[[    round->context.NtNumber = index;]]
[[    round->context.NtNumber = place.number;]])

mutant(CTX nt/callout.c "the context names group 0 always"
[[    round->context.ProcNumber.Group = place.group;]]
[[    round->context.ProcNumber.Group = 0;]])

mutant(CTX nt/callout.c "all clients share one context"
[[    *copy = round->context;
    round->turn ^= sizeof *copy;]]
[[    if (copy->State != round->context.State || copy->NtNumber != round->context.NtNumber)
        *copy = round->context;]])

mutant(CTX nt/callout.c "a context that was written over is not noticed"
[[    if (differ(copy, &round->context))
        record->flags |= HA_CB_CONTEXT_CHANGED;]]
[[]])

mutant(CTX nt/callout.c "who is called next runs at the IRQL that a driver left"
[[    ha_thread_set_irql(thread, round->enter.irql);  /* CTX-7 */]]
[[]])

mutant(CTX nt/callout.c "the target of old has processor groups"
[[    if (ha_kernel_knob(round->kernel, HA_KNOB_TARGET) == HA_TARGET_WS2008)]]
[[    if (ha_kernel_knob(round->kernel, HA_KNOB_TARGET) == HA_TARGET_WS2008 + 8)]])
