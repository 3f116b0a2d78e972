// A driver in C++, which lets every processor in and hears of its arrival.
#include <initguid.h>
#include <ntddk.h>
#include <poclass.h>
#include <string.h>

#if defined(__linux__) || _M_AMD64 != 100
#error "this is no source for Windows on AMD64"
#endif

namespace {

PVOID handle, entry;

VOID NTAPI Changed(PVOID, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT, PNTSTATUS) {}

NTSTATUS NTAPI Arrived(PVOID, PVOID)
{
    return STATUS_SUCCESS;
}

VOID NTAPI Unload(PDRIVER_OBJECT)
{
    IoUnregisterPlugPlayNotificationEx(entry);
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
    if (!handle)
        return STATUS_UNSUCCESSFUL;
    GUID processors = GUID_DEVICE_PROCESSOR;
    NTSTATUS status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                                     &processors, DriverObject, Arrived, nullptr,
                                                     &entry);
    if (!NT_SUCCESS(status))
        KeDeregisterProcessorChangeCallback(handle);
    return status;
}
