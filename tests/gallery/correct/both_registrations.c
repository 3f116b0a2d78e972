/*++

Abstract:

    One driver with a Ke registration and a client of the callback object, for instance because
    its halves were written by different people. Each half has a reference on what a processor
    needs. Nothing is assumed about who is called first, and a half that finds the variable with an
    error prepares nothing and takes nothing back.

--*/

#include <ntddk.h>

#define UNIT_TAG 'tinU'
#define KE_HALF 1
#define EX_HALF 2

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD HalvesUnload;
static PROCESSOR_CALLBACK_FUNCTION KeHalf;
static CALLBACK_FUNCTION ExHalf;

typedef struct _UNIT {
    ULONG Users;
    UCHAR Data[60];
} UNIT, *PUNIT;

static PVOID KeHandle;
static PVOID ExHandle;
static PCALLBACK_OBJECT Object;
static PUNIT *Units;
static ULONG UnitCount;

static NTSTATUS
UnitAcquire(
    _In_ ULONG Index,
    _In_ ULONG Half
    )
{
    if (Units[Index] == NULL) {
        Units[Index] = (PUNIT)ExAllocatePoolZero(NonPagedPoolNx, sizeof(UNIT), UNIT_TAG);
        if (Units[Index] == NULL) {
            return STATUS_NO_MEMORY;
        }
    }
    Units[Index]->Users |= Half;
    return STATUS_SUCCESS;
}

static VOID
UnitRelease(
    _In_ ULONG Index,
    _In_ ULONG Half
    )
{
    PUNIT unit = Units[Index];

    if (unit == NULL) {
        return;
    }
    unit->Users &= ~Half;
    if (unit->Users == 0) {
        Units[Index] = NULL;
        ExFreePoolWithTag(unit, UNIT_TAG);
    }
}

static VOID
HalfHears(
    _In_ ULONG Half,
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    _Inout_ PNTSTATUS OperationStatus
    )
{
    if (ChangeContext->State == KeProcessorAddStartNotify) {
        if (*OperationStatus == STATUS_SUCCESS) {
            *OperationStatus = UnitAcquire(ChangeContext->NtNumber, Half);
        }
    } else if (ChangeContext->State == KeProcessorAddFailureNotify) {
        UnitRelease(ChangeContext->NtNumber, Half);
    }
}

_Use_decl_annotations_
static VOID
KeHalf(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    HalfHears(KE_HALF, ChangeContext, OperationStatus);
}

_Use_decl_annotations_
static VOID
ExHalf(
    PVOID CallbackContext,
    PVOID Argument1,
    PVOID Argument2
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    HalfHears(EX_HALF, (PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT)Argument1, (PNTSTATUS)Argument2);
}

static VOID
HalvesEnd(
    VOID
    )
{
    if (ExHandle != NULL) {
        ExUnregisterCallback(ExHandle);
    }
    if (KeHandle != NULL) {
        KeDeregisterProcessorChangeCallback(KeHandle);
    }
    if (Object != NULL) {
        ObDereferenceObject(Object);
    }

    //
    // Nobody calls any more. A removal between two calls of an add leaves what Start took.
    //
    for (ULONG index = 0; index < UnitCount; index += 1) {
        UnitRelease(index, KE_HALF | EX_HALF);
    }
    ExFreePoolWithTag(Units, UNIT_TAG);
}

_Use_decl_annotations_
static VOID
HalvesUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    HalvesEnd();
}

static NTSTATUS
HalvesBegin(
    VOID
    )
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    NTSTATUS status;

    RtlInitUnicodeString(&name, L"\\Callback\\ProcessorAdd");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ExCreateCallback(&Object, &attributes, FALSE, TRUE);
    if (!NT_SUCCESS(status)) {
        Object = NULL;
        return status;
    }
    ExHandle = ExRegisterCallback(Object, ExHalf, NULL);
    if (ExHandle == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeHandle = KeRegisterProcessorChangeCallback(KeHalf, NULL, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    return KeHandle != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
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

    Object = NULL;
    ExHandle = NULL;
    KeHandle = NULL;
    UnitCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Units = (PUNIT *)ExAllocatePoolZero(NonPagedPoolNx, UnitCount * sizeof(*Units), UNIT_TAG);
    if (Units == NULL) {
        return STATUS_NO_MEMORY;
    }
    status = HalvesBegin();
    if (!NT_SUCCESS(status)) {
        HalvesEnd();
        return status;
    }
    DriverObject->DriverUnload = HalvesUnload;
    return STATUS_SUCCESS;
}
