/*
 * A driver that uses much of the kernel, C and C++ alike: threads, locks, DPCs, timers, devices.
 *
 * Compiled and not run. A source that looks for its host must find none.
 */
#include <ntddk.h>
#include <ntifs.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>
#include <ntstrsafe.h>
#include <ntintsafe.h>
#include <fltkernel.h>
#include <dontuse.h>
#include <suppress.h>

#ifdef __linux__
#include <linux/there_is_no_such_header.h>
#endif
#ifdef __cplusplus
#define NO_POINTER nullptr
#else
#define NO_POINTER NULL
#endif
#if NTDDI_VERSION < NTDDI_WIN7
#error "groups are hidden"
#endif

#define WORK_TAG 'kroW'

typedef struct _WORKER {
    LIST_ENTRY Link;
    KEVENT Wake;
    KDPC Dpc;
    KTIMER Timer;
    PKTHREAD Thread;
    PIO_WORKITEM Item;
    volatile LONG Rounds;
} WORKER, *PWORKER;

typedef struct _EXTENSION {
    IO_REMOVE_LOCK RemoveLock;
    EX_RUNDOWN_REF Rundown;
    ERESOURCE Resource;
    FAST_MUTEX Mutex;
    KSPIN_LOCK Lock;
    LIST_ENTRY Workers;
    PDEVICE_OBJECT Lower;
} EXTENSION, *PEXTENSION;

EXTERN_C_START
DRIVER_ADD_DEVICE AddDevice;
DRIVER_DISPATCH Dispatch;
IO_COMPLETION_ROUTINE Completed;
DRIVER_NOTIFICATION_CALLBACK_ROUTINE Arrived;
KDEFERRED_ROUTINE Deferred;
KSTART_ROUTINE Run;
IO_WORKITEM_ROUTINE Later;
KIPI_BROADCAST_WORKER Everywhere;
EXTERN_C_END

/* Drivers wrap what Windows offers as functions, and take its address. */
static FORCEINLINE LONG64 ReadCounter(LONG64 const volatile *Counter)
{
    return ReadAcquire64(Counter);
}

FORCEINLINE VOID Forget(PLIST_ENTRY Entry)
{
    RemoveEntryList(Entry);
    InitializeListHead(Entry);
}

static LONG (NTAPI *Swap)(LONG volatile *, LONG, LONG) = InterlockedCompareExchange;
static BOOLEAN (NTAPI *Remove)(PLIST_ENTRY) = RemoveEntryList;
static VOID (NTAPI *Yield)(VOID) = YieldProcessor;
#ifdef __cplusplus
static decltype(&KeSetEvent) Set = &KeSetEvent;
static decltype(&WriteRelease) Publish = &WriteRelease;
#else
static LONG (NTAPI *Set)(PRKEVENT, KPRIORITY, BOOLEAN) = KeSetEvent;
static VOID (NTAPI *Publish)(LONG volatile *, LONG) = WriteRelease;
#endif

_Use_decl_annotations_
VOID Deferred(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    PWORKER Worker = CONTAINING_RECORD(Dpc, WORKER, Dpc);

    ASSERT(KeGetCurrentIrql() == DISPATCH_LEVEL);
    Publish(&Worker->Rounds, 1);
    Set((PKEVENT)SystemArgument1, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
ULONG_PTR Everywhere(ULONG_PTR Argument)
{
    InterlockedIncrement((LONG volatile *)Argument);
    KeMemoryBarrier();
    return 0;
}

_Use_decl_annotations_
VOID Run(PVOID StartContext)
{
    PWORKER Worker = (PWORKER)StartContext;
    PVOID Objects[THREAD_WAIT_OBJECTS + 1] = {&Worker->Wake, &Worker->Timer};
    KWAIT_BLOCK Blocks[RTL_NUMBER_OF(Objects)];
    GROUP_AFFINITY Affinity, Previous;
    LARGE_INTEGER Second;

    RtlZeroMemory(&Affinity, sizeof(Affinity));
    Affinity.Mask = 1;
    KeSetSystemGroupAffinityThread(&Affinity, NO_POINTER);
    KeSetSystemGroupAffinityThread(&Affinity, &Previous);
    Second.QuadPart = -10000000LL;
    (void)KeWaitForMultipleObjects(2, Objects, WaitAny, Executive, KernelMode, FALSE, &Second,
                                   Blocks);
    (void)KeWaitForSingleObject(&Worker->Wake, Executive, KernelMode, FALSE, NO_POINTER);
    (void)KeDelayExecutionThread(KernelMode, FALSE, &Second);
    while (Swap(&Worker->Rounds, 0, 1) != 1)
        Yield();
    KeRevertToUserGroupAffinityThread(&Previous);
    (void)PsTerminateSystemThread(STATUS_SUCCESS);
}

_Use_decl_annotations_
VOID Later(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PWORKER Worker = (PWORKER)Context;

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%d of %p\n", (int)Worker->Rounds,
               (PVOID)DeviceObject);
    IoFreeWorkItem(Worker->Item);
}

static NTSTATUS Start(PEXTENSION Extension, PDEVICE_OBJECT Device, ULONG Index)
{
    PWORKER Worker = (PWORKER)ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Worker), WORK_TAG);
    OBJECT_ATTRIBUTES Attributes;
    PROCESSOR_NUMBER Number;
    HANDLE Handle;
    NTSTATUS Status;
    KIRQL OldIrql;

    if (Worker == NO_POINTER)
        return STATUS_INSUFFICIENT_RESOURCES;
    KeInitializeEvent(&Worker->Wake, SynchronizationEvent, FALSE);
    KeInitializeDpc(&Worker->Dpc, Deferred, NO_POINTER);
    KeSetImportanceDpc(&Worker->Dpc, HighImportance);
    Status = KeGetProcessorNumberFromIndex(Index, &Number);
    if (NT_SUCCESS(Status))
        Status = KeSetTargetProcessorDpcEx(&Worker->Dpc, &Number);
    InitializeObjectAttributes(&Attributes, NO_POINTER, OBJ_KERNEL_HANDLE, NO_POINTER, NO_POINTER);
    if (NT_SUCCESS(Status))
        Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NO_POINTER,
                                      NO_POINTER, Run, Worker);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Worker, WORK_TAG);
        return Status;
    }
    (void)ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                    (PVOID *)&Worker->Thread, NO_POINTER);
    ZwClose(Handle);
    Worker->Item = IoAllocateWorkItem(Device);
    IoQueueWorkItem(Worker->Item, Later, DelayedWorkQueue, Worker);
    KeAcquireSpinLock(&Extension->Lock, &OldIrql);
    InsertTailList(&Extension->Workers, &Worker->Link);
    KeReleaseSpinLock(&Extension->Lock, OldIrql);
    (void)KeInsertQueueDpc(&Worker->Dpc, &Worker->Wake, NO_POINTER);
    KeFlushQueuedDpcs();
    return Status;
}

