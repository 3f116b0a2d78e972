/*
 * judge_call - what holds for every call of a processor-change callback
 *
 * Owns whether a registration may be called at all, what each call is handed, and how it is left.
 * Where a call belongs in its operation is judged in judge_phase.c and judge_round.c.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

static struct ha_bar bar(enum ha_rule_number rule, const char *expected, const char *seen)
{
    return (struct ha_bar){rule, expected, seen};
}

static struct ha_bar no_bar(void)
{
    return bar(HA_RULE_COUNT, NULL, NULL);
}

/* One that did not come to stand, and need not have returned yet. */
static struct ha_bar bar_of_failed(const struct ha_seen_registration *registration)
{
    switch (registration->why) {
    case HA_WHY_IRQL:
        return bar(HA_RULE_REG_2, "nothing registered at a raised IRQL", "a call of its callback");
    case HA_WHY_NULL_FUNCTION:
        return bar(HA_RULE_REG_8, "nothing registered without a function", "a call all the same");
    case HA_WHY_INSIDE_CALLBACK:
        return bar(HA_RULE_REG_11, "nothing registered inside a callback",
                   "a call of what was registered there");
    case HA_WHY_FAULT:
        return bar(HA_RULE_REG_9, "no call when resources are lacking", "a call");
    case HA_WHY_START_ERROR:
        return bar(HA_RULE_EXIST_9, "no call after registering failed with a Start error",
                   "a call in a later hot-add");
    default:
        return bar(HA_RULE_REG_1, "no call of a registration that does not stand", "a call");
    }
}

static struct ha_bar bar_of_entered(const struct ha_judge *judge)
{
    const struct ha_seen_registration *registration = judge->registration;

    if (registration->why != HA_WHY_NONE)
        return bar_of_failed(registration);
    if (!registration->existing)
        return bar(HA_RULE_REG_4, "no call before registering has returned",
                   "a call without KE_PROCESSOR_CHANGE_ADD_EXISTING");
    return bar(HA_RULE_REG_10, "no call before the registration obtained the lock", "a call");
}

static struct ha_bar bar_of_removed(const struct ha_judge *judge)
{
    const struct ha_seen_registration *registration = judge->registration;
    bool same_operation = judge->add.open && registration->left_during == judge->add.id;

    if (registration->standing == HA_LEAVING && (same_operation || !registration->left_during))
        return no_bar();
    if (registration->why == HA_WHY_SELF_REMOVAL)
        return bar(HA_RULE_DEREG_4, "no call after a callback removed itself", "another call");
    if (registration->why == HA_WHY_IRQL || !same_operation)
        return bar(HA_RULE_DEREG_1, "no call after KeDeregisterProcessorChangeCallback",
                   "a call of the removed callback");
    if (registration->thread == judge->record->thread)
        return bar(HA_RULE_DEREG_3, "no call after a removal on the thread of the add",
                   "a call of the removed callback");
    return bar(HA_RULE_DEREG_2, "no call after the removal has returned",
               "a call of the removed callback in the same add");
}

struct ha_bar ha_call_bar(const struct ha_judge *judge)
{
    const struct ha_seen_registration *registration = judge->registration;
    const struct ha_phase *own_phase = ha_phase_of_thread(judge, judge->record->thread);
    bool existing = judge->record->flags & HA_CB_EXISTING;
    bool known = registration && registration->standing != HA_UNHEARD_OF;

    if (judge->memory.add && judge->memory.thread == judge->record->thread)
        return bar(HA_RULE_MEM_1, "no call while memory is added", "a call");
    if (known ? ha_is_orphan(judge, registration) : judge->driver->freed)
        return bar(HA_RULE_DRV_8, "no call after the image was freed", "a call");
    if (!known)
        return no_bar();
    if (registration->object)
        return ha_client_bar(judge);
    if (own_phase && own_phase->registration != judge->record->id)
        return bar(HA_RULE_EXIST_5, "calls of the new registration only",
                   "a call of another one while it is being made");
    switch (registration->standing) {
    case HA_ENTERED:
        return bar_of_entered(judge);
    case HA_LOCKED:
        if (!existing && ha_is_called_by_adds(judge, registration)
            && registration->place < judge->add.place_limit)
            return no_bar();
        if (!registration->existing || !existing)
            return bar_of_entered(judge);
        return no_bar();
    case HA_LIVE:
        if (existing)
            return bar(HA_RULE_EXIST_3, "the last call before registering returns",
                       "a call for an existing processor after it");
        if (judge->add.open && registration->place >= judge->add.place_limit)
            return bar(HA_RULE_REG_10, "no call of an add for who registered during it", "a call");
        return no_bar();
    case HA_FAILED:
        return bar_of_failed(registration);
    default:
        return bar_of_removed(judge);
    }
}

