/*
 * judge_add - the stages of a hot-add
 *
 * Owns how adds lie beside each other, in which order hardware start, ACTIVE and SCHED come, how
 * an add ends, and what no record may show while it is going on. Its calls: judge_round.c.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"

static bool is_of_add(const struct ha_judge *judge)
{
    return judge->add.open && judge->record->id == judge->add.id;
}

void ha_judge_unit(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t unit = record->as.add.unit;

    if (judge->gap)
        return;
    if (record->kind == HA_ADD_BEGIN) {
        if (unit && !(judge->unit.open && judge->unit.id == unit))
            ha_blame(judge, HA_RULE_HOT_10, 0, "the adds of a unit between its begin and its end",
                     "add %u of unit %u outside", (unsigned)record->id, (unsigned)unit);
    } else if (record->kind == HA_UNIT_END && judge->unit.open && judge->unit.id == record->id) {
        ha_exercise(judge, HA_RULE_HOT_10);
        if (judge->unit.begun != judge->unit.processors)
            ha_blame(judge, HA_RULE_HOT_10, 0, "an add for each logical processor of the unit",
                     "%u adds for %u", (unsigned)judge->unit.begun,
                     (unsigned)judge->unit.processors);
        else if (record->as.unit.processors != judge->unit.succeeded)
            ha_blame(judge, HA_RULE_HOT_10, 0, "the number of adds that succeeded", "%u for %u",
                     (unsigned)record->as.unit.processors, (unsigned)judge->unit.succeeded);
    }
}

void ha_judge_add_begin(struct ha_judge *judge)
{
    unsigned kind = judge->thread->kind;
    bool late_join = judge->knob[HA_KNOB_REGISTER_DURING_ADD] == HA_REGISTER_LATE_JOIN;

    ha_exercise(judge, HA_RULE_HOT_9);
    ha_exercise(judge, HA_RULE_HOT_11);
    ha_exercise(judge, HA_RULE_REG_12);
    if (judge->failed_add)
        ha_exercise(judge, HA_RULE_HOT_12);
    if (kind == HA_THREAD_CALLER || kind == HA_THREAD_DPC)
        ha_blame(judge, HA_RULE_HOT_11, 0, "an add on a system thread", "one on a %s thread",
                 ha_thread_kind_name(kind));
    if (judge->gap)
        return;
    if (judge->add.open)
        ha_blame(judge, HA_RULE_HOT_9, 0, "one add ended before the next begins",
                 "add %u before the end of add %u", (unsigned)judge->record->id,
                 (unsigned)judge->add.id);
    else if (judge->phase_count && !late_join)
        ha_blame(judge, HA_RULE_REG_12, 0, "no add while a registration holds the lock",
                 "an add while %s registers", ha_client(judge, judge->phases[0].registration));
    else if (judge->locked_removals)
        ha_blame(judge, HA_RULE_REG_12, 0, "no add while a removal holds the lock", "an add");
}

static void stray(struct ha_judge *judge, enum ha_rule_number rule, const char *expected)
{
    ha_blame(judge, rule, 0, expected, "%s", ha_kind_name(judge->record->kind));
    judge->add.strayed = true;
}

static bool is_called(const struct ha_judge *judge)
{
    return ha_innermost_call(judge, judge->add.thread, 0) != NULL;
}

/* An error wins over what was written on top of it, or the other way round, by the knobs. */
static enum ha_rule_number rule_of_veto(const struct ha_judge *judge)
{
    return judge->add.first_error != judge->add.final
           && judge->knob[HA_KNOB_OPSTATUS_SCOPE] == HA_OPSTATUS_SHARED
               ? HA_RULE_STAT_9 : HA_RULE_HOT_4;
}

static void judge_hardware(struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;
    bool after = judge->knob[HA_KNOB_SYNC_START_VS_HW] == HA_AFTER_START;

    ha_exercise(judge, after ? HA_RULE_ORD_1 : HA_RULE_HOT_2);
    ha_exercise(judge, HA_RULE_STAT_9);
    if (add->hw_started || add->active)
        stray(judge, HA_RULE_ORD_1, "one hardware start, before the processor is active");
    else if (!after && ha_add_veto(judge))
        stray(judge, rule_of_veto(judge), "no hardware start after a refusal");
    else if (!after && is_called(judge))
        stray(judge, HA_RULE_HOT_2, "the hardware start after every Start call has returned");
}

/* The place that ACTIVE and SCHED name, against that of the calls, or of the rules. */
static void judge_place(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_add *add = &judge->add;
    bool announced = add->called || record->kind == HA_SCHED;
    bool placed = !add->placed
                  || (record->as.up.group == add->group && record->as.up.number == add->number);
    char expected[64];

    ha_exercise(judge, HA_RULE_CTX_2);
    if (record->as.up.nt_number == add->index && placed)
        return;
    snprintf(expected, sizeof expected, "processor %u at %u:%u", add->index, add->group,
             add->number);
    if (record->as.up.nt_number != add->index)
        ha_blame(judge, announced ? HA_RULE_CTX_2 : HA_RULE_QRY_8, 0, expected, "processor %u",
                 record->as.up.nt_number);
    else
        ha_blame(judge, announced ? HA_RULE_CTX_2 : HA_RULE_QRY_11, 0, expected, "%u:%u",
                 record->as.up.group, record->as.up.number);
}

