/*++

Abstract:

    A driver with a mistake: what it hears of an arrival it writes into the block of the newest
    processor, which Complete has shown by then, as long as no arrival comes ahead of it.

--*/

#include <initguid.h>
#include <ntddk.h>
#include <wdmguid.h>
#include <poclass.h>

#define BLOCK_TAG 'kclB'
#define MOST_PROCESSORS 8

typedef struct _BLOCK {
    ULONG Arrivals;
} BLOCK, *PBLOCK;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD BlocksUnload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE ProcessorArrived;

static PVOID CallbackHandle;
static PVOID NotificationEntry;
static PBLOCK Blocks[MOST_PROCESSORS];
static PBLOCK Newest;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PBLOCK *block = &Blocks[ChangeContext->NtNumber];

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        *block = (PBLOCK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(**block), BLOCK_TAG);
        if (*block == NULL && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;

    case KeProcessorAddCompleteNotify:
        Newest = *block;
        break;

    case KeProcessorAddFailureNotify:
        if (*block != NULL) {
            ExFreePoolWithTag(*block, BLOCK_TAG);
            *block = NULL;
        }
        break;
    }
}

_Use_decl_annotations_
static NTSTATUS
ProcessorArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION change =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&change->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        Newest->Arrivals += 1;
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
BlocksUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    ULONG index;

    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    KeDeregisterProcessorChangeCallback(CallbackHandle);
    for (index = 0; index < MOST_PROCESSORS; index += 1) {
        if (Blocks[index] != NULL) {
            ExFreePoolWithTag(Blocks[index], BLOCK_TAG);
        }
    }
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            ProcessorArrived, NULL, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        KeDeregisterProcessorChangeCallback(CallbackHandle);
        return status;
    }
    DriverObject->DriverUnload = BlocksUnload;
    return STATUS_SUCCESS;
}
