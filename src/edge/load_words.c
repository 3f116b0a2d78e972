/*
 * load_words - the small notations inside a scenario's strings and numbers
 *
 * Owns their grammar. Nothing here depends on the locale.
 */
#include "edge/load_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"

#define LONGEST_NAME 31u
#define MOST_EXACT ((int64_t)1 << 53)
#define MOST_EXPONENT 1000      /* beyond it every number but 0 is too large, or a fraction */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Append a digit to a value that may not go beyond `most`. */
static bool push_digit(uint64_t *value, unsigned base, unsigned digit, uint64_t most)
{
    if (*value > (most - digit) / base)
        return false;
    *value = *value * base + digit;
    return true;
}

/* The digits at `*text`, at least one, and at most as much as `most`. */
static bool take_decimal(const char **text, uint64_t most, uint64_t *value)
{
    *value = 0;
    if (!is_digit(**text))
        return false;
    for (; is_digit(**text); (*text)++)
        if (!push_digit(value, 10, (unsigned)(**text - '0'), most))
            return false;
    return true;
}

static unsigned hexadecimal(char c)
{
    return is_digit(c) ? (unsigned)(c - '0')
         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 16;
}

static bool take_hexadecimal(const char **text, uint64_t *value)
{
    *value = 0;
    if (hexadecimal(**text) == 16)
        return false;
    for (; hexadecimal(**text) < 16; (*text)++)
        if (!push_digit(value, 16, hexadecimal(**text), UINT64_MAX))
            return false;
    return true;
}

static bool scale(uint64_t *value, uint64_t factor, uint64_t most)
{
    if (*value > most / factor)
        return false;
    *value *= factor;
    return true;
}

bool ha_word_is_name(const char *text, size_t length)
{
    if (length == 0 || length > LONGEST_NAME || !is_letter(text[0]))
        return false;
    for (size_t i = 1; i < length; i++)
        if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '-')
            return false;
    return true;
}

/* The exponent at `text`, held within MOST_EXPONENT. */
static int exponent_of(const char *text)
{
    int exponent = 0;
    bool negative = *text == '-';
    for (text += *text == '-' || *text == '+'; is_digit(*text); text++)
        if (exponent < MOST_EXPONENT)
            exponent = exponent * 10 + (*text - '0');
    return negative ? -exponent : exponent;
}

bool ha_word_number(const char *text, int64_t *value)
{
    bool negative = *text == '-';
    const char *digits = text + negative;
    size_t length = strspn(digits, "0123456789.");
    const char *point = memchr(digits, '.', length);
    int exponent = digits[length] == 'e' || digits[length] == 'E'
                 ? exponent_of(digits + length + 1) : 0;
    uint64_t whole = 0;

    /* The value is digits * 10^exponent once the point has gone to the end, and noughts there
     * have gone into the exponent: then a negative exponent is a fraction. */
    if (point)
        exponent -= (int)(digits + length - point - 1);
    while (length && (digits[length - 1] == '0' || digits[length - 1] == '.'))
        exponent += digits[--length] == '0';
    if (length == 0) {
        *value = 0;
        return true;
    }
    if (exponent < 0)
        return false;
    for (size_t i = 0; i < length; i++)
        if (digits[i] != '.'
            && !push_digit(&whole, 10, (unsigned)(digits[i] - '0'), (uint64_t)MOST_EXACT))
            return false;
    for (; exponent > 0; exponent--)
        if (!scale(&whole, 10, (uint64_t)MOST_EXACT))
            return false;
    *value = negative ? -(int64_t)whole : (int64_t)whole;
    return true;
}

bool ha_word_index(const char *text, size_t length, uint32_t *value)
{
    const char *at = text;
    uint64_t number;
    if (!take_decimal(&at, UINT32_MAX, &number) || at != text + length
        || (length > 1 && *text == '0'))
        return false;
    *value = (uint32_t)number;
    return true;
}

/* The nanoseconds of a unit of time; 0 when it is none. */
static uint64_t unit_ns(const char *name)
{
    static const struct { const char *name; uint64_t ns; } units[] = {
        {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (!strcmp(name, units[i].name))
            return units[i].ns;
    return 0;
}

bool ha_word_time(const char *text, uint64_t *ns)
{
    uint64_t whole;
    if (!take_decimal(&text, INT64_MAX, &whole))
        return false;
    if (!*text && whole == 0) {
        *ns = 0;
        return true;
    }

    size_t fraction = *text == '.' ? strspn(text + 1, "0123456789") : 0;
    const char *unit = *text == '.' ? text + 1 + fraction : text;
    uint64_t digit_ns = unit_ns(unit);
    if ((*text == '.' && fraction == 0) || !digit_ns || !scale(&whole, digit_ns, INT64_MAX))
        return false;
    for (size_t d = 1; d <= fraction; d++) {
        digit_ns /= 10;
        uint64_t more = (uint64_t)(text[d] - '0') * digit_ns;
        if ((digit_ns == 0 && text[d] != '0') || more > INT64_MAX - whole)
            return false;
        whole += more;
    }
    *ns = whole;
    return true;
}

bool ha_word_is_late(const char *text)
{
    uint64_t whole;
    size_t digits = strspn(text, "0123456789");
    bool overflows = !take_decimal(&text, INT64_MAX, &whole);
    text += overflows ? strspn(text, "0123456789") : 0;
    if (*text == '.' && strspn(text + 1, "0123456789"))
        text += 1 + strspn(text + 1, "0123456789");
    uint64_t ns = unit_ns(text);
    return digits && ns && (overflows || whole >= INT64_MAX / ns);
}

bool ha_word_size(const char *text, uint64_t *bytes)
{
    static const struct { const char *name; unsigned shift; } units[] = {
        {"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40},
    };
    uint64_t value;
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    text += hex ? 2 : 0;
    if (hex ? !take_hexadecimal(&text, &value) : !take_decimal(&text, UINT64_MAX, &value))
        return false;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!strcmp(text, units[i].name)) {
            if (!scale(&value, (uint64_t)1 << units[i].shift, UINT64_MAX))
                return false;
            *bytes = value;
            return true;
        }
    }
    return false;
}

bool ha_word_pair(const char *text, size_t length, uint32_t *group, uint32_t *number)
{
    const char *at = text;
    uint64_t g, n;
    if (!take_decimal(&at, UINT16_MAX, &g) || *at++ != ':' || !take_decimal(&at, UINT8_MAX, &n)
        || at != text + length)
        return false;
    *group = (uint32_t)g;
    *number = (uint32_t)n;
    return true;
}

const char *ha_word_nearer(const char *word, const char *best, const char *name)
{
    const char *both[] = {best ? best : name, name};
    return ha_text_nearest(word, both, 2);
}

bool ha_word_status(const char *text, int32_t *nt_status)
{
    const char *at = text + 2;
    uint64_t value;
    if (strncmp(text, "0x", 2))
        return ha_status_find(text, nt_status);
    if (strlen(at) != 8 || !take_hexadecimal(&at, &value) || *at)
        return false;
    *nt_status = (int32_t)(uint32_t)value;
    return true;
}
