/*
 * kernel - what Windows keeps
 *
 * Owns the set-up of struct ha_kernel, its lock, and the records that several routines write.
 */
#include "nt/kernel.h"

#include <stdio.h>
#include <stdlib.h>

struct ha_thread *ha_kernel_caller(const char *routine)
{
    struct ha_thread *thread = ha_thread_current();
    if (!thread) {
        fprintf(stderr, "hotadd: %s was called on a thread that no machine runs\n", routine);
        abort();
    }
    return thread;
}

static void free_registration(struct ha_notify *chain, struct ha_notify_entry *entry)
{
    struct ha_kernel *kernel =
        (struct ha_kernel *)(void *)((char *)chain - offsetof(struct ha_kernel, chain));
    ha_arena_give(&kernel->world.host->arena, entry, sizeof(struct ha_registration));
}

void ha_kernel_init(struct ha_kernel *kernel, const struct ha_profile *profile)
{
    kernel->profile = *profile;
    kernel->chain.free_entry = free_registration;
    ha_object_init(&kernel->world, &kernel->lock, "the lock of registrations and adds");
    ha_object_init(&kernel->world, &kernel->call_ends, "the end of a running callback");
}

void ha_record_refused(struct ha_kernel *kernel, enum ha_routine routine, enum ha_reason reason)
{
    struct ha_record *record = ha_record_open(&kernel->world, HA_REFUSED, 0);
    record->as.refused.routine = routine;
    record->as.refused.reason = reason;
}

void ha_record_misuse(struct ha_kernel *kernel, enum ha_routine routine, enum ha_misuse misuse,
                      uint32_t id)
{
    struct ha_record *record = ha_record_open(&kernel->world, HA_MISUSE, id);
    record->as.misuse.routine = routine;
    record->as.misuse.misuse = misuse;
}

void ha_record_fault(struct ha_kernel *kernel, enum ha_routine routine)
{
    ha_record_open(&kernel->world, HA_FAULT, 0)->as.fault.routine = routine;
}

bool ha_kernel_faults(struct ha_kernel *kernel, enum ha_routine routine)
{
    if (!ha_choose(&kernel->world, HA_CHOICE_FAULT, ha_routine_name(routine), 2))
        return false;
    ha_record_fault(kernel, routine);
    return true;
}

void ha_kernel_lock(struct ha_kernel *kernel)
{
    ha_lock_take(&kernel->world, &kernel->lock);
}

void ha_kernel_unlock(struct ha_kernel *kernel)
{
    if (kernel->any_deferred) {
        const struct ha_notify_walk walk = ha_notify_begin(&kernel->chain, false);
        for (struct ha_notify_entry *entry = ha_notify_first(&walk); entry;
             entry = ha_notify_after(&walk, entry)) {
            struct ha_registration *registration = (struct ha_registration *)(void *)entry;
            if (registration->deferred)
                ha_registration_remove(kernel, registration);
        }
        ha_notify_end(&kernel->chain);
        kernel->any_deferred = false;
    }
    ha_lock_give(&kernel->world, &kernel->lock);
}
