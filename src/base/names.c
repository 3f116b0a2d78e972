/*
 * names - what numbers are called
 *
 * Owns the tables, but for that of status codes. A table is indexed by the number itself, so a
 * missing row shows as NULL.
 */
#include "base/names.h"

#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define NAME_OF(table, number) ((number) < COUNT(table) ? (table)[number] : NULL)

static const char *const routines[HA_ROUTINE_COUNT] = {
    [HA_RT_REGISTER_PROCESSOR_CHANGE] = "KeRegisterProcessorChangeCallback",
    [HA_RT_DEREGISTER_PROCESSOR_CHANGE] = "KeDeregisterProcessorChangeCallback",
    [HA_RT_SYSTEM_ROUTINE] = "MmGetSystemRoutineAddress",
    [HA_RT_ACTIVE_COUNT] = "KeQueryActiveProcessorCount",
    [HA_RT_RAISE_IRQL] = "KeRaiseIrql", [HA_RT_LOWER_IRQL] = "KeLowerIrql",
    [HA_RT_WAIT] = "KeWaitForSingleObject",
    [HA_RT_WAIT_MULTIPLE] = "KeWaitForMultipleObjects",
    [HA_RT_DELAY] = "KeDelayExecutionThread", [HA_RT_SET_EVENT] = "KeSetEvent",
    [HA_RT_RELEASE_SEMAPHORE] = "KeReleaseSemaphore", [HA_RT_RELEASE_MUTEX] = "KeReleaseMutex",
    [HA_RT_RESET_EVENT] = "KeResetEvent", [HA_RT_PULSE_EVENT] = "KePulseEvent",
    [HA_RT_READ_EVENT] = "KeReadStateEvent", [HA_RT_READ_SEMAPHORE] = "KeReadStateSemaphore",
    [HA_RT_READ_MUTEX] = "KeReadStateMutex",
    [HA_RT_INITIALIZE_SEMAPHORE] = "KeInitializeSemaphore",
    [HA_RT_INITIALIZE_TIMER] = "KeInitializeTimerEx",
    [HA_RT_SET_TIMER] = "KeSetTimerEx", [HA_RT_CANCEL_TIMER] = "KeCancelTimer",
    [HA_RT_READ_TIMER] = "KeReadStateTimer",
    [HA_RT_ACQUIRE_FAST_MUTEX] = "ExAcquireFastMutex",
    [HA_RT_RELEASE_FAST_MUTEX] = "ExReleaseFastMutex",
    [HA_RT_ENTER_REGION] = "KeEnterCriticalRegion",
    [HA_RT_LEAVE_REGION] = "KeLeaveCriticalRegion",
    [HA_RT_ALLOCATE_POOL] = "ExAllocatePool2", [HA_RT_FREE_POOL] = "ExFreePoolWithTag",
    [HA_RT_CLOSE] = "ZwClose", [HA_RT_REFERENCE_OBJECT] = "ObReferenceObject",
    [HA_RT_DEREFERENCE_OBJECT] = "ObDereferenceObject",
    [HA_RT_CREATE_THREAD] = "PsCreateSystemThread",
    [HA_RT_TERMINATE_THREAD] = "PsTerminateSystemThread", [HA_RT_THREAD_ID] = "PsGetThreadId",
    [HA_RT_SET_THREAD] = "ZwSetInformationThread",
    [HA_RT_IS_SYSTEM_THREAD] = "PsIsSystemThread", [HA_RT_SET_PRIORITY] = "KeSetPriorityThread",
    [HA_RT_QUERY_PRIORITY] = "KeQueryPriorityThread",
    [HA_RT_ALLOCATE_WORK] = "IoAllocateWorkItem", [HA_RT_FREE_WORK] = "IoFreeWorkItem",
    [HA_RT_QUEUE_WORK] = "IoQueueWorkItem", [HA_RT_EX_QUEUE_WORK] = "ExQueueWorkItem",
    [HA_RT_DEBUG_PRINT] = "DbgPrintEx",
    [HA_RT_SET_AFFINITY] = "KeSetSystemGroupAffinityThread",
    [HA_RT_REVERT_AFFINITY] = "KeRevertToUserGroupAffinityThread",
    [HA_RT_SET_AFFINITY_EX] = "KeSetSystemAffinityThreadEx",
    [HA_RT_REVERT_AFFINITY_EX] = "KeRevertToUserAffinityThreadEx",
    [HA_RT_SET_AFFINITY_OLD] = "KeSetSystemAffinityThread",
    [HA_RT_REVERT_AFFINITY_OLD] = "KeRevertToUserAffinityThread",
    [HA_RT_INITIALIZE_DPC] = "KeInitializeDpc",
    [HA_RT_SET_TARGET_DPC] = "KeSetTargetProcessorDpc",
    [HA_RT_SET_TARGET_DPC_EX] = "KeSetTargetProcessorDpcEx",
    [HA_RT_INSERT_DPC] = "KeInsertQueueDpc", [HA_RT_REMOVE_DPC] = "KeRemoveQueueDpc",
    [HA_RT_SET_IMPORTANCE_DPC] = "KeSetImportanceDpc",
    [HA_RT_FLUSH_DPCS] = "KeFlushQueuedDpcs", [HA_RT_IPI_CALL] = "KeIpiGenericCall",
    [HA_RT_GENERIC_CALL_DPC] = "KeGenericCallDpc",
    [HA_RT_SIGNAL_DPC_DONE] = "KeSignalCallDpcDone",
    [HA_RT_SIGNAL_DPC_SYNCHRONIZE] = "KeSignalCallDpcSynchronize",
    [HA_RT_ACQUIRE_SPIN_LOCK] = "KeAcquireSpinLock",
    [HA_RT_RELEASE_SPIN_LOCK] = "KeReleaseSpinLock", [HA_RT_PAGED_CODE] = "PAGED_CODE",
    [HA_RT_INITIALIZE_MUTEX] = "KeInitializeMutex", [HA_RT_GET_VERSION] = "RtlGetVersion",
    [HA_RT_INITIALIZE_FAST_MUTEX] = "ExInitializeFastMutex",
    [HA_RT_INITIALIZE_GUARDED_MUTEX] = "KeInitializeGuardedMutex",
    [HA_RT_ACQUIRE_GUARDED_MUTEX] = "KeAcquireGuardedMutex",
    [HA_RT_RELEASE_GUARDED_MUTEX] = "KeReleaseGuardedMutex",
    [HA_RT_ENTER_GUARDED_REGION] = "KeEnterGuardedRegion",
    [HA_RT_LEAVE_GUARDED_REGION] = "KeLeaveGuardedRegion",
    [HA_RT_INTERLOCKED_LIST] = "ExInterlockedInsertHeadList",
    [HA_RT_SLIST] = "ExInterlockedPushEntrySList",
    [HA_RT_INITIALIZE_LOOKASIDE] = "ExInitializeNPagedLookasideList",
    [HA_RT_LOOKASIDE] = "ExAllocateFromNPagedLookasideList",
    [HA_RT_INITIALIZE_EVENT] = "KeInitializeEvent",
    [HA_RT_INITIALIZE_SPIN_LOCK] = "KeInitializeSpinLock",
    [HA_RT_INITIALIZE_RUNDOWN] = "ExInitializeRundownProtection",
    [HA_RT_ACQUIRE_RUNDOWN] = "ExAcquireRundownProtection",
    [HA_RT_RUNDOWN_COMPLETED] = "ExRundownCompleted",
    [HA_RT_RELEASE_RUNDOWN] = "ExReleaseRundownProtection",
    [HA_RT_REINITIALIZE_RUNDOWN] = "ExReInitializeRundownProtection",
    [HA_RT_WAIT_RUNDOWN] = "ExWaitForRundownProtectionRelease",
    [HA_RT_ACQUIRE_SPIN_SHARED] = "ExAcquireSpinLockShared",
    [HA_RT_ACQUIRE_SPIN_EXCLUSIVE] = "ExAcquireSpinLockExclusive",
    [HA_RT_RELEASE_SPIN_SHARED] = "ExReleaseSpinLockShared",
    [HA_RT_RELEASE_SPIN_EXCLUSIVE] = "ExReleaseSpinLockExclusive",
    [HA_RT_INITIALIZE_PUSH_LOCK] = "ExInitializePushLock",
    [HA_RT_ACQUIRE_PUSH_SHARED] = "ExAcquirePushLockShared",
    [HA_RT_ACQUIRE_PUSH_EXCLUSIVE] = "ExAcquirePushLockExclusive",
    [HA_RT_RELEASE_PUSH_SHARED] = "ExReleasePushLockShared",
    [HA_RT_RELEASE_PUSH_EXCLUSIVE] = "ExReleasePushLockExclusive",
    [HA_RT_INITIALIZE_RESOURCE] = "ExInitializeResourceLite",
    [HA_RT_REINITIALIZE_RESOURCE] = "ExReinitializeResourceLite",
    [HA_RT_DELETE_RESOURCE] = "ExDeleteResourceLite",
    [HA_RT_ACQUIRE_EXCLUSIVE] = "ExAcquireResourceExclusiveLite",
    [HA_RT_ACQUIRE_SHARED] = "ExAcquireResourceSharedLite",
    [HA_RT_ACQUIRE_STARVE] = "ExAcquireSharedStarveExclusive",
    [HA_RT_CONVERT_RESOURCE] = "ExConvertExclusiveToSharedLite",
    [HA_RT_RELEASE_RESOURCE] = "ExReleaseResourceLite",
    [HA_RT_OWNS_EXCLUSIVE] = "ExIsResourceAcquiredExclusiveLite",
    [HA_RT_OWNS_SHARED] = "ExIsResourceAcquiredSharedLite",
    [HA_RT_EXCLUSIVE_WAITERS] = "ExGetExclusiveWaiterCount",
    [HA_RT_SHARED_WAITERS] = "ExGetSharedWaiterCount",
    [HA_RT_INITIALIZE_REMOVE_LOCK] = "IoInitializeRemoveLockEx",
    [HA_RT_ACQUIRE_REMOVE_LOCK] = "IoAcquireRemoveLockEx",
    [HA_RT_RELEASE_REMOVE_LOCK] = "IoReleaseRemoveLockEx",
    [HA_RT_WAIT_REMOVE_LOCK] = "IoReleaseRemoveLockAndWaitEx",
    [HA_RT_ALLOCATE_MDL] = "IoAllocateMdl", [HA_RT_FREE_MDL] = "IoFreeMdl",
    [HA_RT_BUILD_MDL] = "MmBuildMdlForNonPagedPool",
    [HA_RT_ALLOCATE_PAGES] = "MmAllocatePagesForMdlEx",
    [HA_RT_FREE_PAGES] = "MmFreePagesFromMdl",
    [HA_RT_ALLOCATE_CONTIGUOUS] = "MmAllocateContiguousMemory",
    [HA_RT_FREE_CONTIGUOUS] = "MmFreeContiguousMemory",
    [HA_RT_LOCK_PAGES] = "MmProbeAndLockPages", [HA_RT_UNLOCK_PAGES] = "MmUnlockPages",
    [HA_RT_MAP_PAGES] = "MmMapLockedPagesSpecifyCache",
    [HA_RT_UNMAP_PAGES] = "MmUnmapLockedPages",
    [HA_RT_INITIALIZE_BITMAP] = "RtlInitializeBitMap", [HA_RT_TEST_BIT] = "RtlTestBit",
    [HA_RT_SET_BITS] = "RtlSetBits", [HA_RT_FIND_BITS] = "RtlFindClearBits",
    [HA_RT_PHYSICAL_ADDRESS] = "MmGetPhysicalAddress",
    [HA_RT_ADDRESS_VALID] = "MmIsAddressValid", [HA_RT_WAIT_HANDLE] = "ZwWaitForSingleObject",
    [HA_RT_REINITIALIZE] = "IoRegisterDriverReinitialization",
    [HA_RT_OPEN_KEY] = "ZwOpenKey", [HA_RT_CREATE_KEY] = "ZwCreateKey",
    [HA_RT_QUERY_VALUE] = "ZwQueryValueKey", [HA_RT_ENUMERATE_VALUES] = "ZwEnumerateValueKey",
    [HA_RT_SET_VALUE] = "ZwSetValueKey", [HA_RT_DELETE_VALUE] = "ZwDeleteValueKey",
    [HA_RT_QUERY_REGISTRY] = "RtlQueryRegistryValues",
    [HA_RT_CHECK_REGISTRY] = "RtlCheckRegistryKey",
    [HA_RT_CREATE_REGISTRY] = "RtlCreateRegistryKey",
    [HA_RT_WRITE_REGISTRY] = "RtlWriteRegistryValue",
    [HA_RT_DELETE_REGISTRY] = "RtlDeleteRegistryValue",
    [HA_RT_CREATE_DEVICE] = "IoCreateDevice", [HA_RT_DELETE_DEVICE] = "IoDeleteDevice",
    [HA_RT_ATTACH_DEVICE] = "IoAttachDeviceToDeviceStack",
    [HA_RT_DETACH_DEVICE] = "IoDetachDevice", [HA_RT_ATTACHED_DEVICE] = "IoGetAttachedDevice",
    [HA_RT_REFER_ATTACHED] = "IoGetAttachedDeviceReference",
    [HA_RT_LOWER_DEVICE] = "IoGetLowerDeviceObject",
    [HA_RT_DEVICE_POINTER] = "IoGetDeviceObjectPointer",
    [HA_RT_RELATED_DEVICE] = "IoGetRelatedDeviceObject",
    [HA_RT_CREATE_LINK] = "IoCreateSymbolicLink", [HA_RT_DELETE_LINK] = "IoDeleteSymbolicLink",
    [HA_RT_ADD_EXTENSION] = "IoAllocateDriverObjectExtension",
    [HA_RT_GET_EXTENSION] = "IoGetDriverObjectExtension",
    [HA_RT_CREATE_EVENT] = "IoCreateNotificationEvent", [HA_RT_OPEN_EVENT] = "ZwOpenEvent",
    [HA_RT_SET_NAMED_EVENT] = "ZwSetEvent",
    [HA_RT_REGISTER_PNP] = "IoRegisterPlugPlayNotification",
    [HA_RT_UNREGISTER_PNP] = "IoUnregisterPlugPlayNotification",
    [HA_RT_UNREGISTER_PNP_EX] = "IoUnregisterPlugPlayNotificationEx",
    [HA_RT_REGISTER_INTERFACE] = "IoRegisterDeviceInterface",
    [HA_RT_SET_INTERFACE] = "IoSetDeviceInterfaceState",
    [HA_RT_GET_INTERFACES] = "IoGetDeviceInterfaces",
    [HA_RT_REPORT_CHANGE] = "IoReportTargetDeviceChange",
    [HA_RT_REPORT_CHANGE_LATER] = "IoReportTargetDeviceChangeAsynchronous",
    [HA_RT_CREATE_CALLBACK] = "ExCreateCallback", [HA_RT_REGISTER_CALLBACK] = "ExRegisterCallback",
    [HA_RT_UNREGISTER_CALLBACK] = "ExUnregisterCallback",
    [HA_RT_NOTIFY_CALLBACK] = "ExNotifyCallback",
    [HA_RT_ACTIVE_COUNT_EX] = "KeQueryActiveProcessorCountEx",
    [HA_RT_ACTIVE_PROCESSORS] = "KeQueryActiveProcessors",
    [HA_RT_MAXIMUM_COUNT] = "KeQueryMaximumProcessorCount",
    [HA_RT_MAXIMUM_COUNT_EX] = "KeQueryMaximumProcessorCountEx",
    [HA_RT_GROUP_AFFINITY] = "KeQueryGroupAffinity",
    [HA_RT_ACTIVE_GROUPS] = "KeQueryActiveGroupCount",
    [HA_RT_MAXIMUM_GROUPS] = "KeQueryMaximumGroupCount",
    [HA_RT_NUMBER_FROM_INDEX] = "KeGetProcessorNumberFromIndex",
    [HA_RT_INDEX_FROM_NUMBER] = "KeGetProcessorIndexFromNumber",
    [HA_RT_CURRENT_IRQL] = "KeGetCurrentIrql",
    [HA_RT_CURRENT_PROCESSOR] = "KeGetCurrentProcessorNumber",
    [HA_RT_CURRENT_PROCESSOR_EX] = "KeGetCurrentProcessorNumberEx",
    [HA_RT_HIGHEST_NODE] = "KeQueryHighestNodeNumber",
    [HA_RT_CURRENT_NODE] = "KeGetCurrentNodeNumber",
    [HA_RT_NODE_AFFINITY] = "KeQueryNodeActiveAffinity",
    [HA_RT_NODE_AFFINITY2] = "KeQueryNodeActiveAffinity2",
    [HA_RT_NODE_ACTIVE_COUNT] = "KeQueryNodeActiveProcessorCount",
    [HA_RT_NODE_MAXIMUM_COUNT] = "KeQueryNodeMaximumProcessorCount",
    [HA_RT_LOGICAL_RELATIONSHIP] = "KeQueryLogicalProcessorRelationship",
    [HA_RT_MEMORY_RANGES] = "MmGetPhysicalMemoryRanges",
};

