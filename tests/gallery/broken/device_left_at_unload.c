/*++

Module Name:

    device_left_at_unload.c

Abstract:

    A driver with a mistake: it makes a device in DriverEntry and deletes it only when the
    callback is refused. Unload has nothing to delete, its author thought.

--*/

#include "one_callback.h"

static PDEVICE_OBJECT Device;

_Use_decl_annotations_
static VOID
ProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    UNREFERENCED_PARAMETER(ChangeContext);
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    return IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
}

static VOID
CleanUp(
    VOID
    )
{
    if (CallbackHandle == NULL) {
        IoDeleteDevice(Device);
    }
}
