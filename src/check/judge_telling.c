/*
 * judge_telling - calls of PnP callbacks, whatever they tell
 *
 * Owns whether an entry may be called at all, how its callback ends, and what it does inside:
 * that it neither blocks nor fails.
 */
#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

static struct ha_bar removed_bar(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_entry *entry = judge->entry;

    if (record->as.pnp_cb.replay)
        return (struct ha_bar){HA_RULE_PNP_17, "no further call of a replay after the removal",
                               "a call"};
    if (entry->by_ex)
        return (struct ha_bar){HA_RULE_PNP_16, "no call after the Ex routine has returned",
                               "a call of the removed entry"};
    return ha_late_bar(judge);
}

/* Why the entry must not be called; its rule is HA_RULE_COUNT when it may. */
static struct ha_bar bar_of(const struct ha_judge *judge)
{
    const struct ha_seen_entry *entry = judge->entry;
    bool failed = entry->standing == HA_FAILED || entry->standing == HA_ENTERED;

    if (judge->driver->freed || entry->standing == HA_DEAD)
        return (struct ha_bar){HA_RULE_DRV_8, "no call after the image was freed", "a call"};
    if (entry->standing == HA_REMOVED)
        return removed_bar(judge);
    if (failed && entry->obstacle && entry->obstacle != HA_OBSTACLE_OTHER)
        return (struct ha_bar){ha_obstacle_rule(entry->obstacle),
                               "no call of what was not registered", "a call"};
    if (judge->record->as.pnp_cb.late && entry->standing == HA_LIVE)
        return (struct ha_bar){HA_RULE_PNP_18, "a late call after the removal only",
                               "one of an entry that is live"};
    return (struct ha_bar){HA_RULE_COUNT, NULL, NULL};
}

static void judge_enter(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_bar bar = bar_of(judge);
    char irql[HA_IRQL_TEXT];

    ha_exercise(judge, HA_RULE_PNP_6);
    if (record->as.pnp_cb.late)
        ha_exercise(judge, HA_RULE_PNP_18);
    if (bar.rule != HA_RULE_COUNT)
        ha_blame(judge, bar.rule, 0, bar.expected, "%s", bar.seen);
    else if (record->irql)
        ha_blame(judge, HA_RULE_PNP_6, 0, "called at PASSIVE_LEVEL", "at %s",
                 ha_irql_text(record->irql, irql));
}

static void judge_leave(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record, *enter = judge->telling;
    int32_t status = record->as.status.status;
    char seen[HA_STATUS_TEXT], before[HA_IRQL_TEXT], after[HA_IRQL_TEXT];

    ha_exercise(judge, HA_RULE_PNP_13);
    ha_exercise(judge, HA_RULE_CTX_7);
    if (!ha_nt_success(status))
        ha_blame(judge, HA_RULE_PNP_13, record->driver, "success from a PnP callback",
                 "%s returned", ha_status_text(status, seen));
    if (!enter || judge->gap)
        return;
    if (record->irql != enter->irql)
        ha_blame(judge, HA_RULE_CTX_7, record->driver, "left at the IRQL of its entry",
                 "entered at %s, left at %s", ha_irql_text(enter->irql, before),
                 ha_irql_text(record->irql, after));
    else if (record->regions != enter->regions)
        ha_blame(judge, HA_RULE_CTX_7, record->driver, "critical regions balanced over the call",
                 "%+d left by %s", record->regions - enter->regions,
                 ha_entry_name(judge, record->id));
}

/* A wait that is satisfied at once costs nobody anything. */
static void judge_wait(struct ha_judge *judge)
{
    if (!judge->telling)
        return;
    ha_exercise(judge, HA_RULE_PNP_14);
    if (judge->record->as.wait.blocked)
        ha_advise(judge, HA_RULE_PNP_14, judge->telling->driver,
                  "a callback that does not block: others are told only when it returns",
                  "the callback waits");
}

/* It would raise an event and wait for those who are told of it. */
static void judge_refusal(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (judge->telling && record->as.refused.routine == HA_RT_REPORT_CHANGE &&
        record->as.refused.reason == HA_REASON_INSIDE_CALLBACK)
        ha_blame(judge, HA_RULE_PNP_14, judge->telling->driver,
                 "no routine that raises a PnP event and waits for it", "%s",
                 ha_routine_name(record->as.refused.routine));
}

/* Somebody waits for the call to return, or for what its thread holds. */
static bool is_waited_for(const struct ha_judge *judge, const struct ha_record *telling)
{
    const struct ha_seen_entry *entry = &judge->entries[telling->id];

    return judge->threads[telling->thread].awaited ||
           (entry->standing == HA_LEAVING && entry->by_ex && entry->remover != telling->thread &&
            judge->threads[entry->remover].stuck);
}

/* Who was inside a call when nobody could go on. */
static void judge_end(struct ha_judge *judge)
{
    if (judge->record->as.end.ending != HA_END_DEADLOCK)
        return;
    for (size_t i = 0; i < judge->telling_count; i++) {
        const struct ha_record *telling = &judge->tellings[i].enter;
        if (!judge->threads[telling->thread].stuck || !is_waited_for(judge, telling))
            continue;
        judge->telling = telling;
        ha_blame(judge, HA_RULE_PNP_14, telling->driver,
                 "no wait for what can only come when the callback has returned",
                 "a deadlock: %s waits for ever", ha_entry_name(judge, telling->id));
    }
}

void ha_judge_telling(struct ha_judge *judge)
{
    switch (judge->record->kind) {
    case HA_PNP_CB_ENTER: judge_enter(judge); break;
    case HA_PNP_CB_LEAVE: judge_leave(judge); break;
    case HA_WAIT_BEGIN:   judge_wait(judge); break;
    case HA_REFUSED:      judge_refusal(judge); break;
    default:              judge_end(judge); break;
    }
}
