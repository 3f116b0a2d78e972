/*
 * names - what numbers are called: status codes, kinds of record, reasons, endings, routines
 *
 * One table each, used by whoever prints or reads a name. Spelled as documented: NT names are
 * Microsoft's, the others those of the rule book.
 */
#ifndef HA_BASE_NAMES_H
#define HA_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/trace.h"

/* Long enough for any status: a name, or 0x with eight digits. */
#define HA_STATUS_TEXT 64

/* The name of a status code, or its value as 0xC0000001 written into `buffer`. */
const char *ha_status_text(int32_t nt_status, char buffer[HA_STATUS_TEXT]);
/* Find a code by its name. */
bool ha_status_find(const char *name, int32_t *nt_status);
/* The names one after another, from place 0 on; NULL behind the last. */
const char *ha_status_at(size_t place, int32_t *nt_status);
/* The known name that is nearest to a misspelt one; NULL when none is near. */
const char *ha_status_nearest(const char *name);

/* Windows' NT_SUCCESS: success and informational codes. Source: WDK, Using NTSTATUS Values. */
static inline bool ha_nt_success(int32_t nt_status)
{
    return nt_status >= 0;
}

/* NT routines as the trace numbers them (QUERY, REFUSED, MISUSE, FAULT). */
enum ha_routine {
    HA_NO_ROUTINE,
    HA_RT_REGISTER_PROCESSOR_CHANGE, HA_RT_DEREGISTER_PROCESSOR_CHANGE,
    HA_RT_RAISE_IRQL, HA_RT_LOWER_IRQL, HA_RT_WAIT, HA_RT_WAIT_MULTIPLE, HA_RT_DELAY,
    HA_RT_SET_EVENT, HA_RT_RELEASE_SEMAPHORE, HA_RT_RELEASE_MUTEX,
    HA_RT_RESET_EVENT, HA_RT_PULSE_EVENT, HA_RT_READ_EVENT, HA_RT_INITIALIZE_SEMAPHORE,
    HA_RT_READ_SEMAPHORE, HA_RT_READ_MUTEX,
    HA_RT_INITIALIZE_TIMER, HA_RT_SET_TIMER, HA_RT_CANCEL_TIMER, HA_RT_READ_TIMER,
    HA_RT_ACQUIRE_FAST_MUTEX, HA_RT_RELEASE_FAST_MUTEX, HA_RT_ENTER_REGION, HA_RT_LEAVE_REGION,
    HA_RT_ALLOCATE_POOL, HA_RT_FREE_POOL,
    HA_RT_CLOSE, HA_RT_REFERENCE_OBJECT, HA_RT_DEREFERENCE_OBJECT,
    HA_RT_CREATE_THREAD, HA_RT_TERMINATE_THREAD, HA_RT_THREAD_ID, HA_RT_IS_SYSTEM_THREAD,
    HA_RT_SET_PRIORITY, HA_RT_QUERY_PRIORITY, HA_RT_SET_THREAD,
    HA_RT_ALLOCATE_WORK, HA_RT_FREE_WORK, HA_RT_QUEUE_WORK, HA_RT_EX_QUEUE_WORK,
    HA_RT_DEBUG_PRINT,
    HA_RT_SYSTEM_ROUTINE,
    HA_RT_SET_AFFINITY, HA_RT_REVERT_AFFINITY, HA_RT_SET_AFFINITY_EX, HA_RT_REVERT_AFFINITY_EX,
    HA_RT_SET_AFFINITY_OLD, HA_RT_REVERT_AFFINITY_OLD,
    HA_RT_INITIALIZE_DPC, HA_RT_SET_TARGET_DPC, HA_RT_SET_TARGET_DPC_EX, HA_RT_INSERT_DPC,
    HA_RT_REMOVE_DPC, HA_RT_SET_IMPORTANCE_DPC, HA_RT_FLUSH_DPCS, HA_RT_IPI_CALL,
    HA_RT_GENERIC_CALL_DPC, HA_RT_SIGNAL_DPC_DONE, HA_RT_SIGNAL_DPC_SYNCHRONIZE,
    HA_RT_ACQUIRE_SPIN_LOCK, HA_RT_RELEASE_SPIN_LOCK, HA_RT_PAGED_CODE,
    HA_RT_INITIALIZE_MUTEX, HA_RT_INITIALIZE_FAST_MUTEX, HA_RT_INITIALIZE_GUARDED_MUTEX,
    HA_RT_ACQUIRE_GUARDED_MUTEX, HA_RT_RELEASE_GUARDED_MUTEX,
    HA_RT_ENTER_GUARDED_REGION, HA_RT_LEAVE_GUARDED_REGION,
    HA_RT_INTERLOCKED_LIST, HA_RT_SLIST, HA_RT_INITIALIZE_LOOKASIDE, HA_RT_LOOKASIDE,
    HA_RT_GET_VERSION, HA_RT_INITIALIZE_EVENT, HA_RT_INITIALIZE_SPIN_LOCK,
    HA_RT_INITIALIZE_RUNDOWN, HA_RT_ACQUIRE_RUNDOWN, HA_RT_RUNDOWN_COMPLETED,
    HA_RT_RELEASE_RUNDOWN, HA_RT_REINITIALIZE_RUNDOWN, HA_RT_WAIT_RUNDOWN,
    HA_RT_ACQUIRE_SPIN_SHARED, HA_RT_ACQUIRE_SPIN_EXCLUSIVE,
    HA_RT_RELEASE_SPIN_SHARED, HA_RT_RELEASE_SPIN_EXCLUSIVE,
    HA_RT_INITIALIZE_PUSH_LOCK, HA_RT_ACQUIRE_PUSH_SHARED, HA_RT_ACQUIRE_PUSH_EXCLUSIVE,
    HA_RT_RELEASE_PUSH_SHARED, HA_RT_RELEASE_PUSH_EXCLUSIVE,
    HA_RT_INITIALIZE_RESOURCE, HA_RT_REINITIALIZE_RESOURCE, HA_RT_DELETE_RESOURCE,
    HA_RT_ACQUIRE_EXCLUSIVE, HA_RT_ACQUIRE_SHARED, HA_RT_ACQUIRE_STARVE,
    HA_RT_CONVERT_RESOURCE, HA_RT_RELEASE_RESOURCE, HA_RT_OWNS_EXCLUSIVE, HA_RT_OWNS_SHARED,
    HA_RT_EXCLUSIVE_WAITERS, HA_RT_SHARED_WAITERS,
    HA_RT_INITIALIZE_REMOVE_LOCK, HA_RT_ACQUIRE_REMOVE_LOCK, HA_RT_RELEASE_REMOVE_LOCK,
    HA_RT_WAIT_REMOVE_LOCK,
    HA_RT_ALLOCATE_MDL, HA_RT_FREE_MDL, HA_RT_BUILD_MDL, HA_RT_LOCK_PAGES, HA_RT_UNLOCK_PAGES,
    HA_RT_MAP_PAGES, HA_RT_UNMAP_PAGES, HA_RT_PHYSICAL_ADDRESS, HA_RT_ADDRESS_VALID,
    HA_RT_ALLOCATE_PAGES, HA_RT_FREE_PAGES, HA_RT_ALLOCATE_CONTIGUOUS, HA_RT_FREE_CONTIGUOUS,
    HA_RT_INITIALIZE_BITMAP, HA_RT_TEST_BIT, HA_RT_SET_BITS, HA_RT_FIND_BITS,
    HA_RT_WAIT_HANDLE, HA_RT_REINITIALIZE,
    HA_RT_OPEN_KEY, HA_RT_CREATE_KEY, HA_RT_QUERY_VALUE, HA_RT_ENUMERATE_VALUES, HA_RT_SET_VALUE,
    HA_RT_DELETE_VALUE, HA_RT_QUERY_REGISTRY, HA_RT_CHECK_REGISTRY, HA_RT_CREATE_REGISTRY,
    HA_RT_WRITE_REGISTRY, HA_RT_DELETE_REGISTRY,
    HA_RT_CREATE_DEVICE, HA_RT_DELETE_DEVICE, HA_RT_ATTACH_DEVICE, HA_RT_DETACH_DEVICE,
    HA_RT_ATTACHED_DEVICE, HA_RT_REFER_ATTACHED, HA_RT_LOWER_DEVICE, HA_RT_DEVICE_POINTER,
    HA_RT_RELATED_DEVICE, HA_RT_CREATE_LINK, HA_RT_DELETE_LINK, HA_RT_ADD_EXTENSION,
    HA_RT_GET_EXTENSION, HA_RT_CREATE_EVENT, HA_RT_OPEN_EVENT, HA_RT_SET_NAMED_EVENT,
    HA_RT_REGISTER_PNP, HA_RT_UNREGISTER_PNP, HA_RT_UNREGISTER_PNP_EX,
    HA_RT_REGISTER_INTERFACE, HA_RT_SET_INTERFACE, HA_RT_GET_INTERFACES,
    HA_RT_REPORT_CHANGE, HA_RT_REPORT_CHANGE_LATER,
    HA_RT_CREATE_CALLBACK, HA_RT_REGISTER_CALLBACK, HA_RT_UNREGISTER_CALLBACK,
    HA_RT_NOTIFY_CALLBACK,
    /* From here on they are queries. */
    HA_RT_ACTIVE_COUNT, HA_RT_ACTIVE_COUNT_EX, HA_RT_ACTIVE_PROCESSORS,
    HA_RT_MAXIMUM_COUNT, HA_RT_MAXIMUM_COUNT_EX, HA_RT_GROUP_AFFINITY,
    HA_RT_ACTIVE_GROUPS, HA_RT_MAXIMUM_GROUPS,
    HA_RT_NUMBER_FROM_INDEX, HA_RT_INDEX_FROM_NUMBER, HA_RT_CURRENT_IRQL,
    HA_RT_CURRENT_PROCESSOR, HA_RT_CURRENT_PROCESSOR_EX,
    HA_RT_HIGHEST_NODE, HA_RT_CURRENT_NODE, HA_RT_NODE_AFFINITY, HA_RT_NODE_AFFINITY2,
    HA_RT_NODE_ACTIVE_COUNT, HA_RT_NODE_MAXIMUM_COUNT, HA_RT_LOGICAL_RELATIONSHIP,
    HA_RT_MEMORY_RANGES,
    HA_ROUTINE_COUNT
};

