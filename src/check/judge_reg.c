/*
 * judge_reg - calls of KeRegisterProcessorChangeCallback
 *
 * Owns what a driver may ask for, when the lock is obtained, and what is given back.
 */
#include <stdio.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

void ha_judge_register(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t unknown = record->as.reg.flags & ~1u;
    char irql[HA_IRQL_TEXT];

    ha_exercise(judge, HA_RULE_REG_2);
    ha_exercise(judge, HA_RULE_REG_8);
    if (judge->around)
        ha_exercise(judge, HA_RULE_REG_11);
    if (judge->add.open)
        ha_exercise(judge, HA_RULE_REG_10);
    if (!ha_may_be_at_passive(judge))
        ha_blame(judge, HA_RULE_REG_2, record->driver, "registering at PASSIVE_LEVEL",
                 "registered at %s", ha_irql_text(record->irql, irql));
    else if (!record->as.reg.function)
        ha_blame(judge, HA_RULE_REG_8, record->driver, "a CallbackFunction",
                 "CallbackFunction is NULL");
    else if (judge->around)
        ha_blame(judge, HA_RULE_REG_11, record->driver,
                 "no registering inside a processor-change callback",
                 "KeRegisterProcessorChangeCallback called there");
    if (!unknown)
        return;
    ha_exercise(judge, HA_RULE_REG_6);
    ha_blame(judge, HA_RULE_REG_6, record->driver, "Flags 0 or KE_PROCESSOR_CHANGE_ADD_EXISTING",
             "Flags 0x%x", (unsigned)record->as.reg.flags);
}

/* The rule by which a registration has to be refused; HA_RULE_COUNT when none does. */
static enum ha_rule_number rule_of_refusal(const struct ha_seen_registration *registration)
{
    switch (registration->why) {
    case HA_WHY_IRQL:            return HA_RULE_REG_2;
    case HA_WHY_NULL_FUNCTION:   return HA_RULE_REG_8;
    case HA_WHY_INSIDE_CALLBACK: return HA_RULE_REG_11;
    default:                     return HA_RULE_COUNT;
    }
}

void ha_judge_register_locked(struct ha_judge *judge)
{
    const struct ha_seen_registration *registration = judge->registration;
    enum ha_rule_number refusal = rule_of_refusal(registration);
    bool late_join = judge->knob[HA_KNOB_REGISTER_DURING_ADD] == HA_REGISTER_LATE_JOIN;

    ha_exercise(judge, HA_RULE_REG_12);
    if (registration->standing != HA_ENTERED || judge->gap)
        return;
    if (refusal != HA_RULE_COUNT)
        ha_blame(judge, refusal, 0, "NULL at once", "the registration of %s goes on",
                 ha_client(judge, judge->record->id));
    else if (judge->add.open && !late_join)
        ha_blame(judge, HA_RULE_REG_10, 0, "waiting for the end of the add",
                 "%s registered during it", ha_client(judge, judge->record->id));
    else if (!late_join && (judge->phase_count || judge->locked_removals))
        ha_blame(judge, HA_RULE_REG_12, 0, "one registration or removal at a time",
                 "%s obtains the lock while another holds it",
                 ha_client(judge, judge->record->id));
}

/* Whether the facts of the trace explain that nothing was registered. */
static bool is_refused(const struct ha_judge *judge)
{
    const struct ha_seen_registration *registration = judge->registration;

    return registration->why != HA_WHY_NONE
           || registration->refused == HA_REASON_NO_MEMORY
           || registration->refused == HA_REASON_INTERRUPTED
           || (registration->unknown_flags
               && judge->knob[HA_KNOB_UNKNOWN_FLAGS] == HA_FLAGS_REJECT);
}

static void judge_null(struct ha_judge *judge)
{
    const struct ha_phase *phase = judge->phase;

    if (is_refused(judge) || (phase && phase->cause) || ha_is_taken_out(judge->registration))
        return;
    if (phase && phase->late_error)
        ha_blame(judge, HA_RULE_STAT_10, 0, "an error written at Complete to change nothing",
                 "NULL for %s", ha_client(judge, judge->record->id));
    else if (phase && phase->information)
        ha_blame(judge, HA_RULE_STAT_7, 0, "a success code in OperationStatus to stop nothing",
                 "NULL for %s", ha_client(judge, judge->record->id));
    else
        ha_blame(judge, HA_RULE_REG_1, 0, "a handle, as nothing stood in the way",
                 "NULL for %s", ha_client(judge, judge->record->id));
}

static void judge_handle(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_registration *registration = judge->registration;
    const struct ha_phase *phase = judge->phase;

    if (phase && phase->cause)
        ha_blame(judge, HA_RULE_EXIST_9, 0, "NULL after a Start call that failed",
                 "a handle for %s", ha_client(judge, record->id));
    else if (phase && rule_of_refusal(registration) != HA_RULE_COUNT)
        return;     /* found when it obtained the lock */
    else if (is_refused(judge) || registration->refused)
        ha_blame(judge, HA_RULE_REG_1, 0, "NULL for a registration that was refused",
                 "a handle for %s", ha_client(judge, record->id));
    else if (record->as.reg.handle != record->id)
        ha_blame(judge, HA_RULE_REG_7, 0, "a handle of its own",
                 "that of registration %u for %s", (unsigned)record->as.reg.handle,
                 ha_client(judge, record->id));
    else if (!phase && judge->own)
        ha_blame(judge, HA_RULE_REG_12, 0, "registering under the lock", "%s without",
                 ha_client(judge, record->id));
}

static void exercise_return(struct ha_judge *judge)
{
    const struct ha_seen_registration *registration = judge->registration;
    const struct ha_phase *phase = judge->phase;

    ha_exercise(judge, HA_RULE_REG_1);
    ha_exercise(judge, HA_RULE_REG_7);
    if (!registration->existing)
        ha_exercise(judge, HA_RULE_REG_4);
    if (registration->why == HA_WHY_FAULT)
        ha_exercise(judge, HA_RULE_REG_9);
    if (phase && phase->cause)
        ha_exercise(judge, HA_RULE_EXIST_9);
    if (phase && phase->late_error)
        ha_exercise(judge, HA_RULE_STAT_10);
    if (phase && registration->existing)
        ha_exercise(judge, HA_RULE_EXIST_12);
}

void ha_judge_register_return(struct ha_judge *judge)
{
    const struct ha_phase *phase = judge->phase;

    exercise_return(judge);
    if (judge->gap || judge->registration->standing == HA_UNHEARD_OF)
        return;
    if (phase && ha_is_being_called(judge, judge->record->id, 0))
        ha_blame(judge, HA_RULE_EXIST_3, 0, "the return after the last call has returned",
                 "%s registered inside a call", ha_client(judge, judge->record->id));
    else if (phase && phase->strayed)
        return;
    else if (judge->record->as.reg.handle)
        judge_handle(judge);
    else
        judge_null(judge);
}
