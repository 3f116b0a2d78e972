/*++

Abstract:

    A driver that changes its mind. It listens until a processor has come, then removes the
    registration and makes another one, with another context, which is told of all processors anew.
    No callback may register, and none may remove itself, so a thread does both; callbacks tell it.

    A registration that fails is tried again when the next moment has come, and until then there is
    none.

--*/

#include <ntddk.h>

#define AGE_TAG ' egA'

typedef struct _AGE {
    volatile LONG Registered;
    ULONG Count;
    PVOID Blocks[ANYSIZE_ARRAY];
} AGE, *PAGE;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD AgesUnload;
static PROCESSOR_CALLBACK_FUNCTION AgesProcessorChanged;
static KSTART_ROUTINE AgesThread;

static KEVENT Wake;
static volatile LONG Stopping;
static PKTHREAD Thread;
static PAGE Current;
static PVOID Registration;

static PAGE
AgeCreate(
    VOID
    )
{
    ULONG count = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    PAGE age = (PAGE)ExAllocatePool2(POOL_FLAG_PAGED, FIELD_OFFSET(AGE, Blocks[count]), AGE_TAG);

    if (age != NULL) {
        age->Count = count;
    }
    return age;
}

static VOID
AgeFree(
    _In_ PAGE Age
    )
{
    for (ULONG index = 0; index < Age->Count; index += 1) {
        if (Age->Blocks[index] != NULL) {
            ExFreePoolWithTag(Age->Blocks[index], AGE_TAG);
        }
    }
    ExFreePoolWithTag(Age, AGE_TAG);
}

_Use_decl_annotations_
static VOID
AgesProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PAGE age = (PAGE)CallbackContext;
    PVOID *block = &age->Blocks[ChangeContext->NtNumber];

    PAGED_CODE();

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        if (!NT_SUCCESS(*OperationStatus)) {
            return;
        }
        *block = ExAllocatePool2(POOL_FLAG_PAGED, 48, AGE_TAG);
        if (*block == NULL) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
        break;
    case KeProcessorAddCompleteNotify:
        //
        // Not for those that the registration itself tells of.
        //
        if (ReadAcquire(&age->Registered)) {
            KeSetEvent(&Wake, IO_NO_INCREMENT, FALSE);
        }
        break;
    case KeProcessorAddFailureNotify:
        if (*block != NULL) {
            ExFreePoolWithTag(*block, AGE_TAG);
            *block = NULL;
        }
        break;
    }
}

static VOID
AgeEnd(
    VOID
    )
{
    if (Registration != NULL) {
        KeDeregisterProcessorChangeCallback(Registration);
        Registration = NULL;
    }
    if (Current != NULL) {
        AgeFree(Current);
        Current = NULL;
    }
}

static NTSTATUS
AgeBegin(
    VOID
    )
{
    Current = AgeCreate();
    if (Current == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Registration = KeRegisterProcessorChangeCallback(AgesProcessorChanged, Current,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        AgeEnd();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    WriteRelease(&Current->Registered, 1);
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
AgesThread(
    PVOID StartContext
    )
{
    LARGE_INTEGER patience;

    UNREFERENCED_PARAMETER(StartContext);

    patience.QuadPart = -10 * 1000 * 10;
    for (;;) {
        KeWaitForSingleObject(&Wake, Executive, KernelMode, FALSE,
                              Registration != NULL ? NULL : &patience);
        if (ReadAcquire(&Stopping)) {
            break;
        }
        AgeEnd();
        (VOID)AgeBegin();
    }
    AgeEnd();
    PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
static VOID
AgesUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    WriteRelease(&Stopping, 1);
    KeSetEvent(&Wake, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    HANDLE handle;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    Stopping = 0;
    KeInitializeEvent(&Wake, SynchronizationEvent, FALSE);

    status = AgeBegin();
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = PsCreateSystemThread(&handle, SYNCHRONIZE, NULL, NULL, NULL, AgesThread, NULL);
    if (!NT_SUCCESS(status)) {
        AgeEnd();
        return status;
    }
    (VOID)ObReferenceObjectByHandle(handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                    (PVOID *)&Thread, NULL);
    ZwClose(handle);
    DriverObject->DriverUnload = AgesUnload;
    return STATUS_SUCCESS;
}
