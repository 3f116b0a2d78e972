/* A driver with a variable: it lets the first processor in that it hears of, and no other. */
#include <ntddk.h>
#include <poclass.h>
#include <wdmguid.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION Changed;

LONG Started;
LONG Loaded = 7;
static PVOID Handle;

static VOID Changed(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                    PNTSTATUS OperationStatus)
{
    UNREFERENCED_PARAMETER(CallbackContext);
    if (ChangeContext->State == KeProcessorAddStartNotify && InterlockedIncrement(&Started) > 1)
        *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    KeDeregisterProcessorChangeCallback(Handle);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    if (Loaded++ != 7)
        return STATUS_ALREADY_REGISTERED;
    DriverObject->DriverUnload = Unload;
    Handle = KeRegisterProcessorChangeCallback(Changed, NULL, 0);
    return Handle ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
