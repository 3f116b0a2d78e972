/*++

Abstract:

    What one seldom sees done with DPCs, timers, events, work items, memory and references, and may
    do: taken out though never queued, aimed while queued, queued twice, made anew when idle, taken
    to the last byte, waited for by four at once, in memory of one's own.

    DriverEntry and Unload do all of it, the callback what may be done at APC_LEVEL as well.

--*/

#include <ntddk.h>

#define ODD_TAG 'sddO'
#define ARRAY_BYTES 5000

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD OddUnload;
static PROCESSOR_CALLBACK_FUNCTION OddProcessorChanged;
static KDEFERRED_ROUTINE OddDpc;
static IO_WORKITEM_ROUTINE_EX OddWork;
static CALLBACK_FUNCTION OddNotified;
static KSTART_ROUTINE OddThread;

static PVOID Registration;
static PDEVICE_OBJECT Device;
static PIO_WORKITEM WorkItem;
static KDPC Dpc;
static KTIMER Timer;
static KEVENT Ran, WorkDone, Gate;
static KSEMAPHORE Tickets;
static KSPIN_LOCK ListLock;
static LIST_ENTRY List;
static ULONG Notified;
static ULONG Unused;

_Use_decl_annotations_
static VOID
OddDpc(
    PKDPC ThisDpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(ThisDpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    KeReleaseSemaphore(&Tickets, IO_NO_INCREMENT, 2, FALSE);
    KeSetEvent((PKEVENT)DeferredContext, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
static VOID
OddWork(
    PVOID IoObject,
    PVOID Context,
    PIO_WORKITEM IoWorkItem
    )
{
    UNREFERENCED_PARAMETER(IoObject);
    UNREFERENCED_PARAMETER(IoWorkItem);

    KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_
static VOID
OddNotified(
    PVOID CallbackContext,
    PVOID Argument1,
    PVOID Argument2
    )
{
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);

    InterlockedIncrement((PLONG)CallbackContext);
}

_Use_decl_annotations_
static VOID
OddThread(
    PVOID StartContext
    )
{
    KeWaitForSingleObject(StartContext, Executive, KernelMode, FALSE, NULL);
}

static VOID
OddDispatcherObjects(
    VOID
    )
{
    KWAIT_BLOCK blocks[4];
    PVOID objects[4] = { &Ran, &Tickets, &Timer, &Gate };
    LARGE_INTEGER due;
    PROCESSOR_NUMBER here;

    KeRemoveQueueDpc(&Dpc);
    KeCancelTimer(&Timer);
    KeClearEvent(&Ran);
    KeInitializeTimerEx(&Timer, NotificationTimer);
    KeInitializeDpc(&Dpc, OddDpc, &Ran);
    (VOID)KeGetCurrentProcessorNumberEx(&here);
    KeSetTargetProcessorDpcEx(&Dpc, &here);
    KeSetEvent(&Gate, IO_NO_INCREMENT, FALSE);

    due.QuadPart = -30;
    KeSetTimer(&Timer, due, NULL);
    if (KeInsertQueueDpc(&Dpc, NULL, NULL)) {
        //
        // These change nothing for the time that it is queued, if it still is.
        //
        (VOID)KeInsertQueueDpc(&Dpc, &Dpc, NULL);
        KeSetTargetProcessorDpcEx(&Dpc, &here);
    }
    KeWaitForMultipleObjects(4, objects, WaitAll, Executive, KernelMode, FALSE, NULL, blocks);

    //
    // The DPC has released two, of which one is left, or more: it may have run twice.
    //
    due.QuadPart = 0;
    while (KeWaitForSingleObject(&Tickets, Executive, KernelMode, FALSE, &due) ==
           STATUS_SUCCESS) {
        Unused += 1;
    }
    KeSetTimer(&Timer, due, &Dpc);
    KeWaitForSingleObject(&Timer, Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&Tickets, Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&Tickets, Executive, KernelMode, FALSE, NULL);
    KePulseEvent(&Gate, IO_NO_INCREMENT, FALSE);
}

static VOID
OddMemory(
    VOID
    )
{
    PUCHAR bytes = (PUCHAR)ExAllocatePoolWithTag(NonPagedPoolNx, ARRAY_BYTES, ODD_TAG);
    PLIST_ENTRY entry;
    KIRQL irql;
    PMDL mdl;

    if (bytes == NULL) {
        return;
    }
    bytes[0] = bytes[ARRAY_BYTES - 1] = 1;

    //
    // An MDL of a part of a block, and one of a device extension, which is nonpaged pool as well.
    //
    mdl = IoAllocateMdl(bytes + 1, ARRAY_BYTES - 2, FALSE, FALSE, NULL);
    if (mdl != NULL) {
        MmBuildMdlForNonPagedPool(mdl);
        IoFreeMdl(mdl);
    }
    mdl = IoAllocateMdl(Device->DeviceExtension, 64, FALSE, FALSE, NULL);
    if (mdl != NULL) {
        MmBuildMdlForNonPagedPool(mdl);
        IoFreeMdl(mdl);
    }

    //
    // An entry that lies in the block, in a list that others change under the lock, too.
    //
    entry = (PLIST_ENTRY)ALIGN_UP_POINTER_BY(bytes, sizeof(PVOID));
    ExInterlockedInsertTailList(&List, entry, &ListLock);
    KeAcquireSpinLock(&ListLock, &irql);
    RemoveEntryList(entry);
    KeReleaseSpinLock(&ListLock, irql);
    InitializeListHead(entry);
    if (MmIsAddressValid(bytes) && MmGetPhysicalAddress(bytes).QuadPart != 0) {
        RtlSecureZeroMemory(bytes, ARRAY_BYTES);
    }

    //
    // Freed at DISPATCH_LEVEL, without its tag.
    //
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    ExFreePool(bytes);
    KeLowerIrql(irql);
}

static VOID
OddReferences(
    VOID
    )
{
    OBJECT_ATTRIBUTES attributes;
    PCALLBACK_OBJECT object;
    PVOID client;
    PKTHREAD thread, again;
    HANDLE handle;

    //
    // An object without a name, notified by its maker.
    //
    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (NT_SUCCESS(ExCreateCallback(&object, &attributes, TRUE, FALSE))) {
        client = ExRegisterCallback(object, OddNotified, &Notified);
        ExNotifyCallback(object, NULL, NULL);
        if (client != NULL) {
            ExUnregisterCallback(client);
        }
        ObDereferenceObject(object);
    }

    //
    // A thread that returns instead of ending itself, waited for by its handle; its object is
    // looked at when it has ended, because a reference keeps it.
    //
    if (NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, NULL, NULL,
                                        OddThread, &Gate))) {
        if (NT_SUCCESS(ObReferenceObjectByHandle(handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                                 (PVOID *)&thread, NULL))) {
            ObReferenceObject(thread);
            again = thread;
            KeSetEvent(&Gate, IO_NO_INCREMENT, FALSE);
            ZwWaitForSingleObject(handle, FALSE, NULL);
            ObDereferenceObject(again);
            KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
            ObDereferenceObject(thread);
        }
        ZwClose(handle);
    }
}

static VOID
OddWorkItem(
    VOID
    )
{
    //
    // It may be queued from the moment that it has begun, and is when its event is set.
    //
    for (ULONG times = 0; times < 2; times += 1) {
        IoQueueWorkItemEx(WorkItem, OddWork, CriticalWorkQueue, &WorkDone);
        KeWaitForSingleObject(&WorkDone, Executive, KernelMode, FALSE, NULL);
    }
}

_Use_decl_annotations_
static VOID
OddProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    OddDispatcherObjects();
    OddMemory();
    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        OddWorkItem();
    }
}

