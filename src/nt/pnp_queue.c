/* pnp_queue - see pnp_queue.h. Owns struct ha_arrival and the PnP thread. */
#include "nt/pnp_queue.h"

#include <poclass.h>

#include "nt/callout_pnp.h"
#include "nt/ps_thread.h"

struct ha_arrival {
    struct ha_arrival *next;
    struct ha_news news;
    uint64_t number;                /* of the event, from 1 */
    bool waits;                     /* for the end of the next add, if not for more */
    uint32_t only;                  /* the one entry that it is for; 0 for all */
    struct ha_pnp_entry *late;      /* that is removed; it holds the walk that keeps its memory */
    const void *ends;               /* nobody is told: the event of a plan that ends, or NULL */
};

/* Whether an event is for an entry of its audience. */
static inline bool concerns(const struct ha_arrival *arrival, const struct ha_pnp_entry *entry)
{
    return arrival->only ? entry->link.id == arrival->only
                         : entry->events_before < arrival->number;
}

static bool is_for(const struct ha_arrival *arrival, const struct ha_pnp_entry *entry)
{
    return entry->audience == arrival->news.instance->audience && concerns(arrival, entry);
}

/* The call that comes after all. */
static void deliver_late(struct ha_notice *notice, struct ha_kernel *kernel,
                         const struct ha_arrival *arrival)
{
    struct ha_pnp_entry *entry = arrival->late;
    ha_notice_set(notice, &arrival->news, HA_TELL_LATE);
    ha_callout_notify(notice, entry);
    entry->is_late = false;
    entry->driver->late_calls--;
    ha_pnp_entry_let_go(entry);
    if (kernel->call_ends.first_waiter)
        ha_event_set(&kernel->world, &kernel->call_ends);
    ha_notify_end(&kernel->pnp.entries);
}

/* Who joins meanwhile stands behind all that it is for; nobody's memory goes. */
static void deliver(struct ha_notice *notice, struct ha_kernel *kernel,
                    const struct ha_arrival *arrival)
{
    ha_notify_begin(&kernel->pnp.entries, false);
    kernel->pnp.now = arrival;
    ha_notice_set(notice, &arrival->news, arrival->only ? HA_TELL_SECOND : HA_TELL_LIVE);
    for (struct ha_pnp_entry *entry = arrival->news.instance->audience->first; entry;
         entry = entry->next) {
        if (entry->link.left || !concerns(arrival, entry))
            continue;
        entry->last_event = arrival->number;
        ha_callout_notify(notice, entry);
    }
    kernel->pnp.now = NULL;
    ha_notify_end(&kernel->pnp.entries);
}

/* Others act in that, so calls that follow have other things in common. */
static void end_event(struct ha_notice *notice, struct ha_kernel *kernel, const void *event)
{
    ha_notice_end(notice);
    ha_kernel_ended(kernel, event);
    ha_notice_begin(notice, kernel);
}

/* Whether the first event may be delivered. */
static bool is_due(const struct ha_pnp *pnp)
{
    return pnp->first && pnp->first->number <= pnp->released;
}

/* Deliver one event after the other, until none is due. */
static void deliver_all(struct ha_notice *notice, struct ha_kernel *kernel)
{
    struct ha_pnp *pnp = &kernel->pnp;
    struct ha_thread *thread = kernel->world.sched.running;
    thread->operations++;
    ha_notice_begin(notice, kernel);
    while (is_due(pnp)) {
        struct ha_arrival *arrival = pnp->first;
        ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
        pnp->first = arrival->next;
        if (!pnp->first)
            pnp->last = NULL;
        if (arrival->ends)
            end_event(notice, kernel, arrival->ends);
        else if (arrival->late)
            deliver_late(notice, kernel, arrival);
        else
            deliver(notice, kernel, arrival);
        arrival->next = pnp->spare;
        pnp->spare = arrival;
    }
    ha_notice_end(notice);
    thread->operations--;
}

