/*
 * machine - a kernel with everything around it that a program can hold in its hand
 *
 * Owns struct ha_machine: its making, its steps and its end. The structure lies in the machine's
 * own arena; what survives a rewind lies in struct ha_host. Marking and rewinding are in keep.c.
 */
#include "sim/machine.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "nt/caller.h"
#include "nt/driver.h"
#include "nt/pnp_queue.h"
#include "sim/keep.h"

#define DEFAULT_ARENA_BYTES ((size_t)256 << 20)

static struct ha_world *world_of(struct ha_machine *machine)
{
    return &machine->kernel.world;
}

static void write_companions(struct ha_machine *machine, const struct ha_machine_options *options)
{
    struct ha_world *world = world_of(machine);
    const struct ha_partition *partition = &world->partition;
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++)
        ha_record_open(world, HA_KNOB, k)->as.knob.value = machine->kernel.profile.knob[k];
    for (uint32_t g = 0; g < partition->group_count; g++) {
        struct ha_record *group = ha_record_open(world, HA_GROUP, g);
        group->as.group.active_mask = partition->group[g].active_mask;
        group->as.group.maximum = partition->group[g].maximum;
    }
    for (uint32_t node = 0; node < partition->node_count; node++) {
        for (uint32_t g = 0; g < partition->group_count; g++) {
            uint64_t mask = ha_partition_node_mask(partition, node, g);
            if (!mask)
                continue;
            struct ha_record *part = ha_record_open(world, HA_NODE, node);
            part->as.node.mask = mask;
            part->as.node.group = (uint16_t)g;
        }
    }
    for (uint32_t i = 0; i < partition->active; i++) {
        struct ha_record *processor = ha_record_open(world, HA_PROCESSOR, i);
        processor->as.existing.group = partition->place[i].group;
        processor->as.existing.number = partition->place[i].number;
    }
    for (uint32_t i = 0; i < partition->memory_count; i++) {
        struct ha_record *memory = ha_record_open(world, HA_MEMORY, i + 1);
        memory->as.memory.base = partition->memory[i].base;
        memory->as.memory.size = partition->memory[i].size;
    }
    if (partition->memory_count) {
        struct ha_record *limits = ha_record_open(world, HA_POOL_LIMITS, 0);
        limits->as.pool_limits.paged = partition->paged_pool;
        limits->as.pool_limits.nonpaged = partition->nonpaged_pool;
    }
    if (options->has_callback_budget)
        ha_record_open(world, HA_BUDGET, 0)->as.budget.callback_ns = options->callback_budget_ns;
    if (options->name)
        ha_record_name(world, HA_NS_SCENARIO, 1, options->name);
}

static void begin_trace(struct ha_machine *machine, const struct ha_machine_options *options)
{
    struct ha_world *world = world_of(machine);
    const struct ha_partition *partition = &world->partition;
    struct ha_record *begin = ha_record_open(world, HA_TRACE_BEGIN, 0);
    begin->as.begin.scenario_hash = machine->scenario_hash;
    begin->as.begin.profile_hash = ha_profile_hash(&machine->kernel.profile);
    begin->as.begin.format = HA_TRACE_FORMAT;
    begin->as.begin.maker = HA_MAKER_HOTADD;
    begin->as.begin.preset = machine->kernel.profile.preset;
    begin->as.begin.groups = (uint16_t)partition->group_count;
    begin->as.begin.nodes = (uint16_t)partition->node_count;
    begin->as.begin.processors = (uint16_t)partition->active;
    begin->as.begin.maximum = (uint16_t)partition->maximum;
    write_companions(machine, options);
    ha_thread_announce(world->sched.adopted);
}

static void default_fatal(struct ha_machine *machine, void *argument)
{
    (void)argument;
    fprintf(stderr, "hotadd: the run ended (%s) while its own thread was inside an NT routine\n",
            ha_ending_name(ha_machine_ending(machine)));
    exit(1);
}

static void fatal(struct ha_world *world, void *argument)
{
    struct ha_machine *machine = argument;
    ha_record_open(world, HA_TRACE_END, 0)->as.end.ending = world->sched.ending;
    ha_trace_flush(world);
    machine->fatal(machine, machine->fatal_argument);
    abort();
}

/* Everything that lies in the arena, over a host that is open. */
static int build(struct ha_host *host, const struct ha_machine_options *options,
                 struct ha_machine **made, struct ha_error *error)
{
    struct ha_machine *machine = ha_arena_take(&host->arena, sizeof *machine);
    if (!machine)
        return ha_error_set(error, HA_ENOMEM, "the arena is too small for a machine");
    struct ha_world *world = world_of(machine);
    world->host = host;
    machine->fatal = default_fatal;
    machine->scenario_hash = options->scenario_hash;
    host->fatal = fatal;
    host->fatal_argument = machine;

