/*++

Module Name:

    rings.c

Abstract:

    A driver of one old-fashioned device, made in DriverEntry, that has a ring of requests for each
    processor. Almost all that it does can fail, in DriverEntry and in Start, and each step that
    does is followed by the way back: RingsFreeAll undoes what was done, whatever that is.

    Start     takes the ring of the processor: a header that MDLs describe, pages for the requests,
              and contiguous memory for the device.
    Complete  the processor counts.
    Failure   gives the ring back.

    How many pages a ring has the registry says. What the driver has found it writes there. Other
    drivers may ask it, through a callback object that takes one client, which is this driver: so
    only one of its kind can be loaded.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wchar.h>

#define RINGS_TAG 'gniR'
#define HEADER_BYTES 256

//
// What an MDL for nonpaged pool describes must lie there.
//
#ifndef HEADER_POOL
#define HEADER_POOL POOL_FLAG_NON_PAGED
#endif

typedef struct _RING {
    PVOID Header;
    PMDL HeaderMdl;
    PMDL PagesMdl;
    PVOID Pages;
    PVOID Registers;
    BOOLEAN Counts;
} RING, *PRING;

typedef struct _RINGS {
    ULONG PagesOfRing;
    ULONG ProcessorsSeen;
} RINGS, *PRINGS;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD RingsUnload;
static PROCESSOR_CALLBACK_FUNCTION RingsProcessorChanged;
static CALLBACK_FUNCTION RingsAsked;

static PRINGS Rings;
static PRING RingOf;
static ULONG MaximumProcessorCount;
static PDEVICE_OBJECT Device;
static BOOLEAN HasLink;
static HANDLE Parameters, State, LowMemory;
static PCALLBACK_OBJECT Asking;
static PVOID AskingHandle, CallbackHandle;
static NTSTATUS CallbackStatus;

static UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\Rings");
static UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Rings");
static UNICODE_STRING AskingName = RTL_CONSTANT_STRING(L"\\Callback\\Rings");
static UNICODE_STRING StateName = RTL_CONSTANT_STRING(L"State");
static UNICODE_STRING MaximumName = RTL_CONSTANT_STRING(L"MaximumProcessors");
static UNICODE_STRING LowMemoryName =
    RTL_CONSTANT_STRING(L"\\KernelObjects\\LowMemoryCondition");

static VOID
RingFree(
    _Inout_ PRING Ring
    )
{
    if (Ring->Registers != NULL) {
        MmFreeContiguousMemory(Ring->Registers);
    }
    if (Ring->Pages != NULL) {
        MmUnmapLockedPages(Ring->Pages, Ring->PagesMdl);
    }
    if (Ring->PagesMdl != NULL) {
        MmFreePagesFromMdl(Ring->PagesMdl);
        ExFreePool(Ring->PagesMdl);
    }
    if (Ring->HeaderMdl != NULL) {
        IoFreeMdl(Ring->HeaderMdl);
    }
    if (Ring->Header != NULL) {
        ExFreePoolWithTag(Ring->Header, RINGS_TAG);
    }
    RtlZeroMemory(Ring, sizeof(*Ring));
}

static NTSTATUS
RingTake(
    _Inout_ PRING Ring
    )
{
    PHYSICAL_ADDRESS lowest, highest, skip;

    lowest.QuadPart = 0;
    highest.QuadPart = MAXLONGLONG;
    skip.QuadPart = 0;

    Ring->Header = ExAllocatePool2(HEADER_POOL, HEADER_BYTES, RINGS_TAG);
    if (Ring->Header != NULL) {
        Ring->HeaderMdl = IoAllocateMdl(Ring->Header, HEADER_BYTES, FALSE, FALSE, NULL);
    }
    if (Ring->HeaderMdl != NULL) {
        MmBuildMdlForNonPagedPool(Ring->HeaderMdl);
        Ring->PagesMdl = MmAllocatePagesForMdlEx(lowest, highest, skip,
                                                 (SIZE_T)Rings->PagesOfRing * PAGE_SIZE, MmCached,
                                                 MM_ALLOCATE_FULLY_REQUIRED);
    }
    if (Ring->PagesMdl != NULL) {
        Ring->Pages = MmMapLockedPagesSpecifyCache(Ring->PagesMdl, KernelMode, MmCached, NULL,
                                                   FALSE, NormalPagePriority);
    }
    if (Ring->Pages != NULL) {
        Ring->Registers = MmAllocateContiguousMemory(PAGE_SIZE, highest);
    }
    if (Ring->Registers == NULL) {
        RingFree(Ring);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
RingsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PRING ring = &RingOf[ChangeContext->NtNumber];
    NTSTATUS status;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = RingTake(ring);
        if (!NT_SUCCESS(status)) {
            *(PNTSTATUS)CallbackContext = status;
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
        }
        break;

    case KeProcessorAddCompleteNotify:
        ring->Counts = TRUE;
        break;

    case KeProcessorAddFailureNotify:
        RingFree(ring);
        break;
    }
}

_Use_decl_annotations_
static VOID
RingsAsked(
    PVOID CallbackContext,
    PVOID Argument1,
    PVOID Argument2
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(Argument2);

    if (Argument1 != NULL) {
        *(PULONG)Argument1 = MaximumProcessorCount;
    }
}

static VOID
RingsFreeAll(
    VOID
    )
/*++

Routine Description:

    Undoes what was done, the last step first. The extension of the driver object goes with that.

--*/
{
    ULONG index;

    if (CallbackHandle != NULL) {
        KeDeregisterProcessorChangeCallback(CallbackHandle);
        CallbackHandle = NULL;
    }
    if (RingOf != NULL) {
        for (index = 0; index < MaximumProcessorCount; index += 1) {
            RingFree(&RingOf[index]);
        }
        ExFreePoolWithTag(RingOf, RINGS_TAG);
        RingOf = NULL;
    }
    if (HasLink) {
        IoDeleteSymbolicLink(&LinkName);
        HasLink = FALSE;
    }
    if (Device != NULL) {
        IoDeleteDevice(Device);
        Device = NULL;
    }
    if (LowMemory != NULL) {
        ZwClose(LowMemory);
        LowMemory = NULL;
    }
    if (State != NULL) {
        ZwClose(State);
        State = NULL;
    }
    if (Parameters != NULL) {
        ZwClose(Parameters);
        Parameters = NULL;
    }
    if (AskingHandle != NULL) {
        ExUnregisterCallback(AskingHandle);
        AskingHandle = NULL;
    }
    if (Asking != NULL) {
        ObDereferenceObject(Asking);
        Asking = NULL;
    }
}

