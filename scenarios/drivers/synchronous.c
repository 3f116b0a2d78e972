/*++

Module Name:

    synchronous.c

Abstract:

    A driver that keeps a structure for each processor, also for those that are added while the
    system runs. It is the whole of what the WDK sketches in "Registering for Synchronous Driver
    Notification" and "Processing a Synchronous Driver Notification".

    The three states of the callback, and what each is for:

    Start     the processor does not run yet. Everything that may fail is done here, because only
              here the driver can say that the processor must not come.
    Complete  the processor runs. What was made ready is put to use; nothing can be refused now.
    Failure   the processor does not come, because this driver, another one or the hardware did
              not manage. Whatever Start took is given back.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define PER_PROCESSOR_TAG 'cnyS'

typedef struct _PER_PROCESSOR_DATA {
    PROCESSOR_NUMBER Number;
    BOOLEAN InUse;
    ULONG64 RequestCount;
} PER_PROCESSOR_DATA, *PPER_PROCESSOR_DATA;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD SynchronousUnload;
static PROCESSOR_CALLBACK_FUNCTION SynchronousProcessorChanged;

static PVOID CallbackHandle;

//
// What the callback reports to DriverEntry. It must live as long as the registration, so it is no
// local variable of DriverEntry: the callback goes on writing to it when processors are added.
//
static NTSTATUS CallbackStatus;

//
// One pointer for each processor that there can ever be. The maximum count does not change while
// the system runs; the active count grows, and would be the wrong size.
//
static PPER_PROCESSOR_DATA *PerProcessorData;
static ULONG MaximumProcessorCount;

static ULONG ProcessorsInUse;

static NTSTATUS
SynchronousPrepareProcessor(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
/*++

Routine Description:

    Takes what the driver needs for a processor. It must not run anything there yet, and the
    counts of active processors do not include it.

Return Value:

    STATUS_SUCCESS, or STATUS_INSUFFICIENT_RESOURCES, and then nothing was taken: a driver that
    refuses a processor at its load is not called with Failure for that one.

--*/
{
    PPER_PROCESSOR_DATA data;

    data = (PPER_PROCESSOR_DATA)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*data),
                                                PER_PROCESSOR_TAG);
    if (data == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    data->Number = ChangeContext->ProcNumber;
    PerProcessorData[ChangeContext->NtNumber] = data;
    return STATUS_SUCCESS;
}

static VOID
SynchronousUseProcessor(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
/*++

Routine Description:

    The processor runs and is counted: from here on it takes its share of the work.

--*/
{
    PerProcessorData[ChangeContext->NtNumber]->InUse = TRUE;
    ProcessorsInUse += 1;

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%u of %u processors are in use\n",
               ProcessorsInUse, KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));
}

static VOID
SynchronousForgetProcessor(
    _In_ ULONG ProcessorIndex
    )
/*++

Routine Description:

    Gives back what was taken for a processor, if anything was: a driver that could not take it
    hears Failure as well, when the processor was a new one.

    The pointer is cleared, because the next attempt comes with the same index.

--*/
{
    if (PerProcessorData[ProcessorIndex] != NULL) {
        ExFreePoolWithTag(PerProcessorData[ProcessorIndex], PER_PROCESSOR_TAG);
        PerProcessorData[ProcessorIndex] = NULL;
    }
}

_Use_decl_annotations_
static VOID
SynchronousProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = SynchronousPrepareProcessor(ChangeContext);
        if (!NT_SUCCESS(status)) {
            *(PNTSTATUS)CallbackContext = status;

            //
            // One variable serves all drivers. The error of one that was called earlier stays.
            //
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
        }
        break;

    case KeProcessorAddCompleteNotify:
        SynchronousUseProcessor(ChangeContext);
        break;

    case KeProcessorAddFailureNotify:
        SynchronousForgetProcessor(ChangeContext->NtNumber);
        break;
    }
}

static VOID
SynchronousFreeAll(
    VOID
    )
{
    ULONG index;

    for (index = 0; index < MaximumProcessorCount; index += 1) {
        SynchronousForgetProcessor(index);
    }
    ExFreePoolWithTag(PerProcessorData, PER_PROCESSOR_TAG);
}

_Use_decl_annotations_
static VOID
SynchronousUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    //
    // First the callback, then what it works with. When this call has returned, no call of the
    // callback is under way, and none will follow.
    //
    KeDeregisterProcessorChangeCallback(CallbackHandle);
    SynchronousFreeAll();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    //
    // All that the callback needs must be there before the registration: with
    // KE_PROCESSOR_CHANGE_ADD_EXISTING the first calls come before it returns.
    //
    MaximumProcessorCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    PerProcessorData = (PPER_PROCESSOR_DATA *)ExAllocatePool2(
        POOL_FLAG_NON_PAGED, MaximumProcessorCount * sizeof(*PerProcessorData), PER_PROCESSOR_TAG);
    if (PerProcessorData == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    ProcessorsInUse = 0;
    CallbackStatus = STATUS_SUCCESS;
    CallbackHandle = KeRegisterProcessorChangeCallback(SynchronousProcessorChanged,
                                                       &CallbackStatus,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        //
        // Either the callback refused a processor, or the registration itself did not come
        // about; the callback says nothing in the second case. Unload is not called for a driver
        // whose entry fails.
        //
        SynchronousFreeAll();
        return NT_SUCCESS(CallbackStatus) ? STATUS_UNSUCCESSFUL : CallbackStatus;
    }

    DriverObject->DriverUnload = SynchronousUnload;
    return STATUS_SUCCESS;
}
