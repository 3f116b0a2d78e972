/* triggers - see triggers.h. Owns struct ha_triggers. */
#include "sim/triggers.h"

#include <string.h>

#include "nt/callout.h"
#include "nt/driver.h"
#include "nt/scripted.h"

/* An event that waits. */
struct waiting {
    uint32_t event;         /* index into the plan's events */
    uint32_t seen;          /* calls that fitted so far */
    uint64_t due;           /* the call, of all that were told, in which it is its turn */
    uint32_t next;          /* that waits for the end of the same event; index + 1, 0 for none */
    bool begun;
};

/* How far a fault of the plan is. */
struct fault {
    uint32_t needed;        /* how often it could have happened */
    uint32_t seen;          /* calls that fitted so far, where it is about one of several */
    const struct ha_thread *inside;     /* the thread that is in that call */
    bool struck;
};

struct ha_triggers {
    int (*begin)(struct ha_machine *machine, const struct ha_event_plan *event);
    struct waiting *waiting;        /* in file order */
    size_t count;
    uint32_t *for_calls;    /* indices of those that wait for a call */
    size_t for_calls_count;
    uint64_t calls;         /* entries and returns that were told */
    uint32_t *awaits;       /* for each event, the first that waits for its end; index + 1 */
    struct fault *fault;
};

static struct ha_machine *machine_of(struct ha_kernel *kernel)
{
    return (struct ha_machine *)(void *)kernel;     /* which a machine starts with */
}

static void begin_waiting(struct ha_machine *machine, struct waiting *waiting)
{
    waiting->begun = true;
    ha_machine_fail(machine, machine->triggers->begin(machine,
                                                      &machine->plan->event[waiting->event]));
}

/* Begin the event, and let what it starts go on at once. */
static void pull(struct ha_machine *machine, struct waiting *waiting)
{
    struct ha_world *world = &machine->kernel.world;
    const struct ha_thread *last = world->sched.last_ready;
    begin_waiting(machine, waiting);
    if (world->sched.last_ready != last)
        ha_sched_hand_over(world);
}

/* Whether the call is the one that the event waits for. */
static bool comes_true(struct ha_kernel *kernel, const struct ha_call_pattern *pattern,
                       const struct ha_called *call, uint32_t *seen)
{
    uint32_t wanted = pattern->occurrence ? pattern->occurrence : 1;
    return ha_scripted_fits(kernel, pattern, call) && ++*seen == wanted;
}

/* Note who enters or leaves the call that a fault is about. */
static void follow_faults(struct ha_kernel *kernel, const struct ha_called *call, bool entered)
{
    struct ha_machine *machine = machine_of(kernel);
    const struct ha_thread *thread = kernel->world.sched.running;
    for (size_t i = 0; i < machine->plan->fault_count; i++) {
        const struct ha_call_pattern *during = machine->plan->fault[i].during;
        struct fault *fault = &machine->triggers->fault[i];
        if (!during || !during->occurrence)
            continue;
        if (entered && comes_true(kernel, during, call, &fault->seen))
            fault->inside = thread;
        else if (!entered && fault->inside == thread)
            fault->inside = NULL;
    }
}

/* Everybody counts the call before anything begins: what that leads to are later calls. */
static void on_call(struct ha_kernel *kernel, const struct ha_called *call, bool entered)
{
    struct ha_machine *machine = machine_of(kernel);
    struct ha_triggers *triggers = machine->triggers;
    uint64_t now = ++triggers->calls;
    bool any = false;
    follow_faults(kernel, call, entered);
    for (size_t i = 0; i < triggers->for_calls_count; i++) {
        struct waiting *waiting = &triggers->waiting[triggers->for_calls[i]];
        const struct ha_event_plan *event = &machine->plan->event[waiting->event];
        if (event->trigger == (entered ? HA_DURING_CALL : HA_AFTER_CALL) && !waiting->begun &&
            comes_true(kernel, event->call, call, &waiting->seen)) {
            waiting->due = now;
            any = true;
        }
    }
    for (size_t i = 0; any && i < triggers->for_calls_count; i++)
        if (triggers->waiting[triggers->for_calls[i]].due == now)
            pull(machine, &triggers->waiting[triggers->for_calls[i]]);
}

/*
 * The hot-add thread and that of PnP may have more to do, so what follows an add or a release takes
 * the baton. Other threads end with their event: what follows is next, and a chain of events needs
 * no chain of threads.
 */
static void on_end(struct ha_kernel *kernel, const void *cookie)
{
    struct ha_machine *machine = machine_of(kernel);
    struct ha_triggers *triggers = machine->triggers;
    struct ha_sched *sched = &kernel->world.sched;
    struct ha_thread *last = sched->last_ready;
    bool has_more = sched->running == kernel->hot_add || sched->running == kernel->pnp.thread;
    const struct ha_event_plan *ended = cookie;
    uint32_t next = triggers->awaits[ended - machine->plan->event];
    while (next) {
        struct waiting *waiting = &triggers->waiting[next - 1];
        next = waiting->next;
        if (waiting->begun)
            continue;
        if (has_more)
            pull(machine, waiting);
        else
            begin_waiting(machine, waiting);
    }
    if (!has_more)
        ha_sched_prefer_later(&kernel->world, last);
}