static void pnp_thread(void *argument)
{
    struct ha_kernel *kernel = argument;
    struct ha_notice notice;        /* what it was is there, poisoned, until the next event */
    for (;;) {
        deliver_all(&notice, kernel);
        kernel->pnp.idle = true;
        ha_sched_block(&kernel->world);
    }
}

static void wake(struct ha_pnp *pnp)
{
    if (!pnp->idle || !is_due(pnp))
        return;
    pnp->idle = false;
    ha_sched_ready(pnp->thread);
}

/* Events up to this number may be delivered, and those behind them until one has to wait. */
static void release(struct ha_pnp *pnp, uint64_t number)
{
    if (number > pnp->released)
        pnp->released = number;
    struct ha_arrival *next = pnp->first;
    while (next && next->number <= pnp->released)
        next = next->next;
    for (; next && !next->waits; next = next->next)
        pnp->released = next->number;
    wake(pnp);
}

void ha_pnp_release(struct ha_kernel *kernel, uint64_t number)
{
    if (number > kernel->pnp.released)
        ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    if (!kernel->pnp.held)
        release(&kernel->pnp, number);
}

static void set_held(struct ha_kernel *kernel, bool hold)
{
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    kernel->pnp.held = hold && !kernel->pnp.drains;
    if (!hold)
        release(&kernel->pnp, kernel->pnp.raised);
}

void ha_pnp_hold(struct ha_kernel *kernel, bool hold)
{
    struct ha_record *record = ha_record_open(&kernel->world, HA_PNP_HOLD, 0);
    set_held(kernel, hold);
    record->flags = kernel->pnp.held ? HA_PNP_HELD : 0;
}

void ha_pnp_drain(struct ha_kernel *kernel)
{
    kernel->pnp.drains = true;
    set_held(kernel, false);
}

/* Memory for a new event; from here on there is a PnP thread. */
static struct ha_arrival *make(struct ha_kernel *kernel)
{
    struct ha_pnp *pnp = &kernel->pnp;
    struct ha_arrival *arrival = pnp->spare;
    if (arrival)
        pnp->spare = arrival->next;
    else
        arrival = ha_arena_take(&kernel->world.host->arena, sizeof *arrival);
    if (!arrival || (!pnp->thread && ha_thread_create(&kernel->world, HA_THREAD_PNP, 0, pnp_thread,
                                                      kernel, &pnp->thread) != HA_OK))
        ha_ps_no_memory(kernel);
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_WRITE);
    return arrival;
}

/* Put an event behind all others. */
static void post(struct ha_kernel *kernel, const struct ha_arrival *event)
{
    struct ha_pnp *pnp = &kernel->pnp;
    struct ha_arrival *arrival = make(kernel);
    *arrival = *event;
    arrival->number = ++pnp->raised;
    if (pnp->last)
        pnp->last->next = arrival;
    else
        pnp->first = arrival;
    pnp->last = arrival;
    if (!arrival->waits && !pnp->held && pnp->released == arrival->number - 1)
        pnp->released = arrival->number;
    wake(pnp);
}

void ha_pnp_end_event(struct ha_kernel *kernel, const void *event)
{
    const struct ha_pnp *pnp = &kernel->pnp;
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_READ);
    if (event && pnp->thread && !(pnp->idle && !pnp->first))
        post(kernel, &(struct ha_arrival){.ends = event});
    else
        ha_kernel_ended(kernel, event);
}

static bool always_waits(const struct ha_kernel *kernel)
{
    return kernel->profile.preset == HA_PRESET_ADVERSARIAL && !kernel->pnp.drains;
}

