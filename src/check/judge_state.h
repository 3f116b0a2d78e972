/*
 * judge_state - what a judge remembers of the trace so far
 *
 * Registrations, drivers and threads lie in arrays indexed by id, in constant room each. What a
 * record says is judged against this memory first and goes into it afterwards.
 */
#ifndef HA_CHECK_JUDGE_STATE_H
#define HA_CHECK_JUDGE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "check/cast.h"
#include "check/judge.h"
#include "check/judge_blocks.h"
#include "check/judge_entry.h"
#include "check/judge_instance.h"
#include "check/judge_layout.h"
#include "check/rules.h"
#include "hotadd/profile.h"

#define HA_NO_BUDGET UINT64_MAX
#define HA_FINDINGS_KEPT 1000u     /* and one for each rule and driver beyond that */
#define HA_NO_ROUND 0xffu
#define HA_JUDGED_ROUTINES 4096u        /* in the order of names */
#define HA_NO_ROOM ((int32_t)0xC000009Au)       /* STATUS_INSUFFICIENT_RESOURCES */

/* Where a registration stands. */
enum ha_standing {
    HA_UNHEARD_OF, HA_ENTERED, HA_LOCKED, HA_LIVE, HA_LEAVING, HA_REMOVED, HA_FAILED,
    HA_DEAD                     /* its image is gone */
};

/* Why a registration must not be called: what kept it from standing, or how it was removed. */
enum ha_why {
    HA_WHY_NONE, HA_WHY_IRQL, HA_WHY_NULL_FUNCTION, HA_WHY_INSIDE_CALLBACK, HA_WHY_FAULT,
    HA_WHY_START_ERROR, HA_WHY_OTHER, HA_WHY_SELF_REMOVAL
};

struct ha_seen_registration {
    uint32_t function, context;
    uint32_t thread;            /* of REG_ENTER, later of DEREG_ENTER */
    uint32_t outer;             /* what its thread was registering when it began */
    uint32_t next, previous;    /* neighbours in registration order while it is listed */
    uint32_t place;             /* rank in registration order, from 1 */
    uint32_t made_at;           /* in its driver's code, an id of HA_NS_PLACE; so in what follows */
    uint32_t started, ended;    /* the add of its latest Start and of its latest second call */
    uint32_t left_during;       /* the add that was going on when it was removed */
    uint64_t barred_by;         /* the operation that called it though it must not, with a mark */
    uint16_t driver;
    uint16_t refused;           /* enum ha_reason that a REFUSED record gave */
    uint16_t reached;           /* processors that it heard Start for, if a Start error ended it */
    int16_t regions;            /* critical regions entered and not left, in this operation */
    uint8_t standing, why;
    bool existing;              /* KE_PROCESSOR_CHANGE_ADD_EXISTING */
    bool unknown_flags;
    bool listed;
    bool wrote;                 /* an error, in the Start call of the add `started` */
    bool in_entry;              /* made inside DriverEntry */
    bool object;                /* a client of a callback object */
    bool unlisted;              /* and that is a driver's, so no add calls it */
};

struct ha_seen_driver {
    uint32_t first_registration;    /* that its DriverEntry could make */
    uint32_t entry_thread;
    uint8_t called_at;              /* the IRQL at which DriverEntry or Unload was called, ... */
    bool called;                    /* ... and that it was seen */
    bool in_entry, entry_failed, failed_registration;
    bool unload_asked, unload_refused, left_behind, freed;
    bool took;                      /* any block of pool */
    uint32_t held;                  /* blocks that it did not give back, and their bytes */
    uint64_t held_bytes;
    uint32_t references;            /* of its PnP entries, which keep its image */
    uint32_t listed;                /* registrations in the list */
};

/* Whether a thread has an affinity that a routine set, which can be reverted. */
enum ha_set { HA_SET_NOT, HA_SET, HA_SET_PERHAPS };

struct ha_seen_affinity {
    uint64_t mask, own_mask;    /* now, and as the thread was made */
    uint16_t group, own_group;
    bool known;
    uint8_t set;                /* enum ha_set */
};

/* A PnP callback that is open. Its thread will have the affinity again that it was entered with. */
struct ha_telling {
    struct ha_record enter;     /* PNP_CB_ENTER */
    struct ha_seen_affinity affinity;
};

/* A DPC, from the records that speak of it. */
struct ha_seen_dpc {
    uint32_t call, thread;      /* registration of the callback that queued it, 0 for none; who */
    uint32_t add;               /* in progress when it was queued */
    uint32_t made_at;           /* where it was queued */
    uint16_t driver;
    uint16_t target;            /* processor that it is queued for */
    uint16_t aim;               /* processor that it was sent to, if `aimed` */
    uint8_t running;            /* on how many processors */
    bool aimed, aimed_by_old;   /* the latter: by KeSetTargetProcessorDpc */
    bool queued, waits;         /* the latter: for a processor that takes no threads yet */
    bool sent_while_queued;
    bool aim_unsure;            /* sent while it was queued: nothing says what that is later */
    bool told;                  /* that it is left behind */
};

