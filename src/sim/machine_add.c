/*
 * machine_add - what a program has added to a machine, at a simulated time
 *
 * Owns struct posted_add, which lies in the arena until it is due.
 */
#include "nt/hot_add.h"
#include "sim/machine.h"

struct posted_add {
    struct ha_machine *machine;
    struct ha_add_wish wish;
};

static void begin_add(struct ha_world *world, void *argument)
{
    struct posted_add *posted = argument;
    ha_machine_fail(posted->machine,
                    ha_hot_add_post(&posted->machine->kernel, &posted->wish, NULL));
    ha_arena_give(&world->host->arena, posted, sizeof *posted);
}

static int post(struct ha_machine *machine, uint64_t due_ns, const struct ha_add_wish *wish)
{
    struct ha_world *world = &machine->kernel.world;
    int err = ha_machine_enter(machine);
    if (err)
        return err;
    struct posted_add *posted = ha_arena_take(&world->host->arena, sizeof *posted);
    if (!posted)
        return HA_ENOMEM;
    *posted = (struct posted_add){machine, *wish};
    if (ha_queue_post(world, due_ns, begin_add, posted))
        return HA_OK;
    ha_arena_give(&world->host->arena, posted, sizeof *posted);
    return HA_ENOMEM;
}

int ha_machine_add_processor(struct ha_machine *machine, uint64_t due_ns,
                             const struct ha_add_options *options)
{
    return post(machine, due_ns, &(struct ha_add_wish){.processors = *options});
}

int ha_machine_add_memory(struct ha_machine *machine, uint64_t due_ns,
                          const struct ha_memory_add_options *options)
{
    return post(machine, due_ns, &(struct ha_add_wish){.is_memory = true, .memory = *options});
}
