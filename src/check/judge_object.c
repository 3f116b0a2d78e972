/*
 * judge_object - objects that threads wait for, and locks
 *
 * Owns the rules about how a driver uses them. The kernel has noted the misuse and changed nothing,
 * or no more than the routine says.
 */
#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

/* The object as a sentence names it: "mutex 3". */
static const char *name_of(struct ha_judge *judge, uint32_t object)
{
    ha_text_clear(&judge->words);
    ha_awaited_words(judge->cast, object, &judge->words);
    if (judge->words.lost)
        judge->lost = true;
    return ha_text_string(&judge->words);
}

static void judge_owner(struct ha_judge *judge, const char *expected)
{
    const struct ha_record *record = judge->record;
    ha_blame(judge, HA_RULE_OBJ_2, record->driver, expected, "%s: %s %s",
             ha_routine_name(record->as.misuse.routine), name_of(judge, record->id),
             ha_misuse_name(record->as.misuse.misuse));
}

static void judge_held(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const char *end = ha_end_words(record->as.misuse.routine);

    ha_blame(judge, HA_RULE_OBJ_2, record->driver, "given back by the thread that has it",
             "%s with %s", end ? end : "it ends", name_of(judge, record->id));
}

static void judge_exposed(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    ha_blame(judge, HA_RULE_OBJ_2, record->driver,
             "given back before the critical region or APC_LEVEL is left", "%s with %s",
             ha_routine_name(record->as.misuse.routine), name_of(judge, record->id));
}

static void judge_region(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const char *end = ha_end_words(record->as.misuse.routine);

    ha_blame(judge, HA_RULE_CTX_7, record->driver, "every critical region left at the end",
             "%s in %u of them", end ? end : "it ends", (unsigned)record->as.misuse.argument);
}

static void judge_lock_held(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.misuse.routine;
    unsigned count = record->as.misuse.argument;
    const char *end = ha_end_words(routine);

    ha_blame(judge, HA_RULE_OBJ_2, record->driver,
             "spin locks given back before the IRQL falls, the thread waits or the code returns",
             "%s with %u spin lock%s held", end ? end : ha_routine_name(routine), count,
             count == 1 ? "" : "s");
}

static void judge_limit(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.misuse.routine;
    unsigned count = record->as.misuse.argument;
    const char *name = ha_routine_name(routine);

    if (routine == HA_RT_WAIT_MULTIPLE)
        ha_blame(judge, HA_RULE_OBJ_3, record->driver,
                 "1 to 64 objects, and no more than 3 without wait blocks", "%s of %u", name,
                 count);
    else if (routine == HA_RT_RELEASE_SEMAPHORE)
        ha_blame(judge, HA_RULE_OBJ_3, record->driver, "a count within the semaphore's limit",
                 "%s of %s by %d", name, name_of(judge, record->id), (int)count);
    else if (routine == HA_RT_SET_PRIORITY)
        ha_blame(judge, HA_RULE_OBJ_3, record->driver, "a priority from 1 to HIGH_PRIORITY",
                 "%s to %d", name, (int)count);
    else if (routine == HA_RT_RELEASE_REMOVE_LOCK || routine == HA_RT_WAIT_REMOVE_LOCK)
        ha_blame(judge, HA_RULE_OBJ_3, record->driver, "released as often as it was acquired",
                 "%s of %s, which nobody has acquired", name, name_of(judge, record->id));
    else if (routine == HA_RT_ENTER_REGION || routine == HA_RT_LEAVE_REGION)
        ha_blame(judge, HA_RULE_OBJ_3, record->driver, "critical regions left as often as entered",
                 "%s in %u of them", name, count);
    else
        ha_blame(judge, HA_RULE_OBJ_3, record->driver, "a value within the limits",
                 "%s with %d", name, (int)count);
}

/* A handle that is none, an object that is gone, a reference or work item given twice. */
static void judge_use(struct ha_judge *judge, enum ha_rule_number rule, const char *expected)
{
    const struct ha_record *record = judge->record;

    ha_blame(judge, rule, record->driver, expected, "%s: %s",
             ha_routine_name(record->as.misuse.routine),
             ha_misuse_name(record->as.misuse.misuse));
}

