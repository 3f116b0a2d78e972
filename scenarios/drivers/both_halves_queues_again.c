/*++

Module Name:

    both_halves_queues_again.c

Abstract:

    both_halves.c with a mistake: it queues the work item once for the processor and once for good
    measure. The item has one place in the queue, in which it stands already.

--*/

#include <ntddk.h>

static VOID
QueueTwice(
    _Inout_ PIO_WORKITEM WorkItem,
    _In_ PIO_WORKITEM_ROUTINE_EX Routine,
    _In_ WORK_QUEUE_TYPE QueueType,
    _In_opt_ PVOID Context
    )
{
    KIRQL oldIrql;

    //
    // Nothing else runs on this processor in between.
    //
    KeRaiseIrql(DISPATCH_LEVEL, &oldIrql);
    IoQueueWorkItemEx(WorkItem, Routine, QueueType, Context);
    IoQueueWorkItemEx(WorkItem, Routine, QueueType, Context);
    KeLowerIrql(oldIrql);
}

#define IoQueueWorkItemEx(_WorkItem, _Routine, _QueueType, _Context) \
    QueueTwice((_WorkItem), (_Routine), (_QueueType), (_Context))

#include "both_halves.c"