    int err = ha_partition_init(&world->partition, &host->arena, &options->partition, error);
    if (!err && options->profile.knob[HA_KNOB_TARGET] == HA_TARGET_WS2008 &&
        world->partition.group_count > 1)
        err = ha_error_set(error, HA_EINVAL,
                           "target=ws2008 has no processor groups: name one group");
    if (!err && options->replay && options->threads == HA_THREADS_FREE)
        err = ha_error_set(error, HA_EINVAL, "a run with free threads cannot be replayed");
    if (!err && options->replay)
        err = ha_tape_read(&host->input, options->replay, options->scenario_hash,
                           ha_profile_hash(&options->profile), error);
    if (!err)
        err = ha_trace_open(world, options->record_budget ? options->record_budget : UINT64_MAX);
    if (!err && !ha_thread_adopt(world))
        err = HA_ENOMEM;
    if (err)
        return err == HA_ENOMEM ? ha_error_set(error, err, "out of memory") : err;
    machine->kernel.profile = options->profile;
    begin_trace(machine, options);
    machine->kernel.record_locks = options->record_locks;
    machine->kernel.record_places = options->record_places;
    if (!ha_kernel_init(&machine->kernel, &options->profile))
        return ha_error_set(error, HA_ENOMEM, "the arena is too small for the kernel");
    if (host->monitor)
        ha_free_begin(world);
    *made = machine;
    return HA_OK;
}

static void close_host(struct ha_host *host)
{
    ha_trace_close(&host->store);
    ha_tape_close(&host->input);
    ha_caller_close(host);
    if (host->carrier)
        host->carrier->operations->close(host->carrier);
    ha_free_close(host->monitor);
    ha_arena_close(&host->arena);
    free(host);
}

int ha_machine_create(const struct ha_machine_options *options, struct ha_machine **machine,
                      struct ha_error *error)
{
    struct ha_thread *before = ha_thread_current();
    struct ha_host *host = calloc(1, sizeof *host);
    if (!host)
        return ha_error_set(error, HA_ENOMEM, "out of memory");
    int err = ha_arena_open(&host->arena, options->arena_bytes ? options->arena_bytes
                                                               : DEFAULT_ARENA_BYTES);
    if (!err) {
        bool is_free = options->threads == HA_THREADS_FREE;
        host->carrier = options->threads == HA_THREADS_COROUTINES ? ha_carrier_coroutine()
                                                                 : ha_carrier_pthread(is_free);
        host->monitor = is_free ? ha_free_open() : NULL;
        host->arena.is_free = host->monitor != NULL;
        err = host->carrier && (host->monitor || !is_free) ? HA_OK : HA_ENOMEM;
    }
    if (err)
        ha_error_set(error, err, "out of memory");
    else
        err = build(host, options, machine, error);
    if (err) {
        ha_thread_set_current(before);
        close_host(host);
    }
    return err;
}

void ha_machine_destroy(struct ha_machine *machine)
{
    if (!machine)
        return;
    struct ha_world *world = world_of(machine);
    ha_sched_abandon_all(world);
    if (ha_thread_current() == world->sched.adopted)
        ha_thread_set_current(NULL);
    ha_keep_close(machine);
    close_host(world->host);
}

int ha_machine_add_sink(struct ha_machine *machine, struct ha_sink *sink)
{
    struct ha_trace_store *store = &world_of(machine)->host->store;
    if (store->sink_count == HA_TRACE_SINKS)
        return HA_EINVAL;
    store->sink[store->sink_count++] = sink;
    return HA_OK;
}

void ha_machine_flush(struct ha_machine *machine)
{
    ha_trace_flush(world_of(machine));
}

int ha_machine_enter(struct ha_machine *machine)
{
    struct ha_world *world = world_of(machine);
    assert(world->sched.running == world->sched.adopted);
    ha_thread_set_current(world->sched.adopted);
    return world->sched.ending ? HA_EBUSY : HA_OK;
}

static void end_run(struct ha_machine *machine)
{
    struct ha_world *world = world_of(machine);
    ha_sched_abandon_all(world);
    ha_record_open(world, HA_TRACE_END, 0)->as.end.ending = world->sched.ending;
    ha_trace_flush(world);
    if (machine->ended)
        machine->ended(machine, machine->ended_argument);
}

void ha_machine_fail(struct ha_machine *machine, int err)
{
    if (!err)
        return;
    if (!machine->trouble)
        machine->trouble = err;
    ha_sched_end(world_of(machine), HA_END_MEMORY);
}

