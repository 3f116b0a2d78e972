/*
 * expect - what a run must come to, against what it came to
 *
 * Owns struct ha_matcher: the calls in the order in which they were entered, the last active
 * count, and how the run ended.
 */
#include "check/expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "check/cast.h"
#include "check/expect_parts.h"
#include "hotadd/error.h"

/* A call from its CB_ENTER on; its words are made when somebody asks. */
struct call {
    struct ha_record enter;
    int32_t op_out;
    bool open;
};

struct ha_matcher {
    struct ha_sink sink;
    const struct ha_expect *expect;
    struct ha_cast *cast;
    struct call *call;
    size_t call_count, call_room;
    size_t open_count;
    uint32_t active;
    uint32_t undone;            /* events that had no driver to act in */
    uint32_t ending;            /* enum ha_ending */
    int32_t end_status;
    bool lost;
};

static void enter_call(struct ha_matcher *matcher, const struct ha_record *enter, bool open)
{
    if (matcher->call_count == matcher->call_room) {
        size_t room = matcher->call_room ? 2 * matcher->call_room : 64;
        struct call *call = realloc(matcher->call, room * sizeof *call);
        if (!call) {
            matcher->lost = true;
            return;
        }
        matcher->call = call;
        matcher->call_room = room;
    }
    matcher->call[matcher->call_count++] = (struct call){*enter, enter->as.cb.op_in, open};
    matcher->open_count += open;
}

/* Find the call that is left: the newest open one of its thread. */
static void leave_call(struct ha_matcher *matcher, const struct ha_record *leave)
{
    size_t open = matcher->open_count;

    for (size_t i = matcher->call_count; open && i > 0; i--) {
        struct call *call = &matcher->call[i - 1];
        open -= call->open;
        if (call->open && call->enter.thread == leave->thread && call->enter.id == leave->id) {
            call->open = false;
            call->op_out = leave->as.cb_leave.op_out;
            matcher->open_count--;
            return;
        }
    }
}

static void start_over(struct ha_matcher *matcher)
{
    ha_cast_reset(matcher->cast);
    matcher->call_count = 0;
    matcher->open_count = 0;
    matcher->active = 0;
    matcher->undone = 0;
    matcher->ending = HA_END_NOT_YET;
    matcher->end_status = 0;
    matcher->lost = false;
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_matcher *matcher = (struct ha_matcher *)sink;

    for (size_t i = 0; i < count; i++) {
        const struct ha_record *record = &first[i];
        if (record->kind == HA_TRACE_BEGIN)
            start_over(matcher);
        matcher->active = record->active;
        matcher->lost |= !ha_cast_take(matcher->cast, record);
        if (record->kind == HA_CB_ENTER || record->kind == HA_CB_CALL)
            enter_call(matcher, record, record->kind == HA_CB_ENTER);
        else if (record->kind == HA_CB_LEAVE)
            leave_call(matcher, record);
        else if (record->kind == HA_REFUSED)
            matcher->undone += record->as.refused.reason == HA_REASON_NOT_LOADED;
        else if (record->kind == HA_TRACE_END) {
            matcher->ending = record->as.end.ending;
            matcher->end_status = record->as.end.status;
        }
    }
}

struct ha_matcher *ha_matcher_create(const struct ha_expect *expect)
{
    struct ha_matcher *matcher = calloc(1, sizeof *matcher);

    if (!matcher)
        return NULL;
    matcher->sink.take = take;
    matcher->expect = expect;
    matcher->cast = ha_cast_create();
    if (!matcher->cast) {
        free(matcher);
        return NULL;
    }
    return matcher;
}

void ha_matcher_destroy(struct ha_matcher *matcher)
{
    if (!matcher)
        return;
    ha_cast_destroy(matcher->cast);
    free(matcher->call);
    free(matcher);
}

struct ha_sink *ha_matcher_sink(struct ha_matcher *matcher)
{
    return &matcher->sink;
}

/* Append the words of every call, each terminated. */
static void write_words(const struct ha_matcher *matcher, struct ha_text *words)
{
    for (size_t i = 0; i < matcher->call_count; i++) {
        struct ha_record leave = {.kind = HA_CB_LEAVE};
        leave.as.cb_leave.op_out = matcher->call[i].op_out;
        ha_call_words(matcher->cast, &matcher->call[i].enter, &leave, words);
        ha_text_add_bytes(words, "", 1);
    }
}

static int compare_calls(const struct ha_matcher *matcher, struct ha_text *report)
{
    const struct ha_expect *expect = matcher->expect;
    struct ha_made_call *made = calloc(matcher->call_count + 1, sizeof *made);
    struct ha_text words = {0};
    int differences = HA_ENOMEM;

    write_words(matcher, &words);
    if (made && !words.lost) {
        const char *next = words.bytes;
        for (size_t i = 0; i < matcher->call_count; i++) {
            made[i].words = next;
            made[i].group = matcher->call[i].enter.as.cb.group;
            made[i].number = matcher->call[i].enter.as.cb.number;
            next += strlen(next) + 1;
        }
        differences = ha_calls_compare(expect->call, expect->call_count, made,
                                       matcher->call_count, report);
    }
    ha_text_close(&words);
    free(made);
    return differences;
}

static int compare_end(const struct ha_matcher *matcher, struct ha_text *report)
{
    unsigned expected = matcher->expect->ending;
    const char *made = ha_ending_name(matcher->ending);
    char buffer[HA_STATUS_TEXT];

    if (expected == HA_END_NOT_YET)
        expected = HA_END_NORMALLY;
    if (matcher->ending == expected)
        return 0;
    ha_text_addf(report, "end: \"%s\" expected, ", ha_ending_name(expected));
    if (matcher->ending == HA_END_NOT_YET)
        ha_text_add(report, "but the trace has no end");
    else
        ha_text_addf(report, "but the run ended by \"%s\"", made ? made : "?");
    if (matcher->end_status)
        ha_text_addf(report, " (%s)", ha_status_text(matcher->end_status, buffer));
    ha_text_add(report, "\n");
    return 1;
}

int ha_matcher_compare(const struct ha_matcher *matcher, const struct ha_judge *judge,
                       struct ha_text *report)
{
    const struct ha_expect *expect = matcher->expect;
    const struct ha_finding *finding;
    size_t finding_count;
    int differences = 0;
    bool lost;

    finding = ha_judge_findings(judge, &finding_count, &lost);
    if (lost || matcher->lost)
        return HA_ENOMEM;
    if (expect->has_calls) {
        differences = compare_calls(matcher, report);
        if (differences < 0)
            return differences;
    }
    if (expect->has_active_processors && matcher->active != expect->active_processors) {
        ha_text_addf(report, "active processors: %u expected, %u at the end\n",
                     (unsigned)expect->active_processors, (unsigned)matcher->active);
        differences++;
    }
    if (matcher->undone) {
        ha_text_addf(report, "events: %u not carried out, because a driver was not loaded\n",
                     (unsigned)matcher->undone);
        differences++;
    }
    differences += compare_end(matcher, report);
    differences += ha_violations_compare(expect->violation, expect->violation_count, finding,
                                         finding_count, matcher->cast, report);
    return report->lost ? HA_ENOMEM : differences;
}

bool ha_matcher_expects(const struct ha_matcher *matcher, const struct ha_finding *finding)
{
    return ha_violation_is_expected(finding, matcher->expect->violation,
                                    matcher->expect->violation_count, matcher->cast);
}
