/*++

Module Name:

    awaited_processor.c

Abstract:

    A driver with a thread that waits for the first processor to come, and then uses what the
    callback has written about it.

    An event says that the data is there. Whoever has waited for it sees all that was written before
    it was set, which is why it is set last.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "system_thread.h"

#ifndef SAY_WRITTEN
#define SAY_WRITTEN() KeSetEvent(&FirstIsWritten, IO_NO_INCREMENT, FALSE)
#define AWAIT_WRITTEN() \
    KeWaitForSingleObject(&FirstIsWritten, Executive, KernelMode, FALSE, NULL)
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD FirstUnload;
static PROCESSOR_CALLBACK_FUNCTION FirstProcessorChanged;
static KSTART_ROUTINE FirstThread;

static PVOID CallbackHandle;
static PKTHREAD Thread;

static KEVENT FirstIsWritten;
static PROCESSOR_NUMBER First;
static ULONG FirstIndex;

//
// Used by the callback, which is never called twice at the same time, and then by Unload.
//
static BOOLEAN FirstHasCome;

_Use_decl_annotations_
static VOID
FirstProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify && !FirstHasCome) {
        FirstHasCome = TRUE;
        First = ChangeContext->ProcNumber;
        FirstIndex = ChangeContext->NtNumber;
        SAY_WRITTEN();
    }
}

_Use_decl_annotations_
static VOID
FirstThread(
    PVOID StartContext
    )
{
    UNREFERENCED_PARAMETER(StartContext);

    AWAIT_WRITTEN();
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "the first is %u, number %u of group %u\n",
               FirstIndex, First.Number, First.Group);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
static VOID
FirstUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    if (!FirstHasCome) {
        SAY_WRITTEN();
    }
    SystemThreadWaitForEnd(Thread);
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

    KeInitializeEvent(&FirstIsWritten, NotificationEvent, FALSE);
    status = SystemThreadStart(FirstThread, NULL, &Thread);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(FirstProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        SAY_WRITTEN();
        SystemThreadWaitForEnd(Thread);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = FirstUnload;
    return STATUS_SUCCESS;
}
