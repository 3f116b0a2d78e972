/*
 * keep - the marking and rewinding of a machine, and what lies outside its arena and goes back too
 *
 * That is the variables of drivers that are compiled into the program or into a module. Their list
 * lies outside the arena, and nothing joins it after a mark, so that a rewind finds it as it was.
 */
#include "sim/keep.h"

#include "base/kept.h"

int ha_machine_keep(struct ha_machine *machine, void *address, size_t bytes)
{
    if (machine->kernel.world.host->arena.saved)
        return HA_EBUSY;
    return ha_kept_add(&machine->kept, address, bytes) ? HA_OK : HA_ENOMEM;
}

int ha_machine_mark(struct ha_machine *machine)
{
    struct ha_world *world = &machine->kernel.world;
    if (world->sched.first_live != world->sched.last_live || world->trace.flushed)
        return HA_EBUSY;
    int err = ha_trace_mark(world);
    if (!err)
        err = ha_arena_mark(&world->host->arena);
    if (!err)
        ha_kept_save(machine->kept);
    return err;
}

int ha_machine_rewind(struct ha_machine *machine)
{
    struct ha_world *world = &machine->kernel.world;
    if (!world->host->arena.saved)
        return HA_EINVAL;
    ha_sched_abandon_all(world);
    ha_arena_rewind(&world->host->arena);
    ha_trace_rewind(world);
    ha_kept_restore(machine->kept);
    ha_thread_set_current(world->sched.adopted);
    return HA_OK;
}

void ha_keep_close(struct ha_machine *machine)
{
    ha_kept_close(&machine->kept);
}
