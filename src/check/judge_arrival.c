/*
 * judge_arrival - the calls of PnP notification
 *
 * Owns who is told of which instance, when, on which thread and in which order, and who was not
 * told though it was due. Which entries stand, and what removing one means for its calls, is
 * judged elsewhere: no call of an entry that does not stand is looked at here.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/story_words.h"

#define VERSION 1u
#define SIZE 48u        /* of DEVICE_INTERFACE_CHANGE_NOTIFICATION on 64-bit Windows */

/* What the call in hand is about. */
struct call {
    const struct ha_record *record;
    const struct ha_seen_entry *entry;
    const struct ha_seen_instance *instance;
    const struct ha_seen_class *class_;
};

static void judge_structure(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t event = record->as.pnp_cb.event;

    ha_exercise(judge, HA_RULE_PNP_7);
    if (record->as.pnp_cb.version != VERSION || record->as.pnp_cb.size != SIZE)
        ha_blame(judge, HA_RULE_PNP_7, 0, "Version 1 and Size 48", "Version %u and Size %u",
                 (unsigned)record->as.pnp_cb.version, (unsigned)record->as.pnp_cb.size);
    else if (event != HA_PNP_ARRIVAL && event != HA_PNP_REMOVAL)
        ha_blame(judge, HA_RULE_PNP_7, 0, "the GUID of an arrival or a removal", "another Event");
}

static void judge_thread(struct ha_judge *judge)
{
    unsigned kind = judge->thread->kind;

    ha_exercise(judge, HA_RULE_PNP_12);
    if (kind == HA_THREAD_CALLER || kind == HA_THREAD_HOT_ADD || kind == HA_THREAD_DPC
        || (judge->own && kind && kind != HA_THREAD_PNP)
        || (judge->add.open && judge->record->thread == judge->add.thread))
        ha_blame(judge, HA_RULE_PNP_12, 0, "a call on a PnP worker thread", "one on thread %s",
                 ha_thread_name(judge, judge->record->thread));
}

static void judge_replay(struct ha_judge *judge, const struct call *call)
{
    const struct ha_told *told = &call->entry->told;
    const struct ha_raised *before =
        ha_last_event_at(&judge->instances, call->instance, told->from);

    ha_exercise(judge, HA_RULE_PNP_3);
    ha_exercise(judge, HA_RULE_PNP_4);
    ha_exercise(judge, HA_RULE_PNP_5);
    if (told->replayed)
        ha_exercise(judge, HA_RULE_PNP_11);
    if (!call->entry->registering || call->entry->thread != call->record->thread)
        ha_blame(judge, HA_RULE_PNP_4, 0, "what exists told by the thread that registers, before "
                 "it returns", "told otherwise");
    else if (!told->place && judge->own)
        ha_blame(judge, HA_RULE_PNP_4, 0, "a reference before the first call", "a call before it");
    else if (!told->place)
        return;                         /* nothing tells since when it is live */
    else if (call->record->as.pnp_cb.event != HA_PNP_ARRIVAL
             || (before && before->event == HA_PNP_REMOVAL))
        ha_blame(judge, HA_RULE_PNP_3, 0, "arrivals of instances that are enabled", "another call");
    else if (!before && !call->instance->boot)
        ha_blame(judge, HA_RULE_PNP_24, 0, "only what was enabled when the entry went live",
                 "an instance that came later");
    else if (call->instance->replayed_to == told->place)
        ha_blame(judge, HA_RULE_PNP_5, 0, "an existing instance told once while registering",
                 "told again");
    else if (call->instance->order < told->order)
        ha_blame(judge, HA_RULE_PNP_11, 0, "existing instances in the order of their enabling",
                 "one that was enabled before that told last");
}

static void judge_second(struct ha_judge *judge, const struct call *call)
{
    const struct ha_told *told = &call->entry->told;

    ha_exercise(judge, HA_RULE_PNP_5);
    if (!ha_is_told_twice(judge, told))
        ha_blame(judge, HA_RULE_PNP_5, 0, "an existing instance told once", "told again");
    else if (call->record->as.pnp_cb.event != HA_PNP_ARRIVAL)
        ha_blame(judge, HA_RULE_PNP_5, 0, "an arrival that is reported again", "another event");
    else if (call->entry->registering)
        ha_blame(judge, HA_RULE_PNP_5, 0, "the second report after the registration", "before it "
                 "has returned");
    else if (told->repeated >= told->replayed || call->instance->repeated_to == told->place)
        ha_blame(judge, HA_RULE_PNP_5, 0, "an instance told twice at most", "a third time");
}

/* Whether a live call of the same class runs on another thread. */
static bool overlaps(const struct ha_judge *judge, const struct call *call)
{
    for (size_t i = 0; i < judge->telling_count; i++) {
        const struct ha_record *other = &judge->tellings[i].enter;
        const struct ha_seen_instance *instance =
            ha_seen_instance(&judge->instances, other->as.pnp_cb.interface);
        if (other->as.pnp_cb.live && other->thread != call->record->thread && instance
            && instance->class_ == call->instance->class_)
            return true;
    }
    return false;
}

