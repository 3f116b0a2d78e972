/*
 * rules_pnp - the rows of rules_table.h about entries of PnP notification, and what they are told
 *
 * No include guard: rules_table.h alone includes this.
 */
RULE(PNP_1, "PNP-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "An entry is told of instances of the one class that it names.",
     "IoRegisterPlugPlayNotification", AT(NOTIFIED, arrival),
     AT(ON(INTERFACE) | ON(IFACE_UP) | ON(IFACE_DOWN), announce))
RULE(PNP_2, "PNP-2", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Unless it asks for it, an entry is told nothing of instances enabled before.",
     "IoRegisterPlugPlayNotification", AT(NOTIFIED, arrival))
RULE(PNP_3, "PNP-3", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "An entry that includes existing instances gets an arrival for each that is enabled.",
     "IoRegisterPlugPlayNotification; Registering for Device Interface Change Notification",
     AT(NOTIFIED, arrival), AT(ON(PNP_REG_RETURN), arrivals_end))
RULE(PNP_4, "PNP-4", HA_IMPLIED, KERNEL, HA_ERROR,
     "What exists is told on the thread that registers, to a live entry, before the return.",
     "Registering for Device Interface Change Notification; IoUnregisterPlugPlayNotificationEx",
     AT(NOTIFIED, arrival))
RULE(PNP_5, "PNP-5", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "An event is told once, and what exists twice at most, by include_existing_dup.",
     "IoRegisterPlugPlayNotification", AT(NOTIFIED, arrival), AT(ON(TRACE_END), arrivals_end))
RULE(PNP_6, "PNP-6", HA_DOCUMENTED, BOTH, HA_ERROR,
     "Entries come, go and are called at PASSIVE_LEVEL.",
     "IoRegisterPlugPlayNotification; IoUnregisterPlugPlayNotification; "
     "IoUnregisterPlugPlayNotificationEx; "
     "Guidelines for Writing PnP Notification Callback Routines",
     AT(ON(PNP_REG_ENTER) | ON(PNP_REG_RETURN) | ON(REF), entry_registration),
     AT(ON(PNP_UNREG_ENTER), entry_removal), AT(ON(PNP_CB_ENTER), telling))
RULE(PNP_7, "PNP-7", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "The structure has Version 1, its own Size, and an arrival or a removal as its Event.",
     "DEVICE_INTERFACE_CHANGE_NOTIFICATION; PLUGPLAY_NOTIFICATION_HEADER", AT(NOTIFIED, arrival))
RULE(PNP_8, "PNP-8", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Every entry of the class is told when an instance is enabled, and when one is disabled.",
     "Handling Device Interface Change Events; PnP Notification Overview", AT(NOTIFIED, arrival),
     AT(ON(PNP_UNREG_ENTER) | ON(TRACE_END), arrivals_end))
RULE(PNP_9, "PNP-9", HA_IMPLIED, KERNEL, HA_ERROR,
     "Each processor and range of memory has one instance, from boot or its add on, for ever.",
     "GUID_DEVICE_PROCESSOR; GUID_DEVICE_MEMORY; Introduction to Dynamic Hardware Partitioning",
     AT(ON(IFACE_UP) | ON(IFACE_DOWN) | ON(REF) | ON(ADD_BEGIN) | ON(TRACE_END), announce))
RULE(PNP_10, "PNP-10", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "An entry holds one reference on the driver object while it is live or a call of it runs.",
     "IoRegisterPlugPlayNotification; IoUnregisterPlugPlayNotificationEx",
     AT(ON(PNP_REG_RETURN) | ON(REF) | ON(TRACE_END), entry_registration))
RULE(PNP_11, "PNP-11", HA_CHOSEN, KERNEL, HA_ERROR,
     "Entries of a class are called one by one, as they registered; events go as they were raised.",
     "ReactOS pnpnotify.c", AT(NOTIFIED, arrival))
RULE(PNP_12, "PNP-12", HA_IMPLIED, KERNEL, HA_ERROR,
     "Live calls are made on a worker thread, never on that of an add.",
     "Introduction to Driver Notification", AT(NOTIFIED, arrival))
