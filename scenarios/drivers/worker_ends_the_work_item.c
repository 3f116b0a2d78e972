/*++

Module Name:

    worker_ends_the_work_item.c

Abstract:

    worker_per_processor.c with a mistake: the routine of the work item ends its thread, as one of
    PsCreateSystemThread may. This thread is the system's, which has other items for it.

--*/

#include <ntddk.h>

static IO_WORKITEM_ROUTINE_EX EndsTheWorkItem;

#define IoQueueWorkItemEx(_WorkItem, _Routine, _QueueType, _Context) \
    (IoQueueWorkItemEx)((_WorkItem), EndsTheWorkItem, (_QueueType), (_Context))

#include "worker_per_processor.c"

_Use_decl_annotations_
static VOID
EndsTheWorkItem(
    PVOID IoObject,
    PVOID Context,
    PIO_WORKITEM IoWorkItem
    )
{
    WorkerMake(IoObject, Context, IoWorkItem);
    PsTerminateSystemThread(STATUS_SUCCESS);
}