/* A thread that has something wants something else (LOCK_ORDER). */
struct ha_seen_order {
    uint64_t seq;
    uint32_t held, wanted, thread;
    uint32_t other[HA_LOCK_ORDER_OTHERS];
    uint16_t driver;
    uint8_t held_space, space;      /* enum ha_namespace */
    bool held_shared, shared;
    bool in_circle;                 /* it was found to close one */
};

struct ha_seen_thread {
    uint8_t kind;               /* enum ha_thread_kind, 0 when unknown */
    uint8_t dpc_irql, ipi_irql; /* at which its latest DPC, broadcast was entered */
    bool waits_below;           /* its latest wait began below DISPATCH_LEVEL */
    struct ha_seen_affinity affinity;
    uint8_t removing_irql;
    bool removing_blamed;       /* the running removal has had its verdict */
    bool removing_nothing;      /* its handle is none that can be removed; not yet found */
    bool removing_misused;
    bool removing_locked;
    bool removing_open;
    uint8_t client_irql, client_regions;
    uint16_t client_group;
    uint64_t client_mask, client_entered_ns;
    uint32_t client;            /* of a driver's callback object, that was called at these */
    bool client_refused;        /* a record has said why the next client is not registered */
    uint32_t registering;
    uint32_t removing;          /* registration, 0 for a handle that is none */
    uint32_t entry;             /* of PnP notification, that it is registering */
    bool removes_no_entry;      /* what it is removing is none; not yet found */
    bool stuck, awaited;        /* in a deadlock: it waits; another one waits for it */
};

/* A callback that has been entered and not left. */
struct ha_open_call {
    struct ha_record enter;
    bool aside;                 /* not part of an operation that is known, or should not be */
};

/* A registration from REG_LOCKED to REG_RETURN, with its calls for existing processors. */
struct ha_phase {
    uint32_t registration, thread;
    uint32_t count;             /* active processors at REG_LOCKED */
    uint32_t started, ended;    /* processors that had their first, their second call */
    uint32_t next;              /* index whose turn it is, for the shortcut */
    int32_t last;               /* index of the latest call of this round, -1 for none */
    uint32_t failed_at;         /* index whose Start call reported the error */
    int32_t cause;              /* that error, 0 for none */
    int32_t variable;           /* what the status variable holds */
    int32_t information;        /* a success code other than 0 that a Start call left */
    int32_t late_error;         /* an error written after the Start calls */
    uint8_t round;              /* enum ha_state of the latest call */
    bool called, disordered;
    bool strayed;               /* broke its course: what follows from that is not judged */
    bool dirty;                 /* the latest call modified its change context */
    bool parted;                /* more than one status variable was seen */
    uint64_t first_block;       /* how many blocks of pool had been taken when it began */
    uint64_t told[2][HA_JUDGED_PROCESSORS / 64];
};

/* What runs by itself: a thread that a driver made, or a work item that is not done. */
struct ha_alive {
    uint32_t id;
    uint32_t made_at;
    uint16_t driver;
    bool is_work, begun;
    bool told;                          /* of a work item: it was found when Unload left it */
};

struct ha_add {
    uint32_t id, unit, thread;
    uint64_t affinity_mask;
    uint16_t affinity_group;
    struct ha_asked asked;
    uint16_t index, group;      /* of the processor that is being added */
    uint8_t number;
    bool placed;                /* group and number are certain: by rule, or from the first call */
    bool called;                /* a callback of it was called */
    bool open, full;
    bool hw_started, active, scheduled;
    bool second_begun;
    bool strayed, dirty, parted;    /* as in struct ha_phase */
    bool moved, trespassed;         /* its calls changed threads, somebody ran there too early */
    uint8_t second_state;
    uint8_t round;              /* enum ha_state that the shortcut may take, or HA_NO_ROUND */
    int32_t hw_status;
    int32_t variable;           /* what the status variable holds */
    int32_t final;              /* what it held after the latest Start call */
    int32_t first_error, information, late_error;
    uint32_t first_writer;      /* place of the registration that wrote the first error */
    uint32_t place_limit;       /* registrations from this place on have come too late */
    uint32_t due, told;         /* Start calls */
    uint32_t heard, writers, ended;     /* second calls: told and still there, writers, made */
    uint64_t last_turn;         /* of the latest call of this round, 0 for none */
    bool last_object;           /* and whether it was of a client of the callback object */
    uint32_t removals, unbalanced;
    uint32_t removed;           /* who left beside it, if it is not over; 0 for none, or found */
    uint64_t first_block;       /* how many blocks of pool had been taken when it began */
    uint32_t next;              /* the shortcut: the registration whose turn it is, ... */
    uint32_t looked;            /* ... what must have taken the long way before, ... */
    union ha_payload foreseen;  /* ... and its call, but for the context */
    bool backwards;             /* ... in a round from the last to the first */
};

