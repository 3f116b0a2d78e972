/*++

Module Name:

    two_locks_in_two_orders.c

Abstract:

    A driver with a mistake: the callback takes the mutex of the table and then that of the
    statistics, and a thread of the driver takes them the other way round.

--*/

#include "one_callback.h"

static KMUTEX TableMutex;
static KMUTEX StatisticsMutex;
static KEVENT Begun;
static PVOID Thread;
static ULONG Present;

static VOID
WaitALittle(
    VOID
    )
{
    LARGE_INTEGER interval;

    interval.QuadPart = -10 * 1000;
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

static KSTART_ROUTINE WriteStatistics;

_Use_decl_annotations_
static VOID
WriteStatistics(
    PVOID StartContext
    )
{
    UNREFERENCED_PARAMETER(StartContext);

    KeWaitForSingleObject(&Begun, Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&StatisticsMutex, Executive, KernelMode, FALSE, NULL);
    WaitALittle();
    KeWaitForSingleObject(&TableMutex, Executive, KernelMode, FALSE, NULL);
    KeReleaseMutex(&TableMutex, FALSE);
    KeReleaseMutex(&StatisticsMutex, FALSE);
    PsTerminateSystemThread(STATUS_SUCCESS);
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
        KeWaitForSingleObject(&TableMutex, Executive, KernelMode, FALSE, NULL);
        KeSetEvent(&Begun, IO_NO_INCREMENT, FALSE);
        WaitALittle();
        KeWaitForSingleObject(&StatisticsMutex, Executive, KernelMode, FALSE, NULL);
        Present += 1;
        KeReleaseMutex(&StatisticsMutex, FALSE);
        KeReleaseMutex(&TableMutex, FALSE);
    }
}

static NTSTATUS
Prepare(
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    OBJECT_ATTRIBUTES attributes;
    HANDLE handle;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DriverObject);

    KeInitializeMutex(&TableMutex, 0);
    KeInitializeMutex(&StatisticsMutex, 0);
    KeInitializeEvent(&Begun, NotificationEvent, FALSE);
    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, NULL, NULL,
                                  WriteStatistics, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, &Thread, NULL);
    ZwClose(handle);
    return STATUS_SUCCESS;
}

static VOID
CleanUp(
    VOID
    )
{
    KeSetEvent(&Begun, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
}
