/* player - see player.h */
#include "sim/player.h"

#include "nt/driver.h"
#include "nt/free_memory.h"
#include "nt/hot_add.h"
#include "nt/interface.h"
#include "nt/pnp_queue.h"
#include "nt/scripted.h"
#include "sim/machine.h"
#include "sim/triggers.h"

struct ha_machine_options ha_player_options(const struct ha_plan *plan, const char *replay)
{
    return (struct ha_machine_options){
        .partition = plan->partition,
        .profile = plan->profile,
        .name = plan->name,
        .scenario_hash = plan->scenario_hash,
        .has_callback_budget = plan->has_callback_budget,
        .callback_budget_ns = plan->callback_budget_ns,
        .replay = replay,
    };
}

/* An event that cannot be carried out says why, and is over. */
static int refuse(struct ha_kernel *kernel, enum ha_reason reason, const void *cookie)
{
    ha_record_refused(kernel, HA_NO_ROUTINE, reason);
    ha_kernel_ended(kernel, cookie);
    return HA_OK;
}

struct removal {
    struct ha_kernel *kernel;
    const struct ha_instance_pattern *instance;
    const void *cookie;
};

static void remove_thread(void *argument)
{
    const struct removal removal = *(struct removal *)argument;
    struct ha_kernel *kernel = removal.kernel;
    const struct ha_instance_pattern *instance = removal.instance;
    uint32_t device = instance->unit == HA_UNIT_MEMORY
                          ? ha_partition_range_at(&kernel->world.partition, instance->base)
                          : instance->device;
    ha_arena_give(&kernel->world.host->arena, argument, sizeof removal);
    if (ha_interface_down(kernel, (enum ha_unit)instance->unit, device))
        ha_kernel_ended(kernel, removal.cookie);
    else
        refuse(kernel, HA_REASON_NO_INTERFACE, removal.cookie);
}

/* By hand, so no driver's thread does it, whoever's code runs in that moment. */
static int remove_interface(struct ha_kernel *kernel, const struct ha_instance_pattern *instance,
                            const void *cookie)
{
    struct removal *removal = ha_arena_take(&kernel->world.host->arena, sizeof *removal);
    if (!removal)
        return HA_ENOMEM;
    *removal = (struct removal){kernel, instance, cookie};
    return ha_thread_create(&kernel->world, HA_THREAD_SYSTEM, 0, remove_thread, removal, NULL);
}

/* Of an event that happens in a driver's name. */
static int begin_with_driver(struct ha_machine *machine, const struct ha_event_plan *event,
                             const void *cookie)
{
    struct ha_kernel *kernel = &machine->kernel;
    const struct ha_script *script = &machine->plan->driver[event->driver];
    struct ha_driver *driver = ha_driver_find(kernel, script->name);
    bool is_there = driver && driver->state != HA_DRIVER_GONE;
    if (event->kind == HA_EVENT_LOAD)
        return is_there ? refuse(kernel, HA_REASON_LOADED, cookie)
                        : ha_scripted_load(kernel, script, cookie);
    if (!is_there)
        return refuse(kernel, HA_REASON_NOT_LOADED, cookie);
    return event->kind == HA_EVENT_UNLOAD ? ha_driver_unload(driver, cookie)
                                          : ha_scripted_run(driver, event->run, cookie);
}

static int begin(struct ha_machine *machine, const struct ha_event_plan *event)
{
    struct ha_kernel *kernel = &machine->kernel;
    const void *cookie = ha_triggers_cookie(machine, event);
    switch (event->kind) {
    case HA_EVENT_ADD_PROCESSOR:
        return ha_hot_add_post(kernel, &(struct ha_add_wish){.processors = *event->add}, cookie);
    case HA_EVENT_ADD_MEMORY:
        return ha_hot_add_post(
            kernel, &(struct ha_add_wish){.is_memory = true, .memory = *event->memory}, cookie);
    case HA_EVENT_REMOVE_INTERFACE: return remove_interface(kernel, event->instance, cookie);
    case HA_EVENT_FREE_MEMORY:
        ha_free_memory_set(kernel, event->free_bytes / HA_MEMORY_PAGE);
        break;
    case HA_EVENT_HOLD: ha_pnp_hold(kernel, true); break;
    case HA_EVENT_RELEASE:
        ha_pnp_hold(kernel, false);
        ha_pnp_end_event(kernel, cookie);
        return HA_OK;
    default: return begin_with_driver(machine, event, cookie);
    }
    ha_kernel_ended(kernel, cookie);
    return HA_OK;
}

int ha_player_begin(struct ha_machine *machine, const struct ha_plan *plan)
{
    machine->plan = plan;
    machine->next_driver = 0;
    machine->events_posted = false;
    return ha_triggers_set(machine, begin);
}

void ha_player_lend(struct ha_machine *machine, struct ha_record *window)
{
    ha_trace_lend(&machine->kernel.world, window);
}

void ha_player_search(struct ha_machine *machine, struct ha_search *search)
{
    struct ha_host *host = machine->kernel.world.host;
    host->oracle = ha_search_oracle(search);
    host->watcher = ha_search_watcher(search);
}

int ha_player_mark(struct ha_machine *machine)
{
    struct ha_world *world = &machine->kernel.world;
    ha_trace_flush(world);
    world->trace.flushed = false;
    return ha_machine_mark(machine);
}

void ha_player_break_at(struct ha_machine *machine, uint64_t seq)
{
    ha_trace_break_at(&machine->kernel.world, seq);
}

static void begin_event(struct ha_world *world, void *argument)
{
    /* The machine starts with its kernel, and that with its world. */
    struct ha_machine *machine = (struct ha_machine *)(void *)world;
    ha_machine_fail(machine, begin(machine, argument));
}

static int post_events(struct ha_machine *machine)
{
    const struct ha_plan *plan = machine->plan;
    machine->events_posted = true;
    for (size_t i = 0; i < plan->event_count; i++)
        if (plan->event[i].trigger == HA_AT_TIME &&
            !ha_queue_post(&machine->kernel.world, plan->event[i].due_ns, begin_event,
                           (void *)(uintptr_t)&plan->event[i]))
            return ha_machine_settle(machine, HA_ENOMEM);
    return HA_OK;
}

int ha_player_step(struct ha_machine *machine, bool *more)
{
    const struct ha_plan *plan = machine->plan;
    int err = HA_OK;
    *more = true;
    while (machine->next_driver < plan->driver_count && plan->loads_later[machine->next_driver])
        machine->next_driver++;
    if (machine->next_driver < plan->driver_count) {
        const struct ha_script *script = &plan->driver[machine->next_driver++];
        err = ha_machine_settle(machine, ha_scripted_load(&machine->kernel, script, NULL));
    } else if (!machine->events_posted) {
        err = post_events(machine);
    } else {
        bool ran;
        err = ha_machine_step(machine, &ran);
        if (!err && !ran && !ha_machine_ending(machine))
            err = ha_machine_finish(machine);
    }
    *more = !err && !ha_machine_ending(machine);
    return err;
}

bool ha_player_next_due(const struct ha_machine *machine, uint64_t *due_ns)
{
    const struct ha_queue *queue = &machine->kernel.world.queue;
    if (!machine->events_posted || !queue->count)
        return false;
    *due_ns = queue->heap[0].due_ns;
    return true;
}

size_t ha_player_waiting(const struct ha_machine *machine, size_t event)
{
    return ha_triggers_waiting(machine, event);
}

size_t ha_player_unstruck(const struct ha_machine *machine, size_t fault)
{
    return ha_triggers_unstruck(machine, fault);
}
