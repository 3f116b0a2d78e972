/*
 * ke_timer - timers, which are signalled at a moment of simulated time, once or again and again,
 * and may queue a DPC then
 *
 * Owns struct ha_timer_setting, what a timer that is set has in the queue. It lies in the arena and
 * is found by the address of the KTIMER: a driver may write over that, or copy it, and the setting
 * stays as it is. Source of each: WDK reference, wdm.h, the page of its name. All may be called up
 * to DISPATCH_LEVEL.
 *
 * A periodic timer without a DPC that is signalled and that nobody has waited for since does not
 * change by expiring again. It rests, and goes on with its next period when a thread takes the
 * signal.
 */
#include "nt/caller.h"
#include "nt/dispatcher.h"
#include "nt/dpc.h"
#include "nt/in_use.h"
#include "nt/leftovers.h"

#define NS_A_MS UINT64_C(1000000)

struct ha_timer_setting {
    struct ha_timer_setting *older, *newer;
    struct ha_alarm alarm;          /* not set while the timer rests */
    struct ha_kernel *kernel;
    PKTIMER timer;
    PKDPC dpc;
    uint64_t period_ns;             /* 0 for a timer that expires once */
    uint64_t due_ns;                /* when it expires next; while it rests, when it expired last */
    uint32_t id;                    /* of the timer */
    uint32_t made_at;               /* in its driver's code, as the timer was set there */
    uint16_t driver, processor;     /* that has set it; that it was set on */
};

/* The memory may hold anything, so what it says is not asked. */
static struct ha_timer_setting *setting_of(const struct ha_kernel *kernel, const KTIMER *timer)
{
    struct ha_timer_setting *setting = kernel->timers;
    while (setting && setting->timer != timer)
        setting = setting->older;
    return setting;
}

static void set_alarm(struct ha_timer_setting *setting)
{
    struct ha_world *world = &setting->kernel->world;
    if (!ha_alarm_set(world, &setting->alarm, setting->due_ns))
        ha_sched_end(world, HA_END_MEMORY);
}

static void link_setting(struct ha_timer_setting *setting)
{
    struct ha_kernel *kernel = setting->kernel;
    setting->older = kernel->timers;
    if (setting->older)
        setting->older->newer = setting;
    kernel->timers = setting;
}

static void unlink_setting(struct ha_timer_setting *setting)
{
    if (setting->older)
        setting->older->newer = setting->newer;
    if (setting->newer)
        setting->newer->older = setting->older;
    else
        setting->kernel->timers = setting->older;
}

/* The timer is not set any more; NULL for one that was not. Returns whether it was. */
static bool drop(struct ha_timer_setting *setting)
{
    if (!setting)
        return false;
    ha_alarm_stop(&setting->kernel->world, &setting->alarm);
    unlink_setting(setting);
    ha_arena_give(&setting->kernel->world.host->arena, setting, sizeof *setting);
    return true;
}

/* The newest setting of a timer, or with a DPC, that lies in some memory; NULL for none. */
static struct ha_timer_setting *find(const struct ha_kernel *kernel, const void *memory,
                                     size_t size)
{
    struct ha_timer_setting *setting = kernel->timers;
    while (setting && !ha_lies_in(setting->timer, memory, size) &&
           !(setting->dpc && ha_lies_in(setting->dpc, memory, size)))
        setting = setting->older;
    return setting;
}

uint32_t ha_timers_find(const struct ha_kernel *kernel, const void *memory, size_t size)
{
    const struct ha_timer_setting *setting = find(kernel, memory, size);
    return setting ? setting->id : 0;
}

void ha_timers_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    while (drop(find(kernel, memory, size)))
        continue;
}

void ha_timers_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    struct ha_timer_setting *older;
    for (struct ha_timer_setting *setting = kernel->timers; setting; setting = older) {
        older = setting->older;
        if (setting->driver == driver->id) {
            ha_record_left(driver, HA_LEFT_TIMER, setting->id, setting->made_at);
            drop(setting);
        }
    }
}

