/*
 * wdm/ordered.h - single reads and writes of shared memory, with and without order
 *
 * Acquire: nothing later comes first. Release: nothing earlier comes after. NoFence and Raw: no
 * order, but one access. Routines, as in wdm/atomic.h.
 */
#ifndef HOTADD_WDM_ORDERED_H
#define HOTADD_WDM_ORDERED_H

#include "ntdef.h"

EXTERN_C_START


/* Reading. */
NTKERNELAPI CHAR NTAPI ReadAcquire8(_In_ CHAR const volatile *Source);
NTKERNELAPI CHAR NTAPI ReadNoFence8(_In_ CHAR const volatile *Source);
NTKERNELAPI CHAR NTAPI ReadRaw8(_In_ CHAR const volatile *Source);
NTKERNELAPI SHORT NTAPI ReadAcquire16(_In_ SHORT const volatile *Source);
NTKERNELAPI SHORT NTAPI ReadNoFence16(_In_ SHORT const volatile *Source);
NTKERNELAPI SHORT NTAPI ReadRaw16(_In_ SHORT const volatile *Source);
NTKERNELAPI LONG NTAPI ReadAcquire(_In_ LONG const volatile *Source);
NTKERNELAPI LONG NTAPI ReadNoFence(_In_ LONG const volatile *Source);
NTKERNELAPI LONG NTAPI ReadRaw(_In_ LONG const volatile *Source);
NTKERNELAPI LONG64 NTAPI ReadAcquire64(_In_ LONG64 const volatile *Source);
NTKERNELAPI LONG64 NTAPI ReadNoFence64(_In_ LONG64 const volatile *Source);
NTKERNELAPI LONG64 NTAPI ReadRaw64(_In_ LONG64 const volatile *Source);
NTKERNELAPI PVOID NTAPI ReadPointerAcquire(_In_ PVOID const volatile *Source);
NTKERNELAPI PVOID NTAPI ReadPointerNoFence(_In_ PVOID const volatile *Source);
NTKERNELAPI PVOID NTAPI ReadPointerRaw(_In_ PVOID const volatile *Source);
NTKERNELAPI UCHAR NTAPI ReadUCharAcquire(_In_ UCHAR const volatile *Source);
NTKERNELAPI UCHAR NTAPI ReadUCharNoFence(_In_ UCHAR const volatile *Source);
NTKERNELAPI UCHAR NTAPI ReadUCharRaw(_In_ UCHAR const volatile *Source);
NTKERNELAPI USHORT NTAPI ReadUShortAcquire(_In_ USHORT const volatile *Source);
NTKERNELAPI USHORT NTAPI ReadUShortNoFence(_In_ USHORT const volatile *Source);
NTKERNELAPI USHORT NTAPI ReadUShortRaw(_In_ USHORT const volatile *Source);
NTKERNELAPI ULONG NTAPI ReadULongAcquire(_In_ ULONG const volatile *Source);
NTKERNELAPI ULONG NTAPI ReadULongNoFence(_In_ ULONG const volatile *Source);
NTKERNELAPI ULONG NTAPI ReadULongRaw(_In_ ULONG const volatile *Source);
NTKERNELAPI ULONG64 NTAPI ReadULong64Acquire(_In_ ULONG64 const volatile *Source);
NTKERNELAPI ULONG64 NTAPI ReadULong64NoFence(_In_ ULONG64 const volatile *Source);
NTKERNELAPI ULONG64 NTAPI ReadULong64Raw(_In_ ULONG64 const volatile *Source);
NTKERNELAPI BOOLEAN NTAPI ReadBooleanAcquire(_In_ BOOLEAN const volatile *Source);
NTKERNELAPI BOOLEAN NTAPI ReadBooleanNoFence(_In_ BOOLEAN const volatile *Source);
NTKERNELAPI BOOLEAN NTAPI ReadBooleanRaw(_In_ BOOLEAN const volatile *Source);

