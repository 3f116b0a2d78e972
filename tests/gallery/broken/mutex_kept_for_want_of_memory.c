/*++

Module Name:

    mutex_kept_for_want_of_memory.c

Abstract:

    A driver with a mistake: Start takes the mutex of the table, finds no memory, and returns with it.
    The thread of the add has it from then on, and nobody who comes later gets it.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

#define TABLE_TAG 'elbT'
#define TABLE_LENGTH 8

static PVOID CallbackHandle;
static KMUTEX TableMutex;
static PVOID Table[TABLE_LENGTH];

static VOID
RemoveFromTable(
    _In_ ULONG ProcessorIndex
    )
{
    if (Table[ProcessorIndex] != NULL) {
        ExFreePoolWithTag(Table[ProcessorIndex], TABLE_TAG);
        Table[ProcessorIndex] = NULL;
    }
}

static NTSTATUS
AddToTable(
    _In_ ULONG ProcessorIndex
    )
{
    PVOID block;

    KeWaitForSingleObject(&TableMutex, Executive, KernelMode, FALSE, NULL);
    block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, TABLE_TAG);
    if (block == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Table[ProcessorIndex] = block;
    KeReleaseMutex(&TableMutex, FALSE);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    if (ChangeContext->State == KeProcessorAddStartNotify) {
        NTSTATUS status = AddToTable(ChangeContext->NtNumber);

        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
    } else if (ChangeContext->State == KeProcessorAddFailureNotify) {
        RemoveFromTable(ChangeContext->NtNumber);
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    ULONG index;

    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    for (index = 0; index < TABLE_LENGTH; index += 1) {
        RemoveFromTable(index);
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

    RtlZeroMemory(Table, sizeof(Table));
    KeInitializeMutex(&TableMutex, 0);
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
