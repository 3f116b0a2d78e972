/* A driver that calls what is not there, beside what is, and may do without one of them. */
#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;

PVOID KeRegistrProcessorChangeCallback(PVOID Function, PVOID Context, ULONG Flags);
ULONG HalMakeCoffee(VOID);
__attribute__((weak)) ULONG HalMakeTea(VOID);

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DbgPrint("%u processors", KeQueryActiveProcessorCount(NULL));
    IoRequestDeviceEject(DriverObject->DeviceObject);
    if (HalMakeTea)
        HalMakeTea();
    HalMakeCoffee();
    return KeRegistrProcessorChangeCallback(NULL, NULL, 0) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
