/*
 * intrin.h - instructions that Microsoft's compiler offers as functions
 *
 * Those that wait, stop or tell the time are routines here, because the simulator must know of
 * them. The host compiler's own headers of instructions, if a source wants them as well, go first.
 * Source: Microsoft C++, Compiler intrinsics.
 */
#ifndef HOTADD_INTRIN_H
#define HOTADD_INTRIN_H

#include "ntdef.h"

EXTERN_C_START

/* The index of the lowest or highest bit; 0 comes back when no bit is set. */
FORCEINLINE UCHAR _BitScanForward(_Out_ ULONG *Index, _In_ ULONG Mask)
{
    if (Mask != 0)
        *Index = (ULONG)__builtin_ctz(Mask);
    return (UCHAR)(Mask != 0);
}

FORCEINLINE UCHAR _BitScanForward64(_Out_ ULONG *Index, _In_ ULONG64 Mask)
{
    if (Mask != 0)
        *Index = (ULONG)__builtin_ctzll(Mask);
    return (UCHAR)(Mask != 0);
}

FORCEINLINE UCHAR _BitScanReverse(_Out_ ULONG *Index, _In_ ULONG Mask)
{
    if (Mask != 0)
        *Index = 31 - (ULONG)__builtin_clz(Mask);
    return (UCHAR)(Mask != 0);
}

FORCEINLINE UCHAR _BitScanReverse64(_Out_ ULONG *Index, _In_ ULONG64 Mask)
{
    if (Mask != 0)
        *Index = 63 - (ULONG)__builtin_clzll(Mask);
    return (UCHAR)(Mask != 0);
}

FORCEINLINE ULONG64 __popcnt64(_In_ ULONG64 Value)
{
    return (ULONG64)__builtin_popcountll(Value);
}

EXTERN_C_END

#undef _mm_pause
#define _mm_pause YieldProcessor
#undef __rdtsc
#define __rdtsc ReadTimeStampCounter
#undef __debugbreak
#define __debugbreak DbgBreakPoint

#define BitScanForward _BitScanForward
#define BitScanForward64 _BitScanForward64
#define BitScanReverse _BitScanReverse
#define BitScanReverse64 _BitScanReverse64
#define _ReadWriteBarrier() __asm__ __volatile__("" ::: "memory")
#define _ReadBarrier() _ReadWriteBarrier()
#define _WriteBarrier() _ReadWriteBarrier()

#include "wdm.h"

#endif
