/*
 * reference_pnp - see reference.h. Registrations for device interfaces, and what they are told.
 */
#include "model/reference.h"

#include <assert.h>

#define INVALID_PARAMETER ((int32_t)0xC000000D)
#define INVALID_DEVICE_STATE ((int32_t)0xC0000184)

enum { LIVE = 1, REPLAY = 2, SECOND = 4 };

static void say(struct reference *r, enum what what, uint32_t client, uint32_t state,
                int32_t status)
{
    facts_say(r->facts, PNP, (struct fact){.what = what, .who = client, .state = state,
                                           .status = status});
}

/* PNP-10 */
static void refer(struct reference *r, uint32_t client, int change)
{
    uint32_t driver = reference_client(r, client)->driver;
    r->references[driver] += (uint32_t)change;
    facts_say(r->facts, REFERENCES, (struct fact){.what = REFERS, .who = driver,
                                                  .index = r->references[driver],
                                                  .op = change});
}

static void add_instance(struct reference *r, bool of_memory, uint32_t device)
{
    assert(r->instances < MOST_INSTANCES);
    r->instance[r->instances++] = (struct instance){of_memory, false, device};
}

void reference_boot_instances(struct reference *r)
{
    for (uint32_t i = 0; i < r->active; i++)
        add_instance(r, false, i);
    for (uint32_t i = 1; i <= r->ranges; i++)
        add_instance(r, true, i);
}

static void queue(struct reference *r, uint32_t instance, struct entry *only_for)
{
    assert(r->news_end < MOST_NEWS);
    r->news[r->news_end++] =
        (struct news){instance, ++r->now, r->instance[instance].disabled, only_for};
}

void reference_raise(struct reference *r, bool of_memory, uint32_t device)
{
    add_instance(r, of_memory, device);
    queue(r, r->instances - 1, NULL);
}

/* PNP-8 */
void reference_disable(struct reference *r, bool of_memory, uint32_t device)
{
    for (uint32_t i = 0; i < r->instances; i++) {
        struct instance *instance = &r->instance[i];
        if (instance->of_memory != of_memory || instance->device != device ||
            instance->disabled)
            continue;
        instance->disabled = true;
        facts_say(r->facts, SYNC, (struct fact){.what = DOWN, .state = of_memory,
                                                .index = device});
        queue(r, i, NULL);
    }
}

static bool is_for(const struct reference *r, const struct entry *entry, uint32_t instance)
{
    bool of_memory = reference_client(r, entry->client)->kind == OF_MEMORY;
    return r->instance[instance].of_memory == of_memory;
}

static void do_act(struct reference *r, const struct case_act *act, int32_t *status)
{
    const struct case_client *target = reference_client(r, act->target);
    switch (act->kind) {
    case ANSWERS: *status = act->status; break;
    case TAKES_AWAY:
        if (r->driver[target->driver] == RUNNING && r->holds[act->target] == HAS_IT)
            reference_stop(r, act->target);
        break;
    case BRINGS:
        if (r->driver[target->driver] == RUNNING && r->holds[act->target] == HAS_NOTHING)
            reference_listen(r, act->target);
        break;
    default: break;
    }
}

static void tell(struct reference *r, struct entry *entry, uint32_t instance, uint32_t how,
                 bool disabled)
{
    const struct instance *told = &r->instance[instance];
    uint32_t client = entry->client, nth;
    const struct case_act *act;
    int32_t status = 0;
    struct fact fact = {.what = HEARS, .who = client,
                        .state = how << 2 | (uint32_t)disabled << 1 | told->of_memory,
                        .index = told->device,
                        .around = facts_around(0, 0, how & REPLAY ? r->thread_kind : ON_PNP)};
    if (entry->dead) {                                      /* DRV-8 */
        say(r, DEAD_ENTRY, client, 0, 0);
        return;
    }
    nth = r->heard[client][0]++;
    entry->calls++;
    facts_say(r->facts, PNP, fact);
    facts_say(r->facts, SEEN_PNP, (struct fact){.what = SEES, .who = client,
                                                .state = (uint32_t)disabled << 1 |
                                                         told->of_memory});
    for (uint32_t n = 0; (act = case_act_of(r->plan, client, r->step, 0, nth, n)); n++)
        do_act(r, act, &status);
    say(r, HEARD, client, 0, status);
    if (--entry->calls == 0 && entry->gone)
        refer(r, client, -1);
}

