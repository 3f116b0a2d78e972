/*++

Module Name:

    mob_look.c

Abstract:

    Questions, which others answer anew all the while, and ways to wait without waiting.

--*/

#include "mob.h"
#include <poclass.h>

//
// Counts only rise.
//
static VOID
MobLookAtProcessors(
    VOID
    )
{
    PROCESSOR_NUMBER number;
    ULONG before, i, after;

    before = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    for (i = 0; i < before; i += 1) {
        MOB_CHECK(NT_SUCCESS(KeGetProcessorNumberFromIndex(i, &number)));
        MOB_CHECK(KeGetProcessorIndexFromNumber(&number) == i);
        MOB_CHECK(KeQueryGroupAffinity(number.Group) >> number.Number & 1);
    }
    after = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    MOB_CHECK(before <= after && after <= KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS));
    MOB_CHECK(KeGetCurrentProcessorNumberEx(NULL) < after);
}

static VOID
MobLookAtRelations(
    VOID
    )
{
    PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX information;
    ULONG length = 0;
    NTSTATUS status;

    status = KeQueryLogicalProcessorRelationship(NULL, RelationAll, NULL, &length);
    MOB_CHECK(status == STATUS_INFO_LENGTH_MISMATCH);
    information = (PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX)ExAllocatePool2(
        POOL_FLAG_PAGED, length, MOB_TAG);
    if (information == NULL) {
        return;
    }

    //
    // More processors may need more room than they did a moment ago.
    //
    status = KeQueryLogicalProcessorRelationship(NULL, RelationAll, information, &length);
    MOB_CHECK(NT_SUCCESS(status) || status == STATUS_INFO_LENGTH_MISMATCH);
    ExFreePoolWithTag(information, MOB_TAG);
}

static VOID
MobLookAtMemory(
    VOID
    )
{
    PPHYSICAL_MEMORY_RANGE ranges = MmGetPhysicalMemoryRanges();

    if (ranges != NULL) {
        MOB_CHECK(ranges[0].NumberOfBytes.QuadPart != 0);
        ExFreePool(ranges);
    }
}

static VOID
MobLookAtInterfaces(
    _In_ BOOLEAN OfMobs
    )
{
    const GUID *class = OfMobs ? &GUID_DEVINTERFACE_MOB : &GUID_DEVICE_PROCESSOR;
    PZZWSTR links;

    if (NT_SUCCESS(IoGetDeviceInterfaces(class, NULL, 0, &links))) {
        MOB_CHECK(OfMobs || links[0] != L'\0');
        ExFreePool(links);
    }
}

_Use_decl_annotations_
VOID
MobLook(
    PMEMBER Member
    )
{
    switch (MobRandom(Member, 4)) {
    case 0:
        MobLookAtProcessors();
        break;
    case 1:
        MobLookAtRelations();
        break;
    case 2:
        MobLookAtMemory();
        break;
    default:
        MobLookAtInterfaces(MobRandom(Member, 2) != 0);
        break;
    }
}

_Use_decl_annotations_
VOID
MobAffinity(
    PMEMBER Member
    )
{
    GROUP_AFFINITY affinity = {0}, before;
    PROCESSOR_NUMBER number;
    KIRQL irql;
    ULONG index = MobRandom(Member, KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));

    MOB_CHECK(NT_SUCCESS(KeGetProcessorNumberFromIndex(index, &number)));
    affinity.Group = number.Group;
    affinity.Mask = (KAFFINITY)1 << number.Number;
    KeSetSystemGroupAffinityThread(&affinity, &before);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    MOB_CHECK(KeGetCurrentProcessorNumberEx(NULL) == index);
    KeLowerIrql(irql);
    MobLock(Member);
    KeRevertToUserGroupAffinityThread(&before);
}

_Use_decl_annotations_
VOID
MobPoll(
    PMEMBER Member
    )
{
    ULONG64 until = KeQueryInterruptTime() + MobRandom(Member, 100);
    LONG looks = 0;

    //
    // Half of the time somebody who looks at the clock, and half somebody who looks at nothing.
    //
    if (MobRandom(Member, 2) == 0) {
        KeStallExecutionProcessor(1 + MobRandom(Member, 10));
        while (KeQueryInterruptTime() < until) {
            YieldProcessor();
        }
    } else {
        while (InterlockedIncrementNoFence(&looks) < 5000) {
            NOTHING;
        }
    }
}
