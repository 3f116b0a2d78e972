/*
 * rules_driver - the rows of rules_table.h about what a driver does besides registering
 *
 * Its life, memory, IRQL, objects and DPCs. No include guard: rules_table.h alone includes this.
 */

/* A driver's life. */
RULE(DRV_1, "DRV-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "A system thread at PASSIVE_LEVEL runs DriverEntry and Unload.",
     "Writing a DriverEntry Routine; DRIVER_INITIALIZE; DRIVER_UNLOAD",
     AT(ON(DRV_ENTRY_ENTER) | ON(UNLOAD_ENTER), driver))
RULE(DRV_2, "DRV-2", HA_DOCUMENTED, DRIVER, HA_NOTE,
     "A DriverEntry whose registration gave NULL should return an error.",
     "KeRegisterProcessorChangeCallback; Registering for Synchronous Driver Notification",
     AT(ON(DRV_ENTRY_LEAVE), driver))
RULE(DRV_3, "DRV-3", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "When DriverEntry fails the image is freed, and Unload is not called.",
     "DriverEntry Return Values; Unload Routine Environment",
     AT(ON(UNLOAD_ENTER) | ON(TRACE_END), driver))
RULE(DRV_4, "DRV-4", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A DriverEntry that fails first removes what it registered.",
     "DriverEntry Return Values", AT(ON(DRV_ENTRY_LEAVE), driver),
     AT(ON(DRV_ENTRY_LEAVE), entry_driver))
RULE(DRV_5, "DRV-5", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A driver removes its processor-change callbacks before it is unloaded.",
     "KeRegisterProcessorChangeCallback; Registering for Synchronous Driver Notification; "
     "KeDeregisterProcessorChangeCallback; ExUnregisterCallback",
     AT(ON(UNLOAD_LEAVE), driver))
RULE(DRV_6, "DRV-6", HA_CHOSEN, KERNEL, HA_ERROR,
     "A processor-change registration does not keep its driver's image.",
     "none", AT(ON(TRACE_END), driver))
RULE(DRV_7, "DRV-7", HA_CHOSEN, BOTH, HA_ERROR,
     "Unload removes the PnP entries that are left; one that stays keeps the image.",
     "Registering for Asynchronous Driver Notification; IoUnregisterPlugPlayNotificationEx; "
     "Unload Routine Environment",
     AT(ON(UNLOAD_ENTER) | ON(UNLOAD_LEAVE) | ON(IMAGE_FREED), entry_driver))
RULE(DRV_8, "DRV-8", HA_IMPLIED, BOTH, HA_ERROR,
     "No callback of a driver runs when its image is freed, and none is due afterwards.",
     "KeRegisterProcessorChangeCallback; IoUnregisterPlugPlayNotificationEx; "
     "DriverEntry Return Values",
     AT(ON(DEAD_CALL), dead_call), AT(ON(IMAGE_FREED), driver), AT(ENTERED, barred),
     AT(ON(EX_CALL_ENTER), callback), AT(ON(PNP_CB_ENTER), telling),
     AT(ON(PNP_DEAD_CALL) | ON(IMAGE_FREED), entry_driver))
RULE(DRV_9, "DRV-9", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "What a driver takes for a processor it gives back when that fails, and all in the end.",
     "KeRegisterProcessorChangeCallback; KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT",
     AT(ON(ADD_END) | ON(REG_RETURN), leftovers), AT(ON(DRV_ENTRY_LEAVE) | ON(UNLOAD_LEAVE), held))
RULE(DRV_10, "DRV-10", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "Unload is called on an accepted request only, so a driver without it stays.",
     "DRIVER_UNLOAD; Unload Routine Environment",
     AT(ON(UNLOAD_ENTER) | ON(IMAGE_FREED), driver))
RULE(DRV_12, "DRV-12", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "No thread, work item, DPC, timer, device, interface, list or object outlives its driver.",
     "bug checks 0xCE and 0xD4; PsCreateSystemThread; IoQueueWorkItem; KeInsertQueueDpc; "
     "KeSetTimer; ExDeleteNPagedLookasideList; ExDeleteResourceLite; ExCreateCallback; "
     "Using Remove Locks; IoFreeMdl; "
     "DRIVER_UNLOAD",
     AT(ON(DRV_ENTRY_LEAVE) | ON(UNLOAD_LEAVE) | ON(IMAGE_FREED) | ON(LEFT_BEHIND) |
        ON(TRACE_END), alive))