RULE(PNP_13, "PNP-13", HA_IMPLIED, BOTH, HA_ERROR,
     "A PnP callback returns success; for an arrival its status changes nothing.",
     "Guidelines for Writing PnP Notification Callback Routines; "
     "Processing an Asynchronous Driver Notification",
     AT(ON(PNP_CB_LEAVE), telling))
RULE(PNP_14, "PNP-14", HA_DOCUMENTED, BOTH, HA_ERROR,
     "A PnP callback does not block, least of all on who waits for it to return.",
     "Guidelines for Writing PnP Notification Callback Routines; "
     "IoUnregisterPlugPlayNotificationEx",
     AT(ON(WAIT_BEGIN) | ON(REFUSED) | ON(TRACE_END), telling))
RULE(PNP_16, "PNP-16", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "When the Ex routine has removed an entry, no call of it runs elsewhere, and none follows.",
     "IoUnregisterPlugPlayNotificationEx",
     AT(ON(PNP_UNREG_RETURN), entry_removal), AT(ON(PNP_CB_ENTER), telling))
RULE(PNP_17, "PNP-17", HA_DOCUMENTED, BOTH, HA_ERROR,
     "The Ex routine is not called inside a replay, which others who call it wait for.",
     "IoUnregisterPlugPlayNotificationEx; Handling a GUID_TARGET_DEVICE_REMOVE_CANCELLED Event",
     AT(ON(PNP_UNREG_ENTER) | ON(PNP_UNREG_RETURN), entry_removal), AT(ON(PNP_CB_ENTER), telling))
RULE(PNP_18, "PNP-18", HA_DOCUMENTED, BOTH, HA_ERROR,
     "After the older removal a call may run on, and one come where the profile has it so.",
     "IoUnregisterPlugPlayNotification",
     AT(ON(PNP_UNREG_ENTER) | ON(MISUSE), entry_removal), AT(ON(PNP_CB_ENTER), telling),
     AT(ON(UNLOAD_LEAVE) | ON(IMAGE_FREED) | ON(TRACE_END), late))
RULE(PNP_19, "PNP-19", HA_DOCUMENTED, BOTH, HA_ERROR,
     "What is removed is an entry that stands, and that succeeds.",
     "IoUnregisterPlugPlayNotification; IoUnregisterPlugPlayNotificationEx",
     AT(ON(PNP_UNREG_ENTER) | ON(PNP_UNREG_RETURN) | ON(MISUSE), entry_removal))
RULE(PNP_20, "PNP-20", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "The context of an entry is freed after the entry was removed, not before.",
     "IoUnregisterPlugPlayNotification; IoUnregisterPlugPlayNotificationEx",
     AT(ON(PNP_UNREG_RETURN) | ON(MISUSE), entry_removal))
RULE(PNP_21, "PNP-21", HA_CHOSEN, BOTH, HA_ERROR,
     "Registering with wrong parameters gives STATUS_INVALID_PARAMETER; NULL is never passed.",
     "IoRegisterPlugPlayNotification; IO_NOTIFICATION_EVENT_CATEGORY",
     AT(ON(PNP_REG_ENTER) | ON(PNP_REG_RETURN) | ON(REF) | ON(REFUSED), entry_registration),
     AT(ON(MISUSE), object), AT(ON(PNP_CB_ENTER), telling))
RULE(PNP_22, "PNP-22", HA_CHOSEN, KERNEL, HA_ERROR,
     "An entry that memory is lacking for gives STATUS_INSUFFICIENT_RESOURCES, and no call.",
     "IoRegisterPlugPlayNotification",
     AT(ON(PNP_REG_RETURN) | ON(REF), entry_registration), AT(ON(PNP_CB_ENTER), telling))
RULE(PNP_23, "PNP-23", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "What is registered, enabled or disabled already is answered so, and tells nobody.",
     "IoRegisterDeviceInterface; IoSetDeviceInterfaceState",
     AT(ON(IFACE_UP) | ON(IFACE_DOWN) | ON(IFACE_SET), announce))
RULE(PNP_24, "PNP-24", HA_CHOSEN, KERNEL, HA_ERROR,
     "An event goes to the entries that were live when it was raised.",
     "Handling a GUID_TARGET_DEVICE_REMOVE_CANCELLED Event", AT(NOTIFIED, arrival))
