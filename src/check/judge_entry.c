/*
 * judge_entry - how entries of PnP notification come and go
 *
 * Owns what is asked of IoRegisterPlugPlayNotification, of the two routines that undo it, and of
 * the reference that an entry holds.
 */
#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

#define DISPATCH_LEVEL 2
#define INVALID_PARAMETER ((int32_t)0xC000000Du)
#define INVALID_DEVICE_STATE ((int32_t)0xC0000184u)

enum ha_rule_number ha_obstacle_rule(unsigned obstacle)
{
    return obstacle == HA_OBSTACLE_IRQL        ? HA_RULE_PNP_6
           : obstacle == HA_OBSTACLE_PARAMETER ? HA_RULE_PNP_21
                                               : HA_RULE_PNP_22;
}

static int32_t status_of(unsigned obstacle)
{
    return obstacle == HA_OBSTACLE_IRQL        ? INVALID_DEVICE_STATE
           : obstacle == HA_OBSTACLE_PARAMETER ? INVALID_PARAMETER
                                               : HA_NO_ROOM;
}

static enum ha_obstacle obstacle_of(int32_t status)
{
    return status == INVALID_DEVICE_STATE ? HA_OBSTACLE_IRQL
           : status == INVALID_PARAMETER  ? HA_OBSTACLE_PARAMETER
                                          : HA_OBSTACLE_MEMORY;
}

static void judge_asking(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    char irql[HA_IRQL_TEXT];

    ha_exercise(judge, HA_RULE_PNP_6);
    if (!ha_may_be_at_passive(judge))
        ha_blame(judge, HA_RULE_PNP_6, record->driver, "registering at PASSIVE_LEVEL",
                 "registered at %s", ha_irql_text(record->irql, irql));
    else if (!record->as.pnp_reg.function)
        ha_blame(judge, HA_RULE_PNP_21, record->driver, "a CallbackRoutine",
                 "CallbackRoutine is NULL");
}

/* The function is known from the record of asking; the kernel alone knows of the others. */
static void judge_refusal(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_entry *entry =
        judge->thread->entry ? ha_reach_entry(judge, judge->thread->entry) : NULL;

    if (record->as.refused.routine == HA_RT_REGISTER_PNP &&
        record->as.refused.reason == HA_REASON_NULL_POINTER && (!entry || entry->function))
        ha_blame(judge, HA_RULE_PNP_21, record->driver,
                 "a DriverObject, CallbackRoutine and NotificationEntry", "one of them is NULL");
}

static void judge_answer(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_entry *entry = judge->entry;
    int32_t status = record->as.status.status;
    char due[HA_STATUS_TEXT], seen[HA_STATUS_TEXT];

    if (judge->gap || entry->obstacle == HA_OBSTACLE_OTHER)
        return;
    if (entry->obstacle) {
        enum ha_rule_number rule = ha_obstacle_rule(entry->obstacle);
        ha_exercise(judge, rule);
        if (status != status_of(entry->obstacle))
            ha_blame(judge, rule, 0, ha_status_text(status_of(entry->obstacle), due),
                     "%s for %s", ha_status_text(status, seen), ha_entry_name(judge, record->id));
        return;
    }
    ha_exercise(judge, HA_RULE_PNP_10);
    if (!ha_nt_success(status))
        ha_blame(judge, ha_obstacle_rule(obstacle_of(status)), 0,
                 "success, as nothing stood in the way", "%s for %s",
                 ha_status_text(status, seen), ha_entry_name(judge, record->id));
    else if (entry->standing == HA_ENTERED && judge->own && !judge->driver->freed)
        ha_blame(judge, HA_RULE_PNP_10, 0, "a reference when registering returns",
                 "none for %s", ha_entry_name(judge, record->id));
}

/* Whether something was found; the same below. */
static bool judge_taken(struct ha_judge *judge)
{
    const struct ha_seen_entry *entry = judge->entry;
    uint32_t id = judge->record->as.ref.entry;

    if (entry->obstacle && entry->obstacle != HA_OBSTACLE_OTHER)
        ha_blame(judge, ha_obstacle_rule(entry->obstacle), 0, "nothing registered",
                 "a reference of %s", ha_entry_name(judge, id));
    else if (judge->driver->freed)
        ha_blame(judge, HA_RULE_PNP_10, 0, "no reference on what is gone", "that of %s",
                 ha_entry_name(judge, id));
    else if (entry->standing != HA_ENTERED)
        ha_blame(judge, HA_RULE_PNP_10, 0, "one reference, while registering",
                 "another one of %s", ha_entry_name(judge, id));
    else
        return false;
    return true;
}