static VOID
OddEnd(
    VOID
    )
{
    OddDispatcherObjects();
    OddMemory();
    OddReferences();
    KeCancelTimer(&Timer);
    KeFlushQueuedDpcs();
    IoUninitializeWorkItem(WorkItem);
    ExFreePoolWithTag(WorkItem, ODD_TAG);
    IoDeleteDevice(Device);
}

_Use_decl_annotations_
static VOID
OddUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(Registration);
    OddEnd();
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

    status = IoCreateDevice(DriverObject, 64, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    WorkItem = (PIO_WORKITEM)ExAllocatePool2(POOL_FLAG_NON_PAGED, IoSizeofWorkItem(), ODD_TAG);
    if (WorkItem == NULL) {
        IoDeleteDevice(Device);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IoInitializeWorkItem(Device, WorkItem);
    KeInitializeDpc(&Dpc, OddDpc, &Ran);
    KeInitializeTimer(&Timer);
    KeInitializeEvent(&Ran, SynchronizationEvent, FALSE);
    KeInitializeEvent(&WorkDone, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Gate, NotificationEvent, FALSE);
    KeInitializeSemaphore(&Tickets, 0, 100);
    KeInitializeSpinLock(&ListLock);
    InitializeListHead(&List);

    Registration = KeRegisterProcessorChangeCallback(OddProcessorChanged, NULL,
                                                     KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (Registration == NULL) {
        OddEnd();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = OddUnload;
    return STATUS_SUCCESS;
}