/* Whether the timer that was set still lies there. */
static bool is_there(const struct ha_timer_setting *setting)
{
    const DISPATCHER_HEADER *header = &setting->timer->Header;
    return ha_dispatcher_looks_made(setting->kernel, header, HA_TIMERS) &&
           ha_dispatcher_id(header) == setting->id;
}

/* The driver that has set it has written over it. */
static void record_lost(struct ha_kernel *kernel, const struct ha_timer_setting *setting)
{
    struct ha_thread *running = kernel->world.sched.running;
    uint16_t driver = running->stamp.driver;
    running->stamp.driver = setting->driver;
    ha_record_misuse(kernel, HA_RT_INITIALIZE_TIMER, HA_MISUSE_IN_USE, setting->id, 0);
    running->stamp.driver = driver;
}

/* Queue the DPC of a timer, if it is there. What is wrong with it is for the setter to answer. */
static void queue_dpc(struct ha_kernel *kernel, const struct ha_timer_setting *setting)
{
    struct ha_thread *running = kernel->world.sched.running;
    uint16_t driver = running->stamp.driver;
    running->stamp.driver = setting->driver;
    bool is_made = ha_dpc_is_made(kernel, setting->dpc, HA_RT_SET_TIMER);
    running->stamp.driver = driver;
    if (is_made)
        ha_dpc_insert(kernel, setting->dpc, setting->processor, HA_DPC_BY_TIMER);
}

/* Runs between threads. */
static void expire(struct ha_world *world, void *argument)
{
    struct ha_kernel *kernel = (struct ha_kernel *)(void *)world;
    struct ha_timer_setting *setting = argument;
    const struct ha_timer_setting was = *setting;
    bool is_lost = !is_there(setting);
    if (is_lost || !was.period_ns) {
        drop(setting);
    } else if (was.dpc) {
        setting->due_ns += was.period_ns;
        set_alarm(setting);
    }
    if (is_lost) {
        record_lost(kernel, &was);
        return;
    }
    was.timer->Header.SignalState = 1;
    ha_dispatcher_signal(kernel, &was.timer->Header);
    if (was.dpc)
        queue_dpc(kernel, &was);
}

void ha_timer_taken(struct ha_kernel *kernel, PKTIMER timer)
{
    struct ha_timer_setting *setting = setting_of(kernel, timer);
    if (!setting || setting->alarm.place)
        return;
    uint64_t now = kernel->world.time_ns, period_ns = setting->period_ns;
    setting->due_ns += ((now - setting->due_ns) / period_ns + 1) * period_ns;
    set_alarm(setting);
}

/*
 * Make a timer that is not set. A synchronization timer lets one waiting thread go and is reset
 * by that; a notification timer stays signalled until it is set again. One that is set is a
 * misuse, and its setting goes.
 */
VOID KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeInitializeTimerEx");
    struct ha_timer_setting *setting = setting_of(kernel, Timer);
    if (setting)
        ha_record_misuse(kernel, HA_RT_INITIALIZE_TIMER, HA_MISUSE_IN_USE, setting->id, 0);
    else if (ha_in_use(kernel, Timer, sizeof *Timer, HA_RT_INITIALIZE_TIMER))
        return;                     /* a thread waits for it */
    drop(setting);
    ha_order_make(&kernel->world, Timer, sizeof *Timer);
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

/* Who takes back a setting comes after who made it, and has what that left to the timer. */
static bool take_back(struct ha_kernel *kernel, PKTIMER timer)
{
    bool was_set = drop(setting_of(kernel, timer));
    if (was_set)
        ha_order_take(&kernel->world, &timer->Header);
    return was_set;
}

/*
 * Set a timer, which takes back an earlier setting and its signal.
 *
 *   DueTime  in units of 100 ns: below zero relative, else system time; what has passed is due now
 *   Period   in milliseconds, 0 or less for a timer that expires once
 *   Dpc      queued whenever the timer expires, to its target or to the processor that the timer
 *            was set on, which is our choice; may be NULL
 *
 * Returns TRUE when the timer was set before and had not expired; a periodic one is always set.
 */
