/*
 * mishaps - see mishaps.h
 *
 * Owns what counts as which mishap, by facts alone: a finding needs no list of its own here.
 */
#include "edge/mishaps.h"

#include "base/failures.h"
#include "edge/topic.h"

/* Where a record leads into; HA_IN_OTHER when that is no place of its own. */
static unsigned place_of(const struct ha_record *record)
{
    unsigned state = HA_CB_STATE(record->flags);

    switch (record->kind) {
    case HA_DRV_ENTRY_ENTER:  return HA_IN_ENTRY;
    case HA_ADD_DEVICE_ENTER: return HA_IN_ADD_DEVICE;
    case HA_PNP_CB_ENTER:     return HA_IN_PNP;
    case HA_CB_ENTER:
        if (state > HA_STATE_FAILURE)
            return HA_IN_OTHER;
        return (record->flags & HA_CB_EXISTING ? HA_IN_EXISTING : HA_IN_HOT_ADD) + state;
    default:                  return HA_IN_OTHER;
    }
}

/* Code of drivers that the kernel calls: where it runs, no code around it does. */
static bool is_entered(unsigned kind)
{
    switch (kind) {
    case HA_DRV_ENTRY_ENTER: case HA_ADD_DEVICE_ENTER: case HA_PNP_CB_ENTER: case HA_CB_ENTER:
    case HA_UNLOAD_ENTER: case HA_REINIT_ENTER: case HA_EX_CALL_ENTER: case HA_DPC_RUN_ENTER:
    case HA_IPI_ENTER:
        return true;
    default:
        return false;
    }
}

static void take_call(struct ha_mishaps *mishaps, const struct ha_record *record)
{
    if (record->flags & HA_CB_EXISTING)
        mishaps->announced = record->as.cb.operation;
    else
        mishaps->called = true;
}

static void take_add_end(struct ha_mishaps *mishaps, const struct ha_record *record)
{
    unsigned outcome = ha_nt_success(record->as.status.status) ? HA_WENT_WELL :
                       mishaps->hardware_failed ? HA_HARDWARE_FAILED :
                       mishaps->called ? HA_VETOED : HA_NO_PLACE;
    mishaps->adds[outcome]++;
}

static void take_registration(struct ha_mishaps *mishaps, const struct ha_record *record)
{
    unsigned outcome = record->as.reg.handle ? HA_REGISTERED :
                       mishaps->announced == record->id ? HA_TAKEN_BACK : HA_NOT_REGISTERED;
    mishaps->registrations[outcome]++;
}

static void take_fault(struct ha_mishaps *mishaps, const struct ha_record *record)
{
    const struct ha_record *inside = ha_nest_at(&mishaps->inside, record->thread, 0);

    if (record->as.fault.routine < HA_ROUTINE_COUNT)
        mishaps->faults[record->as.fault.routine]++;
    mishaps->places[inside ? place_of(inside) : HA_IN_OTHER]++;
}

static void take_refusal(struct ha_mishaps *mishaps, unsigned reason)
{
    if (reason < HA_REASON_COUNT)
        mishaps->refusals[reason]++;
}

void ha_mishaps_begin(struct ha_mishaps *mishaps)
{
    ha_nest_clear(&mishaps->inside);
    mishaps->announced = 0;
    mishaps->hardware_failed = mishaps->called = false;
}

