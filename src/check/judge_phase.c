/*
 * judge_phase - the calls that announce the processors that exist
 *
 * Owns which call comes when between REG_LOCKED and REG_RETURN of one registration: each
 * processor one Start, then each one Complete, or after an error one Failure for those before.
 * A call that breaks the course lets the phase stray: what follows from it is not found again.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"

static bool told(const struct ha_phase *phase, unsigned second, uint32_t index)
{
    return phase->told[second][index / 64] >> index % 64 & 1;
}

static void stray(struct ha_judge *judge, enum ha_rule_number rule, const char *expected,
                  const char *seen, uint32_t index)
{
    ha_blame(judge, rule, 0, expected, "%s, processor %u", seen, (unsigned)index);
    judge->phase->strayed = true;
}

/* Order within a round; `rule` is the one that speaks for this round. */
static void judge_order(struct ha_judge *judge, enum ha_rule_number rule, bool reverse,
                        uint32_t index, unsigned state)
{
    struct ha_phase *phase = judge->phase;
    bool new_round = phase->round != state || !phase->called;
    char expected[64];

    ha_exercise(judge, rule);
    if (new_round || phase->disordered || phase->last < 0)
        return;
    if (reverse ? (int32_t)index < phase->last : (int32_t)index > phase->last)
        return;
    phase->disordered = true;
    snprintf(expected, sizeof expected, "%s calls in %s order", ha_state_short(state),
             reverse ? "descending" : "ascending");
    ha_blame(judge, rule, 0, expected, "processor %u after processor %u", (unsigned)index,
             (unsigned)phase->last);
}

/* Which rule misses a processor: one that came by a hot-add exists like any other. */
static enum ha_rule_number rule_of_missing(const struct ha_judge *judge,
                                           const struct ha_phase *phase, uint32_t *missing)
{
    for (*missing = 0; *missing < phase->count && told(phase, 0, *missing);)
        ++*missing;
    return *missing < judge->layout.boot ? HA_RULE_EXIST_1 : HA_RULE_EXIST_10;
}

static void judge_missing_start(struct ha_judge *judge)
{
    uint32_t missing;
    enum ha_rule_number rule = rule_of_missing(judge, judge->phase, &missing);

    stray(judge, rule, "a Start call for each active processor", "none", missing);
}

static void judge_start(struct ha_judge *judge, uint32_t index)
{
    struct ha_phase *phase = judge->phase;

    ha_exercise(judge, HA_RULE_EXIST_1);
    ha_exercise(judge, HA_RULE_EXIST_10);
    ha_exercise(judge, HA_RULE_STAT_8);
    if (phase->cause)
        stray(judge, HA_RULE_EXIST_6, "no Start call after one that failed", "Start", index);
    else if (phase->called && phase->round != HA_STATE_START)
        stray(judge, HA_RULE_EXIST_1, "every Start call before the first Complete", "Start",
              index);
    else if (index >= phase->count)
        stray(judge, index == judge->failed_index || judge->add.open ? HA_RULE_EXIST_10
                                                                     : HA_RULE_EXIST_1,
              "Start calls for active processors", "Start", index);
    else if (told(phase, 0, index))
        stray(judge, HA_RULE_EXIST_1, "one Start call a processor", "a second one", index);
    else
        judge_order(judge, HA_RULE_EXIST_4, false, index, HA_STATE_START);
}

static void judge_complete(struct ha_judge *judge, uint32_t index)
{
    struct ha_phase *phase = judge->phase;

    ha_exercise(judge, HA_RULE_EXIST_2);
    if (phase->cause && phase->round == HA_STATE_START)
        stray(judge, HA_RULE_STAT_8, "Failure after a Start call that failed", "Complete", index);
    else if (phase->cause)
        stray(judge, HA_RULE_EXIST_6, "no Complete call after a Start call that failed",
              "Complete", index);
    else if (phase->started < phase->count && phase->round == HA_STATE_START)
        judge_missing_start(judge);
    else if (index >= phase->count || told(phase, 1, index))
        stray(judge, HA_RULE_EXIST_2, "one Complete call for each processor that had a Start",
              "another one", index);
    else
        judge_order(judge, HA_RULE_EXIST_4, false, index, HA_STATE_COMPLETE);
}

static void judge_failure(struct ha_judge *judge, uint32_t index)
{
    struct ha_phase *phase = judge->phase;
    bool reverse = judge->knob[HA_KNOB_FAILURE_ORDER] == HA_FAILURE_REVERSE;

    ha_exercise(judge, HA_RULE_EXIST_6);
    ha_exercise(judge, HA_RULE_EXIST_7);
    if (!phase->cause && phase->late_error)
        stray(judge, HA_RULE_STAT_10, "an error written at Complete to change nothing",
              "Failure", index);
    else if (!phase->cause && phase->information)
        stray(judge, HA_RULE_STAT_7, "a success code in OperationStatus to stop nothing",
              "Failure", index);
    else if (!phase->cause)
        stray(judge, HA_RULE_EXIST_2, "Complete when no Start call failed", "Failure", index);
    else if (index == phase->failed_at)
        stray(judge, HA_RULE_EXIST_7, "no Failure call for the processor whose Start failed",
              "Failure", index);
    else if (index >= phase->count || !told(phase, 0, index) || told(phase, 1, index))
        stray(judge, HA_RULE_EXIST_7, "one Failure call for each Start that succeeded",
              "another one", index);
    else
        judge_order(judge, HA_RULE_EXIST_8, reverse, index, HA_STATE_FAILURE);
}

