/*
 * atomic - the Interlocked family and the barriers
 *
 * One definition a shape, made for each type and order of memory; the names are those of
 * include/nt/wdm/atomic.h. Threads poll with these, so each comes to ha_sched_spin(). Another thread
 * may go on behind the change as well as before it: who has counted himself off is in nobody's way.
 *
 * Source: WDK reference, wdm.h, InterlockedIncrement and its neighbours. Any IRQL. Without a
 * suffix an operation is a full barrier; results are the new value for Increment, Decrement and
 * Add, and the old one for the others.
 */
#include <ntddk.h>
#include <stdbool.h>

#include "nt/kernel.h"

/* The end of a routine that has changed memory. */
#define RETURN(Type, change)                                                  \
    do {                                                                      \
        Type result = (change);                                               \
        ha_kernel_pass();                                                     \
        return result;                                                        \
    } while (0)

/* DEFINE with each suffix: what it is called, its order, and the order when nothing is stored. */
#define EACH_ORDER(DEFINE, Name, Type)                                        \
    DEFINE(Name, Type, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)                    \
    DEFINE(Name##Acquire, Type, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)           \
    DEFINE(Name##Release, Type, __ATOMIC_RELEASE, __ATOMIC_RELAXED)           \
    DEFINE(Name##NoFence, Type, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
/* The same of 64 bits, where the number stands behind the suffix. */
#define EACH_ORDER_64(DEFINE, Name)                                           \
    DEFINE(Name##64, LONG64, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)              \
    DEFINE(Name##Acquire64, LONG64, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)       \
    DEFINE(Name##Release64, LONG64, __ATOMIC_RELEASE, __ATOMIC_RELAXED)       \
    DEFINE(Name##NoFence64, LONG64, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
#define FULL(DEFINE, Name, Type) DEFINE(Name, Type, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

/* Plus one and minus one. */
#define INCREMENT(Name, Type, order, unused)                                  \
    Type Name(Type volatile *Addend)                                          \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        RETURN(Type, __atomic_add_fetch(Addend, (Type)1, order));             \
    }
EACH_ORDER(INCREMENT, InterlockedIncrement, LONG)
EACH_ORDER_64(INCREMENT, InterlockedIncrement)
FULL(INCREMENT, InterlockedIncrement16, SHORT)
FULL(INCREMENT, InterlockedIncrementSizeT, SIZE_T)

#define DECREMENT(Name, Type, order, unused)                                  \
    Type Name(Type volatile *Addend)                                          \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        RETURN(Type, __atomic_sub_fetch(Addend, (Type)1, order));             \
    }
EACH_ORDER(DECREMENT, InterlockedDecrement, LONG)
EACH_ORDER_64(DECREMENT, InterlockedDecrement)
FULL(DECREMENT, InterlockedDecrement16, SHORT)
FULL(DECREMENT, InterlockedDecrementSizeT, SIZE_T)

/* Sums. */
#define ADD(Name, Type, order, unused)                                        \
    Type Name(Type volatile *Addend, Type Value)                              \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        RETURN(Type, __atomic_add_fetch(Addend, Value, order));               \
    }
EACH_ORDER(ADD, InterlockedAdd, LONG)
EACH_ORDER_64(ADD, InterlockedAdd)

#define EXCHANGE_ADD(Name, Type, order, unused)                               \
    Type Name(Type volatile *Addend, Type Value)                              \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        RETURN(Type, __atomic_fetch_add(Addend, Value, order));               \
    }
EACH_ORDER(EXCHANGE_ADD, InterlockedExchangeAdd, LONG)
EACH_ORDER_64(EXCHANGE_ADD, InterlockedExchangeAdd)
FULL(EXCHANGE_ADD, InterlockedExchangeAddSizeT, SIZE_T)

#define EXCHANGE(Name, Type, order, unused)                                   \
    Type Name(Type volatile *Target, Type Value)                              \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        RETURN(Type, __atomic_exchange_n(Target, Value, order));              \
    }
FULL(EXCHANGE, InterlockedExchange8, CHAR)
FULL(EXCHANGE, InterlockedExchange16, SHORT)
EACH_ORDER(EXCHANGE, InterlockedExchange, LONG)
EACH_ORDER_64(EXCHANGE, InterlockedExchange)
EACH_ORDER(EXCHANGE, InterlockedExchangePointer, PVOID)

/* The comparand is ours: it holds the old value afterwards, whether they were equal or not. */
#define COMPARE_EXCHANGE(Name, Type, order, otherwise)                        \
    Type Name(Type volatile *Destination, Type ExChange, Type Comperand)      \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        __atomic_compare_exchange_n(Destination, &Comperand, ExChange, false, \
                                    order, otherwise);                        \
        RETURN(Type, Comperand);                                              \
    }
FULL(COMPARE_EXCHANGE, InterlockedCompareExchange16, SHORT)
EACH_ORDER(COMPARE_EXCHANGE, InterlockedCompareExchange, LONG)
EACH_ORDER_64(COMPARE_EXCHANGE, InterlockedCompareExchange)
EACH_ORDER(COMPARE_EXCHANGE, InterlockedCompareExchangePointer, PVOID)

static UCHAR exchange_both(LONG64 volatile *destination, LONG64 high, LONG64 low,
                           LONG64 *comparand)
{
    LONG64 old_low = __atomic_load_n(&destination[0], __ATOMIC_SEQ_CST);
    LONG64 old_high = __atomic_load_n(&destination[1], __ATOMIC_SEQ_CST);
    bool equal = old_low == comparand[0] && old_high == comparand[1];
    if (equal) {
        __atomic_store_n(&destination[0], low, __ATOMIC_SEQ_CST);
        __atomic_store_n(&destination[1], high, __ATOMIC_SEQ_CST);
    }
    comparand[0] = old_low;
    comparand[1] = old_high;
    return equal;
}

/*
 * Exchange 16 bytes if they are the comparand's, which gets the old ones.
 *
 *   Destination      the low half first, as the comparand; aligned to 16 bytes
 *
 * Returns 1 when they were equal, otherwise 0.
 *
 * Source: Microsoft C++, Compiler intrinsics, _InterlockedCompareExchange128.
 * Our choice: no other thread is in a routine meanwhile, so the two halves need no instruction of
 * their own, which not every host has. In free mode that is so against this routine only: one that
 * changes a half, on a thread that runs at the same time, may come between them.
 */
UCHAR InterlockedCompareExchange128(LONG64 volatile *Destination, LONG64 ExchangeHigh,
                                    LONG64 ExchangeLow, LONG64 *ComparandResult)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("InterlockedCompareExchange128");
    bool is_free = kernel->world.sched.is_free;
    if (is_free)
        ha_race_show();         /* what it does to the memory is the caller's doing */
    UCHAR equal = exchange_both(Destination, ExchangeHigh, ExchangeLow, ComparandResult);
    if (is_free)
        ha_race_hide();
    return equal;
}

