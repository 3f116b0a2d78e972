/*++

Module Name:

    mob_notify.c

Abstract:

    Callbacks of all kinds, which come and go while they are called.

--*/

#include <initguid.h>

#include "mob.h"
#include <poclass.h>
#include <wdmguid.h>

static PROCESSOR_CALLBACK_FUNCTION MobProcessorChanged;
static DRIVER_NOTIFICATION_CALLBACK_ROUTINE MobInterfaceChanged;
static CALLBACK_FUNCTION MobNotified;

//
// Of one registration, in memory that goes with it.
//
typedef struct _CHANGE {
    ULONG Calls;
    ULONG VetoAt;
    PVOID Row[MOB_PROCESSORS];
} CHANGE, *PCHANGE;

_Use_decl_annotations_
static VOID
MobProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PCHANGE change = (PCHANGE)CallbackContext;
    PVOID *row = &change->Row[ChangeContext->NtNumber % MOB_PROCESSORS];

    change->Calls += 1;
    MOB_CHECK(ChangeContext->NtNumber < KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS));
    if (ChangeContext->State == KeProcessorAddStartNotify) {
        MOB_CHECK(*row == NULL);
        if (!NT_SUCCESS(*OperationStatus)) {
            return;
        }
        if (change->Calls != change->VetoAt) {
            *row = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, MOB_TAG);
        }
        if (*row == NULL) {
            *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        }
    } else if (ChangeContext->State == KeProcessorAddFailureNotify && *row != NULL) {
        ExFreePoolWithTag(*row, MOB_TAG);
        *row = NULL;
    }
}

_Use_decl_annotations_
VOID
MobProcessorChange(
    PMEMBER Member
    )
{
    PCHANGE change;
    PVOID handle;
    LARGE_INTEGER soon;
    ULONG i;
    ULONG flags = MobRandom(Member, 2) ? KE_PROCESSOR_CHANGE_ADD_EXISTING : 0;

    change = (PCHANGE)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*change), MOB_TAG);
    if (change == NULL) {
        return;
    }
    change->VetoAt = flags == 0 && MobRandom(Member, 8) == 0 ? 1 : 0;
    handle = KeRegisterProcessorChangeCallback(MobProcessorChanged, change, flags);
    if (handle != NULL) {
        if (MobRandom(Member, 2) == 0) {
            soon = MobSoon(Member);
            KeDelayExecutionThread(KernelMode, FALSE, &soon);
        } else {
            MobLock(Member);
        }
        KeDeregisterProcessorChangeCallback(handle);
    }
    for (i = 0; i < MOB_PROCESSORS; i += 1) {
        if (change->Row[i] != NULL) {
            ExFreePoolWithTag(change->Row[i], MOB_TAG);
        }
    }
    ExFreePoolWithTag(change, MOB_TAG);
}

//
// Of one PnP notification entry.
//
typedef struct _AUDIENCE {
    LONG Arrivals;
    LONG Others;
} AUDIENCE, *PAUDIENCE;

_Use_decl_annotations_
static NTSTATUS
MobInterfaceChanged(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION change =
        (PDEVICE_INTERFACE_CHANGE_NOTIFICATION)NotificationStructure;
    PAUDIENCE audience = (PAUDIENCE)Context;

    //
    // What is there already is told on the thread that registers, what comes on another one.
    //
    MOB_CHECK(change->SymbolicLinkName->Length != 0);
    if (IsEqualGUID(&change->Event, &GUID_DEVICE_INTERFACE_ARRIVAL)) {
        InterlockedIncrementNoFence(&audience->Arrivals);
    } else {
        InterlockedIncrementNoFence(&audience->Others);
    }
    return STATUS_SUCCESS;
}

_Use_decl_annotations_
VOID
MobInterfaceChange(
    PMEMBER Member
    )
{
    BOOLEAN existing = MobRandom(Member, 2) != 0;
    const GUID *classes[] = {&GUID_DEVICE_PROCESSOR, &GUID_DEVICE_MEMORY, &GUID_DEVINTERFACE_MOB};
    ULONG class = MobRandom(Member, RTL_NUMBER_OF(classes));
    PAUDIENCE audience;
    PVOID entry;
    LARGE_INTEGER soon;
    NTSTATUS status;

    audience = (PAUDIENCE)ExAllocatePool2(POOL_FLAG_PAGED, sizeof(*audience), MOB_TAG);
    if (audience == NULL) {
        return;
    }
    status = IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange,
        existing ? PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES : 0,
        (PVOID)classes[class], Member->Mob->DriverObject, MobInterfaceChanged, audience, &entry);
    if (NT_SUCCESS(status)) {
        if (MobRandom(Member, 2) == 0) {
            soon = MobSoon(Member);
            KeDelayExecutionThread(KernelMode, FALSE, &soon);
        }
        status = IoUnregisterPlugPlayNotificationEx(entry);
        MOB_CHECK(NT_SUCCESS(status));
        MOB_CHECK(!existing || class > 0 || audience->Arrivals > 0);
    }
    ExFreePoolWithTag(audience, MOB_TAG);
}

_Use_decl_annotations_
static VOID
MobNotified(
    PVOID CallbackContext,
    PVOID Argument1,
    PVOID Argument2
    )
{
    MOB_CHECK(Argument1 == Argument2);
    InterlockedIncrementNoFence((PLONG)CallbackContext);
}

_Use_decl_annotations_
VOID
MobCallbackObject(
    PMEMBER Member
    )
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Callback\\Mob");
    OBJECT_ATTRIBUTES attributes;
    PCALLBACK_OBJECT object;
    PVOID registration;
    LONG calls = 0;
    NTSTATUS status;

    //
    // One for all drivers like this one, as long as anybody has it.
    //
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = ExCreateCallback(&object, &attributes, TRUE, TRUE);
    if (!NT_SUCCESS(status)) {
        return;
    }
    registration = ExRegisterCallback(object, MobNotified, &calls);
    if (registration != NULL) {
        ExNotifyCallback(object, Member, Member);
        MobLock(Member);
        ExNotifyCallback(object, object, object);
        ExUnregisterCallback(registration);
        MOB_CHECK(calls >= 2);
    }
    ObDereferenceObject(object);
}
