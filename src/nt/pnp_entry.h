/*
 * pnp_entry - registrations for PnP notification
 *
 * An entry is live from the moment at which it takes its reference on the driver object, the
 * record REF, until it is removed. The reference is given back when the removal has returned and
 * no call of the entry runs, or is due, any more. An entry that is made when the image of its
 * driver is gone takes none, and is dead from the start.
 */
#ifndef HA_NT_PNP_ENTRY_H
#define HA_NT_PNP_ENTRY_H

#include "nt/audience.h"
#include "nt/kernel.h"

/* What an entry is told: the arrival, or removal, of an instance. */
struct ha_news {
    const struct ha_interface *instance;
    enum ha_pnp_event event;
};

struct ha_pnp_entry {
    struct ha_notify_entry link;    /* first; marked: the image of its driver is gone */
    PDRIVER_NOTIFICATION_CALLBACK_ROUTINE function;
    PVOID context;
    struct ha_audience *audience;   /* that it belongs to; NULL for a category without classes, */
    struct ha_pnp_entry *next, *previous;       /* and its place there */
    struct ha_driver *driver;
    uint64_t events_before;         /* raised before it was live, so not for it */
    uint64_t last_event;            /* that it was told of */
    uint32_t place;                 /* in the table of handles */
    uint32_t function_id, context_id;
    uint32_t calls;                 /* that run now */
    const struct ha_thread *replaying;  /* who tells it of what exists already */
    struct ha_news told;                /* last */
    bool has_reference;
    bool is_late;                   /* a call is due after its removal; nt/pnp_queue.c */
    bool removal_returned;
};

static inline struct ha_pnp_entry *ha_pnp_entry_of(struct ha_notify_entry *link)
{
    return (struct ha_pnp_entry *)(void *)link;
}

void ha_pnp_entries_init(struct ha_kernel *kernel);

/* An entry with a handle that nobody knows of yet. NULL when the arena is full. */
struct ha_pnp_entry *ha_pnp_entry_make(struct ha_kernel *kernel);
/* It becomes live: it takes its reference, and hears of what is raised from now on. */
void ha_pnp_entry_join(struct ha_kernel *kernel, struct ha_pnp_entry *entry);
/* The handle that drivers know it by. */
PVOID ha_pnp_entry_handle(const struct ha_kernel *kernel, const struct ha_pnp_entry *entry);
/* It hears of nothing more. Its memory goes when nobody walks the entries. */
void ha_pnp_entry_remove(struct ha_kernel *kernel, struct ha_pnp_entry *entry);
/* The reference goes if nothing keeps it. */
void ha_pnp_entry_let_go(struct ha_pnp_entry *entry);

/* A routine gives memory back: record each entry whose context lies there and may still be handed to a
   call. Returns whether there was one; the memory has to stay then. */
bool ha_pnp_entries_use(struct ha_kernel *kernel, const void *memory, size_t size,
                        enum ha_routine routine);

/* The image of a driver goes: what it left registered is dead, and holds no reference. */
void ha_pnp_entries_bury(struct ha_kernel *kernel, const struct ha_driver *driver);
/* Wait until no entry holds a reference on the driver object. */
void ha_pnp_entries_wait(struct ha_driver *driver);

#endif
