/*
 * report_text - verdicts as a person reads them
 *
 * Owns the verdict line and what stands above it: story, findings, differences.
 */
#include <inttypes.h>

#include "edge/place.h"
#include "edge/report_parts.h"

/* How a verdict begins, and its colour. */
static const struct { const char *word, *escape; } verdicts[] = {
    [HA_PASSED] = {"pass", "\033[32m"},
    [HA_REMARKED] = {"note", "\033[33m"},
    [HA_LEFT_OUT] = {"skip", "\033[33m"},
    [HA_FAILED] = {"FAIL", "\033[31m"},
};

/* Findings, each as a paragraph; notes and what the scenario expects fail nothing. */
static void add_findings(const struct ha_run *run, bool color, struct ha_text *text)
{
    size_t count;
    struct ha_text command = {0};
    const struct ha_finding *finding = ha_judge_findings(run->judge, &count, NULL);
    ha_run_add_command(run, ha_run_ending(run), &command);
    for (size_t i = 0; i < count; i++) {
        if (ha_matcher_expects(run->matcher, &finding[i]))
            ha_text_add(text, "expected ");
        ha_story_add_finding(text, &finding[i],
                             ha_cast_name(run->watch.cast, HA_NS_DRIVER, finding[i].driver),
                             ha_symbols_find(run->symbols, finding[i].place),
                             ha_text_string(&command), color);
    }
    text->lost |= command.lost;
    ha_text_close(&command);
}

static void add_verdict(const struct ha_outcome *outcome, bool color, struct ha_text *text)
{
    const struct ha_run *run = outcome->run;
    ha_text_addf(text, "%s%s%s  ", color ? verdicts[outcome->verdict].escape : "",
                 verdicts[outcome->verdict].word, color ? "\033[0m" : "");
    if (outcome->message) {             /* the name gives way to what is said instead */
        ha_outcome_title(&(struct ha_outcome){.file = outcome->file, .preset = outcome->preset},
                         text);
        ha_text_addf(text, ": %s\n", ha_text_string(outcome->message));
        return;
    }
    ha_outcome_title(outcome, text);
    ha_text_addf(text, " (%" PRIu64 " add%s, %" PRIu64 " call%s", run->watch.adds,
                 run->watch.adds == 1 ? "" : "s", run->watch.calls,
                 run->watch.calls == 1 ? "" : "s");
    if (run->watch.pnp_calls)
        ha_text_addf(text, ", %" PRIu64 " PnP call%s", run->watch.pnp_calls,
                     run->watch.pnp_calls == 1 ? "" : "s");
    ha_text_add(text, run->rules_only ? ") (rules only)\n" : ")\n");
}

static void add_details(const struct ha_report *report, const struct ha_outcome *outcome,
                        bool color, struct ha_text *text)
{
    const struct ha_play_options *options = report->options;
    const struct ha_run *run = outcome->run;
    bool failed = outcome->verdict == HA_FAILED;
    if (options->detail == HA_DETAIL_NONE || outcome->message)
        return;
    if (failed && options->output == HA_OUTPUT_VERDICT && run->story) {
        struct ha_text *story = ha_story_text(run->story);
        ha_text_add_bytes(text, ha_text_string(story), story->length);
    }
    if (failed || options->output == HA_OUTPUT_STORY || options->detail == HA_DETAIL_VIOLATIONS)
        add_findings(run, color, text);
    if (failed)
        ha_text_add(text, ha_text_string(&run->report));
}

void ha_report_tell(struct ha_report *report, const struct ha_outcome *outcome, FILE *to,
                    bool color)
{
    bool to_log = to == report->options->log;
    struct ha_text text = {0};
    if (outcome->verdict == HA_UNPLAYED) {
        ha_text_add(&text, ha_text_string(outcome->message));
    } else if (outcome->verdict >= HA_LEFT_OUT || !report->options->quiet || !to_log) {
        add_details(report, outcome, color, &text);
        add_verdict(outcome, color, &text);
    }
    text.lost |= outcome->message && outcome->message->lost;
    ha_report_print(report, to, &text);
}
