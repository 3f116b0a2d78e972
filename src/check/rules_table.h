/*
 * rules_table - one row a rule: what must hold, where it is said, and who judges it at what
 *
 * No include guard: whoever includes this says what RULE makes of a row (see rules.h, rules.c).
 *
 *   RULE(symbol, id, class, binds, severity, sentence, source, AT(kinds, judge)...)
 *
 * A judge that several rows name speaks for each of them; one mistake is found against one rule.
 * A source is named by its page; "none" where the documents are silent, and the class is chosen.
 */

/* Registering a callback. */
RULE(REG_1, "REG-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Registering gives a handle exactly when the registration stands at the return, else NULL.",
     "KeRegisterProcessorChangeCallback; Registering for Synchronous Driver Notification",
     AT(ON(REG_RETURN), register_return), AT(ENTERED, barred))
RULE(REG_2, "REG-2", HA_DOCUMENTED, BOTH, HA_ERROR,
     "Registering is done at PASSIVE_LEVEL, and callbacks are called at the IRQL of the profile.",
     "KeRegisterProcessorChangeCallback; ReactOS test of the processor-change callback",
     AT(ON(REG_ENTER), register), AT(ON(REG_LOCKED), register_locked), AT(ENTERED, entry),
     AT(ENTERED, barred))
RULE(REG_3, "REG-3", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Each call hands the driver the CallbackContext that it registered, NULL included.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, entry))
RULE(REG_4, "REG-4", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Without KE_PROCESSOR_CHANGE_ADD_EXISTING no call comes before registering has returned.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, barred))
RULE(REG_5, "REG-5", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "With KE_PROCESSOR_CHANGE_ADD_EXISTING the processors that exist are announced at once.",
     "Registering for Synchronous Driver Notification; KeRegisterProcessorChangeCallback",
     AT(ON(REG_RETURN), phase_return))
RULE(REG_6, "REG-6", HA_OBSERVED, BOTH, HA_NOTE,
     "Only bit 0 of Flags means something; a driver should not set the others.",
     "ReactOS test of the processor-change callback", AT(ON(REG_ENTER), register))
RULE(REG_7, "REG-7", HA_CHOSEN, KERNEL, HA_ERROR,
     "Each registration counts by itself: a function registered twice is called for both.",
     "none", AT(ON(REG_RETURN), register_return), AT(ENTERED | ON(ADD_END), round_end))
RULE(REG_8, "REG-8", HA_CHOSEN, BOTH, HA_ERROR,
     "A NULL CallbackFunction must not be registered.",
     "none", AT(ON(REG_ENTER), register), AT(ON(REG_LOCKED), register_locked),
     AT(ENTERED, barred))
RULE(REG_9, "REG-9", HA_IMPLIED, KERNEL, HA_ERROR,
     "A registration for which resources are lacking makes no call.",
     "Registering for Synchronous Driver Notification", AT(ENTERED, barred))
RULE(REG_10, "REG-10", HA_CHOSEN, KERNEL, HA_ERROR,
     "A registration attempted during a hot-add waits for its end and hears none of its calls.",
     "VirtualBox IPRT", AT(ON(REG_LOCKED), register_locked), AT(ENTERED, barred))
RULE(REG_11, "REG-11", HA_CHOSEN, BOTH, HA_ERROR,
     "A processor-change callback must not register another one.",
     "none", AT(ON(REG_ENTER), register), AT(ON(REG_LOCKED), register_locked),
     AT(ENTERED, barred))
RULE(REG_12, "REG-12", HA_CHOSEN, KERNEL, HA_ERROR,
     "One lock serialises registrations, removals and adds.",
     "VirtualBox IPRT", AT(ON(REG_LOCKED), register_locked), AT(ON(REG_RETURN), register_return),
     AT(ON(DEREG_LOCKED), remove_locked), AT(ON(ADD_BEGIN), add_begin))

