/*
 * pnp_entry - registrations for PnP notification
 *
 * Owns struct ha_pnp_entry and the references that entries hold.
 */
#include "nt/pnp_entry.h"

#include <stddef.h>

#include "nt/in_use.h"

static void free_entry(struct ha_notify *entries, struct ha_notify_entry *link)
{
    struct ha_kernel *kernel =
        (struct ha_kernel *)(void *)((char *)entries - offsetof(struct ha_kernel, pnp.entries));
    ha_audience_forget(ha_pnp_entry_of(link));
    ha_arena_give(&kernel->world.host->arena, link, sizeof(struct ha_pnp_entry));
}

void ha_pnp_entries_init(struct ha_kernel *kernel)
{
    kernel->pnp.entries.free_entry = free_entry;
}

struct ha_pnp_entry *ha_pnp_entry_make(struct ha_kernel *kernel)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_pnp_entry *entry = ha_arena_take(arena, sizeof *entry);
    if (!entry)
        return NULL;
    if (ha_slots_put(&kernel->pnp.handles, arena, entry, &entry->place)) {
        entry->link.left = true;        /* it has not come yet */
        ha_order_forget(&kernel->world, entry);
        ha_order_forget(&kernel->world, ha_order_of_calls(entry));
        return entry;
    }
    ha_arena_give(arena, entry, sizeof *entry);
    return NULL;
}

static void count_reference(struct ha_pnp_entry *entry, int32_t change)
{
    struct ha_driver *driver = entry->driver;
    driver->entry_references += (uint32_t)change;
    ha_order_give(&driver->kernel->world, &driver->unreferenced);
    entry->has_reference = change > 0;
    struct ha_record *record = ha_record_open(&driver->kernel->world, HA_REF, driver->id);
    record->as.ref.change = change;
    record->as.ref.count = driver->entry_references;
    record->as.ref.entry = entry->link.id;
    if (!driver->entry_references && driver->unreferenced.first_waiter)
        ha_event_set(&driver->kernel->world, &driver->unreferenced);
}

void ha_pnp_entry_join(struct ha_kernel *kernel, struct ha_pnp_entry *entry)
{
    ha_order_give(&kernel->world, entry);
    ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_WRITE);
    if (entry->driver->state == HA_DRIVER_GONE)
        entry->link.marked = true;              /* DRV-8 */
    else
        count_reference(entry, 1);
    entry->events_before = kernel->pnp.raised;
    ha_notify_join(&kernel->pnp.entries, &entry->link);
    ha_audience_join(entry);
}

PVOID ha_pnp_entry_handle(const struct ha_kernel *kernel, const struct ha_pnp_entry *entry)
{
    return (PVOID)(uintptr_t)ha_slots_handle(&kernel->pnp.handles, entry->place);
}

void ha_pnp_entry_remove(struct ha_kernel *kernel, struct ha_pnp_entry *entry)
{
    ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_WRITE);
    ha_slots_drop(&kernel->pnp.handles, entry->place);
    ha_audience_leave(entry);
    ha_notify_leave(&kernel->pnp.entries, &entry->link);
}

void ha_pnp_entry_let_go(struct ha_pnp_entry *entry)
{
    if (entry->has_reference && entry->removal_returned && !entry->calls &&
        !entry->is_late)
        count_reference(entry, -1);
}

/* `runs` alone counts for an entry that is removed. */
static bool is_used(struct ha_kernel *kernel, const struct ha_pnp_entry *entry, bool runs,
                    const void *memory, size_t size, enum ha_routine routine)
{
    if (!runs || entry->link.marked || !ha_lies_in(entry->context, memory, size))
        return false;
    ha_record_misuse(kernel, routine, HA_MISUSE_CONTEXT, entry->link.id, 0);
    return true;
}

bool ha_pnp_entries_use(struct ha_kernel *kernel, const void *memory, size_t size,
                        enum ha_routine routine)
{
    struct ha_notify *entries = &kernel->pnp.entries;
    bool used = false;
    if (entries->count) {
        const struct ha_notify_walk walk = ha_notify_begin(entries, false);
        for (struct ha_notify_entry *link = ha_notify_first(&walk); link;
             link = ha_notify_after(&walk, link))
            used |= is_used(kernel, ha_pnp_entry_of(link), true, memory, size, routine);
        ha_notify_end(entries);
    }
    for (struct ha_notify_entry *link = entries->left; link; link = link->next_left) {
        const struct ha_pnp_entry *entry = ha_pnp_entry_of(link);
        used |= is_used(kernel, entry, entry->calls || entry->is_late, memory, size,
                        routine);
    }
    return used;
}

void ha_pnp_entries_bury(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    const struct ha_notify_walk walk = ha_notify_begin(&kernel->pnp.entries, false);
    for (struct ha_notify_entry *link = ha_notify_first(&walk); link;
         link = ha_notify_after(&walk, link)) {
        struct ha_pnp_entry *entry = ha_pnp_entry_of(link);
        if (entry->driver != driver || link->marked)
            continue;
        link->marked = true;
        count_reference(entry, -1);
    }
    ha_notify_end(&kernel->pnp.entries);
}

void ha_pnp_entries_wait(struct ha_driver *driver)
{
    struct ha_world *world = &driver->kernel->world;
    if (driver->entry_references && !driver->unreferenced.id)
        ha_object_init(world, &driver->unreferenced, "the end of the driver's PnP entries");
    while (driver->entry_references) {
        driver->unreferenced.set = false;
        ha_event_wait(world, &driver->unreferenced);
    }
    ha_order_take(world, &driver->unreferenced);
}
