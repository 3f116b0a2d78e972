/*
 * names - what numbers are called
 *
 * Owns the tables. A table is indexed by the number itself, so a missing row shows as NULL.
 */
#include "base/names.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define NAME_OF(table, number) ((number) < COUNT(table) ? (table)[number] : NULL)

/* Ascending by value. Source: WDK ntstatus.h, the values as documented. */
static const struct { uint32_t value; const char *name; } statuses[] = {
    {0x00000000u, "STATUS_SUCCESS"},
    {0x00000001u, "STATUS_WAIT_1"},
    {0x0000003Fu, "STATUS_WAIT_63"},
    {0x00000080u, "STATUS_ABANDONED"},
    {0x000000C0u, "STATUS_USER_APC"},
    {0x00000101u, "STATUS_ALERTED"},
    {0x00000102u, "STATUS_TIMEOUT"},
    {0x00000103u, "STATUS_PENDING"},
    {0x00000104u, "STATUS_REPARSE"},
    {0x00000105u, "STATUS_MORE_ENTRIES"},
    {0x00000106u, "STATUS_NOT_ALL_ASSIGNED"},
    {0x00000107u, "STATUS_SOME_NOT_MAPPED"},
    {0x00000119u, "STATUS_RESOURCE_REQUIREMENTS_CHANGED"},
    {0x40000000u, "STATUS_OBJECT_NAME_EXISTS"},
    {0x80000001u, "STATUS_GUARD_PAGE_VIOLATION"},
    {0x80000002u, "STATUS_DATATYPE_MISALIGNMENT"},
    {0x80000003u, "STATUS_BREAKPOINT"},
    {0x80000004u, "STATUS_SINGLE_STEP"},
    {0x80000005u, "STATUS_BUFFER_OVERFLOW"},
    {0x80000006u, "STATUS_NO_MORE_FILES"},
    {0x80000011u, "STATUS_DEVICE_BUSY"},
    {0x80000016u, "STATUS_VERIFY_REQUIRED"},
    {0x8000001Au, "STATUS_NO_MORE_ENTRIES"},
    {0x80000028u, "STATUS_PLUGPLAY_QUERY_VETOED"},
    {0xC0000001u, "STATUS_UNSUCCESSFUL"},
    {0xC0000002u, "STATUS_NOT_IMPLEMENTED"},
    {0xC0000003u, "STATUS_INVALID_INFO_CLASS"},
    {0xC0000004u, "STATUS_INFO_LENGTH_MISMATCH"},
    {0xC0000005u, "STATUS_ACCESS_VIOLATION"},
    {0xC0000006u, "STATUS_IN_PAGE_ERROR"},
    {0xC0000008u, "STATUS_INVALID_HANDLE"},
    {0xC000000Bu, "STATUS_INVALID_CID"},
    {0xC000000Du, "STATUS_INVALID_PARAMETER"},
    {0xC000000Eu, "STATUS_NO_SUCH_DEVICE"},
    {0xC000000Fu, "STATUS_NO_SUCH_FILE"},
    {0xC0000010u, "STATUS_INVALID_DEVICE_REQUEST"},
    {0xC0000011u, "STATUS_END_OF_FILE"},
    {0xC0000014u, "STATUS_UNRECOGNIZED_MEDIA"},
    {0xC0000016u, "STATUS_MORE_PROCESSING_REQUIRED"},
    {0xC0000017u, "STATUS_NO_MEMORY"},
    {0xC0000018u, "STATUS_CONFLICTING_ADDRESSES"},
    {0xC000001Eu, "STATUS_INVALID_LOCK_SEQUENCE"},
    {0xC0000021u, "STATUS_ALREADY_COMMITTED"},
    {0xC0000022u, "STATUS_ACCESS_DENIED"},
    {0xC0000023u, "STATUS_BUFFER_TOO_SMALL"},
    {0xC0000024u, "STATUS_OBJECT_TYPE_MISMATCH"},
    {0xC0000025u, "STATUS_NONCONTINUABLE_EXCEPTION"},
    {0xC0000030u, "STATUS_INVALID_PARAMETER_MIX"},
    {0xC0000033u, "STATUS_OBJECT_NAME_INVALID"},
    {0xC0000034u, "STATUS_OBJECT_NAME_NOT_FOUND"},
    {0xC0000035u, "STATUS_OBJECT_NAME_COLLISION"},
    {0xC0000037u, "STATUS_PORT_DISCONNECTED"},
    {0xC0000039u, "STATUS_OBJECT_PATH_INVALID"},
    {0xC000003Au, "STATUS_OBJECT_PATH_NOT_FOUND"},
    {0xC000003Bu, "STATUS_OBJECT_PATH_SYNTAX_BAD"},
    {0xC000003Eu, "STATUS_DATA_ERROR"},
    {0xC0000043u, "STATUS_SHARING_VIOLATION"},
    {0xC0000044u, "STATUS_QUOTA_EXCEEDED"},
    {0xC0000046u, "STATUS_MUTANT_NOT_OWNED"},
    {0xC0000047u, "STATUS_SEMAPHORE_LIMIT_EXCEEDED"},
    {0xC000004Bu, "STATUS_THREAD_IS_TERMINATING"},
    {0xC0000056u, "STATUS_DELETE_PENDING"},
    {0xC0000058u, "STATUS_UNKNOWN_REVISION"},
    {0xC0000059u, "STATUS_REVISION_MISMATCH"},
    {0xC000005Au, "STATUS_INVALID_OWNER"},
    {0xC0000061u, "STATUS_PRIVILEGE_NOT_HELD"},
    {0xC000007Au, "STATUS_PROCEDURE_NOT_FOUND"},
    {0xC000008Cu, "STATUS_ARRAY_BOUNDS_EXCEEDED"},
    {0xC0000094u, "STATUS_INTEGER_DIVIDE_BY_ZERO"},
    {0xC0000095u, "STATUS_INTEGER_OVERFLOW"},
    {0xC000009Au, "STATUS_INSUFFICIENT_RESOURCES"},
    {0xC000009Cu, "STATUS_DEVICE_DATA_ERROR"},
    {0xC000009Du, "STATUS_DEVICE_NOT_CONNECTED"},
    {0xC000009Eu, "STATUS_DEVICE_POWER_FAILURE"},
    {0xC00000A3u, "STATUS_DEVICE_NOT_READY"},
    {0xC00000AFu, "STATUS_ILLEGAL_FUNCTION"},
    {0xC00000B5u, "STATUS_IO_TIMEOUT"},
    {0xC00000BBu, "STATUS_NOT_SUPPORTED"},
    {0xC00000C0u, "STATUS_DEVICE_DOES_NOT_EXIST"},
    {0xC00000E5u, "STATUS_INTERNAL_ERROR"},
    {0xC00000E8u, "STATUS_INVALID_USER_BUFFER"},
    {0xC00000EFu, "STATUS_INVALID_PARAMETER_1"},
    {0xC00000F0u, "STATUS_INVALID_PARAMETER_2"},
    {0xC00000F1u, "STATUS_INVALID_PARAMETER_3"},
    {0xC00000F2u, "STATUS_INVALID_PARAMETER_4"},
    {0xC00000FDu, "STATUS_STACK_OVERFLOW"},
    {0xC0000106u, "STATUS_NAME_TOO_LONG"},
    {0xC000010Au, "STATUS_PROCESS_IS_TERMINATING"},
    {0xC0000120u, "STATUS_CANCELLED"},
    {0xC0000135u, "STATUS_DLL_NOT_FOUND"},
    {0xC0000141u, "STATUS_INVALID_ADDRESS"},
    {0xC0000144u, "STATUS_UNHANDLED_EXCEPTION"},
    {0xC0000182u, "STATUS_DEVICE_CONFIGURATION_ERROR"},
    {0xC0000184u, "STATUS_INVALID_DEVICE_STATE"},
    {0xC0000185u, "STATUS_IO_DEVICE_ERROR"},
    {0xC0000189u, "STATUS_TOO_LATE"},
    {0xC0000206u, "STATUS_INVALID_BUFFER_SIZE"},
    {0xC0000225u, "STATUS_NOT_FOUND"},
    {0xC0000229u, "STATUS_FAIL_CHECK"},
    {0xC000022Du, "STATUS_RETRY"},
    {0xC0000258u, "STATUS_NO_CALLBACK_ACTIVE"},
    {0xC000025Eu, "STATUS_PLUGPLAY_NO_DEVICE"},
    {0xC0000264u, "STATUS_RESOURCE_NOT_OWNED"},
    {0xC000026Cu, "STATUS_DRIVER_UNABLE_TO_LOAD"},
    {0xC0000272u, "STATUS_NO_MATCH"},
    {0xC00002B6u, "STATUS_DEVICE_REMOVED"},
    {0xC0000420u, "STATUS_ASSERTION_FAILURE"},
    {0xC0000421u, "STATUS_VERIFIER_STOP"},
    {0xC000042Bu, "STATUS_IMPLEMENTATION_LIMIT"},
    {0xC0000708u, "STATUS_RESOURCE_IN_USE"},
    {0xC0000718u, "STATUS_ALREADY_REGISTERED"},
};

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
    [HA_RT_FLUSH_DPCS] = "KeFlushQueuedDpcs", [HA_RT_IPI_CALL] = "KeIpiGenericCall",
    [HA_RT_ACQUIRE_SPIN_LOCK] = "KeAcquireSpinLock",
    [HA_RT_RELEASE_SPIN_LOCK] = "KeReleaseSpinLock", [HA_RT_PAGED_CODE] = "PAGED_CODE",
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
};

