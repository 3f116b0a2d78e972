/*++

Abstract:

    One function registered twice, for two units that share what a processor needs by counted
    references: whoever is told first takes it, whoever is told last of a failure gives it back.

    The second unit is wanted for the first processor that comes, and no longer. The callback of
    the first one removes it, in the middle of that add, when the second has heard Start and not
    yet the rest; what it had a part in is then given back for it. A callback may not remove its
    own registration, but any other.

--*/

#include <ntddk.h>

#define PART_TAG 'traP'

typedef struct _PART {
    ULONG References;
    UCHAR Data[28];
} PART, *PPART;

typedef struct _UNIT {
    PVOID Handle;
    struct _UNIT *Other;
    BOOLEAN RemovesOther;
    BOOLEAN Holds[512];
} UNIT, *PUNIT;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD UnitsUnload;
static PROCESSOR_CALLBACK_FUNCTION UnitProcessorChanged;

static UNIT First, Second;
static PPART Parts[512];

static VOID
UnitRelease(
    _Inout_ PUNIT Unit,
    _In_ ULONG Index
    )
{
    if (!Unit->Holds[Index]) {
        return;
    }
    Unit->Holds[Index] = FALSE;
    Parts[Index]->References -= 1;
    if (Parts[Index]->References == 0) {
        ExFreePoolWithTag(Parts[Index], PART_TAG);
        Parts[Index] = NULL;
    }
}

static VOID
UnitRemove(
    _Inout_ PUNIT Unit
    )
{
    PVOID handle = Unit->Handle;

    if (handle != NULL) {
        Unit->Handle = NULL;
        KeDeregisterProcessorChangeCallback(handle);
        for (ULONG index = 0; index < ARRAYSIZE(Parts); index += 1) {
            UnitRelease(Unit, index);
        }
    }
}

_Use_decl_annotations_
static VOID
UnitProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PUNIT unit = (PUNIT)CallbackContext;
    ULONG index = ChangeContext->NtNumber;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        if (Parts[index] == NULL) {
            Parts[index] = (PPART)ExAllocatePoolZero(NonPagedPoolNx, sizeof(PART), PART_TAG);
        }
        if (Parts[index] != NULL) {
            Parts[index]->References += 1;
            unit->Holds[index] = TRUE;
        } else if (NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_NO_MEMORY;
        }
        break;
    case KeProcessorAddCompleteNotify:
        if (unit->RemovesOther && unit->Handle != NULL) {
            UnitRemove(unit->Other);
        }
        break;
    case KeProcessorAddFailureNotify:
        UnitRelease(unit, index);
        break;
    }
}

_Use_decl_annotations_
static VOID
UnitsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    UnitRemove(&First);
    UnitRemove(&Second);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    if (KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) > ARRAYSIZE(Parts)) {
        return STATUS_NOT_SUPPORTED;
    }
    First.Other = &Second;
    First.RemovesOther = TRUE;
    First.Handle = KeRegisterProcessorChangeCallback(UnitProcessorChanged, &First,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (First.Handle == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Second.Handle = KeRegisterProcessorChangeCallback(UnitProcessorChanged, &Second, 0);
    if (Second.Handle == NULL) {
        UnitRemove(&First);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = UnitsUnload;
    return STATUS_SUCCESS;
}