static void judge_thread(struct ha_judge *judge)
{
    struct ha_phase *phase = judge->phase;

    ha_exercise(judge, HA_RULE_EXIST_11);
    if (judge->record->thread != phase->thread)
        stray(judge, HA_RULE_EXIST_11, "calls on the thread that registers",
              "a call on another thread", judge->record->as.cb.nt_number);
    else if (judge->around && judge->around->id == judge->record->id)
        stray(judge, HA_RULE_EXIST_11, "one call after another", "a call inside another",
              judge->record->as.cb.nt_number);
}

void ha_judge_phase_call(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_phase *phase = judge->phase;
    uint32_t index = record->as.cb.nt_number;

    if (!phase || phase->strayed || judge->bar.rule != HA_RULE_COUNT || judge->gap)
        return;
    judge_thread(judge);
    if (phase->strayed || phase->dirty || !judge->layout.known)
        return;
    switch (HA_CB_STATE(record->flags)) {
    case HA_STATE_START:    judge_start(judge, index); break;
    case HA_STATE_COMPLETE: judge_complete(judge, index); break;
    case HA_STATE_FAILURE:  judge_failure(judge, index); break;
    default: break;
    }
}

/* What is missing when registering returns. */
void ha_judge_phase_return(struct ha_judge *judge)
{
    struct ha_phase *phase = judge->phase;
    uint32_t due = phase ? phase->count : 0;

    if (!phase || phase->strayed || judge->gap || !judge->layout.known
        || !judge->registration->existing || judge->registration->standing == HA_DEAD
        || judge->registration->refused == HA_REASON_INTERRUPTED
        || ha_is_taken_out(judge->registration))
        return;
    ha_exercise(judge, HA_RULE_REG_5);
    if (phase->cause)
        ha_exercise(judge, HA_RULE_EXIST_7);    /* also when nobody was there to hear Failure */
    if (!phase->called && due)
        stray(judge, HA_RULE_REG_5, "existing processors announced before the return", "no call",
              0);
    else if (phase->cause && phase->ended + 1 < phase->started)
        ha_blame(judge, HA_RULE_EXIST_7, 0, "one Failure call for each Start that succeeded",
                 "%u of %u", (unsigned)phase->ended, (unsigned)phase->started - 1);
    else if (!phase->cause && phase->started < due)
        judge_missing_start(judge);
    else if (!phase->cause && phase->ended < due)
        ha_blame(judge, HA_RULE_EXIST_2, 0, "one Complete call for each processor", "%u of %u",
                 (unsigned)phase->ended, (unsigned)due);
}

void ha_phase_absorb_entry(struct ha_judge *judge)
{
    const struct ha_record *enter = judge->enter;
    struct ha_phase *phase = judge->phase;
    uint32_t index = enter->as.cb.nt_number;
    unsigned state = HA_CB_STATE(enter->flags);

    if (index < HA_JUDGED_PROCESSORS) {
        uint64_t *word = &phase->told[state != HA_STATE_START][index / 64];
        uint64_t bit = UINT64_C(1) << index % 64;
        if (!(*word & bit)) {
            *word |= bit;
            if (state == HA_STATE_START)
                phase->started++;
            else
                phase->ended++;
        }
    }
    if (phase->round != state)
        phase->disordered = false;
    phase->round = (uint8_t)state;
    phase->called = true;
    phase->last = (int32_t)index;
    phase->variable = enter->as.cb.op_in;
    phase->next = index + 1;
    if (state == HA_STATE_FAILURE && judge->knob[HA_KNOB_FAILURE_ORDER] == HA_FAILURE_REVERSE)
        phase->next = index - 1;
}

void ha_phase_absorb_leave(struct ha_judge *judge)
{
    const struct ha_record *enter = judge->enter;
    struct ha_phase *phase = judge->phase;
    int32_t wrote = judge->left.op_out;

    phase->dirty = judge->left.changed;
    if (judge->registration)
        judge->registration->regions =
            (int16_t)(judge->registration->regions + judge->left.regions - enter->regions);
    if (wrote != enter->as.cb.op_in) {
        phase->variable = wrote;
        if (HA_CB_STATE(enter->flags) != HA_STATE_START) {
            if (!ha_nt_success(wrote))
                phase->late_error = wrote;
        } else if (ha_nt_success(wrote)) {
            phase->information = wrote;
        } else if (!phase->cause) {
            phase->cause = wrote;
            phase->failed_at = enter->as.cb.nt_number;
        }
    }
    /* The first call of the second round comes next when all Start calls went well. */
    if (!phase->cause && phase->round == HA_STATE_START && phase->next == phase->count
        && phase->started == phase->count)
        phase->next = 0;
}
