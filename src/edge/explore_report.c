/* explore_report - see explore_report.h */
#include "edge/explore_report.h"

#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "check/story.h"
#include "edge/place.h"
#include "edge/symbols.h"
#include "sim/search_words.h"

static void add_indented(const char *words, struct ha_text *text)
{
    while (words && *words) {
        size_t length = strcspn(words, "\n");
        ha_text_addf(text, "  %.*s\n", (int)length, words);
        words += length + (words[length] == '\n');
    }
}

static void add_find(const struct ha_survey *survey, const struct ha_find *find,
                     struct ha_symbols *symbols, struct ha_text *text)
{
    struct ha_text command = {0};
    ha_survey_add_command(survey, find, &command);
    if (find->finding.rule) {
        ha_story_add_finding(text, &find->finding, find->driver[0] ? find->driver : NULL,
                             ha_symbols_find(symbols, find->finding.place),
                             ha_text_string(&command), survey->options->play.color);
    } else {
        if (find->ending)
            ha_text_addf(text, "error: the run ended by \"%s\"\n", ha_ending_name(find->ending));
        else
            ha_text_add(text, "error: a run came to something else than is always expected\n");
        add_indented(find->words, text);
        ha_text_addf(text, "  repeat    %s\n", ha_text_string(&command));
    }
    ha_search_add_found(text, find->runs, survey->runs);
    if (find->turned) {
        ha_text_add(text, "  relies    on a point that the documents leave open: it shows only "
                          "with ");
        ha_survey_add_knobs(survey, find->variant, "", ", ", text);
        ha_text_add(text, "\n");
    }
    text->lost |= command.lost;
    ha_text_close(&command);
}

void ha_explore_report_finds(const struct ha_survey *survey, struct ha_text *text)
{
    const struct ha_finds *finds = &survey->finds;
    struct ha_symbols *symbols = ha_symbols_create(&survey->last.share->plan);
    bool whole = symbols != NULL;
    for (size_t i = 0; i < finds->count && whole; i++)
        whole = ha_symbols_want(symbols, finds->find[i].finding.place);
    for (size_t i = 0; i < finds->count && whole; i++)
        add_find(survey, &finds->find[i], symbols, text);
    text->lost |= !whole;
    ha_symbols_destroy(symbols);
}

/* How a run was not the same when it was played again; the ordinary course needs no token. */
static void add_strays(const struct ha_survey *survey, struct ha_text *text)
{
    for (size_t i = 0; i < survey->strays.count; i++) {
        const struct ha_find *stray = &survey->strays.find[i];
        ha_text_add(text, stray->words);
        if (!stray->answers.count && !stray->ending)
            continue;
        ha_text_add(text, "  repeat    ");
        ha_survey_add_command(survey, stray, text);
        ha_text_add(text, "\n");
    }
    if (survey->strayed && !survey->strays.count)
        ha_text_add(text, "  the ordinary course was another one in another process\n");
}

/* How many of the choice points that were met some run has answered otherwise. */
static void add_points(const struct ha_points *points, struct ha_text *text)
{
    uint32_t met = 0, turned = 0;
    const char *comma = ": ";
    for (unsigned kind = 0; kind < HA_CHOICE_KIND_COUNT; kind++) {
        met += points->met_count[kind];
        turned += points->turned_count[kind];
    }
    ha_text_addf(text, "covered: %" PRIu32 " of ", turned);
    ha_search_add_number(text, met, "choice point", "choice points");
    for (unsigned kind = 0; kind < HA_CHOICE_KIND_COUNT; kind++) {
        if (!points->met_count[kind])
            continue;
        ha_text_addf(text, "%s%s %" PRIu32 " of %" PRIu32, comma, ha_choice_kind_name(kind),
                     points->turned_count[kind], points->met_count[kind]);
        comma = ", ";
    }
    ha_text_add(text, "\n");
}

void ha_explore_report_summary(const struct ha_survey *survey, struct ha_text *text)
{
    uint32_t variants = ha_axes_variants(&survey->axes);
    ha_text_addf(text, "%s  ", survey->strayed ? "STRAYED" : survey->finds.count ? "FOUND"
                             : survey->complete ? "pass" : "open");
    ha_add_file_name(text, survey->scenario->file);
    ha_text_addf(text, ": %s (", survey->scenario->name);
    ha_search_add_counts(text, survey->runs, survey->left, survey->traces);
    ha_text_add(text, ")\n");
    add_strays(survey, text);
    if (survey->strayed)
        return;
    add_points(&survey->points, text);
    ha_search_add_seed(text, survey->options->strategy, survey->options->seed);
    if (survey->unplayable) {
        ha_search_add_number(text, survey->unplayable, "variant does", "variants do");
        ha_text_add(text, " not go with the partition\n");
    }
    if (survey->complete)
        ha_search_add_complete(text, survey->runs + survey->left, &survey->bounds);
    if (survey->complete && variants > 1)
        ha_text_addf(text, "complete: with %s turned in every way (%" PRIu32 ")\n",
                     survey->options->axes, variants - survey->unplayable);
}

static void add_axes(const struct ha_survey *survey, struct ha_text *text)
{
    for (uint32_t i = 0; i < survey->axes.count; i++) {
        enum ha_knob knob = survey->axes.knob[i];
        uint32_t values = ha_axes_values(knob);
        ha_text_addf(text, "     -  knob      %s, ", ha_knob_name(knob));
        ha_search_add_number(text, values, "answer", "answers");
        for (uint32_t k = 0; k < values; k++)
            ha_text_addf(text, "%s %s", k ? "," : ":",
                         ha_knob_value_name(knob, (survey->profile.knob[knob] + k) % values));
        ha_text_add(text, "\n");
    }
}

void ha_explore_report_points(const struct ha_survey *survey, struct ha_text *text)
{
    size_t count;
    const struct ha_search_point *point = ha_search_points(survey->last.share->search, &count);
    ha_add_file_name(text, survey->scenario->file);
    ha_text_add(text, ": ");
    ha_search_add_number(text, count + survey->axes.count, "choice point", "choice points");
    ha_text_add(text, " in the ordinary course\n");
    add_axes(survey, text);
    for (size_t i = 0; i < count; i++) {
        ha_text_addf(text, "  %4zu  ", i);
        ha_search_add_point(text, &point[i]);
    }
}
