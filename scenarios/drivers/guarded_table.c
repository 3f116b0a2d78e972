/*++

Module Name:

    guarded_table.c

Abstract:

    A driver that keeps the share of the work of each processor in a table behind a resource: who
    reads shares it, and the callback has it alone while it writes.

    A thread that has a resource must get no APC, so all take it together with a critical region.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define TABLE_PROCESSORS 64

//
// 10 microseconds, in units of 100 nanoseconds.
//
#define TABLE_MOMENT 100

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD TableUnload;
static PROCESSOR_CALLBACK_FUNCTION TableProcessorChanged;

static PVOID CallbackHandle;
static NTSTATUS CallbackStatus;

static ERESOURCE TableResource;
static ULONG TableShare[TABLE_PROCESSORS];

static VOID
TableSetShare(
    _In_ ULONG ProcessorIndex,
    _In_ ULONG Share
    )
{
    ExEnterCriticalRegionAndAcquireResourceExclusive(&TableResource);
    if (ProcessorIndex < TABLE_PROCESSORS) {
        TableShare[ProcessorIndex] = Share;
    }
    ExReleaseResourceAndLeaveCriticalRegion(&TableResource);
}

static ULONG
TableTotal(
    VOID
    )
{
    ULONG index;
    ULONG total = 0;

    ExEnterCriticalRegionAndAcquireResourceShared(&TableResource);
    for (index = 0; index < TABLE_PROCESSORS; index += 1) {
        total += TableShare[index];
    }
    ExReleaseResourceAndLeaveCriticalRegion(&TableResource);
    return total;
}

_Use_decl_annotations_
static VOID
TableProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    LARGE_INTEGER moment;

    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        //
        // What share a processor gets may take a moment to find out. Readers do not wait for that:
        // the resource is taken afterwards.
        //
        moment.QuadPart = -(LONGLONG)TABLE_MOMENT;
        KeDelayExecutionThread(KernelMode, FALSE, &moment);
        TableSetShare(ChangeContext->NtNumber, 1);
        break;

    case KeProcessorAddCompleteNotify:
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "shares: %u\n", TableTotal());
        break;

    case KeProcessorAddFailureNotify:
        TableSetShare(ChangeContext->NtNumber, 0);
        break;
    }
}

_Use_decl_annotations_
static VOID
TableUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    //
    // The removal waits for a callback that runs, and that may want the resource: nobody may have
    // it here. A resource that is not deleted stays in a list of the system.
    //
    KeDeregisterProcessorChangeCallback(CallbackHandle);
    ExDeleteResourceLite(&TableResource);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    RtlZeroMemory(TableShare, sizeof(TableShare));
    ExInitializeResourceLite(&TableResource);
    CallbackStatus = STATUS_SUCCESS;
    CallbackHandle = KeRegisterProcessorChangeCallback(TableProcessorChanged, &CallbackStatus,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        ExDeleteResourceLite(&TableResource);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = TableUnload;
    return STATUS_SUCCESS;
}
