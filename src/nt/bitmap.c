/*
 * bitmap - maps of bits, set and cleared and counted: RTL_BITMAP
 *
 * Searching is in bitmap_find.c. A bit that the bitmap does not have, and a bitmap in memory that
 * was given back, are misuses that change nothing; Windows would read or write whatever lies
 * there. In records RtlSetBits stands for all routines that set or clear, RtlTestBit for those
 * that look.
 * Source of each: WDK reference, wdm.h, the page of its name. IRQL: any, but at most APC_LEVEL
 * with paged memory.
 */
#include "nt/bitmap.h"
#include "nt/pool.h"

#define WORD_BITS 32u
#define WHOLE UINT32_MAX

static size_t bytes_of(ULONG bits)
{
    return (bits / WORD_BITS + (bits % WORD_BITS != 0)) * sizeof(ULONG);
}

static bool is_set(const RTL_BITMAP *bitmap, ULONG bit)
{
    return bitmap->Buffer[bit / WORD_BITS] >> bit % WORD_BITS & 1;
}

bool ha_bitmap_enter(const RTL_BITMAP *bitmap, enum ha_routine routine)
{
    struct ha_pool_place place;
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_if_any();
    if (!kernel)
        return true;
    ha_sched_point(&kernel->world);
    if (ha_pool_was_given_back(kernel, bitmap, sizeof *bitmap) ||
        (bitmap->SizeOfBitMap && ha_pool_was_given_back(kernel, bitmap->Buffer,
                                                        bytes_of(bitmap->SizeOfBitMap)))) {
        ha_record_misuse(kernel, routine, HA_MISUSE_BAD_BLOCK, 0, 0);
        return false;
    }
    if (kernel->world.sched.running->stamp.irql > APC_LEVEL &&
        ha_pool_place_of(kernel, bitmap->Buffer, &place) && place.paged)
        ha_kernel_check_irql(kernel, routine, APC_LEVEL);
    return true;
}

/* The same for a range of bits, the last of which the bitmap has to have. */
static bool enter_range(const RTL_BITMAP *bitmap, ULONG from, ULONG count,
                        enum ha_routine routine)
{
    if (!ha_bitmap_enter(bitmap, routine))
        return false;
    ULONG size = bitmap->SizeOfBitMap;
    if (from <= size && count <= size - from)
        return true;
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_if_any();
    if (kernel)
        ha_record_misuse(kernel, routine, HA_MISUSE_BEYOND_BITMAP, 0, from > size ? from : size);
    return false;
}

ULONG ha_bitmap_run_end(const RTL_BITMAP *bitmap, ULONG from, bool set)
{
    ULONG size = bitmap->SizeOfBitMap;
    while (from < size && is_set(bitmap, from) == set)
        if (from % WORD_BITS == 0 && size - from >= WORD_BITS &&
            bitmap->Buffer[from / WORD_BITS] == (set ? WHOLE : 0))
            from += WORD_BITS;
        else
            from++;
    return from;
}

void ha_bitmap_fill(PRTL_BITMAP bitmap, ULONG from, ULONG count, bool set)
{
    while (count) {
        PULONG word = &bitmap->Buffer[from / WORD_BITS];
        ULONG first = from % WORD_BITS, bits = WORD_BITS - first;
        if (bits > count)
            bits = count;
        ULONG mask = (WHOLE >> (WORD_BITS - bits)) << first;
        *word = set ? *word | mask : *word & ~mask;
        from += bits;
        count -= bits;
    }
}

/*
 * Describe a buffer as a bitmap. The bits stay as they are.
 *
 *   BitMapBuffer  of whole ULONGs; one in pool that is smaller than its bits need is a misuse
 *   SizeOfBitMap  how many bits
 */
