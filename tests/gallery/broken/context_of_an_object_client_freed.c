/*++

Module Name:

    context_of_an_object_client_freed.c

Abstract:

    A driver with a mistake: a client of \Callback\ProcessorAdd whose context is replaced by a larger
    one when a processor has come. The object still has the address of the first.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static CALLBACK_FUNCTION ProcessorAdded;

#define TABLE_TAG 'elbT'

static PCALLBACK_OBJECT ProcessorAdd;
static PVOID Registration;
static PVOID Table;

_Use_decl_annotations_
static VOID
ProcessorAdded(
    PVOID CallbackContext,
    PVOID Argument1,
    PVOID Argument2
    )
{
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change = (PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT)Argument1;
    PVOID larger;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(Argument2);

    if (change->State != KeProcessorAddCompleteNotify) {
        return;
    }
    larger = ExAllocatePool2(POOL_FLAG_NON_PAGED, (change->NtNumber + 1) * sizeof(ULONG64),
                             TABLE_TAG);
    if (larger != NULL) {
        ExFreePoolWithTag(Table, TABLE_TAG);
        Table = larger;
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ExUnregisterCallback(Registration);
    ObDereferenceObject(ProcessorAdd);
    ExFreePoolWithTag(Table, TABLE_TAG);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Callback\\ProcessorAdd");
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ExCreateCallback(&ProcessorAdd, &attributes, FALSE, TRUE);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    Table = ExAllocatePool2(POOL_FLAG_NON_PAGED,
                            KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) *
                                sizeof(ULONG64),
                            TABLE_TAG);
    Registration = Table == NULL ? NULL : ExRegisterCallback(ProcessorAdd, ProcessorAdded, Table);
    if (Registration == NULL) {
        if (Table != NULL) {
            ExFreePoolWithTag(Table, TABLE_TAG);
        }
        ObDereferenceObject(ProcessorAdd);
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
