/*
 * judge_instance - instances of device interfaces, as a judge remembers them
 *
 * Owns struct ha_instances: which instances are enabled, what was raised of them, and what each
 * entry was told. Nothing here finds anything.
 */
#include "check/judge_instance.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "check/judge_rules.h"

#define DEVICE_INTERFACE 2u     /* EventCategoryDeviceInterfaceChange, WDK reference, wdm.h */

#define PLAIN offsetof(struct ha_instances, instance_count)

void ha_instances_reset(struct ha_instances *all)
{
    memset((char *)all + PLAIN, 0, sizeof *all - PLAIN);
}

void ha_instances_close(struct ha_instances *all)
{
    free(all->instance);
    free(all->class_);
    free(all->event);
    memset(all, 0, sizeof *all);
}

void ha_instances_walk(struct ha_instances *all, struct ha_save_walk *walk)
{
    ha_save_part(walk, (char *)all + PLAIN, sizeof *all - PLAIN);
    ha_save_part(walk, all->instance, all->instance_count * sizeof *all->instance);
    ha_save_part(walk, all->class_, all->class_count * sizeof *all->class_);
    ha_save_part(walk, all->event, all->event_count * sizeof *all->event);
}

/* The class with that GUID, index + 1, made when it is new; 0 when memory is lacking. */
static uint32_t class_of(struct ha_judge *judge, const uint64_t guid[2])
{
    struct ha_instances *all = &judge->instances;
    void *array = all->class_;

    for (size_t i = 0; i < all->class_count; i++)
        if (all->class_[i].guid[0] == guid[0] && all->class_[i].guid[1] == guid[1])
            return (uint32_t)i + 1;
    if (!ha_grow(&array, &all->class_room, all->class_count, sizeof *all->class_)) {
        judge->lost = true;
        return 0;
    }
    all->class_ = array;
    all->class_[all->class_count++] = (struct ha_seen_class){.guid = {guid[0], guid[1]}};
    return (uint32_t)all->class_count;
}

/* An event of the instance, which now has its class. */
static void raise(struct ha_judge *judge, struct ha_seen_instance *instance)
{
    struct ha_instances *all = &judge->instances;
    const struct ha_record *record = judge->record;
    bool up = record->kind == HA_IFACE_UP;
    struct ha_seen_class *class_ = &all->class_[instance->class_ - 1];
    void *array = all->event;

    if (!ha_grow(&array, &all->event_room, all->event_count, sizeof *all->event)) {
        judge->lost = true;
        return;
    }
    all->event = array;
    all->event[all->event_count++] =
        (struct ha_raised){.rank = ++class_->raised, .earlier = instance->latest,
                           .instance = record->id, .cause = record->as.iface.cause,
                           .thread = record->thread,
                           .event = up ? HA_PNP_ARRIVAL : HA_PNP_REMOVAL};
    instance->latest = (uint32_t)all->event_count;
    *(class_->newest ? &all->event[class_->newest - 1].next : &class_->first) = instance->latest;
    class_->newest = instance->latest;
    if (up)
        instance->order = (uint64_t)++all->enablings << 32;
    if (instance->up != up)
        class_->enabled += up ? 1 : UINT32_MAX;
    class_->disabled += instance->up && !up;
    instance->up = up;
    if (!record->driver)
        instance->wanted = up;          /* by hand, or at last; a driver's routine says so itself */
}

static void came(struct ha_judge *judge)
{
    struct ha_brought *brought = &judge->instances.brought[judge->record->as.iface.unit];
    uint32_t cause = judge->record->as.iface.cause;

    if (brought->cause != cause)
        *brought = (struct ha_brought){.cause = cause};
    brought->count++;
}

