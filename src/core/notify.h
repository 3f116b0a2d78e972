/*
 * notify - registrations in the order of their making, safe to walk while they come and go
 *
 * Owns struct ha_notify, without a word of NT in it.
 *
 * Whoever is told may add and remove entries, itself included. Therefore:
 *   - a walk starts at the oldest entry (or ends there, when it goes backwards);
 *   - it passes over what joined after it began, and over what has left;
 *   - the memory of what left is given back only when no walk can stand on it any more.
 */
#ifndef HA_CORE_NOTIFY_H
#define HA_CORE_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ha_notify_entry {
    struct ha_notify_entry *next, *previous;
    struct ha_notify_entry *next_left;  /* those that left during a walk */
    uint32_t id;                        /* for its owner */
    union {
        struct {
            bool left;
            bool marked;                /* by its owner, who wants a look before it is told */
        };
        uint16_t unusual;               /* either of them */
    };
};

struct ha_notify {
    struct ha_notify_entry *first, *last;
    struct ha_notify_entry *left;       /* removed, but a walk may stand on them */
    uint32_t count;                     /* entries that have not left */
    uint32_t walks;
    void (*free_entry)(struct ha_notify *notify, struct ha_notify_entry *entry);
};

/* Where a walk goes; it need not be changed while it lasts. */
struct ha_notify_walk {
    struct ha_notify_entry *first;
    struct ha_notify_entry *last;       /* those that join behind it are not told */
    bool backwards;
};

void ha_notify_join(struct ha_notify *notify, struct ha_notify_entry *entry);
/* The entry is told no more; free_entry() is called for it, at once or when the walks end. */
void ha_notify_leave(struct ha_notify *notify, struct ha_notify_entry *entry);

/*
 * A walk begins, and must be ended:
 *
 *   struct ha_notify_walk walk = ha_notify_begin(notify, backwards);
 *   for (entry = ha_notify_first(&walk); entry; entry = ha_notify_after(&walk, entry)) ...
 *   ha_notify_end(notify);
 */
static inline struct ha_notify_walk ha_notify_begin(struct ha_notify *notify, bool backwards)
{
    notify->walks++;
    return (struct ha_notify_walk){
        .first = backwards ? notify->last : notify->first,
        .last = backwards ? notify->first : notify->last,
        .backwards = backwards,
    };
}
/* The last walk has ended: what left meanwhile is freed. */
void ha_notify_free_left(struct ha_notify *notify);
static inline void ha_notify_end(struct ha_notify *notify)
{
    if (--notify->walks == 0 && notify->left)
        ha_notify_free_left(notify);
}

/* The next entry, be it one that has left. */
static inline struct ha_notify_entry *ha_notify_step(const struct ha_notify_walk *walk,
                                                     const struct ha_notify_entry *entry)
{
    if (entry == walk->last)
        return NULL;
    return walk->backwards ? entry->previous : entry->next;
}

/* The entry itself, or the next one that has not left. */
static inline struct ha_notify_entry *ha_notify_staying(const struct ha_notify_walk *walk,
                                                        struct ha_notify_entry *entry)
{
    while (entry && entry->left)
        entry = ha_notify_step(walk, entry);
    return entry;
}

static inline struct ha_notify_entry *ha_notify_first(const struct ha_notify_walk *walk)
{
    return ha_notify_staying(walk, walk->first);
}

static inline struct ha_notify_entry *ha_notify_after(const struct ha_notify_walk *walk,
                                                      struct ha_notify_entry *entry)
{
    return ha_notify_staying(walk, ha_notify_step(walk, entry));
}

#endif