/* Whether a fault of the plan is about this routine, here. */
static bool fits(struct ha_kernel *kernel, size_t number, enum ha_routine routine)
{
    const struct ha_fault_plan *fault = &machine_of(kernel)->plan->fault[number];
    const struct ha_thread *thread = kernel->world.sched.running;
    struct ha_called call;
    if (fault->routine != (uint32_t)routine)
        return false;
    if (fault->driver) {
        const struct ha_driver *driver = ha_driver_by_id(kernel, thread->stamp.driver);
        if (!driver || strcmp(driver->name, fault->driver) != 0)
            return false;
    }
    if (fault->during && fault->during->occurrence)
        return machine_of(kernel)->triggers->fault[number].inside == thread;
    return !fault->during || (ha_callout_call(thread, &call) &&
                              ha_scripted_fits(kernel, fault->during, &call));
}

static bool on_need(struct ha_kernel *kernel, enum ha_routine routine)
{
    struct ha_machine *machine = machine_of(kernel);
    const struct ha_plan *plan = machine->plan;
    bool fails = false;
    for (size_t i = 0; i < plan->fault_count; i++) {
        const struct ha_fault_plan *fault = &plan->fault[i];
        if (!fits(kernel, i, routine))
            continue;
        uint32_t time = ++machine->triggers->fault[i].needed;
        if (time == fault->occurrence || (fault->persist && time > fault->occurrence))
            fails = machine->triggers->fault[i].struck = true;
    }
    return fails;
}

/*
 * Note the events that wait, and those that are waited for. Returns whether an event waits for a
 * call, or a fault is about one of several.
 */
static bool note_events(struct ha_triggers *triggers, const struct ha_plan *plan)
{
    for (size_t i = 0; i < plan->event_count; i++) {
        const struct ha_event_plan *event = &plan->event[i];
        if (event->trigger == HA_AT_TIME)
            continue;
        if (event->trigger != HA_AFTER_EVENT)
            triggers->for_calls[triggers->for_calls_count++] = (uint32_t)triggers->count;
        triggers->waiting[triggers->count++] = (struct waiting){.event = (uint32_t)i};
    }
    for (size_t i = triggers->count; i-- > 0;) {
        const struct ha_event_plan *event = &plan->event[triggers->waiting[i].event];
        if (event->trigger != HA_AFTER_EVENT)
            continue;
        triggers->waiting[i].next = triggers->awaits[event->event];
        triggers->awaits[event->event] = (uint32_t)i + 1;
    }
    bool calls = triggers->for_calls_count;
    for (size_t i = 0; i < plan->fault_count; i++)
        calls |= plan->fault[i].during && plan->fault[i].during->occurrence;
    return calls;
}

int ha_triggers_set(struct ha_machine *machine,
                    int (*begin)(struct ha_machine *machine, const struct ha_event_plan *event))
{
    const struct ha_plan *plan = machine->plan;
    struct ha_arena *arena = &machine->kernel.world.host->arena;
    struct ha_kernel_hooks *hooks = &machine->kernel.hooks;
    size_t waiting = 0;
    for (size_t i = 0; i < plan->event_count; i++)
        waiting += plan->event[i].trigger != HA_AT_TIME;
    if (!waiting && !plan->fault_count)
        return HA_OK;

    struct ha_triggers *triggers = ha_arena_take(arena, sizeof *triggers);
    if (!triggers)
        return HA_ENOMEM;
    triggers->begin = begin;
    triggers->waiting = ha_arena_take(arena, waiting * sizeof *triggers->waiting);
    triggers->for_calls = ha_arena_take(arena, waiting * sizeof *triggers->for_calls);
    triggers->awaits = ha_arena_take(arena, plan->event_count * sizeof *triggers->awaits);
    triggers->fault = ha_arena_take(arena, plan->fault_count * sizeof *triggers->fault);
    if (!triggers->waiting || !triggers->for_calls || !triggers->awaits || !triggers->fault)
        return HA_ENOMEM;
    machine->triggers = triggers;
    hooks->called = note_events(triggers, plan) ? on_call : NULL;
    hooks->ended = on_end;
    hooks->fails = plan->fault_count ? on_need : NULL;
    return HA_OK;
}

size_t ha_triggers_waiting(const struct ha_machine *machine, size_t event)
{
    const struct ha_triggers *triggers = machine->triggers;
    for (size_t i = 0; triggers && i < triggers->count; i++)
        if (!triggers->waiting[i].begun && triggers->waiting[i].event >= event)
            return triggers->waiting[i].event;
    return machine->plan->event_count;
}

const void *ha_triggers_cookie(const struct ha_machine *machine, const struct ha_event_plan *event)
{
    const struct ha_triggers *triggers = machine->triggers;
    return triggers && triggers->awaits[event - machine->plan->event] ? event : NULL;
}

size_t ha_triggers_unstruck(const struct ha_machine *machine, size_t fault)
{
    for (; fault < machine->plan->fault_count; fault++)
        if (!machine->triggers->fault[fault].struck)
            break;
    return fault;
}
