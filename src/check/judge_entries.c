/*
 * judge_entries - the memory of a judge for entries of PnP notification
 *
 * Owns how they come and go there, and which of their calls are open. Nothing here finds anything.
 */
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "check/judge_rules.h"

/* Source: WDK reference, wdm.h, IO_NOTIFICATION_EVENT_CATEGORY; the others are reserved. */
enum { HARDWARE_PROFILE = 1, DEVICE_INTERFACE = 2, TARGET_DEVICE = 3 };

const struct ha_record *ha_telling_of(const struct ha_judge *judge, uint32_t thread,
                                      uint32_t entry)
{
    for (size_t i = judge->telling_count; i--;)
        if (judge->tellings[i].enter.thread == thread
            && (!entry || judge->tellings[i].enter.id == entry))
            return &judge->tellings[i].enter;
    return NULL;
}

bool ha_is_told_elsewhere(const struct ha_judge *judge, uint32_t entry, uint32_t thread)
{
    for (size_t i = 0; i < judge->telling_count; i++)
        if (judge->tellings[i].enter.id == entry && judge->tellings[i].enter.thread != thread)
            return true;
    return false;
}

/* What the record of asking itself shows. */
static enum ha_obstacle obstacle_of(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    unsigned category = record->as.pnp_reg.category;

    if (!ha_may_be_at_passive(judge))
        return HA_OBSTACLE_IRQL;
    if (!record->as.pnp_reg.function || category < HARDWARE_PROFILE || category > TARGET_DEVICE ||
        (category != DEVICE_INTERFACE && record->as.pnp_reg.flags & HA_PNP_INCLUDES_EXISTING))
        return HA_OBSTACLE_PARAMETER;
    return HA_NO_OBSTACLE;
}

static void register_entered(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_entry *entry = judge->entry;

    memset(entry, 0, sizeof *entry);        /* in a trace from elsewhere an id may come again */
    memcpy(entry->guid, record->as.pnp_reg.guid, sizeof entry->guid);
    entry->flags = record->as.pnp_reg.flags;
    entry->function = record->as.pnp_reg.function;
    entry->context = record->as.pnp_reg.context;
    entry->category = record->as.pnp_reg.category;
    entry->thread = record->thread;
    entry->made_at = record->as.pnp_reg.place;
    entry->driver = record->driver;
    entry->outer = judge->thread->entry;
    entry->standing = HA_ENTERED;
    entry->obstacle = (uint8_t)obstacle_of(judge);
    entry->registering = true;
    judge->thread->entry = record->id;
}

static void becomes_live(struct ha_judge *judge)
{
    struct ha_seen_entry *entry = judge->entry;

    if (entry->standing != HA_ENTERED && entry->standing != HA_UNHEARD_OF)
        return;
    if (judge->driver->freed) {
        entry->standing = HA_DEAD;      /* from the start */
        return;
    }
    entry->standing = HA_LIVE;
    entry->live_since = ha_record_seq(judge->record);
}

static void register_returned(struct ha_judge *judge)
{
    struct ha_seen_entry *entry = judge->entry;

    if (judge->thread->entry == judge->record->id)
        judge->thread->entry = entry->outer;
    entry->registering = false;
    if (ha_nt_success(judge->record->as.status.status))
        becomes_live(judge);
    else
        entry->standing = HA_FAILED;
}

static void reference_changed(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_driver *driver = ha_reach_driver(judge, record->id);
    struct ha_seen_entry *entry = judge->entry;

    if (driver)
        driver->references = record->as.ref.count;
    if (!entry)
        return;
    if (!entry->driver)
        entry->driver = (uint16_t)record->id;
    entry->referenced = record->as.ref.change > 0;
    if (entry->referenced)
        becomes_live(judge);
    else if (entry->standing == HA_LIVE)
        entry->standing = HA_DEAD;
}

bool ha_entry_can_leave(const struct ha_judge *judge)
{
    const struct ha_seen_entry *entry = judge->entry;

    return entry && (entry->standing == HA_LIVE || entry->standing == HA_DEAD
                     || (judge->gap && entry->standing == HA_UNHEARD_OF));
}

/* Nothing keeps the reference of the entry in hand from now on, but calls that run or come. */
static void let_go(struct ha_judge *judge)
{
    struct ha_seen_entry *entry = judge->entry;

    if (entry->standing == HA_REMOVED && !entry->late.told && !ha_late_is_awaited(judge, entry))
        entry->free_since = ha_record_seq(judge->record);
}

