/* locks - see locks.h. Owns the places of the locks that a thread has. */
#include "nt/locks.h"

#include "nt/in_use.h"

void ha_locks_drop_earlier(struct ha_thread *thread, enum ha_lock_sort sort, const void *place)
{
    struct ha_locks *locks = &thread->locks[sort];
    uint32_t i = 0;
    while (i < locks->known && locks->place[i] != place)
        i++;
    if (i == locks->known && locks->count == locks->known)
        return;                     /* one that it was said to have left behind */
    if (i < locks->known) {
        for (locks->known--; i < locks->known; i++)
            locks->place[i] = locks->place[i + 1];
    }
    locks->count--;
    ha_kernel_of(thread)->locks--;
}

void ha_locks_forget(struct ha_thread *thread, enum ha_lock_sort sort, uint32_t kept)
{
    struct ha_locks *locks = &thread->locks[sort];
    ha_kernel_of(thread)->locks -= locks->count - kept;
    locks->count = kept;
    if (locks->known > kept)
        locks->known = kept;
}

static void *find(const struct ha_locks *locks, const void *memory, size_t size)
{
    for (uint32_t i = 0; i < locks->known; i++)
        if (ha_lies_in(locks->place[i], memory, size))
            return locks->place[i];
    return NULL;
}

/* Mostly it is the caller alone who has any, and the others need not be asked. */
void *ha_locks_find(const struct ha_kernel *kernel, enum ha_lock_sort sort, const void *memory,
                    size_t size)
{
    const struct ha_thread *self = kernel->world.sched.running;
    void *found = find(&self->locks[sort], memory, size);
    uint32_t own = self->locks[HA_SPIN_LOCKS].count + self->locks[HA_FAST_MUTEXES].count;
    if (kernel->locks == own)
        return found;
    for (const struct ha_thread *thread = kernel->world.sched.first_live; !found && thread;
         thread = thread->next_live)
        found = find(&thread->locks[sort], memory, size);
    return found;
}
