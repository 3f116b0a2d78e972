/*++

Module Name:

    groups.c

Abstract:

    A driver on a machine with more than one processor group.

    A processor has two names. The systemwide index counts through all groups without a gap, in
    the order in which processors came; it is what tables are indexed with. The pair of group and
    number says which bit of which mask a processor is; numbers begin at 0 in every group, so a
    number alone names several processors. A mask holds one group, and there is none for the
    whole system.

    The driver has counters by index, and for each group the mask of the processors in service,
    as one needs it to aim interrupts. It goes from one name to the other with
    KeGetProcessorIndexFromNumber, and back with KeGetProcessorNumberFromIndex.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#define GROUPS_TAG 'uorG'

//
// Which entry of Counters is a processor's.
//
#ifndef SLOT_OF
#define SLOT_OF(_ChangeContext) ((_ChangeContext)->NtNumber)
#endif

typedef struct _COUNTER {
    ULONG64 Interrupts;
} COUNTER, *PCOUNTER;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD GroupsUnload;
static PROCESSOR_CALLBACK_FUNCTION GroupsProcessorChanged;

static PVOID CallbackHandle;
static NTSTATUS CallbackStatus;

static PCOUNTER *Counters;
static ULONG MaximumProcessorCount;

//
// By group. That a group has no active processor yet does not mean that it never will.
// The callback alone writes here, and its calls come one after another. Code that reads a mask at
// the same time, in a DPC for instance, finds it before or after a change: 64 bits that are
// aligned are written at once.
//
static volatile KAFFINITY *InService;
static USHORT MaximumGroupCount;

static ULONG
GroupsLeader(
    _In_ USHORT Group
    )
/*++

Routine Description:

    Finds the first processor in service of a group: from the bit to the systemwide index.

Return Value:

    The index, or INVALID_PROCESSOR_INDEX when none is in service.

--*/
{
    PROCESSOR_NUMBER number;

    RtlZeroMemory(&number, sizeof(number));
    number.Group = Group;
    for (number.Number = 0; number.Number < MAXIMUM_PROC_PER_GROUP; number.Number++) {
        if ((InService[Group] & AFFINITY_MASK(number.Number)) != 0) {
            return KeGetProcessorIndexFromNumber(&number);
        }
    }
    return INVALID_PROCESSOR_INDEX;
}

static VOID
GroupsReport(
    VOID
    )
/*++

Routine Description:

    Goes through all processors, from the systemwide index to group and number. An index is valid
    as long as there is a processor with it, so the routine's refusal ends the loop.

--*/
{
    PROCESSOR_NUMBER number;
    ULONG index;

    for (index = 0; NT_SUCCESS(KeGetProcessorNumberFromIndex(index, &number)); index += 1) {
        if (Counters[index] != NULL) {
            DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL,
                       "processor %u (%u:%u): %I64u interrupts\n", index, number.Group,
                       number.Number, Counters[index]->Interrupts);
        }
    }
}

static NTSTATUS
GroupsPrepare(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
{
    PCOUNTER counter;

    counter = (PCOUNTER)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*counter), GROUPS_TAG);
    if (counter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    Counters[SLOT_OF(ChangeContext)] = counter;
    return STATUS_SUCCESS;
}

static VOID
GroupsPutIntoService(
    _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext
    )
{
    USHORT group = ChangeContext->ProcNumber.Group;

    InService[group] |= AFFINITY_MASK(ChangeContext->ProcNumber.Number);

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL,
               "group %u: 0x%I64x of 0x%I64x in service, the first is processor %u\n", group,
               (ULONG64)InService[group], (ULONG64)KeQueryGroupAffinity(group),
               GroupsLeader(group));
}

static VOID
GroupsForget(
    _In_ ULONG Slot
    )
{
    if (Counters[Slot] != NULL) {
        ExFreePoolWithTag(Counters[Slot], GROUPS_TAG);
        Counters[Slot] = NULL;
    }
}

_Use_decl_annotations_
static VOID
GroupsProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    NTSTATUS status;

    switch (ChangeContext->State) {
    case KeProcessorAddStartNotify:
        status = GroupsPrepare(ChangeContext);
        if (!NT_SUCCESS(status)) {
            *(PNTSTATUS)CallbackContext = status;
            if (NT_SUCCESS(*OperationStatus)) {
                *OperationStatus = status;
            }
        }
        break;

    case KeProcessorAddCompleteNotify:
        GroupsPutIntoService(ChangeContext);
        break;

    case KeProcessorAddFailureNotify:
        GroupsForget(SLOT_OF(ChangeContext));
        break;
    }
}

static VOID
GroupsFreeAll(
    VOID
    )
{
    ULONG slot;

    for (slot = 0; slot < MaximumProcessorCount; slot += 1) {
        GroupsForget(slot);
    }
    ExFreePoolWithTag((PVOID)InService, GROUPS_TAG);
    ExFreePoolWithTag(Counters, GROUPS_TAG);
}

_Use_decl_annotations_
static VOID
GroupsUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    GroupsReport();
    GroupsFreeAll();
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    MaximumProcessorCount = KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS);
    Counters = (PCOUNTER *)ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                           MaximumProcessorCount * sizeof(*Counters), GROUPS_TAG);
    if (Counters == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    MaximumGroupCount = KeQueryMaximumGroupCount();
    InService = (volatile KAFFINITY *)ExAllocatePool2(
        POOL_FLAG_NON_PAGED, MaximumGroupCount * sizeof(*InService), GROUPS_TAG);
    if (InService == NULL) {
        ExFreePoolWithTag(Counters, GROUPS_TAG);
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    CallbackStatus = STATUS_SUCCESS;
    CallbackHandle = KeRegisterProcessorChangeCallback(GroupsProcessorChanged, &CallbackStatus,
                                                       KE_PROCESSOR_CHANGE_ADD_EXISTING);
    if (CallbackHandle == NULL) {
        GroupsFreeAll();
        return NT_SUCCESS(CallbackStatus) ? STATUS_UNSUCCESSFUL : CallbackStatus;
    }

    DriverObject->DriverUnload = GroupsUnload;
    return STATUS_SUCCESS;
}
