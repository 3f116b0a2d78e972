/*
 * wdm/memory.h - copying, filling and comparing memory
 */
#ifndef HOTADD_WDM_MEMORY_H
#define HOTADD_WDM_MEMORY_H

#include <string.h>

#include "ntdef.h"

/* Macros on Windows, too. */
#define RtlCopyMemory(Destination, Source, Length) memcpy((Destination), (Source), (Length))
#define RtlMoveMemory(Destination, Source, Length) memmove((Destination), (Source), (Length))
#define RtlFillMemory(Destination, Length, Fill) memset((Destination), (Fill), (Length))
#define RtlZeroMemory(Destination, Length) memset((Destination), 0, (Length))
#define RtlCopyMemoryNonTemporal RtlCopyMemory
#define RtlEqualMemory(Destination, Source, Length) \
    (memcmp((Destination), (Source), (Length)) == 0)
#define RtlCopyBytes RtlCopyMemory
#define RtlZeroBytes RtlZeroMemory
#define RtlFillBytes RtlFillMemory

EXTERN_C_START

/* How many bytes are the same, from the first on. */
_Must_inspect_result_
NTSYSAPI SIZE_T NTAPI RtlCompareMemory(_In_reads_bytes_(Length) const VOID *Source1,
                                       _In_reads_bytes_(Length) const VOID *Source2,
                                       _In_ SIZE_T Length);

/* Zeroes that no optimiser takes away. */
FORCEINLINE PVOID RtlSecureZeroMemory(_Out_writes_bytes_all_(cnt) PVOID ptr, _In_ SIZE_T cnt)
{
    volatile char *Byte = (volatile char *)ptr;
    SIZE_T Index;

    for (Index = 0; Index < cnt; Index++)
        Byte[Index] = 0;
    return ptr;
}

/* Byte orders. */
FORCEINLINE USHORT RtlUshortByteSwap(_In_ USHORT Source)
{
    return __builtin_bswap16(Source);
}

FORCEINLINE ULONG RtlUlongByteSwap(_In_ ULONG Source)
{
    return __builtin_bswap32(Source);
}

FORCEINLINE ULONGLONG RtlUlonglongByteSwap(_In_ ULONGLONG Source)
{
    return __builtin_bswap64(Source);
}

/* A hint to the cache; there is none here. */
FORCEINLINE VOID PreFetchCacheLine(_In_ ULONG Level, _In_opt_ const VOID *Address)
{
    (void)Level;
    (void)Address;
}

FORCEINLINE VOID PrefetchForWrite(_In_opt_ const volatile VOID *Address)
{
    (void)Address;
}

EXTERN_C_END

#define PF_TEMPORAL_LEVEL_1 1
#define PF_TEMPORAL_LEVEL_2 2
#define PF_TEMPORAL_LEVEL_3 3
#define PF_NON_TEMPORAL_LEVEL_ALL 0

#endif
