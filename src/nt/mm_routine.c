/*
 * mm_routine - MmGetSystemRoutineAddress, and what there is to say of the routines themselves
 *
 * Owns what is asked of the table, and the lists of those that came after Windows Server
 * 2008 and of those that do not do all they should.
 */
#include "nt/mm_routine.h"

#include <string.h>

#include "hotadd/routines.h"
#include "nt/query.h"

/*
 * Routines that Windows Server 2008 does not have, of all that are declared, there or not yet. The
 * versions are those that the requirements of each page give: WDK reference, wdm.h, ntddk.h and
 * ntifs.h.
 */
static const char *const newer[] = {
    /* Windows 7, as processor groups */
    "IoUnregisterPlugPlayNotificationEx",
    "KeGetCurrentNodeNumber", "KeGetCurrentProcessorIndex",
    "KeGetCurrentProcessorNumberEx", "KeGetProcessorIndexFromNumber",
    "KeGetProcessorNumberFromIndex",
    "KeQueryActiveGroupCount", "KeQueryActiveProcessorCountEx", "KeQueryGroupAffinity",
    "KeQueryHighestNodeNumber", "KeQueryLogicalProcessorRelationship",
    "KeQueryMaximumGroupCount", "KeQueryMaximumProcessorCountEx",
    "KeQueryNodeActiveAffinity", "KeQueryNodeMaximumProcessorCount",
    "KeQueryUnbiasedInterruptTime",
    "KeRevertToUserGroupAffinityThread", "KeSetCoalescableTimer",
    "KeSetSystemGroupAffinityThread", "KeSetTargetProcessorDpcEx",
    /* Windows 8 and 8.1 */
    "KeQueryInterruptTimePrecise", "KeQuerySystemTimePrecise",
    /* Windows 10 and Windows Server 2022 */
    "ExAcquirePushLockExclusiveEx", "ExAcquirePushLockSharedEx",
    "ExAllocatePool2", "ExAllocatePoolUninitialized", "ExAllocatePoolZero",
    "ExReleasePushLockExclusiveEx", "ExReleasePushLockSharedEx",
    "KeQueryNodeActiveAffinity2", "KeQueryNodeActiveProcessorCount", "KeRemoveQueueDpcEx",
    "MmGetPhysicalMemoryRangesEx", "MmGetPhysicalMemoryRangesEx2", "RtlSuffixUnicodeString",
};

static const struct { const char *name, *lacks; } gaps[] = {
    {"ExAllocatePoolWithQuotaTag", "charges no quota; answers NULL where Windows would raise"},
    {"ExAllocatePoolWithTagPriority", "the priority changes nothing"},
    {"ExQueueWorkItem", "one queue serves all types"},
    {"IoAllocateMdl", "takes no IRP"},
    {"IoGetDeviceObjectPointer", "no request is sent to the driver whose device it opens"},
    {"IoInitializeRemoveLockEx", "the limits of a checked build change nothing"},
    {"IoQueueWorkItem", "one queue serves all types"},
    {"IoQueueWorkItemEx", "one queue serves all types"},
    {"IoRegisterDriverReinitialization", "its routine follows DriverEntry of its own driver"},
    {"IoReportTargetDeviceChange", "answers STATUS_NOT_SUPPORTED, as nobody can ask to be told"},
    {"IoReportTargetDeviceChangeAsynchronous",
     "answers STATUS_NOT_SUPPORTED, as nobody can ask to be told"},
    {"IoSetDeviceInterfaceState", "interfaces of processors and memory stay as they are"},
    {"KeInitializeThreadedDpc", "its DPC runs at DISPATCH_LEVEL as any other"},
    {"KeQueryLogicalProcessorRelationship",
     "knows groups and NUMA nodes; other relations are STATUS_NOT_SUPPORTED"},
    {"KeSetPriorityThread", "priorities change nothing in which thread runs"},
    {"MmAllocateContiguousMemory", "all memory that drivers get lies in one place"},
    {"MmAllocatePagesForMdlEx", "gives all pages or none"},
    {"MmGetPhysicalAddress", "knows pool and what else the kernel gives out; 0 for the rest"},
    {"MmGetPhysicalMemoryRangesEx", "knows the memory partition of the system only"},
    {"MmGetPhysicalMemoryRangesEx2", "knows ordinary memory of the partition of the system only"},
    {"MmIsAddressValid", "knows pool and addresses that no host has; says TRUE of the rest"},
    {"MmMapLockedPagesSpecifyCache", "maps for the system only, at the address of the buffer"},
    {"MmProbeAndLockPages", "never fails; takes no address of a process"},
    {"ObReferenceObjectByHandle", "every access is granted"},
    {"PsCreateSystemThread", "there is one process; threads have no names"},
    {"ZwSetInformationThread", "sets priorities alone, which change nothing in what runs"},
    {"ZwWaitForSingleObject", "every access is granted"},
};

const char *ha_nt_routine_name(size_t n)
{
    size_t count;
    const struct ha_nt_entry *entry = ha_nt_entries(&count);
    return n < count ? entry[n].name : NULL;
}

bool ha_nt_routine_comes_later(const char *name)
{
    size_t count, i = 0;
    const char *const *later = ha_nt_later_names(&count);
    while (i < count && strcmp(later[i], name) != 0)
        i++;
    return i < count;
}

const char *ha_nt_routine_lacks(const char *name)
{
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++)
        if (!strcmp(gaps[i].name, name))
            return gaps[i].lacks;
    return NULL;
}

bool ha_nt_routine_is_newer(const char *name)
{
    for (size_t i = 0; i < sizeof newer / sizeof newer[0]; i++)
        if (!strcmp(newer[i], name))
            return true;
    return false;
}

/* Whether a counted string of 16-bit characters is this name. */
static bool is_name(const UNICODE_STRING *string, const char *name)
{
    size_t length = string->Length / sizeof(WCHAR);
    if (strlen(name) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (string->Buffer[i] != (unsigned char)name[i])
            return false;
    return true;
}

/*
 * The address of a routine that this system has.
 *
 *   SystemRoutineName  its name, upper and lower case as documented
 *
 * Returns NULL for what is not there: no such routine, one that does nothing here yet, and under
 * target=ws2008 one that came later (QRY-22). The record tells whether there was one, and in
 * `argument` which, counted from 1 in the order of names; an address is never recorded.
 *
 * IRQL: PASSIVE_LEVEL; above it the call is recorded as a misuse and is answered all the same.
 * Source: WDK reference, wdm.h, MmGetSystemRoutineAddress.
 * Our choice, not documented: case counts.
 */
PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmGetSystemRoutineAddress");
    bool old = ha_kernel_knob(kernel, HA_KNOB_TARGET) == HA_TARGET_WS2008;
    size_t count, found = 0;
    const struct ha_nt_entry *entry = ha_nt_entries(&count);

    if (kernel->world.sched.running->stamp.irql > PASSIVE_LEVEL)
        ha_record_misuse(kernel, HA_RT_SYSTEM_ROUTINE, HA_MISUSE_RAISED_IRQL, 0, 0);
    for (size_t i = 0; i < count && !found; i++)
        if (is_name(SystemRoutineName, entry[i].name))
            found = i + 1;
    bool given = found && !(old && ha_nt_routine_is_newer(entry[found - 1].name));
    ha_query_record(kernel, HA_RT_SYSTEM_ROUTINE, (uint32_t)found, given, 0);
    return given ? (PVOID)(uintptr_t)entry[found - 1].code : NULL;
}
