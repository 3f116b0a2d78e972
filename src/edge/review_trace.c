/*
 * review_trace - one trace from elsewhere, and those who look at it
 *
 * Owns struct ha_trace_review: which findings of the judge are believed, and the verdict's words.
 */
#include "edge/review_trace.h"

#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "check/jsonl.h"
#include "check/lacking.h"
#include "edge/breaches.h"
#include "edge/place.h"
#include "edge/report_parts.h"

static void begin(struct ha_trace_review *review)
{
    ha_judge_reset(review->judge);
    ha_cast_reset(review->cast);
    review->line = 0;
    review->records = review->calls = review->gaps = review->first_gap = review->next_seq = 0;
    review->time_ns = 0;
    review->own = review->ended = false;
    review->ending = HA_END_NOT_YET;
    memset(review->seen, 0, sizeof review->seen);
}

int ha_trace_review_open(struct ha_trace_review *review)
{
    const struct ha_review_options *options = review->options;
    review->judge = ha_judge_create();
    review->cast = ha_cast_create();
    if (options->story)
        review->story = ha_story_create(options->color);
    if (!review->judge || !review->cast || (options->story && !review->story))
        return HA_ENOMEM;
    begin(review);
    return HA_OK;
}

void ha_trace_review_close(struct ha_trace_review *review)
{
    ha_judge_destroy(review->judge);
    ha_cast_destroy(review->cast);
    ha_story_destroy(review->story);
}

static void hand_to(struct ha_sink *sink, const struct ha_record *record)
{
    sink->take(sink, record, 1);
}

void ha_trace_review_take(struct ha_trace_review *review, const struct ha_record *record,
                          size_t line)
{
    uint64_t seq = ha_record_seq(record);
    uint64_t first = record->kind == HA_TRACE_BEGIN ? seq : 1;
    uint64_t next = review->next_seq ? review->next_seq : first;

    if (!review->line)
        review->line = line;
    review->records++;
    review->calls += record->kind == HA_CB_ENTER || record->kind == HA_PNP_CB_ENTER;
    review->seen[record->kind] = true;
    if (record->kind == HA_TRACE_BEGIN)
        review->own = record->as.begin.maker == HA_MAKER_HOTADD;
    if (record->kind == HA_TRACE_END) {
        review->ended = true;
        review->ending = record->as.end.ending;
    }
    if (seq != next && !review->gaps++)
        review->first_gap = seq;
    review->next_seq = seq + 1;
    review->time_ns = record->time_ns;
    review->lost |= !ha_cast_take(review->cast, record);
    hand_to(ha_judge_sink(review->judge), record);
    if (review->story)
        hand_to(ha_story_sink(review->story), record);
    if (review->coverage)
        hand_to(&review->coverage->sink, record);
}

/* How the run ended, if that is nothing that anybody foresees. */
static const char *bad_end(const struct ha_trace_review *review)
{
    switch (review->ending) {
    case HA_END_DEADLOCK: case HA_END_BUGCHECK: case HA_END_CRASH: case HA_END_HANG:
        return ha_ending_name(review->ending);
    default:
        return NULL;
    }
}

/* What was found before anything was missing stands. */
static bool is_believed(const struct ha_trace_review *review, uint64_t lacking,
                        const struct ha_finding *finding)
{
    if (finding->seq < review->first_gap)
        lacking &= ~HA_LACK_BIT(HA_LACK_RECORDS);
    return !ha_lack_hides(lacking, finding->rule);
}

/* Append the findings that are believed. Returns whether none of them fails the trace. */
static bool add_findings(const struct ha_trace_review *review, uint64_t lacking,
                         struct ha_text *text)
{
    const struct ha_review_options *options = review->options;
    bool good = true;
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(review->judge, &count, NULL);

    for (size_t i = 0; i < count; i++) {
        if (!is_believed(review, lacking, &finding[i]))
            continue;
        good &= !ha_severity_fails(finding[i].severity, options->strict);
        ha_story_add_finding(text, &finding[i],
                             ha_cast_name(review->cast, HA_NS_DRIVER, finding[i].driver), NULL,
                             NULL, options->color);
    }
    return good;
}

static void add_lacks(const struct ha_trace_review *review, uint64_t lacking, struct ha_text *text)
{
    if (review->gaps)
        ha_text_addf(text, "  gaps        %" PRIu64 " in \"seq\", the first before record %" PRIu64
                     "\n", review->gaps, review->first_gap);
    if (!review->seen[HA_TRACE_BEGIN])
        ha_text_add(text, "  lacking     TRACE_BEGIN: judged as one that was made elsewhere\n");
    if (!review->ended)
        ha_text_add(text, "  lacking     TRACE_END: judged as far as it goes\n");
    ha_lack_write(lacking, text);
}

/* How many rules the trace had something to say about, and nothing hid. */
static size_t rules_judged(const struct ha_trace_review *review, uint64_t lacking)
{
    size_t count, judged = 0;
    const struct ha_rule *rule = ha_rules(&count);

    for (size_t i = 0; i < count; i++)
        judged += ha_judge_exercised(review->judge, &rule[i]) && !ha_lack_hides(lacking, &rule[i]);
    return judged;
}

/* Where the trace is, as it was named. */
static void add_place(const struct ha_trace_review *review, const char *file, struct ha_text *text)
{
    ha_text_add(text, file);
    if (review->line > 1)
        ha_text_addf(text, ":%zu", review->line);
}

