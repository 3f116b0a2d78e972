/*
 * judge_short - calls that run as the judge foresaw
 *
 * Owns the shortcut: one straight line of comparisons with what the next call has to look like.
 * A call that passes breaks no rule, so no judge looks at it; one that does not pass goes the
 * long way, and the judges say what is wrong, if anything is. The first call of each kind of
 * situation takes the long way too, so that the rules it exercises are marked.
 */
#include "base/names.h"
#include "check/judge_rules.h"

/* What the rules that a call exercises depend on: its operation, State and what it finds. */
static unsigned situation(const struct ha_record *enter)
{
    return HA_CB_STATE(enter->flags) | (enter->flags & HA_CB_EXISTING ? 4u : 0)
           | (ha_nt_success(enter->as.cb.op_in) ? 0 : 8u);
}

#define ENTRY_LOOKED(enter) (UINT32_C(1) << situation(enter))
#define LEAVE_LOOKED(enter) (UINT32_C(1) << (situation(enter) + 16))

static bool is_of_add(const struct ha_judge *judge)
{
    return judge->add.open && !(judge->enter->flags & HA_CB_EXISTING)
           && judge->enter->as.cb.operation == judge->add.id;
}

static void enter_operation(struct ha_judge *judge)
{
    if (judge->phase)
        ha_phase_absorb_entry(judge);
    else
        ha_round_absorb_entry(judge);
}

static void leave_operation(struct ha_judge *judge)
{
    if (judge->phase)
        ha_phase_absorb_leave(judge);
    else if (is_of_add(judge))
        ha_round_absorb_leave(judge);
}

void ha_absorb_entry(struct ha_judge *judge)
{
    bool of_add = !judge->phase && is_of_add(judge);
    bool strayed = judge->phase ? judge->phase->strayed || judge->phase->dirty
                                : judge->add.strayed || judge->add.dirty || judge->add.full;

    judge->aside = judge->bar.rule != HA_RULE_COUNT || (!judge->phase && !of_add)
                   || HA_CB_STATE(judge->enter->flags) > HA_STATE_FAILURE;
    if (!judge->aside) {
        enter_operation(judge);
        if (!strayed && !judge->gap && judge->layout.known
            && !(judge->enter->flags & HA_CB_OBJECT))       /* those have rules of their own */
            judge->looked |= ENTRY_LOOKED(judge->enter);
    }
    if (judge->record->kind == HA_CB_ENTER)
        ha_call_open(judge, judge->enter, judge->aside);
}

void ha_absorb_leave(struct ha_judge *judge)
{
    if (!judge->aside) {
        leave_operation(judge);
        if (!(judge->enter->flags & HA_CB_OBJECT))
            judge->looked |= LEAVE_LOOKED(judge->enter);
        if (judge->left.changed)
            judge->looked = 0;      /* the next call tells whether its context is fresh (CTX-4) */
    }
    if (judge->record->kind == HA_CB_LEAVE)
        ha_call_close(judge, ha_innermost_call(judge, judge->record->thread, judge->record->id));
    /* What was left changed is put right by the kernel; the shortcut sees no such call. */
    if (judge->record->kind == HA_CB_LEAVE && judge->thread->affinity.known
        && (judge->left.affinity_mask != judge->enter->as.cb.affinity_mask
            || judge->left.affinity_group != judge->enter->as.cb.affinity_group))
        ha_affinity_absorb_leave(judge, judge->enter->as.cb.affinity_mask,
                                 judge->enter->as.cb.affinity_group);
}

static int32_t expected_variable(const struct ha_judge *judge, int32_t variable)
{
    return judge->knob[HA_KNOB_OPSTATUS_SCOPE] == HA_OPSTATUS_SHARED ? variable : 0;
}

void ha_round_foresee(struct ha_judge *judge)
{
    struct ha_add *add = &judge->add;
    struct ha_record call = {.flags = add->round};

    call.as.cb.affinity_mask = add->affinity_mask;
    call.as.cb.operation = add->id;
    call.as.cb.status = add->round == HA_STATE_FAILURE ? ha_add_cause(judge) : 0;
    call.as.cb.op_in = expected_variable(judge, add->variable);
    call.as.cb.nt_number = add->index;
    call.as.cb.group = add->group;
    call.as.cb.number = add->number;
    call.as.cb.affinity_group = add->affinity_group;
    add->foreseen = call.as;
    add->looked = ENTRY_LOOKED(&call) | LEAVE_LOOKED(&call);
    add->backwards = add->round == HA_STATE_FAILURE
                     && judge->knob[HA_KNOB_FAILURE_ORDER] == HA_FAILURE_REVERSE;
}

/* What every entry has to look like, whatever its operation. */
static bool is_plain(const struct ha_judge *judge, const struct ha_record *record)
{
    return ha_record_seq(record) == judge->next_seq && record->active == judge->shown
           && record->processor < judge->running && !judge->call_count
           && record->irql == judge->knob[HA_KNOB_CALLBACK_IRQL];
}

static bool is_next_of_add(const struct ha_judge *judge, const struct ha_record *record)
{
    const struct ha_add *add = &judge->add;
    const struct ha_seen_registration *registration = &judge->registrations[record->id];

    if (record->flags != add->round || record->thread != add->thread || judge->phase_count
        || (judge->looked & add->looked) != add->looked
        || record->as.raw[0] != add->foreseen.raw[0] || record->as.raw[2] != add->foreseen.raw[2]
        || record->as.raw[3] != add->foreseen.raw[3]
        || record->as.cb.operation != add->foreseen.cb.operation
        || record->as.cb.context != registration->context
        || registration->place >= add->place_limit)
        return false;
    if (record->flags == HA_STATE_START)
        return registration->started != add->id && !add->second_begun;
    return registration->started == add->id
           && !(registration->wrote
                && judge->knob[HA_KNOB_HOT_FAILURE_SCOPE] == HA_EXCLUDE_WRITER);
}

