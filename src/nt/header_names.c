/*
 * header_names - documented names that the headers make of other routines, or of none
 *
 * Owns the list of these macros and inline functions, so that whoever looks for one by its name
 * does not hear that there is no such routine. Those of the safe strings and integers, which are
 * inline as a whole, are left out.
 */
#include <string.h>

#include "hotadd/routines.h"

/* Ordered by name; the second is what a call comes to, "" where it calls no routine. */
static const struct { const char *name, *calls; } names[] = {
    {"AppendTailList", ""},
    {"ExAcquirePushLockExclusive", "ExAcquirePushLockExclusiveEx"},
    {"ExAcquirePushLockShared", "ExAcquirePushLockSharedEx"},
    {"ExInitializeDriverRuntime", ""},
    {"ExInitializeWorkItem", ""},
    {"ExReleasePushLockExclusive", "ExReleasePushLockExclusiveEx"},
    {"ExReleasePushLockShared", "ExReleasePushLockSharedEx"},
    {"InitializeListHead", ""},
    {"InitializeObjectAttributes", ""},
    {"InsertHeadList", "__fastfail"},
    {"InsertTailList", "__fastfail"},
    {"IoAcquireRemoveLock", "IoAcquireRemoveLockEx"},
    {"IoCallDriver", "IofCallDriver"},
    {"IoCompleteRequest", "IofCompleteRequest"},
    {"IoCopyCurrentIrpStackLocationToNext", ""},
    {"IoGetCurrentIrpStackLocation", ""},
    {"IoGetNextIrpStackLocation", ""},
    {"IoInitializeRemoveLock", "IoInitializeRemoveLockEx"},
    {"IoMarkIrpPending", ""},
    {"IoReleaseRemoveLock", "IoReleaseRemoveLockEx"},
    {"IoReleaseRemoveLockAndWait", "IoReleaseRemoveLockAndWaitEx"},
    {"IoSetCompletionRoutine", ""},
    {"IoSetNextIrpStackLocation", ""},
    {"IoSizeOfIrp", ""},
    {"IoSkipCurrentIrpStackLocation", ""},
    {"IsListEmpty", ""},
    {"KdBreakPoint", "DbgBreakPoint"},
    {"KdPrint", "DbgPrint"},
    {"KdPrintEx", "DbgPrintEx"},
    {"KeMemoryBarrierWithoutFence", ""},
    {"KeNumberProcessors", "KeQueryActiveProcessorCount"},
    {"KeWaitForMutexObject", "KeWaitForSingleObject"},
    {"MmGetMdlByteCount", ""},
    {"MmGetMdlByteOffset", ""},
    {"MmGetMdlPfnArray", ""},
    {"MmGetMdlVirtualAddress", ""},
    {"MmGetSystemAddressForMdlSafe", "MmMapLockedPagesSpecifyCache"},
    {"MmLockPagableCodeSection", "MmLockPagableDataSection"},
    {"NtCurrentProcess", ""},
    {"NtCurrentThread", ""},
    {"ObDereferenceObject", "ObfDereferenceObject"},
    {"ObReferenceObject", "ObfReferenceObject"},
    {"PopEntryList", ""},
    {"PreFetchCacheLine", ""},
    {"PrefetchForWrite", ""},
    {"PsGetCurrentProcess", "IoGetCurrentProcess"},
    {"PsGetCurrentThread", "KeGetCurrentThread"},
    {"PushEntryList", ""},
    {"ReadTimeStampCounter", "KeQueryPerformanceCounter"},
    {"RemoveEntryList", "__fastfail"},
    {"RemoveHeadList", "__fastfail"},
    {"RemoveTailList", "__fastfail"},
    {"RtlAnsiStringToUnicodeSize", "RtlxAnsiStringToUnicodeSize"},
    {"RtlCheckBit", "RtlTestBit"},
    {"RtlCopyBytes", ""},
    {"RtlCopyMemory", ""},
    {"RtlCopyMemoryNonTemporal", ""},
    {"RtlEqualMemory", ""},
    {"RtlFillBytes", ""},
    {"RtlFillMemory", ""},
    {"RtlInitEmptyAnsiString", ""},
    {"RtlInitEmptyUnicodeString", ""},
    {"RtlMoveMemory", ""},
    {"RtlSecureZeroMemory", ""},
    {"RtlUlongByteSwap", ""},
    {"RtlUlonglongByteSwap", ""},
    {"RtlUnicodeStringToAnsiSize", "RtlxUnicodeStringToAnsiSize"},
    {"RtlUshortByteSwap", ""},
    {"RtlZeroBytes", ""},
    {"RtlZeroMemory", ""},
    {"ZwCurrentProcess", ""},
    {"ZwCurrentThread", ""},
    {"__debugbreak", "DbgBreakPoint"},
    {"__rdtsc", "KeQueryPerformanceCounter"},
    {"_mm_pause", "YieldProcessor"},
};
#define NAMES (sizeof names / sizeof names[0])

const char *ha_nt_header_name(size_t n)
{
    return n < NAMES ? names[n].name : NULL;
}

const char *ha_nt_header_calls(const char *name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (!strcmp(names[i].name, name))
            return names[i].calls;
    return NULL;
}
