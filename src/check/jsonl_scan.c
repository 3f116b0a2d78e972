/*
 * jsonl_scan - the tokens of one line of JSON
 *
 * Owns struct ha_cursor and the grammar of RFC 8259, as far as one line goes.
 */
#include "check/jsonl_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/eight.h"

#define DEEPEST 32u                 /* of values that are skipped; a record needs 2 */
#define SHOWN 40u                   /* bytes of a word in a message */

size_t ha_utf8_sequence(const unsigned char *s, size_t length)
{
    /* Source: RFC 3629, the table in section 4. */
    static const struct { unsigned char first, last, length, low, high; } shapes[] = {
        {0x00, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
        {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
        {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
    };

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (s[0] < shapes[i].first || s[0] > shapes[i].last)
            continue;
        if (shapes[i].length > length)
            return 0;
        if (shapes[i].length > 1 && (s[1] < shapes[i].low || s[1] > shapes[i].high))
            return 0;
        for (size_t k = 2; k < shapes[i].length; k++)
            if (s[k] < 0x80 || s[k] > 0xbf)
                return 0;
        return shapes[i].length;
    }
    return 0;
}

struct ha_shown ha_show(const char *bytes, size_t length)
{
    struct ha_shown shown = {""};
    size_t used = 0;

    for (; used < length && used < SHOWN; used++)
        shown.text[used] = bytes[used] >= ' ' && bytes[used] <= '~' ? bytes[used] : '?';
    if (used < length)
        memcpy(shown.text + used, "...", 4);
    return shown;
}

bool ha_cursor_wrong(struct ha_cursor *cursor, const char *at, const char *format, ...)
{
    va_list arguments;

    if (cursor->wrong)
        return false;
    cursor->wrong = at;
    va_start(arguments, format);
    vsnprintf(cursor->message, sizeof cursor->message, format, arguments);
    va_end(arguments);
    return false;
}

bool ha_cursor_expected(struct ha_cursor *cursor, const char *what)
{
    char c = ha_cursor_peek(cursor);

    if (cursor->at == cursor->end)
        return ha_cursor_wrong(cursor, cursor->at, "expected %s, found the end of the line", what);
    if (c < ' ' || c > '~')
        return ha_cursor_wrong(cursor, cursor->at, "expected %s, found byte 0x%02X", what,
                               (unsigned)(unsigned char)c);
    return ha_cursor_wrong(cursor, cursor->at, "expected %s, found '%c'", what, c);
}

char ha_cursor_peek(struct ha_cursor *cursor)
{
    while (cursor->at < cursor->end
           && (*cursor->at == ' ' || *cursor->at == '\t' || *cursor->at == '\r'))
        cursor->at++;
    return cursor->at < cursor->end ? *cursor->at : '\0';
}

bool ha_cursor_take(struct ha_cursor *cursor, char mark, const char *what)
{
    if (ha_cursor_peek(cursor) != mark || cursor->at == cursor->end)
        return ha_cursor_expected(cursor, what);
    cursor->at++;
    return true;
}

/* The value of a hexadecimal digit, 16 for anything else. */
static unsigned digit_of(char c)
{
    return c >= '0' && c <= '9' ? (unsigned)(c - '0')
         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10u
         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10u : 16u;
}

/* The four digits of \uXXXX, whose backslash is at `at`; 0x10000 when they are none. */
static uint32_t code_unit(const char *at, const char *end)
{
    uint32_t unit = 0;

    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return 0x10000;
    for (size_t i = 2; i < 6; i++) {
        if (digit_of(at[i]) == 16)
            return 0x10000;
        unit = unit << 4 | digit_of(at[i]);
    }
    return unit;
}

/* Bytes of the escape that starts at `at`, or 0 when it is none; surrogates come in pairs. */
static size_t escape_length(const char *at, const char *end)
{
    uint32_t unit, low;

    if (end - at >= 2 && strchr("\"\\/bfnrt", at[1]) && at[1])
        return 2;
    unit = code_unit(at, end);
    if (unit >= 0x10000 || (unit >= 0xdc00 && unit <= 0xdfff))
        return 0;
    if (unit < 0xd800 || unit > 0xdbff)
        return 6;
    low = code_unit(at + 6, end);
    return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/* The first of eight bytes and more that needs a closer look in a string. */
static const char *pass_plain(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t bytes = ha_eight_bytes(at);
        uint64_t quotes = bytes ^ HA_EIGHT_ONES * '"', slashes = bytes ^ HA_EIGHT_ONES * '\\';
        uint64_t special = (bytes | (bytes - HA_EIGHT_ONES * ' ') | (quotes - HA_EIGHT_ONES)
                            | (slashes - HA_EIGHT_ONES)) & HA_EIGHT_ONES * 0x80;
        if (special)
            return at + ha_eight_first(special);
    }
    return at;
}

bool ha_cursor_string(struct ha_cursor *cursor, struct ha_span *span)
{
    const char *at, *start;

    if (!ha_cursor_take(cursor, '"', "a string"))
        return false;
    at = start = cursor->at;
    span->escaped = false;
    while ((at = pass_plain(at, cursor->end)) < cursor->end && *at != '"') {
        size_t length = 1;
        if (*at == '\\') {
            span->escaped = true;
            length = escape_length(at, cursor->end);
            if (!length)
                return ha_cursor_wrong(cursor, at, "this is no escape of JSON");
        } else if ((unsigned char)*at < ' ') {
            return ha_cursor_wrong(cursor, at, "a control character must be written as \\u%04x",
                                   (unsigned)(unsigned char)*at);
        } else if ((unsigned char)*at >= 0x80) {
            length = ha_utf8_sequence((const unsigned char *)at, (size_t)(cursor->end - at));
            if (!length)
                return ha_cursor_wrong(cursor, at, "byte 0x%02X is not UTF-8",
                                       (unsigned)(unsigned char)*at);
        }
        at += length;
    }
    if (at == cursor->end) {
        cursor->at = at;
        return ha_cursor_wrong(cursor, at, "the string has no end");
    }
    span->bytes = start;
    span->length = (size_t)(at - start);
    cursor->at = at + 1;
    return true;
}

/* UTF-8 of a character beyond ASCII or not; returns how many bytes it has. */
static size_t encode(uint32_t point, char bytes[4])
{
    static const unsigned char heads[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3f));
    bytes[0] = (char)(heads[length] | point);
    return length;
}

/* One escape of a string that was found good, as the bytes it stands for. */
static size_t decode_escape(const char **at, const char *end, char bytes[4])
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    size_t length = escape_length(*at, end);
    uint32_t point;

    if (length == 2) {
        bytes[0] = values[strchr(letters, (*at)[1]) - letters];
        *at += 2;
        return 1;
    }
    point = code_unit(*at, end);
    if (length == 12)
        point = 0x10000 + ((point & 0x3ff) << 10) + (code_unit(*at + 6, end) & 0x3ff);
    *at += length;
    return encode(point, bytes);
}

