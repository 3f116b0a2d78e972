/*++

Module Name:

    counted_references.c

Abstract:

    A driver whose callback hands a block for the coming processor to a thread, and gives it back
    when the processor does not come.

    Callback and thread each hold a reference while they use the block, and the last to let go gives
    it back. That the thread has said it has the block does not mean that it is done with it.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "system_thread.h"

#define BLOCK_TAG 'kclB'

#ifndef IS_LAST_IN_THREAD
#define IS_LAST_IN_THREAD(_Block) (InterlockedDecrement(&(_Block)->References) == 0)
#define IS_LAST_IN_CALLBACK(_Block) (InterlockedDecrement(&(_Block)->References) == 0)
#endif

typedef struct _BLOCK {
    LONG References;
    ULONG Share[8];
} BLOCK, *PBLOCK;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD BlockUnload;
static PROCESSOR_CALLBACK_FUNCTION BlockProcessorChanged;
static KSTART_ROUTINE BlockThread;

static PVOID CallbackHandle;
static PKTHREAD Thread;
static KEVENT Stop;
static KEVENT Handed;
static KEVENT Taken;

//
// Written before Handed is set, and read before Taken is. Then it is the callback's again, and
// Unload's when no callback comes any more.
//
static PBLOCK Coming;

_Use_decl_annotations_
static VOID
BlockThread(
    PVOID StartContext
    )
{
    PVOID stopOrHanded[2];
    PBLOCK block;
    ULONG index, sum;

    UNREFERENCED_PARAMETER(StartContext);

    stopOrHanded[0] = &Stop;
    stopOrHanded[1] = &Handed;
    while (KeWaitForMultipleObjects(RTL_NUMBER_OF(stopOrHanded), stopOrHanded, WaitAny, Executive,
                                    KernelMode, FALSE, NULL, NULL) == STATUS_WAIT_1) {
        block = Coming;
        KeSetEvent(&Taken, IO_NO_INCREMENT, FALSE);

        sum = 0;
        for (index = 0; index < RTL_NUMBER_OF(block->Share); index += 1) {
            sum += block->Share[index];
        }
        if (IS_LAST_IN_THREAD(block)) {
            ExFreePoolWithTag(block, BLOCK_TAG);
        }
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%u shares\n", sum);
    }

    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS
BlockHand(
    _In_ ULONG ProcessorIndex
    )
{
    PBLOCK block;

    block = (PBLOCK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*block), BLOCK_TAG);
    if (block == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    block->References = 2;
    block->Share[ProcessorIndex % RTL_NUMBER_OF(block->Share)] = 1;
    Coming = block;
    KeSetEvent(&Handed, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&Taken, Executive, KernelMode, FALSE, NULL);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
BlockProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = BlockHand(ChangeContext->NtNumber);
        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
        break;

    case KeProcessorAddCompleteNotify:
    case KeProcessorAddFailureNotify:
        //
        // Nothing was handed when Start found no memory.
        //
        if (Coming != NULL && IS_LAST_IN_CALLBACK(Coming)) {
            ExFreePoolWithTag(Coming, BLOCK_TAG);
        }
        Coming = NULL;
        break;
    }
}

_Use_decl_annotations_
static VOID
BlockUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    KeSetEvent(&Stop, IO_NO_INCREMENT, FALSE);
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

    KeInitializeEvent(&Stop, NotificationEvent, FALSE);
    KeInitializeEvent(&Handed, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Taken, SynchronizationEvent, FALSE);
    status = SystemThreadStart(BlockThread, NULL, &Thread);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(BlockProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        KeSetEvent(&Stop, IO_NO_INCREMENT, FALSE);
        SystemThreadWaitForEnd(Thread);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = BlockUnload;
    return STATUS_SUCCESS;
}
