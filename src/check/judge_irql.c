/*
 * judge_irql - what a driver does at an IRQL, or to it
 *
 * Owns the rules about it that no routine or callback has for itself. The kernel has noted the
 * misuse and served the call, or refused it.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

#define APC_LEVEL 1u
#define HIGH_LEVEL 15u

/* A change of the IRQL that its routine does not make. */
static void judge_irql_order(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.misuse.routine, asked = record->as.misuse.argument;
    char before[HA_IRQL_TEXT], after[HA_IRQL_TEXT], expected[64];
    bool up = routine == HA_RT_RAISE_IRQL;

    if (up && asked > HIGH_LEVEL)
        snprintf(expected, sizeof expected, "raised to HIGH_LEVEL at most");
    else if (!up && asked < record->irql)
        snprintf(expected, sizeof expected, "not lowered below the IRQL at which it was called");
    else
        snprintf(expected, sizeof expected, "%s to %s or %s", up ? "raised" : "lowered",
                 ha_irql_text(record->irql, before), up ? "above" : "below");
    ha_blame(judge, HA_RULE_IRQL_1, record->driver, expected, "%s from %s to %s",
             ha_routine_name(routine), ha_irql_text(record->irql, before),
             ha_irql_text(asked, after));
}

/* What is left here, and the IRQL at which it was called; false when that was not seen. */
static bool find_entered(const struct ha_judge *judge, const char **what, uint8_t *irql)
{
    *irql = judge->driver->called_at;
    switch (judge->record->kind) {
    case HA_DPC_RUN_LEAVE:
        *what = "a DPC routine";
        *irql = judge->thread->dpc_irql;
        return !judge->gap;
    case HA_IPI_LEAVE:
        *what = "a function that is broadcast";
        *irql = judge->thread->ipi_irql;
        return !judge->gap;
    case HA_DRV_ENTRY_LEAVE:
        *what = "DriverEntry";
        break;
    case HA_ADD_DEVICE_LEAVE:
        *what = "AddDevice";
        break;
    case HA_REINIT_LEAVE:
        *what = "a Reinitialize routine";
        break;
    default:
        *what = "Unload";
        break;
    }
    return judge->driver->called;
}

static void judge_irql_at_return(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    char before[HA_IRQL_TEXT], after[HA_IRQL_TEXT], expected[64];
    const char *what;
    uint8_t entered_at;

    ha_exercise(judge, HA_RULE_IRQL_3);
    if (!find_entered(judge, &what, &entered_at) || record->irql == entered_at)
        return;
    snprintf(expected, sizeof expected, "%s left at %s", what, ha_irql_text(entered_at, before));
    ha_blame(judge, HA_RULE_IRQL_3, record->driver, expected, "left at %s",
             ha_irql_text(record->irql, after));
}

/* A routine at an IRQL that its page does not allow, unless a rule of its own says so. */
static void judge_level(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    char irql[HA_IRQL_TEXT];

    ha_blame(judge, HA_RULE_IRQL_4, record->driver, "called at an IRQL that its page allows",
             "%s at %s", ha_routine_name(record->as.misuse.routine),
             ha_irql_text(record->irql, irql));
}

/* What is to be called with APCs disabled can be called below APC_LEVEL, in a critical region. */
static void judge_low(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    char irql[HA_IRQL_TEXT];

    if (record->as.misuse.argument == APC_LEVEL)
        ha_blame(judge, HA_RULE_IRQL_4, record->driver,
                 "called in a critical region or at APC_LEVEL", "%s at %s, in no region",
                 ha_routine_name(record->as.misuse.routine), ha_irql_text(record->irql, irql));
    else
        judge_level(judge);
}

static bool waits(uint32_t routine)
{
    return routine == HA_RT_WAIT || routine == HA_RT_WAIT_MULTIPLE || routine == HA_RT_DELAY
           || routine == HA_RT_ACQUIRE_FAST_MUTEX || routine == HA_RT_ACQUIRE_GUARDED_MUTEX
           || routine == HA_RT_ACQUIRE_PUSH_SHARED || routine == HA_RT_ACQUIRE_PUSH_EXCLUSIVE;
}

/* Whether its IRQL is judged elsewhere: REG-2, DEREG-1, CB-11, PNP-6, QRY-16, POOL-4. */
static bool has_own_rule(uint32_t routine)
{
    return routine == HA_RT_REGISTER_PROCESSOR_CHANGE
           || routine == HA_RT_DEREGISTER_PROCESSOR_CHANGE || routine == HA_RT_ALLOCATE_POOL
           || routine == HA_RT_FREE_POOL || routine == HA_RT_CREATE_CALLBACK
           || routine == HA_RT_REGISTER_CALLBACK || routine == HA_RT_UNREGISTER_CALLBACK
           || routine == HA_RT_REGISTER_PNP || routine == HA_RT_UNREGISTER_PNP
           || routine == HA_RT_UNREGISTER_PNP_EX
           || ha_has_affinity_level(routine)
           || (routine >= HA_RT_ACTIVE_COUNT && routine < HA_ROUTINE_COUNT
               && routine != HA_RT_MEMORY_RANGES);
}

static void judge_raised(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.misuse.routine;
    bool at_end = !record->as.misuse.argument;      /* of the code, and no call */
    char irql[HA_IRQL_TEXT];

    if (at_end && (routine == HA_RT_TERMINATE_THREAD || routine == HA_RT_QUEUE_WORK))
        ha_blame(judge, HA_RULE_IRQL_3, record->driver,
                 routine == HA_RT_QUEUE_WORK ? "a work item left at PASSIVE_LEVEL"
                                             : "a thread ended at PASSIVE_LEVEL",
                 "left at %s", ha_irql_text(record->irql, irql));
    else if (!has_own_rule(routine))
        judge_level(judge);
}

static void judge_irql_misuse(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    char irql[HA_IRQL_TEXT];

    switch (record->as.misuse.misuse) {
    case HA_MISUSE_IRQL_ORDER:
        judge_irql_order(judge);
        break;
    case HA_MISUSE_RAISED_IRQL:
        judge_raised(judge);
        break;
    case HA_MISUSE_LOW_IRQL:
        judge_low(judge);
        break;
    case HA_MISUSE_PAGED_CODE:
        ha_blame(judge, HA_RULE_DRV_13, record->driver, "paged code at or below APC_LEVEL",
                 "PAGED_CODE reached at %s", ha_irql_text(record->irql, irql));
        break;
    default:
        break;
    }
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
        judge_irql_misuse(judge);
        break;
    case HA_DRV_ENTRY_LEAVE:
    case HA_UNLOAD_LEAVE:
    case HA_ADD_DEVICE_LEAVE:
    case HA_REINIT_LEAVE:
    case HA_DPC_RUN_LEAVE:
    case HA_IPI_LEAVE:
        judge_irql_at_return(judge);
        break;
    default:
        if (record->as.refused.reason != HA_REASON_IRQL)
            break;
        if (waits(record->as.refused.routine))
            ha_blame(judge, HA_RULE_IRQL_2, record->driver, "waiting below DISPATCH_LEVEL",
                     "a wait at %s", ha_irql_text(record->irql, irql));
        else if (!has_own_rule(record->as.refused.routine))
            judge_level(judge);
        break;
    }
}
