/*
 * judge_late - the call that may come after the older routine has removed an entry
 *
 * Owns what is due to an entry when that routine removes it, and whether the call comes: once,
 * for an event that was due, and before the driver has gone.
 */
#include "check/judge_rules.h"

/* The profile has such calls come, or the tape chose that of this entry. */
static bool is_wanted(const struct ha_judge *judge, const struct ha_seen_entry *entry)
{
    return judge->knob[HA_KNOB_LEGACY_LATE_CALL] == HA_LATE_CALL_DELIVER || entry->late.chosen;
}

bool ha_late_is_awaited(const struct ha_judge *judge, const struct ha_seen_entry *entry)
{
    return entry->late.certain && !entry->late.told && is_wanted(judge, entry);
}

struct ha_bar ha_late_bar(const struct ha_judge *judge)
{
    const struct ha_late *late = &judge->entry->late;
    const struct ha_record *record = judge->record;

    if (!record->as.pnp_cb.late || !is_wanted(judge, judge->entry))
        return (struct ha_bar){HA_RULE_PNP_18, "what is queued dropped when the entry is removed",
                               "a call of the removed entry"};
    if (late->told)
        return (struct ha_bar){HA_RULE_PNP_18, "one late call at most", "another one"};
    if (!late->due && !judge->gap)
        return (struct ha_bar){HA_RULE_PNP_18, "a late call of what was queued or running",
                               "one though nothing was"};
    if (late->instance && (record->as.pnp_cb.interface != late->instance
                           || record->as.pnp_cb.event != late->event))
        return (struct ha_bar){HA_RULE_PNP_18, "a late call for the event that was next",
                               "one for another"};
    return (struct ha_bar){HA_RULE_COUNT, NULL, NULL};
}

/* The most reports that are still due of what existed when the entry registered. */
static uint32_t second_reports(const struct ha_judge *judge, const struct ha_seen_entry *entry)
{
    const struct ha_told *told = &entry->told;

    return ha_is_told_twice(judge, told) && !entry->registering && told->repeated < told->replayed
               ? told->replayed - told->repeated : 0;
}

/* Of an image that is gone nothing is due. */
void ha_late_absorb_removal(struct ha_judge *judge)
{
    struct ha_seen_entry *entry = judge->entry;
    const struct ha_told *told = &entry->told;
    const struct ha_raised *next = ha_event_next(&judge->instances, told);
    uint32_t second = second_reports(judge, entry);
    bool knows = judge->own && !judge->gap;

    entry->late = (struct ha_late){.chosen = entry->late.chosen};
    if (entry->standing == HA_DEAD)
        return;
    /* What was disabled since the entry went live is perhaps not reported again. */
    uint32_t gone = told->class_ ? judge->instances.class_[told->class_ - 1].disabled
                                       - told->disabled : 0;
    entry->late.due = !knows || next || told->missed || second || entry->running;
    entry->late.certain = knows && (next || second > gone || entry->running);
    if (!knows || second || told->missed)
        return;
    entry->late.instance = next ? next->instance : told->instance;
    entry->late.event = next ? next->event : told->event;
}

void ha_judge_late(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool ends = record->kind == HA_TRACE_END;

    if (judge->gap || (ends && record->as.end.ending != HA_END_NORMALLY))
        return;
    for (uint32_t id = 1; id < judge->entry_count; id++) {
        struct ha_seen_entry *entry = &judge->entries[id];
        if (entry->standing != HA_REMOVED || (!ends && entry->driver != record->driver)
            || !ha_late_is_awaited(judge, entry))
            continue;
        entry->late.due = entry->late.certain = false;
        ha_blame(judge, HA_RULE_PNP_18, 0, "the late call before the driver, or the run, ends",
                 "none of %s", ha_entry_name(judge, id));
    }
}
