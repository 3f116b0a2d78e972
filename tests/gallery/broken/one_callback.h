/*++

Module Name:

    one_callback.h

Abstract:

    What many drivers of the gallery are besides their mistake. DriverEntry prepares and registers
    one callback, for the processors that exist and those to come; Unload removes it, and cleans
    up then. Whoever includes this defines Prepare, ProcessorChanged and CleanUp.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define GALLERY_TAG 'yrlG'

//
// The machines of the gallery have no more.
//
#define MOST_PROCESSORS 8

EXTERN_C DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD GalleryUnload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    );

static VOID
CleanUp(
    VOID
    );

static PVOID CallbackHandle;

_Use_decl_annotations_
static VOID
GalleryUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    CleanUp();
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

    status = Prepare(DriverObject);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        CleanUp();
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    DriverObject->DriverUnload = GalleryUnload;
    return STATUS_SUCCESS;
}
