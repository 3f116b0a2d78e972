/*
 * story_finding - what the judge found, as a colleague would remark it
 */
#include "check/story.h"

#include <inttypes.h>
#include <string.h>

#include "check/story_words.h"

static void label(struct ha_text *text, const char *word, bool color)
{
    ha_text_addf(text, "  %s%-8s%s  ", ha_paint_escape(HA_DIM, color), word,
                 ha_paint_escape(HA_PLAIN, color));
}

static void entry(struct ha_text *text, const char *word, const char *value, bool color)
{
    if (!value || !value[0])
        return;
    label(text, word, color);
    ha_text_addf(text, "%s\n", value);
}

#define WIDTH 100               /* what was seen, and a list of sources, break where they can be */
#define COLUMN 12               /* where a value begins */

/* The same of a value of any length, with a new line where a word would go beyond the width. */
static void long_entry(struct ha_text *text, const char *word, const char *value, bool color)
{
    size_t used = COLUMN;
    if (!value[0])
        return;
    label(text, word, color);
    while (*value) {
        size_t length = strcspn(value, " ");
        if (used > COLUMN && used + 1 + length > WIDTH) {
            ha_text_addf(text, "\n%*s", COLUMN, "");
            used = COLUMN;
        } else if (used > COLUMN) {
            ha_text_add(text, " ");
            used++;
        }
        ha_text_add_bytes(text, value, length);
        used += length;
        value += length + (value[length] == ' ');
    }
    ha_text_add(text, "\n");
}

/* The pages that say so, and how firm the rule is. */
static void source_words(struct ha_text *text, const struct ha_rule *rule)
{
    const char *class_name = ha_rule_class_name(rule->class_), *source = rule->source, *more;
    size_t used = COLUMN;

    if (!strcmp(source, "none")) {
        ha_text_addf(text, "no document says so (%s)\n", class_name);
        return;
    }
    for (; (more = strstr(source, "; ")) != NULL; source = more + 2) {
        size_t length = (size_t)(more - source), next = strcspn(more + 2, ";");
        ha_text_add_bytes(text, source, length + 1);
        used += length + 2;
        if (!strchr(more + 2, ';'))
            next += strlen(class_name) + 3;
        if (used + next > WIDTH) {
            ha_text_addf(text, "\n%*s", COLUMN, "");
            used = COLUMN;
        } else {
            ha_text_add(text, " ");
        }
    }
    ha_text_addf(text, "%s (%s)\n", source, class_name);
}

/* A call begins with its driver's name; saying it twice helps nobody. */
static bool names_driver(const char *call, const char *driver_name)
{
    size_t length = strlen(driver_name);
    return !strncmp(call, driver_name, length) && call[length] == '.';
}

void ha_story_add_finding(struct ha_text *text, const struct ha_finding *finding,
                          const char *driver_name, const char *from, const char *repeat,
                          bool color)
{
    static const char *const words[] = {
        [HA_NOTE] = "note", [HA_WARNING] = "warning", [HA_ERROR] = "error",
    };
    static const enum ha_paint paints[] = {
        [HA_NOTE] = HA_PLAIN, [HA_WARNING] = HA_YELLOW, [HA_ERROR] = HA_RED,
    };

    ha_text_addf(text, "%s%s %s%s: %s\n", ha_paint_escape(paints[finding->severity], color),
                 words[finding->severity], finding->rule->id, ha_paint_escape(HA_PLAIN, color),
                 finding->rule->sentence);
    label(text, finding->call[0] ? "call" : "record", color);
    if (finding->call[0])
        ha_text_addf(text, "%s (record %" PRIu64, finding->call, finding->seq);
    else
        ha_text_addf(text, "%" PRIu64, finding->seq);
    if (finding->count > 1)
        ha_text_addf(text, ", the first of %" PRIu64, finding->count);
    ha_text_add(text, finding->call[0] ? ")\n" : "\n");
    if (driver_name && !names_driver(finding->call, driver_name))
        entry(text, "driver", driver_name, color);
    entry(text, "expected", finding->expected, color);
    long_entry(text, "seen", finding->seen, color);
    if (from && finding->place[0]) {
        label(text, "from", color);
        ha_text_addf(text, "%s (%s)\n", from, finding->place);
    } else {
        entry(text, "from", finding->place, color);
    }
    label(text, "source", color);
    source_words(text, finding->rule);
    entry(text, "repeat", repeat, color);
}
