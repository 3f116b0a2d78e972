/*
 * topic - see topic.h
 *
 * Owns how the lists of a coverage report are laid out.
 */
#include "edge/topic.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH 100u
#define MARGIN 12u          /* "  label     " */

void ha_topic_label(struct ha_text *text, const char *label)
{
    ha_text_addf(text, "  %-*s", (int)MARGIN - 2, label);
}

void ha_topic_word(struct ha_text *text, const char *word)
{
    const char *line = strrchr(ha_text_string(text), '\n');
    size_t used = line ? strlen(line + 1) : text->length;
    if (used > MARGIN) {
        ha_text_add(text, used + strlen(word) + 3 > WIDTH ? ",\n" : ", ");
        ha_text_pad(text, MARGIN);
    }
    ha_text_add(text, word);
}

static bool is_missed(const struct ha_topic *topic, unsigned number)
{
    return !topic->count[number] && (!topic->is_possible || topic->is_possible(number));
}

static void write_met(const struct ha_topic *topic, struct ha_text *text)
{
    bool any = false;
    ha_topic_label(text, topic->label);
    for (unsigned i = topic->first; i < topic->end; i++) {
        struct ha_text word = {0};
        if (!topic->count[i])
            continue;
        any = true;
        ha_text_addf(&word, "%s %" PRIu64, topic->name(i), topic->count[i]);
        ha_topic_word(text, ha_text_string(&word));
        text->lost |= word.lost;
        ha_text_close(&word);
    }
    ha_text_add(text, any ? "\n" : "none\n");
}

void ha_topic_write(const struct ha_topic *topic, struct ha_text *text)
{
    bool any = false;
    write_met(topic, text);
    for (unsigned i = topic->first; i < topic->end; i++) {
        if (!is_missed(topic, i))
            continue;
        if (!any)
            ha_topic_label(text, "  never");
        any = true;
        ha_topic_word(text, topic->name(i));
    }
    if (any)
        ha_text_add(text, "\n");
}
