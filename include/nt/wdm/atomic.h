/*
 * wdm/atomic.h - interlocked operations and barriers
 *
 * Routines, not macros or instructions: each is a point where another thread may go on.
 * Without a suffix an operation is a full barrier; Acquire, Release and NoFence are weaker. In And,
 * Or and Xor the 64 stands before the suffix, elsewhere behind it.
 */
#ifndef HOTADD_WDM_ATOMIC_H
#define HOTADD_WDM_ATOMIC_H

#include "ntdef.h"

EXTERN_C_START


/* Plus and minus one; the new value comes back. */
NTKERNELAPI LONG NTAPI InterlockedIncrement(_Inout_ LONG volatile *Addend);
NTKERNELAPI LONG NTAPI InterlockedIncrementAcquire(_Inout_ LONG volatile *Addend);
NTKERNELAPI LONG NTAPI InterlockedIncrementRelease(_Inout_ LONG volatile *Addend);
NTKERNELAPI LONG NTAPI InterlockedIncrementNoFence(_Inout_ LONG volatile *Addend);
NTKERNELAPI LONG64 NTAPI InterlockedIncrement64(_Inout_ LONG64 volatile *Addend);
NTKERNELAPI LONG64 NTAPI InterlockedIncrementAcquire64(_Inout_ LONG64 volatile *Addend);
NTKERNELAPI LONG64 NTAPI InterlockedIncrementRelease64(_Inout_ LONG64 volatile *Addend);
NTKERNELAPI LONG64 NTAPI InterlockedIncrementNoFence64(_Inout_ LONG64 volatile *Addend);
NTKERNELAPI SHORT NTAPI InterlockedIncrement16(_Inout_ SHORT volatile *Addend);
NTKERNELAPI LONG NTAPI InterlockedDecrement(_Inout_ LONG volatile *Addend);
NTKERNELAPI LONG NTAPI InterlockedDecrementAcquire(_Inout_ LONG volatile *Addend);
NTKERNELAPI LONG NTAPI InterlockedDecrementRelease(_Inout_ LONG volatile *Addend);
NTKERNELAPI LONG NTAPI InterlockedDecrementNoFence(_Inout_ LONG volatile *Addend);
NTKERNELAPI LONG64 NTAPI InterlockedDecrement64(_Inout_ LONG64 volatile *Addend);
NTKERNELAPI LONG64 NTAPI InterlockedDecrementAcquire64(_Inout_ LONG64 volatile *Addend);
NTKERNELAPI LONG64 NTAPI InterlockedDecrementRelease64(_Inout_ LONG64 volatile *Addend);
NTKERNELAPI LONG64 NTAPI InterlockedDecrementNoFence64(_Inout_ LONG64 volatile *Addend);
NTKERNELAPI SHORT NTAPI InterlockedDecrement16(_Inout_ SHORT volatile *Addend);

