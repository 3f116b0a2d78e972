/*
 * expect - what a run must come to, against what it came to
 *
 * Owns struct ha_matcher: the last active counts, and how the run ended. Calls, arrivals, ranges of
 * memory and what the drivers' entries returned are kept by parts of their own.
 */
#include "check/expect.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "check/cast.h"
#include "check/expect_parts.h"
#include "hotadd/error.h"
#include "hotadd/machine.h"

/* Why an event is not carried out. */
static const struct {
    enum ha_reason reason;
    const char *words;
} causes[] = {
    {HA_REASON_NOT_LOADED, "a driver was not loaded"},
    {HA_REASON_LOADED, "a driver was loaded already"},
    {HA_REASON_NO_INTERFACE, "no such interface was enabled"},
};

#define CAUSES (sizeof causes / sizeof causes[0])

struct ha_matcher {
    struct ha_sink sink;
    const struct ha_expect *expect;
    struct ha_cast *cast;
    bool keeps_calls;           /* a run may make more of them than memory holds */
    struct ha_calls calls;
    struct ha_entries entries;
    uint32_t active;
    uint32_t group_active[HA_MAXIMUM_GROUPS];
    struct ha_ranges memory;
    struct ha_arrivals arrivals;
    uint32_t undone[CAUSES];    /* events that were not carried out, by `causes` */
    uint32_t ending;            /* enum ha_ending */
    uint32_t bugcheck;          /* the code of the last one */
    const char *fast_fail;      /* why it was, as __fastfail says; NULL for other ones */
    int32_t end_status;
    bool lost;
};

/* Count the processors of each group, as GROUP says and as they come. */
static void count_processors(struct ha_matcher *matcher, const struct ha_record *record)
{
    if (record->kind == HA_GROUP && record->id < HA_MAXIMUM_GROUPS) {
        matcher->group_active[record->id] = 0;
        for (uint64_t mask = record->as.group.active_mask; mask; mask &= mask - 1)
            matcher->group_active[record->id]++;
    } else if (record->kind == HA_ACTIVE && record->as.up.group < HA_MAXIMUM_GROUPS) {
        matcher->group_active[record->as.up.group]++;
    }
}

static void start_over(struct ha_matcher *matcher)
{
    ha_cast_reset(matcher->cast);
    ha_entries_reset(&matcher->entries);
    memset(matcher->group_active, 0, sizeof matcher->group_active);
    matcher->memory.count = 0;
    ha_arrivals_reset(&matcher->arrivals);
    matcher->calls.count = matcher->calls.open_count = 0;
    matcher->active = 0;
    memset(matcher->undone, 0, sizeof matcher->undone);
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
        count_processors(matcher, record);
        matcher->lost |= !ha_ranges_take(&matcher->memory, record);
        matcher->lost |= !ha_arrivals_take(&matcher->arrivals, matcher->expect, matcher->cast,
                                           record);
        if (matcher->keeps_calls)
            matcher->lost |= !ha_calls_take(&matcher->calls, record);
        matcher->lost |= !ha_entries_take(&matcher->entries, record);
        if (record->kind == HA_REFUSED) {
            for (size_t c = 0; c < CAUSES; c++)
                matcher->undone[c] += record->as.refused.reason == causes[c].reason;
        } else if (record->kind == HA_BUGCHECK) {
            matcher->bugcheck = record->id;
            matcher->fast_fail = record->id == HA_SECURITY_CHECK_FAILURE
                                     ? ha_fast_fail_name(record->as.bugcheck.parameter[0]) : NULL;
        } else if (record->kind == HA_TRACE_END) {
            matcher->ending = record->as.end.ending;
            matcher->end_status = record->as.end.status;
        }
    }
}