static const char *const kinds[HA_KIND_COUNT] = {
    [HA_TRACE_BEGIN] = "TRACE_BEGIN", [HA_KNOB] = "KNOB", [HA_GROUP] = "GROUP",
    [HA_NODE] = "NODE",
    [HA_PROCESSOR] = "PROCESSOR", [HA_MEMORY] = "MEMORY", [HA_NAME] = "NAME",
    [HA_THREAD] = "THREAD", [HA_CHOICE] = "CHOICE", [HA_TRACE_END] = "TRACE_END",
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
    [HA_LEFT_BEHIND] = "LEFT_BEHIND", [HA_CRASH] = "CRASH",
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
    [HA_MISUSE_TAKEN_TWICE] = "taken by the thread that has it",
    [HA_MISUSE_BEYOND_BLOCK] = "written beyond the end of a block",
    [HA_MISUSE_OTHER_TAG] = "given back with another tag",
    [HA_MISUSE_NO_OBJECT] = "there is no object, or none any more",
    [HA_MISUSE_NO_REFERENCE] = "a reference that no driver holds",
    [HA_MISUSE_IN_USE] = "the kernel still has it in a queue or list",
    [HA_MISUSE_PAGED_CODE] = "paged code above APC_LEVEL",
    [HA_MISUSE_LOW_IRQL] = "called at too low an IRQL",
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
    [HA_LEFT_HANDLE] = "handle",
};

