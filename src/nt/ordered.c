/*
 * ordered - single reads and writes of shared memory, with and without order
 *
 * One definition a direction, made for each type and order; the names are those of
 * include/nt/wdm/ordered.h. Threads poll with these, so each comes to ha_sched_spin(). A write
 * comes there before it stores, where who goes on sees the old value, and to a scheduling point
 * behind that: what is shown too early is seen.
 *
 * Source: WDK reference, wdm.h, ReadAcquire, WriteRelease and their neighbours. Any IRQL.
 */
#include <ntddk.h>

#include "nt/kernel.h"

#define READ(Name, Type, order)                                               \
    Type Name(Type const volatile *Source)                                    \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        return __atomic_load_n(Source, order);                                \
    }
#define WRITE(Name, Type, order)                                              \
    VOID Name(Type volatile *Destination, Type Value)                         \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        __atomic_store_n(Destination, Value, order);                          \
        ha_kernel_pass();                                                     \
    }

/* Raw promises no more than that the access is one, and so do we. */
#define EACH_ORDER(What, Bits, Type)                                          \
    READ(Read##What##Acquire##Bits, Type, __ATOMIC_ACQUIRE)                   \
    READ(Read##What##NoFence##Bits, Type, __ATOMIC_RELAXED)                   \
    READ(Read##What##Raw##Bits, Type, __ATOMIC_RELAXED)                       \
    WRITE(Write##What##Release##Bits, Type, __ATOMIC_RELEASE)                 \
    WRITE(Write##What##NoFence##Bits, Type, __ATOMIC_RELAXED)                 \
    WRITE(Write##What##Raw##Bits, Type, __ATOMIC_RELAXED)

EACH_ORDER(, 8, CHAR)
EACH_ORDER(, 16, SHORT)
EACH_ORDER(, , LONG)
EACH_ORDER(, 64, LONG64)
EACH_ORDER(Pointer, , PVOID)
EACH_ORDER(UChar, , UCHAR)
EACH_ORDER(UShort, , USHORT)
EACH_ORDER(ULong, , ULONG)
EACH_ORDER(ULong64, , ULONG64)
EACH_ORDER(Boolean, , BOOLEAN)
