/*
 * story_words - the wording of a story
 *
 * Owns the sentence of every kind of record that a driver's author should see; those about
 * trouble and memory are in story_trouble.c, about the places of driver code in story_code.c, about
 * DPCs and affinity in story_dpc.c.
 */
#include "check/story_words.h"

#include <inttypes.h>

#include "base/names.h"
#include "check/expect.h"
#include "check/query_words.h"
#include "check/story_print.h"
#include "check/who.h"

#define ADD_EXISTING 1u             /* KE_PROCESSOR_CHANGE_ADD_EXISTING */

const char *ha_paint_escape(enum ha_paint paint, bool color)
{
    static const char *const escapes[] = {
        [HA_PLAIN] = "\033[0m", [HA_DIM] = "\033[2m", [HA_RED] = "\033[31m",
        [HA_GREEN] = "\033[32m", [HA_YELLOW] = "\033[33m",
    };
    return color ? escapes[paint] : "";
}

void ha_story_head(const struct ha_record *begin, const struct ha_profile *profile,
                   struct ha_text *text)
{
    const char *name = ha_preset_name((enum ha_preset)profile->preset);
    struct ha_profile preset =
        ha_profile_preset(name ? (enum ha_preset)profile->preset : HA_PRESET_DOCUMENTED);

    ha_text_addf(text, "%u of %u processors in %u group%s", begin->as.begin.processors,
                 begin->as.begin.maximum, begin->as.begin.groups,
                 begin->as.begin.groups == 1 ? "" : "s");
    if (begin->as.begin.nodes > 1)
        ha_text_addf(text, ", %u nodes", begin->as.begin.nodes);
    ha_text_addf(text, ", profile %s", name ? name : "unknown");
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        const char *value = ha_knob_value_name((enum ha_knob)k, profile->knob[k]);
        if (profile->knob[k] != preset.knob[k])
            ha_text_addf(text, ", %s=%s", ha_knob_name((enum ha_knob)k), value ? value : "?");
    }
    ha_text_add(text, "\n");
}

static void status_words(int32_t nt_status, struct ha_text *words)
{
    char buffer[HA_STATUS_TEXT];
    ha_text_add(words, ha_status_text(nt_status, buffer));
}

/* What an add asks for; nothing when it goes wherever there is room. */
static void asked_words(const struct ha_record *add, struct ha_text *words)
{
    const struct { const char *what; uint16_t which; } asked[] = {
        {"group", add->as.add.group}, {"number", add->as.add.number}, {"node", add->as.add.node},
    };
    const char *before = ", asked for ";

    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        if (asked[i].which == HA_NO_GROUP)
            continue;
        ha_text_addf(words, "%s%s %u", before, asked[i].what, asked[i].which);
        before = ", ";
    }
}

/* The add that ends here, by its processor, or by what it asked for when it came to none. */
static void add_words(const struct ha_record *record, const struct ha_story_setting *setting,
                      struct ha_text *words)
{
    const struct ha_story_processor *processor = &setting->processor;
    size_t before;

    ha_text_addf(words, "add %u", (unsigned)record->id);
    before = words->length;
    if (processor->known)
        ha_text_addf(words, " of processor %u (%u:%u)", processor->index, processor->group,
                     processor->number);
    else if (setting->opener)
        asked_words(setting->opener, words);
    if (!processor->known && words->length > before)
        ha_text_add(words, ",");
}

static enum ha_paint paint_of_call(const struct ha_record *enter, const struct ha_record *leave)
{
    if (leave && leave->as.cb_leave.op_out != enter->as.cb.op_in)
        return HA_YELLOW;
    switch (HA_CB_STATE(enter->flags)) {
    case HA_STATE_COMPLETE:
        return HA_GREEN;
    case HA_STATE_FAILURE:
        return HA_RED;
    default:
        return HA_PLAIN;
    }
}

/* What a callback left different from how it found it, the status apart. */
static void leftover_words(const struct ha_record *enter, const struct ha_record *leave,
                           struct ha_text *words)
{
    if (leave->flags & HA_CB_CONTEXT_CHANGED)
        ha_text_add(words, ", changed the context");
    ha_story_irql_change(enter->irql, leave->irql, words);
    if (leave->regions != enter->regions)
        ha_text_addf(words, ", critical regions %u became %u", enter->regions, leave->regions);
    if (leave->as.cb_leave.affinity_mask != enter->as.cb.affinity_mask ||
        leave->as.cb_leave.affinity_group != enter->as.cb.affinity_group)
        ha_text_addf(words, ", affinity became %u:0x%" PRIx64,
                     leave->as.cb_leave.affinity_group, leave->as.cb_leave.affinity_mask);
}

static void run_words(const struct ha_cast *cast, const struct ha_record *first, unsigned last,
                      struct ha_text *words)
{
    const char *state = ha_state_short(HA_CB_STATE(first->flags));

    ha_client_words(cast, first->driver, first->id, words);
    ha_text_addf(words, " %s %u..%u", state ? state : "?", first->as.cb.nt_number, last);
    if (first->as.cb.status) {
        ha_text_add(words, " (");
        status_words(first->as.cb.status, words);
        ha_text_add(words, ")");
    }
}