/* A live call without an event that it could be about. */
static void judge_nothing_raised(struct ha_judge *judge, const struct call *call)
{
    bool existing = call->entry->flags & HA_PNP_INCLUDES_EXISTING;

    if (call->record->as.pnp_cb.event != HA_PNP_ARRIVAL || !call->instance->boot)
        ha_blame(judge, HA_RULE_PNP_8, 0, "calls when an instance is enabled or disabled",
                 "a call without that");
    else if (existing)
        ha_blame(judge, HA_RULE_PNP_5, 0, "an existing instance told once", "told as if it came");
    else
        ha_blame(judge, HA_RULE_PNP_2, 0, "nothing of what was enabled before", "its arrival");
}

/* The event against those that the entry, and others of the class, were told of. */
static void judge_turn(struct ha_judge *judge, const struct call *call,
                       const struct ha_raised *event)
{
    const struct ha_told *told = &call->entry->told;
    const struct ha_seen_class *class_ = call->class_;

    ha_exercise(judge, HA_RULE_PNP_8);
    ha_exercise(judge, HA_RULE_PNP_11);
    ha_exercise(judge, HA_RULE_PNP_24);
    ha_exercise(judge, HA_RULE_ORD_7);
    if (event->rank <= told->from && event->event == HA_PNP_ARRIVAL
        && !(call->entry->flags & HA_PNP_INCLUDES_EXISTING))
        ha_blame(judge, HA_RULE_PNP_2, 0, "nothing of what was enabled before", "its arrival");
    else if (event->rank <= told->from || !told->place)
        ha_blame(judge, HA_RULE_PNP_24, 0, "events since the entry is live", "an earlier one");
    else if (ha_was_told(told, event))
        ha_blame(judge, HA_RULE_PNP_5, 0, "one call for one event", "another one");
    else if (event->rank < class_->turn)
        ha_blame(judge, HA_RULE_PNP_11, 0, "events in the order in which they were raised",
                 "one that is earlier than that told last");
    else if (event->rank == class_->turn && told->place < class_->turn_place)
        ha_blame(judge, HA_RULE_PNP_11, 0, "entries in the order of their registration",
                 "a call out of turn");
    else if (overlaps(judge, call))
        ha_blame(judge, HA_RULE_PNP_11, 0, "one call of a class after another",
                 "a call while another one runs");
}

/* Whether a registration of the driver waits for its Start call in the add that is going on. */
static bool awaits_start(const struct ha_judge *judge, uint16_t driver)
{
    const struct ha_add *add = &judge->add;

    for (uint32_t id = judge->first; id && add->told < add->due;
         id = judge->registrations[id].next) {
        const struct ha_seen_registration *one = &judge->registrations[id];
        if (one->driver == driver && one->place < add->place_limit && one->started != add->id
            && ha_is_called_by_adds(judge, one))
            return true;
    }
    return false;
}

/* The arrival of what an add has brought, against the stages of that add. */
static void judge_stage(struct ha_judge *judge, const struct call *call)
{
    const struct ha_seen_instance *instance = call->instance;
    const struct ha_add *add = &judge->add;
    bool going_on = add->open && add->id == instance->cause;

    ha_exercise(judge, HA_RULE_ORD_6);
    if (instance->unit == HA_UNIT_MEMORY)
        ha_exercise(judge, HA_RULE_MEM_2);
    if (judge->own && !instance->started)
        ha_blame(judge, HA_RULE_ORD_6, 0, "an arrival after its device has started",
                 "one before that");
    if (instance->unit != HA_UNIT_PROCESSOR)
        return;
    ha_exercise(judge, HA_RULE_ORD_4);
    if (judge->drivers[call->entry->driver].listed)
        ha_exercise(judge, HA_RULE_ORD_3);
    if (instance->cause < add->id)
        ha_exercise(judge, HA_RULE_ORD_8);
    if (!going_on)
        return;
    if (awaits_start(judge, call->entry->driver))
        ha_blame(judge, HA_RULE_ORD_3, 0, "the Start call before the arrival",
                 "an arrival before it");
    else if (!add->scheduled)
        ha_blame(judge, HA_RULE_ORD_4, 0, "an arrival when threads may run on the processor",
                 "one before that");
}

static void judge_live(struct ha_judge *judge, const struct call *call)
{
    const struct ha_raised *event = ha_event_told(judge);

    if (!event) {
        judge_nothing_raised(judge, call);
        return;
    }
    judge_turn(judge, call, event);
    if (event->event == HA_PNP_ARRIVAL && event->cause)
        judge_stage(judge, call);
}

/* Whether the call is one of an entry that stands, about an instance of its class. */
static bool is_apt(struct ha_judge *judge, const struct call *call)
{
    const struct ha_seen_entry *entry = call->entry;

    if (!entry || entry->standing == HA_UNHEARD_OF)
        return false;
    ha_exercise(judge, HA_RULE_PNP_1);
    if (!call->instance) {
        if (judge->own && !judge->gap)
            ha_blame(judge, HA_RULE_PNP_8, 0, "calls about instances that were enabled",
                     "an instance that nothing was said of");
        return false;
    }
    if (entry->told.class_ == call->instance->class_)
        return entry->standing == HA_ENTERED || entry->standing == HA_LIVE;
    ha_blame(judge, HA_RULE_PNP_1, 0, "instances of the class that was asked for",
             "one of another class");
    return false;
}

