/*
 * judge_instance - what a judge remembers of device interfaces, and of who was told of them
 *
 * Instances, events and entries lie in arrays by number, in constant room each: an event is one
 * IFACE_UP or IFACE_DOWN, and its rank says the how-manieth of its class it is. Of the events that
 * an entry was told of out of turn the latest 64 are known one by one.
 */
#ifndef HA_CHECK_JUDGE_INSTANCE_H
#define HA_CHECK_JUDGE_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/save.h"
#include "hotadd/trace.h"

struct ha_judge;

#define HA_TOLD_KNOWN 64u

/* A class of device interfaces that instances or entries belong to. */
struct ha_seen_class {
    uint64_t guid[2];
    uint32_t raised;            /* events */
    uint32_t first, newest;     /* of them, number + 1 */
    uint32_t enabled;           /* instances that are, now */
    uint32_t disabled;          /* how often one was */
    uint32_t turn, turn_place;  /* the event that is being told, and the entry told of it last */
};

struct ha_seen_instance {
    uint64_t order;             /* of its latest enabling, among all of them */
    uint32_t class_;            /* index + 1; 0 when nothing was said of it */
    uint32_t latest;            /* event of it, number + 1 */
    uint32_t cause;             /* the add that brought it, 0 for none */
    uint32_t replayed_to, repeated_to;  /* places of the entries that were told last */
    uint8_t unit;
    bool boot;                  /* it was there when the system started */
    bool up, started;
    bool registered, wanted;    /* by a driver; which enables it, though perhaps not yet */
};

struct ha_raised {
    uint32_t rank;              /* among the events of its class, from 1 */
    uint32_t earlier;           /* event of the same instance, number + 1 */
    uint32_t next;              /* event of the same class, number + 1 */
    uint32_t instance;
    uint32_t cause, thread;     /* add, 0 for none; who raised it */
    uint8_t event;              /* enum ha_pnp_event */
};

/* What an entry has been told. */
struct ha_told {
    uint32_t class_;            /* index + 1; 0 when it names none */
    uint32_t place;             /* rank among the entries in the order of going live; 0 before */
    uint32_t from, latest;      /* ranks: of the last event before it was live, and it was told */
    uint32_t at;                /* the event `latest`, number + 1; 0 for none */
    uint64_t missed;            /* bit i: it was not told of the event `latest` - i */
    uint64_t order;             /* of the instance that was replayed last */
    uint32_t lost;              /* those missed that have fallen out of it */
    uint32_t due, replayed, repeated;   /* instances: when it went live; told of twice */
    uint32_t disabled;          /* as of its class, when it went live */
    uint32_t instance, event;   /* what it was told last, however */
    bool twice;                 /* by choice, what was replayed is told again */
};

/* How many instances came with an add. */
struct ha_brought {
    uint32_t cause, count;
    bool pending;               /* the add has succeeded, and that it brought one is not judged */
};

struct ha_instances {
    struct ha_seen_instance *instance;
    struct ha_seen_class *class_;
    struct ha_raised *event;
    size_t instance_room, class_room, event_room;
    size_t instance_count, class_count, event_count;    /* from here on all is plain */
    uint32_t places;            /* entries that ever went live */
    uint32_t enablings;
    uint32_t at_boot[HA_UNIT_COUNT];
    struct ha_brought brought[HA_UNIT_COUNT];
    uint32_t early_add;         /* whose arrival may come early, by choice */
    uint32_t failed_add;        /* the latest, be it long ago */
    bool known;                 /* the trace speaks of instances */
};

/* Reach one by its id, made when it is new. NULL when memory is lacking or id is absurd. */
struct ha_seen_instance *ha_reach_instance(struct ha_judge *judge, uint32_t id);
/* The instance, or what an entry was told; NULL when the trace said nothing of it. */
static inline struct ha_seen_instance *ha_seen_instance(const struct ha_instances *all,
                                                        uint32_t id)
{
    return id < all->instance_count && all->instance[id].class_ ? &all->instance[id] : NULL;
}

/* The event that the call in hand tells its entry of: the oldest that fits and was not told, else
   the latest that fits; NULL for none. */
const struct ha_raised *ha_event_told(const struct ha_judge *judge);
/* The event behind the one that the entry was told of last, be it in turn; NULL for none. */
const struct ha_raised *ha_event_next(const struct ha_instances *all, const struct ha_told *told);
/* Whether it was told to the entry, as far as that is known. */
bool ha_was_told(const struct ha_told *told, const struct ha_raised *event);
/* The latest event of an instance up to that rank of its class, NULL for none. */
const struct ha_raised *ha_last_event_at(const struct ha_instances *all,
                                         const struct ha_seen_instance *instance, uint32_t rank);

/* Forget them; the room stays. */
void ha_instances_reset(struct ha_instances *all);
void ha_instances_close(struct ha_instances *all);
void ha_instances_walk(struct ha_instances *all, struct ha_save_walk *walk);

#endif
