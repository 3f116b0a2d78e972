/*
 * report_tap - a report as TAP version 13, the newest that every reader knows
 *
 * The plan comes last: how many tests there are is known when the files have been read.
 */
#include <inttypes.h>
#include <string.h>

#include "edge/report_parts.h"

/* A description ends at a # unless that is escaped. */
static const char *escape_description(uint32_t point)
{
    switch (point) {
    case '#': return "\\#";
    case '\\': return "\\\\";
    case '\n': case '\t': return " ";
    default: return NULL;
    }
}

static const char *escape_string(uint32_t point)
{
    switch (point) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\t': return "\\t";
    default: return NULL;
    }
}

static const char *escape_line(uint32_t point)
{
    return point == '\t' ? " " : NULL;
}

/* `before` is the indentation, and in a list the dash. */
static void add_pair(struct ha_text *text, const char *before, const char *key, const char *value)
{
    if (!value || !value[0])
        return;
    ha_text_addf(text, "  %s%s: \"", before, key);
    ha_add_harmless(text, value, strlen(value), escape_string);
    ha_text_add(text, "\"\n");
}

/* Lines as they are, except that spaces before the first would count as indentation of all. */
static void add_lines(struct ha_text *text, const char *key, const char *lines)
{
    if (!lines[0])
        return;
    ha_text_addf(text, "  %s: |\n", key);
    lines += strspn(lines, " ");
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        ha_text_add(text, "    ");
        ha_add_harmless(text, lines, length, escape_line);
        ha_text_add(text, "\n");
        lines += length + (lines[length] == '\n');
    }
}

static void add_finding(struct ha_text *text, const struct ha_finding *finding,
                        const char *driver, const char *from, bool expected)
{
    add_pair(text, "  - ", "rule", finding->rule->id);
    add_pair(text, "    ", "severity", ha_severity_word(finding->severity));
    add_pair(text, "    ", "listed", expected ? "yes" : "no");
    add_pair(text, "    ", "says", finding->rule->sentence);
    add_pair(text, "    ", "driver", driver);
    add_pair(text, "    ", "call", finding->call);
    ha_text_addf(text, "      record: %" PRIu64 "\n", finding->seq);
    ha_text_addf(text, "      count: %" PRIu64 "\n", finding->count);
    add_pair(text, "    ", "expected", finding->expected);
    add_pair(text, "    ", "seen", finding->seen);
    add_pair(text, "    ", "place", finding->place);
    add_pair(text, "    ", "from", from);
}

static void add_account(struct ha_text *text, const struct ha_account *account)
{
    bool any = false;
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(account->judge, &count, NULL);
    if (account->command)
        add_pair(text, "", "repeat", ha_text_string(account->command));
    for (size_t i = 0; i < count; i++) {
        if (!account->is_told(account->owner, &finding[i]))
            continue;
        if (!any)
            ha_text_add(text, "  findings:\n");
        any = true;
        add_finding(text, &finding[i],
                    ha_cast_name(account->cast, HA_NS_DRIVER, finding[i].driver),
                    ha_symbols_find(account->symbols, finding[i].place),
                    account->is_expected(account->owner, &finding[i]));
    }
    add_lines(text, "differences", ha_text_string(account->differences));
}

void ha_tap_begin(struct ha_report *report)
{
    fputs("TAP version 13\n", report->options->out);
    fflush(report->options->out);
}

void ha_tap_add(struct ha_report *report, const struct ha_outcome *outcome)
{
    bool passed = outcome->verdict < HA_FAILED;
    struct ha_text *text = &report->cases, title = {0};
    ha_outcome_title(outcome, &title);
    ha_text_addf(text, "%sok %zu - ", passed ? "" : "not ", report->count);
    ha_add_harmless(text, ha_text_string(&title), title.length, escape_description);
    if (outcome->verdict == HA_LEFT_OUT)
        ha_text_addf(text, " # SKIP %s", ha_text_string(outcome->message));
    ha_text_add(text, "\n");
    if (outcome->verdict == HA_REMARKED) {
        ha_text_add(text, "# ");
        ha_add_harmless(text, ha_text_string(outcome->message), outcome->message->length,
                        escape_description);
        ha_text_add(text, "\n");
    } else if (!passed) {
        ha_text_add(text, "  ---\n");
        if (outcome->account)
            add_account(text, outcome->account);
        else
            add_lines(text, "errors", ha_text_string(outcome->message));
        ha_text_add(text, "  ...\n");
    }
    text->lost |= title.lost;
    ha_text_close(&title);
}

void ha_tap_end(struct ha_report *report, const char *trouble)
{
    if (trouble)
        fprintf(report->options->out, "Bail out! %s\n", trouble);
    else
        fprintf(report->options->out, "1..%zu%s\n", report->count,
                report->count ? "" :
                report->of_traces ? " # SKIP nothing to judge" : " # SKIP nothing to play");
}
