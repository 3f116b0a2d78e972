/*
 * bitmap_find - where a bitmap has bits that are set or clear
 *
 * A bitmap in memory that was given back is a misuse, and nothing is found there. In records
 * RtlFindClearBits stands for all.
 * Source of each: WDK reference, wdm.h, the page of its name; for what is found of no bits at all
 * ReactOS, the same routine. IRQL: any, but at most APC_LEVEL with paged memory.
 */
#include "nt/bitmap.h"

#define NOT_FOUND UINT32_MAX
#define BITS_OF_A_BYTE 8u

/* The first run of at least so many bits that begins from `from` on, and before `before`. */
static ULONG find_between(const RTL_BITMAP *bitmap, ULONG count, ULONG from, ULONG before,
                          bool set)
{
    for (;;) {
        ULONG start = ha_bitmap_run_end(bitmap, from, !set);
        if (start >= before)
            return NOT_FOUND;
        from = ha_bitmap_run_end(bitmap, start, set);
        if (from - start >= count)
            return start;
    }
}

/* From the hint on, and when there is none, from the beginning. */
static ULONG find(const RTL_BITMAP *bitmap, ULONG count, ULONG hint, bool set)
{
    if (!ha_bitmap_enter(bitmap, HA_RT_FIND_BITS) || count > bitmap->SizeOfBitMap)
        return NOT_FOUND;
    if (hint >= bitmap->SizeOfBitMap)
        hint = 0;
    if (!count)
        return hint - hint % BITS_OF_A_BYTE;
    ULONG found = find_between(bitmap, count, hint, bitmap->SizeOfBitMap, set);
    return found == NOT_FOUND ? find_between(bitmap, count, 0, hint, set) : found;
}

static ULONG find_and_change(PRTL_BITMAP bitmap, ULONG count, ULONG hint, bool set)
{
    ULONG found = find(bitmap, count, hint, set);
    if (found != NOT_FOUND)
        ha_bitmap_fill(bitmap, found, count, !set);
    return found;
}

/*
 * Find a range of so many set bits.
 *
 *   NumberToFind  0 finds the hint, rounded down to whole bytes
 *   HintIndex     where to begin; beyond the end it is 0
 *
 * Returns the index of the first bit, or 0xFFFFFFFF.
 *
 * Our choice, not documented: the range found is the first one from the hint on, and the first of
 * all when there is none.
 */
ULONG RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find(BitMapHeader, NumberToFind, HintIndex, true);
}

/* The same for clear bits. */
ULONG RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find(BitMapHeader, NumberToFind, HintIndex, false);
}

/* Find a range of set bits as RtlFindSetBits() does, and clear it. */
ULONG RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find_and_change(BitMapHeader, NumberToFind, HintIndex, true);
}

/* Find a range of clear bits as RtlFindClearBits() does, and set it. */
ULONG RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
    return find_and_change(BitMapHeader, NumberToFind, HintIndex, false);
}

/*
 * Find the run of clear bits that lies at an index or is the next one after it.
 *
 *   StartingRunIndex  gets where it begins, at FromIndex at the earliest
 *
 * Returns how many bits it has from there on, or 0.
 */
ULONG RtlFindNextForwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
                                 PULONG StartingRunIndex)
{
    *StartingRunIndex = FromIndex;
    if (!ha_bitmap_enter(BitMapHeader, HA_RT_FIND_BITS))
        return 0;
    ULONG start = ha_bitmap_run_end(BitMapHeader, FromIndex, true);
    *StartingRunIndex = start;
    return ha_bitmap_run_end(BitMapHeader, start, false) - start;
}

/* The same from the beginning. */
ULONG RtlFindFirstRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    return RtlFindNextForwardRunClear(BitMapHeader, 0, StartingIndex);
}

/*
 * Find the run of clear bits that lies at an index or is the last one before it.
 *
 *   FromIndex         beyond the end, which is not documented: the last bit
 *   StartingRunIndex  gets where it begins; without a run, FromIndex
 *
 * Returns how many bits it has up to FromIndex, or 0.
 */
ULONG RtlFindLastBackwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
                                  PULONG StartingRunIndex)
{
    ULONG length = 0;
    *StartingRunIndex = FromIndex;
    if (!ha_bitmap_enter(BitMapHeader, HA_RT_FIND_BITS))
        return 0;
    for (ULONG from = 0; from <= FromIndex && from < BitMapHeader->SizeOfBitMap;) {
        ULONG start = ha_bitmap_run_end(BitMapHeader, from, true);
        from = ha_bitmap_run_end(BitMapHeader, start, false);
        if (start < from && start <= FromIndex) {
            *StartingRunIndex = start;
            length = (from <= FromIndex ? from : FromIndex + 1) - start;
        }
    }
    return length;
}

/*
 * Find runs of clear bits.
 *
 *   RunArray           gets them
 *   SizeOfRunArray     how many there is room for
 *   LocateLongestRuns  FALSE: the first ones, in their order. TRUE: the longest ones, from the
 *                      longest down; of two that are as long, our choice, the first comes first
 *
 * Returns how many were found.
 */
ULONG RtlFindClearRuns(PRTL_BITMAP BitMapHeader, PRTL_BITMAP_RUN RunArray, ULONG SizeOfRunArray,
                       BOOLEAN LocateLongestRuns)
{
    ULONG count = 0, size;
    if (!ha_bitmap_enter(BitMapHeader, HA_RT_FIND_BITS))
        return 0;
    size = BitMapHeader->SizeOfBitMap;
    for (ULONG from = 0; from < size && (LocateLongestRuns || count < SizeOfRunArray);) {
        ULONG start = ha_bitmap_run_end(BitMapHeader, from, true);
        from = ha_bitmap_run_end(BitMapHeader, start, false);
        ULONG length = from - start, place = count;
        while (LocateLongestRuns && place && RunArray[place - 1].NumberOfBits < length)
            place--;
        if (!length || place == SizeOfRunArray)
            continue;
        if (count < SizeOfRunArray)
            count++;
        for (ULONG i = count - 1; i > place; i--)
            RunArray[i] = RunArray[i - 1];
        RunArray[place] = (RTL_BITMAP_RUN){start, length};
    }
    return count;
}

/*
 * Find the longest run of clear bits.
 *
 *   StartingIndex  gets where it begins, 0 without one
 *
 * Returns how many bits it has, or 0.
 */
ULONG RtlFindLongestRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
    RTL_BITMAP_RUN longest = {0, 0};
    RtlFindClearRuns(BitMapHeader, &longest, 1, TRUE);
    *StartingIndex = longest.StartingIndex;
    return longest.NumberOfBits;
}

/* The index of the highest bit that is set in a number; -1 when there is none. */
CCHAR RtlFindMostSignificantBit(ULONGLONG Set)
{
    CCHAR index = -1;
    for (; Set; Set >>= 1)
        index++;
    return index;
}

/* The index of the lowest bit that is set in a number; -1 when there is none. */
CCHAR RtlFindLeastSignificantBit(ULONGLONG Set)
{
    return RtlFindMostSignificantBit(Set & (0 - Set));
}