static const char *const kinds[HA_KIND_COUNT] = {
    [HA_TRACE_BEGIN] = "TRACE_BEGIN", [HA_KNOB] = "KNOB", [HA_GROUP] = "GROUP",
    [HA_NODE] = "NODE",
    [HA_PROCESSOR] = "PROCESSOR", [HA_MEMORY] = "MEMORY", [HA_NAME] = "NAME",
    [HA_BUDGET] = "BUDGET", [HA_THREAD] = "THREAD", [HA_CHOICE] = "CHOICE",
    [HA_TRACE_END] = "TRACE_END",
    [HA_DRV_ENTRY_ENTER] = "DRV_ENTRY_ENTER", [HA_DRV_ENTRY_LEAVE] = "DRV_ENTRY_LEAVE",
    [HA_UNLOAD_REQ] = "UNLOAD_REQ", [HA_UNLOAD_ENTER] = "UNLOAD_ENTER",
    [HA_UNLOAD_LEAVE] = "UNLOAD_LEAVE", [HA_IMAGE_FREED] = "IMAGE_FREED",
    [HA_REG_ENTER] = "REG_ENTER", [HA_REG_LOCKED] = "REG_LOCKED", [HA_REG_RETURN] = "REG_RETURN",
    [HA_DEREG_ENTER] = "DEREG_ENTER", [HA_DEREG_LOCKED] = "DEREG_LOCKED",
    [HA_DEREG_RETURN] = "DEREG_RETURN",
    [HA_CB_ENTER] = "CB_ENTER", [HA_CB_LEAVE] = "CB_LEAVE", [HA_CB_CALL] = "CB_CALL",
    [HA_DEAD_CALL] = "DEAD_CALL",
    [HA_UNIT_BEGIN] = "UNIT_BEGIN", [HA_UNIT_END] = "UNIT_END",
    [HA_ADD_BEGIN] = "ADD_BEGIN", [HA_ADD_END] = "ADD_END", [HA_HW_START] = "HW_START",
    [HA_ACTIVE] = "ACTIVE", [HA_SCHED] = "SCHED",
    [HA_ALLOC] = "ALLOC", [HA_FREE] = "FREE",
    [HA_THREAD_START] = "THREAD_START", [HA_THREAD_END] = "THREAD_END",
    [HA_WORK_QUEUED] = "WORK_QUEUED", [HA_WORK_ENTER] = "WORK_ENTER",
    [HA_WORK_LEAVE] = "WORK_LEAVE",
    [HA_QUERY] = "QUERY", [HA_RELATION] = "RELATION",
    [HA_WAIT_BEGIN] = "WAIT_BEGIN", [HA_WAIT_END] = "WAIT_END",
    [HA_DEADLOCK] = "DEADLOCK", [HA_REFUSED] = "REFUSED", [HA_MISUSE] = "MISUSE",
    [HA_FAULT] = "FAULT", [HA_CHECK_FAILED] = "CHECK_FAILED",
    [HA_DEBUG_PRINT] = "DEBUG_PRINT", [HA_BUGCHECK] = "BUGCHECK",
    [HA_AFFINITY] = "AFFINITY", [HA_DPC_TARGET] = "DPC_TARGET", [HA_DPC_INSERT] = "DPC_INSERT",
    [HA_DPC_DROP] = "DPC_DROP", [HA_DPC_RUN_ENTER] = "DPC_RUN_ENTER",
    [HA_DPC_RUN_LEAVE] = "DPC_RUN_LEAVE",
    [HA_IPI_ENTER] = "IPI_ENTER", [HA_IPI_LEAVE] = "IPI_LEAVE",
    [HA_ADD_DEVICE_ENTER] = "ADD_DEVICE_ENTER", [HA_ADD_DEVICE_LEAVE] = "ADD_DEVICE_LEAVE",
    [HA_REINIT_ENTER] = "REINIT_ENTER", [HA_REINIT_LEAVE] = "REINIT_LEAVE",
    [HA_LEFT_BEHIND] = "LEFT_BEHIND", [HA_CRASH] = "CRASH",
    [HA_LOCK_TAKEN] = "LOCK_TAKEN", [HA_LOCK_GIVEN] = "LOCK_GIVEN",
    [HA_MEM_ADD_BEGIN] = "MEM_ADD_BEGIN", [HA_MEM_ADD_END] = "MEM_ADD_END",
    [HA_MEM_ONLINE] = "MEM_ONLINE", [HA_FREE_PAGES] = "FREE_PAGES",
    [HA_EVENT_SET] = "EVENT_SET", [HA_EVENT_CLEAR] = "EVENT_CLEAR",
    [HA_POOL_LIMITS] = "POOL_LIMITS",
    [HA_INTERFACE] = "INTERFACE", [HA_DEVICE_STARTED] = "DEVICE_STARTED",
    [HA_IFACE_UP] = "IFACE_UP", [HA_IFACE_DOWN] = "IFACE_DOWN", [HA_IFACE_SET] = "IFACE_SET",
    [HA_FILE_OPEN] = "FILE_OPEN", [HA_FILE_CLOSE] = "FILE_CLOSE",
    [HA_PNP_REG_ENTER] = "PNP_REG_ENTER", [HA_PNP_REG_RETURN] = "PNP_REG_RETURN",
    [HA_PNP_UNREG_ENTER] = "PNP_UNREG_ENTER", [HA_PNP_UNREG_RETURN] = "PNP_UNREG_RETURN",
    [HA_PNP_CB_ENTER] = "PNP_CB_ENTER", [HA_PNP_CB_LEAVE] = "PNP_CB_LEAVE",
    [HA_PNP_CB_CALL] = "PNP_CB_CALL", [HA_PNP_HOLD] = "PNP_HOLD",
    [HA_REB_BEGIN] = "REB_BEGIN", [HA_REB_END] = "REB_END",
    [HA_PNP_DEAD_CALL] = "PNP_DEAD_CALL", [HA_REF] = "REF",
    [HA_EX_CREATE] = "EX_CREATE", [HA_EX_REG] = "EX_REG", [HA_EX_UNREG] = "EX_UNREG",
    [HA_EX_NOTIFY] = "EX_NOTIFY", [HA_EX_CALL_ENTER] = "EX_CALL_ENTER",
    [HA_EX_CALL_LEAVE] = "EX_CALL_LEAVE", [HA_DATA_RACE] = "DATA_RACE",
    [HA_LOCK_ORDER] = "LOCK_ORDER",
};

