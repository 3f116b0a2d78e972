/*++

Module Name:

    null_for_a_handle.c

Abstract:

    A driver with a mistake: DriverEntry does not look at what KeRegisterProcessorChangeCallback
    returns. When the callback refuses a processor that exists the driver is loaded all the
    same, and told of none.

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

static PVOID Table;
static PVOID CallbackHandle;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    if (ChangeContext->State == KeProcessorAddStartNotify && Table == NULL &&
        NT_SUCCESS(*OperationStatus)) {
        *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    if (CallbackHandle != NULL) {
        KeDeregisterProcessorChangeCallback(CallbackHandle);
    }
    if (Table != NULL) {
        ExFreePoolWithTag(Table, 'elbT');
    }
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverUnload = Unload;
    Table = ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, 'elbT');
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    return STATUS_SUCCESS;
}
