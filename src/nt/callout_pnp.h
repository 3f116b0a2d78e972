/*
 * callout_pnp - the part of the one door through which callbacks of PnP notification are called
 *
 * The calls for one event are made by one thread, one after another. What they have in common is
 * worked out once, in a struct ha_notice that lies on the stack of that thread, and so is what
 * events have in common that it tells without a pause.
 */
#ifndef HA_NT_CALLOUT_PNP_H
#define HA_NT_CALLOUT_PNP_H

#include "nt/callout.h"
#include "nt/interface.h"
#include "nt/pnp_entry.h"

/* How an entry comes to hear of an instance. */
enum ha_telling { HA_TELL_LIVE, HA_TELL_REPLAY, HA_TELL_SECOND, HA_TELL_LATE };

struct ha_notice {
    struct ha_callout callout;          /* first */
    struct ha_kernel *kernel;
    struct ha_thread *thread;
    struct ha_news news;
    enum ha_telling telling;
    struct ha_record enter;             /* what the records of entry have in common */
    struct ha_told {
        DEVICE_INTERFACE_CHANGE_NOTIFICATION change;
        UNICODE_STRING link;
    } model, poison;
    /*
     * What entries get, in turn: the one that was used last is poisoned while the next entry has
     * the other, so who keeps the pointer beyond its call finds nothing there (PNP-15).
     */
    struct ha_told copy[2];
    unsigned turn;
    WCHAR text[HA_LINK_LENGTH];         /* of the link; poisoned when nobody is told of it */
    struct ha_affinity affinity;        /* of the thread before, */
    uint16_t driver;                    /* who was in charge, */
    KIRQL irql;                         /* at which IRQL, */
    uint8_t regions;                    /* in how many critical regions, */
    struct ha_locks_had locks;          /* and with which locks */
};

/* The running thread tells of events; until the end it runs at PASSIVE_LEVEL, without a pause. */
void ha_notice_begin(struct ha_notice *notice, struct ha_kernel *kernel);
/* The calls that follow are for this event. */
void ha_notice_describe(struct ha_notice *notice, const struct ha_news *news,
                        enum ha_telling telling);
/* The same, which costs little when the event before was as this one. */
static inline void ha_notice_set(struct ha_notice *notice, const struct ha_news *news,
                                 enum ha_telling telling)
{
    if (notice->news.instance != news->instance || notice->news.event != news->event ||
        notice->telling != telling)
        ha_notice_describe(notice, news, telling);
}
void ha_notice_end(struct ha_notice *notice);

/*
 * Call the callback of an entry; when its driver's image is gone the record PNP_DEAD_CALL stands
 * for the call. The chain of entries is being walked.
 */
void ha_callout_notify(struct ha_notice *notice, struct ha_pnp_entry *entry);
/* That call, for those who wait for one. */
struct ha_called ha_callout_notified(const struct ha_kernel *kernel,
                                     const struct ha_pnp_entry *entry,
                                     const struct ha_news *news);

/* Whether the thread is inside a call of the entry; wait until no other thread is. */
bool ha_callout_is_notified(const struct ha_thread *thread, const struct ha_pnp_entry *entry);
/* Whether the thread is inside a call of any entry. */
bool ha_callout_in_notification(const struct ha_thread *thread);
void ha_callout_wait_notified(struct ha_kernel *kernel, const struct ha_pnp_entry *entry);

#endif
