/*
 * judge_round - the calls of a hot-add
 *
 * Owns which registration is called when in an add: a round of Start calls, and a second round
 * of Complete or of Failure calls. A call that breaks the course lets the add stray: what
 * follows from it is not found again.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"

static void stray(struct ha_judge *judge, enum ha_rule_number rule, const char *expected,
                  const char *seen)
{
    ha_blame(judge, rule, 0, expected, "%s", seen);
    judge->add.strayed = true;
}

/* An error that was seen but does not decide, because another callback wrote over it. */
static bool masked(const struct ha_judge *judge)
{
    return judge->add.first_error && judge->add.first_error != ha_add_veto(judge);
}

/* Writers are spared when a refusal decides; of failing hardware everyone hears (HOT-7). */
static bool excludes_writers(const struct ha_judge *judge)
{
    return judge->knob[HA_KNOB_HOT_FAILURE_SCOPE] == HA_EXCLUDE_WRITER && ha_add_veto(judge);
}

static void judge_start(struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;
    const struct ha_seen_registration *registration = judge->registration;
    bool after = judge->knob[HA_KNOB_SYNC_START_VS_HW] == HA_AFTER_START;

    ha_exercise(judge, HA_RULE_HOT_1);
    ha_exercise(judge, after ? HA_RULE_ORD_1 : HA_RULE_HOT_2);
    ha_exercise(judge, HA_RULE_ORD_2);
    if (add->second_begun)
        stray(judge, HA_RULE_HOT_1, "every Start call before the second round",
              "Start after a second call");
    else if (registration && registration->started == add->id)
        stray(judge, HA_RULE_HOT_1, "one Start call a registration", "a second one");
    else if (add->scheduled)
        stray(judge, HA_RULE_ORD_2, "Start calls before threads may run on the processor",
              "Start after it is schedulable");
    else if (after && !add->hw_started)
        stray(judge, HA_RULE_ORD_1, "the hardware start before Start (after_start)",
              "Start before it");
    else if (after && add->hw_status)
        stray(judge, HA_RULE_HOT_7, "no call when the hardware start failed before Start",
              "a Start call");
    else if (after && add->active)
        stray(judge, HA_RULE_ORD_1, "Start calls before the processor is active",
              "Start after it is active");
    else if (!after && add->hw_started)
        stray(judge, HA_RULE_HOT_2, "Start calls before the hardware start", "Start after it");
    else if (judge->knob[HA_KNOB_HOT_START_ERROR] == HA_STOP_AT_ERROR && add->first_error)
        stray(judge, HA_RULE_STAT_9, "the Start round to end at the first error",
              "another Start call");
}

/* The first call of the second round shows what the kernel took the add's outcome for. */
static void judge_outcome(struct ha_judge *judge, unsigned state)
{
    const struct ha_add *add = &judge->add;
    bool complete = state == HA_STATE_COMPLETE;
    int32_t veto = ha_add_veto(judge);

    ha_exercise(judge, veto ? HA_RULE_HOT_6 : add->hw_status ? HA_RULE_HOT_7 : HA_RULE_HOT_8);
    if (veto && complete)
        stray(judge, masked(judge) ? HA_RULE_STAT_9 : HA_RULE_HOT_6,
              "Failure calls after a refusal", "Complete");
    else if (!veto && add->hw_status && complete)
        stray(judge, HA_RULE_HOT_7, "Failure calls after a failed hardware start", "Complete");
    else if (complete && !add->scheduled)
        stray(judge, HA_RULE_HOT_8, "Complete once threads may run on the processor",
              "Complete before that");
    else if (!complete && !veto && !add->hw_status)
        stray(judge, add->first_error ? HA_RULE_STAT_9
                     : add->information ? HA_RULE_STAT_7
                     : add->hw_started ? HA_RULE_HOT_8 : HA_RULE_HOT_7,
              "Complete when nothing stopped the add", "Failure");
}

