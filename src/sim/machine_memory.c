/* machine_memory - a machine's memory: what is added to it, and how much of it is free */
#include "nt/free_memory.h"
#include "nt/hot_add.h"
#include "sim/machine.h"

struct posted_memory {
    struct ha_machine *machine;
    struct ha_memory_add_options options;
};

static void begin_add(struct ha_world *world, void *argument)
{
    struct posted_memory *posted = argument;
    ha_machine_fail(posted->machine,
                    ha_hot_add_post_memory(&posted->machine->kernel, &posted->options, NULL));
    ha_arena_give(&world->host->arena, posted, sizeof *posted);
}

int ha_machine_add_memory(struct ha_machine *machine, uint64_t due_ns,
                          const struct ha_memory_add_options *options)
{
    struct ha_world *world = &machine->kernel.world;
    int err = ha_machine_enter(machine);
    if (err)
        return err;
    struct posted_memory *posted = ha_arena_take(&world->host->arena, sizeof *posted);
    if (!posted)
        return HA_ENOMEM;
    *posted = (struct posted_memory){machine, *options};
    if (ha_queue_post(world, due_ns, begin_add, posted))
        return HA_OK;
    ha_arena_give(&world->host->arena, posted, sizeof *posted);
    return HA_ENOMEM;
}

int ha_machine_set_free_memory(struct ha_machine *machine, uint64_t bytes)
{
    int err = ha_machine_enter(machine);
    if (err)
        return err;
    ha_free_memory_set(&machine->kernel, bytes / HA_MEMORY_PAGE);
    return ha_machine_settle_all(machine, HA_OK);
}