static void of_instance(struct ha_judge *judge)
{
    struct ha_instances *all = &judge->instances;
    const struct ha_record *record = judge->record;
    struct ha_seen_instance *instance = ha_reach_instance(judge, record->id);

    if (!instance || record->as.iface.unit >= HA_UNIT_COUNT)
        return;
    all->known = true;
    if (!instance->class_)
        instance->class_ = class_of(judge, record->as.iface.guid);
    if (!instance->class_)
        return;
    instance->unit = record->as.iface.unit;
    switch (record->kind) {
    case HA_INTERFACE:
        all->at_boot[instance->unit] += !instance->boot;
        instance->boot = true;
        all->class_[instance->class_ - 1].enabled += !instance->up;
        instance->up = instance->wanted = true;
        instance->order = record->id;       /* before all that came, whenever this is said */
        break;
    case HA_DEVICE_STARTED:
        instance->started = true;
        break;
    case HA_IFACE_UP:
        instance->cause = record->as.iface.cause;
        if (instance->cause)
            came(judge);
        raise(judge, instance);
        break;
    default:
        raise(judge, instance);
        break;
    }
}

static void set(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_instance *instance = record->id ? ha_reach_instance(judge, record->id) : NULL;

    if (!instance || !ha_nt_success(record->as.iface_set.status))
        return;
    if (!instance->class_)
        instance->class_ = class_of(judge, record->as.iface_set.guid);
    if (record->as.iface_set.routine == HA_RT_REGISTER_INTERFACE)
        instance->registered = true;
    else
        instance->wanted = record->as.iface_set.enable;
}

static void registering(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->as.pnp_reg.category == DEVICE_INTERFACE)
        judge->entry->told.class_ = class_of(judge, record->as.pnp_reg.guid);
}

static void goes_live(struct ha_judge *judge)
{
    struct ha_instances *all = &judge->instances;
    struct ha_told *told = &judge->entry->told;

    if (told->place)
        return;
    told->place = ++all->places;
    if (!told->class_)
        return;
    const struct ha_seen_class *class_ = &all->class_[told->class_ - 1];
    told->from = told->latest = class_->raised;
    told->at = class_->newest;
    told->disabled = class_->disabled;
    told->due = class_->enabled;
}

/* The event has been told, be it out of turn. */
static void tell(const struct ha_instances *all, struct ha_told *told,
                 const struct ha_raised *event)
{
    uint32_t rank = event->rank;

    if (rank > told->latest) {
        uint32_t ahead = rank - told->latest;
        uint64_t kept = ahead < HA_TOLD_KNOWN ? told->missed << ahead : 0;
        uint64_t skipped = ahead < HA_TOLD_KNOWN ? (UINT64_C(1) << ahead) - 2 : UINT64_MAX - 1;
        uint64_t gone = ahead < HA_TOLD_KNOWN ? told->missed >> (HA_TOLD_KNOWN - ahead)
                                              : told->missed;
        told->lost += ha_bits(gone) + (ahead > HA_TOLD_KNOWN ? ahead - HA_TOLD_KNOWN : 0);
        told->missed = kept | skipped;
        told->latest = rank;
        told->at = (uint32_t)(event - all->event) + 1;
    } else if (told->latest - rank < HA_TOLD_KNOWN) {
        told->missed &= ~(UINT64_C(1) << (told->latest - rank));
    }
}

static void told_live(struct ha_judge *judge)
{
    struct ha_told *told = &judge->entry->told;
    const struct ha_raised *event = ha_event_told(judge);

    if (!event || !told->class_)
        return;
    struct ha_seen_class *class_ = &judge->instances.class_[told->class_ - 1];
    if (event->rank > told->from)
        tell(&judge->instances, told, event);
    if (event->rank >= class_->turn) {
        class_->turn = event->rank;
        class_->turn_place = told->place;
    }
}

static void called(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_told *told = &judge->entry->told;
    struct ha_seen_instance *instance =
        ha_seen_instance(&judge->instances, record->as.pnp_cb.interface);

    if (!judge->own)
        goes_live(judge);               /* where no record of a reference has said so */
    if (!instance)
        return;
    told->instance = record->as.pnp_cb.interface;
    told->event = record->as.pnp_cb.event;
    if (record->as.pnp_cb.live) {
        told_live(judge);
    } else if (record->as.pnp_cb.replay) {
        told->replayed++;
        instance->replayed_to = told->place;
        told->order = instance->order;
    } else if (record->as.pnp_cb.second) {
        told->repeated++;
        instance->repeated_to = told->place;
    }
}