/* The next call of the add goes into the memory; all that it repeats is there. */
static void tell_of_add(struct ha_judge *judge, const struct ha_record *record)
{
    struct ha_add *add = &judge->add;
    struct ha_seen_registration *registration = &judge->registrations[record->id];

    if (record->flags == HA_STATE_START) {
        registration->started = add->id;
        registration->wrote = false;
        add->told++;
        add->heard++;
    } else {
        registration->ended = add->id;
        add->ended++;
        add->second_begun = true;
        add->second_state = record->flags;
    }
    add->called = add->placed = true;
    add->last_turn = ha_turn_of(judge, registration);
    add->last_object = false;
    add->next = add->backwards ? registration->previous : registration->next;
    if (record->kind == HA_CB_ENTER)
        return;
    add->dirty = false;
    if (record->flags == HA_STATE_START)
        add->final = record->as.cb.op_in;
}

static bool is_next_of_phase(const struct ha_judge *judge, const struct ha_record *record)
{
    const struct ha_phase *phase = &judge->phases[judge->phase_count - 1];
    const struct ha_seen_registration *registration = &judge->registrations[record->id];
    uint32_t index = record->as.cb.nt_number;
    unsigned state = HA_CB_STATE(record->flags), second = state != HA_STATE_START;
    uint32_t looked = ENTRY_LOOKED(record) | LEAVE_LOOKED(record);

    if ((judge->looked & looked) != looked || phase->registration != record->id
        || phase->thread != record->thread || record->as.cb.context != registration->context
        || record->flags != (HA_CB_EXISTING | state) || record->as.cb.operation != record->id
        || index != phase->next || index >= phase->count
        || phase->told[second][index / 64] >> index % 64 & 1
        || !registration->existing || registration->standing != HA_LOCKED
        || record->as.cb.group != judge->layout.place[index].group
        || record->as.cb.number != judge->layout.place[index].number || record->as.cb.reserved
        || record->as.cb.op_in != expected_variable(judge, phase->variable)
        || record->as.cb.status != (state == HA_STATE_FAILURE ? phase->cause : 0))
        return false;
    switch (state) {
    case HA_STATE_START:
        return !phase->cause;
    case HA_STATE_COMPLETE:
        return phase->started == phase->count;
    default:
        return phase->cause && index != phase->failed_at
               && (phase->told[0][index / 64] >> index % 64 & 1);
    }
}

/* The driver touched nothing. */
static bool is_plain_leave(const struct ha_judge *judge, const struct ha_record *record)
{
    const struct ha_record *enter = &judge->calls[0].enter;

    return judge->call_count == 1 && !judge->calls[0].aside
           && enter->thread == record->thread && enter->id == record->id
           && ha_record_seq(record) == judge->next_seq && record->active == judge->shown
           && record->processor < judge->running && record->flags == enter->flags
           && record->as.cb_leave.op_out == enter->as.cb.op_in
           && record->as.cb_leave.affinity_mask == enter->as.cb.affinity_mask
           && record->as.cb_leave.affinity_group == enter->as.cb.affinity_group
           && record->irql == enter->irql && record->regions == enter->regions
           && record->time_ns - enter->time_ns <= judge->callback_budget_ns
           && (judge->looked & LEAVE_LOOKED(enter));
}

static void set_left(struct ha_judge *judge)
{
    judge->left.op_out = judge->enter->as.cb.op_in;
    judge->left.regions = judge->enter->regions;
    judge->left.changed = false;
}

static void take_leave(struct ha_judge *judge, const struct ha_record *record)
{
    judge->record = record;
    judge->enter = &judge->calls[0].enter;
    judge->registration = ha_seen_registration(judge, record->id);
    judge->phase = judge->enter->flags & HA_CB_EXISTING
                       ? ha_phase_find(judge, judge->enter->as.cb.operation) : NULL;
    judge->next_seq++;
    set_left(judge);
    leave_operation(judge);
    judge->call_count = 0;
}

static void take_of_phase(struct ha_judge *judge, const struct ha_record *record)
{
    judge->record = judge->enter = record;
    judge->registration = &judge->registrations[record->id];
    judge->phase = &judge->phases[judge->phase_count - 1];
    ha_phase_absorb_entry(judge);
    if (record->kind == HA_CB_CALL) {
        set_left(judge);
        ha_phase_absorb_leave(judge);
    }
}

bool ha_shortcut(struct ha_judge *judge, const struct ha_record *record)
{
    if (record->kind == HA_CB_LEAVE) {
        if (!judge->call_count || !is_plain_leave(judge, record))
            return false;
        take_leave(judge, record);
        return true;
    }
    if (!is_plain(judge, record))
        return false;
    if (record->id && record->id == judge->add.next && is_next_of_add(judge, record))
        tell_of_add(judge, record);
    else if (judge->phase_count && record->id < judge->registration_count
             && is_next_of_phase(judge, record))
        take_of_phase(judge, record);
    else
        return false;
    judge->next_seq += ha_record_span(record);
    if (record->kind == HA_CB_ENTER)
        ha_call_open(judge, record, false);
    return true;
}