/* Once an operation: its second call tells nothing new. */
void ha_judge_barred(struct ha_judge *judge)
{
    uint64_t operation = (uint64_t)judge->record->as.cb.operation << 8 | judge->record->flags >> 3
                         | 0x80u;

    if (judge->record->flags & HA_CB_EXISTING) {
        ha_exercise(judge, HA_RULE_EXIST_3);
        ha_exercise(judge, HA_RULE_EXIST_5);
    }
    if (judge->bar.rule == HA_RULE_COUNT)
        return;
    if (judge->registration) {
        if (judge->registration->barred_by == operation)
            return;
        judge->registration->barred_by = operation;
    }
    ha_blame(judge, judge->bar.rule, 0, judge->bar.expected, "%s", judge->bar.seen);
}

void ha_judge_entry(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint8_t irql = judge->knob[HA_KNOB_CALLBACK_IRQL] == HA_CALLBACK_APC ? 1 : 0;
    bool object = record->flags & HA_CB_OBJECT;
    enum ha_rule_number level = object ? HA_RULE_CB_7 : HA_RULE_REG_2;
    enum ha_rule_number context = object ? HA_RULE_CB_2 : HA_RULE_REG_3;
    char seen[HA_IRQL_TEXT];

    ha_exercise(judge, level);
    if (record->irql != irql)
        ha_blame(judge, level, 0, irql ? "called at APC_LEVEL" : "called at PASSIVE_LEVEL",
                 "called at %s", ha_irql_text(record->irql, seen));
    if (judge->bar.rule != HA_RULE_COUNT || !judge->registration
        || judge->registration->standing == HA_UNHEARD_OF)
        return;
    ha_exercise(judge, context);
    if (record->as.cb.context != judge->registration->context)
        ha_blame(judge, context, 0, "the CallbackContext that was registered",
                 record->as.cb.context ? "another pointer" : "NULL");
}

/* A deviation in the context shows that a callback's own writing was carried on, if one wrote. */
static enum ha_rule_number unless_dirty(bool dirty, enum ha_rule_number rule)
{
    return dirty ? HA_RULE_CTX_4 : rule;
}

static bool same_place(const struct ha_record *record, uint16_t group, uint8_t number)
{
    return record->as.cb.group == group && record->as.cb.number == number;
}

/* Of a processor that exists: its place is known since it became active. */
static void judge_existing_place(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint16_t index = record->as.cb.nt_number;
    enum ha_rule_number rule = HA_CB_STATE(record->flags) == HA_STATE_START ? HA_RULE_CTX_2
                                                                           : HA_RULE_CTX_5;

    ha_exercise(judge, rule);
    if (!judge->layout.known || index >= judge->layout.active || index >= HA_JUDGED_PROCESSORS)
        return;
    if (record->as.cb.reserved || !same_place(record, judge->layout.place[index].group,
                                              judge->layout.place[index].number))
        ha_blame(judge, unless_dirty(judge->phase->dirty, rule), 0,
                 "ProcNumber of the processor that NtNumber names", "%u:%u, reserved byte %u",
                 record->as.cb.group, record->as.cb.number, record->as.cb.reserved);
}

/* The first call of an add tells which processor it is; the judge knows what it should be. */
static void judge_first_place(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_layout *layout = &judge->layout;
    const struct ha_add *add = &judge->add;
    uint16_t group = record->as.cb.group;
    uint8_t number = record->as.cb.number;
    char expected[64];

    ha_exercise(judge, HA_RULE_QRY_8);
    ha_exercise(judge, HA_RULE_QRY_11);
    ha_exercise(judge, HA_RULE_CTX_2);
    if (!layout->known)
        return;
    if (record->as.cb.nt_number != add->index) {
        bool skipped = judge->failed_index == add->index;
        snprintf(expected, sizeof expected, "processor %u", (unsigned)add->index);
        ha_blame(judge, skipped ? HA_RULE_HOT_12 : HA_RULE_QRY_8, 0, expected, "processor %u",
                 record->as.cb.nt_number);
    } else if (record->as.cb.reserved) {
        ha_blame(judge, HA_RULE_CTX_2, 0, "the reserved byte of ProcNumber zero", "%u",
                 record->as.cb.reserved);
    } else if (add->placed && !same_place(record, add->group, add->number)) {
        snprintf(expected, sizeof expected, "%u:%u, by group_assign=%s", add->group, add->number,
                 ha_knob_value_name(HA_KNOB_GROUP_ASSIGN, judge->knob[HA_KNOB_GROUP_ASSIGN]));
        ha_blame(judge, HA_RULE_QRY_11, 0, expected, "%u:%u", group, number);
    } else if (add->active) {
        return;     /* too late, which is found elsewhere; it now holds its place itself */
    } else if (group >= layout->groups || number >= layout->group_maximum[group]
               || layout->group_mask[group] >> number & 1
               || (add->asked.group != HA_NO_GROUP && group != add->asked.group)) {
        ha_blame(judge, HA_RULE_QRY_11, 0, "a place with room, in the group that was named",
                 "%u:%u", group, number);
    }
}

