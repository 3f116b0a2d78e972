/*++

Module Name:

    mob_memory.c

Abstract:

    Memory that is taken, given back, described, and handed from thread to thread.

--*/

#include "mob.h"

_Use_decl_annotations_
VOID
MobMakeMemory(
    PMOB Mob
    )
{
    InitializeSListHead(&Mob->Parcels);
    InitializeListHead(&Mob->ParcelList);
    KeInitializeSpinLock(&Mob->ParcelLock);
    ExInitializeNPagedLookasideList(&Mob->Lookaside, NULL, NULL, 0,
                                    sizeof(PARCEL), MOB_TAG, 0);
}

static VOID
MobOpen(
    _Inout_ PMOB Mob,
    _In_ PPARCEL Parcel
    )
{
    MOB_CHECK(Parcel->Value[0] + 3 == Parcel->Value[3]);
    ExFreeToNPagedLookasideList(&Mob->Lookaside, Parcel);
}

_Use_decl_annotations_
VOID
MobEndMemory(
    PMOB Mob
    )
{
    PSLIST_ENTRY entry;

    while ((entry = InterlockedPopEntrySList(&Mob->Parcels)) != NULL) {
        MobOpen(Mob, CONTAINING_RECORD(entry, PARCEL, Entry));
    }
    while (!IsListEmpty(&Mob->ParcelList)) {
        MobOpen(Mob, CONTAINING_RECORD(RemoveHeadList(&Mob->ParcelList), PARCEL, Link));
    }
    ExDeleteNPagedLookasideList(&Mob->Lookaside);
}

_Use_decl_annotations_
VOID
MobParcel(
    PMEMBER Member
    )
{
    PMOB mob = Member->Mob;
    PSLIST_ENTRY entry;
    PLIST_ENTRY link;
    PPARCEL parcel;
    ULONG i, first = MobRandom(Member, 1000);

    switch (MobRandom(Member, 4)) {
    case 0:
        entry = InterlockedPopEntrySList(&mob->Parcels);
        if (entry != NULL) {
            MobOpen(mob, CONTAINING_RECORD(entry, PARCEL, Entry));
        }
        return;

    case 1:
        link = ExInterlockedRemoveHeadList(&mob->ParcelList, &mob->ParcelLock);
        if (link != NULL) {
            MobOpen(mob, CONTAINING_RECORD(link, PARCEL, Link));
        }
        return;

    default:
        break;
    }

    parcel = (PPARCEL)ExAllocateFromNPagedLookasideList(&mob->Lookaside);
    if (parcel == NULL) {
        return;
    }
    for (i = 0; i < RTL_NUMBER_OF(parcel->Value); i += 1) {
        parcel->Value[i] = first + i;
    }
    if (MobRandom(Member, 2) == 0) {
        InterlockedPushEntrySList(&mob->Parcels, &parcel->Entry);
    } else {
        ExInterlockedInsertTailList(&mob->ParcelList, &parcel->Link, &mob->ParcelLock);
    }
}

_Use_decl_annotations_
VOID
MobPool(
    PMEMBER Member
    )
{
    PUCHAR block[4];
    ULONG i, size;

    for (i = 0; i < RTL_NUMBER_OF(block); i += 1) {
        size = 1 + MobRandom(Member, 300);
        block[i] = (PUCHAR)ExAllocatePool2(
            MobRandom(Member, 2) ? POOL_FLAG_NON_PAGED : POOL_FLAG_PAGED, size, MOB_TAG);
        if (block[i] != NULL) {
            MOB_CHECK(block[i][0] == 0 && block[i][size - 1] == 0);
            RtlFillMemory(block[i], size, 0xA5);
        }
    }
    for (i = 0; i < RTL_NUMBER_OF(block); i += 1) {
        if (block[i] != NULL) {
            ExFreePoolWithTag(block[i], MOB_TAG);
        }
    }
}

_Use_decl_annotations_
VOID
MobMdl(
    PMEMBER Member
    )
{
    ULONG size = 1 + MobRandom(Member, 3 * PAGE_SIZE);
    PUCHAR block, mapped;
    PMDL mdl;

    block = (PUCHAR)ExAllocatePool2(POOL_FLAG_NON_PAGED, size, MOB_TAG);
    if (block == NULL) {
        return;
    }
    mdl = IoAllocateMdl(block, size, FALSE, FALSE, NULL);
    if (mdl != NULL) {
        MmBuildMdlForNonPagedPool(mdl);
        mapped = (PUCHAR)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
        MOB_CHECK(mapped == block && MmGetMdlByteCount(mdl) == size);
        mapped[size - 1] = 1;
        IoFreeMdl(mdl);
    }
    ExFreePoolWithTag(block, MOB_TAG);
}
