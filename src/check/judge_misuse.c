/*
 * judge_misuse - what drivers do with memory and with their IRQL
 *
 * Owns the rules that are not about processors at all, but are what a mistake with processors
 * most often comes to: a table that is too small, memory that is not there, a wait at a raised
 * IRQL. The kernel has noted the misuse and done nothing.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

static const char *object_name(struct ha_judge *judge, uint32_t object)
{
    ha_text_clear(&judge->words);
    ha_object_words(judge->cast, object, &judge->words);
    if (judge->words.lost)
        judge->lost = true;
    return ha_text_string(&judge->words);
}

/* A slot beyond the end. When it is the index of the call's processor, the table is to blame. */
static void judge_overrun(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    unsigned slot = record->as.misuse.argument;
    const struct ha_record *call = judge->around;
    const char *why = "", *table = object_name(judge, record->id);
    char where[32] = "an impossible slot";

    if (slot != HA_NO_INDEX)
        snprintf(where, sizeof where, "slot %u", slot);
    if (call && slot == call->as.cb.nt_number)
        why = slot >= judge->layout.boot ? ", by the index of a processor that came later"
                                         : ", by the index of the processor";
    ha_blame(judge, HA_RULE_POOL_1, record->driver,
             "a slot of the table; one for each index takes the maximum count, not the active",
             "%s of table %s%s", where, table, why);
}

void ha_judge_memory(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->kind == HA_ALLOC) {
        ha_exercise(judge, HA_RULE_POOL_1);
        return;
    }
    if (record->kind == HA_FREE) {
        ha_exercise(judge, HA_RULE_POOL_2);
        return;
    }
    switch (record->as.misuse.misuse) {
    case HA_MISUSE_OVERRUN:
        judge_overrun(judge);
        break;
    case HA_MISUSE_NOTHING_THERE:
        if (record->as.misuse.argument == HA_NO_INDEX)
            ha_blame(judge, HA_RULE_POOL_2, record->driver, "memory that is held",
                     "no memory for table %s itself", object_name(judge, record->id));
        else
            ha_blame(judge, HA_RULE_POOL_2, record->driver, "memory that is held",
                     "slot %u of table %s holds none", (unsigned)record->as.misuse.argument,
                     object_name(judge, record->id));
        break;
    case HA_MISUSE_BAD_BLOCK:
        ha_blame(judge, HA_RULE_POOL_2, record->driver, "memory that is held, given back once",
                 "given back: %s", ha_misuse_name(HA_MISUSE_BAD_BLOCK));
        break;
    default:
        break;
    }
}

void ha_judge_irql(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.misuse.routine;

    switch (record->kind) {
    case HA_QUERY:
        if (record->irql > (judge->around ? judge->around->irql : 0))
            ha_exercise(judge, HA_RULE_IRQL_1);
        break;
    case HA_WAIT_BEGIN:
        if (record->driver)
            ha_exercise(judge, HA_RULE_IRQL_2);
        break;
    case HA_MISUSE:
        if (record->as.misuse.misuse == HA_MISUSE_IRQL_ORDER)
            ha_blame(judge, HA_RULE_IRQL_1, record->driver,
                     routine == HA_RT_RAISE_IRQL ? "raised to this IRQL or a higher one"
                                                 : "lowered to this IRQL or a lower one",
                     "%s from IRQL %u to %u", ha_routine_name(routine), record->irql,
                     (unsigned)record->as.misuse.argument);
        break;
    default:
        if (record->as.refused.routine == HA_RT_WAIT
            && record->as.refused.reason == HA_REASON_IRQL)
            ha_blame(judge, HA_RULE_IRQL_2, record->driver, "waiting below DISPATCH_LEVEL",
                     "a wait at IRQL %u", record->irql);
        break;
    }
}