/* The entries that a successful KeQueryLogicalProcessorRelationship has yet to show. */
struct ha_listing {
    uint32_t thread, groups, nodes;     /* how many are due */
    uint64_t group_shown, node_shown;   /* those that were seen, a bit each */
    bool open;
};

/* A verdict that was reached before its judge came to speak. */
struct ha_bar {
    enum ha_rule_number rule;   /* HA_RULE_COUNT for none */
    const char *expected, *seen;
};

/* Memory as the trace describes it. */
struct ha_seen_memory {
    uint64_t ranges, size;      /* how many there are, and their bytes */
    uint64_t boot_ranges, boot_size;
    uint64_t paged, nonpaged;   /* limits of the pools at boot */
    uint64_t free, low, high;   /* pages; what FREE_PAGES said last */
    uint32_t add, thread;       /* that is under way, 0 for none, and where */
    bool limited;               /* the limits are known */
    bool told;                  /* FREE_PAGES has said something */
    bool online;                /* the add under way has brought its range */
    bool is_set[HA_CONDITION_COUNT];
};

struct ha_judge {
    struct ha_sink sink;
    bool shortcut;              /* tests turn it off to see that it changes nothing */
    bool spares_notes;          /* they get no words */

    /* From here to `speaking` all is plain: a save takes these bytes as they are. */
    bool lost, gap, own;
    bool shows_active;          /* the maker records ACTIVE */
    bool order_closes;          /* the order in hand, a circle */
    bool has_unlisted;          /* some registration is `unlisted` */
    bool spins;                 /* somebody does, among those who wait for ever */
    uint64_t callback_budget_ns;        /* simulated time for a callback, or HA_NO_BUDGET */
    uint64_t next_seq;
    uint8_t knob[HA_KNOB_COUNT];
    size_t registration_count, driver_count, thread_count, call_count, phase_count;
    size_t alive_count, dpc_count, entry_count, order_count, telling_count, finding_count;
    uint32_t first, last, listed;       /* the list in registration order */
    uint32_t next_place;

    uint32_t shown;                     /* active count of the latest record */
    uint32_t running;                   /* processors that threads may run on */
    uint64_t counted[HA_JUDGED_GROUPS + 2], maxima[HA_JUDGED_GROUPS + 2];   /* answers + 1 */
    uint64_t counted_groups;
    struct ha_add add;
    uint32_t abandoned_add;             /* in progress when another one began */
    uint32_t failed_add, failed_index;  /* of the latest add that failed, 0 and HA_NO_INDEX */
    uint16_t failed_group;
    uint8_t failed_number;
    /* Registrations before that place have heard Start for that index in an add that failed. */
    struct { uint32_t index, limit; } tried;
    struct { uint32_t id, processors, begun, succeeded; bool open; } unit;
    uint32_t locked_removals;
    uint32_t looked;                    /* kinds of call that took the long way, a bit each */
    uint64_t exercised[(HA_RULE_COUNT + 63) / 64];
    struct ha_listing listing;
    struct ha_seen_memory memory;
    uint64_t routines_asked[HA_JUDGED_ROUTINES / 64], routines_given[HA_JUDGED_ROUTINES / 64];

    /* The record in hand, who judges it, and what it speaks of. */
    void (*speaking)(struct ha_judge *judge);
    const struct ha_record *record;
    const struct ha_record *enter;      /* of the call that is entered or left */
    struct ha_seen_registration *registration;
    struct ha_seen_driver *driver;
    struct ha_seen_thread *thread;
    struct ha_phase *phase;
    struct ha_seen_entry *entry;        /* of PnP notification */
    const struct ha_record *telling;    /* its call that is left, or the one the thread is in */
    const struct ha_record *around;     /* the call that the thread is inside, entered before */
    struct ha_bar bar;
    uint32_t origin;                    /* where what the next finding is about comes from */
    bool aside;                         /* of the call that is left, see struct ha_open_call */
    struct { uint64_t affinity_mask; int32_t op_out; uint16_t affinity_group;
             uint8_t irql, regions; bool changed; } left;

