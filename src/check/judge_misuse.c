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

#define HIGH_LEVEL 15u

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
                     "there is no table %s", object_name(judge, record->id));
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

/* A change of the IRQL that its routine does not make. */
static void judge_irql_order(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.misuse.routine, asked = record->as.misuse.argument;
    char before[HA_IRQL_TEXT], after[HA_IRQL_TEXT], expected[64];
    bool up = routine == HA_RT_RAISE_IRQL;

    if (up && asked > HIGH_LEVEL)
        snprintf(expected, sizeof expected, "raised to HIGH_LEVEL at most");
    else
        snprintf(expected, sizeof expected, "%s to %s or %s", up ? "raised" : "lowered",
                 ha_irql_text(record->irql, before), up ? "above" : "below");
    ha_blame(judge, HA_RULE_IRQL_1, record->driver, expected, "%s from %s to %s",
             ha_routine_name(routine), ha_irql_text(record->irql, before),
             ha_irql_text(asked, after));
}

static void judge_irql_at_return(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    char before[HA_IRQL_TEXT], after[HA_IRQL_TEXT], expected[64];
    bool entry = record->kind == HA_DRV_ENTRY_LEAVE;

    ha_exercise(judge, HA_RULE_IRQL_3);
    if (!judge->driver->called || record->irql == judge->driver->called_at)
        return;
    snprintf(expected, sizeof expected, "%s left at %s", entry ? "DriverEntry" : "Unload",
             ha_irql_text(judge->driver->called_at, before));
    ha_blame(judge, HA_RULE_IRQL_3, record->driver, expected, "left at %s",
             ha_irql_text(record->irql, after));
}

void ha_judge_irql(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    char irql[HA_IRQL_TEXT];

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
            judge_irql_order(judge);
        break;
    case HA_DRV_ENTRY_LEAVE:
    case HA_UNLOAD_LEAVE:
        judge_irql_at_return(judge);
        break;
    default:
        if (record->as.refused.routine == HA_RT_WAIT
            && record->as.refused.reason == HA_REASON_IRQL)
            ha_blame(judge, HA_RULE_IRQL_2, record->driver, "waiting below DISPATCH_LEVEL",
                     "a wait at %s", ha_irql_text(record->irql, irql));
        break;
    }
}
