/*
 * audience - see audience.h. Owns struct ha_audience.
 *
 * The list of audiences is searched when an interface or an entry is made. The classes of a machine
 * are few, and those of processors and memory come early.
 */
#include "nt/audience.h"

#include <string.h>

#include "nt/pnp_entry.h"

struct ha_audience *ha_audience_find(const struct ha_kernel *kernel, const GUID *class_guid)
{
    struct ha_audience *at = kernel->pnp.audiences;
    while (at && memcmp(&at->class_guid, class_guid, sizeof *class_guid) != 0)
        at = at->next;
    return at;
}

struct ha_audience *ha_audience_of(struct ha_kernel *kernel, const GUID *class_guid)
{
    struct ha_audience *audience = ha_audience_find(kernel, class_guid);
    if (audience)
        return audience;
    audience = ha_arena_take(&kernel->world.host->arena, sizeof *audience);
    if (!audience)
        return NULL;
    audience->class_guid = *class_guid;
    struct ha_audience **end = &kernel->pnp.audiences;
    while (*end)
        end = &(*end)->next;
    *end = audience;
    return audience;
}

void ha_audience_join(struct ha_pnp_entry *entry)
{
    struct ha_audience *audience = entry->audience;
    if (!audience)
        return;
    audience->live++;
    entry->previous = audience->last;
    if (audience->last)
        audience->last->next = entry;
    else
        audience->first = entry;
    audience->last = entry;
}

void ha_audience_leave(const struct ha_pnp_entry *entry)
{
    if (entry->audience)
        entry->audience->live--;
}

void ha_audience_forget(const struct ha_pnp_entry *entry)
{
    struct ha_audience *audience = entry->audience;
    if (!audience)
        return;
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        audience->first = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    else
        audience->last = entry->previous;
}
