/*++

Module Name:

    dpc_and_thread_races.c

Abstract:

    dpc_and_thread.c with a mistake: the thread raises its IRQL and takes no lock, since no DPC can
    come then. That was so on machines with one processor.

--*/

#define LOCK_IN_THREAD(_OldIrql) KeRaiseIrql(DISPATCH_LEVEL, &(_OldIrql))
#define UNLOCK_IN_THREAD(_OldIrql) KeLowerIrql(_OldIrql)
#define LOCK_IN_DPC()
#define UNLOCK_IN_DPC()

#include "dpc_and_thread.c"
