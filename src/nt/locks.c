/* locks - see locks.h. Owns the places of the locks that a thread has. */
#include "nt/locks.h"

#include "nt/dispatcher.h"
#include "nt/in_use.h"
#include "nt/region.h"
#include "nt/resource.h"

void ha_locks_drop_earlier(struct ha_thread *thread, enum ha_lock_sort sort, const void *place)
{
    struct ha_locks *locks = &thread->locks[sort];
    uint32_t i = 0;
    while (i < locks->known && locks->place[i] != place)
        i++;
    if (i == locks->known && locks->count == locks->known)
        return;                     /* one that it was said to have left behind */
    if (i < locks->known) {
        for (locks->known--; i < locks->known; i++) {
            locks->place[i] = locks->place[i + 1];
            locks->driver[i] = locks->driver[i + 1];
        }
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

bool ha_locks_knows(const struct ha_thread *thread, enum ha_lock_sort sort, const void *place)
{
    const struct ha_locks *locks = &thread->locks[sort];
    uint32_t i = 0;
    while (i < locks->known && locks->place[i] != place)
        i++;
    return i < locks->known;
}

bool ha_locks_may_have(const struct ha_thread *thread, enum ha_lock_sort sort, const void *place)
{
    const struct ha_locks *locks = &thread->locks[sort];
    return locks->count > locks->known || ha_locks_knows(thread, sort, place);
}

struct ha_locks_had ha_locks_count(const struct ha_thread *thread)
{
    struct ha_locks_had had;
    for (int sort = 0; sort < HA_LOCK_SORTS; sort++)
        had.count[sort] = thread->locks[sort].count;
    had.mutants = ha_mutants_count(thread);
    had.resources = ((const struct ha_kernel *)(const void *)thread->world)->resources_taken;
    return had;
}

static bool has_more(const struct ha_thread *thread, const struct ha_locks_had *had,
                     enum ha_lock_sort sort)
{
    return thread->locks[sort].count > had->count[sort];
}

static void forget_more(struct ha_thread *thread, const struct ha_locks_had *had,
                        enum ha_lock_sort sort)
{
    if (has_more(thread, had, sort))
        ha_locks_forget(thread, sort, had->count[sort]);
}

static void leave_spin_locks(struct ha_kernel *kernel, enum ha_routine routine,
                             const struct ha_locks_had *had)
{
    struct ha_thread *thread = kernel->world.sched.running;
    if (!has_more(thread, had, HA_SPIN_LOCKS) && !has_more(thread, had, HA_SHARED_SPIN_LOCKS))
        return;
    ha_spin_look(kernel, routine);
    forget_more(thread, had, HA_SPIN_LOCKS);
    forget_more(thread, had, HA_SHARED_SPIN_LOCKS);
    thread->locks_told = thread->locks_told && ha_spin_count(thread);
    if (!thread->locks[HA_SPIN_LOCKS].count)
        ha_spin_hide_holder(kernel, thread);
}

/* The id of a push lock, fast mutex or guarded mutex. */
static uint32_t id_of(struct ha_kernel *kernel, enum ha_lock_sort sort, void *place)
{
    const FAST_MUTEX *mutex = place;
    return sort == HA_PUSH_LOCKS ? ha_push_lock_id(kernel, place)
                                 : ha_dispatcher_id(&mutex->Event.Header);
}

/*
 * Those that were taken in the name of a driver, 0 for any. Those whose place is not known go
 * without a word of their own.
 */
static void leave_sort(struct ha_kernel *kernel, enum ha_routine routine,
                       const struct ha_locks_had *had, uint16_t driver, enum ha_lock_sort sort)
{
    struct ha_thread *thread = kernel->world.sched.running;
    const struct ha_locks *locks = &thread->locks[sort];
    const uint16_t in_charge = thread->stamp.driver;
    uint32_t i = had->count[sort];
    while (i < locks->known) {
        if (driver && locks->driver[i] != driver) {
            i++;
            continue;
        }
        thread->stamp.driver = locks->driver[i];
        ha_record_misuse(kernel, routine, HA_MISUSE_HELD, id_of(kernel, sort, locks->place[i]), 0);
        ha_locks_drop_earlier(thread, sort, locks->place[i]);
    }
    thread->stamp.driver = in_charge;
    if (i == had->count[sort])
        forget_more(thread, had, sort);
}

/* What may be kept from one call to another, as spin locks may not. */
static void leave_others(struct ha_kernel *kernel, enum ha_routine routine,
                         const struct ha_locks_had *had, uint16_t driver)
{
    if (kernel->mutants)
        ha_mutants_leave(kernel, routine, had->mutants, driver);
    if (kernel->resources)
        ha_resources_leave(kernel, routine, had->resources, driver);
    if (!kernel->locks)
        return;
    leave_sort(kernel, routine, had, driver, HA_FAST_MUTEXES);
    leave_sort(kernel, routine, had, driver, HA_PUSH_LOCKS);
    ha_shared_show_holders(kernel);
}

void ha_locks_leave(struct ha_kernel *kernel, enum ha_routine routine,
                    const struct ha_locks_had *had)
{
    static const struct ha_locks_had none = {{0}, 0, 0};
    if (kernel->locks)
        leave_spin_locks(kernel, routine, had ? had : &none);
    leave_others(kernel, routine, had ? had : &none,
                 had ? kernel->world.sched.running->stamp.driver : 0);
}

void ha_locks_leave_start(struct ha_kernel *kernel, enum ha_routine routine,
                          const struct ha_locks_had *had)
{
    if (!kernel->locks)
        return;
    leave_spin_locks(kernel, routine, had);
    ha_shared_show_holders(kernel);
}

void ha_locks_leave_round(struct ha_kernel *kernel, enum ha_routine routine,
                          const struct ha_locks_had *had)
{
    leave_others(kernel, routine, had, 0);
}

void ha_locks_abandon(struct ha_kernel *kernel, struct ha_thread *thread)
{
    ha_mutants_abandon(kernel, thread);
    ha_guarded_thread_ends(kernel, thread);
    for (int sort = 0; sort < HA_LOCK_SORTS; sort++)
        ha_locks_forget(thread, (enum ha_lock_sort)sort, 0);
    ha_shared_show_holders(kernel);
    ha_resources_abandon(kernel, thread);
    /* What it still has are locks. */
    for (struct ha_thread *other = kernel->world.sched.first_live; other; other = other->next_live)
        if (other->waits_for && other->waits_for->holder == thread)
            other->waits_for->holder = NULL;
}

void ha_locks_record_wait(struct ha_world *world, enum ha_kind kind, const struct ha_object *shown,
                          const struct ha_thread *waiter)
{
    struct ha_record *record = ha_record_open(world, kind, shown->id);
    record->as.wait.timeout_ns = HA_FOREVER;
    record->as.wait.waiter = waiter->stamp.thread;
    record->as.wait.holder = shown->holder ? shown->holder->stamp.thread : 0;
    record->as.wait.blocked = 1;
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
    uint32_t own = 0;
    for (int any = 0; any < HA_LOCK_SORTS; any++)
        own += self->locks[any].count;
    if (kernel->locks == own)
        return found;
    for (const struct ha_thread *thread = kernel->world.sched.first_live; !found && thread;
         thread = thread->next_live)
        found = find(&thread->locks[sort], memory, size);
    return found;
}

static void take_out(struct ha_thread *thread, enum ha_lock_sort sort, const void *memory,
                     size_t size)
{
    void *place;
    while ((place = find(&thread->locks[sort], memory, size)) != NULL)
        ha_locks_drop_earlier(thread, sort, place);
}

void ha_locks_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    struct ha_thread *thread = kernel->world.sched.first_live;
    for (; thread; thread = thread->next_live)
        for (int sort = 0; sort < HA_LOCK_SORTS; sort++)
            take_out(thread, (enum ha_lock_sort)sort, memory, size);
    ha_spins_take_out(kernel, memory, size);
    ha_shared_take_out(kernel, memory, size);
}
