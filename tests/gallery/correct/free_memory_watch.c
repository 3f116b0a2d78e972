/*++

Abstract:

    A cache that grows when there is much free memory and shrinks when there is little. A thread
    waits for both of the kernel's conditions and for its end at once; as the conditions stay set,
    it looks at them no more often than every ten milliseconds. New memory needs no notification
    here: it is free when it comes.

--*/

#include <ntddk.h>

#define CACHE_TAG 'hcaC'
#define MOST_BLOCKS 16

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD CacheUnload;
static KSTART_ROUTINE CacheThread;

static KEVENT Stop;
static PKEVENT High;
static PKEVENT Low;
static HANDLE HighHandle;
static HANDLE LowHandle;
static PKTHREAD Thread;
static SINGLE_LIST_ENTRY Blocks;
static ULONG BlockCount;

static VOID
CacheShrink(
    VOID
    )
{
    PSINGLE_LIST_ENTRY entry = PopEntryList(&Blocks);

    if (entry != NULL) {
        ExFreePoolWithTag(entry, CACHE_TAG);
        BlockCount -= 1;
    }
}

static VOID
CacheGrow(
    VOID
    )
{
    PSINGLE_LIST_ENTRY entry;

    if (BlockCount < MOST_BLOCKS) {
        entry = (PSINGLE_LIST_ENTRY)ExAllocatePool2(POOL_FLAG_PAGED, PAGE_SIZE, CACHE_TAG);
        if (entry != NULL) {
            PushEntryList(&Blocks, entry);
            BlockCount += 1;
        }
    }
}

_Use_decl_annotations_
static VOID
CacheThread(
    PVOID StartContext
    )
{
    PVOID objects[3] = { &Stop, High, Low };
    LARGE_INTEGER pause;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(StartContext);

    pause.QuadPart = -10 * 10 * 1000;
    do {
        status = KeWaitForMultipleObjects(3, objects, WaitAny, Executive, KernelMode, FALSE, NULL,
                                          NULL);
        if (status == STATUS_WAIT_1) {
            CacheGrow();
        } else if (status == STATUS_WAIT_2) {
            CacheShrink();
        }
    } while (status != STATUS_WAIT_0 &&
             KeWaitForSingleObject(&Stop, Executive, KernelMode, FALSE, &pause) == STATUS_TIMEOUT);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
static VOID
CacheUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeSetEvent(&Stop, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
    while (BlockCount > 0) {
        CacheShrink();
    }
    ZwClose(HighHandle);
    ZwClose(LowHandle);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING highName = RTL_CONSTANT_STRING(L"\\KernelObjects\\HighMemoryCondition");
    UNICODE_STRING lowName = RTL_CONSTANT_STRING(L"\\KernelObjects\\LowMemoryCondition");
    HANDLE handle;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    UNREFERENCED_PARAMETER(RegistryPath);

    Blocks.Next = NULL;
    BlockCount = 0;
    KeInitializeEvent(&Stop, NotificationEvent, FALSE);

    High = IoCreateNotificationEvent(&highName, &HighHandle);
    if (High == NULL) {
        return status;
    }
    Low = IoCreateNotificationEvent(&lowName, &LowHandle);
    if (Low == NULL) {
        goto CloseHigh;
    }
    status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, CacheThread, NULL);
    if (!NT_SUCCESS(status)) {
        goto CloseLow;
    }
    (VOID)ObReferenceObjectByHandle(handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                    (PVOID *)&Thread, NULL);
    ZwClose(handle);
    DriverObject->DriverUnload = CacheUnload;
    return STATUS_SUCCESS;

CloseLow:
    ZwClose(LowHandle);
CloseHigh:
    ZwClose(HighHandle);
    return status;
}
