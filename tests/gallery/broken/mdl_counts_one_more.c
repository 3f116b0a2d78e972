/*++

Module Name:

    mdl_counts_one_more.c

Abstract:

    A driver with a mistake: the table has a place for every processor that was active at load, the
    MDL that shows it to the device one for every processor that is active now.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

#define TABLE_TAG 'elbT'

typedef struct _PLACE {
    ULONG64 Doorbell;
    ULONG64 Count;
} PLACE, *PPLACE;

static PVOID CallbackHandle;
static PPLACE Table;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        ULONG count = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
        PMDL mdl = IoAllocateMdl(Table, count * sizeof(*Table), FALSE, FALSE, NULL);

        if (mdl != NULL) {
            MmBuildMdlForNonPagedPool(mdl);
            IoFreeMdl(mdl);
        }
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    ExFreePoolWithTag(Table, TABLE_TAG);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    Table = (PPLACE)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                    KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) *
                                        sizeof(*Table),
                                    TABLE_TAG);
    if (Table == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        ExFreePoolWithTag(Table, TABLE_TAG);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
