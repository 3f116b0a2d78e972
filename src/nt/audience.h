/*
 * audience - the entries of PnP notification that want to hear of one class of device interfaces
 *
 * Every instance knows its audience, so what is registered for other classes costs an event
 * nothing.
 */
#ifndef HA_NT_AUDIENCE_H
#define HA_NT_AUDIENCE_H

#include "nt/kernel.h"

struct ha_audience {
    struct ha_audience *next;           /* in the order of making */
    GUID class_guid;
    struct ha_pnp_entry *first, *last;  /* in the order of registration; also those that have left
                                           and may still be walked over */
    uint32_t live;                      /* entries that have not left */
};

/* That of a class; NULL when nobody has asked for it before. */
struct ha_audience *ha_audience_find(const struct ha_kernel *kernel, const GUID *class_guid);
/* That of a class, which is made when there is none. NULL when the arena is full. */
struct ha_audience *ha_audience_of(struct ha_kernel *kernel, const GUID *class_guid);

/* An entry, which knows its audience, comes; it hears of nothing more; its memory goes. */
void ha_audience_join(struct ha_pnp_entry *entry);
void ha_audience_leave(const struct ha_pnp_entry *entry);
void ha_audience_forget(const struct ha_pnp_entry *entry);

#endif
