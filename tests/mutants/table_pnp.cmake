# Notification by PnP, and callback objects.

mutant(PNP nt/hot_add.c "the arrival is told before the processor is up"
[[    bool vetoed = !NT_SUCCESS(status);
    if (NT_SUCCESS(status) && !after_start)]]
[[    bool vetoed = !NT_SUCCESS(status);
    if (NT_SUCCESS(status))
        ha_interface_up(kernel, add->id, add->index, false);
    if (NT_SUCCESS(status) && !after_start)]])

mutant(PNP nt/hot_add.c "a processor that did not come arrives"
[[        withdraw(add);
    else if (!announced)]]
[[        withdraw(add);
    if (!announced)]])

mutant(PNP nt/interface.c "an interface is enabled before its device is started"
[[    record(kernel, HA_DEVICE_STARTED, &unit, add);
    if (wanted)
        record_link(kernel, unit.id, link);
    record(kernel, HA_IFACE_UP, &unit, add);]]
[[    if (wanted)
        record_link(kernel, unit.id, link);
    record(kernel, HA_IFACE_UP, &unit, add);
    record(kernel, HA_DEVICE_STARTED, &unit, add);]])

mutant(PNP nt/callout_pnp.c "an entry is called that is dead"
[[    if (entry->link.marked) {
        record_call(notice, entry)->kind = HA_PNP_DEAD_CALL;
        return;
    }
]]
[[]])

mutant(PNP nt/pnp_queue.c "who was removed is told once more"
[[        if (entry->link.left || !concerns(arrival, entry))]]
[[        if (!concerns(arrival, entry))]])

mutant(PNP nt/pnp_queue.c "who registers later hears of what came before"
[[                         : entry->events_before < arrival->number;]]
[[                         : entry->link.id > 0;]])

mutant(PNP nt/pnp_entry.c "a reference is not dropped with its entry"
[[        count_reference(entry, -1);
}

/* `runs` alone]]
[[        entry->has_reference = false;
}

/* `runs` alone]])

mutant(PNP nt/io_pnp.c "who wants to hear of what exists hears of classes that are not its own"
[[        if (at->is_up && at->audience == entry->audience) {]]
[[        if (at->is_up) {]])

mutant(PNP nt/io_pnp.c "interfaces that went down are told as if they existed"
[[        if (at->is_up && at->audience == entry->audience) {]]
[[        if (at->audience == entry->audience) {]])

mutant(PNP nt/io_pnp.c "a removal with Ex does not wait for the call that runs"
[[        ha_callout_wait_notified(kernel, entry);]]
[[]])

mutant(PNP nt/io_pnp.c "anybody's driver object will do"
[[    if (driver && &driver->object == object)
        return driver;]]
[[    if (driver)
        return driver;]])

mutant(PNP nt/callout_pnp.c "removals are told as arrivals"
[[    notice->model.change.Event = notice->news.event == HA_PNP_REMOVAL]]
[[    notice->model.change.Event = notice->news.event == HA_PNP_REMOVAL + 8]])

mutant(PNP nt/callout_pnp.c "a driver may keep the notification that it was lent"
[[    *told = notice->poison;]]
[[]])

mutant(PNP nt/callout_pnp.c "the status of a callback is lost"
[[    ha_record_open(world, HA_PNP_CB_LEAVE, entry->link.id)->as.status.status = status;]]
[[    ha_record_open(world, HA_PNP_CB_LEAVE, entry->link.id)->as.status.status = status & 0;]])

mutant(PNP nt/interface.c "the link that drivers hear of is empty"
[[        made->link[made->instance.letters++] = (unsigned char)link[i];]]
[[        made->link[i] = (unsigned char)link[i];]])

mutant(PNP nt/pnp_queue.c "notifications that a plan holds are delivered"
[[    kernel->pnp.held = hold && !kernel->pnp.drains;]]
[[    kernel->pnp.held = hold && kernel->pnp.drains;]])

mutant(CB nt/callback_object.c "a client that is dead is called"
[[        if (client->dead) {
            record_dead_call(kernel, client);
            continue;
        }
        ha_callout_client]]
[[        ha_callout_client]])

mutant(CB nt/callback_object.c "names of callback objects are known by their case"
[[    while (i < letters && ha_letter_up(one[i]) == ha_letter_up(other[i]))]]
[[    while (i < letters && one[i] == other[i])]])

mutant(CB nt/callback_object.c "a client of an object of the system's is one of Ke's"
[[        client->link.marked = true;     /* it is not called as a client of Ke is */]]
[[]])

mutant(CB nt/callout.c "clients of the callback object are called first, whatever the profile says"
[[    bool ke_first = order == HA_CHAIN_KE_FIRST;]]
[[    bool ke_first = false;]])

mutant(CB nt/callback_object.c "a reference to the object is not dropped after it was notified"
[[    ha_notify_end(&object->clients);
    ha_ob_let_go(kernel, object);
    return called;]]
[[    ha_notify_end(&object->clients);
    return called;]])

mutant(CB nt/callback_object.c "a client that left goes on holding the object"
[[    ha_notify_leave(&object->clients, &client->link);
    ha_ob_let_go(kernel, object);]]
[[    ha_notify_leave(&object->clients, &client->link);]])
