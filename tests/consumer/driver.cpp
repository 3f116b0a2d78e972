// A driver in C++, which lets every processor in.
#include <ntddk.h>
#include <string.h>

#if defined(__linux__) || _M_AMD64 != 100
#error "this is no source for Windows on AMD64"
#endif

namespace {

PVOID handle;

VOID NTAPI Changed(PVOID, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT, PNTSTATUS) {}

VOID NTAPI Unload(PDRIVER_OBJECT)
{
    KeDeregisterProcessorChangeCallback(handle);
}

}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    // The functions of Windows' C for 16-bit characters, which are in no header of the host.
    if (wcslen(L"four") != 4 || RegistryPath->Length == 0)
        return STATUS_INVALID_PARAMETER;
    DriverObject->DriverUnload = Unload;
    handle = KeRegisterProcessorChangeCallback(Changed, nullptr, 0);
    return handle ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