static void add_end(const struct ha_trace_review *review, struct ha_text *text)
{
    if (bad_end(review))
        ha_text_addf(text, "end: the run ended by \"%s\", which nobody foresees\n",
                     bad_end(review));
}

static void add_verdict(const struct ha_trace_review *review, const char *place,
                        uint64_t lacking, bool good, struct ha_text *text)
{
    const char *name = ha_cast_name(review->cast, HA_NS_SCENARIO, 1);
    bool color = review->options->color;
    size_t rules = rules_judged(review, lacking);

    ha_text_addf(text, "%s%s%s  ", !color ? "" : good ? "\033[32m" : "\033[31m",
                 good ? "pass" : "FAIL", color ? "\033[0m" : "");
    ha_add_file_name(text, place);
    if (name)
        ha_text_addf(text, ": %s", name);
    ha_text_addf(text, " (%" PRIu64 " record%s, %" PRIu64 " call%s, %zu rule%s)%s\n",
                 review->records, review->records == 1 ? "" : "s", review->calls,
                 review->calls == 1 ? "" : "s", rules, rules == 1 ? "" : "s",
                 review->own ? "" : " (made elsewhere)");
}

/* A verdict and what is lacking, which is asked for each finding. */
struct belief {
    const struct ha_trace_review *review;
    uint64_t lacking;
};

static bool is_told(const void *owner, const struct ha_finding *finding)
{
    const struct belief *belief = owner;
    return is_believed(belief->review, belief->lacking, finding);
}

static bool is_expected(const void *owner, const struct ha_finding *finding)
{
    (void)owner;
    (void)finding;
    return false;
}

static const struct ha_rule *broken_rule(const struct belief *belief)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(belief->review->judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (is_told(belief, &finding[i])
            && ha_severity_fails(finding[i].severity, belief->review->options->strict))
            return finding[i].rule;
    return NULL;
}

/* The trace as a test. */
static void add_test(struct ha_trace_review *review, const char *place,
                     const struct belief *belief, bool good)
{
    const char *name = ha_cast_name(review->cast, HA_NS_SCENARIO, 1);
    struct ha_text differences = {0};
    const struct ha_account account = {
        .judge = review->judge, .cast = review->cast, .story = review->story,
        .differences = &differences, .broken = broken_rule(belief), .time_ns = review->time_ns,
        .owner = belief, .is_told = is_told, .is_expected = is_expected,
    };
    add_end(review, &differences);
    ha_report_protocol(review->report, &(struct ha_outcome){
        .verdict = good ? HA_PASSED : HA_FAILED, .file = place, .name = name ? name : "a trace",
        .account = &account});
    review->lost |= differences.lost;
    ha_text_close(&differences);
}

/* Its verdict, and then what led to it. */
static void add_lines(const struct ha_trace_review *review, const char *file,
                      const struct belief *belief, bool good, struct ha_text *lines)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(review->judge, &count, NULL);
    const char *name = ha_cast_name(review->cast, HA_NS_SCENARIO, 1);
    struct ha_text shown = {0};

    ha_add_file_name(&shown, file);
    ha_text_add(lines, "{\"event\":\"VERDICT\",\"file\":");
    ha_text_add_json(lines, ha_text_string(&shown), shown.length);
    lines->lost |= shown.lost;
    ha_text_close(&shown);
    ha_text_addf(lines, ",\"line\":%zu", review->line);
    if (name) {
        ha_text_add(lines, ",\"name\":");
        ha_text_add_json(lines, name, strlen(name));
    }
    ha_text_addf(lines, ",\"passes\":%s,\"ending\":\"%s\",\"records\":%" PRIu64
                 ",\"rules\":%zu,\"elsewhere\":%s}\n", good ? "true" : "false",
                 ha_ending_name(review->ending), review->records,
                 rules_judged(review, belief->lacking), review->own ? "false" : "true");
    for (size_t i = 0; i < count; i++)
        if (is_told(belief, &finding[i]))
            ha_jsonl_add_finding(lines, &finding[i], NULL);
}

bool ha_trace_review_end(struct ha_trace_review *review, const char *file, uint64_t lacking,
                         struct ha_text *verdicts, struct ha_text *lines)
{
    struct ha_text findings = {0}, place = {0};
    bool lost, good;
    size_t count;

    if (!review->own)
        lacking |= ha_lack_of_kinds(review->seen);
    if (review->gaps)
        lacking |= HA_LACK_BIT(HA_LACK_RECORDS);
    const struct belief belief = {review, lacking};
    good = add_findings(review, lacking, &findings) && !bad_end(review);
    add_place(review, file, &place);
    if (!good || !review->options->quiet) {
        if (review->story)
            ha_text_add(verdicts, ha_text_string(ha_story_text(review->story)));
        ha_text_add(verdicts, ha_text_string(&findings));
        add_lacks(review, lacking, verdicts);
        add_end(review, verdicts);
        add_verdict(review, ha_text_string(&place), lacking, good, verdicts);
    }
    add_test(review, ha_text_string(&place), &belief, good);
    if (review->options->output == HA_OUTPUT_JSONL)
        add_lines(review, file, &belief, good, lines);
    if (review->coverage)
        ha_coverage_add(review->coverage, review->judge, lacking);
    ha_judge_findings(review->judge, &count, &lost);
    review->lost |= lost || findings.lost || place.lost
                    || (review->story && ha_story_text(review->story)->lost);
    if (review->story)
        ha_text_clear(ha_story_text(review->story));
    ha_text_close(&findings);
    ha_text_close(&place);
    begin(review);
    return good;
}
