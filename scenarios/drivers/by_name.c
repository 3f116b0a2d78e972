/*++

Module Name:

    by_name.c

Abstract:

    A driver that loads on Windows Server 2008 as well, where processors could be added already and
    groups were not there yet. What came with groups it finds by name: a driver that imports a
    routine which Windows does not have is not loaded at all.

    There the maximum comes from KeQueryMaximumProcessorCount, and the change context has no
    ProcNumber. NtNumber is all that this driver goes by.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define NAME_TAG 'emaN'

typedef ULONG NTAPI QUERY_MAXIMUM_COUNT_EX(USHORT GroupNumber);
typedef QUERY_MAXIMUM_COUNT_EX *PQUERY_MAXIMUM_COUNT_EX;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD NameUnload;
static PROCESSOR_CALLBACK_FUNCTION NameProcessorChanged;

static PVOID CallbackHandle;
static PULONG Shares;
static ULONG MaximumProcessorCount;

static ULONG
NameMaximumProcessorCount(
    VOID
    )
{
    UNICODE_STRING name;
    PQUERY_MAXIMUM_COUNT_EX queryEx;

    RtlInitUnicodeString(&name, L"KeQueryMaximumProcessorCountEx");
    queryEx = (PQUERY_MAXIMUM_COUNT_EX)(ULONG_PTR)MmGetSystemRoutineAddress(&name);
    if (queryEx != NULL) {
        return queryEx(ALL_PROCESSOR_GROUPS);
    }

    //
    // Without groups, one count is all there is.
    //
    return KeQueryMaximumProcessorCount();
}

_Use_decl_annotations_
static VOID
NameProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->NtNumber >= MaximumProcessorCount) {
        return;
    }
    Shares[ChangeContext->NtNumber] = (ChangeContext->State == KeProcessorAddCompleteNotify);
}

_Use_decl_annotations_
static VOID
NameUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    ExFreePoolWithTag(Shares, NAME_TAG);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    MaximumProcessorCount = NameMaximumProcessorCount();
    Shares = (PULONG)ExAllocatePoolWithTag(NonPagedPool, MaximumProcessorCount * sizeof(*Shares),
                                           NAME_TAG);
    if (Shares == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Shares, MaximumProcessorCount * sizeof(*Shares));

    CallbackHandle = KeRegisterProcessorChangeCallback(NameProcessorChanged, NULL,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        ExFreePoolWithTag(Shares, NAME_TAG);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = NameUnload;
    return STATUS_SUCCESS;
}
