/*++

Abstract:

    A driver without a variable of its own: everything lies in an extension of the driver object,
    whose address is the context of the callback and the key of the extension is the address of
    DriverEntry. The system gives the extension back when the driver goes.

    A table of processors by group is as long as there may be groups. A group gets its part when
    its first processor comes, and gives it back when that stays away.

--*/

#include <ntddk.h>

#define GROUP_TAG 'puoG'

typedef struct _GROUP {
    RTL_BITMAP Present;
    ULONG Bits[2];
    PVOID Memory[MAXIMUM_PROC_PER_GROUP];
} GROUP, *PGROUP;

typedef struct _EXTENSION {
    PVOID Registration;
    NTSTATUS StartStatus;
    USHORT GroupCount;
    PGROUP *Groups;
} EXTENSION, *PEXTENSION;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD ExtensionUnload;
static PROCESSOR_CALLBACK_FUNCTION ExtensionProcessorChanged;

static VOID
ExtensionRelease(
    _Inout_ PEXTENSION Extension,
    _In_ const PROCESSOR_NUMBER *Number
    )
{
    PGROUP group = Extension->Groups[Number->Group];

    if (group == NULL) {
        return;
    }
    if (group->Memory[Number->Number] != NULL) {
        ExFreePoolWithTag(group->Memory[Number->Number], GROUP_TAG);
        group->Memory[Number->Number] = NULL;
        RtlClearBit(&group->Present, Number->Number);
    }
    if (RtlNumberOfSetBits(&group->Present) == 0) {
        ExFreePoolWithTag(group, GROUP_TAG);
        Extension->Groups[Number->Group] = NULL;
    }
}

static NTSTATUS
ExtensionPrepare(
    _Inout_ PEXTENSION Extension,
    _In_ const PROCESSOR_NUMBER *Number
    )
{
    PGROUP group = Extension->Groups[Number->Group];

    if (group == NULL) {
        group = (PGROUP)ExAllocatePoolZero(PagedPool, sizeof(*group), GROUP_TAG);
        if (group == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlInitializeBitMap(&group->Present, group->Bits,
                            KeQueryMaximumProcessorCountEx(Number->Group));
        Extension->Groups[Number->Group] = group;
    }
    group->Memory[Number->Number] = ExAllocatePoolZero(PagedPool, 32, GROUP_TAG);
    if (group->Memory[Number->Number] == NULL) {
        ExtensionRelease(Extension, Number);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlSetBit(&group->Present, Number->Number);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
ExtensionProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PEXTENSION extension = (PEXTENSION)CallbackContext;
    PPROCESSOR_NUMBER number = &ChangeContext->ProcNumber;

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        extension->StartStatus = ExtensionPrepare(extension, number);
        if (!NT_SUCCESS(extension->StartStatus) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = extension->StartStatus;
        }
        return;
    }

    if (ChangeContext->State == KeProcessorAddFailureNotify) {
        ExtensionRelease(extension, number);
    }
}

static VOID
ExtensionFree(
    _Inout_ PEXTENSION Extension
    )
{
    PROCESSOR_NUMBER number = { 0 };

    for (; number.Group < Extension->GroupCount; number.Group += 1) {
        for (number.Number = 0; number.Number < MAXIMUM_PROC_PER_GROUP; number.Number += 1) {
            ExtensionRelease(Extension, &number);
        }
    }
    ExFreePoolWithTag(Extension->Groups, GROUP_TAG);
}

_Use_decl_annotations_
static VOID
ExtensionUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    PEXTENSION extension =
        (PEXTENSION)IoGetDriverObjectExtension(DriverObject, (PVOID)(ULONG_PTR)DriverEntry);

    KeDeregisterProcessorChangeCallback(extension->Registration);
    ExtensionFree(extension);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    PEXTENSION extension;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    status = IoAllocateDriverObjectExtension(DriverObject, (PVOID)(ULONG_PTR)DriverEntry,
                                             sizeof(*extension), (PVOID *)&extension);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    RtlZeroMemory(extension, sizeof(*extension));
    extension->GroupCount = KeQueryMaximumGroupCount();
    extension->Groups = (PGROUP *)ExAllocatePoolZero(
        PagedPool, extension->GroupCount * sizeof(PGROUP), GROUP_TAG);
    if (extension->Groups == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    extension->StartStatus = STATUS_UNSUCCESSFUL;
    extension->Registration = KeRegisterProcessorChangeCallback(
        ExtensionProcessorChanged, extension, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (extension->Registration == NULL) {
        ExtensionFree(extension);
        return NT_SUCCESS(extension->StartStatus) ? STATUS_UNSUCCESSFUL : extension->StartStatus;
    }
    DriverObject->DriverUnload = ExtensionUnload;
    return STATUS_SUCCESS;
}
