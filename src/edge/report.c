/*
 * report - see report.h
 *
 * Owns struct ha_report: which format gets to hear of what, and what the formats share.
 */
#include "edge/report.h"

#include <string.h>

#include "edge/place.h"
#include "edge/report_parts.h"

#define REPLACEMENT "\xef\xbf\xbd"      /* U+FFFD */

void ha_report_print(struct ha_report *report, FILE *to, struct ha_text *text)
{
    fwrite(ha_text_string(text), 1, text->length, to);
    if (text->lost) {
        fprintf(report->options->log, "hotadd: error: %s\n", ha_err_text(HA_ENOMEM));
        report->lost = true;
    }
    ha_text_close(text);
}

void ha_outcome_title(const struct ha_outcome *outcome, struct ha_text *text)
{
    ha_add_file_name(text, outcome->file);
    if (outcome->preset)
        ha_text_addf(text, " [%s]", outcome->preset);
    if (outcome->name)
        ha_text_addf(text, ": %s", outcome->name);
}

const char *ha_severity_word(enum ha_severity severity)
{
    static const char *const words[] = {
        [HA_NOTE] = "note", [HA_WARNING] = "warning", [HA_ERROR] = "error",
    };
    return words[severity];
}

static bool is_harmful(uint32_t point)
{
    return (ha_utf8_is_control(point) && point != '\n' && point != '\t') ||
           (point & 0xfffe) == 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
}

void ha_add_harmless(struct ha_text *text, const char *string, size_t length,
                     const char *(*escape)(uint32_t point))
{
    while (length) {
        uint32_t point = 0;
        size_t size = ha_utf8_decode(string, length, &point);
        bool good = size && !is_harmful(point);
        const char *instead = good ? escape(point) : REPLACEMENT;
        size = size ? size : 1;
        if (instead)
            ha_text_add(text, instead);
        else
            ha_text_add_bytes(text, string, size);
        string += size;
        length -= size;
    }
}

void ha_report_begin(struct ha_report *report, const struct ha_play_options *options)
{
    *report = (struct ha_report){.options = options};
    if (options->output == HA_OUTPUT_TAP)
        ha_tap_begin(report);
}

void ha_report_protocol(struct ha_report *report, const struct ha_outcome *outcome)
{
    report->count++;
    report->failed += outcome->verdict == HA_FAILED;
    report->unplayed += outcome->verdict == HA_UNPLAYED;
    report->left_out += outcome->verdict == HA_LEFT_OUT;
    report->time_ns += outcome->account ? outcome->account->time_ns : 0;
    if (report->options->output == HA_OUTPUT_TAP)
        ha_tap_add(report, outcome);
    else if (report->options->output == HA_OUTPUT_JUNIT)
        ha_junit_add(report, outcome);
}

void ha_report_add(struct ha_report *report, const struct ha_outcome *outcome)
{
    const struct ha_play_options *options = report->options;
    ha_report_tell(report, outcome, options->log, options->color);
    if (options->output == HA_OUTPUT_STORY && options->out != options->log)
        ha_report_tell(report, outcome, options->out, false);
    ha_report_protocol(report, outcome);
    ha_report_flush(report);
}

void ha_report_flush(struct ha_report *report)
{
    if (report->options->output != HA_OUTPUT_TAP)
        return;                 /* JUnit's document begins with what only its end knows */
    ha_report_print(report, report->options->out, &report->cases);
    fflush(report->options->out);
}

void ha_report_take_back(struct ha_report *report, const struct ha_report *then)
{
    struct ha_text cases = report->cases;
    ha_text_cut(&cases, then->cases.length);
    *report = *then;
    report->cases = cases;
}

void ha_report_end(struct ha_report *report, const char *trouble)
{
    if (report->options->output == HA_OUTPUT_TAP)
        ha_tap_end(report, trouble);
    else if (report->options->output == HA_OUTPUT_JUNIT)
        ha_junit_end(report, trouble);
    ha_text_close(&report->cases);
}
