/*
 * story_words - the wording of a story
 *
 * Owns the sentence of every kind of record that a driver's author should see.
 */
#include "check/story_words.h"

#include <inttypes.h>

#include "base/names.h"
#include "check/expect.h"
#include "check/query_words.h"
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

static void status_words(int32_t nt_status, struct ha_text *words)
{
    char buffer[HA_STATUS_TEXT];
    ha_text_add(words, ha_status_text(nt_status, buffer));
}

static void add_words(const struct ha_record *record, const struct ha_story_processor *processor,
                      struct ha_text *words)
{
    ha_text_addf(words, "add %u", (unsigned)record->id);
    if (processor->known)
        ha_text_addf(words, " of processor %u (%u:%u)", processor->index, processor->group,
                     processor->number);
}

/* What an add asks for; nothing when it goes wherever there is room. */
static void asked_words(const struct ha_record *record, struct ha_text *words)
{
    uint16_t group = record->as.add.group, number = record->as.add.number;
    uint16_t node = record->as.add.node;

    if (group != HA_NO_GROUP && number != HA_NO_GROUP)
        ha_text_addf(words, " at %u:%u", group, number);
    else if (group != HA_NO_GROUP)
        ha_text_addf(words, " in group %u", group);
    else if (number != HA_NO_GROUP)
        ha_text_addf(words, " at number %u", number);
    if (node != HA_NO_GROUP)
        ha_text_addf(words, " in node %u", node);
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
    if (leave->irql != enter->irql)
        ha_text_addf(words, ", IRQL %u became %u", enter->irql, leave->irql);
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
    case HA_DRV_ENTRY_ENTER:
        ha_text_add(words, "enters ");
        ha_driver_words(cast, record->driver, words);
        ha_text_add(words, " DriverEntry");
        break;
    case HA_UNLOAD_ENTER:
        ha_text_add(words, "enters ");
        ha_driver_words(cast, record->driver, words);
        ha_text_add(words, " Unload");
        break;
    case HA_REG_ENTER:
        ha_registration_words(cast, record->id, words);
        ha_text_add(words, " registers");
        if (record->as.reg.flags & ADD_EXISTING)
            ha_text_add(words, ", existing processors first");
        break;
    case HA_DEREG_ENTER:
        ha_driver_words(cast, record->driver, words);
        ha_text_add(words, " removes ");
        ha_registration_words(cast, record->id, words);
        break;
    case HA_CB_ENTER:
        ha_text_add(words, "enters ");
        ha_call_words(cast, record, NULL, words);
        break;
    case HA_UNIT_BEGIN:
        ha_text_addf(words, "unit %u of %u processors begins", (unsigned)record->id,
                     (unsigned)record->as.unit.processors);
        break;
    default:
        ha_text_addf(words, "add %u begins", (unsigned)record->id);
        asked_words(record, words);
    }
}

static void wait_words(const struct ha_cast *cast, const struct ha_record *record,
                       struct ha_text *words)
{
    const uint64_t timeout_ns = record->as.wait.timeout_ns;

    ha_text_add(words, "waits for ");
    ha_object_words(cast, record->id, words);
    if (record->as.wait.holder) {
        ha_text_add(words, ", held by ");
        ha_thread_words(cast, record->as.wait.holder, words);
    }
    if (record->kind == HA_WAIT_BEGIN && timeout_ns != HA_FOREVER)
        ha_text_addf(words, ", at most %" PRIu64 ".%03u ms", timeout_ns / 1000000,
                     (unsigned)(timeout_ns / 1000 % 1000));
}

/* A line of driver and routine: what was refused, misused, or made to fail. */
static void routine_line(const struct ha_cast *cast, const struct ha_record *record,
                         uint32_t routine, const char *before, const char *what,
                         struct ha_text *words)
{
    if (record->driver) {
        ha_driver_words(cast, record->driver, words);
        ha_text_add(words, " ");
    }
    ha_text_addf(words, "%s%s%s", ha_routine_words(routine), before, what ? what : "?");
}

static enum ha_paint life_words(const struct ha_cast *cast, const struct ha_record *record,
                                const struct ha_record *opener, struct ha_text *words)
{
    if (opener)
        ha_text_add(words, "leaves ");
    ha_driver_words(cast, record->driver, words);
    switch (record->kind) {
    case HA_DRV_ENTRY_LEAVE:
        ha_text_add(words, " DriverEntry: ");
        status_words(record->as.status.status, words);
        return ha_nt_success(record->as.status.status) ? HA_PLAIN : HA_YELLOW;
    case HA_UNLOAD_REQ:
        ha_text_add(words, " is asked to unload");
        if (record->as.status.status) {
            ha_text_add(words, ": ");
            status_words(record->as.status.status, words);
        }
        return HA_PLAIN;
    case HA_UNLOAD_LEAVE:
        ha_text_add(words, " Unload");
        return HA_PLAIN;
    default:
        ha_text_add(words, " image freed");
        return HA_PLAIN;
    }
}

