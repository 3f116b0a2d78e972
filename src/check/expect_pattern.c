/*
 * expect_pattern - whether a call is the one that a pattern describes
 *
 * Owns the form of a pattern. Pattern and call are read word beside word.
 */
#include "check/expect_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

/* A piece of a line, not terminated; empty behind the last one. */
struct word {
    const char *text;
    size_t length;
};

static struct word next_word(const char **rest)
{
    struct word word;

    *rest += strspn(*rest, " ");
    word.text = *rest;
    word.length = strcspn(*rest, " ");
    *rest += word.length;
    return word;
}

static bool same(struct word a, struct word b)
{
    return a.length == b.length && !memcmp(a.text, b.text, a.length);
}

static bool is_star(struct word word)
{
    return word.length == 1 && word.text[0] == '*';
}

/* A word that is a decimal number of at most 5 digits, which any index is. */
static bool is_number(struct word word, unsigned value)
{
    unsigned number = 0;

    if (!word.length || word.length > 5)
        return false;
    for (size_t i = 0; i < word.length; i++) {
        if (word.text[i] < '0' || word.text[i] > '9')
            return false;
        number = 10 * number + (unsigned)(word.text[i] - '0');
    }
    return number == value;
}

static bool client_matches(struct word pattern, struct word client)
{
    const char *dot = memchr(client.text, '.', client.length);
    struct word driver, name;

    if (is_star(pattern) || same(pattern, client))
        return true;
    if (!dot || pattern.length < 3)
        return false;
    driver = (struct word){client.text, (size_t)(dot - client.text)};
    name = (struct word){dot + 1, client.length - driver.length - 1};
    if (!memcmp(pattern.text, "*.", 2)) {
        struct word right = {pattern.text + 2, pattern.length - 2};
        return is_star(right) || same(right, name);
    }
    if (!memcmp(pattern.text + pattern.length - 2, ".*", 2))
        return same((struct word){pattern.text, pattern.length - 2}, driver);
    return false;
}

/* The value of a status by name or as 0x and eight digits. */
static bool status_of(struct word word, uint32_t *value)
{
    char name[HA_STATUS_TEXT];
    int32_t nt_status;
    char *end;

    if (!word.length || word.length >= sizeof name)
        return false;
    memcpy(name, word.text, word.length);
    name[word.length] = '\0';
    if (ha_status_find(name, &nt_status)) {
        *value = (uint32_t)nt_status;
        return true;
    }
    if (word.length > 10 || strncmp(name, "0x", 2) != 0)
        return false;
    *value = (uint32_t)strtoul(name, &end, 16);
    return !*end;
}

/* A word from the fourth on: "(STATUS)", "->" or "STATUS". */
static bool tail_matches(struct word pattern, struct word word)
{
    uint32_t expected, made;

    if (pattern.length > 2 && pattern.text[0] == '(' && word.length && word.text[0] == '(') {
        pattern = (struct word){pattern.text + 1, pattern.length - 2};
        word = (struct word){word.text + 1, word.length - 2};
    } else if (word.length && word.text[0] == '(') {
        return false;
    }
    if (same(pattern, word))
        return true;
    if (same(word, (struct word){"->", 2}))
        return false;
    return is_star(pattern) ||
           (status_of(pattern, &expected) && status_of(word, &made) && expected == made);
}

/* "0x400000000": where memory begins. */
static bool base_of(struct word word, uint64_t *base)
{
    char *end;

    if (word.length < 3 || memcmp(word.text, "0x", 2) != 0)
        return false;
    *base = strtoull(word.text, &end, 16);
    return end == word.text + word.length;
}

/* Which processor, range or interface: an index, GROUP:NUMBER, an address. */
static bool which_matches(struct word pattern, struct word which, const struct ha_made_call *call)
{
    struct word colon;
    uint64_t expected, made;

    if (is_star(pattern) || same(pattern, which))
        return true;
    if (base_of(which, &made))
        return base_of(pattern, &expected) && expected == made;
    colon.text = pattern.length ? memchr(pattern.text, ':', pattern.length) : NULL;
    if (!colon.text || call->group == HA_NO_GROUP)
        return false;
    colon.length = pattern.length - (size_t)(colon.text - pattern.text);
    pattern.length -= colon.length;
    return is_number(pattern, call->group) &&
           is_number((struct word){colon.text + 1, colon.length - 1}, call->number);
}

/* Whether a pattern's words name a unit: then there is one behind the next that is no status. */
static bool has_unit(const char *rest)
{
    next_word(&rest);
    struct word last = next_word(&rest);

    return last.length && last.text[0] != '(' && !same(last, (struct word){"->", 2});
}

/* The same for an arrival, behind its event. One word of a pattern without a unit is a processor,
 * unless it stands for all. */
static bool instance_matches(const char **pattern, struct word unit, const char **words,
                             const struct ha_made_call *call)
{
    bool names_unit = has_unit(*pattern);
    struct word expected = next_word(pattern), which = next_word(words);

    if (!names_unit)
        return is_star(expected) || (same(unit, (struct word){"processor", 9}) &&
                                     which_matches(expected, which, call));
    if (!same(expected, unit) && !is_star(expected))
        return false;
    return which_matches(next_word(pattern), which, call);
}

/* The words before the statuses; both lines are then read up to what follows them. Where the event
 * is a star and no unit is named, calls of `either` sort may be meant. */
static bool head_matches(const char **pattern, const char **words, const struct ha_made_call *call,
                         bool either)
{
    struct word expected, made;

    if (!client_matches(next_word(pattern), next_word(words)))
        return false;
    expected = next_word(pattern);
    if (!same(expected, next_word(words)) && !is_star(expected))
        return false;
    made = next_word(words);
    if (!made.length || (made.text[0] >= '0' && made.text[0] <= '9'))
        return which_matches(next_word(pattern), made, call);
    if (!has_unit(*pattern) && !(either && is_star(expected)))
        return false;
    return instance_matches(pattern, made, words, call);
}

/* Whether the words agree, and nothing is left over of the call if it is to be `whole`. */
static bool matches(const char *pattern, const struct ha_made_call *call, bool whole)
{
    const char *words = call->words;
    struct word expected, made;

    if (!head_matches(&pattern, &words, call, !whole))
        return false;
    do {
        expected = next_word(&pattern);
        made = next_word(&words);
        if (!expected.length || !made.length)
            return !expected.length && (!whole || !made.length);
    } while (tail_matches(expected, made));
    return false;
}

bool ha_call_matches(const char *pattern, const struct ha_made_call *call)
{
    return matches(pattern, call, true);
}

bool ha_call_is_meant(const char *pattern, const struct ha_made_call *call)
{
    return matches(pattern, call, false);
}

bool ha_call_is_of(const char *pattern, const struct ha_made_call *call)
{
    const char *words = call->words;

    return client_matches(next_word(&pattern), next_word(&words));
}
