/*
 * shared_lock - locks that many threads share or one has alone
 *
 * Owns struct ha_shared_wait. The word of a lock tells how many have it, and nt/locks who they are.
 * Nobody overtakes a thread that waits to have it alone, so that this one gets it in the end; a
 * lock that has become free goes to one of those that wait, and when that shares it, to all who
 * want to share it. Only a wait is recorded.
 */
#include "nt/shared_lock.h"

#include "nt/in_use.h"
#include "nt/lock_order.h"
#include "nt/pool.h"
#include "nt/wait_graph.h"

/* A wait under way; it lies on the stack of the thread that waits. */
struct ha_shared_wait {
    struct ha_shared_wait *next;
    const struct ha_shared_kind *kind;
    void *lock;
    struct ha_thread *thread;
    struct ha_object shown;         /* the object that records and a deadlock name */
    enum ha_share share;
    bool over;                      /* the lock was passed on to the thread */
};

static struct ha_shared_wait *first_wait(const struct ha_kernel *kernel, const void *lock)
{
    struct ha_shared_wait *wait = kernel->sharing;
    while (wait && wait->lock != lock)
        wait = wait->next;
    return wait;
}

/* A lock gets its id when the trace first has something to say of it. */
static uint32_t introduce(struct ha_kernel *kernel, const struct ha_shared_kind *kind, void *lock)
{
    struct ha_share_word word = kind->read(lock);
    if (!word.id) {
        word.id = ha_kernel_introduce(kernel, kind->name);
        kind->write(lock, word);
        ha_touch(&kernel->world, word.id, HA_TOUCH_WRITE);
    }
    return word.id;
}

/* Memory that was never set up may hold anything: what nobody can have made is free from now on. */
static bool is_made(struct ha_kernel *kernel, const struct ha_shared_kind *kind, void *lock,
                    enum ha_routine routine)
{
    struct ha_share_word word = kind->read(lock);
    if (word.id <= kernel->world.objects_made && !(word.alone && word.sharers))
        return true;
    if (!ha_pool_object_went(kernel, lock, sizeof(EX_SPIN_LOCK), routine))
        ha_record_misuse(kernel, routine, HA_MISUSE_NOT_MADE, 0, 0);
    kind->write(lock, (struct ha_share_word){0});
    return false;
}

/* Who of those that have it is shown to a thread: itself, else the oldest; NULL for none known. */
static struct ha_thread *find_holder(const struct ha_kernel *kernel, enum ha_lock_sort sort,
                                     const void *lock, struct ha_thread *waiter)
{
    struct ha_thread *thread = kernel->world.sched.first_live;
    if (ha_locks_knows(waiter, sort, lock))
        return waiter;
    while (thread && !ha_locks_knows(thread, sort, lock))
        thread = thread->next_live;
    return thread;
}

void ha_shared_show_holders(struct ha_kernel *kernel)
{
    for (struct ha_shared_wait *wait = kernel->sharing; wait; wait = wait->next)
        wait->shown.holder = find_holder(kernel, wait->kind->sort, wait->lock, wait->thread);
}

bool ha_shared_keeps_waiting(const struct ha_kernel *kernel, const struct ha_thread *waiter,
                             const struct ha_thread *holder)
{
    const struct ha_shared_wait *wait = kernel->sharing;
    while (wait && wait->thread != waiter)
        wait = wait->next;
    return wait && ha_locks_knows(holder, wait->kind->sort, wait->lock);
}

void ha_shared_name_holders(struct ha_kernel *kernel)
{
    for (struct ha_shared_wait *wait = kernel->sharing; wait; wait = wait->next) {
        struct ha_thread *thread = kernel->world.sched.first_live;
        while (thread && !(ha_locks_knows(thread, wait->kind->sort, wait->lock) &&
                           ha_wait_graph_leads_to(kernel, thread, wait->thread)))
            thread = thread->next_live;
        if (thread)
            wait->shown.holder = thread;
    }
}