static const char *const reasons[HA_REASON_COUNT] = {
    [HA_REASON_NONE] = "none", [HA_REASON_IRQL] = "IRQL is too high",
    [HA_REASON_NULL_FUNCTION] = "CallbackFunction is NULL",
    [HA_REASON_INSIDE_CALLBACK] = "called from inside a processor-change callback",
    [HA_REASON_UNKNOWN_FLAGS] = "unknown flags",
    [HA_REASON_NO_MEMORY] = "no memory",
    [HA_REASON_INTERRUPTED] = "the run ended",
    [HA_REASON_NOT_LOADED] = "the driver is not loaded",
    [HA_REASON_LOADED] = "the driver is loaded already",
    [HA_REASON_NOT_SIMULATED] = "not simulated yet",
    [HA_REASON_POLLS] = "it looks again and again for what does not come",
    [HA_REASON_NO_ADD_DEVICE] = "the driver has no AddDevice",
    [HA_REASON_NOT_OWN_THREAD] = "the thread is not the driver's to end",
    [HA_REASON_NULL_POINTER] = "a pointer is NULL that must not be",
    [HA_REASON_PARAMETER] = "a parameter that the routine does not take",
    [HA_REASON_ONE_CLIENT] = "the object has the one client that it takes",
    [HA_REASON_NO_INTERFACE] = "no such interface is enabled",
};

