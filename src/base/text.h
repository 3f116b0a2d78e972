/*
 * text - a string that grows
 *
 * Appending never fails at once: a text that could not grow remembers it, keeps what it had, and
 * says so at the end. So a writer checks one flag instead of every line.
 */
#ifndef HA_BASE_TEXT_H
#define HA_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/nearest.h"

struct ha_text {
    char *bytes;        /* terminated once something was appended; NULL before */
    size_t length;
    size_t room;
    bool lost;          /* memory was lacking: what follows is missing */
};

void ha_text_close(struct ha_text *text);
void ha_text_clear(struct ha_text *text);
/* Take back what was appended behind a length that it had. */
void ha_text_cut(struct ha_text *text, size_t length);
/* Make room for so many bytes more, and for no others: saves the doubling of a long text. */
void ha_text_reserve(struct ha_text *text, size_t more);
void ha_text_add(struct ha_text *text, const char *string);
void ha_text_add_bytes(struct ha_text *text, const char *bytes, size_t length);
void ha_text_addf(struct ha_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ha_text_addv(struct ha_text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
/* As a JSON string, quotes included. */
void ha_text_add_json(struct ha_text *text, const char *bytes, size_t length);
/* Spaces up to a column, counted from the last line break. */
void ha_text_pad(struct ha_text *text, size_t column);
/* The string, "" when nothing was appended. */
const char *ha_text_string(const struct ha_text *text);

#endif