static void judge_second(struct ha_judge *judge, unsigned state)
{
    const struct ha_add *add = &judge->add;
    const struct ha_seen_registration *registration = judge->registration;
    bool known = registration && registration->standing != HA_UNHEARD_OF;

    ha_exercise(judge, HA_RULE_HOT_1);
    if (add->second_state == HA_NO_ROUND)
        judge_outcome(judge, state);
    else if (state != add->second_state)
        stray(judge, HA_RULE_HOT_1, "either Complete or Failure in one add", "both");
    if (add->strayed || !known || judge->gap)
        return;
    if (registration->started != add->id)
        stray(judge, HA_RULE_HOT_1, "a second call for who had Start", "one without Start");
    else if (registration->ended == add->id)
        stray(judge, HA_RULE_HOT_1, "two calls a registration", "a third one");
    else if (state == HA_STATE_FAILURE && registration->wrote && excludes_writers(judge))
        stray(judge, HA_RULE_HOT_6, "no Failure call for who refused (exclude_writer)",
              "a Failure call");
}

static void judge_order(struct ha_judge *judge, unsigned state)
{
    struct ha_add *add = &judge->add;
    bool reverse = state == HA_STATE_FAILURE
                   && judge->knob[HA_KNOB_FAILURE_ORDER] == HA_FAILURE_REVERSE;
    bool new_round = state != HA_STATE_START && add->second_state == HA_NO_ROUND;
    uint64_t turn = ha_turn_of(judge, judge->registration);
    bool object = judge->registration->object;
    enum ha_rule_number rule = HA_RULE_HOT_3;

    if (!new_round && add->last_turn)
        rule = object != add->last_object ? HA_RULE_CB_6 : object ? HA_RULE_CB_5 : HA_RULE_HOT_3;
    ha_exercise(judge, HA_RULE_HOT_3);
    ha_exercise(judge, rule);
    if (new_round || !add->last_turn
        || !ha_is_called_by_adds(judge, judge->registration))
        return;
    if (reverse ? turn < add->last_turn : turn > add->last_turn)
        return;
    stray(judge, add->removals ? HA_RULE_DEREG_6 : rule,
          reverse ? "callbacks in reverse order of registration"
                  : "callbacks in the order of registration", "a callback out of turn");
}

static void judge_thread(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_add *add = &judge->add;

    ha_exercise(judge, HA_RULE_HOT_11);
    if (add->moved || judge->gap)
        return;
    if (record->thread != add->thread) {
        ha_blame(judge, HA_RULE_HOT_11, 0, "every call on the thread of the add",
                 "a call on thread %s", ha_thread_name(judge, record->thread));
        add->moved = true;
    } else if (record->as.cb.affinity_mask != add->affinity_mask
               || record->as.cb.affinity_group != add->affinity_group) {
        ha_blame(judge, HA_RULE_HOT_11, 0, "the affinity that the thread had at first",
                 "group %u, mask 0x%llx", record->as.cb.affinity_group,
                 (unsigned long long)record->as.cb.affinity_mask);
        add->moved = true;
    }
}

/* A call that no add is open for. */
static void judge_stranger(struct ha_judge *judge)
{
    const struct ha_add *add = &judge->add;

    if (add->id == judge->record->as.cb.operation && !add->open && !add->strayed)
        stray(judge, HA_RULE_HOT_1, "every call of an add before its end", "a call after it");
}

void ha_judge_round(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_add *add = &judge->add;
    unsigned state = HA_CB_STATE(record->flags);

    if ((record->flags & HA_CB_EXISTING) || judge->bar.rule != HA_RULE_COUNT)
        return;
    if (!add->open || record->as.cb.operation != add->id) {
        judge_stranger(judge);
        return;
    }
    judge_thread(judge);
    if (add->strayed || judge->gap || state > HA_STATE_FAILURE)
        return;
    if (add->full) {
        stray(judge, HA_RULE_HOT_13, "no call when there is no room for a processor", "a call");
        return;
    }
    if (add->dirty)
        return;
    if (state == HA_STATE_START)
        judge_start(judge);
    else
        judge_second(judge, state);
    if (!add->strayed && judge->registration)
        judge_order(judge, state);
}