/* A failed DriverEntry takes its entries with it (DRV-8). */
static bool judge_given_back(struct ha_judge *judge, const struct ha_seen_driver *driver)
{
    const struct ha_seen_entry *entry = judge->entry;
    uint32_t id = judge->record->as.ref.entry;

    if (!entry->referenced)
        ha_blame(judge, HA_RULE_PNP_10, 0, "a reference given back once", "%s has none",
                 ha_entry_name(judge, id));
    else if (entry->standing == HA_LIVE && !driver->entry_failed)
        ha_blame(judge, HA_RULE_PNP_10, 0, "a reference kept while the entry is live",
                 "that of %s given back", ha_entry_name(judge, id));
    else if (entry->standing == HA_LEAVING)
        ha_blame(judge, HA_RULE_PNP_10, 0, "a reference kept until the removal returns",
                 "that of %s given back before", ha_entry_name(judge, id));
    else if (entry->running)
        ha_blame(judge, HA_RULE_PNP_10, 0, "a reference kept while a call runs",
                 "that of %s given back", ha_entry_name(judge, id));
    else if (ha_late_is_awaited(judge, entry))
        ha_blame(judge, HA_RULE_PNP_10, 0, "a reference kept until the late call has left",
                 "that of %s given back before", ha_entry_name(judge, id));
    else if (judge->own && entry->free_since
             && ha_record_seq(judge->record) != entry->free_since + 1)
        ha_blame(judge, HA_RULE_PNP_10, 0, "a reference given back as soon as nothing keeps it",
                 "that of %s given back later", ha_entry_name(judge, id));
    else
        return false;
    return true;
}

static void judge_reference(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_driver *driver = ha_reach_driver(judge, record->id);

    ha_exercise(judge, HA_RULE_PNP_10);
    if (judge->gap || !driver || !judge->entry)
        return;
    if (record->as.ref.change > 0 ? judge_taken(judge) : judge_given_back(judge, driver))
        return;
    if (record->as.ref.count != driver->references + (uint32_t)record->as.ref.change)
        ha_blame(judge, HA_RULE_PNP_10, 0, "every reference counted", "%u after %u and %+d",
                 (unsigned)record->as.ref.count, (unsigned)driver->references,
                 (int)record->as.ref.change);
}

/* What a run that ended by itself should have come to. */
static void judge_end(struct ha_judge *judge)
{
    if (judge->gap || judge->record->as.end.ending != HA_END_NORMALLY)
        return;
    for (uint32_t id = 1; id < judge->entry_count; id++)
        if (judge->entries[id].standing == HA_REMOVED && judge->entries[id].referenced
            && !ha_late_is_awaited(judge, &judge->entries[id]))
            ha_blame(judge, HA_RULE_PNP_10, 0, "the reference given back in the end",
                     "that of %s is still held", ha_entry_name(judge, id));
}

void ha_judge_entry_registration(struct ha_judge *judge)
{
    switch (judge->record->kind) {
    case HA_PNP_REG_ENTER:  judge_asking(judge); break;
    case HA_REFUSED:        judge_refusal(judge); break;
    case HA_PNP_REG_RETURN: judge_answer(judge); break;
    case HA_REF:            judge_reference(judge); break;
    default:                judge_end(judge); break;
    }
}

static void judge_removing(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_entry *entry = judge->entry;
    bool ex = record->flags & HA_PNP_EX;
    char irql[HA_IRQL_TEXT];

    ha_exercise(judge, HA_RULE_PNP_6);
    ha_exercise(judge, HA_RULE_PNP_19);
    if (!ha_entry_can_leave(judge))
        return;                 /* MISUSE follows, or else it is found at the end */
    bool inside = ha_telling_of(judge, record->thread, record->id) != NULL;
    if (inside)
        ha_exercise(judge, HA_RULE_PNP_17);
    if (!ex)
        ha_exercise(judge, HA_RULE_PNP_18);
    if (!ha_may_be_at_passive(judge))
        ha_blame(judge, HA_RULE_PNP_6, record->driver, "removing at PASSIVE_LEVEL",
                 "removed at %s", ha_irql_text(record->irql, irql));
    else if (ex && inside && entry->registering && entry->thread == record->thread)
        ha_blame(judge, HA_RULE_PNP_17, record->driver,
                 "no removal by the Ex routine before the registration has returned",
                 "%s removed inside its replay", ha_entry_name(judge, record->id));
}