_Use_decl_annotations_
static VOID
RingsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    RingsFreeAll();
}

static NTSTATUS
RingsBeTheOnlyOne(
    VOID
    )
/*++

Routine Description:

    The object takes one client. That it has one already is no error of memory, but nothing tells
    the two apart.

--*/
{
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, &AskingName, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ExCreateCallback(&Asking, &attributes, TRUE, FALSE);
    if (!NT_SUCCESS(status)) {
        Asking = NULL;
        return status;
    }
    AskingHandle = ExRegisterCallback(Asking, RingsAsked, NULL);
    return AskingHandle != NULL ? STATUS_SUCCESS : STATUS_ALREADY_REGISTERED;
}

static NTSTATUS
RingsReadParameters(
    _In_ PUNICODE_STRING RegistryPath
    )
{
    RTL_QUERY_REGISTRY_TABLE table[3];
    OBJECT_ATTRIBUTES attributes;
    ULONG pages = 1;
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, RegistryPath,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    status = ZwOpenKey(&Parameters, KEY_READ | KEY_WRITE, &attributes);
    if (!NT_SUCCESS(status)) {
        Parameters = NULL;
        return status;
    }

    RtlZeroMemory(table, sizeof(table));
    table[0].Flags = RTL_QUERY_REGISTRY_SUBKEY;
    table[0].Name = L"Parameters";
    table[1].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK;
    table[1].Name = L"RingPages";
    table[1].EntryContext = &Rings->PagesOfRing;
    table[1].DefaultType = (REG_DWORD << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT) | REG_DWORD;
    table[1].DefaultData = &pages;
    table[1].DefaultLength = sizeof(pages);
    return RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, table, NULL, NULL);
}