uint32_t ha_shared_find(struct ha_kernel *kernel, const void *memory, size_t size)
{
    void *lock;
    for (const struct ha_shared_wait *wait = kernel->sharing; wait; wait = wait->next)
        if (ha_lies_in(wait->lock, memory, size))
            return wait->shown.id;
    if ((lock = ha_locks_find(kernel, HA_SHARED_SPIN_LOCKS, memory, size)))
        return introduce(kernel, &ha_shared_spin_lock, lock);
    if ((lock = ha_locks_find(kernel, HA_PUSH_LOCKS, memory, size)))
        return introduce(kernel, &ha_push_lock, lock);
    return 0;
}

void ha_shared_take_out(struct ha_kernel *kernel, const void *memory, size_t size)
{
    for (struct ha_shared_wait *wait = kernel->sharing; wait; wait = wait->next)
        if (ha_lies_in(wait->lock, memory, size))
            wait->lock = NULL;
}

uint32_t ha_shared_id(struct ha_kernel *kernel, enum ha_lock_sort sort, void *lock, bool *shared)
{
    const struct ha_shared_kind *kind = sort == HA_PUSH_LOCKS ? &ha_push_lock
                                                              : &ha_shared_spin_lock;
    *shared = !kind->read(lock).alone;
    return introduce(kernel, kind, lock);
}

uint32_t ha_push_lock_id(struct ha_kernel *kernel, void *lock)
{
    return introduce(kernel, &ha_push_lock, lock);
}

static bool is_free_for(const struct ha_shared_kind *kind, struct ha_share_word word,
                        enum ha_share share)
{
    return !word.alone && (share == HA_ALONE ? !word.sharers : word.sharers < kind->most_sharers);
}

/* The thread has it from now on. */
static void let_have(const struct ha_shared_kind *kind, void *lock, enum ha_share share,
                     struct ha_thread *thread)
{
    struct ha_share_word word = kind->read(lock);
    word.alone = share == HA_ALONE;
    word.sharers += share == HA_SHARED;
    kind->write(lock, word);
    ha_locks_add(thread, kind->sort, lock);
}

/* A processor that spins for ever is a deadlock of the system; a thread that waits is not. */
static void wait_for(struct ha_kernel *kernel, const struct ha_shared_kind *kind, void *lock,
                     enum ha_share share)
{
    struct ha_world *world = &kernel->world;
    struct ha_thread *self = world->sched.running;
    struct ha_shared_wait wait = {.kind = kind, .lock = lock, .thread = self, .share = share};
    struct ha_shared_wait **last = &kernel->sharing;
    wait.shown.id = introduce(kernel, kind, lock);
    wait.shown.holder = find_holder(kernel, kind->sort, lock, self);
    while (*last)
        last = &(*last)->next;
    *last = &wait;
    ha_locks_record_wait(world, HA_WAIT_BEGIN, &wait.shown, self);
    self->waits_for = &wait.shown;
    self->operations += kind->spins;
    while (!wait.over)
        ha_sched_block(world);
    self->operations -= kind->spins;
    ha_order_take_lock(world, lock, share == HA_SHARED);
    wait.shown.holder = self;
    ha_locks_record_wait(world, HA_WAIT_END, &wait.shown, self);
}

void ha_shared_take(struct ha_kernel *kernel, const struct ha_shared_kind *kind, void *lock,
                    enum ha_share share)
{
    struct ha_thread *self = kernel->world.sched.running;
    ha_order_use(&kernel->world, lock);
    is_made(kernel, kind, lock, kind->acquire[share]);
    struct ha_share_word word = kind->read(lock);
    ha_touch(&kernel->world, word.id, HA_TOUCH_WRITE);
    if (ha_lock_order_matters(kernel)) {
        ha_lock_order_look(kernel, HA_NS_OBJECT, introduce(kernel, kind, lock),
                           share == HA_SHARED);
        word = kind->read(lock);
    }
    if (ha_locks_knows(self, kind->sort, lock))
        ha_record_misuse(kernel, kind->acquire[share], HA_MISUSE_TAKEN_TWICE,
                         introduce(kernel, kind, lock), 0);
    if (!is_free_for(kind, word, share) || first_wait(kernel, lock)) {
        if (!kind->spins)
            ha_spin_look(kernel, kind->acquire[share]);
        wait_for(kernel, kind, lock, share);
        return;
    }
    let_have(kind, lock, share, self);
    ha_order_take_lock(&kernel->world, lock, share == HA_SHARED);
    if (kernel->record_locks)
        ha_record_open(&kernel->world, HA_LOCK_TAKEN, introduce(kernel, kind, lock));
}