void ha_mishaps_take(struct ha_mishaps *mishaps, const struct ha_record *record)
{
    struct ha_record opener;

    switch (record->kind) {
    case HA_TRACE_BEGIN:     ha_mishaps_begin(mishaps); break;
    case HA_ADD_BEGIN:       mishaps->hardware_failed = mishaps->called = false; break;
    case HA_HW_START:
        mishaps->hardware_failed |= !ha_nt_success(record->as.status.status);
        break;
    case HA_ADD_END:         take_add_end(mishaps, record); break;
    case HA_MEM_ADD_END:
        mishaps->memory[ha_nt_success(record->as.pool_limits.status) ? HA_ONLINE
                                                                     : HA_NOT_STARTED]++;
        break;
    case HA_REG_RETURN:      take_registration(mishaps, record); break;
    case HA_CB_CALL:
    case HA_CB_ENTER:        take_call(mishaps, record); break;
    case HA_DRV_ENTRY_LEAVE:
        mishaps->entries[ha_nt_success(record->as.status.status) ? HA_LOADED : HA_NOT_LOADED]++;
        break;
    case HA_FAULT:           take_fault(mishaps, record); break;
    case HA_REFUSED:         take_refusal(mishaps, record->as.refused.reason); break;
    case HA_DEADLOCK:        take_refusal(mishaps, record->as.wait.reason); break;
    case HA_TRACE_END:
        if (record->as.end.ending < HA_END_COUNT)
            mishaps->endings[record->as.end.ending]++;
        break;
    default:
        break;
    }
    if (is_entered(record->kind))
        mishaps->lost |= !ha_nest_push(&mishaps->inside, record);
    else if (is_entered(ha_opener_of(record->kind)))
        ha_nest_pop(&mishaps->inside, record, &opener);
}

void ha_mishaps_close(struct ha_mishaps *mishaps)
{
    ha_nest_close(&mishaps->inside);
}

static const char *add_outcome(unsigned outcome)
{
    static const char *const names[HA_ADD_OUTCOMES] = {
        [HA_WENT_WELL] = "succeeded", [HA_VETOED] = "vetoed",
        [HA_HARDWARE_FAILED] = "hardware not started", [HA_NO_PLACE] = "without room",
    };
    return names[outcome];
}

static const char *registration_outcome(unsigned outcome)
{
    static const char *const names[HA_REGISTER_OUTCOMES] = {
        [HA_REGISTERED] = "succeeded", [HA_TAKEN_BACK] = "vetoed", [HA_NOT_REGISTERED] = "failed",
    };
    return names[outcome];
}

static const char *success(unsigned outcome)
{
    return outcome ? "failed" : "succeeded";
}

static const char *place(unsigned number)
{
    static const char *const names[HA_MISHAP_PLACES] = {
        [HA_IN_ENTRY] = "DriverEntry", [HA_IN_ADD_DEVICE] = "AddDevice",
        [HA_IN_HOT_ADD + HA_STATE_START] = "Start",
        [HA_IN_HOT_ADD + HA_STATE_COMPLETE] = "Complete",
        [HA_IN_HOT_ADD + HA_STATE_FAILURE] = "Failure",
        [HA_IN_EXISTING + HA_STATE_START] = "existing Start",
        [HA_IN_EXISTING + HA_STATE_COMPLETE] = "existing Complete",
        [HA_IN_EXISTING + HA_STATE_FAILURE] = "existing Failure",
        [HA_IN_PNP] = "a PnP call", [HA_IN_OTHER] = "elsewhere",
    };
    return names[number];
}

void ha_mishaps_write(const struct ha_mishaps *mishaps, struct ha_text *text)
{
    const struct ha_topic topics[] = {
        {"adds", mishaps->adds, 0, HA_ADD_OUTCOMES, add_outcome, NULL},
        {"memory", mishaps->memory, 0, HA_MEMORY_OUTCOMES, success, NULL},
        {"registers", mishaps->registrations, 0, HA_REGISTER_OUTCOMES, registration_outcome, NULL},
        {"entries", mishaps->entries, 0, HA_ENTRY_OUTCOMES, success, NULL},
        {"endings", mishaps->endings, 0, HA_END_COUNT, ha_ending_name, ha_ending_is_foreseeable},
        {"refusals", mishaps->refusals, 1, HA_REASON_COUNT, ha_reason_name, ha_reason_is_given},
        {"faults", mishaps->faults, 1, HA_ROUTINE_COUNT, ha_routine_name, ha_routine_can_fail},
        {"faults in", mishaps->places, 0, HA_MISHAP_PLACES, place, NULL},
    };
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        ha_topic_write(&topics[i], text);
    text->lost |= mishaps->lost;
}
