/*++

Module Name:

    shared_push_lock.c

Abstract:

    A driver that remembers the last answer of a slow question, for the next who asks: arrivals and
    a thread of the driver do.

    To remember is to write, also for somebody who only came to ask. So all take the push lock
    exclusively; it is held for a moment. With it goes a critical region, as with every push lock.

Environment:

    Kernel mode

--*/

#include <ntddk.h>
#include <initguid.h>
#include <poclass.h>
#include <wdmguid.h>

#include "watcher.h"

#ifndef LOCK_TO_ASK
#define LOCK_TO_ASK() ExAcquirePushLockExclusive(&AnswerLock)
#define UNLOCK_AFTER_ASKING() ExReleasePushLockExclusive(&AnswerLock)
#endif

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD AnswerUnload;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE AnswerArrived;
static WATCHER_ROUTINE AnswerAsk;

static PVOID NotificationEntry;
static WATCHER Asker;
static EX_PUSH_LOCK AnswerLock;
static ULONG KnownCount;
static ULONG KnownAnswer;

static VOID
AnswerAsk(
    VOID
    )
{
    ULONG count = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    ULONG answer;

    KeEnterCriticalRegion();
    LOCK_TO_ASK();
    if (KnownCount != count) {
        KnownCount = count;
        KnownAnswer = 1000 / count;
    }
    answer = KnownAnswer;
    UNLOCK_AFTER_ASKING();
    KeLeaveCriticalRegion();

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "%u for each processor\n", answer);
}

_Use_decl_annotations_
static NTSTATUS
AnswerArrived(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION notification =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;

    UNREFERENCED_PARAMETER(Context);

    if (IsEqualGUID(&notification->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        AnswerAsk();
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
static VOID
AnswerUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoUnregisterPlugPlayNotificationEx(NotificationEntry);
    WatcherStop(&Asker);
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

    ExInitializePushLock(&AnswerLock);
    status = WatcherStart(&Asker, AnswerAsk);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    status = IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                            (PVOID)&GUID_DEVICE_PROCESSOR, DriverObject,
                                            AnswerArrived, NULL, &NotificationEntry);
    if (!NT_SUCCESS(status)) {
        WatcherStop(&Asker);
        return status;
    }

    DriverObject->DriverUnload = AnswerUnload;
    return STATUS_SUCCESS;
}
