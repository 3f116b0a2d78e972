/*++

Module Name:

    object_client_forgotten.c

Abstract:

    A driver with a mistake: it listens to \Callback\ProcessorAdd. Unload gives back the
    reference on the object, which is not the same as the registration.

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static CALLBACK_FUNCTION ProcessorAdded;

static PCALLBACK_OBJECT CallbackObject;
static PVOID Registration;
static ULONG Present;

_Use_decl_annotations_
static VOID
ProcessorAdded(
    PVOID CallbackContext,
    PVOID Argument1,
    PVOID Argument2
    )
{
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change = (PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT)Argument1;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(Argument2);

    Present += change->State == KeProcessorAddCompleteNotify;
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    ObDereferenceObject(CallbackObject);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    RtlInitUnicodeString(&name, L"\\Callback\\ProcessorAdd");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ExCreateCallback(&CallbackObject, &attributes, FALSE, TRUE);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    Registration = ExRegisterCallback(CallbackObject, ProcessorAdded, NULL);
    if (Registration == NULL) {
        ObDereferenceObject(CallbackObject);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