bool ha_span_decode(struct ha_span span, char *bytes, size_t room, size_t *length)
{
    const char *at = span.bytes, *end = span.bytes + span.length;

    *length = 0;
    while (at < end) {
        char one[4] = {*at};
        size_t size = 1;
        if (*at == '\\')
            size = decode_escape(&at, end, one);
        else
            at++;
        for (size_t i = 0; i < size; i++, ++*length)
            if (*length < room)
                bytes[*length] = one[i];
    }
    return *length <= room;
}

/* Digits up to `end`, at least one. False when there is something else, or more than 64 bits. */
static bool read_digits(const char *at, const char *end, unsigned base, uint64_t *value)
{
    bool good = at < end;

    *value = 0;
    for (; at < end && good; at++) {
        unsigned digit = digit_of(*at);
        good = digit < base && *value <= (UINT64_MAX - digit) / base;
        *value = *value * base + digit;
    }
    return good;
}

static bool read_quoted(struct ha_cursor *cursor, uint64_t *value)
{
    const char *start = cursor->at;
    struct ha_span span;
    bool hex;

    if (!ha_cursor_string(cursor, &span))
        return false;
    hex = span.length > 2 && span.bytes[0] == '0' && span.bytes[1] == 'x';
    if (!read_digits(span.bytes + (hex ? 2 : 0), span.bytes + span.length, hex ? 16 : 10, value))
        return ha_cursor_wrong(cursor, start, "\"%s\" is no whole number of 64 bits",
                               ha_show(span.bytes, span.length).text);
    return true;
}

