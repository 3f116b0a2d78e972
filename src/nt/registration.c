/*
 * registration - processor-change callbacks that are registered, and the lock around them
 *
 * Owns struct ha_registration.
 */
#include "nt/registration.h"

#include <stddef.h>

#include "nt/callback_object.h"
#include "nt/in_use.h"

static void free_registration(struct ha_notify *chain, struct ha_notify_entry *entry)
{
    struct ha_kernel *kernel =
        (struct ha_kernel *)(void *)((char *)chain - offsetof(struct ha_kernel, chain));
    ha_arena_give(&kernel->world.host->arena, entry, sizeof(struct ha_registration));
}

void ha_registrations_init(struct ha_kernel *kernel)
{
    kernel->chain.free_entry = free_registration;
    ha_object_init(&kernel->world, &kernel->lock, "the lock of registrations and adds");
}

void ha_registration_order_anew(struct ha_kernel *kernel,
                                const struct ha_registration *registration)
{
    ha_order_forget(&kernel->world, registration);
    ha_order_forget(&kernel->world, ha_order_of_calls(registration));
}

struct ha_registration *ha_registration_make(struct ha_kernel *kernel)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    struct ha_registration *registration = ha_arena_take(arena, sizeof *registration);
    if (!registration)
        return NULL;
    if (ha_slots_put(&kernel->handles, arena, registration, &registration->place)) {
        registration->link.left = true;     /* it has not come yet */
        ha_registration_order_anew(kernel, registration);
        return registration;
    }
    ha_arena_give(arena, registration, sizeof *registration);
    return NULL;
}

uint64_t ha_registration_handle(const struct ha_kernel *kernel,
                                const struct ha_registration *registration)
{
    return ha_slots_handle(&kernel->handles, registration->place);
}

void ha_registration_join(struct ha_kernel *kernel, struct ha_registration *registration)
{
    ha_record_open(&kernel->world, HA_REG_LOCKED, registration->link.id);
    ha_registration_append(kernel, registration);
}

void ha_registration_append(struct ha_kernel *kernel, struct ha_registration *registration)
{
    ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_WRITE);
    ha_order_give(&kernel->world, registration);
    kernel->callbacks.in_chain += registration->of_object;
    ha_notify_join(&kernel->chain, &registration->link);
}

void ha_registration_die(struct ha_registration *registration)
{
    registration->dead = true;
    registration->link.marked = true;
}

void ha_registration_remove(struct ha_kernel *kernel, struct ha_registration *registration)
{
    ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_WRITE);
    ha_slots_drop(&kernel->handles, registration->place);
    kernel->callbacks.in_chain -= registration->of_object;
    ha_notify_leave(&kernel->chain, &registration->link);
}

void ha_registrations_bury(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    const struct ha_notify_walk walk = ha_notify_begin(&kernel->chain, false);
    for (struct ha_notify_entry *entry = ha_notify_first(&walk); entry;
         entry = ha_notify_after(&walk, entry)) {
        struct ha_registration *registration = ha_registration_of(entry);
        if (registration->driver_id != driver->id)
            continue;
        /* Its removal was asked for in time: the kernel put it off, not the driver. */
        if (registration->deferred)
            ha_registration_remove(kernel, registration);
        else
            ha_registration_die(registration);
    }
    ha_notify_end(&kernel->chain);
}

/* Those of one list, which nobody changes meanwhile. */
static bool are_used(struct ha_kernel *kernel, const struct ha_notify *list, const void *memory,
                     size_t size, enum ha_routine routine)
{
    bool used = false;
    for (struct ha_notify_entry *entry = list->first; entry; entry = entry->next) {
        const struct ha_registration *registration = ha_registration_of(entry);
        if (entry->left || registration->deferred || registration->dead ||
            !ha_lies_in(registration->context, memory, size))
            continue;
        ha_record_misuse(kernel, routine, HA_MISUSE_CLIENT_CONTEXT, entry->id, 0);
        used = true;
    }
    return used;
}

bool ha_registrations_use(struct ha_kernel *kernel, const void *memory, size_t size,
                          enum ha_routine routine)
{
    bool used = are_used(kernel, &kernel->chain, memory, size, routine);
    for (PCALLBACK_OBJECT object = kernel->callbacks.first; object; object = object->next)
        used |= are_used(kernel, &object->clients, memory, size, routine);
    return used;
}

void ha_registrations_lock(struct ha_kernel *kernel)
{
    ha_lock_take(&kernel->world, &kernel->lock);
}

void ha_registrations_unlock(struct ha_kernel *kernel)
{
    ha_lock_give(&kernel->world, &kernel->lock);
}

void ha_registrations_sweep(struct ha_kernel *kernel)
{
    const struct ha_notify_walk walk = ha_notify_begin(&kernel->chain, false);
    for (struct ha_notify_entry *entry = ha_notify_first(&walk); entry;
         entry = ha_notify_after(&walk, entry))
        if (ha_registration_of(entry)->deferred)
            ha_registration_remove(kernel, ha_registration_of(entry));
    ha_notify_end(&kernel->chain);
    kernel->any_deferred = false;
}
