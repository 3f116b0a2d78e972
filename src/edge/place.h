/*
 * place - where in a file something is wrong, and how that is shown
 *
 * Complaints may come in any order. Those that stand first in the file are kept and printed in
 * the order of their places; the others are only counted.
 */
#ifndef HA_EDGE_PLACE_H
#define HA_EDGE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define HA_COMPLAINTS_SHOWN 20u

/* A file's text, as it was named, or a piece of it. Owns nothing. */
struct ha_source {
    const char *file;
    const char *bytes;
    size_t length;
    size_t lines_before;        /* of a piece, which begins with a line */
};

struct ha_complaint {
    size_t offset;              /* of the byte that it points to */
    struct ha_text text;
};

struct ha_complaints {
    struct ha_complaint shown[HA_COMPLAINTS_SHOWN];     /* ascending by offset */
    size_t count;               /* of all, also of those that are not shown */
    bool lost;                  /* memory was lacking for a text */
};

void ha_complaints_close(struct ha_complaints *complaints);

/* Say what is wrong at a byte. Of two complaints about one byte the first is printed first. */
void ha_complain(struct ha_complaints *complaints, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether a complaint about this byte would be kept: saves the work of finding its words. */
bool ha_complaint_counts_only(const struct ha_complaints *complaints, size_t offset);

/* Append `file:line:column: error: ` for a place. */
void ha_place_head(const struct ha_source *source, size_t offset, struct ha_text *text);
/* Append the line of a place, and a caret below it. */
void ha_place_line(const struct ha_source *source, size_t offset, struct ha_text *text);

/* Append each as `file:line:column: error: text`, the line, and a caret below its place. */
void ha_complaints_print(const struct ha_complaints *complaints, const struct ha_source *source,
                         struct ha_text *messages);

/*
 * Decode the character that starts at `bytes`.
 *
 * Returns how many bytes it has and stores its code point, or returns 0 when they are not
 * UTF-8: cut short, longer than needed, a surrogate, or beyond U+10FFFF.
 */
size_t ha_utf8_decode(const char *bytes, size_t length, uint32_t *point);

/* Whether a terminal might obey the character instead of showing it: also what turns the
 * direction of writing. */
bool ha_utf8_is_control(uint32_t point);

/* The length of the byte order mark that the text starts with; 0 when there is none. */
size_t ha_source_mark(const struct ha_source *source);

/* What a text, up to the end of its file, begins with, in words fit to be printed. */
struct ha_found {
    char word[24];              /* empty unless it is one */
    char text[64];
};

struct ha_found ha_found(const char *bytes, size_t length);

/* A word from a file, fit to be printed: in quotes, control characters escaped, cut when long. */
struct ha_quote {
    char text[256];
};

struct ha_quote ha_quote(const char *word);

/* Whether a file's name can be printed as it is. */
bool ha_file_name_is_plain(const char *name);
/* Append a file's name; bytes that are not UTF-8 or make a control character come as \xNN. */
void ha_add_file_name(struct ha_text *text, const char *name);

#endif
