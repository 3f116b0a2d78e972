/*++

Module Name:

    mob.c

Abstract:

    The driver's life, and that of its threads.

--*/

#include "mob.h"

DRIVER_INITIALIZE MobEntry;
static DRIVER_UNLOAD MobUnload;
static KSTART_ROUTINE MobMember;
static PROCESSOR_CALLBACK_FUNCTION MobChanged;

static const PMOB_TASK Tasks[] = {
    MobLock,            MobLock,            MobLock,    MobLock,   MobShare,         MobShare,
    MobRundown,         MobDpc,             MobTimer,   MobThread, MobWorkItem,      MobPool,
    MobProcessorChange, MobInterfaceChange, MobParcel,  MobParcel, MobAllProcessors, MobMdl,
    MobProcessorChange, MobCallbackObject,  MobLook,    MobLook,   MobAffinity,      MobPoll,
    MobWaitForSeveral,  MobPublish,         MobPublish,
};

_Use_decl_annotations_
PMOB
MobOf(
    PDRIVER_OBJECT DriverObject
    )
{
    return *(PMOB *)IoGetDriverObjectExtension(DriverObject, (PVOID)MobUnload);
}

_Use_decl_annotations_
ULONG
MobRandom(
    PMEMBER Member,
    ULONG Limit
    )
{
    Member->Random ^= Member->Random << 13;
    Member->Random ^= Member->Random >> 7;
    Member->Random ^= Member->Random << 17;
    return (ULONG)(Member->Random >> 32) % Limit;
}

_Use_decl_annotations_
LARGE_INTEGER
MobSoon(
    PMEMBER Member
    )
{
    LARGE_INTEGER soon;

    soon.QuadPart = -10000 * (LONGLONG)MobRandom(Member, 4);
    return soon;
}

_Use_decl_annotations_
NTSTATUS
MobStartThread(
    PKSTART_ROUTINE StartRoutine,
    PVOID StartContext,
    PKTHREAD *Thread
    )
{
    OBJECT_ATTRIBUTES attributes;
    HANDLE handle;
    NTSTATUS status;

    *Thread = NULL;
    InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, NULL, NULL,
                                  StartRoutine, StartContext);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode,
                                       (PVOID *)Thread, NULL);
    MOB_CHECK(NT_SUCCESS(status));
    ZwClose(handle);
    return status;
}

_Use_decl_annotations_
VOID
MobWaitForThread(
    PKTHREAD Thread
    )
{
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
}

_Use_decl_annotations_
static VOID
MobMember(
    PVOID StartContext
    )
{
    PMEMBER member = (PMEMBER)StartContext;
    LARGE_INTEGER soon;
    ULONG turn;

    for (turn = 0; turn < member->Mob->Turns; turn += 1) {
        Tasks[MobRandom(member, RTL_NUMBER_OF(Tasks))](member);
        if (MobRandom(member, 4) != 0) {
            continue;
        }
        soon = MobSoon(member);
        if (KeWaitForSingleObject(&member->Mob->Stop, Executive, KernelMode, FALSE, &soon) ==
            STATUS_SUCCESS) {
            break;
        }
    }

    if (MobRandom(member, 2) == 0) {
        PsTerminateSystemThread(STATUS_SUCCESS);
    }
}

_Use_decl_annotations_
static VOID
MobChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PMOB mob = (PMOB)CallbackContext;

    //
    // One add comes after the other, and each Start has one end: but it is open whether who has
    // refused the processor hears of that.
    //
    mob->Changes.Times += 1;
    if (ChangeContext->State != KeProcessorAddStartNotify) {
        mob->Changes.Count = 0;
        return;
    }
    MOB_CHECK(mob->Changes.Count == 0);
    if (mob->Changes.Times % 5 == 4 && NT_SUCCESS(*OperationStatus)) {
        *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        mob->Changes.Count = 1;
    }
}

//
// Whatever DriverEntry and Unload have in common.
//
static VOID
MobEnd(
    _Inout_ PMOB Mob
    )
{
    ULONG i;

    KeSetEvent(&Mob->Stop, IO_NO_INCREMENT, FALSE);
    for (i = 0; i < MOB_MEMBERS; i += 1) {
        if (Mob->Member[i].Thread != NULL) {
            MobWaitForThread(Mob->Member[i].Thread);
        }
    }
    if (Mob->Handle != NULL) {
        KeDeregisterProcessorChangeCallback(Mob->Handle);
        MOB_CHECK(Mob->Changes.Count == 0);
    }
    MobEndDevice(Mob);
    MobEndMemory(Mob);
    MobEndLocks(Mob);
    if (Mob->Device != NULL) {
        IoDeleteDevice(Mob->Device);
    }
    ExFreePoolWithTag(Mob, MOB_TAG);
}

_Use_decl_annotations_
static VOID
MobUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    MobEnd(MobOf(DriverObject));
}

static ULONG
MobParameter(
    _In_ PUNICODE_STRING RegistryPath,
    _In_ PCWSTR Name
    )
{
    RTL_QUERY_REGISTRY_TABLE table[3];
    ULONG value = 1;

    RtlZeroMemory(table, sizeof(table));
    table[0].Flags = RTL_QUERY_REGISTRY_SUBKEY;
    table[0].Name = L"Parameters";
    table[1].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK;
    table[1].Name = (PWSTR)Name;
    table[1].EntryContext = &value;
    table[1].DefaultType = (REG_DWORD << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT) | REG_NONE;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, table, NULL, NULL);
    return value;
}

static NTSTATUS
MobBegin(
    _Inout_ PMOB Mob
    )
{
    NTSTATUS status;
    ULONG i;

    status = IoCreateDevice(Mob->DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Mob->Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    Mob->Handle = KeRegisterProcessorChangeCallback(MobChanged, Mob, 0);
    if (Mob->Handle == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (i = 0; i < MOB_MEMBERS && NT_SUCCESS(status); i += 1) {
        Mob->Member[i].Mob = Mob;
        Mob->Member[i].Random = Mob->Seed * 0x9E3779B97F4A7C15ull + i + 1;
        status = MobStartThread(MobMember, &Mob->Member[i], &Mob->Member[i].Thread);
    }
    return status;
}

_Use_decl_annotations_
NTSTATUS
MobEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    PMOB *extension;
    PMOB mob;
    NTSTATUS status;

    status = IoAllocateDriverObjectExtension(DriverObject, (PVOID)MobUnload, sizeof(*extension),
                                             (PVOID *)&extension);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    //
    // A lookaside list has a line of the cache of its own.
    //
    mob = (PMOB)ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED, sizeof(*mob),
                                MOB_TAG);
    if (mob == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *extension = mob;
    mob->DriverObject = DriverObject;
    mob->Seed = MobParameter(RegistryPath, L"Seed");
    mob->Turns = MobParameter(RegistryPath, L"Turns");
    KeInitializeEvent(&mob->Stop, NotificationEvent, FALSE);
    KeInitializeEvent(&mob->LinkLock, SynchronizationEvent, TRUE);
    MobMakeLocks(mob);
    MobMakeMemory(mob);

    status = MobBegin(mob);
    if (!NT_SUCCESS(status)) {
        MobEnd(mob);
        return status;
    }
    DriverObject->DriverExtension->AddDevice = MobAddDevice;
    DriverObject->DriverUnload = MobUnload;
    return STATUS_SUCCESS;
}
