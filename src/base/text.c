/*
 * text - a string that grows
 *
 * Owns struct ha_text, and the edit distance behind every "did you mean".
 */
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ha_text_close(struct ha_text *text)
{
    free(text->bytes);
    *text = (struct ha_text){0};
}

void ha_text_clear(struct ha_text *text)
{
    text->length = 0;
    text->lost = false;
    if (text->bytes)
        text->bytes[0] = '\0';
}

void ha_text_cut(struct ha_text *text, size_t length)
{
    assert(length <= text->length);
    if (text->bytes)
        text->bytes[length] = '\0';
    text->length = length;
}

static bool resize(struct ha_text *text, size_t room)
{
    char *bytes = realloc(text->bytes, room);
    if (!bytes) {
        text->lost = true;
        return false;
    }
    text->bytes = bytes;
    text->room = room;
    return true;
}

static bool has_room(const struct ha_text *text, size_t more)
{
    return text->room - text->length > more;
}

static bool grow(struct ha_text *text, size_t more)
{
    if (text->lost)
        return false;
    if (has_room(text, more))
        return true;

    size_t room = text->room ? text->room : 256;
    while (room - text->length <= more)
        room *= 2;
    return resize(text, room);
}

void ha_text_reserve(struct ha_text *text, size_t more)
{
    if (!text->lost && !has_room(text, more) && resize(text, text->length + more + 1))
        text->bytes[text->length] = '\0';
}

void ha_text_add_bytes(struct ha_text *text, const char *bytes, size_t length)
{
    if (!grow(text, length))
        return;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void ha_text_add(struct ha_text *text, const char *string)
{
    ha_text_add_bytes(text, string, strlen(string));
}

void ha_text_addv(struct ha_text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert(length >= 0);
    if (!grow(text, (size_t)length))
        return;
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    text->length += (size_t)length;
}

void ha_text_addf(struct ha_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ha_text_addv(text, format, arguments);
    va_end(arguments);
}

void ha_text_add_json(struct ha_text *text, const char *bytes, size_t length)
{
    ha_text_add(text, "\"");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\')
            ha_text_addf(text, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            ha_text_addf(text, "\\u%04x", c);
        else
            ha_text_add_bytes(text, bytes + i, 1);
    }
    ha_text_add(text, "\"");
}

void ha_text_pad(struct ha_text *text, size_t column)
{
    size_t start = text->length;
    while (start > 0 && text->bytes[start - 1] != '\n')
        start--;
    while (!text->lost && text->length - start < column)
        ha_text_add(text, " ");
}

const char *ha_text_string(const struct ha_text *text)
{
    return text->bytes ? text->bytes : "";
}

#define LONGEST_WORD 64

static char folded(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

/* Levenshtein's distance, one row at a time; words beyond LONGEST_WORD are not compared. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST_WORD + 1];
    size_t length_b = strlen(b);
    if (strlen(a) > LONGEST_WORD || length_b > LONGEST_WORD)
        return SIZE_MAX;
    for (size_t j = 0; j <= length_b; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t change = diagonal + (folded(a[i - 1]) != folded(b[j - 1]));
            size_t shorter = row[j - 1] < row[j] ? row[j - 1] : row[j];
            diagonal = row[j];
            row[j] = change < shorter + 1 ? change : shorter + 1;
        }
    }
    return row[length_b];
}

const char *ha_text_nearest(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t best = strlen(word) / 3 + 2;     /* more changes than that is another word */
    if (best > strlen(word))
        best = strlen(word);
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, names[i]);
        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}
