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
RULE(PNP_11, "PNP-11", HA_CHOSEN, KERNEL, HA_ERROR,
     "Entries of a class are called one by one, as they registered; events go as they were raised.",
     "ReactOS pnpnotify.c", AT(NOTIFIED, arrival))
RULE(PNP_12, "PNP-12", HA_IMPLIED, KERNEL, HA_ERROR,
     "Live calls are made on a worker thread, never on that of an add.",
     "Introduction to Driver Notification", AT(NOTIFIED, arrival))
RULE(PNP_23, "PNP-23", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "What is registered, enabled or disabled already is answered so, and tells nobody.",
     "IoRegisterDeviceInterface; IoSetDeviceInterfaceState",
     AT(ON(IFACE_UP) | ON(IFACE_DOWN) | ON(IFACE_SET), announce))
RULE(PNP_24, "PNP-24", HA_CHOSEN, KERNEL, HA_ERROR,
     "An event goes to the entries that were live when it was raised.",
     "Handling a GUID_TARGET_DEVICE_REMOVE_CANCELLED Event", AT(NOTIFIED, arrival))
