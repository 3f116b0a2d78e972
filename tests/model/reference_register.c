/*
 * reference_register - see reference.h. Registrations for processors, and their end.
 */
#include "model/reference.h"

#include <assert.h>

enum { APC = 1 };

static void say(struct reference *r, enum what what, uint32_t client, uint32_t state,
                int32_t status)
{
    facts_say(r->facts, SYNC, (struct fact){.what = what, .who = client, .state = state,
                                            .status = status});
}

/* The member that a client now is; it is one. */
static struct member *member_of(struct reference *r, uint32_t client)
{
    uint32_t i = r->members;
    do
        assert(i > 0);
    while (r->member[--i].client != client || r->member[i].gone);
    return &r->member[i];
}

static struct member *append(struct reference *r, uint32_t client)
{
    assert(r->members < MOST_MEMBERS);
    r->member[r->members] = (struct member){.client = client};
    return &r->member[r->members++];
}

/* REG-2: inside a callback its IRQL is as good as PASSIVE_LEVEL. */
static bool is_raised(const struct reference *r, uint8_t irql)
{
    bool at_apc = r->depth > 0 && reference_knob(r, HA_KNOB_CALLBACK_IRQL) == HA_CALLBACK_APC;
    return irql > (at_apc ? APC : 0);
}

/* REG-11: who waits for its own lock would wait for ever; REG-6, REG-8. */
static bool is_refused(const struct reference *r, const struct case_client *client)
{
    return client->nowhere || r->depth > 0 || is_raised(r, client->asks_at) ||
           ((client->flags & ~1u) && reference_knob(r, HA_KNOB_UNKNOWN_FLAGS) == HA_FLAGS_REJECT);
}

/* EXIST-1 to EXIST-9, STAT-4, STAT-8. Returns whether the registration stands. */
static bool tell_existing(struct reference *r, struct member *member)
{
    bool per_call = reference_knob(r, HA_KNOB_OPSTATUS_SCOPE) == HA_OPSTATUS_PER_CALL;
    uint32_t count = r->active, started = 0;
    int32_t op = 0, error = 0;

    for (; started < count && !error; started++) {
        if (per_call)
            op = 0;
        if (reference_call(r, member, 0, started, 0, &op))
            error = op;
    }
    started -= error != 0;                                  /* EXIST-7 */
    for (uint32_t i = 0; i < started; i++) {
        bool backwards = error && reference_knob(r, HA_KNOB_FAILURE_ORDER) == HA_FAILURE_REVERSE;
        if (per_call)
            op = 0;
        reference_call(r, member, error ? 2 : 1, backwards ? started - 1 - i : i, error, &op);
    }
    return !error;
}

static void answer(struct reference *r, enum what what, uint32_t client, bool stands)
{
    r->holds[client] = stands ? HAS_IT : HAS_NOTHING;
    r->held_once[client] = stands;
    say(r, what, client, 0, stands);
    facts_say(r->facts, SEEN, (struct fact){.what = GETS, .who = client, .status = stands});
}

/* Under the lock, or past it. */
static void be_registered(struct reference *r, uint32_t client)
{
    bool was_busy = r->busy;
    say(r, LOCKED, client, 0, 0);
    struct member *member = append(r, client);
    r->busy = true;
    bool stands = !(reference_client(r, client)->flags & 1) || tell_existing(r, member);
    member->gone = member->gone || !stands;
    r->busy = was_busy;
    answer(r, GETS, client, stands);
    if (!was_busy)
        reference_unlock(r);
}

/* CB-9, CB-11 */
static void join_object(struct reference *r, uint32_t client)
{
    const struct case_client *plan = reference_client(r, client);
    bool stands = !plan->nowhere && plan->asks_at <= APC;
    if (stands)
        append(r, client);
    answer(r, JOINS, client, stands);
}

void reference_register(struct reference *r, uint32_t client)
{
    if (reference_client(r, client)->kind == OF_OBJECT) {
        join_object(r, client);
        return;
    }
    say(r, ASKS, client, reference_client(r, client)->flags, 0);
    if (is_refused(r, reference_client(r, client))) {
        answer(r, GETS, client, false);
        return;
    }
    r->holds[client] = IS_ASKING;
    be_registered(r, client);
}

/* Above APC_LEVEL nobody waits for a lock (DEREG-1), and whether one is had is left open. */
static void say_locked(struct reference *r, uint32_t client)
{
    if (reference_client(r, client)->leaves_at <= APC)
        say(r, LEAVE_LOCKED, client, 0, 0);
}

