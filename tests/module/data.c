/* A driver that uses what the system exports beside functions. */
#include <ntifs.h>
#include <poclass.h>
#include <wdmguid.h>

DRIVER_INITIALIZE DriverEntry;

static const GUID *const Known[] = {
    &GUID_DEVICE_PROCESSOR, &GUID_DEVICE_MEMORY, &GUID_DEVICE_INTERFACE_ARRIVAL,
};

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    for (ULONG i = 0; i < RTL_NUMBER_OF(Known); i++)
        if (Known[i]->Data1 == 0)
            return STATUS_NOT_FOUND;
    if (!*PsThreadType || *PsThreadType == *ExEventObjectType || KeNumberProcessors != 4)
        return STATUS_OBJECT_TYPE_MISMATCH;
    return STATUS_SUCCESS;
}