static const char *const misuses[HA_MISUSE_COUNT] = {
    [HA_MISUSE_NONE] = "none", [HA_MISUSE_RAISED_IRQL] = "called at a raised IRQL",
    [HA_MISUSE_NULL_HANDLE] = "handle is NULL",
    [HA_MISUSE_UNKNOWN_HANDLE] = "handle was never given out",
    [HA_MISUSE_STALE_HANDLE] = "handle was removed before",
    [HA_MISUSE_SELF_REMOVAL] = "removed from inside its own callback",
    [HA_MISUSE_OVERRUN] = "beyond the end of a table",
    [HA_MISUSE_NOTHING_THERE] = "there is no memory in this slot",
    [HA_MISUSE_BAD_BLOCK] = "this block was never taken, or given back before",
    [HA_MISUSE_NOT_MADE] = "this object was never initialised",
    [HA_MISUSE_NOT_OWNER] = "given back by another thread than its owner",
    [HA_MISUSE_LIMIT] = "more than allowed",
    [HA_MISUSE_OTHER_MODE] = "given back the other way than it was taken",
    [HA_MISUSE_TAKEN_TWICE] = "taken by the thread that has it",
    [HA_MISUSE_BEYOND_BLOCK] = "written beyond the end of a block",
    [HA_MISUSE_OTHER_TAG] = "given back with another tag",
    [HA_MISUSE_OTHER_ROUTINE] = "this block is given back by another routine",
    [HA_MISUSE_UNKNOWN_TAG] = "released with a tag of no acquisition",
    [HA_MISUSE_NO_OBJECT] = "there is no object, or none any more",
    [HA_MISUSE_NO_REFERENCE] = "a reference that no driver holds",
    [HA_MISUSE_IN_USE] = "the kernel still has it in a queue or list",
    [HA_MISUSE_PAGED_CODE] = "paged code above APC_LEVEL",
    [HA_MISUSE_UNALIGNED] = "not aligned as it must be",
    [HA_MISUSE_HELD] = "it ends with a lock that it has not given back",
    [HA_MISUSE_EXPOSED] = "APCs are enabled again while the thread has a resource",
    [HA_MISUSE_IN_REGION] = "it ends in a critical region that it has not left",
    [HA_MISUSE_LOCK_HELD] = "a spin lock is still held",
    [HA_MISUSE_CONTEXT] = "the context of a PnP entry that may still be called lies there",
    [HA_MISUSE_CLIENT_CONTEXT] = "the context of a registration that stands lies there",
    [HA_MISUSE_LOW_IRQL] = "called at too low an IRQL",
    [HA_MISUSE_PAGED_POOL] = "in paged pool",
    [HA_MISUSE_BEYOND_MEMORY] = "beyond the end of a block",
    [HA_MISUSE_BEYOND_BITMAP] = "beyond the end of a bitmap",
    [HA_MISUSE_QUEUED] = "the work item is queued",
    [HA_MISUSE_IRQL_ORDER] = "the new IRQL lies on the wrong side of the old one",
};