/* Writing. */
NTKERNELAPI VOID NTAPI WriteRelease8(_Out_ CHAR volatile *Destination, _In_ CHAR Value);
NTKERNELAPI VOID NTAPI WriteNoFence8(_Out_ CHAR volatile *Destination, _In_ CHAR Value);
NTKERNELAPI VOID NTAPI WriteRaw8(_Out_ CHAR volatile *Destination, _In_ CHAR Value);
NTKERNELAPI VOID NTAPI WriteRelease16(_Out_ SHORT volatile *Destination, _In_ SHORT Value);
NTKERNELAPI VOID NTAPI WriteNoFence16(_Out_ SHORT volatile *Destination, _In_ SHORT Value);
NTKERNELAPI VOID NTAPI WriteRaw16(_Out_ SHORT volatile *Destination, _In_ SHORT Value);
NTKERNELAPI VOID NTAPI WriteRelease(_Out_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI VOID NTAPI WriteNoFence(_Out_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI VOID NTAPI WriteRaw(_Out_ LONG volatile *Destination, _In_ LONG Value);
NTKERNELAPI VOID NTAPI WriteRelease64(_Out_ LONG64 volatile *Destination, _In_ LONG64 Value);
NTKERNELAPI VOID NTAPI WriteNoFence64(_Out_ LONG64 volatile *Destination, _In_ LONG64 Value);
NTKERNELAPI VOID NTAPI WriteRaw64(_Out_ LONG64 volatile *Destination, _In_ LONG64 Value);
NTKERNELAPI VOID NTAPI WritePointerRelease(_Out_ PVOID volatile *Destination, _In_opt_ PVOID Value);
NTKERNELAPI VOID NTAPI WritePointerNoFence(_Out_ PVOID volatile *Destination, _In_opt_ PVOID Value);
NTKERNELAPI VOID NTAPI WritePointerRaw(_Out_ PVOID volatile *Destination, _In_opt_ PVOID Value);
NTKERNELAPI VOID NTAPI WriteUCharRelease(_Out_ UCHAR volatile *Destination, _In_ UCHAR Value);
NTKERNELAPI VOID NTAPI WriteUCharNoFence(_Out_ UCHAR volatile *Destination, _In_ UCHAR Value);
NTKERNELAPI VOID NTAPI WriteUCharRaw(_Out_ UCHAR volatile *Destination, _In_ UCHAR Value);
NTKERNELAPI VOID NTAPI WriteUShortRelease(_Out_ USHORT volatile *Destination, _In_ USHORT Value);
NTKERNELAPI VOID NTAPI WriteUShortNoFence(_Out_ USHORT volatile *Destination, _In_ USHORT Value);
NTKERNELAPI VOID NTAPI WriteUShortRaw(_Out_ USHORT volatile *Destination, _In_ USHORT Value);
NTKERNELAPI VOID NTAPI WriteULongRelease(_Out_ ULONG volatile *Destination, _In_ ULONG Value);
NTKERNELAPI VOID NTAPI WriteULongNoFence(_Out_ ULONG volatile *Destination, _In_ ULONG Value);
NTKERNELAPI VOID NTAPI WriteULongRaw(_Out_ ULONG volatile *Destination, _In_ ULONG Value);
NTKERNELAPI VOID NTAPI WriteULong64Release(_Out_ ULONG64 volatile *Destination, _In_ ULONG64 Value);
NTKERNELAPI VOID NTAPI WriteULong64NoFence(_Out_ ULONG64 volatile *Destination, _In_ ULONG64 Value);
NTKERNELAPI VOID NTAPI WriteULong64Raw(_Out_ ULONG64 volatile *Destination, _In_ ULONG64 Value);
NTKERNELAPI VOID NTAPI WriteBooleanRelease(_Out_ BOOLEAN volatile *Destination, _In_ BOOLEAN Value);
NTKERNELAPI VOID NTAPI WriteBooleanNoFence(_Out_ BOOLEAN volatile *Destination, _In_ BOOLEAN Value);
NTKERNELAPI VOID NTAPI WriteBooleanRaw(_Out_ BOOLEAN volatile *Destination, _In_ BOOLEAN Value);

EXTERN_C_END

#endif