static void judge_add_place(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_add *add = &judge->add;

    if (!add->called) {
        judge_first_place(judge);
        return;
    }
    if (record->as.cb.nt_number == add->index && same_place(record, add->group, add->number)
        && !record->as.cb.reserved)
        return;
    ha_blame(judge, unless_dirty(add->dirty, record->as.cb.reserved ? HA_RULE_CTX_2
                                                                    : HA_RULE_CTX_5), 0,
             "the same processor in every call of the add", "processor %u at %u:%u, reserved %u",
             record->as.cb.nt_number, record->as.cb.group, record->as.cb.number,
             record->as.cb.reserved);
}

static void judge_status(struct ha_judge *judge, bool dirty, int32_t cause, int32_t late_error)
{
    const struct ha_record *record = judge->record;
    int32_t status = record->as.cb.status;
    char expected[HA_STATUS_TEXT], seen[HA_STATUS_TEXT];

    if (dirty)
        ha_exercise(judge, HA_RULE_CTX_4);
    if (HA_CB_STATE(record->flags) != HA_STATE_FAILURE) {
        ha_exercise(judge, HA_RULE_STAT_12);
        if (status)
            ha_blame(judge, unless_dirty(dirty, HA_RULE_STAT_12), 0, "Status STATUS_SUCCESS",
                     "%s", ha_status_text(status, seen));
        return;
    }
    ha_exercise(judge, HA_RULE_STAT_11);
    if (!cause || status == cause)
        return;
    ha_blame(judge, dirty ? HA_RULE_CTX_4
                          : late_error && status == late_error ? HA_RULE_STAT_10
                                                               : HA_RULE_STAT_11,
             0, ha_status_text(cause, expected), "Status %s", ha_status_text(status, seen));
}

void ha_judge_context(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_phase *phase = judge->phase;
    const struct ha_add *add = &judge->add;

    if (judge->bar.rule != HA_RULE_COUNT)
        return;
    ha_exercise(judge, HA_RULE_CTX_1);
    if (HA_CB_STATE(record->flags) > HA_STATE_FAILURE) {
        ha_blame(judge, HA_RULE_CTX_1, 0, "State Start, Complete or Failure", "another value");
        return;
    }
    if (phase) {
        judge_existing_place(judge);
        judge_status(judge, phase->dirty, phase->cause, phase->late_error);
    } else if (!(record->flags & HA_CB_EXISTING) && add->open
               && record->as.cb.operation == add->id && !add->full) {
        ha_exercise(judge, HA_RULE_CTX_5);
        judge_add_place(judge);
        judge_status(judge, add->dirty, add->parted ? 0 : ha_add_cause(judge), add->late_error);
    }
}

void ha_judge_variable(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_phase *phase = judge->phase;
    struct ha_add *add = &judge->add;
    bool in_add = !phase && add->open && !(record->flags & HA_CB_EXISTING)
                  && record->as.cb.operation == add->id;
    bool own = judge->knob[HA_KNOB_OPSTATUS_SCOPE] == HA_OPSTATUS_PER_CALL;
    char expected[HA_STATUS_TEXT], seen[HA_STATUS_TEXT];

    if (judge->bar.rule != HA_RULE_COUNT || (!phase && !in_add)
        || (phase ? phase->parted : add->parted))
        return;
    bool first = own || (phase ? !phase->called : !add->called);
    enum ha_rule_number shared = phase ? HA_RULE_STAT_4 : HA_RULE_STAT_5;
    int32_t holds = first ? 0 : phase ? phase->variable : add->variable;
    ha_exercise(judge, HA_RULE_STAT_1);
    if (!own)
        ha_exercise(judge, shared);
    if (record->as.cb.op_in == holds)
        return;
    ha_blame(judge, first ? HA_RULE_STAT_1 : shared, 0, ha_status_text(holds, expected),
             "%s behind OperationStatus", ha_status_text(record->as.cb.op_in, seen));
    if (!first && phase)
        phase->parted = true;
    else if (!first)
        add->parted = add->strayed = true;      /* nobody can tell what decides now */
}