int ha_machine_settle(struct ha_machine *machine, int err)
{
    struct ha_world *world = world_of(machine);
    ha_machine_fail(machine, err);
    ha_sched_run_until_quiet(world);
    if (!world->sched.ending)
        return HA_OK;
    enum ha_ending ending = world->sched.ending;
    end_run(machine);
    return ending != HA_END_MEMORY ? HA_OK : machine->trouble ? machine->trouble : HA_ENOMEM;
}

int ha_machine_settle_all(struct ha_machine *machine, int err)
{
    struct ha_world *world = world_of(machine);
    err = ha_machine_settle(machine, err);
    for (uint32_t i = 0; !err && !world->sched.ending && ha_sched_is_stuck(world) &&
                         ha_sched_has_patience(world, i) && ha_queue_run_next(world); i++)
        err = ha_machine_settle(machine, HA_OK);
    return err;
}

int ha_machine_load(struct ha_machine *machine, const char *name, ha_driver_entry *entry)
{
    int err = ha_machine_enter(machine);
    if (err)
        return err;
    if (!name[0] || strlen(name) > HA_DRIVER_NAME_LENGTH)
        return HA_EINVAL;
    struct ha_driver *driver = ha_driver_make(&machine->kernel, name, entry);
    return ha_machine_settle_all(machine, driver ? ha_driver_start(driver, NULL) : HA_ENOMEM);
}

int ha_machine_driver_status(const struct ha_machine *machine, const char *name,
                             int32_t *nt_status)
{
    const struct ha_driver *driver = ha_driver_find(&machine->kernel, name);
    if (!driver)
        return HA_EINVAL;
    *nt_status = driver->entry_status;
    return HA_OK;
}

int ha_machine_unload(struct ha_machine *machine, const char *name)
{
    int err = ha_machine_enter(machine);
    struct ha_driver *driver = ha_driver_find(&machine->kernel, name);
    if (err || !driver)
        return err ? err : HA_EINVAL;
    return ha_machine_settle_all(machine, ha_driver_unload(driver, NULL));
}

int ha_machine_step(struct ha_machine *machine, bool *ran)
{
    int err = ha_machine_enter(machine);
    struct ha_world *world = world_of(machine);
    bool something = !err && ha_queue_is_awaited(world) && ha_queue_run_next(world);
    if (ran)
        *ran = something;
    return err ? err : ha_machine_settle(machine, HA_OK);
}

int ha_machine_run(struct ha_machine *machine)
{
    int err = HA_OK;
    for (bool ran = true; ran && !err && !world_of(machine)->sched.ending;)
        err = ha_machine_step(machine, &ran);
    return err;
}

/* Quiet, and nothing due: what has not ended now never will. */
static bool is_deadlocked(struct ha_machine *machine)
{
    struct ha_world *world = world_of(machine);
    if (!ha_sched_is_stuck(world))
        return false;
    ha_sched_record_deadlock(world);
    ha_sched_end(world, HA_END_DEADLOCK);
    end_run(machine);
    return true;
}

int ha_machine_finish(struct ha_machine *machine)
{
    struct ha_world *world = world_of(machine);
    int err = ha_machine_enter(machine);
    if (!err)
        err = ha_machine_settle_all(machine, HA_OK);
    if (!err && !world->sched.ending) {
        ha_pnp_drain(&machine->kernel);
        err = ha_machine_settle_all(machine, HA_OK);
    }
    struct ha_driver *driver = machine->kernel.last_driver;
    while (!err && !world->sched.ending && !is_deadlocked(machine)) {
        while (driver && (driver->state != HA_DRIVER_LOADED || !driver->object.DriverUnload))
            driver = driver->previous;
        if (driver) {
            err = ha_machine_settle_all(machine, ha_driver_unload(driver, NULL));
        } else {
            ha_sched_end(world, HA_END_NORMALLY);
            end_run(machine);
        }
    }
    return err;
}

void ha_machine_interrupt(struct ha_machine *machine, enum ha_ending ending)
{
    ha_sched_end(world_of(machine), ending);
}

void ha_machine_stop(struct ha_machine *machine, enum ha_ending ending)
{
    if (ha_machine_enter(machine))
        return;
    ha_sched_end(world_of(machine), ending);
    end_run(machine);
}

enum ha_ending ha_machine_ending(const struct ha_machine *machine)
{
    return machine->kernel.world.sched.ending;
}

int ha_machine_replayed(const struct ha_machine *machine)
{
    return ha_tape_fits(&machine->kernel.world) ? HA_OK : HA_ESTALE;
}

void ha_machine_set_fatal(struct ha_machine *machine,
                          void (*fatal_hook)(struct ha_machine *machine, void *argument),
                          void *argument)
{
    machine->fatal = fatal_hook ? fatal_hook : default_fatal;
    machine->fatal_argument = argument;
}
