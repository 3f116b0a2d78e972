/*
 * ps_priority - priorities of threads, which change nothing but the answer to the next question
 *
 * Which thread runs is a choice of the schedule here, and no driver may lean on its priority.
 */
#include <string.h>

#include "nt/dispatcher.h"
#include "nt/ob.h"
#include "nt/ps_thread.h"

/*
 * Set the priority of a thread.
 *
 *   Priority  1 to HIGH_PRIORITY; another one is a misuse
 *
 * Returns the priority before. IRQL: at most DISPATCH_LEVEL.
 *
 * Source: WDK reference, wdm.h, KeSetPriorityThread.
 */
KPRIORITY KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetPriorityThread");
    ha_kernel_check_irql(kernel, HA_RT_SET_PRIORITY, DISPATCH_LEVEL);
    PKTHREAD object = ha_ps_meant(kernel, HA_RT_SET_PRIORITY, Thread);
    if (!object)
        return 0;
    const DISPATCHER_HEADER *header = (const DISPATCHER_HEADER *)(const void *)object;
    KPRIORITY before = *ha_ps_priority(object);
    if (Priority <= LOW_PRIORITY || Priority > HIGH_PRIORITY)
        ha_record_misuse(kernel, HA_RT_SET_PRIORITY, HA_MISUSE_LIMIT,
                         ha_dispatcher_id(header), (uint32_t)Priority);
    else
        *ha_ps_priority(object) = Priority;
    return before;
}

/* The priority of a thread; 0, and a misuse, for what is none. */
KPRIORITY KeQueryPriorityThread(PKTHREAD Thread)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeQueryPriorityThread");
    PKTHREAD object = ha_ps_meant(kernel, HA_RT_QUERY_PRIORITY, Thread);
    return object ? *ha_ps_priority(object) : 0;
}

/*
 * Set the priority of the thread that a handle stands for, as KeSetPriorityThread() does.
 *
 *   ThreadHandle               of a thread, or ZwCurrentThread()
 *   ThreadInformationClass     ThreadPriority, or ThreadBasePriority to give it relative to the
 *                              usual one
 *   ThreadInformation          a KPRIORITY; the result lies from 1 to HIGH_PRIORITY
 *   ThreadInformationLength    its size
 *
 * Returns STATUS_SUCCESS; STATUS_INVALID_HANDLE or STATUS_OBJECT_TYPE_MISMATCH;
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER for another priority. Other classes are
 * refused with STATUS_INVALID_INFO_CLASS, as there is nothing that they could set; from above
 * PASSIVE_LEVEL it is refused with STATUS_UNSUCCESSFUL. Both are our choice.
 *
 * Source: WDK reference, ntifs.h, ZwSetInformationThread.
 */
NTSTATUS ZwSetInformationThread(HANDLE ThreadHandle, ULONG ThreadInformationClass,
                                PVOID ThreadInformation, ULONG ThreadInformationLength)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwSetInformationThread");
    void *body = NULL;
    KPRIORITY wanted;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_SET_THREAD))
        return STATUS_UNSUCCESSFUL;
    if (ThreadInformationClass != ThreadPriority && ThreadInformationClass != ThreadBasePriority) {
        ha_record_refused(kernel, HA_RT_SET_THREAD, HA_REASON_NOT_SIMULATED);
        return STATUS_INVALID_INFO_CLASS;
    }
    if (ThreadInformationLength != sizeof wanted)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (ThreadHandle == ZwCurrentThread())
        body = ha_ps_own_object(kernel);
    NTSTATUS status = body ? STATUS_SUCCESS
                           : ha_ob_of_handle(kernel, ThreadHandle, *PsThreadType, &body);
    if (!NT_SUCCESS(status))
        return status;
    memcpy(&wanted, ThreadInformation, sizeof wanted);
    KPRIORITY usual = ThreadInformationClass == ThreadBasePriority ? HA_USUAL_PRIORITY : 0;
    if (wanted <= LOW_PRIORITY - usual || wanted > HIGH_PRIORITY - usual)
        return STATUS_INVALID_PARAMETER;
    *ha_ps_priority(body) = usual + wanted;
    return STATUS_SUCCESS;
}