    /* Room grows and never shrinks: what was saved has room again. */
    struct ha_seen_registration *registrations;
    struct ha_seen_driver *drivers;
    struct ha_seen_thread *threads;
    struct ha_open_call *calls;
    struct ha_phase *phases;
    struct ha_alive *alive;             /* in the order of their beginning */
    struct ha_seen_dpc *dpcs;
    struct ha_seen_entry *entries;
    struct ha_seen_order *orders;
    struct ha_telling *tellings;        /* PnP callbacks that are open */
    struct ha_finding *findings;
    size_t registration_room, driver_room, thread_room, call_room, phase_room, alive_room;
    size_t dpc_room, entry_room, order_room, telling_room, finding_room;
    struct ha_cast *cast;
    struct ha_text words;
    struct ha_judges index[HA_KIND_COUNT];
    struct ha_judges calm[HA_KIND_COUNT];   /* the same without those that look at every record */

    /* Large, or seldom looked at: behind what every call touches. */
    struct ha_pool pool;
    struct ha_instances instances;
    struct ha_layout layout;
};

static inline void ha_exercise(struct ha_judge *judge, enum ha_rule_number rule)
{
    judge->exercised[rule / 64] |= UINT64_C(1) << rule % 64;
}

static inline bool ha_is_exercised(const struct ha_judge *judge, size_t rule)
{
    return judge->exercised[rule / 64] >> rule % 64 & 1;
}

static inline struct ha_seen_registration *ha_seen_registration(const struct ha_judge *judge,
                                                                uint32_t id)
{
    return id && id < judge->registration_count ? &judge->registrations[id] : NULL;
}

/* Reach an entry by its id, made when it is new. NULL when memory is lacking or id is absurd. */
struct ha_seen_registration *ha_reach_registration(struct ha_judge *judge, uint32_t id);
struct ha_seen_driver *ha_reach_driver(struct ha_judge *judge, uint32_t id);
struct ha_seen_thread *ha_reach_thread(struct ha_judge *judge, uint32_t id);
struct ha_seen_dpc *ha_reach_dpc(struct ha_judge *judge, uint32_t id);
/* Room for one more than `count`, the new room uninitialised. False when memory is lacking. */
bool ha_grow(void **array, size_t *room, size_t count, size_t size);

/* Whether the entry is told once more of what existed when it registered: by profile or choice. */
static inline bool ha_is_told_twice(const struct ha_judge *judge, const struct ha_told *told)
{
    return judge->knob[HA_KNOB_INCLUDE_EXISTING_DUP] == HA_EXISTING_TWICE || told->twice;
}

/* Registration order. Unlinking settles what the add that is going on still owed. */
void ha_list_append(struct ha_judge *judge, uint32_t id);
void ha_list_unlink(struct ha_judge *judge, uint32_t id);

/* Its rank in the rounds of an add, by callback_chain; at least 1. */
static inline uint64_t ha_turn_of(const struct ha_judge *judge,
                                  const struct ha_seen_registration *registration)
{
    uint8_t chain = judge->knob[HA_KNOB_CALLBACK_CHAIN];
    bool later = chain != HA_CHAIN_SINGLE && registration->object == (chain == HA_CHAIN_KE_FIRST);
    return (uint64_t)later << 32 | registration->place;
}

/* Calls that are open; the innermost of a thread, or NULL. `id` 0 stands for any. */
struct ha_open_call *ha_innermost_call(const struct ha_judge *judge, uint32_t thread, uint32_t id);
void ha_call_open(struct ha_judge *judge, const struct ha_record *enter, bool aside);
void ha_call_close(struct ha_judge *judge, struct ha_open_call *call);
bool ha_is_being_called(const struct ha_judge *judge, uint32_t registration, uint32_t but_thread);

struct ha_phase *ha_phase_find(const struct ha_judge *judge, uint32_t registration);
struct ha_phase *ha_phase_of_thread(const struct ha_judge *judge, uint32_t thread);
struct ha_phase *ha_phase_open(struct ha_judge *judge, uint32_t registration, uint32_t thread);
void ha_phase_close(struct ha_judge *judge, struct ha_phase *phase);

/* The record in hand begins something that runs by itself. */
void ha_alive_add(struct ha_judge *judge, bool is_work);

/* The error that stops the add so far, by the knobs; 0 for none. */
int32_t ha_add_veto(const struct ha_judge *judge);
/* What made the add fail: a veto or the hardware; 0 when nothing did. */
int32_t ha_add_cause(const struct ha_judge *judge);
bool ha_may_be_at_passive(const struct ha_judge *judge);
/* The image of its driver was freed. */
bool ha_is_orphan(const struct ha_judge *judge, const struct ha_seen_registration *registration);
/* Whether its handle can be given back: it stands, or would if its image were there. */
bool ha_is_removable(const struct ha_seen_registration *registration);
/* Whether its removal was asked for, be it while it was still being made. */
bool ha_is_taken_out(const struct ha_seen_registration *registration);
/* Whether adds call it: it stands, or stands already while it is being made (late_join). */
bool ha_is_called_by_adds(const struct ha_judge *judge,
                          const struct ha_seen_registration *registration);

#endif