RULE(DRV_13, "DRV-13", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "Code that is marked with PAGED_CODE runs at or below APC_LEVEL.",
     "PAGED_CODE", AT(ON(MISUSE), irql))

RULE(DRV_14, "DRV-14", HA_IMPLIED, DRIVER, HA_ERROR,
     "Code that the system calls by itself leaves the affinity of its thread as it was.",
     "KeSetSystemGroupAffinityThread; KeRevertToUserGroupAffinityThread",
     AT(ON(DRV_ENTRY_LEAVE) | ON(UNLOAD_LEAVE) | ON(WORK_LEAVE), affinity_left),
     AT(ON(ADD_DEVICE_LEAVE) | ON(REINIT_LEAVE) | ON(PNP_CB_LEAVE) | ON(EX_CALL_LEAVE),
        affinity_left), AT(LEFT, leave))
RULE(TIME_1, "TIME-1", HA_CHOSEN, DRIVER, HA_ERROR,
     "A callback is back within the simulated time that the scenario's budget gives it.",
     "none", AT(LEFT | ON(PNP_CB_LEAVE) | ON(EX_CALL_LEAVE), time))

/* Memory and IRQL: not of the rule book, but what mistakes with processors come to. */
RULE(POOL_1, "POOL-1", HA_IMPLIED, DRIVER, HA_ERROR,
     "A driver stays within the memory that it took.",
     "ExAllocatePool2; KeQueryMaximumProcessorCountEx", AT(ON(ALLOC) | ON(MISUSE), memory))
RULE(POOL_2, "POOL-2", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A driver uses memory, and gives it back, only while it holds it.",
     "ExFreePoolWithTag", AT(ON(FREE) | ON(MISUSE), memory))
RULE(POOL_3, "POOL-3", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "Memory is given back by the routine that goes with its own, with the tag that it has.",
     "ExFreePoolWithTag; MmFreeContiguousMemory; MmAllocatePagesForMdlEx",
     AT(ON(FREE) | ON(MISUSE), memory))
RULE(POOL_4, "POOL-4", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "Pool is taken and given back at DISPATCH_LEVEL at most, paged pool at APC_LEVEL at most.",
     "ExAllocatePool2; ExFreePoolWithTag", AT(ON(ALLOC) | ON(FREE) | ON(MISUSE), memory))
RULE(POOL_5, "POOL-5", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "An MDL describes memory that its driver holds; MmBuildMdlForNonPagedPool no paged pool.",
     "MmBuildMdlForNonPagedPool; MmProbeAndLockPages", AT(ON(MISUSE), memory))
RULE(RACE_1, "RACE-1", HA_IMPLIED, DRIVER, HA_ERROR,
     "Memory that threads share, and one of them writes, is used in an order that locks give it.",
     "Windows drivers, Introduction to Spin Locks; Synchronization and Multiprocessor Issues",
     AT(ON(DATA_RACE), race))
RULE(IRQL_1, "IRQL-1", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "KeRaiseIrql goes up, to HIGH_LEVEL at most; KeLowerIrql down, in a DPC to its level.",
     "KeRaiseIrql; KeLowerIrql; KDEFERRED_ROUTINE", AT(ON(QUERY) | ON(MISUSE), irql))
RULE(IRQL_2, "IRQL-2", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A thread waits below DISPATCH_LEVEL only.",
     "KeWaitForSingleObject; ExAcquireFastMutex", AT(ON(WAIT_BEGIN) | ON(REFUSED), irql))