/* Bits of a whole value. */
#define AND(Name, Type, order, unused)                                        \
    Type Name(Type volatile *Destination, Type Value)                         \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        RETURN(Type, __atomic_fetch_and(Destination, Value, order));          \
    }
FULL(AND, InterlockedAnd8, CHAR)
FULL(AND, InterlockedAnd16, SHORT)
EACH_ORDER(AND, InterlockedAnd, LONG)
EACH_ORDER(AND, InterlockedAnd64, LONG64)

#define OR(Name, Type, order, unused)                                         \
    Type Name(Type volatile *Destination, Type Value)                         \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        RETURN(Type, __atomic_fetch_or(Destination, Value, order));           \
    }
FULL(OR, InterlockedOr8, CHAR)
FULL(OR, InterlockedOr16, SHORT)
EACH_ORDER(OR, InterlockedOr, LONG)
EACH_ORDER(OR, InterlockedOr64, LONG64)

#define XOR(Name, Type, order, unused)                                        \
    Type Name(Type volatile *Destination, Type Value)                         \
    {                                                                         \
        ha_kernel_poll(#Name);                                                \
        RETURN(Type, __atomic_fetch_xor(Destination, Value, order));          \
    }
FULL(XOR, InterlockedXor8, CHAR)
FULL(XOR, InterlockedXor16, SHORT)
EACH_ORDER(XOR, InterlockedXor, LONG)
EACH_ORDER(XOR, InterlockedXor64, LONG64)

/* One bit; its old value comes back. A number beyond the first word counts on into the next. */
#define BIT_TEST(Name, Type, Bits, operation, mask)                           \
    UCHAR Name(Type volatile *Base, Type Bit)                                 \
    {                                                                         \
        const Type one = (Type)((Bits)1 << (Bit & (Type)(8 * sizeof(Type) - 1))); \
        ha_kernel_poll(#Name);                                                \
        Base += Bit / (Type)(8 * sizeof(Type)) - (Bit % (Type)(8 * sizeof(Type)) < 0); \
        RETURN(UCHAR, (operation(Base, (Type)(mask one), __ATOMIC_SEQ_CST) & one) != 0); \
    }
BIT_TEST(InterlockedBitTestAndSet, LONG, ULONG, __atomic_fetch_or, )
BIT_TEST(InterlockedBitTestAndSet64, LONG64, ULONG64, __atomic_fetch_or, )
BIT_TEST(InterlockedBitTestAndReset, LONG, ULONG, __atomic_fetch_and, ~)
BIT_TEST(InterlockedBitTestAndReset64, LONG64, ULONG64, __atomic_fetch_and, ~)
BIT_TEST(InterlockedBitTestAndComplement, LONG, ULONG, __atomic_fetch_xor, )

/*
 * Nothing passes this in either direction. Any IRQL.
 *
 * Source: WDK reference, wdm.h, KeMemoryBarrier. MemoryBarrier is the same by another name.
 * Our choice: ThreadSanitizer knows no barrier, so in free mode each comes after all that any
 * thread has come to before. That hides some races, and reports none that is none. The barrier
 * that is in the routines above counts there for the memory that they change, and for no other.
 */
VOID KeMemoryBarrier(VOID)
{
    ha_kernel_fence("KeMemoryBarrier");
}

VOID MemoryBarrier(VOID)
{
    ha_kernel_fence("MemoryBarrier");
}