static const char *const thread_kinds[] = {
    [HA_THREAD_CALLER] = "caller", [HA_THREAD_HOT_ADD] = "hot-add", [HA_THREAD_PNP] = "PnP",
    [HA_THREAD_WORKER] = "worker", [HA_THREAD_SYSTEM] = "system", [HA_THREAD_DPC] = "DPC",
};

static const char *const namespaces[] = {
    [HA_NS_SCENARIO] = "scenario", [HA_NS_DRIVER] = "driver",
    [HA_NS_REGISTRATION] = "registration", [HA_NS_OBJECT] = "object", [HA_NS_THREAD] = "thread",
    [HA_NS_CHECK] = "check",
};

static const char *const choice_kinds[] = {
    [HA_CHOICE_THREAD] = "thread", [HA_CHOICE_FAULT] = "fault",
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

const char *ha_status_text(int32_t nt_status, char buffer[HA_STATUS_TEXT])
{
    uint32_t value = (uint32_t)nt_status;
    size_t low = 0, high = COUNT(statuses);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (statuses[middle].value == value)
            return statuses[middle].name;
        if (statuses[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    snprintf(buffer, HA_STATUS_TEXT, "0x%08X", (unsigned)value);
    return buffer;
}

bool ha_status_find(const char *name, int32_t *nt_status)
{
    static const char prefix[] = "STATUS_";     /* of all */
    size_t behind = sizeof prefix - 1;
    if (strncmp(name, prefix, behind))
        return false;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        if (statuses[i].name[behind] == name[behind] && !strcmp(statuses[i].name, name)) {
            *nt_status = (int32_t)statuses[i].value;
            return true;
        }
    }
    return false;
}

const char *ha_status_nearest(const char *name)
{
    const char *names[COUNT(statuses)];
    for (size_t i = 0; i < COUNT(statuses); i++)
        names[i] = statuses[i].name;
    return ha_text_nearest(name, names, COUNT(statuses));
}

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
const char *ha_thread_kind_name(unsigned kind) { return NAME_OF(thread_kinds, kind); }
const char *ha_namespace_name(unsigned space) { return NAME_OF(namespaces, space); }
const char *ha_choice_kind_name(unsigned kind) { return NAME_OF(choice_kinds, kind); }
const char *ha_state_name(unsigned state) { return NAME_OF(states, state); }
const char *ha_relation_name(unsigned relation)
{
    return relation == RELATION_ALL ? "RelationAll" : NAME_OF(relations, relation);
}
const char *ha_state_short(unsigned state) { return NAME_OF(short_states, state); }