RULE(IRQL_3, "IRQL-3", HA_IMPLIED, DRIVER, HA_ERROR,
     "Driver code that the kernel calls by itself ends at the IRQL at which it was called.",
     "DRIVER_INITIALIZE; DRIVER_UNLOAD; PsTerminateSystemThread; IO_WORKITEM_ROUTINE; "
     "KDEFERRED_ROUTINE; KeIpiGenericCall; DRIVER_ADD_DEVICE; DRIVER_REINITIALIZE",
     AT(ON(DRV_ENTRY_LEAVE) | ON(UNLOAD_LEAVE) | ON(MISUSE), irql),
     AT(ON(DPC_RUN_LEAVE) | ON(IPI_LEAVE) | ON(ADD_DEVICE_LEAVE) | ON(REINIT_LEAVE), irql))
RULE(IRQL_4, "IRQL-4", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "Any other routine is called at an IRQL that its page allows.",
     "the IRQL entry of each routine's page", AT(ON(REFUSED) | ON(MISUSE), irql))

/* Objects that threads wait for, and locks: compiled drivers have them, scripts do not. */
RULE(OBJ_1, "OBJ-1", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "An object is initialised, and aligned as it must be, before it is used.",
     "KeInitializeEvent; KeWaitForSingleObject; ExInterlockedPushEntrySList",
     AT(ON(MISUSE), object))
RULE(OBJ_2, "OBJ-2", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A lock is given back by its holder, in time; one that is not recursive is taken once.",
     "KeReleaseMutex; ExAcquireFastMutex; ExReleaseFastMutex; KeAcquireSpinLock; "
     "KeReleaseSpinLock; ExAcquirePushLockExclusive; ExReleaseSpinLockShared; "
     "ExReleaseResourceLite; IoReleaseRemoveLock; bug check 0x4000008A",
     AT(ON(MISUSE), object))
RULE(OBJ_3, "OBJ-3", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "Counts stay within limits: of a semaphore, of critical regions, of objects to wait for.",
     "KeReleaseSemaphore; KeWaitForMultipleObjects; KeLeaveCriticalRegion; IoReleaseRemoveLock",
     AT(ON(MISUSE), object))
RULE(OBJ_4, "OBJ-4", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "Handles and references are given back once, and used only until then.",
     "ZwClose; ObReferenceObject; ObDereferenceObject; IoFreeMdl; MmUnlockPages",
     AT(ON(MISUSE), object))
RULE(OBJ_5, "OBJ-5", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A work item that is queued is neither queued again nor freed until its routine begins.",
     "IoQueueWorkItem; IoFreeWorkItem; ExQueueWorkItem", AT(ON(MISUSE), object))
RULE(OBJ_6, "OBJ-6", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "Nothing is given back or made anew while it is queued, set, held or waited for.",
     "KeInitializeDpc; KeInitializeTimerEx; KeInitializeMutex; KeInitializeEvent; "
     "KeInitializeSpinLock; ExInitializeRundownProtection; ExDeleteResourceLite; "
     "Using Remove Locks; IoFreeMdl; MmUnlockPages; ExFreePoolWithTag",
     AT(ON(MISUSE), object))
RULE(OBJ_7, "OBJ-7", HA_DOCUMENTED, DRIVER, HA_ERROR,
     "A driver ends no thread but one that it made, and that one not inside a callback.",
     "PsTerminateSystemThread", AT(ON(REFUSED), object))
RULE(OBJ_8, "OBJ-8", HA_IMPLIED, DRIVER, HA_ERROR,
     "Threads take what they have at one time in one order: locks, and the end of callbacks.",
     "Driver Verifier, Deadlock Detection; KeDeregisterProcessorChangeCallback; "
     "ExUnregisterCallback; IoUnregisterPlugPlayNotificationEx", AT(ON(LOCK_ORDER), order))

/* Deferred procedure calls, as far as no rule of processors speaks of them. */
RULE(DPC_1, "DPC-1", HA_DOCUMENTED, KERNEL, HA_ERROR,
     "A queued DPC runs once, at DISPATCH_LEVEL, where it was sent, else where it was queued.",
     "KeInsertQueueDpc; KeSetTargetProcessorDpc; KDEFERRED_ROUTINE",
     AT(ON(DPC_INSERT) | ON(DPC_DROP) | ON(DPC_RUN_ENTER) | ON(TRACE_END), dpc))