static const char *const endings[HA_END_COUNT] = {
    [HA_END_NOT_YET] = "not yet", [HA_END_NORMALLY] = "normally", [HA_END_DEADLOCK] = "deadlock",
    [HA_END_BUGCHECK] = "bugcheck", [HA_END_BUDGET] = "budget", [HA_END_SIGNAL] = "signal",
    [HA_END_MEMORY] = "memory", [HA_END_CRASH] = "crash", [HA_END_HANG] = "hang",
};

static const char *const lefts[HA_LEFT_COUNT] = {
    [HA_LEFT_NOTHING] = "nothing", [HA_LEFT_TIMER] = "set timer", [HA_LEFT_DPC] = "queued DPC",
    [HA_LEFT_WORK_ITEM] = "work item", [HA_LEFT_DEVICE] = "device object",
    [HA_LEFT_HANDLE] = "handle", [HA_LEFT_LOOKASIDE_LIST] = "lookaside list",
    [HA_LEFT_CALLBACK_OBJECT] = "callback object", [HA_LEFT_INTERFACE] = "enabled interface",
    [HA_LEFT_RESOURCE] = "resource",
    [HA_LEFT_REMOVE_LOCK] = "remove lock", [HA_LEFT_MDL] = "MDL",
};

static const char *const conditions[HA_CONDITION_COUNT] = {
    [HA_CONDITION_HIGH] = "HighMemoryCondition", [HA_CONDITION_LOW] = "LowMemoryCondition",
};