bool ha_cursor_number(struct ha_cursor *cursor, uint64_t *value, bool *sign)
{
    char first = ha_cursor_peek(cursor);
    const char *start = cursor->at, *at;

    if (sign)
        *sign = first == '-';
    if (first == '"')
        return read_quoted(cursor, value);
    if (first == '-' && sign)
        start++;
    for (at = start; at < cursor->end && *at >= '0' && *at <= '9'; at++)
        continue;
    if (at == start)
        return ha_cursor_expected(cursor, "a whole number");
    if (at < cursor->end && (*at == '.' || *at == 'e' || *at == 'E'))
        return ha_cursor_wrong(cursor, at, "the number must be whole, and written without '%c'",
                               *at);
    if (*start == '0' && at - start > 1)
        return ha_cursor_wrong(cursor, start, "a number does not begin with 0");
    if (!read_digits(start, at, 10, value))
        return ha_cursor_wrong(cursor, start, "the number has more than 64 bits");
    cursor->at = at;
    return true;
}

static bool take_literal(struct ha_cursor *cursor, const char *word)
{
    size_t length = strlen(word);

    ha_cursor_peek(cursor);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

bool ha_cursor_flag(struct ha_cursor *cursor, bool *value)
{
    *value = take_literal(cursor, "true");
    return *value || take_literal(cursor, "false") || ha_cursor_expected(cursor, "true or false");
}

bool ha_cursor_null(struct ha_cursor *cursor)
{
    return take_literal(cursor, "null");
}

bool ha_cursor_key(struct ha_cursor *cursor, bool first, struct ha_span *key, bool *more)
{
    *more = ha_cursor_peek(cursor) != '}';
    if (!*more) {
        cursor->at++;
        return true;
    }
    if (!first && !ha_cursor_take(cursor, ',', "',' or '}'"))
        return false;
    if (ha_cursor_peek(cursor) != '"')
        return ha_cursor_expected(cursor, "a key in quotes");
    return ha_cursor_string(cursor, key) && ha_cursor_take(cursor, ':', "':' behind the key");
}

/* A number of any form: only its characters are looked at. */
static bool skip_number(struct ha_cursor *cursor)
{
    const char *start = cursor->at;

    while (cursor->at < cursor->end && *cursor->at && strchr("0123456789+-.eE", *cursor->at))
        cursor->at++;
    return cursor->at > start;
}

bool ha_cursor_skip(struct ha_cursor *cursor)
{
    char closes[DEEPEST];
    unsigned depth = 0;
    struct ha_span span;

    do {
        char c = ha_cursor_peek(cursor);
        if (depth && c == closes[depth - 1]) {
            cursor->at++;
            depth--;
        } else if (c == '{' || c == '[') {
            if (depth == DEEPEST)
                return ha_cursor_wrong(cursor, cursor->at, "nested more than %u deep", DEEPEST);
            closes[depth++] = c == '{' ? '}' : ']';
            cursor->at++;
        } else if (depth && (c == ',' || c == ':')) {
            cursor->at++;
        } else if (c == '"') {
            if (!ha_cursor_string(cursor, &span))
                return false;
        } else if (!take_literal(cursor, "true") && !take_literal(cursor, "false")
                   && !take_literal(cursor, "null") && !skip_number(cursor)) {
            return ha_cursor_expected(cursor, "a value");
        }
    } while (depth);
    return true;
}
