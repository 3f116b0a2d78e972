/*++

Module Name:

    waits_for_too_many.c

Abstract:

    A driver with a mistake: it sends a DPC to every processor and waits for all of them at once. A
    thread has wait blocks for THREAD_WAIT_OBJECTS objects, which are three; for more the driver has
    to bring the array. With the fourth processor that shows.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION ProcessorChanged;
static KDEFERRED_ROUTINE VisitProcessor;

#define MAXIMUM_VISITS 16

typedef struct _VISIT {
    KDPC Dpc;
    KEVENT Done;
} VISIT, *PVISIT;

static PVOID CallbackHandle;
static VISIT Visits[MAXIMUM_VISITS];

_Use_decl_annotations_
static VOID
VisitProcessor(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    KeSetEvent((PKEVENT)DeferredContext, IO_NO_INCREMENT, FALSE);
}

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

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        PVOID objects[MAXIMUM_VISITS];
        ULONG count = ChangeContext->NtNumber + 1;
        ULONG index;

        for (index = 0; index < count && index < MAXIMUM_VISITS; index += 1) {
            PROCESSOR_NUMBER place;

            KeGetProcessorNumberFromIndex(index, &place);
            KeClearEvent(&Visits[index].Done);
            KeSetTargetProcessorDpcEx(&Visits[index].Dpc, &place);
            KeInsertQueueDpc(&Visits[index].Dpc, NULL, NULL);
            objects[index] = &Visits[index].Done;
        }
        KeWaitForMultipleObjects(index, objects, WaitAll, Executive, KernelMode, FALSE, NULL,
                                 NULL);
    }
}

_Use_decl_annotations_
static VOID
Unload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    KeFlushQueuedDpcs();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    ULONG index;

    UNREFERENCED_PARAMETER(RegistryPath);

    for (index = 0; index < MAXIMUM_VISITS; index += 1) {
        KeInitializeDpc(&Visits[index].Dpc, VisitProcessor, &Visits[index].Done);
        KeInitializeEvent(&Visits[index].Done, NotificationEvent, FALSE);
    }
    CallbackHandle = KeRegisterProcessorChangeCallback(ProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
