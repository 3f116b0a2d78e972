/*
 * place - where in a file something is wrong, and how that is shown
 *
 * Owns struct ha_complaints and the layout of a message. Lines end at a line feed; columns count
 * characters, from 1, and the byte order mark is none.
 */
#include "edge/place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_SHOWN 100u         /* characters of a source line */
#define SHOWN_BEFORE 60u        /* of them, how many before the place when the line is cut */
#define INDENT 4u
#define CUT "..."
#define QUOTE_SHOWN 40u         /* characters of a quoted word; each is at most 6 bytes */

size_t ha_utf8_decode(const char *bytes, size_t length, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)bytes[0];
    size_t size = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3
                : first < 0xf8 ? 4 : 0;
    if (size == 0 || size > length)
        return 0;

    uint32_t value = size == 1 ? first : first & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        unsigned char next = (unsigned char)bytes[i];
        if ((next & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3fu);
    }
    if (value < least[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *point = value;
    return size;
}

bool ha_utf8_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0)
        || (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

size_t ha_source_mark(const struct ha_source *source)
{
    return source->length >= 3 && !memcmp(source->bytes, "\xef\xbb\xbf", 3) ? 3 : 0;
}

/* Bytes of the next character; one that is not UTF-8 is a byte long, so that it has a column. */
static size_t character(const char *bytes, size_t length)
{
    uint32_t point;
    size_t size = ha_utf8_decode(bytes, length, &point);
    return size ? size : 1;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct ha_found ha_found(const char *bytes, size_t length)
{
    struct ha_found found = {"", ""};
    uint32_t point = 0;
    size_t size = length ? ha_utf8_decode(bytes, length, &point) : 0;

    if (length == 0) {
        snprintf(found.text, sizeof found.text, "the end of the file");
    } else if (*bytes == '\n' || *bytes == '\t') {
        snprintf(found.text, sizeof found.text, *bytes == '\t' ? "a tab" : "a line break");
    } else if (size == 0) {
        snprintf(found.text, sizeof found.text, "byte 0x%02X, which is not UTF-8",
                 (unsigned)(unsigned char)*bytes);
    } else if (ha_utf8_is_control(point)) {
        snprintf(found.text, sizeof found.text, "the control character U+%04X", (unsigned)point);
    } else if (is_letter(*bytes)) {
        for (size_t i = 0; i + 1 < sizeof found.word && i < length && is_letter(bytes[i]); i++)
            found.word[i] = bytes[i];
        snprintf(found.text, sizeof found.text, "the word \"%s\"", found.word);
    } else {
        snprintf(found.text, sizeof found.text, "'%.*s'", (int)size, bytes);
    }
    return found;
}

struct ha_quote ha_quote(const char *word)
{
    struct ha_quote quote = {"\""};
    size_t used = 1;
    unsigned shown = 0;

    for (size_t left = strlen(word); left; shown++) {
        uint32_t point = 0xfffd;
        size_t size = ha_utf8_decode(word, left, &point);
        char *end = quote.text + used;
        if (shown == QUOTE_SHOWN) {
            used += (size_t)snprintf(end, sizeof CUT, "%s", CUT);
            break;
        }
        if (!size || ha_utf8_is_control(point))
            used += (size_t)snprintf(end, 7, "\\u%04x", (unsigned)point);
        else if (point == '"' || point == '\\')
            used += (size_t)snprintf(end, 3, "\\%c", (char)point);
        else
            used += (size_t)snprintf(end, 5, "%.*s", (int)size, word);
        word += size ? size : 1;
        left -= size ? size : 1;
    }
    memcpy(quote.text + used, "\"", 2);
    return quote;
}

/* Bytes of the next character of a name, which is not at its end; `plain` if it can be printed. */
static size_t next_of_name(const char *name, bool *plain)
{
    uint32_t point = 0;
    size_t size = ha_utf8_decode(name, strlen(name), &point);
    *plain = size && !ha_utf8_is_control(point);
    return size ? size : 1;
}

bool ha_file_name_is_plain(const char *name)
{
    bool plain = true;
    while (*name && plain)
        name += next_of_name(name, &plain);
    return plain;
}

void ha_add_file_name(struct ha_text *text, const char *name)
{
    while (*name) {
        bool plain;
        size_t size = next_of_name(name, &plain);
        if (plain)
            ha_text_add_bytes(text, name, size);
        for (size_t i = 0; i < size && !plain; i++)
            ha_text_addf(text, "\\x%02x", (unsigned)(unsigned char)name[i]);
        name += size;
    }
}

void ha_complaints_close(struct ha_complaints *complaints)
{
    for (size_t i = 0; i < complaints->count && i < HA_COMPLAINTS_SHOWN; i++)
        ha_text_close(&complaints->shown[i].text);
    *complaints = (struct ha_complaints){.count = 0};
}

bool ha_complaint_counts_only(const struct ha_complaints *complaints, size_t offset)
{
    return complaints->count >= HA_COMPLAINTS_SHOWN
        && offset >= complaints->shown[HA_COMPLAINTS_SHOWN - 1].offset;
}

void ha_complain(struct ha_complaints *complaints, size_t offset, const char *format, ...)
{
    bool counts_only = ha_complaint_counts_only(complaints, offset);
    size_t place = complaints->count++;
    if (counts_only)
        return;

    struct ha_complaint *shown = complaints->shown;
    if (place >= HA_COMPLAINTS_SHOWN) {
        place = HA_COMPLAINTS_SHOWN - 1;
        ha_text_close(&shown[place].text);
    }
    for (; place > 0 && shown[place - 1].offset > offset; place--)
        shown[place] = shown[place - 1];
    shown[place] = (struct ha_complaint){.offset = offset};

    va_list arguments;
    va_start(arguments, format);
    ha_text_addv(&shown[place].text, format, arguments);
    va_end(arguments);
    complaints->lost |= shown[place].text.lost;
}

/* The line around a place: its number, its text without the line end, and how far in it is. */
struct line {
    size_t number;
    const char *bytes;
    size_t length;
    size_t before;              /* characters before the place */
    size_t characters;
};

static struct line line_at(const struct ha_source *source, size_t offset)
{
    const char *start = source->bytes + ha_source_mark(source);
    const char *place = source->bytes + offset;
    const char *end = source->bytes + source->length;
    struct line line = {.number = source->lines_before + 1};
    const char *feed;

    while (start < place && (feed = memchr(start, '\n', (size_t)(place - start)))) {
        start = feed + 1;
        line.number++;
    }
    feed = place < end ? memchr(place, '\n', (size_t)(end - place)) : NULL;
    if (feed)
        end = feed;
    if (end > start && end[-1] == '\r')
        end--;
    line.bytes = start;
    line.length = (size_t)(end - start);
    for (size_t at = 0; at < line.length; line.characters++) {
        line.before += start + at < place;
        at += character(start + at, line.length - at);
    }
    return line;
}

static void print_characters(const char *bytes, size_t length, size_t most, struct ha_text *text)
{
    for (; length && most; most--) {
        uint32_t point = 0;
        size_t size = ha_utf8_decode(bytes, length, &point);
        if (!size || ha_utf8_is_control(point))
            ha_text_add(text, point == '\t' || point == '\r' ? " " : "?");
        else
            ha_text_add_bytes(text, bytes, size);
        bytes += size ? size : 1;
        length -= size ? size : 1;
    }
    if (length)
        ha_text_add(text, CUT);
}

static void print_head(const struct ha_source *source, const struct line *line,
                       struct ha_text *text)
{
    ha_add_file_name(text, source->file);
    ha_text_addf(text, ":%zu:%zu: error: ", line->number, line->before + 1);
}

static void print_line(const struct line *line, struct ha_text *text)
{
    bool cut = line->characters > LINE_SHOWN && line->before > SHOWN_BEFORE;
    size_t hidden = cut ? line->before - SHOWN_BEFORE : 0;
    size_t at = 0;

    for (size_t i = 0; i < hidden; i++)
        at += character(line->bytes + at, line->length - at);
    if (line->length)
        ha_text_pad(text, INDENT);
    if (cut)
        ha_text_add(text, CUT);
    print_characters(line->bytes + at, line->length - at, LINE_SHOWN, text);
    ha_text_add(text, "\n");
    ha_text_pad(text, INDENT + (cut ? strlen(CUT) : 0) + line->before - hidden);
    ha_text_add(text, "^\n");
}

void ha_place_head(const struct ha_source *source, size_t offset, struct ha_text *text)
{
    struct line line = line_at(source, offset);
    print_head(source, &line, text);
}

void ha_place_line(const struct ha_source *source, size_t offset, struct ha_text *text)
{
    struct line line = line_at(source, offset);
    print_line(&line, text);
}

void ha_complaints_print(const struct ha_complaints *complaints, const struct ha_source *source,
                         struct ha_text *messages)
{
    for (size_t i = 0; i < complaints->count && i < HA_COMPLAINTS_SHOWN; i++) {
        const struct ha_complaint *complaint = &complaints->shown[i];
        struct line line = line_at(source, complaint->offset);
        print_head(source, &line, messages);
        ha_text_addf(messages, "%s\n", ha_text_string(&complaint->text));
        print_line(&line, messages);
    }
    if (complaints->count > HA_COMPLAINTS_SHOWN) {
        ha_add_file_name(messages, source->file);
        ha_text_addf(messages, ": ... and %zu more\n", complaints->count - HA_COMPLAINTS_SHOWN);
    }
}
