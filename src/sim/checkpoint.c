/*
 * checkpoint - see checkpoint.h
 *
 * Owns the copies, one behind the other in one block of memory, and the stack that the plan is
 * played on: a run cannot be copied by who is part of it, so the machine's own thread is a context
 * of the carrier, too, and who asks a question gives control to the host's stack for a moment.
 */
#include "sim/checkpoint.h"

#include <assert.h>
#include <stdlib.h>

#include "base/port.h"
#include "hotadd/error.h"
#include "sim/footprint.h"
#include "sim/machine.h"
#include "sim/player.h"
#include "sim/search.h"

#define MOST 4096u
#define RECORD_WORTH 4096u      /* bytes that are copied while a record is made and judged */
#define ALIGNED(size) (((size) + 15) / 16 * 16)

/* Where the copies of one question lie, and what is not in them. */
struct kept {
    uint64_t serial;
    size_t arena_at, arena_bytes;       /* in the block */
    size_t carrier_at;
    size_t footprint_at, footprint_bytes;
    size_t records;                     /* that lie in the window */
    struct ha_record last;              /* of them: it may be an ENTER that becomes a CALL */
    struct ha_context *asker;           /* that the run goes on with */
    uint32_t number;                    /* of the question */
};

struct ha_checkpoints {
    struct ha_keeper keeper;            /* first */
    struct ha_machine *machine;
    struct ha_search *search;
    const struct ha_plan *plan;
    struct ha_context *host;
    struct ha_context *asker;           /* has stopped at a question; NULL: the run is over */
    uint32_t number;                    /* of that question */
    bool is_left;
    int err;                            /* of the run */
    unsigned char *block;
    size_t size;
    uint64_t serials;
    size_t count;
    struct kept kept[MOST];
};

static struct ha_checkpoints *checkpoints_of(struct ha_keeper *keeper)
{
    return (struct ha_checkpoints *)(void *)keeper;
}

static struct ha_world *world_of(const struct ha_checkpoints *c)
{
    return &c->machine->kernel.world;
}

static struct ha_carrier *carrier_of(const struct ha_checkpoints *c)
{
    return world_of(c)->host->carrier;
}

/* Let the host's stack go on; returns when the run does. */
static void stop(struct ha_checkpoints *c, uint32_t number)
{
    struct ha_thread *self = ha_thread_current();
    c->asker = self->context;
    c->number = number;
    carrier_of(c)->operations->switch_to(carrier_of(c), self->context, c->host);
    ha_thread_set_current(self);
}

static size_t written(const struct ha_world *world)
{
    return (size_t)(world->trace.next - world->host->store.window);
}

/* To come here again from where the run could begin takes less than to copy all. */
static bool is_near(const struct ha_checkpoints *c, const struct ha_world *world)
{
    size_t before = c->count ? c->kept[c->count - 1].records : 0;
    return (written(world) - before) * RECORD_WORTH < ha_arena_used(&world->host->arena);
}

/* Asked on the asker's stack, and done on the host's. */
static void keep(struct ha_keeper *keeper, struct ha_world *world, uint32_t number)
{
    struct ha_checkpoints *c = checkpoints_of(keeper);
    bool is_kept = c->count && c->kept[c->count - 1].number >= number;
    if (!is_kept && c->count < MOST && !world->host->store.is_reused && !is_near(c, world))
        stop(c, number);
}

static void leave(struct ha_keeper *keeper, struct ha_world *world)
{
    struct ha_checkpoints *c = checkpoints_of(keeper);
    (void)world;
    c->is_left = true;
    stop(c, 0);
}

/* Behind the copies of the latest one. */
static size_t first_free(const struct ha_checkpoints *c)
{
    const struct kept *last = c->count ? &c->kept[c->count - 1] : NULL;
    return last ? last->footprint_at + ALIGNED(last->footprint_bytes) : 0;
}

/* Copy all, as it is at the question in hand; nothing happens when there is no room. */
static void save(struct ha_checkpoints *c)
{
    const struct ha_world *world = world_of(c);
    const struct ha_trace_store *store = &world->host->store;
    const struct ha_footprint *footprint = ha_search_footprint(c->search);
    struct kept *kept = &c->kept[c->count];
    kept->arena_at = first_free(c);
    kept->arena_bytes = ha_arena_used(&world->host->arena);
    kept->carrier_at = kept->arena_at + ALIGNED(kept->arena_bytes);
    if (kept->carrier_at > c->size)
        return;
    ha_arena_save(&world->host->arena, c->block + kept->arena_at);
    size_t bytes = carrier_of(c)->operations->save(carrier_of(c), c->block + kept->carrier_at,
                                                   c->size - kept->carrier_at);
    kept->footprint_at = kept->carrier_at + ALIGNED(bytes);
    if (kept->footprint_at > c->size)
        return;
    kept->footprint_bytes = ha_footprint_save(footprint, c->block + kept->footprint_at,
                                        c->size - kept->footprint_at);
    if (kept->footprint_bytes > c->size - kept->footprint_at)
        return;
    kept->records = written(world);
    if (kept->records)
        kept->last = store->window[kept->records - 1];
    kept->serial = ++c->serials;
    kept->asker = c->asker;
    kept->number = c->number;
    c->count++;
}

