/*
 * rules_callback - the rows of rules_table.h about callback objects
 *
 * No include guard: rules_table.h alone includes this.
 */
RULE(CB_1, "CB-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "\\Callback\\ProcessorAdd is there from boot, for whoever opens it by its name.",
     "Callback Objects; Using a System-Defined Callback Object", AT(ON(EX_CREATE), callback))
RULE(CB_2, "CB-2", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "A client of the object is handed its own context, change context and status variable.",
     "ExRegisterCallback", AT(ENTERED, entry))
RULE(CB_3, "CB-3", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "The object tells of hot-adds only, never of processors that exist.",
     "ExRegisterCallback", AT(ENTERED, barred))
RULE(CB_4, "CB-4", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A client writes the status variable at Start only, and over STATUS_SUCCESS only.",
     "ExRegisterCallback", AT(LEFT, leave))
RULE(CB_5, "CB-5", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Clients of the object are called in the order of their registration.",
     "ExNotifyCallback; Defining a Callback Object", AT(ENTERED, round))
RULE(CB_6, "CB-6", HA_CHOSEN, KERNEL, HA_ERROR,
     "Clients of the object and of Ke form one list (two, by callback_chain), with one variable.",
     "ExRegisterCallback", AT(ENTERED, round))
RULE(CB_7, "CB-7", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Clients of the object are called at the IRQL of Ke clients, DISPATCH_LEVEL at most.",
     "Using a System-Defined Callback Object", AT(ENTERED, entry))
RULE(CB_8, "CB-8", HA_DOCUMENTED, BOTH, HA_ERROR,
     "A driver does not notify an object of the system; that calls nobody.",
     "ExNotifyCallback", AT(ON(EX_NOTIFY), callback))
RULE(CB_9, "CB-9", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Each client gets a registration of its own, or NULL; the system's object takes any number.",
     "ExRegisterCallback; ReactOS ex/callback.c", AT(ON(EX_REG), callback), AT(ENTERED, barred))
RULE(CB_10, "CB-10", HA_OBSERVED, BOTH, HA_ERROR,
     "Removing a client waits for its running call; no call follows, and no client removes itself.",
     "ExUnregisterCallback; ReactOS ex/callback.c", AT(ON(EX_UNREG), callback),
     AT(ENTERED, barred))
RULE(CB_11, "CB-11", HA_DOCUMENTED, BOTH, HA_ERROR,
     "Callback objects and their clients come and go at or below APC_LEVEL.",
     "ExCreateCallback; ExRegisterCallback; ExUnregisterCallback",
     AT(ON(EX_CREATE) | ON(EX_REG) | ON(EX_UNREG), callback))
RULE(CB_12, "CB-12", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Opening without a name is unsuccessful, and a name that nobody made is not found.",
     "ExCreateCallback", AT(ON(EX_CREATE), callback))
