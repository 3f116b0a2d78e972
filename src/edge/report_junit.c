/*
 * report_junit - a report as a JUnit document, as CI systems read it
 *
 * The shape is that of tests/cli/junit.xsd: one suite, a case for each scenario and profile,
 * or for each trace.
 */
#include <inttypes.h>
#include <string.h>

#include "edge/report_parts.h"

static const char *escape_text(uint32_t point)
{
    switch (point) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    default: return NULL;
    }
}

/* A reader makes spaces of tabs and line breaks in an attribute unless they are escaped. */
static const char *escape_attribute(uint32_t point)
{
    if (point == '\n')
        return "&#10;";
    return point == '\t' ? "&#9;" : escape_text(point);
}

static void add_attribute(struct ha_text *text, const char *name, const char *value)
{
    ha_text_addf(text, " %s=\"", name);
    ha_add_harmless(text, value, strlen(value), escape_attribute);
    ha_text_add(text, "\"");
}

static void add_element(struct ha_text *text, const char *name, const char *message,
                        const struct ha_text *content)
{
    ha_text_addf(text, "      <%s", name);
    if (message)
        add_attribute(text, "message", message);
    ha_text_add(text, ">");
    ha_add_harmless(text, ha_text_string(content), content->length, escape_text);
    ha_text_addf(text, "</%s>\n", name);
    text->lost |= content->lost;
}

/* Findings and differences, which a person will read as they stand in a verdict. */
static void add_failure(const struct ha_account *account, struct ha_text *text)
{
    size_t count;
    struct ha_text details = {0};
    const struct ha_finding *finding = ha_judge_findings(account->judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (account->is_told(account->owner, &finding[i]))
            ha_story_add_finding(&details, &finding[i],
                                 ha_cast_name(account->cast, HA_NS_DRIVER, finding[i].driver),
                                 ha_symbols_find(account->symbols, finding[i].place), NULL, false);
    ha_text_add(&details, ha_text_string(account->differences));
    if (account->command)
        ha_text_addf(&details, "repeat: %s\n", ha_text_string(account->command));
    add_element(text, "failure", account->broken ? account->broken->sentence : "not as expected",
                &details);
    if (account->story)
        add_element(text, "system-out", NULL, ha_story_text(account->story));
    ha_text_close(&details);
}

static void add_seconds(struct ha_text *text, uint64_t time_ns)
{
    ha_text_addf(text, " time=\"%" PRIu64 ".%06u\"", time_ns / 1000000000,
                 (unsigned)(time_ns / 1000 % 1000000));
}

void ha_junit_add(struct ha_report *report, const struct ha_outcome *outcome)
{
    struct ha_text *text = &report->cases;
    struct ha_text file = {0}, name = {0};
    ha_text_add(&name, outcome->name ? outcome->name : "can be read");
    if (outcome->preset)
        ha_text_addf(&name, " [%s]", outcome->preset);
    ha_outcome_title(&(struct ha_outcome){.file = outcome->file}, &file);

    ha_text_add(text, "    <testcase");
    add_attribute(text, "classname", ha_text_string(&file));
    add_attribute(text, "name", ha_text_string(&name));
    add_seconds(text, outcome->account ? outcome->account->time_ns : 0);
    ha_text_add(text, ">\n");
    if (outcome->verdict == HA_FAILED)
        add_failure(outcome->account, text);
    else if (outcome->verdict == HA_UNPLAYED)
        add_element(text, "error", report->of_traces ? "not judged" : "not played",
                    outcome->message);
    else if (outcome->verdict == HA_LEFT_OUT)
        add_element(text, "skipped", ha_text_string(outcome->message), &(struct ha_text){0});
    else if (outcome->verdict == HA_REMARKED)
        add_element(text, "system-out", NULL, outcome->message);
    ha_text_add(text, "    </testcase>\n");
    text->lost |= file.lost || name.lost;
    ha_text_close(&file);
    ha_text_close(&name);
}

/* A document has no place of its own for what ended a play too early: a case stands for it. */
static void add_trouble(struct ha_text *text, const char *trouble)
{
    ha_text_addf(text, "    <testcase classname=\"hotadd\" name=\"plays to the end\" "
                 "time=\"0.000000\">\n      <error message=\"ended by %s\">what follows was not "
                 "played</error>\n    </testcase>\n", trouble);
}

void ha_junit_end(struct ha_report *report, const char *trouble)
{
    struct ha_text text = {0}, counts = {0};
    if (trouble)
        add_trouble(&report->cases, trouble);
    ha_text_addf(&counts, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
                 report->count + (trouble != NULL), report->failed,
                 report->unplayed + (trouble != NULL), report->left_out);
    add_seconds(&counts, report->time_ns);
    ha_text_addf(&text,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites%s>\n"
                 "  <testsuite name=\"hotadd\"%s>\n",
                 ha_text_string(&counts), ha_text_string(&counts));
    ha_text_add_bytes(&text, ha_text_string(&report->cases), report->cases.length);
    ha_text_add(&text, "  </testsuite>\n</testsuites>\n");
    text.lost |= counts.lost || report->cases.lost;
    ha_text_close(&counts);
    ha_report_print(report, report->options->out, &text);
}
