/*
 * deal - cases from random numbers; see case.h
 *
 * Left out is what the rules leave open: then there would be nothing to foresee.
 */
#include "model/case.h"

#include "unit/random_scenario.h"

#define MOST_EVENTS 11u     /* besides those that load, and the last removals */

struct dealer {
    uint64_t state;
    struct case_plan *plan;
};

static uint32_t number(struct dealer *d, uint32_t limit)
{
    return random_below(&d->state, limit);
}

static bool once_in(struct dealer *d, uint32_t times)
{
    return number(d, times) == 0;
}

static bool is_strict(const struct dealer *d)
{
    return d->plan->profile.knob[HA_KNOB_UNLOAD_GATE] == HA_UNLOAD_STRICT;
}

static int32_t status(struct dealer *d)
{
    /* Errors, a warning, which is one too (STAT-7), an informational one, and success. */
    static const uint32_t values[] = {0xC000009A, 0xC000009A, 0xC0000001, 0xC0000017, 0x80000011,
                                      0x00000103, 0};
    return (int32_t)values[number(d, sizeof values / sizeof values[0])];
}

static void deal_profile(struct dealer *d)
{
    struct ha_profile *profile = &d->plan->profile;
    /* HA_PRESET_WS2008, the last of them, knows no groups. */
    *profile = ha_profile_preset((enum ha_preset)number(
        d, d->plan->groups == 1 ? HA_PRESET_COUNT : HA_PRESET_WS2008));
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        unsigned values = 0;
        while (ha_knob_value_name((enum ha_knob)k, values))
            values++;
        bool turned = once_in(d, 3);
        unsigned value = number(d, values);
        if (turned && k != HA_KNOB_TARGET)
            profile->knob[k] = (uint8_t)value;
    }
    if (profile->preset == HA_PRESET_ADVERSARIAL)   /* see deal_other_event() */
        profile->knob[HA_KNOB_INCLUDE_EXISTING_DUP] = HA_EXISTING_ONCE;
}

static void deal_partition(struct dealer *d)
{
    struct case_plan *plan = d->plan;
    plan->groups = 1 + number(d, CASE_GROUPS);
    for (uint32_t g = 0; g < plan->groups; g++) {
        struct case_group *group = &plan->group[g];
        bool one_node = once_in(d, 2);
        uint16_t node = (uint16_t)number(d, CASE_NODES);
        group->maximum = once_in(d, 40) ? CASE_NUMBERS : 1 + number(d, 8);
        for (uint32_t n = 0; n < group->maximum; n++) {
            group->active_mask |= (uint64_t)once_in(d, 3) << n;
            group->node[n] = one_node ? node : (uint16_t)number(d, CASE_NODES);
        }
        if (g == 0 && !group->active_mask)
            group->active_mask = 1;
    }
    plan->ranges = number(d, CASE_RANGES + 1);
}

static void deal_clients(struct dealer *d)
{
    static const enum case_kind kinds[] = {OF_KE, OF_KE, OF_KE, OF_KE, OF_OBJECT, OF_OBJECT,
                                           OF_PROCESSORS, OF_PROCESSORS, OF_MEMORY};
    struct case_plan *plan = d->plan;
    plan->drivers = 1 + number(d, CASE_DRIVERS);
    for (uint32_t i = 0; i < plan->drivers; i++)
        plan->entry[i] = (enum case_entry)number(d, 3);
    plan->clients = 2 + number(d, CASE_CLIENTS - 1);
    for (uint32_t c = 0; c < plan->clients; c++) {
        struct case_client *client = &plan->client[c];
        client->driver = number(d, plan->drivers);
        client->kind = kinds[number(d, sizeof kinds / sizeof kinds[0])];
        client->flags = case_is_entry(client) ? number(d, 2)
                                              : number(d, once_in(d, 4) ? 4 : 2);
        client->at_entry = !once_in(d, 3);
        client->asks = once_in(d, 3);
        client->nowhere = once_in(d, 30);
        client->asks_at = once_in(d, 20) ? (uint8_t)(1 + number(d, 2)) : 0;
        client->leaves_at = once_in(d, 8) ? (uint8_t)(1 + number(d, 2)) : 0;
        client->forgotten = once_in(d, 8);
        client->old = case_is_entry(client) && once_in(d, 3) &&
                      plan->profile.knob[HA_KNOB_LEGACY_LATE_CALL] == HA_LATE_CALL_DROP;
    }
}

static struct case_event *deal_event(struct dealer *d, enum case_event_kind kind)
{
    struct case_event *event = &d->plan->event[d->plan->events++];
    *event = (struct case_event){.kind = kind, .group = CASE_ANY, .number = CASE_ANY,
                                 .node = CASE_ANY, .count = 1};
    return event;
}

static void deal_add(struct dealer *d)
{
    struct case_event *event = deal_event(d, ADD);
    switch (number(d, 6)) {
    case 0: event->group = number(d, d->plan->groups); break;
    case 1: event->node = number(d, CASE_NODES); break;
    case 2:
        event->group = number(d, d->plan->groups);
        event->number = number(d, d->plan->group[event->group].maximum);
        break;
    default: break;
    }
    if (event->number == CASE_ANY && once_in(d, 4))
        event->count = 1 + number(d, 4);
    if (once_in(d, 6))
        event->start = (int32_t)0xC00000B5;
}

