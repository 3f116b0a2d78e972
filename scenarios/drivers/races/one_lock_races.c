/*++

Module Name:

    one_lock_races.c

Abstract:

    one_lock.c with a mistake: what belongs to memory has a lock of its own, which is held while the
    capacity grows, too. Each side locks, and neither keeps the other out.

--*/

#include <ntddk.h>

//
// A spin lock that is all zero is free, as KeInitializeSpinLock leaves it.
//
static KSPIN_LOCK MemoryLock;

#define LOCK_FOR_ARRIVAL(_OldIrql) KeAcquireSpinLock(&MemoryLock, &(_OldIrql))
#define UNLOCK_FOR_ARRIVAL(_OldIrql) KeReleaseSpinLock(&MemoryLock, (_OldIrql))

#include "one_lock.c"