/* Sums: Add gives the new value, ExchangeAdd the old one. */
NTKERNELAPI LONG NTAPI InterlockedAdd(_Inout_ LONG volatile *Addend, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedAddAcquire(_Inout_ LONG volatile *Addend, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedAddRelease(_Inout_ LONG volatile *Addend, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedAddNoFence(_Inout_ LONG volatile *Addend, _In_ LONG Value);
NTKERNELAPI LONG64 NTAPI InterlockedAdd64(_Inout_ LONG64 volatile *Addend, _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedAddAcquire64(_Inout_ LONG64 volatile *Addend,
                                                 _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedAddRelease64(_Inout_ LONG64 volatile *Addend,
                                                 _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedAddNoFence64(_Inout_ LONG64 volatile *Addend,
                                                 _In_ LONG64 Value);
NTKERNELAPI LONG NTAPI InterlockedExchangeAdd(_Inout_ LONG volatile *Addend, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedExchangeAddAcquire(_Inout_ LONG volatile *Addend,
                                                     _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedExchangeAddRelease(_Inout_ LONG volatile *Addend,
                                                     _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedExchangeAddNoFence(_Inout_ LONG volatile *Addend,
                                                     _In_ LONG Value);
NTKERNELAPI LONG64 NTAPI InterlockedExchangeAdd64(_Inout_ LONG64 volatile *Addend,
                                                  _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedExchangeAddAcquire64(_Inout_ LONG64 volatile *Addend,
                                                         _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedExchangeAddRelease64(_Inout_ LONG64 volatile *Addend,
                                                         _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedExchangeAddNoFence64(_Inout_ LONG64 volatile *Addend,
                                                         _In_ LONG64 Value);
NTKERNELAPI SIZE_T NTAPI InterlockedExchangeAddSizeT(_Inout_ SIZE_T volatile *Addend,
                                                     _In_ SIZE_T Value);
NTKERNELAPI SIZE_T NTAPI InterlockedIncrementSizeT(_Inout_ SIZE_T volatile *Addend);
NTKERNELAPI SIZE_T NTAPI InterlockedDecrementSizeT(_Inout_ SIZE_T volatile *Addend);

/* Exchange; the old value comes back. */
NTKERNELAPI CHAR NTAPI InterlockedExchange8(_Inout_ CHAR volatile *Target, _In_ CHAR Value);
NTKERNELAPI SHORT NTAPI InterlockedExchange16(_Inout_ SHORT volatile *Target, _In_ SHORT Value);
NTKERNELAPI LONG NTAPI InterlockedExchange(_Inout_ LONG volatile *Target, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedExchangeAcquire(_Inout_ LONG volatile *Target, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedExchangeRelease(_Inout_ LONG volatile *Target, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedExchangeNoFence(_Inout_ LONG volatile *Target, _In_ LONG Value);
NTKERNELAPI LONG64 NTAPI InterlockedExchange64(_Inout_ LONG64 volatile *Target, _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedExchangeAcquire64(_Inout_ LONG64 volatile *Target,
                                                      _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedExchangeRelease64(_Inout_ LONG64 volatile *Target,
                                                      _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedExchangeNoFence64(_Inout_ LONG64 volatile *Target,
                                                      _In_ LONG64 Value);
NTKERNELAPI PVOID NTAPI InterlockedExchangePointer(_Inout_ PVOID volatile *Target,
                                                   _In_opt_ PVOID Value);
NTKERNELAPI PVOID NTAPI InterlockedExchangePointerAcquire(_Inout_ PVOID volatile *Target,
                                                          _In_opt_ PVOID Value);
NTKERNELAPI PVOID NTAPI InterlockedExchangePointerRelease(_Inout_ PVOID volatile *Target,
                                                          _In_opt_ PVOID Value);
NTKERNELAPI PVOID NTAPI InterlockedExchangePointerNoFence(_Inout_ PVOID volatile *Target,
                                                          _In_opt_ PVOID Value);

/* Exchange if the old value is Comperand; the old value comes back. */
NTKERNELAPI SHORT NTAPI InterlockedCompareExchange16(_Inout_ SHORT volatile *Destination,
                                                     _In_ SHORT ExChange, _In_ SHORT Comperand);
NTKERNELAPI LONG NTAPI InterlockedCompareExchange(_Inout_ LONG volatile *Destination,
                                                  _In_ LONG ExChange, _In_ LONG Comperand);
NTKERNELAPI LONG NTAPI InterlockedCompareExchangeAcquire(_Inout_ LONG volatile *Destination,
                                                         _In_ LONG ExChange, _In_ LONG Comperand);
NTKERNELAPI LONG NTAPI InterlockedCompareExchangeRelease(_Inout_ LONG volatile *Destination,
                                                         _In_ LONG ExChange, _In_ LONG Comperand);
NTKERNELAPI LONG NTAPI InterlockedCompareExchangeNoFence(_Inout_ LONG volatile *Destination,
                                                         _In_ LONG ExChange, _In_ LONG Comperand);
NTKERNELAPI LONG64 NTAPI InterlockedCompareExchange64(_Inout_ LONG64 volatile *Destination,
                                                      _In_ LONG64 ExChange, _In_ LONG64 Comperand);
NTKERNELAPI LONG64 NTAPI InterlockedCompareExchangeAcquire64(_Inout_ LONG64 volatile *Destination,
                                                             _In_ LONG64 ExChange,
                                                             _In_ LONG64 Comperand);
NTKERNELAPI LONG64 NTAPI InterlockedCompareExchangeRelease64(_Inout_ LONG64 volatile *Destination,
                                                             _In_ LONG64 ExChange,
                                                             _In_ LONG64 Comperand);
NTKERNELAPI LONG64 NTAPI InterlockedCompareExchangeNoFence64(_Inout_ LONG64 volatile *Destination,
                                                             _In_ LONG64 ExChange,
                                                             _In_ LONG64 Comperand);
NTKERNELAPI PVOID NTAPI InterlockedCompareExchangePointer(_Inout_ PVOID volatile *Destination,
                                                          _In_opt_ PVOID Exchange,
                                                          _In_opt_ PVOID Comperand);
NTKERNELAPI PVOID NTAPI InterlockedCompareExchangePointerAcquire(
    _Inout_ PVOID volatile *Destination, _In_opt_ PVOID Exchange, _In_opt_ PVOID Comperand);
NTKERNELAPI PVOID NTAPI InterlockedCompareExchangePointerRelease(
    _Inout_ PVOID volatile *Destination, _In_opt_ PVOID Exchange, _In_opt_ PVOID Comperand);
NTKERNELAPI PVOID NTAPI InterlockedCompareExchangePointerNoFence(
    _Inout_ PVOID volatile *Destination, _In_opt_ PVOID Exchange, _In_opt_ PVOID Comperand);
NTKERNELAPI UCHAR NTAPI InterlockedCompareExchange128(_Inout_ LONG64 volatile *Destination,
                                                      _In_ LONG64 ExchangeHigh,
                                                      _In_ LONG64 ExchangeLow,
                                                      _Inout_ LONG64 *ComparandResult);

/* Bits; the old value comes back. */
NTKERNELAPI CHAR NTAPI InterlockedAnd8(_Inout_ CHAR volatile *Destination, _In_ CHAR Value);
NTKERNELAPI SHORT NTAPI InterlockedAnd16(_Inout_ SHORT volatile *Destination, _In_ SHORT Value);
NTKERNELAPI LONG NTAPI InterlockedAnd(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedAndAcquire(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedAndRelease(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedAndNoFence(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG64 NTAPI InterlockedAnd64(_Inout_ LONG64 volatile *Destination, _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedAnd64Acquire(_Inout_ LONG64 volatile *Destination,
                                                 _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedAnd64Release(_Inout_ LONG64 volatile *Destination,
                                                 _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedAnd64NoFence(_Inout_ LONG64 volatile *Destination,
                                                 _In_ LONG64 Value);
NTKERNELAPI CHAR NTAPI InterlockedOr8(_Inout_ CHAR volatile *Destination, _In_ CHAR Value);
NTKERNELAPI SHORT NTAPI InterlockedOr16(_Inout_ SHORT volatile *Destination, _In_ SHORT Value);
NTKERNELAPI LONG NTAPI InterlockedOr(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedOrAcquire(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedOrRelease(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedOrNoFence(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG64 NTAPI InterlockedOr64(_Inout_ LONG64 volatile *Destination, _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedOr64Acquire(_Inout_ LONG64 volatile *Destination,
                                                _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedOr64Release(_Inout_ LONG64 volatile *Destination,
                                                _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedOr64NoFence(_Inout_ LONG64 volatile *Destination,
                                                _In_ LONG64 Value);
NTKERNELAPI CHAR NTAPI InterlockedXor8(_Inout_ CHAR volatile *Destination, _In_ CHAR Value);
NTKERNELAPI SHORT NTAPI InterlockedXor16(_Inout_ SHORT volatile *Destination, _In_ SHORT Value);
NTKERNELAPI LONG NTAPI InterlockedXor(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedXorAcquire(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedXorRelease(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG NTAPI InterlockedXorNoFence(_Inout_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI LONG64 NTAPI InterlockedXor64(_Inout_ LONG64 volatile *Destination, _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedXor64Acquire(_Inout_ LONG64 volatile *Destination,
                                                 _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedXor64Release(_Inout_ LONG64 volatile *Destination,
                                                 _In_ LONG64 Value);
NTKERNELAPI LONG64 NTAPI InterlockedXor64NoFence(_Inout_ LONG64 volatile *Destination,
                                                 _In_ LONG64 Value);
NTKERNELAPI UCHAR NTAPI InterlockedBitTestAndSet(_Inout_ LONG volatile *Base, _In_ LONG Bit);
NTKERNELAPI UCHAR NTAPI InterlockedBitTestAndSet64(_Inout_ LONG64 volatile *Base, _In_ LONG64 Bit);
NTKERNELAPI UCHAR NTAPI InterlockedBitTestAndReset(_Inout_ LONG volatile *Base, _In_ LONG Bit);
NTKERNELAPI UCHAR NTAPI InterlockedBitTestAndReset64(_Inout_ LONG64 volatile *Base,
                                                     _In_ LONG64 Bit);
NTKERNELAPI UCHAR NTAPI InterlockedBitTestAndComplement(_Inout_ LONG volatile *Base, _In_ LONG Bit);

/* Barriers, and a processor that has nothing better to do. */
NTKERNELAPI VOID NTAPI KeMemoryBarrier(VOID);
NTKERNELAPI VOID NTAPI MemoryBarrier(VOID);
NTKERNELAPI VOID NTAPI YieldProcessor(VOID);
#define KeMemoryBarrierWithoutFence() __asm__ __volatile__("" ::: "memory")

EXTERN_C_END

#endif
