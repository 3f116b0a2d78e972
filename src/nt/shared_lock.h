/*
 * shared_lock - locks that many threads share or one has alone
 *
 * Reader-writer spin locks and push locks: they differ in the word that the driver keeps, and in
 * what a thread does while it waits. The routines are in ex_spin_lock.c and ex_push_lock.c.
 */
#ifndef HA_NT_SHARED_LOCK_H
#define HA_NT_SHARED_LOCK_H

#include "nt/locks.h"

enum ha_share { HA_SHARED, HA_ALONE };

/* What the word of a lock says. */
struct ha_share_word {
    uint32_t id;                    /* in the trace; 0 until that has something to say of it */
    uint32_t sharers;
    bool alone;
};

struct ha_shared_kind {
    const char *name;               /* in the trace */
    enum ha_lock_sort sort;
    enum ha_routine acquire[2], release[2];     /* by enum ha_share */
    struct ha_share_word (*read)(const void *lock);
    void (*write)(void *lock, struct ha_share_word word);
    uint32_t most_sharers;
    bool spins;                     /* who waits for it occupies its processor */
};

extern const struct ha_shared_kind ha_shared_spin_lock, ha_push_lock;

/*
 * Let the running thread have a lock, and wait for it if need be. Who wants to share one that
 * others share waits only if somebody waits for it already. By a thread that has it: a misuse.
 */
void ha_shared_take(struct ha_kernel *kernel, const struct ha_shared_kind *kind, void *lock,
                    enum ha_share share);

/*
 * Give it back, whichever way the thread has it; the other way is a misuse. So is one that it has
 * not, and that changes nothing.
 */
void ha_shared_give(struct ha_kernel *kernel, const struct ha_shared_kind *kind, void *lock,
                    enum ha_share share);

/* Whether a thread waits for a lock that the other one has. */
bool ha_shared_keeps_waiting(const struct ha_kernel *kernel, const struct ha_thread *waiter,
                             const struct ha_thread *holder);
/* Show each waiter one who has the lock and waits for it, if there is such a thread. */
void ha_shared_name_holders(struct ha_kernel *kernel);

#endif
