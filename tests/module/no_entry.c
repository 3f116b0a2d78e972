/* A driver whose entry is misspelt. */
#include <ntddk.h>

DRIVER_INITIALIZE DriverEntri;

NTSTATUS DriverEntri(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    return STATUS_SUCCESS;
}