_Use_decl_annotations_
NTSTATUS Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    IoReleaseRemoveLock((PIO_REMOVE_LOCK)Context, Irp);
    if (Irp->PendingReturned)
        IoMarkIrpPending(Irp);
    return STATUS_CONTINUE_COMPLETION;
}

_Use_decl_annotations_
NTSTATUS Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION Extension = (PEXTENSION)DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);

    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    if (Stack->MajorFunction == IRP_MJ_PNP &&
        Stack->MinorFunction == IRP_MN_QUERY_DEVICE_RELATIONS &&
        Stack->Parameters.QueryDeviceRelations.Type == BusRelations)
        DbgPrint("relations\n");
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, Completed, &Extension->RemoveLock, TRUE, TRUE, TRUE);
    return IoCallDriver(Extension->Lower, Irp);
}

/* A declaration with an optional context, a definition without. */
NTSTATUS Arrived(_In_ PVOID NotificationStructure, _In_ PVOID Context)
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION Change =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;
#ifdef __cplusplus
    bool Came = IsEqualGUID(Change->Event, GUID_DEVICE_INTERFACE_ARRIVAL) &&
                Change->InterfaceClassGuid == GUID_DEVICE_PROCESSOR;
#else
    BOOLEAN Came = IsEqualGUID(&Change->Event, &GUID_DEVICE_INTERFACE_ARRIVAL);
#endif
    return Came ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

_Use_decl_annotations_
NTSTATUS AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"KeSetEvent");
    PDEVICE_OBJECT Device;
    PEXTENSION Extension;
    WCHAR Text[32];
    SIZE_T Size;
    LONG Count = 0;
    ULONG Index;
    NTSTATUS Status;

    PAGED_CODE();
    if (MmGetSystemRoutineAddress(&Name) == NO_POINTER ||
        !NT_SUCCESS(RtlSIZETMult(sizeof(WORKER), (SIZE_T)KeNumberProcessors, &Size)))
        return STATUS_INTEGER_OVERFLOW;
    Status = IoCreateDevice(DriverObject, sizeof(EXTENSION), NO_POINTER, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Device);
    if (!NT_SUCCESS(Status))
        return Status;
    Extension = (PEXTENSION)Device->DeviceExtension;
    InitializeListHead(&Extension->Workers);
    KeInitializeSpinLock(&Extension->Lock);
    ExInitializeFastMutex(&Extension->Mutex);
    ExInitializeRundownProtection(&Extension->Rundown);
    (void)ExInitializeResourceLite(&Extension->Resource);
    IoInitializeRemoveLock(&Extension->RemoveLock, WORK_TAG, 0, 0);
    Extension->Lower = IoAttachDeviceToDeviceStack(Device, PhysicalDeviceObject);
    if (Extension->Lower == NO_POINTER) {
        IoDeleteDevice(Device);
        return STATUS_NO_SUCH_DEVICE;
    }
    ExAcquireFastMutex(&Extension->Mutex);
    for (Index = 0; Index < (ULONG)KeNumberProcessors && NT_SUCCESS(Status); Index++)
        Status = Start(Extension, Device, Index);
    ExReleaseFastMutex(&Extension->Mutex);
    (void)KeIpiGenericCall(Everywhere, (ULONG_PTR)&Count);
    (void)RtlStringCbPrintfW(Text, sizeof(Text), L"%d", (int)Count);
    Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    if (!IsListEmpty(&Extension->Workers) && Remove != NO_POINTER && Count == 0 &&
        ReadCounter((LONG64 *)&Size) == 0)
        Forget(Extension->Workers.Flink);
    return Status;
}