void reference_remove(struct reference *r, uint32_t client)
{
    struct member *member = member_of(r, client);
    r->holds[client] = HAS_NOTHING;
    if (reference_client(r, client)->kind == OF_OBJECT) {
        member->gone = true;                                /* CB-10 */
        say(r, PARTS, client, 0, 0);
        return;
    }
    say(r, LEAVES, client, 0, 0);
    if (reference_knob(r, HA_KNOB_DEREG_WAIT) == HA_DEREG_TRANSACTION)
        say_locked(r, client);
    if (r->busy && r->called != member && !is_raised(r, reference_client(r, client)->leaves_at) &&
        reference_knob(r, HA_KNOB_DEREG_WAIT) == HA_DEREG_DEFERRED)
        member->put_off = true;
    else
        member->gone = true;                                /* DEREG-3, DEREG-4 */
    say(r, LEFT, client, 0, 0);
}

static void be_gone(struct reference *r, struct member *member)
{
    member->gone = true;
    say(r, LEFT, member->client, 0, 0);
}

/* A helper's removal in the course of somebody else's operation. */
static void remove_beside(struct reference *r, const struct case_act *act)
{
    uint32_t client = act->target;
    struct member *member = member_of(r, client);
    bool may_wait = reference_client(r, client)->leaves_at <= APC;     /* DEREG-1, CB-11 */
    bool is_running = r->called == member && may_wait;
    r->holds[client] = HAS_NOTHING;
    if (reference_client(r, client)->kind == OF_OBJECT) {
        say(r, PARTS, client, is_running, 0);
        member->gone = true;
        r->leaves_after = is_running ? member : NULL;
        return;
    }
    say(r, LEAVES, client, 0, 0);
    switch (reference_knob(r, HA_KNOB_DEREG_WAIT)) {
    case HA_DEREG_TRANSACTION:
        if (may_wait)
            r->waits = act;
        else
            be_gone(r, member);
        break;
    case HA_DEREG_PER_CALL:
        if (!is_running) {
            be_gone(r, member);
            break;
        }
        member->gone = true;
        r->leaves_after = member;
        break;
    default:
        member->put_off = !is_raised(r, reference_client(r, client)->leaves_at);
        member->gone = !member->put_off;
        say(r, LEFT, client, 0, 0);
    }
}

/* A helper's registration, likewise. */
static void register_beside(struct reference *r, const struct case_act *act)
{
    const struct case_client *client = reference_client(r, act->target);
    bool waits = reference_knob(r, HA_KNOB_REGISTER_DURING_ADD) == HA_REGISTER_BLOCK;
    if (client->kind == OF_OBJECT || is_refused(r, client) || !waits) {
        reference_register(r, act->target);
        return;
    }
    say(r, ASKS, act->target, client->flags, 0);
    r->holds[act->target] = IS_ASKING;
    r->waits = act;
}

void reference_help(struct reference *r, const struct case_act *act)
{
    uint32_t depth = r->depth, kind = r->thread_kind;
    r->depth = 0;
    r->thread_kind = ON_SYSTEM;
    if (act->kind == HELPER_BRINGS) {
        r->guest = act->target;
        register_beside(r, act);
    } else {
        remove_beside(r, act);
    }
    r->depth = depth;
    r->thread_kind = kind;
}

void reference_unlock(struct reference *r)
{
    const struct case_act *act = r->waits;
    for (uint32_t i = 0; i < r->members; i++)
        if (r->member[i].put_off)
            r->member[i].gone = true;
    if (!act)
        return;
    r->waits = NULL;
    r->thread_kind = ON_SYSTEM;
    if (act->kind == HELPER_BRINGS) {
        be_registered(r, act->target);
        return;
    }
    say_locked(r, act->target);
    be_gone(r, member_of(r, act->target));
}

void reference_remove_again(struct reference *r, uint32_t client)
{
    const struct case_client *plan = reference_client(r, client);
    if (r->driver[plan->driver] != RUNNING || r->holds[client] != HAS_NOTHING ||
        !r->held_once[client] || r->helps == client)    /* the helper may just be at it */
        return;
    if (plan->kind == OF_OBJECT) {
        say(r, PARTS, CASE_ANY, 0, 0);
    } else {
        say(r, LEAVES, CASE_ANY, 0, 0);
        say(r, LEFT, CASE_ANY, 0, 0);
    }
}