/* Announcing the processors that exist. */
RULE(EXIST_1, "EXIST-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Each active processor gets one Start call, and all of them come before any Complete.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, phase_call), AT(ON(REG_RETURN), phase_return))
RULE(EXIST_2, "EXIST-2", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "When no Start call failed, each of these processors gets one Complete call.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, phase_call), AT(ON(REG_RETURN), phase_return))
RULE(EXIST_3, "EXIST-3", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Registering returns only when the last of these calls has returned.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, barred), AT(ON(REG_RETURN), register_return))
RULE(EXIST_4, "EXIST-4", HA_OBSERVED, KERNEL, HA_ERROR,
     "Start calls, and Complete calls, go from the lowest index up.",
     "ReactOS test of the processor-change callback", AT(ENTERED, phase_call))
RULE(EXIST_5, "EXIST-5", HA_IMPLIED, KERNEL, HA_ERROR,
     "Existing processors are announced to the new registration and to nobody else.",
     "KeRegisterProcessorChangeCallback; Registering for Synchronous Driver Notification",
     AT(ENTERED, barred))
RULE(EXIST_6, "EXIST-6", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "After a Start call that failed there is no other Start and no Complete.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, phase_call))
RULE(EXIST_7, "EXIST-7", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "After an error each processor whose Start succeeded gets one Failure, the failed one none.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, phase_call), AT(ON(REG_RETURN), phase_return))
RULE(EXIST_8, "EXIST-8", HA_OBSERVED, KERNEL, HA_ERROR,
     "Failure calls go from the lowest index up (down with failure_order=reverse).",
     "ReactOS test of the processor-change callback", AT(ENTERED, phase_call))
RULE(EXIST_9, "EXIST-9", HA_IMPLIED, KERNEL, HA_ERROR,
     "A failed Start call ends the registration: NULL, and no call for a later hot-add.",
     "Registering for Synchronous Driver Notification; KeRegisterProcessorChangeCallback; "
     "ReactOS test of the processor-change callback",
     AT(ENTERED, barred), AT(ON(REG_RETURN), register_return))
RULE(EXIST_10, "EXIST-10", HA_IMPLIED, KERNEL, HA_ERROR,
     "A registration is told of a processor once: as existing, or by its hot-add.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, phase_call), AT(ON(REG_RETURN), phase_return))
RULE(EXIST_11, "EXIST-11", HA_CHOSEN, KERNEL, HA_ERROR,
     "These calls come one after another, on the thread that registers.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, phase_call))
RULE(EXIST_12, "EXIST-12", HA_IMPLIED, KERNEL, HA_ERROR,
     "Announcing starts no hardware, and queries include every announced processor throughout.",
     "KeRegisterProcessorChangeCallback",
     AT(ON(HW_START) | ON(ACTIVE), stage), AT(ON(QUERY), query))

/* The calls of a hot-add. */
RULE(HOT_1, "HOT-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "A hot-add calls each live registration twice: Start, then either Complete or Failure.",
     "KeRegisterProcessorChangeCallback; Processing a Synchronous Driver Notification; "
     "KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT",
     AT(ENTERED, round), AT(ENTERED | ON(ADD_END), round_end))
RULE(HOT_2, "HOT-2", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "All Start calls have returned before the processor is started.",
     "Processing a Synchronous Driver Notification", AT(ENTERED, round), AT(ON(HW_START), stage))
RULE(HOT_3, "HOT-3", HA_CHOSEN, KERNEL, HA_ERROR,
     "Each round goes through the callbacks in the order of their registration.",
     "ExNotifyCallback", AT(ENTERED, round))
RULE(HOT_4, "HOT-4", HA_IMPLIED, KERNEL, HA_ERROR,
     "After a refusal at Start the processor does not become active.",
     "KeRegisterProcessorChangeCallback", AT(ON(HW_START) | ON(ACTIVE) | ON(SCHED), stage))
RULE(HOT_5, "HOT-5", HA_IMPLIED, KERNEL, HA_ERROR,
     "A refusal does not spare the later registrations their Start call.",
     "KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT; ExRegisterCallback",
     AT(ENTERED | ON(ADD_END), round_end))
RULE(HOT_6, "HOT-6", HA_IMPLIED, KERNEL, HA_ERROR,
     "When an add is refused, everyone who heard Start hears Failure once.",
     "KeRegisterProcessorChangeCallback; Processing a Synchronous Driver Notification; "
     "KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT",
     AT(ENTERED, round), AT(ON(ADD_END), round_end))
RULE(HOT_7, "HOT-7", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "When nobody refuses but the processor cannot be started, everyone hears Failure.",
     "Processing a Synchronous Driver Notification", AT(ENTERED, round), AT(ON(ADD_END), round_end),
     AT(ON(ACTIVE) | ON(SCHED), stage))
RULE(HOT_8, "HOT-8", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "When the add succeeds the second calls are Complete, made once threads may run there.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, round))
RULE(HOT_9, "HOT-9", HA_CHOSEN, KERNEL, HA_ERROR,
     "One hot-add ends before the next begins.",
     "eBPF for Windows", AT(ON(ADD_BEGIN), add_begin))
RULE(HOT_10, "HOT-10", HA_CHOSEN, KERNEL, HA_ERROR,
     "A unit of several logical processors is as many adds, also when one of them fails.",
     "PNPCPU Overview", AT(ON(UNIT_BEGIN) | ON(UNIT_END) | ON(ADD_BEGIN), unit))
RULE(HOT_11, "HOT-11", HA_CHOSEN, BOTH, HA_ERROR,
     "The calls of an add share one system thread, and each leaves its affinity as it was.",
     "eBPF for Windows; ksm; HyperPlatform", AT(ON(ADD_BEGIN), add_begin), AT(ENTERED, round),
     AT(LEFT, leave), AT(ANY, whereabouts))
RULE(HOT_12, "HOT-12", HA_CHOSEN, KERNEL, HA_ERROR,
     "After a failed add everything is as before: the next one calls the same, with its index.",
     "none", AT(ENTERED, context), AT(ENTERED | ON(ADD_END), round_end))
RULE(HOT_13, "HOT-13", HA_CHOSEN, KERNEL, HA_ERROR,
     "An add without room is refused with STATUS_INSUFFICIENT_RESOURCES before any call.",
     "KeQueryMaximumProcessorCountEx", AT(ENTERED, round),
     AT(ON(HW_START) | ON(ACTIVE) | ON(SCHED), stage), AT(ON(ADD_END), add_end))
RULE(HOT_14, "HOT-14", HA_OBSERVED, KERNEL, HA_ERROR,
     "A callback may wait for DPCs that it queued, on any processor, and the add goes on.",
     "XenBus; eBPF for Windows", AT(ON(DPC_RUN_ENTER) | ON(TRACE_END), dpc))

/* OperationStatus and Status. */
RULE(STAT_1, "STAT-1", HA_OBSERVED, KERNEL, HA_ERROR,
     "The first call finds STATUS_SUCCESS behind OperationStatus.",
     "ReactOS test of the processor-change callback; ExRegisterCallback", AT(ENTERED, variable))
RULE(STAT_2, "STAT-2", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A driver writes OperationStatus during Start only.",
     "KeRegisterProcessorChangeCallback", AT(LEFT, leave))
RULE(STAT_3, "STAT-3", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A call without an error leaves OperationStatus alone; clearing it is found as STAT-6.",
     "KeRegisterProcessorChangeCallback", AT(LEFT, leave))
RULE(STAT_4, "STAT-4", HA_OBSERVED, KERNEL, HA_ERROR,
     "One status variable serves all calls for existing processors.",
     "ReactOS test of the processor-change callback", AT(ENTERED, variable))
RULE(STAT_5, "STAT-5", HA_IMPLIED, KERNEL, HA_ERROR,
     "One status variable serves all calls of a hot-add, and only callbacks write it.",
     "ExRegisterCallback", AT(ENTERED, variable))
RULE(STAT_6, "STAT-6", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A driver that finds an error in OperationStatus leaves it there.",
     "ExRegisterCallback", AT(LEFT, leave))
RULE(STAT_7, "STAT-7", HA_CHOSEN, BOTH, HA_ERROR,
     "Only a status for which NT_SUCCESS is false is an error; any other must not be written.",
     "none", AT(LEFT, leave), AT(ENTERED, phase_call), AT(ENTERED, round),
     AT(ON(REG_RETURN), register_return))
RULE(STAT_8, "STAT-8", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "For existing processors the variable is looked at after each Start call.",
     "KeRegisterProcessorChangeCallback", AT(ENTERED, phase_call))
RULE(STAT_9, "STAT-9", HA_CHOSEN, KERNEL, HA_ERROR,
     "What the variable holds after the last Start call of a hot-add decides it.",
     "none", AT(ENTERED, round), AT(ON(HW_START) | ON(ACTIVE) | ON(SCHED), stage))
RULE(STAT_10, "STAT-10", HA_OBSERVED, KERNEL, HA_ERROR,
     "A value written during Complete or Failure changes nothing.",
     "ReactOS test of the processor-change callback", AT(ENTERED, context),
     AT(ENTERED, phase_call), AT(ON(REG_RETURN), register_return), AT(ON(ADD_END), add_end))
RULE(STAT_11, "STAT-11", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Status in Failure calls, and the result of the add, is the error that stopped it.",
     "KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT; KeRegisterProcessorChangeCallback", AT(ENTERED, context),
     AT(ON(ADD_END), add_end))
RULE(STAT_12, "STAT-12", HA_OBSERVED, KERNEL, HA_ERROR,
     "Status is STATUS_SUCCESS in Start and Complete calls.",
     "ReactOS test of the processor-change callback", AT(ENTERED, context))

/* Removing a registration. */
RULE(DEREG_1, "DEREG-1", HA_DOCUMENTED, BOTH, HA_ERROR,
     "Removing is done at PASSIVE_LEVEL, and no add that begins afterwards calls the callback.",
     "KeDeregisterProcessorChangeCallback; Registering for Synchronous Driver Notification",
     AT(ON(DEREG_ENTER), remove),
     AT(ENTERED, barred))
RULE(DEREG_2, "DEREG-2", HA_IMPLIED, KERNEL, HA_ERROR,
     "When removing returns, no call of the callback is running elsewhere, and none follows.",
     "KeRegisterProcessorChangeCallback; KeDeregisterProcessorChangeCallback",
     AT(ON(DEREG_RETURN), remove_return),
     AT(ENTERED, barred))
RULE(DEREG_3, "DEREG-3", HA_CHOSEN, KERNEL, HA_ERROR,
     "Removing waits for the end of another thread's add; on its own thread it acts at once.",
     "KeRegisterProcessorChangeCallback; VirtualBox IPRT; eBPF for Windows",
     AT(ON(DEREG_LOCKED), remove_locked),
     AT(ON(DEREG_RETURN), remove_return), AT(ENTERED, barred), AT(ENTERED, went_on))
RULE(DEREG_4, "DEREG-4", HA_CHOSEN, BOTH, HA_ERROR,
     "A callback must not remove its own registration.",
     "none", AT(ON(DEREG_ENTER), remove), AT(ENTERED, barred))
RULE(DEREG_5, "DEREG-5", HA_CHOSEN, BOTH, HA_ERROR,
     "Only the handle of a live registration can be removed.",
     "none", AT(ON(DEREG_ENTER) | ON(MISUSE), remove), AT(ON(DEREG_RETURN), remove_return))
RULE(DEREG_6, "DEREG-6", HA_CHOSEN, KERNEL, HA_ERROR,
     "Removing one registration changes neither order nor calls of the others.",
     "none", AT(ENTERED, round), AT(ENTERED | ON(ADD_END), round_end))
RULE(DEREG_7, "DEREG-7", HA_IMPLIED, DRIVER, HA_ERROR,
     "The context of a registration is freed after the registration was removed, not before.",
     "KeRegisterProcessorChangeCallback; KeDeregisterProcessorChangeCallback; ExRegisterCallback",
     AT(ON(MISUSE), remove))

/* The context structure. */
RULE(CTX_1, "CTX-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "State is Start, Complete or Failure.",
     "KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT; KE_PROCESSOR_CHANGE_NOTIFY_STATE; mingw-w64 wdm.h",
     AT(ENTERED, context))
RULE(CTX_2, "CTX-2", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "NtNumber is the system index and ProcNumber the place of the same processor.",
     "KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT; PROCESSOR_NUMBER", AT(ENTERED, context),
     AT(ON(ACTIVE) | ON(SCHED), stage))
RULE(CTX_3, "CTX-3", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A callback does not modify the change context.",
     "KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT; ExRegisterCallback", AT(LEFT, leave))
RULE(CTX_4, "CTX-4", HA_CHOSEN, KERNEL, HA_ERROR,
     "Each call gets a fresh change context: what one callback wrote there no other sees.",
     "none", AT(ENTERED, context))
RULE(CTX_5, "CTX-5", HA_IMPLIED, KERNEL, HA_ERROR,
     "All calls about one processor in one operation name it alike.",
     "Processing a Synchronous Driver Notification; KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT",
     AT(ENTERED, context))
RULE(CTX_7, "CTX-7", HA_CHOSEN, BOTH, HA_ERROR,
     "A callback returns at its IRQL; no operation or thread leaves a critical region entered.",
     "eBPF for Windows; bug check 0x20", AT(LEFT, leave),
     AT(ON(REG_RETURN) | ON(ADD_END), regions), AT(ON(MISUSE), object),
     AT(ON(EX_CALL_LEAVE), callback), AT(ON(PNP_CB_LEAVE), telling))

/* The callback object \Callback\ProcessorAdd, and those of drivers. */
#include "check/rules_callback.h"

/* PnP notification: entries, and what they are told. */
#include "check/rules_pnp.h"

/* Memory hot-add. */
RULE(MEM_1, "MEM-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Memory that is added is announced to no processor-change callback.",
     "Introduction to Driver Notification", AT(ENTERED, barred))
RULE(MEM_2, "MEM-2", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Memory that was added is announced by an arrival of its class, once the range is there.",
     "Introduction to Driver Notification",
     AT(ON(IFACE_UP) | ON(MEM_ADD_BEGIN) | ON(TRACE_END), announce))
RULE(MEM_3, "MEM-3", HA_IMPLIED, KERNEL, HA_ERROR,
     "The list of ranges has all that were there at boot or were added, each as one entry.",
     "MmAddPhysicalMemory; MmGetPhysicalMemoryRangesEx2; Introduction to Driver Notification",
     AT(ON(QUERY), ranges), AT(ON(MEM_ADD_END), mem_add))
RULE(MEM_4, "MEM-4", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Nothing is rebalanced because memory was added.",
     "Introduction to Driver Notification", AT(ON(REB_BEGIN) | ON(MEM_ADD_END), announce))
RULE(MEM_5, "MEM-5", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "The limits of the pools stay as they were at boot when memory is added.",
     "Changes to the Amount of Physical Memory", AT(ON(MEM_ADD_END), mem_add))
RULE(MEM_6, "MEM-6", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "The memory conditions are set and cleared when free memory crosses their thresholds.",
     "Standard Event Objects; Introduction to Driver Notification", AT(ON(TRACE_END), condition),
     AT(ON(FREE_PAGES) | ON(EVENT_SET) | ON(EVENT_CLEAR), condition))
RULE(MEM_7, "MEM-7", HA_CHOSEN, KERNEL, HA_ERROR,
     "Memory that does not start brings neither a range nor an arrival.",
     "none", AT(ON(MEM_ADD_END), mem_add), AT(ON(MEM_ADD_END), announce))

/* Queries. */
RULE(QRY_1, "QRY-1", HA_IMPLIED, KERNEL, HA_ERROR,
     "During Start the active queries do not include the incoming processor.",
     "KeRegisterProcessorChangeCallback; KeQueryActiveProcessorCountEx", AT(ON(QUERY), query))
RULE(QRY_2, "QRY-2", HA_IMPLIED, KERNEL, HA_ERROR,
     "During Complete the active queries include the new processor.",
     "KeRegisterProcessorChangeCallback; Processing a Synchronous Driver Notification",
     AT(ON(QUERY), query))
RULE(QRY_3, "QRY-3", HA_IMPLIED, KERNEL, HA_ERROR,
     "During Failure and afterwards the active queries do not include the failed processor.",
     "KeRegisterProcessorChangeCallback; KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT", AT(ON(QUERY), query))
RULE(QRY_4, "QRY-4", HA_CHOSEN, KERNEL, HA_ERROR,
     "Active counts and masks change at one moment, after the hardware start.",
     "none", AT(ANY, count), AT(ON(ACTIVE), stage), AT(ON(QUERY), query))
RULE(QRY_5, "QRY-5", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Active counts never fall, and maximum counts never change.",
     "KeQueryActiveProcessorCountEx; KeQueryActiveGroupCount; KeQueryMaximumProcessorCountEx; "
     "KeQueryMaximumGroupCount", AT(ANY, count), AT(ON(QUERY), query))
RULE(QRY_6, "QRY-6", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "KeQueryActiveProcessorCount and KeQueryActiveProcessors speak of group 0 only.",
     "KeQueryActiveProcessorCount; KeQueryActiveProcessors", AT(ON(QUERY), query))
RULE(QRY_7, "QRY-7", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Count and mask of a group agree, the groups add up to the system, no group gives 0.",
     "KeQueryActiveProcessorCountEx; KeQueryActiveGroupCount", AT(ON(QUERY), query))
RULE(QRY_8, "QRY-8", HA_IMPLIED, KERNEL, HA_ERROR,
     "Indices are contiguous: a new processor gets the active count before its add.",
     "KeGetProcessorNumberFromIndex; VirtualBox IPRT", AT(ENTERED, context), AT(ON(ACTIVE), stage))
RULE(QRY_9, "QRY-9", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Index and number convert into each other, and what names no processor is refused.",
     "KeGetProcessorNumberFromIndex; KeGetProcessorIndexFromNumber", AT(ON(QUERY), query))
RULE(QRY_10, "QRY-10", HA_CHOSEN, KERNEL, HA_ERROR,
     "Both conversions know the incoming processor from Start on, until its add has failed.",
     "VirtualBox IPRT; XenBus", AT(ON(QUERY), query))
RULE(QRY_11, "QRY-11", HA_CHOSEN, KERNEL, HA_ERROR,
     "A new processor takes room reserved at boot, by default the lowest that is free.",
     "Processor Groups; KeQueryHighestNodeNumber", AT(ENTERED, context), AT(ON(ACTIVE), stage))
RULE(QRY_12, "QRY-12", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Nodes are fixed at boot; their active processors grow, their maximum has room for it.",
     "KeQueryHighestNodeNumber; KeQueryNodeActiveAffinity; KeQueryNodeMaximumProcessorCount",
     AT(ON(QUERY), topology))
RULE(QRY_13, "QRY-13", HA_DOCUMENTED, BOTH, HA_ERROR,
     "Affinity is set to the active ones of the processors named; without any, nothing changes.",
     "KeSetSystemGroupAffinityThread", AT(ON(AFFINITY), affinity))
RULE(QRY_14, "QRY-14", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "KeGetCurrentProcessorNumberEx names the processor that its caller runs on.",
     "KeGetCurrentProcessorNumberEx", AT(ON(QUERY), topology))
RULE(QRY_15, "QRY-15", HA_CHOSEN, BOTH, HA_ERROR,
     "A DPC may be sent where the conversions know a processor, but is queued only after SCHED.",
     "KeSetTargetProcessorDpcEx", AT(ON(DPC_TARGET) | ON(DPC_INSERT), dpc))
RULE(QRY_16, "QRY-16", HA_DOCUMENTED, BOTH, HA_ERROR,
     "Queries may be made at any IRQL; relations and affinity at or below DISPATCH_LEVEL only.",
     "KeQueryActiveProcessorCountEx; KeQueryLogicalProcessorRelationship; "
     "KeSetSystemGroupAffinityThread",
     AT(ON(QUERY) | ON(REFUSED) | ON(MISUSE), topology))
RULE(QRY_17, "QRY-17", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "KeGetCurrentProcessorNumber gives a number of group 0, the caller's own if it is there.",
     "KeGetCurrentProcessorNumber", AT(ON(QUERY), topology))
RULE(QRY_18, "QRY-18", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Setting affinity tells the one set before, or none; reverting leads back to the original.",
     "KeSetSystemGroupAffinityThread; KeRevertToUserGroupAffinityThread; "
     "KeSetSystemAffinityThreadEx; KeRevertToUserAffinityThreadEx", AT(ON(AFFINITY), affinity))
RULE(QRY_19, "QRY-19", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Maximum counts include what can still be added: of a group, of group 0, or of all.",
     "KeQueryMaximumProcessorCountEx; KeQueryMaximumProcessorCount", AT(ON(QUERY), query))
RULE(QRY_20, "QRY-20", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "KeQueryLogicalProcessorRelationship tells of groups and nodes what the queries tell.",
     "KeQueryLogicalProcessorRelationship", AT(ON(QUERY) | ON(RELATION), relation),
     AT(ANY, listing))
RULE(QRY_21, "QRY-21", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "KeSetTargetProcessorDpc knows group 0 only, and a DPC that is queued keeps its target.",
     "KeSetTargetProcessorDpc; KeSetTargetProcessorDpcEx",
     AT(ON(DPC_TARGET) | ON(DPC_INSERT) | ON(DPC_RUN_ENTER), dpc))
/* Which routines there are a trace does not tell; see judge_routine.c. */
RULE(QRY_22, "QRY-22", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "MmGetSystemRoutineAddress gives NULL for what is no routine, and always the same answer.",
     "MmGetSystemRoutineAddress", AT(ON(QUERY), system_routine))
RULE(QRY_23, "QRY-23", HA_CHOSEN, KERNEL, HA_ERROR,
     "A DPC queued for a processor to come waits: it runs after SCHED, or is lost when that fails.",
     "KeSetTargetProcessorDpcEx",
     AT(ON(DPC_INSERT) | ON(DPC_DROP) | ON(DPC_RUN_ENTER) | ON(ADD_BEGIN) | ON(TRACE_END), dpc))
RULE(QRY_24, "QRY-24", HA_DOCUMENTED, DRIVER, HA_NOTE,
     "Where several groups are active, a driver asks no query that knows group 0 alone.",
     "KeQueryActiveProcessorCount; KeQueryActiveProcessors; KeQueryMaximumProcessorCount; "
     "KeGetCurrentProcessorNumber", AT(ON(QUERY), query), AT(ON(QUERY), topology))

/* Order of the stages. */
RULE(ORD_1, "ORD-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "The stages of an add: Start calls, hardware start, active, schedulable, Complete calls.",
     "Processing a Synchronous Driver Notification; KeRegisterProcessorChangeCallback",
     AT(ENTERED, round), AT(ON(HW_START) | ON(ACTIVE) | ON(SCHED), stage),
     AT(ON(ADD_END), add_end))
RULE(ORD_2, "ORD-2", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "The new processor runs no thread until the last Start call is over.",
     "Introduction to Driver Notification; KeRegisterProcessorChangeCallback", AT(ENTERED, round),
     AT(ANY, whereabouts))
#include "check/rules_arrival.h"

/* A driver's life, memory, IRQL, objects and DPCs. */
#include "check/rules_driver.h"
