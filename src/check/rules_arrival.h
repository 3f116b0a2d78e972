/*
 * rules_arrival - the rows of rules_table.h about how arrivals lie to the stages of an add
 *
 * No include guard: rules_table.h alone includes this.
 */
RULE(ORD_3, "ORD-3", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "A driver that has both is told of a processor by a Start call first.",
     "Introduction to Driver Notification", AT(NOTIFIED, arrival))
RULE(ORD_4, "ORD-4", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "The arrival of a processor comes when threads are scheduled on it, not before.",
     "Introduction to Driver Notification", AT(NOTIFIED, arrival))
RULE(ORD_5, "ORD-5", HA_CHOSEN, KERNEL, HA_ERROR,
     "The arrival is raised after the last Complete call, or after SCHED, by async_after.",
     "none", AT(ON(IFACE_UP), announce))
RULE(ORD_6, "ORD-6", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "No arrival is sent before the device of the instance has started.",
     "IoSetDeviceInterfaceState", AT(NOTIFIED, arrival))
RULE(ORD_7, "ORD-7", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "An arrival may come at any time, but it comes before the run ends.",
     "Introduction to Driver Notification", AT(ON(TRACE_END), arrivals_end))
RULE(ORD_8, "ORD-8", HA_IMPLIED, KERNEL, HA_ERROR,
     "An arrival may come after later adds; who counts in it counts their processors, too.",
     "Introduction to Driver Notification", AT(ON(QUERY), query))
RULE(ORD_9, "ORD-9", HA_IMPLIED, KERNEL, HA_ERROR,
     "An add that failed is followed neither by an arrival nor by a rebalance.",
     "Processing a Synchronous Driver Notification; Introduction to Driver Notification",
     AT(ON(DEVICE_STARTED) | ON(IFACE_UP) | ON(REB_BEGIN) | ON(ADD_END), announce))
RULE(ORD_10, "ORD-10", HA_CHOSEN, KERNEL, HA_ERROR,
     "Resources are rebalanced after the new processor is active.",
     "Introduction to Driver Notification", AT(ON(REB_BEGIN), announce))