void ha_pnp_raise(struct ha_kernel *kernel, const struct ha_interface *instance,
                  enum ha_pnp_event event)
{
    static const char *const what[HA_UNIT_COUNT] = {
        [HA_UNIT_PROCESSOR] = "processor", [HA_UNIT_MEMORY] = "memory",
        [HA_UNIT_INTERFACE] = "interface"};
    const struct ha_pnp *pnp = &kernel->pnp;
    if (!instance->audience->live)
        return;
    bool waits = always_waits(kernel);
    if (!waits && !pnp->held && !pnp->drains)
        waits = ha_choose_about(&kernel->world, HA_CHOICE_DELIVERY, what[instance->unit],
                                instance->device);
    post(kernel, &(struct ha_arrival){.news = {instance, event}, .waits = waits});
}

bool ha_pnp_comes_early(struct ha_kernel *kernel, uint32_t processor)
{
    if (ha_kernel_knob(kernel, HA_KNOB_ASYNC_AFTER) == HA_ASYNC_AFTER_SCHED)
        return true;
    const struct ha_audience *audience = ha_audience_find(kernel, &GUID_DEVICE_PROCESSOR);
    return audience && audience->live &&
           ha_choose_about(&kernel->world, HA_CHOICE_EARLY, "processor", processor);
}

bool ha_pnp_comes_twice(struct ha_kernel *kernel, const struct ha_pnp_entry *entry)
{
    if (ha_kernel_knob(kernel, HA_KNOB_INCLUDE_EXISTING_DUP) == HA_EXISTING_TWICE)
        return true;
    return entry->told.instance && !entry->link.left &&
           ha_choose_about(&kernel->world, HA_CHOICE_TWICE, "entry", entry->link.id);
}

void ha_pnp_raise_again(struct ha_kernel *kernel, const struct ha_interface *instance,
                        const struct ha_pnp_entry *entry)
{
    post(kernel, &(struct ha_arrival){.news = {instance, HA_PNP_ARRIVAL}, .only = entry->link.id,
                                      .waits = always_waits(kernel)});
}

/* What the entry would be told next, NULL for nothing. */
static const struct ha_news *next_for(const struct ha_pnp *pnp, const struct ha_pnp_entry *entry)
{
    if (pnp->now && is_for(pnp->now, entry) && entry->last_event < pnp->now->number)
        return &pnp->now->news;
    const struct ha_arrival *queued = pnp->first;
    while (queued && (queued->late || queued->ends || !is_for(queued, entry)))
        queued = queued->next;
    return queued ? &queued->news : NULL;
}

bool ha_pnp_is_late(struct ha_kernel *kernel, struct ha_pnp_entry *entry, struct ha_news *news)
{
    ha_touch(&kernel->world, HA_TOUCH_QUEUE, HA_TOUCH_READ);
    const struct ha_news *next = next_for(&kernel->pnp, entry);
    if (entry->link.marked || (!next && !entry->calls))
        return false;
    if (ha_kernel_knob(kernel, HA_KNOB_LEGACY_LATE_CALL) != HA_LATE_CALL_DELIVER &&
        !ha_choose_about(&kernel->world, HA_CHOICE_LATE, "entry", entry->link.id))
        return false;
    *news = next ? *next : entry->told;
    ha_notify_begin(&kernel->pnp.entries, false);
    entry->is_late = true;
    entry->driver->late_calls++;
    return true;
}

void ha_pnp_raise_late(struct ha_kernel *kernel, const struct ha_news *news,
                       struct ha_pnp_entry *entry)
{
    struct ha_pnp *pnp = &kernel->pnp;
    struct ha_arrival *arrival = make(kernel);
    /* Ahead of what is held, behind the late calls that were due before. */
    struct ha_arrival **place = &pnp->first;
    while (*place && (*place)->late)
        place = &(*place)->next;
    *arrival = (struct ha_arrival){.next = *place, .news = *news, .late = entry};
    *place = arrival;
    if (!arrival->next)
        pnp->last = arrival;
    wake(pnp);
}

void ha_pnp_wait_late(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    while (driver->late_calls) {
        kernel->call_ends.set = false;
        ha_event_wait_on(&kernel->world, &kernel->call_ends, kernel->pnp.thread);
    }
}