/* Each of these gives NULL for a number beyond its table. */
const char *ha_routine_name(unsigned routine);
const char *ha_kind_name(unsigned kind);
const char *ha_reason_name(unsigned reason);
const char *ha_misuse_name(unsigned misuse);
const char *ha_ending_name(unsigned ending);
const char *ha_left_name(unsigned what);
const char *ha_condition_name(unsigned condition);
const char *ha_thread_kind_name(unsigned kind);
/* What a thread is called: hot-add, or with its number system-5; the text has room enough. */
#define HA_THREAD_NAME_SIZE 24u
void ha_thread_usual_name(unsigned kind, uint32_t thread, char name[HA_THREAD_NAME_SIZE]);
const char *ha_namespace_name(unsigned space);
/* PnP notification: Arrival ...; EventCategoryDeviceInterfaceChange ...; processor ... */
const char *ha_pnp_event_name(unsigned event);
const char *ha_pnp_category_name(unsigned category);
const char *ha_pnp_unit_name(unsigned unit);
/* KDPC_IMPORTANCE: LowImportance ... */
const char *ha_importance_name(unsigned importance);
const char *ha_choice_kind_name(unsigned kind);
/* KeProcessorAddStartNotify ..., and in short as calls are written: Start, Complete, Failure. */
const char *ha_state_name(unsigned state);
const char *ha_state_short(unsigned state);
/* LOGICAL_PROCESSOR_RELATIONSHIP: RelationNumaNode ... */
const char *ha_relation_name(unsigned relation);
/* FAST_FAIL_INVALID_ARG ...: the first parameter of the bug check HA_SECURITY_CHECK_FAILURE. NULL
   for a code that the headers do not name. */
#define HA_SECURITY_CHECK_FAILURE UINT32_C(0x139)
const char *ha_fast_fail_name(uint64_t code);
#define HA_FAST_FAIL_NAMES 14u
/* The n-th of these names, 0 to HA_FAST_FAIL_NAMES - 1. */
const char *ha_fast_fail_listed(size_t n);

/* Find a routine by its documented name; HA_NO_ROUTINE when there is none. */
unsigned ha_routine_find(const char *name);

#endif
