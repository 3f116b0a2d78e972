/*++

Module Name:

    made_at_first_use.c

Abstract:

    A driver whose cache is made by the first who uses it, be it the callback or the driver's own
    thread.

    Most who come find it made, and need no lock: they read the pointer with acquire semantics, so
    that what it points to is there as well. Who finds none takes the mutex, looks again, since
    another may have been there in between, fills the cache, and then shows it with release
    semantics.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "watcher.h"

#define CACHE_TAG 'hcaC'

#ifndef READ_POINTER
#define READ_POINTER(_Pointer) ReadPointerAcquire((PVOID volatile *)(_Pointer))
#define SHOW_POINTER(_Pointer, _Value) WritePointerRelease((PVOID volatile *)(_Pointer), (_Value))
#endif

typedef struct _CACHE {
    ULONG Capacity;
    LONG Uses;
} CACHE, *PCACHE;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD CacheUnload;
static PROCESSOR_CALLBACK_FUNCTION CacheProcessorChanged;
static WATCHER_ROUTINE CacheUse;

static PVOID CallbackHandle;
static WATCHER User;
static FAST_MUTEX CacheMutex;
static PCACHE Cache;

static PCACHE
CacheGet(
    VOID
    )
{
    PCACHE cache = (PCACHE)READ_POINTER(&Cache);

    if (cache == NULL) {
        ExAcquireFastMutex(&CacheMutex);
        cache = Cache;
        if (cache == NULL) {
            cache = (PCACHE)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*cache), CACHE_TAG);
            if (cache != NULL) {
                cache->Capacity = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
                SHOW_POINTER(&Cache, cache);
            }
        }
        ExReleaseFastMutex(&CacheMutex);
    }
    return cache;
}

static VOID
CacheUse(
    VOID
    )
{
    PCACHE cache = CacheGet();

    if (cache != NULL && cache->Capacity > 0) {
        InterlockedIncrement(&cache->Uses);
    }
}

_Use_decl_annotations_
static VOID
CacheProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        CacheUse();
    }
}

static VOID
CacheFree(
    VOID
    )
/*++

Routine Description:

    Gives the cache back if somebody has made it, when nobody is left who could. The thread may
    have, however soon DriverEntry finds that it has to fail.

--*/
{
    if (Cache != NULL) {
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "the cache was used %d times\n",
                   Cache->Uses);
        ExFreePoolWithTag(Cache, CACHE_TAG);
        Cache = NULL;
    }
}

_Use_decl_annotations_
static VOID
CacheUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    WatcherStop(&User);
    CacheFree();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    ExInitializeFastMutex(&CacheMutex);
    status = WatcherStart(&User, CacheUse);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(CacheProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        WatcherStop(&User);
        CacheFree();
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = CacheUnload;
    return STATUS_SUCCESS;
}