void ha_matcher_destroy(struct ha_matcher *matcher)
{
    if (!matcher)
        return;
    ha_cast_destroy(matcher->cast);
    ha_ranges_close(&matcher->memory);
    ha_arrivals_close(&matcher->arrivals);
    ha_calls_close(&matcher->calls);
    ha_entries_close(&matcher->entries);
    free(matcher);
}

struct ha_matcher *ha_matcher_create(const struct ha_expect *expect)
{
    struct ha_matcher *matcher = calloc(1, sizeof *matcher);

    if (!matcher)
        return NULL;
    matcher->sink.take = take;
    matcher->expect = expect;
    matcher->keeps_calls = expect->has_calls;
    matcher->cast = ha_cast_create();
    if (!ha_arrivals_open(&matcher->arrivals, expect) || !matcher->cast) {
        ha_matcher_destroy(matcher);
        return NULL;
    }
    return matcher;
}

struct ha_sink *ha_matcher_sink(struct ha_matcher *matcher)
{
    return &matcher->sink;
}

void ha_matcher_keep_calls(struct ha_matcher *matcher)
{
    matcher->keeps_calls = true;
}

void ha_matcher_expect(struct ha_matcher *matcher, const struct ha_expect *expect)
{
    assert(expect->arrival_count == matcher->arrivals.arrival_count
           && expect->order_count == matcher->arrivals.order_count);
    matcher->expect = expect;
}

size_t ha_matcher_call_count(const struct ha_matcher *matcher)
{
    return matcher->calls.count;
}

void ha_matcher_keep_arrivals(struct ha_matcher *matcher)
{
    matcher->arrivals.keeps = true;
}

size_t ha_matcher_arrival_count(const struct ha_matcher *matcher)
{
    return matcher->arrivals.kept_count;
}

int ha_matcher_compare_arrivals(const struct ha_matcher *matcher, size_t first,
                                const char *const *pattern, size_t pattern_count,
                                struct ha_text *report)
{
    return ha_arrivals_compare_kept(&matcher->arrivals, matcher->cast, first, pattern,
                                    pattern_count, report);
}

size_t ha_matcher_write_calls(const struct ha_matcher *matcher, struct ha_text *words)
{
    ha_calls_write(&matcher->calls, matcher->cast, words);
    return matcher->calls.count;
}

int ha_matcher_compare_calls(const struct ha_matcher *matcher, size_t first,
                             const char *const *pattern, size_t pattern_count,
                             struct ha_text *report)
{
    return ha_calls_compare_kept(&matcher->calls, matcher->cast, first, pattern, pattern_count,
                                 report);
}

/* "deadlock", "bugcheck 0xE2", "bugcheck FAST_FAIL_INVALID_ARG" */
static void ending_words(unsigned ending, uint32_t bugcheck, const char *fast_fail,
                         struct ha_text *words)
{
    const char *name = ha_ending_name(ending);

    ha_text_addf(words, "\"%s", name ? name : "?");
    if (ending == HA_END_BUGCHECK && fast_fail)
        ha_text_addf(words, " %s", fast_fail);
    else if (ending == HA_END_BUGCHECK)
        ha_text_addf(words, " 0x%X", (unsigned)bugcheck);
    ha_text_add(words, "\"");
}

/* Whether the last bug check is the one that is expected. */
static bool is_bugcheck(const struct ha_matcher *matcher)
{
    const char *fast_fail = matcher->expect->fast_fail;

    if (matcher->bugcheck != matcher->expect->bugcheck)
        return false;
    return !fast_fail || (matcher->fast_fail && !strcmp(matcher->fast_fail, fast_fail));
}

