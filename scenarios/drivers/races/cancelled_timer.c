/*++

Module Name:

    cancelled_timer.c

Abstract:

    A driver whose timer ticks until the first new processor has arrived, and that then looks how
    often it has.

    To cancel a timer prevents expirations that are still to come. The DPC of one that has come may
    be queued, or run on another processor at this very moment: KeFlushQueuedDpcs waits for it.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

#ifndef AWAIT_DPC
#define AWAIT_DPC() KeFlushQueuedDpcs()
#endif

#define TICK_MILLISECONDS 1

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD TickUnload;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE TickArrived;
static KDEFERRED_ROUTINE TickDpc;

static PVOID NotificationEntry;
static KTIMER Timer;
static KDPC TimerDpc;
static ULONG TickCount;

_Use_decl_annotations_
static VOID
TickDpc(
    PKDPC Dpc,
    PVOID DeferredContext,
    PVOID SystemArgument1,
    PVOID SystemArgument2
    )
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    TickCount += 1;
}

static VOID
TickStop(
    VOID
    )
{
    KeCancelTimer(&Timer);
    AWAIT_DPC();
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%u ticks\n", TickCount);
}

_Use_decl_annotations_
static NTSTATUS
TickArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        TickStop();
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
TickUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    TickStop();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    LARGE_INTEGER dueTime;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    //
    // First the timer: an arrival may be told as soon as it is asked for.
    //
    KeInitializeDpc(&TimerDpc, TickDpc, NULL);
    KeInitializeTimer(&Timer);
    dueTime.QuadPart = -10000 * TICK_MILLISECONDS;
    KeSetTimerEx(&Timer, dueTime, TICK_MILLISECONDS, &TimerDpc);

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            TickArrived, NULL, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        TickStop();
        return status;
    }

    DriverObject->DriverUnload = TickUnload;
    return STATUS_SUCCESS;
}
