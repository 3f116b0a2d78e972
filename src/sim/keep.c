/*
 * keep - the marking and rewinding of a machine, and what lies outside its arena and goes back too
 *
 * Owns struct ha_kept: the variables of drivers that are compiled into the program or into a
 * module. The list lies outside the arena, and nothing joins it after a mark, so that a rewind
 * finds it as it was.
 */
#include "sim/keep.h"

#include <stdlib.h>

struct ha_kept {
    struct ha_kept *next;
    unsigned char *bytes;           /* of the driver */
    size_t count;
    unsigned char saved[];
};

/*
 * Byte by byte, and unseen by AddressSanitizer: between the variables of a module it guards
 * stretches that nobody may read but us.
 */
__attribute__((no_sanitize_address))
static void copy(volatile unsigned char *to, const volatile unsigned char *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = from[i];
}

int ha_machine_keep(struct ha_machine *machine, void *address, size_t bytes)
{
    if (machine->kernel.world.host->arena.saved)
        return HA_EBUSY;
    struct ha_kept *kept = bytes <= SIZE_MAX - sizeof *kept ? malloc(sizeof *kept + bytes) : NULL;
    if (!kept)
        return HA_ENOMEM;
    kept->bytes = address;
    kept->count = bytes;
    kept->next = machine->kept;
    machine->kept = kept;
    return HA_OK;
}

int ha_machine_mark(struct ha_machine *machine)
{
    struct ha_world *world = &machine->kernel.world;
    if (world->sched.first_live != world->sched.last_live || world->trace.flushed)
        return HA_EBUSY;
    int err = ha_trace_mark(world);
    if (!err)
        err = ha_arena_mark(&world->host->arena);
    for (struct ha_kept *kept = err ? NULL : machine->kept; kept; kept = kept->next)
        copy(kept->saved, kept->bytes, kept->count);
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
    for (const struct ha_kept *kept = machine->kept; kept; kept = kept->next)
        copy(kept->bytes, kept->saved, kept->count);
    ha_thread_set_current(world->sched.adopted);
    return HA_OK;
}

void ha_keep_close(struct ha_machine *machine)
{
    while (machine->kept) {
        struct ha_kept *kept = machine->kept;
        machine->kept = kept->next;
        free(kept);
    }
}