/* The first who is owed a call: a Start call, or a second one. */
static uint32_t find_missing(const struct ha_judge *judge, bool second)
{
    const struct ha_add *add = &judge->add;

    for (uint32_t id = judge->first; id; id = judge->registrations[id].next) {
        const struct ha_seen_registration *one = &judge->registrations[id];
        if (one->place >= add->place_limit || !ha_is_called_by_adds(judge, one))
            continue;
        if (second && one->wrote && excludes_writers(judge))
            continue;
        if (!second ? one->started != add->id : one->started == add->id && one->ended != add->id)
            return id;
    }
    return 0;
}

static bool has_twin(const struct ha_judge *judge, const struct ha_seen_registration *missing)
{
    for (uint32_t id = judge->first; id; id = judge->registrations[id].next) {
        const struct ha_seen_registration *one = &judge->registrations[id];
        if (one != missing && one->driver == missing->driver
            && one->function == missing->function && one->started == judge->add.id)
            return true;
    }
    return false;
}

static void judge_missing_start(struct ha_judge *judge)
{
    struct ha_add *add = &judge->add;
    uint32_t id = find_missing(judge, false);
    const struct ha_seen_registration *missing = ha_seen_registration(judge, id);
    enum ha_rule_number rule = HA_RULE_HOT_1;

    if (!missing)
        return;
    if (add->removals)
        rule = HA_RULE_DEREG_6;
    else if (add->first_error && missing->place > add->first_writer)
        rule = HA_RULE_HOT_5;
    else if (missing->started && missing->started == judge->failed_add)
        rule = HA_RULE_HOT_12;
    else if (!missing->object && has_twin(judge, missing))
        rule = HA_RULE_REG_7;
    ha_blame(judge, rule, 0, "a Start call for each live registration", "none for %s",
             ha_client(judge, id));
    add->strayed = true;
}

static void judge_missing_second(struct ha_judge *judge)
{
    struct ha_add *add = &judge->add;
    uint32_t due = add->heard - (excludes_writers(judge) ? add->writers : 0);
    int32_t veto = ha_add_veto(judge);

    if (add->ended >= due)
        return;
    ha_blame(judge, add->removals ? HA_RULE_DEREG_6
                    : veto ? HA_RULE_HOT_6
                    : add->hw_status ? HA_RULE_HOT_7 : HA_RULE_HOT_1,
             0, "a second call for everyone who heard Start", "none for %s",
             ha_client(judge, find_missing(judge, true)));
    add->strayed = true;
}

/* What is missing when the Start round is seen to be over, and when the add ends. */
void ha_judge_round_end(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_add *add = &judge->add;
    bool end = record->kind == HA_ADD_END;
    bool stops = judge->knob[HA_KNOB_HOT_START_ERROR] == HA_STOP_AT_ERROR && add->first_error;
    bool never = judge->knob[HA_KNOB_SYNC_START_VS_HW] == HA_AFTER_START && add->hw_status;

    if (!add->open || add->strayed || add->full || judge->gap || judge->bar.rule != HA_RULE_COUNT)
        return;
    if (!end && ((record->flags & HA_CB_EXISTING) || record->as.cb.operation != add->id
                 || HA_CB_STATE(record->flags) == HA_STATE_START || add->second_begun))
        return;
    if (add->first_error && !stops)
        ha_exercise(judge, HA_RULE_HOT_5);
    if (add->told < add->due && !stops && !never)
        judge_missing_start(judge);
    if (end && !add->strayed)
        judge_missing_second(judge);
}

