/*
 * story_dpc - the wording of what a driver does with DPCs and with a thread's affinity
 *
 * Owns the sentences for a DPC's target, its queue, and for affinity that is set or reverted.
 */
#include "check/story_words.h"

#include <inttypes.h>

#include "base/names.h"
#include "check/query_words.h"

static void target_words(const struct ha_record *record, struct ha_text *words)
{
    if (record->as.dpc.target == HA_NO_GROUP)
        ha_text_addf(words, "processor %u:%u", record->as.dpc.group, record->as.dpc.number);
    else
        ha_text_addf(words, "processor %u", record->as.dpc.target);
}

static enum ha_paint retarget_words(const struct ha_record *record, struct ha_text *words)
{
    uint32_t asked = record->as.dpc.asked, routine = record->as.dpc.routine;
    char status[HA_STATUS_TEXT];

    if (routine != HA_RT_SET_TARGET_DPC && routine != HA_RT_SET_TARGET_DPC_EX) {
        ha_text_addf(words, "DPC %u is a copy of another, for processor %u", (unsigned)record->id,
                     record->as.dpc.target);
        return HA_PLAIN;
    }
    ha_text_addf(words, "%s(DPC %u, %u:%u)", ha_routine_words(routine),
                 (unsigned)record->id, (unsigned)(asked >> 16), (unsigned)(asked & 0xffff));
    if (!ha_nt_success(record->as.dpc.status)) {
        ha_text_addf(words, " = %s", ha_status_text(record->as.dpc.status, status));
        return HA_YELLOW;
    }
    if (record->as.dpc.target != HA_NO_GROUP)
        ha_text_addf(words, ": processor %u", record->as.dpc.target);
    return HA_PLAIN;
}

static enum ha_paint insert_words(const struct ha_record *record, struct ha_text *words)
{
    const char *timer = record->flags & HA_DPC_BY_TIMER ? ", by a timer" : "";

    ha_text_addf(words, "queues DPC %u", (unsigned)record->id);
    if (!record->as.dpc.result) {
        ha_text_addf(words, "%s: it is queued already", timer);
        return HA_PLAIN;
    }
    ha_text_add(words, record->flags & HA_DPC_WAITS ? ", which waits for " : " for ");
    target_words(record, words);
    ha_text_addf(words, "%s%s", record->flags & HA_DPC_WAITS ? " to come" : "", timer);
    return record->flags & HA_DPC_WAITS ? HA_YELLOW : HA_PLAIN;
}

enum ha_paint ha_story_dpc(const struct ha_cast *cast, const struct ha_record *record,
                           struct ha_text *words)
{
    ha_story_subject(cast, record, words);
    switch (record->kind) {
    case HA_DPC_TARGET:
        return retarget_words(record, words);
    case HA_DPC_INSERT:
        return insert_words(record, words);
    default:
        if (record->flags & HA_DPC_BY_DRIVER) {
            ha_text_addf(words, "takes DPC %u out of its queue", (unsigned)record->id);
            return HA_PLAIN;
        }
        ha_text_addf(words, "loses DPC %u: ", (unsigned)record->id);
        target_words(record, words);
        ha_text_add(words, " did not come");
        return HA_YELLOW;
    }
}

enum ha_paint ha_story_affinity(const struct ha_cast *cast, const struct ha_record *record,
                                struct ha_text *words)
{
    bool asks = record->id != HA_RT_REVERT_AFFINITY_OLD;

    ha_story_subject(cast, record, words);
    ha_text_addf(words, "%s(", ha_routine_words(record->id));
    if (asks)
        ha_text_addf(words, "%u:0x%" PRIx64, record->as.affinity.asked_group,
                     record->as.affinity.asked_mask);
    ha_text_addf(words, "): %saffinity %u:0x%" PRIx64,
                 record->as.affinity.accepted ? "" : "nothing changes, ",
                 record->as.affinity.new_group, record->as.affinity.new_mask);
    if (record->as.affinity.has_output)
        ha_text_addf(words, ", previous %u:0x%" PRIx64, record->as.affinity.output_group,
                     record->as.affinity.output_mask);
    return record->as.affinity.accepted ? HA_PLAIN : HA_YELLOW;
}