enum ha_paint ha_story_call(const struct ha_cast *cast, const struct ha_record *enter,
                            const struct ha_record *leave, unsigned last, struct ha_text *words)
{
    if (last != enter->as.cb.nt_number)
        run_words(cast, enter, last, words);
    else
        ha_call_words(cast, enter, leave, words);
    leftover_words(enter, leave, words);
    return paint_of_call(enter, leave);
}

void ha_story_opening(const struct ha_cast *cast, const struct ha_record *record,
                      struct ha_text *words)
{
    switch (record->kind) {
    case HA_DRV_ENTRY_ENTER: case HA_UNLOAD_ENTER: case HA_ADD_DEVICE_ENTER:
    case HA_DPC_RUN_ENTER: case HA_IPI_ENTER: case HA_REINIT_ENTER:
        ha_text_add(words, "enters ");
        ha_story_code_call(cast, record, words);
        break;
    case HA_REG_ENTER:
        ha_registration_words(cast, record->id, words);
        ha_text_add(words, " registers");
        if (record->as.reg.flags & ADD_EXISTING)
            ha_text_add(words, ", existing processors first");
        break;
    case HA_DEREG_ENTER:
        if (record->driver) {
            ha_driver_words(cast, record->driver, words);
            ha_text_add(words, " ");
        }
        ha_text_add(words, "removes ");
        ha_registration_words(cast, record->id, words);
        break;
    case HA_CB_ENTER:
        ha_text_add(words, "enters ");
        ha_call_words(cast, record, NULL, words);
        break;
    case HA_PNP_REG_ENTER: case HA_PNP_UNREG_ENTER: case HA_PNP_CB_ENTER:
        ha_story_pnp_opening(cast, record, words);
        break;
    case HA_EX_CALL_ENTER:
        ha_text_add(words, "calls ");
        ha_registration_words(cast, record->id, words);
        break;
    case HA_UNIT_BEGIN:
        ha_text_addf(words, "unit %u of %u processors begins", (unsigned)record->id,
                     (unsigned)record->as.unit.processors);
        break;
    case HA_MEM_ADD_BEGIN:
        ha_story_memory(record, words);
        break;
    default:
        ha_text_addf(words, "add %u begins", (unsigned)record->id);
        asked_words(record, words);
    }
}

void ha_story_wait(const struct ha_cast *cast, const struct ha_record *record,
                   struct ha_text *words)
{
    const uint64_t timeout_ns = record->as.wait.timeout_ns;

    if (record->as.wait.reason == HA_REASON_POLLS) {
        ha_text_add(words, "looks again and again for what does not come");
        return;
    }
    ha_text_add(words, "waits for ");
    ha_awaited_words(cast, record->id, words);
    if (record->as.wait.holder) {
        ha_text_add(words, ", held by ");
        ha_thread_words(cast, record->as.wait.holder, words);
    }
    if (timeout_ns != HA_FOREVER)
        ha_text_addf(words, ", at most %" PRIu64 ".%03u ms", timeout_ns / 1000000,
                     (unsigned)(timeout_ns / 1000 % 1000));
}

/* A removal that was refused says why: nothing has changed. */
static void refused_removal_words(const struct ha_cast *cast, const struct ha_record *record,
                                  unsigned misuse, struct ha_text *words)
{
    if (record->id) {
        ha_registration_words(cast, record->id, words);
        ha_text_add(words, " not removed");
    } else {
        if (record->driver) {
            ha_driver_words(cast, record->driver, words);
            ha_text_add(words, " ");
        }
        ha_text_add(words, "removes nothing");
    }
    if (misuse)
        ha_text_addf(words, ": %s", ha_misuse_name(misuse));
}

static enum ha_paint registration_fact(const struct ha_cast *cast, const struct ha_record *record,
                                       const struct ha_story_setting *setting,
                                       struct ha_text *words)
{
    bool removal = record->kind == HA_DEREG_RETURN;
    /* The story notes in its copy of DEREG_ENTER, which carries nothing, what came of it. */
    unsigned misuse = removal && setting->opener ? setting->opener->as.misuse.misuse : 0;

    if (removal && (misuse || !record->id)) {
        refused_removal_words(cast, record, misuse, words);
        return HA_YELLOW;
    }
    ha_registration_words(cast, record->id, words);
    if (!removal && !record->as.reg.handle) {
        ha_text_add(words, " not registered: NULL");
        return HA_YELLOW;
    }
    ha_text_add(words, removal ? " removed" : " registered");
    return HA_PLAIN;
}

