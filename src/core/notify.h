/*
 * notify - a chain of registrations that may change while it is being walked
 *
 * Owns struct ha_notify. Knows nothing of NT.
 *
 * Drivers leave inside callbacks, their own and others', so:
 *   - the oldest entry is told first (or last, when a walk goes backwards);
 *   - one that joins during a walk is not told by it;
 *   - one that is removed during a walk is not told again, and its memory stays until no walk
 *     can stand on it any more.
 */
#ifndef HA_CORE_NOTIFY_H
#define HA_CORE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct ha_notify_entry {
    struct ha_notify_entry *next, *previous;
    struct ha_notify_entry *next_left;  /* those that left during a walk */
    uint64_t number;                    /* place in the order of joining, from 1 */
    bool left;
};

struct ha_notify {
    struct ha_notify_entry *first, *last;
    struct ha_notify_entry *left;       /* removed, but a walk may stand on them */
    uint64_t joined;                    /* number of the newest entry */
    uint32_t count;                     /* entries that have not left */
    uint32_t walks;
    void (*free_entry)(struct ha_notify *notify, struct ha_notify_entry *entry);
};

struct ha_notify_walk {
    struct ha_notify *notify;
    struct ha_notify_entry *at;
    uint64_t newest;                    /* entries with a greater number joined later */
    bool backwards;
};

void ha_notify_join(struct ha_notify *notify, struct ha_notify_entry *entry);
/* The entry is told no more; free_entry() is called for it, at once or when the walks end. */
void ha_notify_leave(struct ha_notify *notify, struct ha_notify_entry *entry);

/* A walk begins, gives one entry after another until NULL, and must be ended. */
void ha_notify_begin(struct ha_notify_walk *walk, struct ha_notify *notify, bool backwards);
void ha_notify_end(struct ha_notify_walk *walk);

static inline struct ha_notify_entry *ha_notify_next(struct ha_notify_walk *walk)
{
    struct ha_notify_entry *entry = walk->at;
    while (entry && (entry->left || entry->number > walk->newest))
        entry = walk->backwards ? entry->previous : entry->next;
    if (entry)
        walk->at = walk->backwards ? entry->previous : entry->next;
    return entry;
}

#endif