void ha_judge_arrival(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_instance *instance =
        ha_seen_instance(&judge->instances, record->as.pnp_cb.interface);
    struct call call = {.record = record, .entry = judge->entry, .instance = instance};

    judge_structure(judge);
    if (record->as.pnp_cb.live || record->as.pnp_cb.second || record->as.pnp_cb.late)
        judge_thread(judge);
    if (!is_apt(judge, &call))
        return;
    call.class_ = &judge->instances.class_[instance->class_ - 1];
    bool existing = call.entry->flags & HA_PNP_INCLUDES_EXISTING;
    if (!existing)
        ha_exercise(judge, HA_RULE_PNP_2);
    if (!existing && (record->as.pnp_cb.replay || record->as.pnp_cb.second))
        ha_blame(judge, HA_RULE_PNP_2, 0, "nothing of what was enabled before", "its arrival");
    else if (judge->gap)
        return;
    else if (record->as.pnp_cb.replay)
        judge_replay(judge, &call);
    else if (record->as.pnp_cb.second)
        judge_second(judge, &call);
    else if (record->as.pnp_cb.live)
        judge_live(judge, &call);
}

static const char *entry_name(struct ha_judge *judge, uint32_t entry)
{
    ha_text_clear(&judge->words);
    ha_entry_words(judge->cast, entry, &judge->words);
    return ha_text_string(&judge->words);
}

/* A replay has ended: everything that was enabled at its beginning, and still is, has been told. */
static void judge_replayed(struct ha_judge *judge)
{
    const struct ha_told *told = &judge->entry->told;
    const struct ha_seen_class *class_ = &judge->instances.class_[told->class_ - 1];

    if (!ha_nt_success(judge->record->as.status.status)
        || !(judge->entry->flags & HA_PNP_INCLUDES_EXISTING) || !told->place)
        return;
    ha_exercise(judge, HA_RULE_PNP_3);
    if (told->replayed + (class_->disabled - told->disabled) < told->due)
        ha_blame(judge, HA_RULE_PNP_3, 0, "an arrival for each instance that is enabled",
                 "%u for %u", (unsigned)told->replayed, (unsigned)told->due);
}

/* Events that it was not told of though it was told of later ones. */
static void judge_missed(struct ha_judge *judge, uint32_t id, const struct ha_told *told)
{
    ha_exercise(judge, HA_RULE_PNP_8);
    if (told->missed || told->lost)
        ha_blame(judge, HA_RULE_PNP_8, 0, "every event told to every entry of the class",
                 "%s not told of %u", entry_name(judge, id),
                 (unsigned)(ha_bits(told->missed) + told->lost));
}

static void judge_end(struct ha_judge *judge, uint32_t id)
{
    const struct ha_told *told = &judge->entries[id].told;
    const struct ha_seen_class *class_ = &judge->instances.class_[told->class_ - 1];

    judge_missed(judge, id, told);
    if (class_->raised > told->from)
        ha_exercise(judge, HA_RULE_ORD_7);
    if (told->latest < class_->raised)
        ha_blame(judge, HA_RULE_ORD_7, 0, "what was raised delivered in the end",
                 "%s not told of %u", entry_name(judge, id),
                 (unsigned)(class_->raised - told->latest));
    if (ha_is_told_twice(judge, told)
        && told->repeated + (class_->disabled - told->disabled) < told->replayed)
        ha_blame(judge, HA_RULE_PNP_5, 0, "each existing instance told twice",
                 "%s told of %u twice, of %u once", entry_name(judge, id),
                 (unsigned)told->repeated, (unsigned)(told->replayed - told->repeated));
}

void ha_judge_arrivals_end(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_entry *entry = judge->entry;

    if (judge->gap)
        return;
    if (record->kind == HA_TRACE_END) {
        for (uint32_t id = 1; id < judge->entry_count; id++)
            if (record->as.end.ending == HA_END_NORMALLY
                && judge->entries[id].standing == HA_LIVE && judge->entries[id].told.class_)
                judge_end(judge, id);
    } else if (entry && entry->standing == HA_LIVE && entry->told.class_) {
        if (record->kind == HA_PNP_REG_RETURN)
            judge_replayed(judge);
        else
            judge_missed(judge, record->id, &entry->told);
    }
}

bool ha_is_told_of_earlier_add(const struct ha_judge *judge)
{
    const struct ha_record *call = judge->telling;
    const struct ha_seen_instance *instance =
        call && call->as.pnp_cb.live ? ha_seen_instance(&judge->instances,
                                                        call->as.pnp_cb.interface) : NULL;

    return instance && instance->unit == HA_UNIT_PROCESSOR && instance->cause
           && instance->cause < judge->add.id;
}