/* The wait is over: its thread has the lock. */
static void satisfy(struct ha_kernel *kernel, struct ha_shared_wait *wait)
{
    struct ha_shared_wait **place = &kernel->sharing;
    while (*place != wait)
        place = &(*place)->next;
    *place = wait->next;
    let_have(wait->kind, wait->lock, wait->share, wait->thread);
    wait->over = true;
    wait->thread->waits_for = NULL;
    ha_sched_ready(wait->thread);
}

/* The tape says who of those that wait for a free lock has it next, ordinarily the first. */
static struct ha_shared_wait *choose_next(struct ha_kernel *kernel, const void *lock)
{
    uint32_t waiters = 0;
    for (const struct ha_shared_wait *wait = kernel->sharing; wait; wait = wait->next)
        waiters += wait->lock == lock;
    uint32_t n = waiters > 1 ? ha_choose(&kernel->world, HA_CHOICE_THREAD, "lock", waiters) : 0;
    struct ha_shared_wait *wait = first_wait(kernel, lock);
    for (; n; wait = wait->next)
        n -= wait->next->lock == lock;
    return wait;
}

static void pass_on(struct ha_kernel *kernel, const struct ha_shared_kind *kind, void *lock)
{
    if (!first_wait(kernel, lock))
        return;
    if (is_free_for(kind, kind->read(lock), HA_ALONE)) {
        struct ha_shared_wait *wait = choose_next(kernel, lock), *next;
        bool shared = wait->share == HA_SHARED;
        satisfy(kernel, wait);
        for (wait = kernel->sharing; shared && wait; wait = next) {
            next = wait->next;
            if (wait->lock == lock && is_free_for(kind, kind->read(lock), wait->share))
                satisfy(kernel, wait);
        }
    }
    ha_shared_show_holders(kernel);
}

void ha_shared_give(struct ha_kernel *kernel, const struct ha_shared_kind *kind, void *lock,
                    enum ha_share share)
{
    struct ha_thread *self = kernel->world.sched.running;
    ha_order_use(&kernel->world, lock);
    if (!is_made(kernel, kind, lock, kind->release[share]))
        return;
    struct ha_share_word word = kind->read(lock);
    enum ha_misuse misuse = HA_MISUSE_NONE;
    if (!(word.alone || word.sharers) || !ha_locks_may_have(self, kind->sort, lock))
        misuse = HA_MISUSE_NOT_OWNER;
    else if (word.alone != (share == HA_ALONE))
        misuse = HA_MISUSE_OTHER_MODE;
    if (misuse)
        ha_record_misuse(kernel, kind->release[share], misuse, introduce(kernel, kind, lock), 0);
    if (misuse == HA_MISUSE_NOT_OWNER)
        return;
    ha_touch(&kernel->world, word.id, HA_TOUCH_WRITE);
    if (kernel->record_locks)
        ha_record_open(&kernel->world, HA_LOCK_GIVEN, introduce(kernel, kind, lock));
    word = kind->read(lock);
    ha_order_give_lock(&kernel->world, lock, !word.alone);
    word.sharers -= !word.alone;
    word.alone = false;
    kind->write(lock, word);
    ha_locks_drop(self, kind->sort, lock);
    if (!ha_spin_count(self))
        self->locks_told = false;
    pass_on(kernel, kind, lock);
}