static int compare_end(const struct ha_matcher *matcher, struct ha_text *report)
{
    unsigned expected = matcher->expect->ending;
    char buffer[HA_STATUS_TEXT];

    if (expected == HA_END_NOT_YET)
        expected = HA_END_NORMALLY;
    if (matcher->ending == expected && (expected != HA_END_BUGCHECK || is_bugcheck(matcher)))
        return 0;
    ha_text_add(report, "end: ");
    ending_words(expected, matcher->expect->bugcheck, matcher->expect->fast_fail, report);
    ha_text_add(report, " expected, ");
    if (matcher->ending == HA_END_NOT_YET) {
        ha_text_add(report, "but the trace has no end");
    } else {
        ha_text_add(report, "but the run ended by ");
        ending_words(matcher->ending, matcher->bugcheck, NULL, report);
        if (matcher->ending == HA_END_BUGCHECK && matcher->fast_fail)
            ha_text_addf(report, " (%s)", matcher->fast_fail);
    }
    if (matcher->end_status)
        ha_text_addf(report, " (%s)", ha_status_text(matcher->end_status, buffer));
    ha_text_add(report, "\n");
    return 1;
}

static bool is_among(uint32_t number, struct ha_expected_number expected)
{
    return number >= expected.least && number <= expected.most;
}

/* "4..6 expected, 7 at the end" */
static void add_numbers(struct ha_expected_number expected, uint32_t made, struct ha_text *report)
{
    ha_text_addf(report, "%u", (unsigned)expected.least);
    if (expected.most > expected.least)
        ha_text_addf(report, "..%u", (unsigned)expected.most);
    ha_text_addf(report, " expected, %u at the end\n", (unsigned)made);
}

static int compare_active(const struct ha_matcher *matcher, struct ha_text *report)
{
    const struct ha_expect *expect = matcher->expect;
    int differences = 0;

    if (expect->has_active_processors && !is_among(matcher->active, expect->active_processors)) {
        ha_text_add(report, "active processors: ");
        add_numbers(expect->active_processors, matcher->active, report);
        differences++;
    }
    for (size_t i = 0; i < expect->active_count; i++) {
        if (is_among(matcher->group_active[i], expect->active[i]))
            continue;
        ha_text_addf(report, "active processors of group %zu: ", i);
        add_numbers(expect->active[i], matcher->group_active[i], report);
        differences++;
    }
    return differences;
}

/* Events that were not carried out: the scenario does not show what it says. */
static int compare_events(const struct ha_matcher *matcher, struct ha_text *report)
{
    int differences = 0;
    for (size_t c = 0; c < CAUSES; c++) {
        if (!matcher->undone[c])
            continue;
        ha_text_addf(report, "events: %u not carried out, because %s\n",
                     (unsigned)matcher->undone[c], causes[c].words);
        differences++;
    }
    return differences;
}

static int compare_state(const struct ha_matcher *matcher, struct ha_text *report)
{
    const struct ha_expect *expect = matcher->expect;
    int differences = compare_active(matcher, report);

    differences += ha_ranges_compare(&matcher->memory, expect, report);
    differences += ha_arrivals_compare(&matcher->arrivals, expect, matcher->cast, report);
    return differences + ha_entries_compare(&matcher->entries, expect, matcher->cast, report);
}

int ha_matcher_compare_state(const struct ha_matcher *matcher, struct ha_text *report)
{
    int differences = matcher->lost ? HA_ENOMEM : compare_state(matcher, report);
    return report->lost ? HA_ENOMEM : differences;
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
        differences = ha_matcher_compare_calls(matcher, 0, expect->call, expect->call_count,
                                               report);
        if (differences < 0)
            return differences;
    }
    differences += compare_state(matcher, report);
    differences += compare_events(matcher, report);
    differences += compare_end(matcher, report);
    differences += ha_violations_compare(expect->violation, expect->violation_count, finding,
                                         finding_count, matcher->cast, report);
    return report->lost ? HA_ENOMEM : differences;
}

bool ha_matcher_lost(const struct ha_matcher *matcher)
{
    return matcher->lost;
}

bool ha_matcher_expects(const struct ha_matcher *matcher, const struct ha_finding *finding)
{
    return ha_violation_is_expected(finding, matcher->expect->violation,
                                    matcher->expect->violation_count, matcher->cast);
}
