/* difference - see difference.h */
#include "check/difference.h"

#include <stdbool.h>
#include <string.h>

#include "check/jsonl.h"

static void add_records(struct ha_text *text, const struct ha_record *record, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ha_jsonl_add(text, &record[i]);
}

static size_t line_length(const char *text)
{
    const char *end = strchr(text, '\n');
    return end ? (size_t)(end - text) + 1 : strlen(text);
}

/* Whether a line only says what somebody is called whom the next one speaks of. */
static bool is_name(const char *line)
{
    static const char event[] = "\"event\":\"NAME\"";
    const char *found = strstr(line, event);
    return found && found < line + line_length(line);
}

/* A line, with the names that come before it. */
static void add_line(struct ha_text *text, const char *line)
{
    while (is_name(line)) {
        ha_text_add_bytes(text, line, line_length(line));
        line += line_length(line);
    }
    if (*line)
        ha_text_add_bytes(text, line, line_length(line));
    else
        ha_text_add(text, "(nothing more)\n");
}

/* Of both the first line that is not the same in both: a record may be two. */
static void add_lines(struct ha_text *text, const char *first, const char *second)
{
    while (*first && *second) {
        size_t length = line_length(first);
        if (length != line_length(second) || memcmp(first, second, length) != 0)
            break;
        first += length;
        second += length;
    }
    add_line(text, first);
    add_line(text, second);
}

void ha_difference_add(struct ha_text *text, const struct ha_record *first, size_t first_count,
                       const struct ha_record *second, size_t second_count)
{
    struct ha_text lines[2] = {{0}, {0}};
    add_records(&lines[0], first, first_count);
    add_records(&lines[1], second, second_count);
    ha_text_add(text, "  the ordinary course came out in two ways, which differ first here:\n");
    add_lines(text, ha_text_string(&lines[0]), ha_text_string(&lines[1]));
    text->lost |= lines[0].lost || lines[1].lost;
    ha_text_close(&lines[0]);
    ha_text_close(&lines[1]);
}