BOOLEAN KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeSetTimerEx");
    struct ha_world *world = &kernel->world;
    ha_kernel_check_irql(kernel, HA_RT_SET_TIMER, DISPATCH_LEVEL);
    if (!ha_dispatcher_is_made(kernel, &Timer->Header, HA_TIMERS, HA_RT_SET_TIMER))
        return FALSE;
    if (Dpc)
        ha_order_use(world, Dpc);
    if (Dpc && !ha_dpc_is_made(kernel, Dpc, HA_RT_SET_TIMER))
        return FALSE;
    ha_touch(world, ha_dispatcher_id(&Timer->Header), HA_TOUCH_WRITE);
    bool was_set = take_back(kernel, Timer);
    struct ha_timer_setting *setting = ha_arena_take(&world->host->arena, sizeof *setting);
    if (!setting) {
        ha_sched_end(world, HA_END_MEMORY);
        return was_set;
    }
    uint64_t due_ns = ha_dispatcher_due(kernel, &DueTime);
    *setting = (struct ha_timer_setting){
        .kernel = kernel, .timer = Timer, .dpc = Dpc,
        .period_ns = Period > 0 ? (uint64_t)Period * NS_A_MS : 0,
        .due_ns = due_ns > world->time_ns ? due_ns : world->time_ns,
        .id = ha_dispatcher_id(&Timer->Header), .driver = world->sched.running->stamp.driver,
        .processor = world->sched.running->stamp.processor, .made_at = ha_caller_place(kernel)};
    link_setting(setting);
    setting->alarm = (struct ha_alarm){.action = expire, .argument = setting};
    Timer->Header.SignalState = 0;
    Timer->DueTime.QuadPart = setting->due_ns / HA_NS_A_UNIT;
    Timer->Period = Period > 0 ? (ULONG)Period : 0;
    Timer->Dpc = Dpc;
    Timer->Processor = setting->processor;
    set_alarm(setting);
    ha_order_give(world, &Timer->Header);
    if (Dpc)
        ha_order_give(world, ha_order_of_timers(Dpc));
    ha_sched_point(world);
    return was_set;
}

/* Set a timer that expires once. */
BOOLEAN KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
    return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}

/* The same; the tolerable delay changes nothing, as every timer expires when it is due. */
BOOLEAN KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period,
                              ULONG TolerableDelay, PKDPC Dpc)
{
    (void)TolerableDelay;
    return KeSetTimerEx(Timer, DueTime, (LONG)Period, Dpc);
}

/* Take back the setting of a timer, and leave its state. Returns TRUE when it was set. */
BOOLEAN KeCancelTimer(PKTIMER Timer)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("KeCancelTimer");
    ha_kernel_check_irql(kernel, HA_RT_CANCEL_TIMER, DISPATCH_LEVEL);
    if (!ha_dispatcher_is_made(kernel, &Timer->Header, HA_TIMERS, HA_RT_CANCEL_TIMER))
        return FALSE;
    ha_touch(&kernel->world, ha_dispatcher_id(&Timer->Header), HA_TOUCH_WRITE);
    return take_back(kernel, Timer);
}

/* Whether a timer is signalled. */
BOOLEAN KeReadStateTimer(PKTIMER Timer)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_spin("KeReadStateTimer");
    ha_kernel_check_irql(kernel, HA_RT_READ_TIMER, DISPATCH_LEVEL);
    if (!ha_dispatcher_is_made(kernel, &Timer->Header, HA_TIMERS, HA_RT_READ_TIMER))
        return FALSE;
    ha_touch(&kernel->world, ha_dispatcher_id(&Timer->Header), HA_TOUCH_READ);
    if (Timer->Header.SignalState)
        ha_order_take(&kernel->world, &Timer->Header);
    return Timer->Header.SignalState != 0;
}
