/*
 * ke_event - events and semaphores
 *
 * Source of each: WDK reference, wdm.h, the page of its name. All may be called up to
 * DISPATCH_LEVEL, and none of them waits: the parameter Wait announces a wait to Windows and
 * changes nothing here.
 */
#include "nt/dispatcher.h"
#include "nt/in_use.h"

#define SEMAPHORE HA_TYPE(HA_OBJECT_SEMAPHORE)

/*
 * Make an event: a synchronization event lets one waiting thread go and is reset by that. For one
 * that a thread waits for it is a misuse, and nothing is changed.
 */
VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeInitializeEvent");
    if (ha_in_use(kernel, Event, sizeof *Event, HA_RT_INITIALIZE_EVENT))
        return;
    ha_order_make(&kernel->world, Event, sizeof *Event);
    ha_dispatcher_init(kernel, &Event->Header,
                       Type == SynchronizationEvent ? HA_OBJECT_SYNCHRONIZATION_EVENT
                                                    : HA_OBJECT_EVENT, State != FALSE);
}

/* Set an event. Returns what its state was. */
LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetEvent");
    (void)Increment, (void)Wait;
    ha_kernel_check_irql(kernel, HA_RT_SET_EVENT, DISPATCH_LEVEL);
    if (!ha_dispatcher_is_made(kernel, &Event->Header, HA_EVENTS, HA_RT_SET_EVENT))
        return 0;
    LONG before = Event->Header.SignalState;
    Event->Header.SignalState = 1;
    ha_order_give(&kernel->world, &Event->Header);
    ha_dispatcher_signal(kernel, &Event->Header);
    ha_sched_point(&kernel->world);
    return before;
}

/* Set an event for those who wait now, and reset it. Returns what its state was. */
LONG KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KePulseEvent");
    (void)Increment, (void)Wait;
    ha_kernel_check_irql(kernel, HA_RT_PULSE_EVENT, DISPATCH_LEVEL);
    if (!ha_dispatcher_is_made(kernel, &Event->Header, HA_EVENTS, HA_RT_PULSE_EVENT))
        return 0;
    LONG before = Event->Header.SignalState;
    Event->Header.SignalState = 1;
    ha_order_give(&kernel->world, &Event->Header);
    ha_dispatcher_signal(kernel, &Event->Header);
    Event->Header.SignalState = 0;
    ha_sched_point(&kernel->world);
    return before;
}

static LONG reset(struct ha_kernel *kernel, PRKEVENT event)
{
    ha_kernel_check_irql(kernel, HA_RT_RESET_EVENT, DISPATCH_LEVEL);
    if (!ha_dispatcher_is_made(kernel, &event->Header, HA_EVENTS, HA_RT_RESET_EVENT))
        return 0;
    LONG before = event->Header.SignalState;
    ha_touch(&kernel->world, ha_dispatcher_id(&event->Header), HA_TOUCH_WRITE);
    event->Header.SignalState = 0;
    return before;
}

/* Reset an event. Returns what its state was, so whoever finds it set comes after who set it. */
LONG KeResetEvent(PRKEVENT Event)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeResetEvent");
    LONG before = reset(kernel, Event);
    if (before)
        ha_order_take(&kernel->world, &Event->Header);
    return before;
}

/* Reset an event. */
VOID KeClearEvent(PRKEVENT Event)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeClearEvent");
    reset(kernel, Event);
}

/* The state of an event: not zero when it is set. */
LONG KeReadStateEvent(PRKEVENT Event)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("KeReadStateEvent");
    if (!ha_dispatcher_is_made(kernel, &Event->Header, HA_EVENTS, HA_RT_READ_EVENT))
        return 0;
    ha_touch(&kernel->world, ha_dispatcher_id(&Event->Header), HA_TOUCH_READ);
    if (Event->Header.SignalState)
        ha_order_take(&kernel->world, &Event->Header);
    return Event->Header.SignalState;
}

/*
 * Make a semaphore that can be taken Count times now and Limit times at the most. A Count that is
 * not from 0 to a Limit of at least 1 is a misuse; the semaphore is made as it says. For one that
 * a thread waits for it is a misuse, too, and nothing is changed.
 */
VOID KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeInitializeSemaphore");
    if (ha_in_use(kernel, Semaphore, sizeof *Semaphore, HA_RT_INITIALIZE_SEMAPHORE))
        return;
    ha_order_make(&kernel->world, Semaphore, sizeof *Semaphore);
    ha_dispatcher_init(kernel, &Semaphore->Header, HA_OBJECT_SEMAPHORE, Count);
    Semaphore->Limit = Limit;
    if (Limit < 1 || Count < 0 || Count > Limit)
        ha_record_misuse(kernel, HA_RT_INITIALIZE_SEMAPHORE, HA_MISUSE_LIMIT,
                         ha_dispatcher_id(&Semaphore->Header), (uint32_t)Count);
}

/*
 * Give a semaphore back Adjustment times. Returns what its count was. A count beyond the limit,
 * for which Windows raises STATUS_SEMAPHORE_LIMIT_EXCEEDED, is a misuse and changes nothing.
 */
LONG KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment, BOOLEAN Wait)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeReleaseSemaphore");
    (void)Increment, (void)Wait;
    ha_kernel_check_irql(kernel, HA_RT_RELEASE_SEMAPHORE, DISPATCH_LEVEL);
    if (!ha_dispatcher_is_made(kernel, &Semaphore->Header, SEMAPHORE, HA_RT_RELEASE_SEMAPHORE))
        return 0;
    LONG before = Semaphore->Header.SignalState;
    if (Adjustment < 1 || (LONGLONG)before + Adjustment > Semaphore->Limit) {
        ha_record_misuse(kernel, HA_RT_RELEASE_SEMAPHORE, HA_MISUSE_LIMIT,
                         ha_dispatcher_id(&Semaphore->Header), (uint32_t)Adjustment);
        return before;
    }
    Semaphore->Header.SignalState += Adjustment;
    ha_order_give(&kernel->world, &Semaphore->Header);
    ha_dispatcher_signal(kernel, &Semaphore->Header);
    ha_sched_point(&kernel->world);
    return before;
}

/* How often a semaphore can be taken now. */
LONG KeReadStateSemaphore(PRKSEMAPHORE Semaphore)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("KeReadStateSemaphore");
    if (!ha_dispatcher_is_made(kernel, &Semaphore->Header, SEMAPHORE, HA_RT_READ_SEMAPHORE))
        return 0;
    ha_touch(&kernel->world, ha_dispatcher_id(&Semaphore->Header), HA_TOUCH_READ);
    if (Semaphore->Header.SignalState)
        ha_order_take(&kernel->world, &Semaphore->Header);
    return Semaphore->Header.SignalState;
}