static void judge_active(struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;

    ha_exercise(judge, HA_RULE_QRY_4);
    ha_exercise(judge, HA_RULE_ORD_1);
    if (!add->called) {
        ha_exercise(judge, HA_RULE_QRY_8);
        ha_exercise(judge, HA_RULE_QRY_11);
    }
    if (ha_add_veto(judge))
        stray(judge, rule_of_veto(judge), "no active processor after a refusal");
    else if (add->hw_status)
        stray(judge, HA_RULE_HOT_7, "no active processor after a failed hardware start");
    else if (add->active || add->scheduled)
        stray(judge, HA_RULE_QRY_4, "ACTIVE once, before the processor is schedulable");
    else if (!add->hw_started)
        stray(judge, HA_RULE_QRY_4, "ACTIVE after the hardware start");
    else if (is_called(judge))
        stray(judge, HA_RULE_ORD_1, "ACTIVE after every Start call has returned");
    else
        judge_place(judge);
}

static void judge_schedulable(struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;

    ha_exercise(judge, HA_RULE_ORD_1);
    if (ha_add_veto(judge))
        stray(judge, rule_of_veto(judge), "no thread on a processor that was refused");
    else if (add->hw_status)
        stray(judge, HA_RULE_HOT_7, "no thread on a processor that could not be started");
    else if (add->scheduled || !add->active)
        stray(judge, HA_RULE_ORD_1, "SCHED once, after ACTIVE");
    else
        judge_place(judge);
}

void ha_judge_stage(struct ha_judge *judge)
{
    struct ha_add *add = &judge->add;

    if (judge->gap)
        return;
    if (!is_of_add(judge)) {
        if (judge->phase_count)
            ha_blame(judge, HA_RULE_EXIST_12, 0, "no processor started while one registers", "%s",
                     ha_kind_name(judge->record->kind));
        else if (!judge->abandoned_add || judge->record->id != judge->abandoned_add)
            ha_blame(judge, HA_RULE_ORD_1, 0, "stages between the begin and the end of an add",
                     "%s outside", ha_kind_name(judge->record->kind));
        return;
    }
    if (add->full && !add->strayed)
        stray(judge, HA_RULE_HOT_13, "nothing when there is no room for a processor");
    if (add->strayed)
        return;
    if (ha_add_veto(judge))
        ha_exercise(judge, HA_RULE_HOT_4);
    switch (judge->record->kind) {
    case HA_HW_START: judge_hardware(judge); break;
    case HA_ACTIVE:   judge_active(judge); break;
    default:          judge_schedulable(judge); break;
    }
}

void ha_judge_add_end(struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;
    int32_t status = judge->record->as.status.status;
    int32_t cause = add->full ? HA_NO_ROOM : ha_add_cause(judge);
    char expected[HA_STATUS_TEXT], seen[HA_STATUS_TEXT];
    enum ha_rule_number rule = HA_RULE_STAT_11;

    if (!is_of_add(judge) || add->strayed || judge->gap)
        return;
    ha_exercise(judge, add->full ? HA_RULE_HOT_13 : HA_RULE_STAT_11);
    if (add->first_error || add->information)
        ha_exercise(judge, HA_RULE_STAT_9);
    if (!add->full && ha_add_veto(judge))
        ha_exercise(judge, HA_RULE_HOT_4);
    if (add->late_error)
        ha_exercise(judge, HA_RULE_STAT_10);
    if (add->removals)
        ha_exercise(judge, HA_RULE_DEREG_6);
    if (!cause && ha_nt_success(status) && !add->scheduled) {
        ha_blame(judge, HA_RULE_ORD_1, 0, "hardware start, ACTIVE and SCHED before success",
                 "an add that ended without");
        return;
    }
    if (status == cause || (!cause && ha_nt_success(status)))
        return;
    if (add->full)
        rule = HA_RULE_HOT_13;
    else if (add->late_error && status == add->late_error)
        rule = HA_RULE_STAT_10;
    ha_blame(judge, rule, 0, ha_status_text(cause, expected), "the add ended with %s",
             ha_status_text(status, seen));
}

/* Critical regions that an operation entered and did not leave. */
static void judge_left_regions(struct ha_judge *judge, uint32_t id)
{
    const struct ha_seen_registration *registration = &judge->registrations[id];

    if (registration->regions)
        ha_blame(judge, HA_RULE_CTX_7, registration->driver,
                 "critical regions balanced over the calls of an operation", "%+d left by %s",
                 registration->regions, ha_client(judge, id));
}

void ha_judge_regions(struct ha_judge *judge)
{
    if (judge->gap)
        return;
    if (judge->record->kind == HA_REG_RETURN) {
        judge_left_regions(judge, judge->record->id);
        return;
    }
    if (is_of_add(judge) && judge->add.unbalanced)
        for (uint32_t id = judge->first; id; id = judge->registrations[id].next)
            judge_left_regions(judge, id);
}

/* The active count that every record shows. */
void ha_judge_count(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool up = record->kind == HA_ACTIVE;
    char expected[64];

    ha_exercise(judge, HA_RULE_QRY_5);
    if (!judge->layout.known || record->active == judge->shown + up
        || record->active == judge->layout.active + up)     /* back from a single wrong one */
        return;
    snprintf(expected, sizeof expected, "%u active processors", (unsigned)judge->shown + up);
    ha_blame(judge, record->active < judge->shown ? HA_RULE_QRY_5 : HA_RULE_QRY_4, 0, expected,
             "%u", record->active);
}

/* The processor that every record shows. */
void ha_judge_whereabouts(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_add *add = &judge->add;

    if (record->processor < judge->running || !judge->layout.known || !add->open
        || add->trespassed || add->strayed)
        return;
    add->trespassed = true;
    if (record->kind == HA_DPC_RUN_ENTER)       /* QRY-23 */
        return;
    ha_blame(judge, record->thread == add->thread ? HA_RULE_HOT_11 : HA_RULE_ORD_2, 0,
             "no thread on the new processor before it is schedulable", "thread %s on processor %u",
             ha_thread_name(judge, record->thread), record->processor);
}