/* A client of the callback object has written. Whether CB-4 is broken, and found. */
static bool judge_client_wrote(struct ha_judge *judge)
{
    const struct ha_record *enter = judge->enter;
    int32_t found = enter->as.cb.op_in;
    bool start = HA_CB_STATE(enter->flags) == HA_STATE_START;
    char buffer[HA_STATUS_TEXT], other[HA_STATUS_TEXT];

    if (start && !found)
        return false;
    ha_blame(judge, HA_RULE_CB_4, enter->driver,
             start ? "the variable left alone where it does not hold STATUS_SUCCESS"
                   : "the variable left alone outside Start", "%s written over %s",
             ha_status_text(judge->left.op_out, buffer), ha_status_text(found, other));
    return true;
}

/* One verdict for a call that wrote, the first that applies. */
static void judge_written(struct ha_judge *judge)
{
    const struct ha_record *enter = judge->enter;
    int32_t found = enter->as.cb.op_in, wrote = judge->left.op_out;
    bool start = HA_CB_STATE(enter->flags) == HA_STATE_START;
    char buffer[HA_STATUS_TEXT], other[HA_STATUS_TEXT];

    if (enter->flags & HA_CB_OBJECT)
        ha_exercise(judge, HA_RULE_CB_4);
    else
        ha_exercise(judge, HA_RULE_STAT_3);
    if (!start && !(enter->flags & HA_CB_OBJECT))
        ha_exercise(judge, HA_RULE_STAT_2);
    else if (start && (ha_nt_success(found) || !(enter->flags & HA_CB_OBJECT)))
        ha_exercise(judge, ha_nt_success(found) ? HA_RULE_STAT_7 : HA_RULE_STAT_6);
    if (wrote == found || ((enter->flags & HA_CB_OBJECT) && judge_client_wrote(judge)))
        return;
    if (!start)
        ha_blame(judge, HA_RULE_STAT_2, enter->driver, "OperationStatus unchanged outside Start",
                 "%s written over %s", ha_status_text(wrote, buffer),
                 ha_status_text(found, other));
    else if (!ha_nt_success(found))
        ha_blame(judge, HA_RULE_STAT_6, enter->driver,
                 wrote ? "the error of another callback kept"
                       : "the error of another callback kept; a success is not written (STAT-3)",
                 "%s written over %s", ha_status_text(wrote, buffer),
                 ha_status_text(found, other));
    else if (ha_nt_success(wrote))
        ha_blame(judge, HA_RULE_STAT_7, enter->driver, "an error, or nothing written",
                 "%s written, for which NT_SUCCESS is true", ha_status_text(wrote, buffer));
}

void ha_judge_leave(struct ha_judge *judge)
{
    const struct ha_record *enter = judge->enter;
    char before[HA_IRQL_TEXT], after[HA_IRQL_TEXT];

    judge_written(judge);
    ha_exercise(judge, HA_RULE_CTX_3);
    ha_exercise(judge, HA_RULE_CTX_7);
    if (judge->left.changed)
        ha_blame(judge, HA_RULE_CTX_3, enter->driver, "the change context only read",
                 "the callback modified it");
    if (judge->left.irql != enter->irql)
        ha_blame(judge, HA_RULE_CTX_7, enter->driver, "left at the IRQL of its entry",
                 "entered at %s, left at %s", ha_irql_text(enter->irql, before),
                 ha_irql_text(judge->left.irql, after));
    if ((enter->flags & HA_CB_OBJECT) && judge->left.regions != enter->regions)
        ha_blame(judge, HA_RULE_CTX_7, enter->driver, "critical regions balanced over the call",
                 "%+d left", judge->left.regions - enter->regions);
    enum ha_rule_number rule = enter->flags & HA_CB_EXISTING ? HA_RULE_DRV_14 : HA_RULE_HOT_11;
    ha_exercise(judge, rule);
    if (judge->left.affinity_mask != enter->as.cb.affinity_mask
        || judge->left.affinity_group != enter->as.cb.affinity_group)
        ha_blame(judge, rule, enter->driver, "left with the affinity of its entry",
                 "entered with group %u, mask 0x%llx, left with group %u, mask 0x%llx",
                 enter->as.cb.affinity_group, (unsigned long long)enter->as.cb.affinity_mask,
                 judge->left.affinity_group, (unsigned long long)judge->left.affinity_mask);
}