static const char *const thread_kinds[] = {
    [HA_THREAD_CALLER] = "caller", [HA_THREAD_HOT_ADD] = "hot-add", [HA_THREAD_PNP] = "PnP",
    [HA_THREAD_WORKER] = "worker", [HA_THREAD_SYSTEM] = "system", [HA_THREAD_DPC] = "DPC",
};

static const char *const namespaces[] = {
    [HA_NS_SCENARIO] = "scenario", [HA_NS_DRIVER] = "driver",
    [HA_NS_REGISTRATION] = "registration", [HA_NS_OBJECT] = "object", [HA_NS_THREAD] = "thread",
    [HA_NS_CHECK] = "check", [HA_NS_INTERFACE] = "interface", [HA_NS_ENTRY] = "entry",
    [HA_NS_RACE] = "race", [HA_NS_PLACE] = "place",
};

static const char *const pnp_events[HA_PNP_EVENT_COUNT] = {
    [HA_PNP_ARRIVAL] = "Arrival", [HA_PNP_REMOVAL] = "Removal",
};

/* Source: WDK reference, wdm.h, IO_NOTIFICATION_EVENT_CATEGORY. */
static const char *const pnp_categories[] = {
    "EventCategoryReserved", "EventCategoryHardwareProfileChange",
    "EventCategoryDeviceInterfaceChange", "EventCategoryTargetDeviceChange",
    "EventCategoryKernelSoftRestart",
};