VOID RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap)
{
    struct ha_pool_place place;
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_if_any();
    if (kernel)
        ha_sched_point(&kernel->world);
    if (kernel && ha_pool_place_of(kernel, BitMapBuffer, &place) &&
        bytes_of(SizeOfBitMap) > place.left)
        ha_record_misuse(kernel, HA_RT_INITIALIZE_BITMAP, HA_MISUSE_BEYOND_MEMORY, place.id,
                         (uint32_t)(bytes_of(SizeOfBitMap) - place.left));
    BitMapHeader->SizeOfBitMap = SizeOfBitMap;
    BitMapHeader->Buffer = BitMapBuffer;
}

static void change(PRTL_BITMAP bitmap, ULONG from, ULONG count, bool set)
{
    if (enter_range(bitmap, from, count, HA_RT_SET_BITS))
        ha_bitmap_fill(bitmap, from, count, set);
}

/* Set a bit. */
VOID RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    change(BitMapHeader, BitNumber, 1, true);
}

/* Clear a bit. */
VOID RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    change(BitMapHeader, BitNumber, 1, false);
}

/* Set a range of bits, which may be empty. */
VOID RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet)
{
    change(BitMapHeader, StartingIndex, NumberToSet, true);
}

/* Clear a range of bits, which may be empty. */
VOID RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear)
{
    change(BitMapHeader, StartingIndex, NumberToClear, false);
}

/* The last ULONG is changed as a whole, whether or not the bitmap has all of its bits. */
static void change_all(PRTL_BITMAP bitmap, int byte)
{
    if (ha_bitmap_enter(bitmap, HA_RT_SET_BITS) && bitmap->SizeOfBitMap)
        memset(bitmap->Buffer, byte, bytes_of(bitmap->SizeOfBitMap));
}

/* Set all bits. */
VOID RtlSetAllBits(PRTL_BITMAP BitMapHeader)
{
    change_all(BitMapHeader, 0xff);
}

/* Clear all bits. */
VOID RtlClearAllBits(PRTL_BITMAP BitMapHeader)
{
    change_all(BitMapHeader, 0);
}

/* Whether a bit is set. Of one that the bitmap does not have: FALSE, our choice. */
BOOLEAN RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
    return enter_range(BitMapHeader, BitNumber, 1, HA_RT_TEST_BIT) &&
           is_set(BitMapHeader, BitNumber);
}

/* Here a range that the bitmap does not have, or an empty one, is no misuse: the answer is no. */
static BOOLEAN are_all(const RTL_BITMAP *bitmap, ULONG from, ULONG count, bool set)
{
    if (!ha_bitmap_enter(bitmap, HA_RT_TEST_BIT))
        return FALSE;
    ULONG size = bitmap->SizeOfBitMap;
    return count && from < size && count <= size - from &&
           ha_bitmap_run_end(bitmap, from, set) - from >= count;
}

/* Whether all bits of a range are set. FALSE also when it is empty or not all in the bitmap. */
BOOLEAN RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return are_all(BitMapHeader, StartingIndex, Length, true);
}

/* Whether all bits of a range are clear. FALSE also when it is empty or not all in the bitmap. */
BOOLEAN RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
    return are_all(BitMapHeader, StartingIndex, Length, false);
}

static ULONG count_of(const RTL_BITMAP *bitmap, bool set)
{
    ULONG count = 0, from = 0;
    if (!ha_bitmap_enter(bitmap, HA_RT_TEST_BIT))
        return 0;
    while (from < bitmap->SizeOfBitMap) {
        ULONG start = ha_bitmap_run_end(bitmap, from, !set);
        from = ha_bitmap_run_end(bitmap, start, set);
        count += from - start;
    }
    return count;
}

/* How many bits are set. */
ULONG RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader)
{
    return count_of(BitMapHeader, true);
}

/* How many bits are clear. */
ULONG RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader)
{
    return count_of(BitMapHeader, false);
}

/* How many bits of a number are set. */
ULONG RtlNumberOfSetBitsUlongPtr(ULONG_PTR Target)
{
    ULONG count = 0;
    for (; Target; Target &= Target - 1)
        count++;
    return count;
}