/* Put back the latest copy. Returns the context that goes on. */
static struct ha_context *restore(struct ha_checkpoints *c)
{
    struct ha_host *host = world_of(c)->host;
    const struct kept *kept = &c->kept[c->count - 1];
    ha_arena_restore(&host->arena, c->block + kept->arena_at, kept->arena_bytes);
    carrier_of(c)->operations->restore(carrier_of(c), c->block + kept->carrier_at);
    ha_footprint_restore(ha_search_footprint(c->search), c->block + kept->footprint_at);
    if (kept->records)
        host->store.window[kept->records - 1] = kept->last;
    return kept->asker;
}

static struct ha_context *play(void *argument)
{
    struct ha_checkpoints *c = argument;
    bool more = true;
    c->err = ha_player_begin(c->machine, c->plan);
    while (!c->err && more)
        c->err = ha_player_step(c->machine, &more);
    return c->host;
}

/* Go back to the mark, with a stack for the machine's own thread. Returns that. */
static struct ha_context *begin(struct ha_checkpoints *c)
{
    const struct ha_carrier_operations *operations = carrier_of(c)->operations;
    ha_machine_rewind(c->machine);
    operations->restore(carrier_of(c), NULL);   /* who was ending belongs to no thread any more */
    struct ha_context *player = operations->create(carrier_of(c), play, c);
    assert(player);                     /* a stack was made before, see prepare() */
    world_of(c)->sched.adopted->context = player;
    return player;
}

int ha_checkpoints_play(struct ha_checkpoints *c, const struct ha_plan *plan)
{
    size_t common = ha_search_common(c->search);
    struct ha_carrier *carrier = carrier_of(c);
    struct ha_trace_store *store = &world_of(c)->host->store;
    c->plan = plan;
    c->err = HA_OK;
    c->is_left = false;
    while (c->count && (store->is_reused || c->kept[c->count - 1].number >= common))
        c->count--;
    store->is_reused = false;
    for (c->asker = c->count ? restore(c) : begin(c); c->asker && !c->is_left;) {
        struct ha_context *next = c->asker;
        c->asker = NULL;
        carrier->operations->switch_to(carrier, c->host, next);
        if (c->asker && !c->is_left)
            save(c);
    }
    struct ha_thread *adopted = world_of(c)->sched.adopted;
    ha_thread_set_current(adopted);
    if (!c->is_left)
        adopted->context = c->host;
    return c->err;
}

size_t ha_checkpoints_count(const struct ha_checkpoints *checkpoints)
{
    return checkpoints->count;
}

struct ha_checkpoint ha_checkpoints_at(const struct ha_checkpoints *checkpoints, size_t i)
{
    const struct kept *kept = &checkpoints->kept[i];
    return (struct ha_checkpoint){kept->serial, kept->records ? kept->records - 1 : 0,
                                  ha_search_is_open(checkpoints->search, kept->number)};
}

/* What a run needs to begin with must not be refused later. */
static bool prepare(struct ha_checkpoints *c)
{
    struct ha_carrier *carrier = carrier_of(c);
    struct ha_context *first = carrier->operations->create(carrier, play, c);
    c->host = carrier->operations->adopt(carrier);
    if (first)
        carrier->operations->abandon(carrier, c->host, first);
    return first != NULL;
}

struct ha_checkpoints *ha_checkpoints_create(struct ha_machine *machine, struct ha_search *search,
                                             size_t bytes)
{
    ha_search_set_keeper(search, NULL);     /* who was it may have been lost with its process */
    if (!machine->kernel.world.host->carrier->operations->save)
        return NULL;
    struct ha_checkpoints *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->keeper = (struct ha_keeper){keep, leave};
    c->machine = machine;
    c->search = search;
    c->size = bytes;
    c->block = ha_port_reserve(bytes);
    if (!c->block || !prepare(c)) {
        ha_checkpoints_destroy(c);
        return NULL;
    }
    ha_search_set_keeper(search, &c->keeper);
    return c;
}

void ha_checkpoints_destroy(struct ha_checkpoints *c)
{
    if (!c)
        return;
    ha_search_set_keeper(c->search, NULL);
    ha_port_release(c->block, c->size);
    free(c);
}
