/*
 * trace - the stream of facts that a world writes
 *
 * Owns the window and its way to the sinks.
 */
#include "core/trace.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/world.h"

/* The end of the window, or the place where the budget ends or a stop is due before it. */
static void set_limit(struct ha_world *world)
{
    struct ha_trace *trace = &world->trace;
    struct ha_record *end = world->host->store.window + HA_TRACE_WINDOW;
    uint64_t before = trace->break_at > 2 ? trace->break_at - 2 : 0;
    uint64_t last = trace->budget < before ? trace->budget : before;
    /* A record may stand for two, so look again when half of what is left is written. */
    uint64_t left = last >= trace->seq ? (last - trace->seq) / 2 + 1 : 0;
    trace->limit = left < (uint64_t)(end - trace->next) ? trace->next + left : end;
}

int ha_trace_open(struct ha_world *world, uint64_t budget)
{
    struct ha_trace_store *store = &world->host->store;
    store->window = malloc(HA_TRACE_WINDOW * sizeof *store->window);
    if (!store->window)
        return HA_ENOMEM;
    world->trace = (struct ha_trace){.next = store->window, .seq = 1, .budget = budget,
                                     .break_at = UINT64_MAX};
    set_limit(world);
    return HA_OK;
}

void ha_trace_close(struct ha_trace_store *store)
{
    if (!store->lent)
        free(store->window);
    free(store->saved);
    store->window = store->saved = NULL;
}

void ha_trace_lend(struct ha_world *world, struct ha_record *window)
{
    struct ha_trace_store *store = &world->host->store;
    size_t count = (size_t)(world->trace.next - store->window);
    memcpy(window, store->window, count * sizeof *window);
    if (!store->lent)
        free(store->window);
    store->window = window;
    store->lent = true;
    world->trace.next = window + count;
    set_limit(world);
}

void ha_trace_break_at(struct ha_world *world, uint64_t seq)
{
    world->trace.break_at = seq;
    set_limit(world);
}

int ha_trace_mark(struct ha_world *world)
{
    struct ha_trace_store *store = &world->host->store;
    size_t count = (size_t)(world->trace.next - store->window);
    struct ha_record *saved = malloc((count + 1) * sizeof *saved);
    if (!saved)
        return HA_ENOMEM;
    memcpy(saved, store->window, count * sizeof *saved);
    free(store->saved);
    store->saved = saved;
    store->saved_count = count;
    return HA_OK;
}

void ha_trace_rewind(struct ha_world *world)
{
    struct ha_trace_store *store = &world->host->store;
    memcpy(store->window, store->saved, store->saved_count * sizeof *store->window);
}

static void hand_over(struct ha_world *world, size_t count)
{
    struct ha_trace_store *store = &world->host->store;
    for (size_t i = 0; i < store->sink_count; i++)
        store->sink[i]->take(store->sink[i], store->window, count);
    world->trace.flushed = world->trace.flushed || count;
}

void ha_trace_flush(struct ha_world *world)
{
    struct ha_trace *trace = &world->trace;
    size_t count = (size_t)(trace->next - world->host->store.window);
    if (count)
        hand_over(world, count);
    trace->next = world->host->store.window;
    set_limit(world);
}

/* The number is near: an ENTER before it shall not stand for its LEAVE, too. */
static void break_here(struct ha_world *world)
{
    struct ha_trace *trace = &world->trace;
    world->sched.running->disturbed = true;
    if (trace->seq < trace->break_at)
        return;
    trace->break_at = UINT64_MAX;
    raise(SIGTRAP);
}

struct ha_record *ha_trace_make_room(struct ha_world *world)
{
    struct ha_trace *trace = &world->trace;
    struct ha_record *window = world->host->store.window;
    if (trace->seq >= trace->break_at - 1)
        break_here(world);
    if (trace->seq > trace->budget) {
        /* Let the run come to its next scheduling point: what is under way stays readable. */
        trace->spent = true;
        trace->budget = UINT64_MAX;
        world->sched.attention = true;
    }
    if (trace->next == window + HA_TRACE_WINDOW) {
        /* The last record may be an ENTER that its call turns into a CALL. */
        hand_over(world, HA_TRACE_WINDOW - 1);
        world->host->store.is_reused = true;
        world->sched.running->disturbed = true;     /* records of a call under way have moved */
        window[0] = window[HA_TRACE_WINDOW - 1];
        trace->next = window + 1;
    }
    set_limit(world);
    if (trace->limit == trace->next)    /* where a stop is near, look again after this one */
        trace->limit++;
    return trace->next;
}

/* As much of a name as one record holds; a character of UTF-8 is not cut in two. */
static size_t name_part(const char *name, size_t length)
{
    size_t part = sizeof ((struct ha_record *)0)->as.name.text;
    if (length <= part)
        return length;
    while (part > 1 && ((unsigned char)name[part] & 0xc0) == 0x80)
        part--;
    return part;
}

void ha_record_name(struct ha_world *world, enum ha_namespace space, uint32_t id, const char *name)
{
    size_t length = strlen(name);
    do {
        struct ha_record *record = ha_record_open(world, HA_NAME, id);
        size_t part = name_part(name, length);
        memcpy(record->as.name.text, name, part);
        name += part;
        length -= part;
        record->flags = (uint8_t)(space | (length ? HA_NAME_MORE : 0u));
    } while (length);
}
