/*
 * A driver as its author writes it, C and C++ alike: shapes that headers have stumbled over.
 */
#define HOTADD_SAMPLE_SPELLING
#include <ntddk.h>
#include <wdm.h>
#include <ntifs.h>

#if defined(__linux__) || !defined(_AMD64_) || !defined(_WIN64) || _M_AMD64 != 100 || \
    _M_X64 != 100 || defined(_M_ARM64)
#error "not compiled as a driver"
#endif

#define POOL_TAG 'PcpB'

EXTERN_C_START
DRIVER_INITIALIZE DriverEntry;
EXTERN_C_END

static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION Changed;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, Unload)
#endif
#pragma prefast(disable : 28118)
#pragma warning(push)
__pragma(warning(disable : 4100))

typedef struct _DECLSPEC_PLACE {
    __declspec(align(64)) UCHAR Line[64];
    DECLSPEC_ALIGN(16) unsigned __int64 Count;
} DECLSPEC_PLACE;

C_ASSERT(sizeof(DECLSPEC_PLACE) == 128);

static PVOID Handle;
static ULONG LastTag = POOL_TAG;
DECLARE_CONST_UNICODE_STRING(Name, L"\\Device\\Probe");

static FORCEINLINE BOOLEAN Heard(_In_ PKE_PROCESSOR_CHANGE_NOTIFICATION_CONTEXT Context)
{
    return (BOOLEAN)(Context->State == KeProcessorAddStartNotify ? TRUE : FALSE);
}

_Use_decl_annotations_
static VOID Changed(IN PVOID CallbackContext,
                    IN PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                    IN OUT PNTSTATUS OperationStatus)
{
    UNREFERENCED_PARAMETER(CallbackContext);
    if (Heard(ChangeContext) && KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) == 0)
        *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
}

/* Instructions that Microsoft's compiler has as functions, and a case that runs on. */
static ULONG64 Measure(KAFFINITY *Mask, UCHAR Number)
{
    ULONG64 begin = __rdtsc();
    VOID (NTAPI *Pause)(VOID) = _mm_pause;

    *Mask = AFFINITY_MASK(Number);
    switch (Number) {
    case 0:
        Pause();
        _mm_pause();
        __fallthrough;
    case 1:
        __debugbreak();
        break;
    default:
        break;
    }
    return ReadTimeStampCounter() - begin;
}

#ifndef __cplusplus
/* Annotations of older sources. */
__checkReturn __success(return != 0)
static BOOLEAN Fill(__in_range(1, 8) ULONG Count, __out_ecount_full(Count) PULONG Numbers,
                    __in_ecount_z_opt(Count) PCWSTR Text, __inout_bcount_part(8, *Used) PVOID Part,
                    __inout PULONG Used, __deref_out_ecount_opt(Count) PULONG *Made,
                    __deref_opt_inout_opt PVOID *Kept, __notnull PVOID Given)
{
    *Numbers = Count;
    *Made = Numbers;
    return (BOOLEAN)(Text && Part && Used && Kept && Given);
}

typedef struct _OLD_TABLE {
    ULONG Count;
    __field_ecount_full(Count) PULONG Numbers;
    __field_bcount_opt(Count) PVOID Bytes;
} OLD_TABLE;
#endif

/* Raises, asks how processors belong together, walks the entries. */
static ULONG CountNodes(VOID)
{
    VOID (NTAPI *Raise)(KIRQL, PKIRQL) = KeRaiseIrql;
    PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX Information, Entry;
    GROUP_AFFINITY Affinity;
    PROCESSOR_NUMBER Number;
    ULONG Length = 0, Offset, Nodes = 0;
    KIRQL OldIrql;

    Raise(DISPATCH_LEVEL, &OldIrql);
    (void)KeGetCurrentProcessorNumberEx(&Number);
    (void)KeGetCurrentProcessorNumberEx(NULL);
    KeQueryNodeActiveAffinity(KeGetCurrentNodeNumber(), &Affinity, NULL);
    KeLowerIrql(OldIrql);
    if (KeQueryLogicalProcessorRelationship(NULL, RelationAll, NULL, &Length) !=
        STATUS_INFO_LENGTH_MISMATCH)
        return 0;
    Information = (PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX)ExAllocatePool2(
        POOL_FLAG_NON_PAGED | POOL_FLAG_CACHE_ALIGNED, Length, POOL_TAG);
    if (Information == NULL)
        return 0;
    if (NT_SUCCESS(KeQueryLogicalProcessorRelationship(&Number, RelationAll, Information,
                                                       &Length))) {
        for (Offset = 0; Offset < Length; Offset += Entry->Size) {
            Entry = (PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX)((PUCHAR)Information + Offset);
            if (Entry->Relationship == RelationNumaNode &&
                Entry->NumaNode.GroupMask.Group == Affinity.Group)
                Nodes++;
            if (Entry->Relationship == RelationGroup)
                Nodes += Entry->Group.GroupInfo[0].ActiveProcessorCount;
        }
    }
    ExFreePoolWithTag(Information, POOL_TAG);
    return Nodes;
}

__declspec(noinline) static VOID __stdcall Unload(PDRIVER_OBJECT DriverObject)
{
    PAGED_CODE()
    UNREFERENCED_PARAMETER(DriverObject);
    KeDeregisterProcessorChangeCallback(Handle);
}

_Use_decl_annotations_
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    PROCESSOR_NUMBER Number;
    KAFFINITY Mask;
    NTSTATUS Status;
#ifndef __cplusplus
    ULONG Used = 0, *Made;
#endif

    PAGED_CODE();
    ASSERT(DriverObject->DriverUnload == NULL);
    UNREFERENCED_PARAMETER(RegistryPath);
    RtlZeroMemory(&Number, sizeof(Number));
    DriverObject->DriverUnload = Unload;
    LastTag += Name.Length;
    LastTag += CountNodes();
    LastTag += (ULONG)Measure(&Mask, 0) + (ULONG)Mask;
#ifndef __cplusplus
    LastTag += Fill(1, &Used, NULL, &Number, &Used, &Made, NULL, DriverObject);
#endif
    Status = KeGetProcessorNumberFromIndex(KeQueryActiveProcessorCount(NULL) - 1, &Number);
    if (!NT_SUCCESS(Status))
        return Status;
    Handle = KeRegisterProcessorChangeCallback(Changed, NULL, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    return Handle != NULL ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

#pragma warning(pop)