static enum ha_paint add_fact(const struct ha_record *record,
                              const struct ha_story_setting *setting, struct ha_text *words)
{
    const struct ha_record *opener = setting->opener;

    if (record->kind == HA_UNIT_END) {
        ha_text_addf(words, "unit %u ends: %u", (unsigned)record->id,
                     (unsigned)record->as.unit.processors);
        if (opener)
            ha_text_addf(words, " of %u", (unsigned)opener->as.unit.processors);
        ha_text_add(words, " added");
        return HA_PLAIN;
    }
    if (record->kind == HA_HW_START) {
        ha_text_addf(words, "hardware of add %u does not start: ", (unsigned)record->id);
        status_words(record->as.status.status, words);
        return HA_RED;
    }
    add_words(record, setting, words);
    if (!record->as.status.status) {
        ha_text_addf(words, " succeeds, %u active", record->active);
        return HA_GREEN;
    }
    ha_text_add(words, " fails: ");
    status_words(record->as.status.status, words);
    return HA_RED;
}

static enum ha_paint waiting_fact(const struct ha_cast *cast, const struct ha_record *record,
                                  struct ha_text *words)
{
    const char *reason = ha_reason_name(record->as.wait.reason);

    if (record->kind == HA_WAIT_BEGIN) {
        ha_story_wait(cast, record, words);
        return HA_PLAIN;
    }
    ha_text_add(words, "has waited for ");
    ha_awaited_words(cast, record->id, words);
    if (record->as.wait.reason)
        ha_text_addf(words, ": %s", reason ? reason : "?");
    return HA_PLAIN;
}

enum ha_paint ha_story_fact(const struct ha_cast *cast, const struct ha_record *record,
                            const struct ha_story_setting *setting, struct ha_text *words)
{
    switch (record->kind) {
    case HA_DRV_ENTRY_LEAVE: case HA_UNLOAD_REQ: case HA_UNLOAD_LEAVE: case HA_IMAGE_FREED:
    case HA_DPC_RUN_LEAVE: case HA_IPI_LEAVE: case HA_ADD_DEVICE_LEAVE: case HA_REINIT_LEAVE:
        return ha_story_code(cast, record, setting, words);
    case HA_REG_RETURN: case HA_DEREG_RETURN:
        return registration_fact(cast, record, setting, words);
    case HA_UNIT_END: case HA_ADD_END: case HA_HW_START:
        return add_fact(record, setting, words);
    case HA_MEM_ADD_END: case HA_MEM_ONLINE: case HA_FREE_PAGES:
    case HA_EVENT_SET: case HA_EVENT_CLEAR:
        return ha_story_memory(record, words);
    case HA_WAIT_BEGIN: case HA_WAIT_END:
        return waiting_fact(cast, record, words);
    case HA_REFUSED: case HA_MISUSE: case HA_FAULT: case HA_CHECK_FAILED:
    case HA_DATA_RACE:
        return ha_story_trouble(cast, record, words);
    case HA_ALLOC: case HA_FREE:
        return ha_story_pool(cast, record, words);
    case HA_THREAD_START: case HA_THREAD_END:
    case HA_WORK_QUEUED: case HA_WORK_ENTER: case HA_WORK_LEAVE:
        return ha_story_running(cast, record, words);
    case HA_LOCK_TAKEN: case HA_LOCK_GIVEN:
        ha_story_subject(cast, record, words);
        ha_text_add(words, record->kind == HA_LOCK_TAKEN ? "takes " : "gives back ");
        ha_awaited_words(cast, record->id, words);
        return HA_PLAIN;
    case HA_EX_CREATE: case HA_EX_REG: case HA_EX_UNREG: case HA_EX_NOTIFY: case HA_EX_CALL_LEAVE:
        return ha_story_callback(cast, record, words);
    case HA_AFFINITY:
        return ha_story_affinity(cast, record, words);
    case HA_DPC_TARGET: case HA_DPC_INSERT: case HA_DPC_DROP:
        return ha_story_dpc(cast, record, words);
    case HA_PNP_REG_RETURN: case HA_PNP_UNREG_RETURN: case HA_PNP_CB_LEAVE: case HA_PNP_DEAD_CALL:
        return ha_story_pnp(cast, record, setting, words);
    case HA_IFACE_DOWN: case HA_IFACE_SET: case HA_FILE_OPEN: case HA_FILE_CLOSE:
    case HA_REB_BEGIN: case HA_REB_END: case HA_PNP_HOLD:
        return ha_story_interface(cast, record, words);
    case HA_LEFT_BEHIND: case HA_CRASH:
        return ha_story_last(cast, record, setting, words);
    case HA_DEBUG_PRINT:
        return ha_story_print(cast, record, setting->said, words);
    case HA_BUGCHECK:
        return ha_story_bugcheck(cast, record, words);
    case HA_QUERY: case HA_RELATION:
        ha_query_words(cast, record, words);
        return HA_PLAIN;
    case HA_DEAD_CALL:
        ha_call_words(cast, record, NULL, words);
        ha_text_add(words, " not called: the driver is gone");
        return HA_RED;
    default:
        ha_text_addf(words, "the run ended: %s", ha_ending_name(record->as.end.ending)
                                                     ? ha_ending_name(record->as.end.ending)
                                                     : "?");
        if (record->as.end.status) {
            ha_text_add(words, ", ");
            status_words(record->as.end.status, words);
        }
        return HA_RED;
    }
}