void ha_round_open(struct ha_judge *judge, unsigned state)
{
    struct ha_add *add = &judge->add;
    bool reverse = state == HA_STATE_FAILURE
                   && judge->knob[HA_KNOB_FAILURE_ORDER] == HA_FAILURE_REVERSE;

    add->round = add->strayed || add->full || !judge->layout.known ? HA_NO_ROUND : (uint8_t)state;
    add->next = reverse ? judge->last : judge->first;
    ha_round_foresee(judge);
}

void ha_round_absorb_entry(struct ha_judge *judge)
{
    const struct ha_record *enter = judge->enter;
    struct ha_add *add = &judge->add;
    struct ha_seen_registration *registration = judge->registration;
    unsigned state = HA_CB_STATE(enter->flags);
    bool reverse = state == HA_STATE_FAILURE
                   && judge->knob[HA_KNOB_FAILURE_ORDER] == HA_FAILURE_REVERSE;

    if (!add->called) {
        add->called = add->placed = true;
        add->index = enter->as.cb.nt_number;
        add->group = enter->as.cb.group;
        add->number = enter->as.cb.number;
    }
    add->variable = enter->as.cb.op_in;
    if (state != HA_STATE_START) {
        if (add->second_state == HA_NO_ROUND)
            add->last_turn = 0;         /* the first of the round may be one who is leaving */
        add->second_begun = true;
        add->second_state = (uint8_t)state;
    }
    if (!registration || !ha_is_called_by_adds(judge, registration)) {
        if (registration && state == HA_STATE_START)
            registration->started = add->id;    /* who leaves is owed nothing, but may be told */
        add->round = HA_NO_ROUND;
        return;
    }
    if (state == HA_STATE_START && registration->started != add->id) {
        registration->started = add->id;
        registration->wrote = false;
        add->told++;
        add->heard++;
    } else if (state != HA_STATE_START && registration->ended != add->id) {
        registration->ended = add->id;
        add->ended++;
    }
    add->last_turn = ha_turn_of(judge, registration);
    add->last_object = registration->object;
    if (registration->object) {
        add->round = HA_NO_ROUND;       /* the next call is looked at: it need not be in turn */
        return;
    }
    add->round = add->strayed || !judge->layout.known ? HA_NO_ROUND : (uint8_t)state;
    add->next = reverse ? registration->previous : registration->next;
    ha_round_foresee(judge);
}

static void absorb_write(struct ha_judge *judge, unsigned state, int32_t wrote)
{
    struct ha_add *add = &judge->add;

    add->round = HA_NO_ROUND;
    if (state != HA_STATE_START) {
        if (!ha_nt_success(wrote))
            add->late_error = wrote;
        return;
    }
    if (ha_nt_success(wrote)) {
        add->information = wrote;
        return;
    }
    if (!add->first_error) {
        add->first_error = wrote;
        add->first_writer = judge->registration ? judge->registration->place : 0;
    }
    if (judge->registration && !judge->registration->wrote) {
        judge->registration->wrote = true;
        add->writers += judge->registration->listed;    /* who has left is not in `heard` */
    }
}

void ha_round_absorb_leave(struct ha_judge *judge)
{
    const struct ha_record *enter = judge->enter;
    struct ha_add *add = &judge->add;
    struct ha_seen_registration *registration = judge->registration;
    unsigned state = HA_CB_STATE(enter->flags);
    int difference = judge->left.regions - enter->regions;

    if (judge->left.op_out != enter->as.cb.op_in)
        absorb_write(judge, state, judge->left.op_out);
    add->variable = judge->left.op_out;
    if (state == HA_STATE_START)
        add->final = judge->left.op_out;
    add->dirty = judge->left.changed;
    if (difference && registration && registration->listed && !registration->object) {
        add->unbalanced -= registration->regions != 0;
        registration->regions = (int16_t)(registration->regions + difference);
        add->unbalanced += registration->regions != 0;
    }
}