/* DPCs are counted by themselves; some things have no number. */
static void judge_in_use(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const char *name = ha_routine_name(record->as.misuse.routine);
    static const char expected[] =
        "neither given back nor made anew while it is queued, set, held or waited for";

    if (record->id && record->as.misuse.argument == HA_LEFT_MDL)
        ha_blame(judge, HA_RULE_OBJ_6, record->driver, expected,
                 "%s while MDL %u has its pages locked", name, (unsigned)record->id);
    else if (!record->id && record->as.misuse.routine == HA_RT_FREE_POOL)
        ha_blame(judge, HA_RULE_OBJ_6, record->driver, expected, "%s of memory that holds a %s",
                 name, ha_left_name(record->as.misuse.argument));
    else if (!record->id)
        ha_blame(judge, HA_RULE_OBJ_6, record->driver, expected, "%s: %s", name,
                 ha_misuse_name(HA_MISUSE_IN_USE));
    else if (record->as.misuse.routine == HA_RT_INITIALIZE_DPC)
        ha_blame(judge, HA_RULE_OBJ_6, record->driver, expected, "%s: DPC %u is in use", name,
                 (unsigned)record->id);
    else
        ha_blame(judge, HA_RULE_OBJ_6, record->driver, expected, "%s: %s is in use", name,
                 name_of(judge, record->id));
}

/* At a raised IRQL it is found as any other routine there. */
static void judge_refusal(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t reason = record->as.refused.reason;

    if (record->as.refused.routine == HA_RT_TERMINATE_THREAD && reason != HA_REASON_IRQL)
        ha_blame(judge, HA_RULE_OBJ_7, record->driver, "a thread of its own, outside callbacks",
                 "%s refused: %s", ha_routine_name(record->as.refused.routine),
                 ha_reason_name(reason));
}

void ha_judge_object(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->kind == HA_REFUSED) {
        judge_refusal(judge);
        return;
    }
    switch (record->as.misuse.misuse) {
    case HA_MISUSE_HELD:
        judge_held(judge);
        break;
    case HA_MISUSE_EXPOSED:
        judge_exposed(judge);
        break;
    case HA_MISUSE_IN_REGION:
        judge_region(judge);
        break;
    case HA_MISUSE_LOCK_HELD:
        judge_lock_held(judge);
        break;
    case HA_MISUSE_NOT_MADE:
        ha_blame(judge, HA_RULE_OBJ_1, record->driver, "an object that was initialised",
                 "%s of one that was not", ha_routine_name(record->as.misuse.routine));
        break;
    case HA_MISUSE_NOT_OWNER:
        if (record->as.misuse.routine == HA_RT_CONVERT_RESOURCE)
            ha_blame(judge, HA_RULE_OBJ_2, record->driver,
                     "shared by the thread that has it alone", "%s: %s is not the thread's alone",
                     ha_routine_name(HA_RT_CONVERT_RESOURCE), name_of(judge, record->id));
        else
            judge_owner(judge, "given back by the thread that has it");
        break;
    case HA_MISUSE_OTHER_MODE:
        judge_owner(judge, "given back the way it was taken");
        break;
    case HA_MISUSE_UNKNOWN_TAG:
        judge_owner(judge, "released with the tag that it was acquired with");
        break;
    case HA_MISUSE_TAKEN_TWICE:
        judge_owner(judge, "taken by a thread that does not have it");
        break;
    case HA_MISUSE_NO_OBJECT:
        if (record->as.misuse.routine == HA_RT_REGISTER_PNP)
            ha_blame(judge, HA_RULE_PNP_21, record->driver, "the driver's own DriverObject",
                     "another object");
        else
            judge_use(judge, HA_RULE_OBJ_4, "an object that the driver has a reference to");
        break;
    case HA_MISUSE_NO_REFERENCE:
        judge_use(judge, HA_RULE_OBJ_4, "an object that the driver has a reference to");
        break;
    case HA_MISUSE_NULL_HANDLE:
    case HA_MISUSE_UNKNOWN_HANDLE:
    case HA_MISUSE_STALE_HANDLE:
        if (record->as.misuse.routine == HA_RT_CLOSE)
            judge_use(judge, HA_RULE_OBJ_4, "a handle that is open");
        else if (record->as.misuse.routine == HA_RT_UNREGISTER_CALLBACK)
            judge_use(judge, HA_RULE_OBJ_4, "a client that is registered");
        break;
    case HA_MISUSE_QUEUED:
        judge_use(judge, HA_RULE_OBJ_5, "a work item that is not queued");
        break;
    case HA_MISUSE_IN_USE:
        judge_in_use(judge);
        break;
    case HA_MISUSE_UNALIGNED:
        ha_blame(judge, HA_RULE_OBJ_1, record->driver, "an object that is aligned as it must be",
                 "%s of one that is not", ha_routine_name(record->as.misuse.routine));
        break;
    case HA_MISUSE_LIMIT:
        judge_limit(judge);
        break;
    default:
        break;
    }
}