static void deal_other_event(struct dealer *d, bool *held)
{
    bool twice =
        d->plan->profile.knob[HA_KNOB_INCLUDE_EXISTING_DUP] == HA_EXISTING_TWICE;
    bool waits = d->plan->profile.preset == HA_PRESET_ADVERSARIAL;
    switch (number(d, 7)) {
    case 0: deal_event(d, REGISTER)->which = number(d, d->plan->clients); break;
    case 1: deal_event(d, REMOVE)->which = number(d, d->plan->clients); break;
    case 2: deal_event(d, UNLOAD)->which = number(d, d->plan->drivers); break;
    case 3:
        if (twice || waits)     /* when the second report comes of what still waits is left open */
            break;
        *held = !*held;
        deal_event(d, *held ? HOLD : RELEASE);
        break;
    case 4:
        if (!waits)         /* whether a removal waits as an arrival does, likewise */
            deal_event(d, once_in(d, 3) ? DISABLE_MEMORY : DISABLE_PROCESSOR)->which =
                number(d, 8);
        break;
    default:
        deal_event(d, ADD_MEMORY)->start = once_in(d, 4) ? (int32_t)0xC0000001 : 0;
    }
}

static void deal_events(struct dealer *d)
{
    bool held = false;
    uint32_t more = 3 + number(d, MOST_EVENTS - 2);
    for (uint32_t driver = 0; driver < d->plan->drivers; driver++)
        deal_event(d, LOAD)->which = driver;
    while (more-- > 0) {
        if (once_in(d, 2))
            deal_add(d);
        else
            deal_other_event(d, &held);
    }
    /* Whoever waits for its entries to go is unloaded in the end (DRV-7). */
    for (uint32_t c = 0; c < d->plan->clients; c++)
        if (case_is_entry(&d->plan->client[c]) && is_strict(d))
            deal_event(d, REMOVE)->which = c;
}

/* What a PnP callback does. */
static void deal_pnp_act(struct dealer *d, struct case_act *act)
{
    const struct case_plan *plan = d->plan;
    bool twice = plan->profile.knob[HA_KNOB_INCLUDE_EXISTING_DUP] == HA_EXISTING_TWICE;
    act->kind = ANSWERS;
    act->status = status(d);
    act->state = 0;
    /* An Unload that its last entry lets in would run beside whatever else goes on. */
    if (!case_is_entry(&plan->client[act->target]) || is_strict(d) || once_in(d, 3))
        return;
    act->kind = TAKES_AWAY;
    /* Whether it is there for the rest of a unit would be left open. */
    if (case_has_one_operation(&plan->event[act->event]) && !twice && once_in(d, 2) &&
        plan->client[act->target].driver == plan->client[act->client].driver)
        act->kind = BRINGS;
}

/* Somebody of the same driver who is likely not to be registered yet; otherwise anybody. */
static void deal_newcomer(struct dealer *d, struct case_act *act)
{
    const struct case_client *client = d->plan->client;
    for (uint32_t n = 0; n < 6 && (client[act->target].at_entry ||
                                   client[act->target].driver != client[act->client].driver);
         n++)
        act->target = number(d, d->plan->clients);
}

/* What a processor-change callback does. */
static void deal_sync_act(struct dealer *d, struct case_act *act)
{
    static const enum case_act_kind kinds[] = {TAKES_AWAY, HELPER_TAKES_AWAY, BRINGS,
                                               HELPER_BRINGS};
    const struct case_client *client = d->plan->client;
    uint32_t kind = number(d, 4);
    act->kind = once_in(d, 10) ? SCRIBBLES : once_in(d, 20) ? SPEAKS
                               : once_in(d, 20) ? STRAYS : WRITES;
    act->state = once_in(d, 3) ? number(d, CASE_STATES) : 0;
    if (kind >= 2)
        deal_newcomer(d, act);
    if (case_is_entry(&client[act->target]) || once_in(d, 3))
        return;
    if (kind >= 2 && client[act->target].driver != client[act->client].driver)
        kind -= 2;
    act->kind = kind == 0 && once_in(d, 4) ? TAKES_TWICE : kinds[kind];
}

/* An event in the course of which there are calls, more often than not. */
static uint32_t deal_moment(struct dealer *d)
{
    const struct case_plan *plan = d->plan;
    uint32_t event = number(d, plan->events);
    for (uint32_t n = 0; n < 3 && plan->event[event].kind != ADD; n++)
        event = number(d, plan->events);
    return event;
}

static void deal_acts(struct dealer *d)
{
    struct case_plan *plan = d->plan;
    plan->acts = number(d, CASE_ACTS + 1);
    for (uint32_t a = 0; a < plan->acts; a++) {
        struct case_act *act = &plan->act[a];
        act->client = number(d, plan->clients);
        act->event = deal_moment(d);
        act->nth = once_in(d, 4) ? number(d, 4) : 0;
        act->target = number(d, plan->clients);
        act->status = status(d);
        if (case_is_entry(&plan->client[act->client]))
            deal_pnp_act(d, act);
        else
            deal_sync_act(d, act);
    }
}

void case_deal(uint64_t seed, struct case_plan *plan)
{
    struct dealer dealer = {seed, plan};
    *plan = (struct case_plan){.groups = 0};
    deal_partition(&dealer);
    deal_profile(&dealer);
    deal_clients(&dealer);
    deal_events(&dealer);
    deal_acts(&dealer);
}

const struct case_act *case_act_of(const struct case_plan *plan, uint32_t client, uint32_t event,
                                   uint32_t state, uint32_t nth, uint32_t n)
{
    for (uint32_t a = 0; a < plan->acts; a++) {
        const struct case_act *act = &plan->act[a];
        if (act->client == client && act->event == event && act->state == state &&
            act->nth == nth && n-- == 0)
            return act;
    }
    return NULL;
}

bool case_has_one_operation(const struct case_event *event)
{
    return event->kind == REGISTER || (event->kind == ADD && event->count == 1);
}