static const char *const pnp_units[HA_UNIT_COUNT] = {"processor", "memory", "interface"};

/* Source: WDK reference, wdm.h, KDPC_IMPORTANCE. */
static const char *const importances[] = {
    "LowImportance", "MediumImportance", "HighImportance", "MediumHighImportance",
};

static const char *const choice_kinds[HA_CHOICE_KIND_COUNT] = {
    [HA_CHOICE_THREAD] = "thread", [HA_CHOICE_FAULT] = "fault",
    [HA_CHOICE_DELIVERY] = "delivery", [HA_CHOICE_TWICE] = "twice", [HA_CHOICE_EARLY] = "early",
    [HA_CHOICE_LATE] = "late", [HA_CHOICE_PREEMPT] = "preempt",
    [HA_CHOICE_DUE] = "due",
};

static const char *const states[] = {
    [HA_STATE_START] = "KeProcessorAddStartNotify",
    [HA_STATE_COMPLETE] = "KeProcessorAddCompleteNotify",
    [HA_STATE_FAILURE] = "KeProcessorAddFailureNotify",
};

static const char *const short_states[] = {
    [HA_STATE_START] = "Start", [HA_STATE_COMPLETE] = "Complete", [HA_STATE_FAILURE] = "Failure",
};

/* Source: WDK reference, ntdef.h, LOGICAL_PROCESSOR_RELATIONSHIP. */
static const char *const relations[] = {
    "RelationProcessorCore", "RelationNumaNode", "RelationCache", "RelationProcessorPackage",
    "RelationGroup", "RelationProcessorDie", "RelationNumaNodeEx", "RelationProcessorModule",
};
#define RELATION_ALL 0xffffu