static NTSTATUS
RingsWriteState(
    _In_ PUNICODE_STRING RegistryPath
    )
/*++

Routine Description:

    Writes down how many processors there can be, and how many have an interface already.

--*/
{
    OBJECT_ATTRIBUTES attributes;
    PZZWSTR links;
    PWSTR link;
    NTSTATUS status;

    status = IoGetDeviceInterfaces(&GUID_DEVICE_PROCESSOR, NULL, 0, &links);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    Rings->ProcessorsSeen = 0;
    for (link = links; *link != UNICODE_NULL; link += wcslen(link) + 1) {
        Rings->ProcessorsSeen += 1;
    }
    ExFreePool(links);

    InitializeObjectAttributes(&attributes, &StateName, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               Parameters, NULL);
    status = ZwCreateKey(&State, KEY_WRITE, &attributes, 0, NULL, REG_OPTION_VOLATILE, NULL);
    if (!NT_SUCCESS(status)) {
        State = NULL;
        return status;
    }
    status = ZwSetValueKey(State, &MaximumName, 0, REG_DWORD, &MaximumProcessorCount,
                           sizeof(MaximumProcessorCount));
    if (!NT_SUCCESS(status)) {
        return status;
    }
    return RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, L"ProcessorsSeen",
                                 REG_DWORD, &Rings->ProcessorsSeen,
                                 sizeof(Rings->ProcessorsSeen));
}

static NTSTATUS
RingsMakeDevice(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    NTSTATUS status;

    status = IoCreateDevice(DriverObject, 0, &DeviceName, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        Device = NULL;
        return status;
    }
    status = IoCreateSymbolicLink(&LinkName, &DeviceName);
    HasLink = NT_SUCCESS(status);
    return status;
}

static NTSTATUS
RingsWatchMemory(
    VOID
    )
{
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, &LowMemoryName,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    status = ZwOpenEvent(&LowMemory, SYNCHRONIZE, &attributes);
    if (!NT_SUCCESS(status)) {
        LowMemory = NULL;
    }
    return status;
}

static NTSTATUS
RingsListen(
    VOID
    )
{
    RingOf = (PRING)ExAllocatePool2(POOL_FLAG_NON_PAGED, MaximumProcessorCount * sizeof(*RingOf),
                                    RINGS_TAG);
    if (RingOf == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    CallbackStatus = STATUS_SUCCESS;
    CallbackHandle = KeRegisterProcessorChangeCallback(RingsProcessorChanged, &CallbackStatus,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        return NT_SUCCESS(CallbackStatus) ? STATUS_UNSUCCESSFUL : CallbackStatus;
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    MaximumProcessorCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    status = IoAllocateDriverObjectExtension(DriverObject, &Rings, sizeof(*Rings), (PVOID *)&Rings);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    status = RingsBeTheOnlyOne();
    if (NT_SUCCESS(status)) {
        status = RingsReadParameters(RegistryPath);
    }
    if (NT_SUCCESS(status)) {
        status = RingsWriteState(RegistryPath);
    }
    if (NT_SUCCESS(status)) {
        status = RingsMakeDevice(DriverObject);
    }
    if (NT_SUCCESS(status)) {
        status = RingsWatchMemory();
    }
    if (NT_SUCCESS(status)) {
        status = RingsListen();
    }
    if (!NT_SUCCESS(status)) {
        RingsFreeAll();
        return status;
    }

    DriverObject->DriverUnload = RingsUnload;
    return STATUS_SUCCESS;
}