static void remove_entered(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_entry *entry = judge->entry;

    judge->thread->removes_no_entry = !ha_entry_can_leave(judge);
    if (judge->thread->removes_no_entry)
        return;
    if (!(record->flags & HA_PNP_EX))
        ha_late_absorb_removal(judge);
    entry->standing = HA_LEAVING;
    entry->remover = record->thread;
    entry->by_ex = record->flags & HA_PNP_EX;
}

static void call_entered(struct ha_judge *judge)
{
    struct ha_seen_entry *entry = judge->entry;
    void *array = judge->tellings;

    if (!judge->own)                /* its maker need not show the reference */
        becomes_live(judge);
    entry->late.told |= judge->record->as.pnp_cb.late;
    if (!ha_grow(&array, &judge->telling_room, judge->telling_count, sizeof *judge->tellings)) {
        judge->lost = true;
        return;
    }
    judge->tellings = array;
    judge->tellings[judge->telling_count++] =
        (struct ha_telling){*judge->record, judge->thread->affinity};
    entry->running++;
}

static void call_left(struct ha_judge *judge)
{
    for (size_t i = judge->telling_count; i--;) {
        struct ha_telling *call = &judge->tellings[i];
        if (call->enter.thread != judge->record->thread || call->enter.id != judge->record->id)
            continue;
        if (judge->thread->affinity.known)
            ha_affinity_absorb_leave(judge, call->affinity.mask, call->affinity.group);
        judge->telling_count--;
        memmove(call, call + 1, (judge->telling_count - i) * sizeof *call);
        if (judge->entry->running)
            judge->entry->running--;
        let_go(judge);
        return;
    }
}

void ha_entry_absorb(struct ha_judge *judge)
{
    switch (judge->record->kind) {
    case HA_PNP_REG_ENTER:
        register_entered(judge);
        break;
    case HA_PNP_REG_RETURN:
        register_returned(judge);
        break;
    case HA_PNP_UNREG_ENTER:
        remove_entered(judge);
        break;
    case HA_PNP_UNREG_RETURN:
        judge->thread->removes_no_entry = false;
        if (judge->entry && judge->entry->standing == HA_LEAVING) {
            judge->entry->standing = HA_REMOVED;
            let_go(judge);
        }
        break;
    case HA_PNP_CB_ENTER:
        call_entered(judge);
        break;
    case HA_PNP_CB_LEAVE:
        call_left(judge);
        break;
    case HA_REF:
        reference_changed(judge);
        break;
    default:
        break;
    }
}

void ha_entry_absorb_choice(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    unsigned id;

    if (!record->as.choice.answer || sscanf(record->as.choice.label, "entry %9u", &id) != 1
        || id >= judge->entry_count)
        return;
    if (record->as.choice.kind == HA_CHOICE_LATE)
        judge->entries[id].late.chosen = true;
    else if (record->as.choice.kind == HA_CHOICE_TWICE)
        judge->entries[id].told.twice = true;
}

void ha_entry_absorb_trouble(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_entry *entry =
        judge->thread->entry ? ha_reach_entry(judge, judge->thread->entry) : NULL;

    if (!entry || record->as.refused.routine != HA_RT_REGISTER_PNP || entry->obstacle)
        return;
    if (record->kind == HA_MISUSE && record->as.misuse.misuse != HA_MISUSE_NO_OBJECT)
        return;         /* of a callback, which the registration calls for what exists */
    if (record->kind == HA_FAULT)
        entry->obstacle = HA_OBSTACLE_MEMORY;
    else if (record->kind == HA_MISUSE)
        entry->obstacle = HA_OBSTACLE_PARAMETER;    /* the driver object is none */
    else if (record->as.refused.reason == HA_REASON_NULL_POINTER ||
             record->as.refused.reason == HA_REASON_PARAMETER)
        entry->obstacle = HA_OBSTACLE_PARAMETER;
    else if (record->as.refused.reason != HA_REASON_IRQL)
        entry->obstacle = HA_OBSTACLE_OTHER;
}

void ha_entry_absorb_deadlock(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_thread *thread = ha_reach_thread(judge, record->as.wait.waiter);

    if (thread)
        thread->stuck = true;
    thread = record->as.wait.holder ? ha_reach_thread(judge, record->as.wait.holder) : NULL;
    if (thread)
        thread->awaited = true;
}

void ha_entry_absorb_image(struct ha_judge *judge)
{
    for (size_t id = 1; id < judge->entry_count; id++) {
        struct ha_seen_entry *entry = &judge->entries[id];
        if (entry->driver == judge->record->driver && entry->standing == HA_LIVE)
            entry->standing = HA_DEAD;
    }
}
