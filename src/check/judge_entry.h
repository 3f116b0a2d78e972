/*
 * judge_entry - what a judge remembers of entries of PnP notification
 *
 * An entry is live from the record of its reference on; in a trace that shows none, from what
 * shows that it stands.
 */
#ifndef HA_CHECK_JUDGE_ENTRY_H
#define HA_CHECK_JUDGE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/judge_instance.h"
#include "core/trace.h"

struct ha_judge;

/* What keeps an entry from standing. */
enum ha_obstacle {
    HA_NO_OBSTACLE, HA_OBSTACLE_IRQL, HA_OBSTACLE_PARAMETER, HA_OBSTACLE_MEMORY,
    HA_OBSTACLE_OTHER           /* it answers for itself */
};

/* The call that may come after the older routine. */
struct ha_late {
    uint32_t instance, event;   /* what it must tell; 0 when that is not certain */
    bool due, certain;          /* something was queued, or ran; the latter: for sure */
    bool chosen;                /* the tape has it come */
    bool told;
};

struct ha_seen_entry {
    uint64_t guid[2];           /* class of its instances */
    uint64_t live_since;        /* sequence number, 0 as long as it has not been live */
    uint64_t free_since;        /* of what left nothing that keeps its reference; 0: not known */
    uint32_t flags, function, context;
    uint32_t thread;            /* of PNP_REG_ENTER */
    uint32_t remover;           /* of PNP_UNREG_ENTER */
    uint32_t outer;             /* what its thread was registering when it began */
    uint32_t made_at;           /* in its driver's code, an id of HA_NS_PLACE */
    uint32_t running;           /* calls */
    uint16_t driver, category;
    uint8_t standing;           /* enum ha_standing */
    uint8_t obstacle;           /* enum ha_obstacle */
    bool registering;           /* PNP_REG_RETURN has not come */
    bool referenced;
    bool by_ex;                 /* removed by the Ex routine */
    struct ha_late late;
    struct ha_told told;
};

/* Source: WDK reference, wdm.h, IoRegisterPlugPlayNotification */
#define HA_PNP_INCLUDES_EXISTING 1u

/* Reach an entry by its id, made when it is new. NULL when memory is lacking or id is absurd. */
struct ha_seen_entry *ha_reach_entry(struct ha_judge *judge, uint32_t id);

/* The PNP_CB_ENTER of the innermost call of a thread that is open, or NULL. `entry` 0 stands for
   any. */
const struct ha_record *ha_telling_of(const struct ha_judge *judge, uint32_t thread,
                                      uint32_t entry);
/* Whether the entry in hand can be removed; what a hole in the trace hides counts as one. */
bool ha_entry_can_leave(const struct ha_judge *judge);
/* Whether a call of the entry runs on another thread. */
bool ha_is_told_elsewhere(const struct ha_judge *judge, uint32_t entry, uint32_t thread);

/* The entry in hand is removed by the older routine: what is due to it; judge_late.c. */
void ha_late_absorb_removal(struct ha_judge *judge);
/* Whether a late call of the entry has yet to come. */
bool ha_late_is_awaited(const struct ha_judge *judge, const struct ha_seen_entry *entry);

/* How a record goes into the memory; what the tape has chosen. */
void ha_entry_absorb(struct ha_judge *judge);
void ha_entry_absorb_choice(struct ha_judge *judge);
/* REFUSED, MISUSE and FAULT: what is wrong with the entry that the thread is registering. */
void ha_entry_absorb_trouble(struct ha_judge *judge);
/* DEADLOCK: who waits for ever, and for whom. */
void ha_entry_absorb_deadlock(struct ha_judge *judge);
/* The image of the driver in hand is gone: so are its entries. */
void ha_entry_absorb_image(struct ha_judge *judge);

#endif