static enum ha_paint registration_fact(const struct ha_cast *cast, const struct ha_record *record,
                                       struct ha_text *words)
{
    ha_registration_words(cast, record->id, words);
    if (record->kind == HA_REG_RETURN && !record->as.reg.handle) {
        ha_text_add(words, " not registered: NULL");
        return HA_YELLOW;
    }
    ha_text_add(words, record->kind == HA_REG_RETURN ? " registered"
                       : record->id                  ? " removed"
                                                     : " not removed");
    return HA_PLAIN;
}

static enum ha_paint add_fact(const struct ha_record *record, const struct ha_record *opener,
                              const struct ha_story_processor *processor, struct ha_text *words)
{
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
    add_words(record, processor, words);
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
    switch (record->kind) {
    case HA_DEADLOCK:
        ha_text_add(words, "deadlock: ");
        ha_thread_words(cast, record->as.wait.waiter, words);
        ha_text_add(words, " ");
        wait_words(cast, record, words);
        return HA_RED;
    case HA_WAIT_BEGIN:
        wait_words(cast, record, words);
        return HA_PLAIN;
    default:
        ha_text_add(words, "has waited for ");
        ha_object_words(cast, record->id, words);
        if (record->as.wait.reason)
            ha_text_addf(words, ": %s", ha_reason_name(record->as.wait.reason)
                                            ? ha_reason_name(record->as.wait.reason)
                                            : "?");
        return HA_PLAIN;
    }
}

static void misuse_words(const struct ha_cast *cast, const struct ha_record *record,
                         struct ha_text *words)
{
    unsigned misuse = record->as.misuse.misuse, argument = record->as.misuse.argument;
    const char *what = ha_misuse_name(misuse);

    if (misuse == HA_MISUSE_OVERRUN || misuse == HA_MISUSE_NOTHING_THERE) {
        ha_driver_words(cast, record->driver, words);
        if (argument == HA_NO_INDEX)
            ha_text_add(words, " table ");
        else
            ha_text_addf(words, " slot %u of table ", argument);
        ha_object_words(cast, record->id, words);
        ha_text_addf(words, ": %s", what);
        return;
    }
    routine_line(cast, record, record->as.misuse.routine, " misused: ", what, words);
    if (misuse == HA_MISUSE_IRQL_ORDER)
        ha_text_addf(words, ", %u to %u", record->irql, argument);
}

static enum ha_paint pool_fact(const struct ha_cast *cast, const struct ha_record *record,
                               struct ha_text *words)
{
    char tag[HA_TAG_TEXT];

    ha_driver_words(cast, record->driver, words);
    if (record->kind == HA_FREE) {
        ha_text_addf(words, " gives back block %u", (unsigned)record->id);
        return HA_PLAIN;
    }
    ha_tag_text(record->as.pool.tag, tag);
    ha_text_addf(words, " takes %" PRIu64 " bytes '%s' (block %u)", record->as.pool.size, tag,
                 (unsigned)record->id);
    return HA_PLAIN;
}

static enum ha_paint trouble_fact(const struct ha_cast *cast, const struct ha_record *record,
                                  struct ha_text *words)
{
    switch (record->kind) {
    case HA_REFUSED:
        if (record->as.refused.reason == HA_REASON_NOT_LOADED) {
            ha_text_add(words, "an event is not carried out: its driver is not loaded");
            return HA_RED;
        }
        routine_line(cast, record, record->as.refused.routine, " refused: ",
                     ha_reason_name(record->as.refused.reason), words);
        return HA_YELLOW;
    case HA_MISUSE:
        misuse_words(cast, record, words);
        return HA_YELLOW;
    default:
        routine_line(cast, record, record->as.fault.routine, " ", "is made to fail", words);
        return HA_YELLOW;
    }
}

enum ha_paint ha_story_fact(const struct ha_cast *cast, const struct ha_record *record,
                            const struct ha_record *opener,
                            const struct ha_story_processor *processor, struct ha_text *words)
{
    switch (record->kind) {
    case HA_DRV_ENTRY_LEAVE: case HA_UNLOAD_REQ: case HA_UNLOAD_LEAVE: case HA_IMAGE_FREED:
        return life_words(cast, record, opener, words);
    case HA_REG_RETURN: case HA_DEREG_RETURN:
        return registration_fact(cast, record, words);
    case HA_UNIT_END: case HA_ADD_END: case HA_HW_START:
        return add_fact(record, opener, processor, words);
    case HA_WAIT_BEGIN: case HA_WAIT_END: case HA_DEADLOCK:
        return waiting_fact(cast, record, words);
    case HA_REFUSED: case HA_MISUSE: case HA_FAULT:
        return trouble_fact(cast, record, words);
    case HA_ALLOC: case HA_FREE:
        return pool_fact(cast, record, words);
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
