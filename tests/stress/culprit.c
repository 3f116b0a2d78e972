/*++

Module Name:

    culprit.c

Abstract:

    A driver that brings the system down, in the way that its parameter Trouble says.

--*/

#include <ntddk.h>

typedef enum _TROUBLE {
    StopInThread,
    StopInDpc,
    WaitInEntry,
    PollInEntry,
    WaitInCallback,
    SpinForEver,
    TroubleMaximum
} TROUBLE;

typedef struct _CULPRIT {
    ULONG Trouble;
    KEVENT NeverSet;
    KSPIN_LOCK Lock;
    KTIMER Timer;
    KDPC Dpc;
} CULPRIT, *PCULPRIT;

DRIVER_INITIALIZE CulpritEntry;
static KSTART_ROUTINE CulpritThread;
static KDEFERRED_ROUTINE CulpritDpc;
static PROCESSOR_CALLBACK_FUNCTION CulpritChanged;

_Use_decl_annotations_
static VOID
CulpritThread(
    PVOID StartContext
    )
{
    PCULPRIT culprit = (PCULPRIT)StartContext;
    LARGE_INTEGER soon;
    KIRQL irql;

    soon.QuadPart = -10000;
    KeDelayExecutionThread(KernelMode, FALSE, &soon);
    if (culprit->Trouble == SpinForEver) {
        KeAcquireSpinLock(&culprit->Lock, &irql);
        KeAcquireSpinLockAtDpcLevel(&culprit->Lock);
    }
    KeBugCheckEx(0xDEADDEAD, 1, 2, 3, 4);
}

_Use_decl_annotations_
static VOID
CulpritDpc(
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

    KeBugCheckEx(0xDEADDEAD, 5, 6, 7, 8);
}

_Use_decl_annotations_
static VOID
CulpritChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    PCULPRIT culprit = (PCULPRIT)CallbackContext;

    UNREFERENCED_PARAMETER(ChangeContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    KeWaitForSingleObject(&culprit->NeverSet, Executive, KernelMode, FALSE, NULL);
}

_Use_decl_annotations_
NTSTATUS
CulpritEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    RTL_QUERY_REGISTRY_TABLE table[3];
    PCULPRIT culprit;
    LARGE_INTEGER soon;
    HANDLE handle;
    NTSTATUS status;
    KIRQL irql;

    status = IoAllocateDriverObjectExtension(DriverObject, (PVOID)CulpritEntry, sizeof(*culprit),
                                             (PVOID *)&culprit);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    RtlZeroMemory(culprit, sizeof(*culprit));
    RtlZeroMemory(table, sizeof(table));
    table[0].Flags = RTL_QUERY_REGISTRY_SUBKEY;
    table[0].Name = L"Parameters";
    table[1].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK;
    table[1].Name = L"Seed";
    table[1].EntryContext = &culprit->Trouble;
    table[1].DefaultType = (REG_DWORD << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT) | REG_NONE;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, table, NULL, NULL);
    culprit->Trouble %= TroubleMaximum;

    KeInitializeEvent(&culprit->NeverSet, NotificationEvent, FALSE);
    KeInitializeSpinLock(&culprit->Lock);
    KeInitializeTimer(&culprit->Timer);
    KeInitializeDpc(&culprit->Dpc, CulpritDpc, culprit);
    soon.QuadPart = -10000;
    switch (culprit->Trouble) {
    case StopInDpc:
        KeSetTimer(&culprit->Timer, soon, &culprit->Dpc);
        break;

    case WaitInEntry:
        KeWaitForSingleObject(&culprit->NeverSet, Executive, KernelMode, FALSE, NULL);
        break;

    case PollInEntry:
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
        for (;;) {
            YieldProcessor();
        }

    case WaitInCallback:
        KeRegisterProcessorChangeCallback(CulpritChanged, culprit,
                                          KE_PROCESSOR_CHANGE_ADD_EXISTING);
        break;

    default:
        PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, CulpritThread, culprit);
        break;
    }
    return STATUS_SUCCESS;
}
