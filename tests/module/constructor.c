/* A driver whose file has code that runs when it is loaded, and goes wrong there. */
#include <ntddk.h>
#include <stdlib.h>

DRIVER_INITIALIZE DriverEntry;

__attribute__((constructor)) static VOID Begin(VOID)
{
    abort();
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    return STATUS_SUCCESS;
}
