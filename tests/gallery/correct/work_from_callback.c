/*++

Abstract:

    A driver that has slow things to do for a new processor and does not want to hold up the add.
    Start takes a work item, Complete queues it, and the item does the rest on a worker thread.

    Rundown protection counts the items: Unload shuts the door, waits for those that are inside,
    and then knows that no item is queued any more. The items are of a device, so the code that
    follows the release of the protection is still the image's own when it runs.

--*/

#include <ntddk.h>

#define JOB_TAG 'bobJ'

typedef struct _JOB {
    PIO_WORKITEM Item;
    ULONG Index;
} JOB, *PJOB;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD JobUnload;
static PROCESSOR_CALLBACK_FUNCTION JobProcessorChanged;
static IO_WORKITEM_ROUTINE JobRoutine;

static PVOID Registration;
static PDEVICE_OBJECT Device;
static EX_RUNDOWN_REF Rundown;
static PJOB Waiting[64 * 32];
static volatile LONG DoneJobs;

static VOID
JobFree(
    _In_opt_ PJOB Job
    )
{
    if (Job != NULL) {
        IoFreeWorkItem(Job->Item);
        ExFreePoolWithTag(Job, JOB_TAG);
    }
}

_Use_decl_annotations_
static VOID
JobRoutine(
    PDEVICE_OBJECT DeviceObject,
    PVOID Context
    )
{
    PJOB job = (PJOB)Context;
    PROCESSOR_NUMBER number;
    LARGE_INTEGER slowness;

    UNREFERENCED_PARAMETER(DeviceObject);

    slowness.QuadPart = -20000;
    KeDelayExecutionThread(KernelMode, FALSE, &slowness);
    if (NT_SUCCESS(KeGetProcessorNumberFromIndex(job->Index, &number))) {
        InterlockedIncrement(&DoneJobs);
    }
    JobFree(job);
    ExReleaseRundownProtection(&Rundown);
}

static NTSTATUS
JobPrepare(
    _In_ ULONG Index
    )
{
    PJOB job = (PJOB)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*job), JOB_TAG);

    if (job == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    job->Item = IoAllocateWorkItem(Device);
    if (job->Item == NULL) {
        ExFreePoolWithTag(job, JOB_TAG);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    job->Index = Index;
    Waiting[Index] = job;
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
JobProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    ULONG index = ChangeContext->NtNumber;
    PJOB job = Waiting[index];
    NTSTATUS status;

    UNREFERENCED_PARAMETER(CallbackContext);

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = JobPrepare(index);
        if (!NT_SUCCESS(status) && NT_SUCCESS(*OperationStatus)) {
            *OperationStatus = status;
        }
        break;
    case KeProcessorAddCompleteNotify:
        Waiting[index] = NULL;
        if (ExAcquireRundownProtection(&Rundown)) {
            IoQueueWorkItem(job->Item, JobRoutine, DelayedWorkQueue, job);
        } else {
            JobFree(job);
        }
        break;
    case KeProcessorAddFailureNotify:
        Waiting[index] = NULL;
        JobFree(job);
        break;
    }
}

_Use_decl_annotations_
static VOID
JobUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    //
    // The door is shut first: a Complete that comes until the registration is gone finds it shut.
    //
    ExWaitForRundownProtectionRelease(&Rundown);
    ExRundownCompleted(&Rundown);
    KeDeregisterProcessorChangeCallback(Registration);
    IoDeleteDevice(Device);
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

    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    ExInitializeRundownProtection(&Rundown);
    Registration = KeRegisterProcessorChangeCallback(JobProcessorChanged, NULL, 0);
    if (Registration == NULL) {
        IoDeleteDevice(Device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = JobUnload;
    return STATUS_SUCCESS;
}
