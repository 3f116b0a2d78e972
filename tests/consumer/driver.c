/* A driver that refuses the processor with the systemwide index 2. */
#include <ntddk.h>

#if defined(__linux__) || _M_AMD64 != 100 || _M_X64 != 100 || !defined(_AMD64_)
#error "hotadd::wdk does not make this a source for Windows on AMD64"
#endif
C_ASSERT(sizeof(L"") == sizeof(WCHAR));

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION Changed;

static PVOID Handle;

static VOID Changed(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                    PNTSTATUS OperationStatus)
{
    UNREFERENCED_PARAMETER(CallbackContext);
    if (ChangeContext->State == KeProcessorAddStartNotify && ChangeContext->NtNumber == 2)
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
    DriverObject->DriverUnload = Unload;
    Handle = KeRegisterProcessorChangeCallback(Changed, NULL, 0);
    return Handle ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
