/*
 * reference - see reference.h. Goes through the events of a case, and through drivers' lives.
 */
#include "model/reference.h"

#include <string.h>

#define PENDING 0x103
#define UNSUCCESSFUL ((int32_t)0xC0000001)

static void say(struct reference *r, enum what what, uint32_t who, int32_t status)
{
    facts_say(r->facts, SYNC, (struct fact){.what = what, .who = who, .status = status});
}

static void take_away(struct reference *r, uint32_t client)
{
    if (r->holds[client] != HAS_IT)
        return;
    if (case_is_entry(reference_client(r, client)))
        reference_stop(r, client);
    else
        reference_remove(r, client);
}

static void bring(struct reference *r, uint32_t client)
{
    if (r->holds[client] != HAS_NOTHING)
        return;
    if (case_is_entry(reference_client(r, client)))
        reference_listen(r, client);
    else
        reference_register(r, client);
}

/* DRV-8: what it left registered is dead from now on. */
static void free_image(struct reference *r, uint32_t driver)
{
    say(r, IMAGE_GOES, driver, 0);
    for (uint32_t i = 0; i < r->members; i++)
        if (reference_client(r, r->member[i].client)->driver == driver)
            r->member[i].dead = true;
    reference_bury_entries(r, driver);
}

/* DRV-3, DRV-4 */
static void load(struct reference *r, uint32_t driver)
{
    const struct case_plan *plan = r->plan;
    int32_t status = 0;
    r->driver[driver] = RUNNING;
    r->loaded[r->loads++] = driver;
    say(r, ENTRY_BEGINS, driver, 0);
    for (uint32_t c = 0; c < plan->clients; c++) {
        if (plan->client[c].driver != driver || !plan->client[c].at_entry)
            continue;
        bring(r, c);
        if (r->holds[c] != HAS_IT && plan->entry[driver] != GOES_ON)
            status = UNSUCCESSFUL;
    }
    if (status && plan->entry[driver] == CLEANS_UP)
        for (uint32_t c = 0; c < plan->clients; c++)
            if (plan->client[c].driver == driver)
                take_away(r, c);
    say(r, ENTRY_ENDS, driver, status);
    if (!status)
        return;
    r->driver[driver] = OUT_OF_REACH;
    free_image(r, driver);
}

/* DRV-7: an entry that is left keeps the image, and so whatever else is left stays alive. */
static void run_unload(struct reference *r, uint32_t driver)
{
    const struct case_plan *plan = r->plan;
    say(r, UNLOAD_BEGINS, driver, 0);
    for (uint32_t c = 0; c < plan->clients; c++)
        if (plan->client[c].driver == driver && !plan->client[c].forgotten)
            take_away(r, c);
    say(r, UNLOAD_ENDS, driver, 0);
    r->driver[driver] = OUT_OF_REACH;
    if (!reference_has_entry(r, driver))
        free_image(r, driver);
}

static void unload(struct reference *r, uint32_t driver)
{
    if (r->driver[driver] != RUNNING || r->waits_to_go[driver])
        return;
    r->waits_to_go[driver] = reference_knob(r, HA_KNOB_UNLOAD_GATE) == HA_UNLOAD_STRICT &&
                             reference_has_entry(r, driver);
    say(r, UNLOAD_ASKED, driver, r->waits_to_go[driver] ? PENDING : 0);
    if (!r->waits_to_go[driver])
        run_unload(r, driver);
}

void reference_entry_went(struct reference *r, uint32_t driver)
{
    if (!r->waits_to_go[driver] || reference_has_entry(r, driver))
        return;
    r->waits_to_go[driver] = false;
    run_unload(r, driver);
}

static void carry_out(struct reference *r, const struct case_event *event)
{
    switch (event->kind) {
    case LOAD: load(r, event->which); break;
    case UNLOAD: unload(r, event->which); break;
    case REGISTER:
        if (r->driver[reference_client(r, event->which)->driver] == RUNNING)
            bring(r, event->which);
        break;
    case REMOVE:
        if (r->driver[reference_client(r, event->which)->driver] == RUNNING)
            take_away(r, event->which);
        break;
    case ADD: reference_add_unit(r, event); break;
    case ADD_MEMORY: reference_add_memory(r, event); break;
    case HOLD: r->held = true; break;
    case RELEASE: r->held = false; break;
    case DISABLE_PROCESSOR: reference_disable(r, false, event->which); break;
    case DISABLE_MEMORY: reference_disable(r, true, event->which); break;
    }
}

static void begin_step(struct reference *r, uint32_t step)
{
    facts_say_everywhere(r->facts, (struct fact){.what = STEP, .who = step});
    r->step = step;
    r->helped = false;
    r->helps = NOBODY;
    r->guest = NOBODY;
    r->thread_kind = ON_SYSTEM;
    memset(r->heard, 0, sizeof r->heard);
}

static void boot(struct reference *r)
{
    for (uint32_t g = 0; g < r->plan->groups; g++)
        for (uint32_t n = 0; n < CASE_NUMBERS; n++)
            if (r->plan->group[g].active_mask >> n & 1)
                r->place[r->active++] = g << 16 | n;
    for (uint32_t n = 0; n < r->plan->ranges; n++)
        r->range[r->ranges++] = case_range_base(n);
    reference_boot_instances(r);
}

/* What the queries answer in the end, and who is registered. */
static void take_stock(struct reference *r)
{
    const struct case_plan *plan = r->plan;
    for (uint32_t g = 0; g < plan->groups; g++) {
        uint64_t mask = reference_mask(r, g);
        int32_t count = 0;
        for (uint32_t n = 0; n < CASE_NUMBERS; n++)
            count += (int32_t)(mask >> n & 1);
        facts_say(r->facts, SEEN, (struct fact){.what = IN_GROUP, .who = g, .status = count,
                                                .index = (uint32_t)mask,
                                                .place = (uint32_t)(mask >> 32)});
    }
    for (uint32_t i = 0; i < r->active; i++)
        facts_say(r->facts, SEEN, (struct fact){.what = IN_PLACE, .index = i,
                                                .place = r->place[i]});
    for (uint32_t n = 0; n < r->ranges; n++)
        facts_say(r->facts, SEEN, (struct fact){.what = RANGE,
                                                .index = (uint32_t)(r->range[n] >> 30),
                                                .place = CASE_RANGE_SIZE >> 30});
    for (uint32_t c = 0; c < plan->clients; c++)
        facts_say(r->facts, SEEN, (struct fact){.what = HOLDS, .who = c,
                                                .status = r->holds[c] == HAS_IT});
}

void reference_foresee(const struct case_plan *plan, struct facts *facts)
{
    struct reference r = {.plan = plan, .facts = facts};
    boot(&r);
    for (uint32_t e = 0; e < plan->events; e++) {
        begin_step(&r, e);
        carry_out(&r, &plan->event[e]);
        reference_deliver(&r);
    }
    begin_step(&r, plan->events);
    take_stock(&r);
    r.held = false;
    reference_release(&r, r.news_end);
    reference_deliver(&r);
    while (r.loads > 0)
        unload(&r, r.loaded[--r.loads]);
}