/* PNP-3, PNP-4, PNP-5, PNP-24 */
void reference_listen(struct reference *r, uint32_t client)
{
    uint32_t flags = reference_client(r, client)->flags, existing = r->instances;
    say(r, LISTENS, client, flags, 0);
    if (reference_client(r, client)->asks_at || reference_client(r, client)->nowhere) {
        say(r, LISTENING, client, 0, reference_client(r, client)->asks_at ? INVALID_DEVICE_STATE
                                                                     : INVALID_PARAMETER);
        return;                                             /* PNP-6, PNP-21 */
    }
    assert(r->entries < MOST_MEMBERS);
    struct entry *entry = &r->entry[r->entries++];
    *entry = (struct entry){.client = client, .joined = ++r->now};
    r->holds[client] = HAS_IT;
    refer(r, client, 1);
    for (uint32_t i = 0; flags && i < existing && !entry->gone; i++)
        if (is_for(r, entry, i) && !r->instance[i].disabled)
            tell(r, entry, i, REPLAY, false);
    say(r, LISTENING, client, 0, 0);
    if (flags && reference_knob(r, HA_KNOB_INCLUDE_EXISTING_DUP) == HA_EXISTING_TWICE)
        for (uint32_t i = 0; i < existing && !entry->gone; i++)
            if (is_for(r, entry, i) && !r->instance[i].disabled)
                queue(r, i, entry);
}

/* PNP-16, PNP-17: nobody waits here, since nobody else runs. */
void reference_stop(struct reference *r, uint32_t client)
{
    bool ex = !reference_client(r, client)->old;
    say(r, STOPS, client, ex, 0);
    for (uint32_t i = 0; i < r->entries; i++) {
        struct entry *entry = &r->entry[i];
        if (entry->client != client || entry->gone)
            continue;
        entry->gone = true;
        if (!entry->calls)
            refer(r, client, -1);
    }
    r->holds[client] = HAS_NOTHING;
    say(r, STOPPED, client, ex, 0);
    reference_entry_went(r, reference_client(r, client)->driver);
}

void reference_release(struct reference *r, uint32_t news)
{
    if (news > r->released)
        r->released = news;
}

bool reference_has_entry(const struct reference *r, uint32_t driver)
{
    for (uint32_t i = 0; i < r->entries; i++)
        if (!r->entry[i].gone && reference_client(r, r->entry[i].client)->driver == driver)
            return true;
    return false;
}

void reference_bury_entries(struct reference *r, uint32_t driver)
{
    for (uint32_t i = 0; i < r->entries; i++) {
        struct entry *entry = &r->entry[i];
        if (reference_client(r, entry->client)->driver != driver || entry->gone)
            continue;
        entry->dead = true;
        refer(r, entry->client, -1);
    }
}

/* PNP-11, PNP-12 */
void reference_deliver(struct reference *r)
{
    r->thread_kind = ON_PNP;
    if (r->plan->profile.preset != HA_PRESET_ADVERSARIAL)
        r->released = r->news_end;
    while (!r->held && r->news_first < r->released) {
        const struct news news = r->news[r->news_first++];
        for (uint32_t i = 0; i < r->entries; i++) {
            struct entry *entry = &r->entry[i];
            if (entry->gone || !is_for(r, entry, news.instance))
                continue;
            if (news.only_for ? news.only_for == entry : entry->joined < news.raised)
                tell(r, entry, news.instance, news.only_for ? SECOND : LIVE, news.disabled);
        }
    }
}
