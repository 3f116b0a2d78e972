/*
 * judge_dereg - calls of KeDeregisterProcessorChangeCallback
 *
 * Owns what a driver may remove and where, and what the removal has to wait for.
 */
#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

/* The kernel says what is wrong with the handle. */
static void judge_misuse(struct ha_judge *judge)
{
    struct ha_seen_thread *thread = judge->thread;
    unsigned misuse = judge->record->as.misuse.misuse;

    if (!thread->removing_open || (thread->removing_blamed && !thread->removing_nothing))
        return;
    if (misuse != HA_MISUSE_NULL_HANDLE && misuse != HA_MISUSE_UNKNOWN_HANDLE
        && misuse != HA_MISUSE_STALE_HANDLE)
        return;
    thread->removing_blamed = true;
    thread->removing_nothing = false;
    ha_blame(judge, HA_RULE_DEREG_5, judge->record->driver, "the handle of a live registration",
             "%s", ha_misuse_name(misuse));
}

/* Memory was given back that holds the context of a registration. */
static void judge_freed_context(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_registration *registration = ha_seen_registration(judge, record->id);

    if (registration && registration->standing != HA_REMOVED
        && registration->standing != HA_FAILED)
        ha_blame(judge, HA_RULE_DEREG_7, record->driver,
                 "the context freed when its registration has been removed",
                 "that of %s freed before that", ha_client(judge, record->id));
}

/* The removal of nothing ends, and a trace from elsewhere did not say what its handle was. */
static void judge_nothing(struct ha_judge *judge)
{
    const struct ha_seen_registration *registration = judge->registration;

    judge->thread->removing_nothing = false;
    ha_blame(judge, HA_RULE_DEREG_5, judge->record->driver, "the handle of a live registration",
             "%s", !registration ? "handle leads to no registration"
                   : registration->standing == HA_FAILED
                       ? "handle of a registration that did not come to stand"
                       : ha_misuse_name(HA_MISUSE_STALE_HANDLE));
}

/* One verdict a call, the first that applies. */
void ha_judge_remove(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_registration *registration = judge->registration;
    bool live = registration && (ha_is_removable(registration)
                                 || registration->standing == HA_LOCKED);
    bool unknown = judge->gap && registration && registration->standing == HA_UNHEARD_OF;
    char irql[HA_IRQL_TEXT];

    if (record->kind == HA_MISUSE) {
        if (record->as.misuse.misuse == HA_MISUSE_CLIENT_CONTEXT)
            judge_freed_context(judge);
        else
            judge_misuse(judge);
        return;
    }
    ha_exercise(judge, HA_RULE_DEREG_1);
    ha_exercise(judge, HA_RULE_DEREG_5);
    if (judge->around)
        ha_exercise(judge, HA_RULE_DEREG_4);
    judge->thread->removing_blamed = true;
    judge->thread->removing_nothing = !live && !unknown;
    if (judge->thread->removing_nothing)
        return;                 /* MISUSE follows, or else it is found at the end */
    if (judge->around && ha_innermost_call(judge, record->thread, record->id))
        ha_blame(judge, HA_RULE_DEREG_4, record->driver, "no removal from inside the callback",
                 "%s removed by itself", ha_client(judge, record->id));
    else if (!ha_may_be_at_passive(judge))
        ha_blame(judge, HA_RULE_DEREG_1, record->driver, "removing at PASSIVE_LEVEL",
                 "removed at %s", ha_irql_text(record->irql, irql));
    else
        judge->thread->removing_blamed = false;
}

/*
 * An add or a registration on another thread, which a removal waits for. Who joins late registers
 * without the lock, and the trace does not show who does: with late_join no registration counts.
 */
static bool others_at_work(const struct ha_judge *judge)
{
    uint32_t thread = judge->record->thread;

    if (judge->add.open && judge->add.thread != thread)
        return true;
    if (judge->knob[HA_KNOB_REGISTER_DURING_ADD] == HA_REGISTER_LATE_JOIN)
        return false;
    for (size_t i = 0; i < judge->phase_count; i++)
        if (judge->phases[i].thread != thread)
            return true;
    return false;
}

/*
 * Driver code sees an add by its calls alone. What it writes down as the end of one that calls no
 * more comes too late: only another call of it shows that it was not over at the removal.
 */
static void judge_not_waiting(struct ha_judge *judge)
{
    if (!judge->own && judge->add.open && !judge->phase_count) {
        judge->add.removed = judge->record->id;
        judge->looked = 0;
        return;
    }
    ha_blame(judge, HA_RULE_DEREG_3, 0, "waiting for the end of the add or registration",
             "%s removed during it", ha_client(judge, judge->record->id));
}

void ha_judge_went_on(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t removed = judge->add.removed;

    if (!removed || (record->flags & HA_CB_EXISTING)
        || record->as.cb.operation != judge->add.id)
        return;
    judge->add.removed = 0;
    if (record->id != removed)          /* else it is barred, and that says it */
        ha_blame(judge, HA_RULE_DEREG_3, 0, "waiting for the end of the add or registration",
                 "%s removed during it", ha_client(judge, removed));
}

static bool has_to_wait(const struct ha_judge *judge)
{
    return judge->knob[HA_KNOB_DEREG_WAIT] == HA_DEREG_TRANSACTION && !judge->gap
           && judge->thread->removing_open && !judge->thread->removing_misused
           && judge->thread->removing_irql < 2;
}

void ha_judge_remove_locked(struct ha_judge *judge)
{
    ha_exercise(judge, HA_RULE_REG_12);
    if (!has_to_wait(judge))
        return;
    ha_exercise(judge, HA_RULE_DEREG_3);
    if (others_at_work(judge))
        judge_not_waiting(judge);
    else if (judge->locked_removals)
        ha_blame(judge, HA_RULE_REG_12, 0, "one removal at a time",
                 "%s obtains the lock while another holds it",
                 ha_client(judge, judge->record->id));
}

void ha_judge_remove_return(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_registration *registration = judge->registration;
    bool deferred = judge->knob[HA_KNOB_DEREG_WAIT] == HA_DEREG_DEFERRED;

    if (judge->thread->removing_open && judge->thread->removing_nothing)
        judge_nothing(judge);
    if (!registration || judge->gap || judge->thread->removing_misused
        || judge->thread->removing_irql >= 2)
        return;
    ha_exercise(judge, HA_RULE_DEREG_2);
    if (registration->context)
        ha_exercise(judge, HA_RULE_DEREG_7);
    if (registration->standing == HA_LIVE && has_to_wait(judge)
        && !judge->thread->removing_locked && others_at_work(judge))
        judge_not_waiting(judge);
    else if (!deferred && ha_is_being_called(judge, record->id, record->thread)
             && !(judge->knob[HA_KNOB_DEREG_WAIT] == HA_DEREG_TRANSACTION
                  && others_at_work(judge)))
        ha_blame(judge, HA_RULE_DEREG_2, 0, "waiting for the call that is running",
                 "%s removed while it runs", ha_client(judge, record->id));
}
