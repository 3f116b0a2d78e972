/*
 * review_trace - one trace from elsewhere, and those who look at it
 *
 * Owns struct ha_trace_review: which findings of the judge are believed, and the verdict's words.
 */
#include "edge/review_trace.h"

#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "check/lacking.h"
#include "edge/breaches.h"
#include "edge/place.h"

static void begin(struct ha_trace_review *review)
{
    ha_judge_reset(review->judge);
    ha_cast_reset(review->cast);
    review->line = 0;
    review->records = review->calls = review->gaps = review->first_gap = review->next_seq = 0;
    review->own = review->ended = false;
    review->ending = HA_END_NOT_YET;
    memset(review->seen, 0, sizeof review->seen);
}

int ha_trace_review_open(struct ha_trace_review *review, const struct ha_review_options *options)
{
    *review = (struct ha_trace_review){.options = options};
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
    if (review->next_seq && seq != review->next_seq && !review->gaps++)
        review->first_gap = seq;
    review->next_seq = seq + 1;
    review->lost |= !ha_cast_take(review->cast, record);
    hand_to(ha_judge_sink(review->judge), record);
    if (review->story)
        hand_to(ha_story_sink(review->story), record);
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
                             options->color);
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

static void add_verdict(const struct ha_trace_review *review, const char *file, uint64_t lacking,
                        bool good, struct ha_text *text)
{
    const char *name = ha_cast_name(review->cast, HA_NS_SCENARIO, 1);
    bool color = review->options->color;
    const char *end = bad_end(review);
    size_t rules = rules_judged(review, lacking);

    if (end)
        ha_text_addf(text, "end: the run ended by \"%s\", which nobody foresees\n", end);
    ha_text_addf(text, "%s%s%s  ", !color ? "" : good ? "\033[32m" : "\033[31m",
                 good ? "pass" : "FAIL", color ? "\033[0m" : "");
    ha_add_file_name(text, file);
    if (review->line > 1)
        ha_text_addf(text, ":%zu", review->line);
    if (name)
        ha_text_addf(text, ": %s", name);
    ha_text_addf(text, " (%" PRIu64 " record%s, %" PRIu64 " call%s, %zu rule%s)%s\n",
                 review->records, review->records == 1 ? "" : "s", review->calls,
                 review->calls == 1 ? "" : "s", rules, rules == 1 ? "" : "s",
                 review->own ? "" : " (made elsewhere)");
}

bool ha_trace_review_end(struct ha_trace_review *review, const char *file, uint64_t lacking,
                         struct ha_text *text)
{
    struct ha_text findings = {0};
    bool lost, good;
    size_t count;

    if (!review->own)
        lacking |= ha_lack_of_kinds(review->seen);
    if (review->gaps)
        lacking |= HA_LACK_BIT(HA_LACK_RECORDS);
    good = add_findings(review, lacking, &findings) && !bad_end(review);
    if (!good || !review->options->quiet) {
        if (review->story)
            ha_text_add(text, ha_text_string(ha_story_text(review->story)));
        ha_text_add(text, ha_text_string(&findings));
        add_lacks(review, lacking, text);
        add_verdict(review, file, lacking, good, text);
    }
    ha_judge_findings(review->judge, &count, &lost);
    review->lost |= lost || findings.lost || text->lost
                    || (review->story && ha_story_text(review->story)->lost);
    if (review->story)
        ha_text_clear(ha_story_text(review->story));
    ha_text_close(&findings);
    begin(review);
    return good;
}
