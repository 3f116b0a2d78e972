/*
 * judge_routine - what MmGetSystemRoutineAddress gives
 *
 * Owns the memory of which routines had an address. Which ones Windows has a trace does not tell,
 * and the judge asks nobody else: it sees that a name which is none gets none, and that the same
 * question has the same answer throughout a run.
 */
#include "base/names.h"
#include "check/judge_rules.h"

/* Whether the question can be remembered, and its bit. */
static bool find_bit(const struct ha_judge *judge, size_t *word, uint64_t *bit)
{
    uint32_t routine = judge->record->as.query.argument;

    *word = routine / 64;
    *bit = UINT64_C(1) << routine % 64;
    return routine && routine < HA_JUDGED_ROUTINES;
}

void ha_judge_system_routine(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool given = record->as.query.result;
    size_t word;
    uint64_t bit;

    if (record->as.query.routine != HA_RT_SYSTEM_ROUTINE)
        return;
    ha_exercise(judge, HA_RULE_QRY_22);
    if (!record->as.query.argument && given)
        ha_blame(judge, HA_RULE_QRY_22, 0, "NULL for a name that is no routine's", "an address");
    else if (find_bit(judge, &word, &bit) && judge->routines_asked[word] & bit
             && given != !!(judge->routines_given[word] & bit))
        ha_blame(judge, HA_RULE_QRY_22, 0, "the same answer as before", "%s for routine %u",
                 given ? "an address" : "NULL", (unsigned)record->as.query.argument);
}

void ha_routine_absorb(struct ha_judge *judge)
{
    size_t word;
    uint64_t bit;

    if (!find_bit(judge, &word, &bit))
        return;
    judge->routines_asked[word] |= bit;
    if (judge->record->as.query.result)
        judge->routines_given[word] |= bit;
}
