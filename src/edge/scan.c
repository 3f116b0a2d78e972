/*
 * scan - one walk over the text of a JSON file that finds what is wrong and where everything is
 *
 * Owns struct ha_marks and the grammar. Each function below starts at `at` and leaves it behind
 * what it has read; false means that the walk ends, with a complaint or for want of memory.
 */
#include "edge/scan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/eight.h"
#include "hotadd/error.h"

#define LONGEST_NUMBER 63u      /* characters; cJSON reads no more of one */

struct scanner {
    const char *bytes;
    size_t length, at;
    unsigned depth;
    struct ha_marks *marks;
    struct ha_rest *rest;       /* NULL where no list is cut short */
    struct ha_complaints *complaints;
    bool unmarked;              /* we are in the rest */
    bool no_memory;
};

/* The byte at `at`, or -1 at the end. */
static int peek(const struct scanner *s)
{
    return s->at < s->length ? (unsigned char)s->bytes[s->at] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static struct ha_found what_is_here(const struct scanner *s)
{
    return ha_found(s->bytes + s->at, s->length - s->at);
}

static bool expected(struct scanner *s, const char *what)
{
    ha_complain(s->complaints, s->at, "expected %s, found %s", what, what_is_here(s).text);
    return false;
}

/* Append a mark. */
static bool add_mark(struct ha_marks *marks, size_t key, size_t value)
{
    if (marks->count == marks->room) {
        size_t room = marks->room ? marks->room * 2 : 64;
        struct ha_mark *mark = realloc(marks->mark, room * sizeof *mark);
        if (!mark)
            return false;
        marks->mark = mark;
        marks->room = room;
    }
    marks->mark[marks->count++] = (struct ha_mark){(uint32_t)key, (uint32_t)value, 0};
    return true;
}

static void skip_space(struct scanner *s)
{
    size_t at = s->at;
    while (at < s->length && (s->bytes[at] == ' ' || s->bytes[at] == '\n' || s->bytes[at] == '\r'
                              || s->bytes[at] == '\t'))
        at++;
    s->at = at;
}

/* Those of eight bytes that need a closer look in a string, as their top bits: controls, '"', '\',
 * what is not ASCII. Behind the first of them there may be more than there should. */
static uint64_t special_bytes(uint64_t bytes)
{
    uint64_t quotes = bytes ^ HA_EIGHT_ONES * '"', backslashes = bytes ^ HA_EIGHT_ONES * '\\';
    return (bytes | (bytes - HA_EIGHT_ONES * ' ') | (quotes - HA_EIGHT_ONES)
            | (backslashes - HA_EIGHT_ONES)) & HA_EIGHT_ONES * 0x80;
}

/* Pass over the characters of a string that need no closer look, but for the last of a file. */
static void skip_plain(struct scanner *s)
{
    const char *at = s->bytes + s->at;
    for (size_t left = s->length - s->at; left >= 8; left -= 8, at += 8) {
        uint64_t special = special_bytes(ha_eight_bytes(at));
        if (special) {
            at += ha_eight_first(special);
            break;
        }
    }
    s->at = (size_t)(at - s->bytes);
}

/* The four digits after \u, which starts at `at`. */
static bool scan_code_unit(struct scanner *s, unsigned *unit)
{
    *unit = 0;
    for (size_t i = s->at + 2; i < s->at + 6; i++) {
        int c = i < s->length ? (unsigned char)s->bytes[i] : -1;
        unsigned digit = is_digit(c) ? (unsigned)(c - '0')
                       : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                       : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 16;
        if (digit == 16) {
            ha_complain(s->complaints, s->at, "\\u needs four hexadecimal digits");
            return false;
        }
        *unit = *unit << 4 | digit;
    }
    return true;
}

static bool scan_unicode_escape(struct scanner *s)
{
    unsigned unit, low = 0;
    if (!scan_code_unit(s, &unit))
        return false;
    if (unit == 0) {
        ha_complain(s->complaints, s->at, "a string must not hold NUL");
        return false;
    }
    if (unit < 0xd800 || unit > 0xdfff) {
        s->at += 6;
        return true;
    }

    size_t first = s->at;
    if (unit < 0xdc00 && s->length - first >= 8 && !memcmp(s->bytes + first + 6, "\\u", 2)) {
        s->at += 6;
        if (!scan_code_unit(s, &low))
            return false;
    }
    if (low < 0xdc00 || low > 0xdfff) {
        ha_complain(s->complaints, first, "\\u%04x is only half of a surrogate pair", unit);
        return false;
    }
    s->at += 6;
    return true;
}

static bool scan_escape(struct scanner *s)
{
    int c = s->at + 1 < s->length ? (unsigned char)s->bytes[s->at + 1] : -1;
    if (c == 'u')
        return scan_unicode_escape(s);
    if (c <= 0 || !strchr("\"\\/bfnrt", c)) {
        s->at++;
        return expected(s, "one of \"\\/bfnrtu after the backslash");
    }
    s->at += 2;
    return true;
}

static bool scan_string(struct scanner *s)
{
    size_t quote = s->at++;
    for (;;) {
        uint32_t point = 0;
        skip_plain(s);
        int c = peek(s);
        if (c < 0) {
            ha_complain(s->complaints, quote, "this string does not end");
            return false;
        }
        if (c == '"') {
            s->at++;
            return true;
        }
        size_t size = ha_utf8_decode(s->bytes + s->at, s->length - s->at, &point);
        if (size == 0 || c < 0x20) {
            ha_complain(s->complaints, s->at, "a string must not hold %s", what_is_here(s).text);
            return false;
        }
        if (c == '\\') {
            if (!scan_escape(s))
                return false;
            continue;
        }
        s->at += size;
    }
}

static bool scan_digits(struct scanner *s, const char *what)
{
    if (!is_digit(peek(s)))
        return expected(s, what);
    while (is_digit(peek(s)))
        s->at++;
    return true;
}

static bool scan_number(struct scanner *s)
{
    size_t start = s->at;
    if (peek(s) == '-')
        s->at++;
    size_t first = s->at;
    if (!scan_digits(s, "a digit after '-'"))
        return false;
    if (s->bytes[first] == '0' && s->at > first + 1) {
        ha_complain(s->complaints, start, "a number must not start with a needless 0");
        return false;
    }
    if (peek(s) == '.') {
        s->at++;
        if (!scan_digits(s, "a digit after the point"))
            return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (!scan_digits(s, "a digit of the exponent"))
            return false;
    }
    if (s->at - start > LONGEST_NUMBER) {
        ha_complain(s->complaints, start, "a number must not have more than %u characters",
                    LONGEST_NUMBER);
        return false;
    }
    return true;
}

static bool scan_literal(struct scanner *s)
{
    static const char *const literals[] = {"true", "false", "null"};
    struct ha_found found = what_is_here(s);

    for (size_t i = 0; i < 3; i++) {
        if (!strcmp(found.word, literals[i])) {
            s->at += strlen(literals[i]);
            return true;
        }
    }
    const char *nearest = ha_text_nearest(found.word, literals, 3);
    if (!nearest)
        return expected(s, "a value");
    ha_complain(s->complaints, s->at, "expected a value, found %s; did you mean \"%s\"?",
                found.text, nearest);
    return false;
}

static bool scan_value(struct scanner *s, size_t key);

static bool scan_member(struct scanner *s)
{
    size_t key = s->at;
    if (peek(s) != '"')
        return expected(s, "a key in quotes");
    if (!scan_string(s))
        return false;
    skip_space(s);
    if (peek(s) != ':')
        return expected(s, "':' after the key");
    s->at++;
    skip_space(s);
    return scan_value(s, key);
}

/* Behind an element of the list that is cut short. */
static void count_rest(struct scanner *s, struct ha_rest *rest)
{
    if (s->unmarked)
        rest->count++;
    else
        rest->start = s->at;
    s->unmarked = true;
}

/* An array or object, from its bracket on. `rest`: what it is cut short to, or NULL. */
static bool scan_list(struct scanner *s, char closing, struct ha_rest *rest)
{
    if (s->depth == HA_SCAN_MOST_DEPTH) {
        ha_complain(s->complaints, s->at, "this is nested more than %u levels deep",
                    HA_SCAN_MOST_DEPTH);
        return false;
    }
    s->depth++;
    s->at++;
    skip_space(s);
    if (peek(s) != closing) {
        for (;;) {
            if (closing == '}' ? !scan_member(s) : !scan_value(s, s->at))
                return false;
            if (rest)
                count_rest(s, rest);
            skip_space(s);
            if (peek(s) == closing)
                break;
            if (peek(s) != ',')
                return expected(s, closing == '}' ? "',' or '}'" : "',' or ']'");
            s->at++;
            skip_space(s);
        }
    }
    if (rest) {
        rest->end = s->at;
        s->unmarked = false;
    }
    s->at++;
    s->depth--;
    return true;
}

/* Whether an array is the list "events" of the top object. A key with escapes in it is none: all
 * that it costs is memory. */
static bool is_cut_short(const struct scanner *s, size_t key)
{
    static const char events[] = "\"events\"";
    return s->rest && s->depth == 1 && s->rest->list == 0 && s->length - key >= sizeof events
        && !memcmp(s->bytes + key, events, sizeof events - 1);
}

/* The value at `at`; `key` is the offset of its key, or its own. */
static bool scan_value(struct scanner *s, size_t key)
{
    bool marked = !s->unmarked;
    size_t number = s->marks->count;
    if (marked && !add_mark(s->marks, key, s->at)) {
        s->no_memory = true;
        return false;
    }

    int c = peek(s);
    struct ha_rest *rest = c == '[' && is_cut_short(s, key) ? s->rest : NULL;
    bool good = c == '{' ? scan_list(s, '}', NULL)
              : c == '[' ? scan_list(s, ']', rest)
              : c == '"' ? scan_string(s)
              : c == '-' || is_digit(c) ? scan_number(s)
              : scan_literal(s);
    if (marked)
        s->marks->mark[number].next = (uint32_t)s->marks->count;
    if (rest && rest->count)
        rest->list = number;
    return good;
}

int ha_scan(const struct ha_source *source, struct ha_marks *marks, struct ha_rest *rest,
            struct ha_complaints *complaints)
{
    assert(source->length <= HA_SCAN_MOST_BYTES);
    *rest = (struct ha_rest){0};
    struct scanner s = {
        .bytes = source->bytes, .length = source->length, .at = ha_source_mark(source),
        .marks = marks, .rest = rest, .complaints = complaints,
    };

    skip_space(&s);
    bool good = scan_value(&s, s.at);
    if (good) {
        skip_space(&s);
        good = peek(&s) < 0 || expected(&s, "the end of the file");
    }
    if (s.no_memory)
        return HA_ENOMEM;
    return good ? HA_OK : HA_EREAD;
}

int ha_scan_element(const struct ha_source *source, size_t *behind, struct ha_marks *marks)
{
    struct scanner s = {
        .bytes = source->bytes, .length = source->length, .at = *behind, .marks = marks,
    };
    skip_space(&s);
    assert(peek(&s) == ',');
    s.at++;
    skip_space(&s);
    marks->count = 0;
    bool good = scan_value(&s, s.at);
    assert(good || s.no_memory);
    *behind = s.at;
    return good ? HA_OK : HA_ENOMEM;
}

void ha_marks_close(struct ha_marks *marks)
{
    free(marks->mark);
    *marks = (struct ha_marks){0};
}