unsigned ha_routine_find(const char *name)
{
    for (unsigned i = 1; i < HA_ROUTINE_COUNT; i++)
        if (!strcmp(routines[i], name))
            return i;
    return HA_NO_ROUTINE;
}

const char *ha_routine_name(unsigned routine) { return NAME_OF(routines, routine); }
const char *ha_kind_name(unsigned kind) { return NAME_OF(kinds, kind); }
const char *ha_reason_name(unsigned reason) { return NAME_OF(reasons, reason); }
const char *ha_misuse_name(unsigned misuse) { return NAME_OF(misuses, misuse); }
const char *ha_ending_name(unsigned ending) { return NAME_OF(endings, ending); }
const char *ha_left_name(unsigned what) { return NAME_OF(lefts, what); }
const char *ha_condition_name(unsigned condition) { return NAME_OF(conditions, condition); }
const char *ha_thread_kind_name(unsigned kind) { return NAME_OF(thread_kinds, kind); }

void ha_thread_usual_name(unsigned kind, uint32_t thread, char name[HA_THREAD_NAME_SIZE])
{
    bool alone = kind == HA_THREAD_CALLER || kind == HA_THREAD_HOT_ADD || kind == HA_THREAD_PNP;
    const char *kind_name = ha_thread_kind_name(kind);
    if (!kind_name)
        kind_name = "thread";
    if (alone)
        snprintf(name, HA_THREAD_NAME_SIZE, "%s", kind_name);
    else
        snprintf(name, HA_THREAD_NAME_SIZE, "%s-%u", kind_name, (unsigned)thread);
}
const char *ha_namespace_name(unsigned space) { return NAME_OF(namespaces, space); }
const char *ha_pnp_category_name(unsigned category) { return NAME_OF(pnp_categories, category); }
const char *ha_pnp_unit_name(unsigned unit) { return NAME_OF(pnp_units, unit); }
const char *ha_importance_name(unsigned number) { return NAME_OF(importances, number); }
const char *ha_pnp_event_name(unsigned event) { return NAME_OF(pnp_events, event); }
const char *ha_choice_kind_name(unsigned kind) { return NAME_OF(choice_kinds, kind); }
const char *ha_state_name(unsigned state) { return NAME_OF(states, state); }
const char *ha_relation_name(unsigned relation)
{
    return relation == RELATION_ALL ? "RelationAll" : NAME_OF(relations, relation);
}
const char *ha_state_short(unsigned state) { return NAME_OF(short_states, state); }
