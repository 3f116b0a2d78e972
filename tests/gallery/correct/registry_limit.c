/*++

Abstract:

    A driver with a licence for so many processors, which stands in its registry. It refuses
    those beyond it, whatever the machine has; existing ones beyond it make its DriverEntry fail.
    Without the value, or with one that makes no sense, everything is welcome.

    A refusal has nothing to take back, and is no different the tenth time.

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD LimitUnload;
static PROCESSOR_CALLBACK_FUNCTION LimitProcessorChanged;

static PVOID Registration;

static struct {
    NTSTATUS Status;
    ULONG Limit;
    ULONG Licensed;
} State;

_Use_decl_annotations_
static VOID
LimitProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        if (ChangeContext->NtNumber >= State.Limit) {
            State.Status = STATUS_QUOTA_EXCEEDED;
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = State.Status;
            }
        }
        break;
    case KeProcessorAddCompleteNotify:
        State.Licensed += 1;
        break;
    case KeProcessorAddFailureNotify:
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_WARNING_LEVEL,
                   "processor %u stays away: 0x%08x, %u of %u in use\n", ChangeContext->NtNumber,
                   ChangeContext->Status, State.Licensed, State.Limit);
        break;
    }
}

static NTSTATUS
LimitRead(
    _In_ PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING parameters = RTL_CONSTANT_STRING(L"Parameters");
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"MaxProcessors");
    ULONG buffer[16];
    PKEY_VALUE_PARTIAL_INFORMATION value = (PKEY_VALUE_PARTIAL_INFORMATION)buffer;
    OBJECT_ATTRIBUTES attributes;
    ULONG length, limit;
    HANDLE service, key;
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, RegistryPath, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                               NULL, NULL);
    status = ZwOpenKey(&service, KEY_READ, &attributes);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    InitializeObjectAttributes(&attributes, &parameters, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                               service, NULL);
    status = ZwOpenKey(&key, KEY_READ, &attributes);
    ZwClose(service);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ZwQueryValueKey(key, &name, KeyValuePartialInformation, buffer, sizeof(buffer),
                             &length);
    ZwClose(key);

    State.Limit = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    if (NT_SUCCESS(status) && value->Type == REG_DWORD && value->DataLength == sizeof(ULONG)) {
        RtlCopyMemory(&limit, value->Data, sizeof(limit));
        if (limit > 0 && limit < State.Limit) {
            State.Limit = limit;
        }
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
LimitUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status = LimitRead(RegistryPath);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    State.Status = STATUS_INSUFFICIENT_RESOURCES;
    Registration = KeRegisterProcessorChangeCallback(LimitProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        return State.Status;
    }
    DriverObject->DriverUnload = LimitUnload;
    return STATUS_SUCCESS;
}
