/*++

Module Name:

    memory_ranges.c

Abstract:

    A driver that knows which physical memory there is, and that takes a cache while memory is
    plentiful.

    The list of ranges is taken anew whenever the interface of a memory device arrives. A list that
    was taken earlier stays as it was, and the notification names a device, not a range.

    That much memory is free is another matter. Two events of the kernel tell of it, and memory
    that is added is one of many reasons why the first of them may be set, before the arrival or
    after it. So the two do not wait for each other here.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

#define RANGES_TAG 'gnaR'
#define CACHE_SIZE (64 * 1024)

//
// The device has 34 address lines.
//
#define DEVICE_REACH ((LONGLONG)1 << 34)

#ifndef FREE_OLDER_LIST
#define FREE_OLDER_LIST(_List) ExFreePool(_List)
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD RangesUnload;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE RangesMemoryArrived;
static KSTART_ROUTINE RangesWatchConditions;

static PVOID NotificationEntry;

//
// The list in use ends with a range of no bytes. It is read under the spin lock, by DPCs as well.
// The mutex is for those who take a new list, so that an older one cannot replace a newer one. It
// is no fast mutex, whose owner is at APC_LEVEL: MmGetPhysicalMemoryRanges is for PASSIVE_LEVEL.
//
static PPHYSICAL_MEMORY_RANGE Ranges;
static KSPIN_LOCK RangesLock;
static KGUARDED_MUTEX RefreshMutex;

static UNICODE_STRING HighMemoryName =
    RTL_CONSTANT_STRING(L"\\KernelObjects\\HighMemoryCondition");
static UNICODE_STRING LowMemoryName = RTL_CONSTANT_STRING(L"\\KernelObjects\\LowMemoryCondition");

static PKEVENT HighMemory;
static PKEVENT LowMemory;
static HANDLE HighMemoryHandle;
static HANDLE LowMemoryHandle;
static KEVENT StopWatching;
static PKTHREAD Watcher;

static NTSTATUS
RangesRefresh(
    VOID
    )
/*++

Routine Description:

    Puts a new list in the place of the one in use, and frees that one. When there is no memory for
    a new list the old one stays, which lacks a range but names none that does not exist.

--*/
{
    PPHYSICAL_MEMORY_RANGE newer, older;
    KIRQL oldIrql;

    KeAcquireGuardedMutex(&RefreshMutex);

    newer = MmGetPhysicalMemoryRanges();
    if (newer == NULL) {
        KeReleaseGuardedMutex(&RefreshMutex);
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    KeAcquireSpinLock(&RangesLock, &oldIrql);
    older = Ranges;
    Ranges = newer;
    KeReleaseSpinLock(&RangesLock, oldIrql);

    if (older != NULL) {
        FREE_OLDER_LIST(older);
    }
    KeReleaseGuardedMutex(&RefreshMutex);
    return STATUS_SUCCESS;
}

static BOOLEAN
RangesAreWithinReach(
    VOID
    )
/*++

Routine Description:

    What the list is for: whether the device reaches all memory, or needs buffers in between for
    some of it. Memory that arrives can change the answer. May be called at DISPATCH_LEVEL.

--*/
{
    PPHYSICAL_MEMORY_RANGE range;
    BOOLEAN within = TRUE;
    KIRQL oldIrql;

    KeAcquireSpinLock(&RangesLock, &oldIrql);
    for (range = Ranges; range != NULL && range->NumberOfBytes.QuadPart != 0; range += 1) {
        if (range->BaseAddress.QuadPart > DEVICE_REACH - range->NumberOfBytes.QuadPart) {
            within = FALSE;
        }
    }
    KeReleaseSpinLock(&RangesLock, oldIrql);
    return within;
}

_Use_decl_annotations_
static NTSTATUS
RangesMemoryArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
/*++

Return Value:

    STATUS_SUCCESS, also when there is no new list. The memory is there in either case, and nobody
    can be refused anything.

--*/
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        (VOID)RangesRefresh();
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL,
                   "%s\n", RangesAreWithinReach() ? "all within reach" : "some out of reach");
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
RangesWatchConditions(
    PVOID StartContext
    )
/*++

Routine Description:

    Takes the cache when memory is plentiful, gives it back when memory is scarce. The events stay
    set as long as their condition holds, so the thread waits for one of them at a time: for the
    one that asks for what it has not done yet.

--*/
{
    PVOID cache = NULL;
    PVOID objects[2];

    UNREFERENCED_PARAMETER(StartContext);

    objects[0] = &StopWatching;
    for (;;) {
        objects[1] = (cache == NULL) ? HighMemory : LowMemory;
        if (KeWaitForMultipleObjects(RTL_NUMBER_OF(objects), objects, WaitAny, Executive,
                                     KernelMode, FALSE, NULL, NULL) == STATUS_WAIT_0) {
            break;
        }

        if (cache != NULL) {
            ExFreePoolWithTag(cache, RANGES_TAG);
            cache = NULL;
            continue;
        }

        cache = ExAllocatePool2(POOL_FLAG_PAGED, CACHE_SIZE, RANGES_TAG);
        if (cache == NULL) {
            //
            // It works without a cache. To ask again at once would be to ask for ever.
            //
            break;
        }
    }

    if (cache != NULL) {
        ExFreePoolWithTag(cache, RANGES_TAG);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
RangesCloseConditions(
    VOID
    )
{
    if (HighMemory != NULL) {
        ZwClose(HighMemoryHandle);
    }
    if (LowMemory != NULL) {
        ZwClose(LowMemoryHandle);
    }
}

static NTSTATUS
RangesStartWatcher(
    VOID
    )
{
    OBJECT_ATTRIBUTES attributes;
    HANDLE handle;
    NTSTATUS status;

    KeInitializeEvent(&StopWatching, NotificationEvent, FALSE);
    HighMemory = IoCreateNotificationEvent(&HighMemoryName, &HighMemoryHandle);
    LowMemory = IoCreateNotificationEvent(&LowMemoryName, &LowMemoryHandle);
    if (HighMemory == NULL || LowMemory == NULL) {
        RangesCloseConditions();
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, NULL, NULL,
                                  RangesWatchConditions, NULL);
    if (!NT_SUCCESS(status)) {
        RangesCloseConditions();
        return status;
    }

    status = ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                                       (PVOID *)&Watcher, NULL);
    NT_ASSERT(NT_SUCCESS(status));
    ZwClose(handle);
    return status;
}

static VOID
RangesStopWatcher(
    VOID
    )
{
    KeSetEvent(&StopWatching, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Watcher, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Watcher);
    RangesCloseConditions();
}

_Use_decl_annotations_
static VOID
RangesUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    RangesStopWatcher();
    ExFreePool(Ranges);
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

    Ranges = NULL;
    KeInitializeSpinLock(&RangesLock);
    KeInitializeGuardedMutex(&RefreshMutex);

    status = RangesStartWatcher();
    if (!NT_SUCCESS(status)) {
        return status;
    }

    //
    // First the entry, then the list. The other way round, memory that arrives in between would be
    // in neither of them.
    //
    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_MEMORY, DriverObject,
                                            RangesMemoryArrived, NULL, &NotificationEntry);
    if (NT_SUCCESS(status)) {
        status = RangesRefresh();
        if (NT_SUCCESS(status)) {
            DriverObject->DriverUnload = RangesUnload;
            return STATUS_SUCCESS;
        }
        IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    }

    RangesStopWatcher();
    if (Ranges != NULL) {
        ExFreePool(Ranges);
    }
    return status;
}