/* The kernel says what is wrong with the entry. */
static void judge_misremoval(struct ha_judge *judge)
{
    struct ha_seen_thread *thread = judge->thread;
    const struct ha_record *record = judge->record;
    unsigned misuse = record->as.misuse.misuse;

    if (!thread->removes_no_entry)
        return;
    if (misuse != HA_MISUSE_NULL_HANDLE && misuse != HA_MISUSE_UNKNOWN_HANDLE &&
        misuse != HA_MISUSE_STALE_HANDLE)
        return;
    thread->removes_no_entry = false;
    ha_blame(judge, HA_RULE_PNP_19, record->driver, "an entry that stands", "%s: %s",
             ha_routine_name(record->as.misuse.routine), ha_misuse_name(misuse));
}

/* What the removal had to wait for. */
static void judge_waited(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_entry *entry = judge->entry;
    bool inside = ha_telling_of(judge, record->thread, record->id) != NULL;

    ha_exercise(judge, HA_RULE_PNP_16);
    if (judge->gap || record->irql >= DISPATCH_LEVEL || inside)
        return;
    if (entry->registering && entry->thread != record->thread &&
        entry->flags & HA_PNP_INCLUDES_EXISTING)
        ha_blame(judge, HA_RULE_PNP_17, 0, "waiting for the end of the replay",
                 "%s removed during it", ha_entry_name(judge, record->id));
    else if (ha_is_told_elsewhere(judge, record->id, record->thread))
        ha_blame(judge, HA_RULE_PNP_16, 0, "waiting for the call that is running",
                 "%s removed while it runs", ha_entry_name(judge, record->id));
}

static void judge_removed(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_entry *entry = judge->entry;
    int32_t status = record->as.status.status;
    bool stood = entry && entry->standing == HA_LEAVING && entry->remover == record->thread;
    char seen[HA_STATUS_TEXT];

    if (judge->thread->removes_no_entry)
        ha_blame(judge, HA_RULE_PNP_19, record->driver, "an entry that stands",
                 "none is removed");
    if (!stood && judge->gap)
        return;
    if (!stood && status != INVALID_PARAMETER)
        ha_blame(judge, HA_RULE_PNP_19, 0, "STATUS_INVALID_PARAMETER for what is no entry", "%s",
                 ha_status_text(status, seen));
    else if (stood && status)
        ha_blame(judge, HA_RULE_PNP_19, 0, "success for an entry that stands", "%s for %s",
                 ha_status_text(status, seen), ha_entry_name(judge, record->id));
    else if (stood && record->flags & HA_PNP_EX)
        judge_waited(judge);
    if (stood && entry->context)
        ha_exercise(judge, HA_RULE_PNP_20);
}

/* Memory was given back that holds the context of an entry. */
static void judge_context(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_entry *entry =
        record->id < judge->entry_count ? &judge->entries[record->id] : NULL;

    if (!entry)
        return;
    if (entry->standing != HA_REMOVED)
        ha_blame(judge, HA_RULE_PNP_20, record->driver,
                 "the context freed when its entry has been removed",
                 "that of %s freed before that",
                 ha_entry_name(judge, record->id));
    else if (!entry->by_ex)
        ha_advise(judge, HA_RULE_PNP_18, record->driver,
                  "IoUnregisterPlugPlayNotificationEx, which waits for calls that use the context",
                  "that of %s freed while a call runs or is due",
                  ha_entry_name(judge, record->id));
}

void ha_judge_entry_removal(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t routine = record->as.misuse.routine;

    switch (record->kind) {
    case HA_PNP_UNREG_ENTER:
        judge_removing(judge);
        break;
    case HA_PNP_UNREG_RETURN:
        judge_removed(judge);
        break;
    default:
        if (record->as.misuse.misuse == HA_MISUSE_CONTEXT)
            judge_context(judge);
        else if (routine == HA_RT_UNREGISTER_PNP || routine == HA_RT_UNREGISTER_PNP_EX)
            judge_misremoval(judge);
        break;
    }
}
