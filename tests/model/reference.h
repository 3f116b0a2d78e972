/*
 * reference - what comes of a case by the rules: a second opinion on the notification protocol
 *
 * Written from the rule book alone and sharing nothing with the simulator, so that a mistake in
 * either of them shows. reference.c goes through the events, reference_register.c has
 * registrations, reference_call.c their calls, reference_add.c hot-adds, and reference_pnp.c PnP
 * notification.
 */
#ifndef HA_TESTS_REFERENCE_H
#define HA_TESTS_REFERENCE_H

#include "model/case.h"
#include "model/facts.h"

#define MOST_MEMBERS 128u
#define MOST_INSTANCES (CASE_PROCESSORS + CASE_RANGES + CASE_EVENTS)
#define MOST_NEWS 4096u
#define NOBODY UINT32_MAX

enum { ON_HOT_ADD = 2, ON_PNP = 3, ON_SYSTEM = 5 };     /* kinds of thread, as in the trace */

/* One registration for processors, of Ke or the callback object; they stand in their order. */
struct member {
    uint32_t client;
    bool gone, dead;
    bool told, wrote;           /* in the running add: called with Start, and reported an error */
    bool put_off;               /* removed, but only when the operation has ended */
};

/* One registration for device interfaces; they stand in their order. */
struct entry {
    uint32_t client;
    uint32_t joined;            /* a moment: what was raised before it is not for it */
    uint32_t calls;             /* of it that are running */
    bool gone, dead;
};

struct instance {
    bool of_memory, disabled;
    uint32_t device;
};

/* What waits to be told: to everybody, or a second time to one. */
struct news {
    uint32_t instance, raised;
    bool disabled;
    struct entry *only_for;
};

enum driver_state { NOT_THERE, RUNNING, OUT_OF_REACH };

struct reference {
    const struct case_plan *plan;
    struct facts *facts;

    uint32_t step;
    uint32_t heard[CASE_CLIENTS][CASE_STATES];      /* calls since the step began */
    bool helped;                                    /* a helper was started in this step, */
    uint32_t helps;                                 /* which is for this client, */
    uint32_t guest;                                 /* and registers this one */
    const struct case_act *waits;                   /* what the helper waits for the lock to do */

    uint32_t place[CASE_PROCESSORS];                /* by index: group << 16 | number */
    uint32_t active;
    uint64_t range[CASE_RANGES + CASE_EVENTS];      /* bases, ascending */
    uint32_t ranges;
    bool incoming;                                  /* place[active] is being added */
    bool busy;                                      /* an add or EXIST phase is under way */

    enum driver_state driver[CASE_DRIVERS];
    bool waits_to_go[CASE_DRIVERS];                 /* for its last entry to go */
    uint32_t references[CASE_DRIVERS];              /* of its entries, on its driver object */
    uint32_t loaded[CASE_DRIVERS], loads;           /* in that order */
    enum { HAS_NOTHING, IS_ASKING, HAS_IT } holds[CASE_CLIENTS];
    bool held_once[CASE_CLIENTS];                   /* it has a handle, be it not valid any more */

    struct member member[MOST_MEMBERS];
    uint32_t members;
    const struct member *called;                    /* who is being called */
    const struct member *leaves_after;              /* whose removal waits for that to end */
    uint32_t thread_kind;
    uint32_t depth;                                 /* callbacks that this thread is inside */

    struct entry entry[MOST_MEMBERS];
    uint32_t entries;
    struct instance instance[MOST_INSTANCES];
    uint32_t instances;
    struct news news[MOST_NEWS];
    uint32_t news_first, news_end;
    uint32_t released;                              /* so many of them need not wait any more */
    uint32_t now;                                   /* of entry.joined and news.raised */
    bool held;
};

/* Foresee everything that comes of a case. */
void reference_foresee(const struct case_plan *plan, struct facts *facts);

static inline const struct case_client *reference_client(const struct reference *r,
                                                         uint32_t client)
{
    return &r->plan->client[client];
}

static inline uint8_t reference_knob(const struct reference *r, enum ha_knob knob)
{
    return r->plan->profile.knob[knob];
}

static inline bool reference_is_error(int32_t status)
{
    return status < 0;                              /* STAT-7 */
}

static inline uint32_t reference_around(const struct reference *r, uint32_t irql)
{
    return facts_around(r->active, irql, r->thread_kind);
}

/* reference.c: an entry of the driver is gone. */
void reference_entry_went(struct reference *r, uint32_t driver);

/* reference_register.c */
void reference_register(struct reference *r, uint32_t client);
/* On the thread that is in charge: whoever is inside an operation of its own does not wait. */
void reference_remove(struct reference *r, uint32_t client);
/* Remove what has been removed before: nothing comes of it (DEREG-5). */
void reference_remove_again(struct reference *r, uint32_t client);
/* A helper does this now, beside the operation that is under way. */
void reference_help(struct reference *r, const struct case_act *act);
/* The operation has ended: removals that were put off take effect, and who waits goes on. */
void reference_unlock(struct reference *r);

/* reference_call.c */
/*
 * Call one member; `op` is the status variable. Returns whether it reported an error by that.
 */
bool reference_call(struct reference *r, struct member *member, uint32_t state, uint32_t index,
                    int32_t status, int32_t *op);

/* reference_add.c */
void reference_add_unit(struct reference *r, const struct case_event *event);
void reference_add_memory(struct reference *r, const struct case_event *event);
uint64_t reference_mask(const struct reference *r, uint32_t group);

/* reference_pnp.c */
void reference_boot_instances(struct reference *r);
/* The add that began when so much news was there has ended. */
void reference_release(struct reference *r, uint32_t news);
void reference_raise(struct reference *r, bool of_memory, uint32_t device);
void reference_disable(struct reference *r, bool of_memory, uint32_t device);
void reference_listen(struct reference *r, uint32_t client);
void reference_stop(struct reference *r, uint32_t client);
bool reference_has_entry(const struct reference *r, uint32_t driver);
void reference_bury_entries(struct reference *r, uint32_t driver);
/* The PnP thread does what there is to do. */
void reference_deliver(struct reference *r);

#endif
