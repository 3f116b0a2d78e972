/*
 * ke_timer - timers, which are signalled at a moment of simulated time, once or again and again
 *
 * Owns struct timer_setting, what a timer that is set has in the queue. It lies in the arena, and
 * TimerListEntry leads to it. Source of each: WDK reference, wdm.h, the page of its name. All may
 * be called up to DISPATCH_LEVEL.
 *
 * A periodic timer that is signalled and that nobody has waited for since does not change by
 * expiring again. It rests, so that it does not keep a run alive for ever, and goes on with its
 * next period when a thread takes the signal.
 */
#include "nt/dispatcher.h"

#define NS_A_MS UINT64_C(1000000)

struct timer_setting {
    struct ha_alarm alarm;          /* not set while the timer rests */
    struct ha_kernel *kernel;
    PKTIMER timer;
    uint64_t due_ns;                /* when it expires next; while it rests, when it expired last */
};

static struct timer_setting *setting_of(const KTIMER *timer)
{
    return (struct timer_setting *)(void *)timer->TimerListEntry.Flink;
}

static void set_alarm(struct timer_setting *setting)
{
    struct ha_world *world = &setting->kernel->world;
    if (!ha_alarm_set(world, &setting->alarm, setting->due_ns))
        ha_sched_end(world, HA_END_MEMORY);
}

/* The timer is not set any more. Returns whether it was. */
static bool drop(PKTIMER timer)
{
    struct timer_setting *setting = setting_of(timer);
    if (!setting)
        return false;
    ha_alarm_stop(&setting->kernel->world, &setting->alarm);
    timer->TimerListEntry.Flink = NULL;
    ha_arena_give(&setting->kernel->world.host->arena, setting, sizeof *setting);
    return true;
}

/* Runs between threads. */
static void expire(struct ha_world *world, void *argument)
{
    struct timer_setting *setting = argument;
    struct ha_kernel *kernel = setting->kernel;
    PKTIMER timer = setting->timer;
    if (setting_of(timer) != setting) {     /* initialised again meanwhile: it is another timer */
        ha_arena_give(&world->host->arena, setting, sizeof *setting);
        return;
    }
    if (!timer->Period)
        drop(timer);
    timer->Header.SignalState = 1;
    ha_dispatcher_signal(kernel, &timer->Header);
}

void ha_timer_taken(PKTIMER timer)
{
    struct timer_setting *setting = setting_of(timer);
    if (!setting || setting->alarm.place)
        return;
    uint64_t now = setting->kernel->world.time_ns, period = timer->Period * NS_A_MS;
    setting->due_ns += ((now - setting->due_ns) / period + 1) * period;
    set_alarm(setting);
}

/*
 * Make a timer that is not set. A synchronization timer lets one waiting thread go and is reset
 * by that; a notification timer stays signalled until it is set again.
 */
VOID KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeInitializeTimerEx");
    *Timer = (KTIMER){.Period = 0};
    ha_dispatcher_init(kernel, &Timer->Header,
                       Type == SynchronizationTimer ? HA_OBJECT_SYNCHRONIZATION_TIMER
                                                    : HA_OBJECT_TIMER, 0);
}

/* Make a notification timer. */
VOID KeInitializeTimer(PKTIMER Timer)
{
    KeInitializeTimerEx(Timer, NotificationTimer);
}

/*
 * Set a timer, which takes back an earlier setting and its signal.
 *
 *   DueTime  in units of 100 ns: below zero relative, else system time; what has passed is due now
 *   Period   in milliseconds, 0 or less for a timer that expires once
 *   Dpc      must be NULL until there are DPCs: with one the call is refused, which is our choice
 *
 * Returns TRUE when the timer was set before and had not expired; a periodic one is always set.
 */
BOOLEAN KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeSetTimerEx");
    struct ha_world *world = &kernel->world;
    if (!ha_dispatcher_is_made(kernel, &Timer->Header, HA_RT_SET_TIMER))
        return FALSE;
    if (Dpc) {
        ha_record_refused(kernel, HA_RT_SET_TIMER, HA_REASON_NOT_SIMULATED);
        return FALSE;
    }
    ha_touch(world, ha_dispatcher_id(&Timer->Header), HA_TOUCH_WRITE);
    bool was_set = drop(Timer);
    struct timer_setting *setting = ha_arena_take(&world->host->arena, sizeof *setting);
    if (!setting) {
        ha_sched_end(world, HA_END_MEMORY);
        return was_set;
    }
    uint64_t due_ns = ha_dispatcher_due(kernel, &DueTime);
    *setting = (struct timer_setting){
        .kernel = kernel, .timer = Timer, .due_ns = due_ns > world->time_ns ? due_ns
                                                                            : world->time_ns};
    setting->alarm = (struct ha_alarm){.action = expire, .argument = setting};
    Timer->Header.SignalState = 0;
    Timer->DueTime.QuadPart = setting->due_ns / HA_NS_A_UNIT;
    Timer->Period = Period > 0 ? (ULONG)Period : 0;
    Timer->TimerListEntry.Flink = (PLIST_ENTRY)(void *)setting;
    set_alarm(setting);
    ha_sched_point(world);
    return was_set;
}

/* Set a timer that expires once. */
BOOLEAN KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
    return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}

/* Take back the setting of a timer, and leave its state. Returns TRUE when it was set. */
BOOLEAN KeCancelTimer(PKTIMER Timer)
{
    struct ha_kernel *kernel = ha_kernel_enter("KeCancelTimer");
    if (!ha_dispatcher_is_made(kernel, &Timer->Header, HA_RT_CANCEL_TIMER))
        return FALSE;
    ha_touch(&kernel->world, ha_dispatcher_id(&Timer->Header), HA_TOUCH_WRITE);
    return drop(Timer);
}

/* Whether a timer is signalled. */
BOOLEAN KeReadStateTimer(PKTIMER Timer)
{
    struct ha_kernel *kernel = ha_kernel_spin("KeReadStateTimer");
    if (!ha_dispatcher_is_made(kernel, &Timer->Header, HA_RT_READ_TIMER))
        return FALSE;
    ha_touch(&kernel->world, ha_dispatcher_id(&Timer->Header), HA_TOUCH_READ);
    return Timer->Header.SignalState != 0;
}