static void of_entry(struct ha_judge *judge)
{
    switch (judge->record->kind) {
    case HA_PNP_REG_ENTER:
        registering(judge);
        break;
    case HA_REF:
        if (judge->record->as.ref.change > 0)
            goes_live(judge);
        break;
    case HA_PNP_REG_RETURN:
        if (ha_nt_success(judge->record->as.status.status))
            goes_live(judge);   /* at the latest, in a trace without references */
        break;
    case HA_PNP_CB_ENTER: case HA_PNP_CB_CALL: case HA_PNP_DEAD_CALL:
        called(judge);
        break;
    default:
        break;
    }
}

void ha_instance_absorb(struct ha_judge *judge)
{
    switch (judge->record->kind) {
    case HA_INTERFACE: case HA_DEVICE_STARTED: case HA_IFACE_UP: case HA_IFACE_DOWN:
        of_instance(judge);
        break;
    case HA_IFACE_SET:
        set(judge);
        break;
    default:
        if (judge->entry)
            of_entry(judge);
        break;
    }
}

void ha_instance_absorb_choice(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->as.choice.answer && record->as.choice.kind == HA_CHOICE_EARLY && judge->add.open)
        judge->instances.early_add = judge->add.id;
}

void ha_instance_absorb_end(struct ha_judge *judge, unsigned unit, uint32_t add, bool failed)
{
    struct ha_brought *brought = &judge->instances.brought[unit];

    if (failed && unit == HA_UNIT_PROCESSOR)
        judge->instances.failed_add = add;
    if (failed)
        return;
    if (brought->cause != add)
        *brought = (struct ha_brought){.cause = add};
    brought->pending = true;
}

/* Whether the entry has yet to be told of the event. */
static bool is_untold(const struct ha_told *told, uint32_t rank)
{
    if (rank > told->latest)
        return true;
    return rank > told->from && told->latest - rank < HA_TOLD_KNOWN
           && told->missed >> (told->latest - rank) & 1;
}

bool ha_was_told(const struct ha_told *told, const struct ha_raised *event)
{
    return event->rank > told->from && !is_untold(told, event->rank);
}

const struct ha_raised *ha_event_next(const struct ha_instances *all, const struct ha_told *told)
{
    if (!told->class_)
        return NULL;
    uint32_t at = told->at ? all->event[told->at - 1].next : all->class_[told->class_ - 1].first;
    return at ? &all->event[at - 1] : NULL;
}

const struct ha_raised *ha_event_told(const struct ha_judge *judge)
{
    const struct ha_told *told = &judge->entry->told;
    const struct ha_instances *all = &judge->instances;
    const struct ha_record *record = judge->record;
    const struct ha_seen_instance *instance =
        ha_seen_instance(all, record->as.pnp_cb.interface);
    const struct ha_raised *newest = NULL, *oldest = NULL;
    const struct ha_raised *next = told->missed ? NULL : ha_event_next(all, told);

    if (next && next->instance == record->as.pnp_cb.interface
        && next->event == record->as.pnp_cb.event)
        return next;                    /* the ordinary course, however much is raised already */
    for (uint32_t at = instance ? instance->latest : 0; at; at = all->event[at - 1].earlier) {
        const struct ha_raised *event = &all->event[at - 1];
        bool within = event->rank > told->from && event->rank + HA_TOLD_KNOWN > told->latest;
        if (newest && !within)
            break;
        if (event->event != record->as.pnp_cb.event)
            continue;
        if (!newest)
            newest = event;
        if (is_untold(told, event->rank))
            oldest = event;
    }
    return oldest ? oldest : newest;
}

const struct ha_raised *ha_last_event_at(const struct ha_instances *all,
                                         const struct ha_seen_instance *instance, uint32_t rank)
{
    uint32_t at = instance->latest;

    while (at && all->event[at - 1].rank > rank)
        at = all->event[at - 1].earlier;
    return at ? &all->event[at - 1] : NULL;
}
