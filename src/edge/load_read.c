/*
 * load_read - typed values out of a tree, with a complaint where one is wrong
 *
 * Owns struct ha_reader and the wording of all complaints about kinds, keys and forms.
 */
#include "edge/load_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "edge/load_words.h"

#define SHORTEST_BEGINNING 3u       /* of a word that is suggested for it */

void *ha_read_take(struct ha_reader *reader, size_t count, size_t size)
{
    void *taken = count <= SIZE_MAX / size ? ha_bag_take(&reader->bag, count * size) : NULL;
    if (!taken)
        reader->no_memory = true;
    return taken;
}

/* "a string", or of a set "null, a number or a string". */
static void name_kinds(unsigned kinds, char *text, size_t size)
{
    static const char *const names[] = {
        "null", "true or false", "a number", "a string", "an array", "an object",
    };
    size_t used = 0;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!(kinds & 1u << i))
            continue;
        bool last = kinds >> i == 1;
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 used == 0 ? "" : last ? " or " : ", ", names[i]);
    }
}

bool ha_read_kind(struct ha_reader *reader, struct ha_node node, unsigned kinds)
{
    char wanted[80], found[16];
    enum ha_json kind = ha_node_kind(node);
    if (kind & kinds)
        return true;
    name_kinds(kinds, wanted, sizeof wanted);
    name_kinds(kind, found, sizeof found);
    HA_COMPLAIN(reader, node, "must be %s, not %s", wanted,
                kind != HA_JSON_BOOL ? found : ha_node_is_true(node) ? "true" : "false");
    return false;
}

static void complain_of_key(struct ha_reader *reader, struct ha_node member,
                            const struct ha_key *keys, size_t count, struct ha_member *members)
{
    const char *key = ha_node_key(member), *nearest = NULL;
    size_t place = ha_node_key_place(&reader->tree, member), meant = 0;

    for (size_t i = 0; i < count && !ha_complaint_counts_only(&reader->complaints, place); i++) {
        nearest = ha_word_nearer(key, nearest, keys[i].name);
        if (nearest == keys[i].name)
            meant = i;
    }
    if (nearest) {
        HA_COMPLAIN_OF_KEY(reader, member, "unknown key %s; did you mean \"%s\"?",
                           ha_quote(key).text, nearest);
        members[meant].misspelt = true;
    } else {
        HA_COMPLAIN_OF_KEY(reader, member, "unknown key %s", ha_quote(key).text);
    }
}

/* The number of a member's key; `count` when it is unknown. */
static size_t key_of(struct ha_node member, const struct ha_key *keys, size_t count)
{
    const char *key = ha_node_key(member);
    size_t i = 0;
    /* The first characters tell most keys apart without a call. */
    while (i < count && (*keys[i].name != *key || strcmp(keys[i].name, key)))
        i++;
    return i;
}

static void complain_of_unknown(struct ha_reader *reader, struct ha_node object,
                                const struct ha_key *keys, size_t count,
                                struct ha_member *members)
{
    for (struct ha_node member = ha_node_first(object); member.json;
         member = ha_node_next(&reader->tree, member))
        if (key_of(member, keys, count) == count)
            complain_of_key(reader, member, keys, count, members);
}

bool ha_read_members(struct ha_reader *reader, struct ha_node object, const struct ha_key *keys,
                     size_t count, struct ha_member *members)
{
    bool all_known = true;

    memset(members, 0, count * sizeof *members);
    for (struct ha_node member = ha_node_first(object); member.json;
         member = ha_node_next(&reader->tree, member)) {
        size_t i = key_of(member, keys, count);
        if (i == count) {
            all_known = false;
        } else if (members[i].here.json) {
            HA_COMPLAIN_OF_KEY(reader, member, "the key \"%s\" is here twice", keys[i].name);
        } else {
            members[i].here = member;
            if (ha_read_kind(reader, member, keys[i].kinds))
                members[i].value = member;
        }
    }
    if (!all_known)
        complain_of_unknown(reader, object, keys, count, members);
    for (size_t i = 0; i < count; i++)
        if (keys[i].required && !members[i].here.json && !members[i].misspelt)
            HA_COMPLAIN(reader, object, "the key \"%s\" is missing", keys[i].name);
    return all_known;
}

bool ha_read_whole(struct ha_reader *reader, struct ha_node number, int64_t least, int64_t most,
                   int64_t *value)
{
    int64_t whole;
    if (ha_word_number(ha_node_text(&reader->tree, number), &whole) && whole >= least
        && whole <= most) {
        *value = whole;
        return true;
    }
    if (least == most)
        HA_COMPLAIN(reader, number, "must be %" PRId64, least);
    else
        HA_COMPLAIN(reader, number, "must be a whole number from %" PRId64 " to %" PRId64, least,
                    most);
    return false;
}

bool ha_read_number(struct ha_reader *reader, struct ha_node number, uint32_t least,
                    uint32_t most, uint32_t *value)
{
    int64_t whole;
    if (!ha_read_whole(reader, number, least, most, &whole))
        return false;
    *value = (uint32_t)whole;
    return true;
}

/* "0..2" */
static bool split_numbers(const char *text, uint32_t *from, uint32_t *to)
{
    const char *points = strstr(text, "..");
    return points && ha_word_index(text, (size_t)(points - text), from)
        && ha_word_index(points + 2, strlen(points + 2), to);
}

bool ha_read_numbers(struct ha_reader *reader, struct ha_node node, uint32_t least, uint32_t most,
                     const char *what, uint32_t *from, uint32_t *to)
{
    if (!ha_read_kind(reader, node, HA_JSON_NUMBER | HA_JSON_STRING))
        return false;
    if (ha_node_kind(node) == HA_JSON_NUMBER) {
        bool read = ha_read_number(reader, node, least, most, from);
        *to = *from;
        return read;
    }
    if (!split_numbers(ha_node_string(node), from, to))
        HA_COMPLAIN(reader, node, "%s is a number or a range as \"0..2\"", what);
    else if (*from > *to)
        HA_COMPLAIN(reader, node, "this range ends before it begins");
    else if (*from < least || *to > most)
        HA_COMPLAIN(reader, node, "must lie between %u and %u", (unsigned)least, (unsigned)most);
    else
        return true;
    return false;
}

const char *ha_read_text(struct ha_reader *reader, struct ha_node string)
{
    const char *bytes = ha_node_string(string);
    const char *copy = ha_bag_copy(&reader->bag, bytes, strlen(bytes));
    if (!copy)
        reader->no_memory = true;
    return copy;
}

const char *ha_read_string(struct ha_reader *reader, struct ha_node string)
{
    const char *text = ha_node_string(string);
    if (!*text) {
        HA_COMPLAIN(reader, string, "must not be empty");
        return NULL;
    }
    for (size_t left = strlen(text), size; left; text += size, left -= size) {
        uint32_t point = 0;
        size = ha_utf8_decode(text, left, &point);      /* the scan lets nothing else through */
        if (ha_utf8_is_control(point)) {
            HA_COMPLAIN(reader, string, "must not hold the control character U+%04X",
                        (unsigned)point);
            return NULL;
        }
    }
    return ha_read_text(reader, string);
}

const char *ha_read_name(struct ha_reader *reader, struct ha_node string)
{
    const char *name = ha_node_string(string);
    if (ha_word_is_name(name, strlen(name)))
        return ha_read_text(reader, string);
    HA_COMPLAIN(reader, string, "%s is no name: that is up to 31 letters, digits, '_' and '-', "
                "the first a letter or '_'", ha_quote(name).text);
    return NULL;
}

bool ha_read_time(struct ha_reader *reader, struct ha_node string, uint64_t *ns)
{
    const char *text = ha_node_string(string);
    if (ha_word_time(text, ns))
        return true;
    if (ha_word_is_late(text))
        HA_COMPLAIN(reader, string, "%s is too late: simulated time ends after %" PRId64 "ns",
                    ha_quote(text).text, INT64_MAX);
    else
        HA_COMPLAIN(reader, string, "%s is no time: that is whole nanoseconds, written as "
                    "\"250ns\", \"20us\", \"1.5ms\", \"3s\" or \"0\"", ha_quote(text).text);
    return false;
}

bool ha_read_size(struct ha_reader *reader, struct ha_node string, uint64_t *bytes)
{
    if (ha_word_size(ha_node_string(string), bytes))
        return true;
    HA_COMPLAIN(reader, string, "%s is no address or size: that is bytes in 64 bits, written as "
                "\"0x1000\", \"4096\", \"64KiB\", \"8MiB\", \"16GiB\" or \"1TiB\"",
                ha_quote(ha_node_string(string)).text);
    return false;
}

bool ha_read_status(struct ha_reader *reader, struct ha_node string, int32_t *nt_status)
{
    const char *word = ha_node_string(string);
    if (ha_word_status(word, nt_status))
        return true;
    if (!strncmp(word, "0x", 2) || !strncmp(word, "0X", 2))
        HA_COMPLAIN(reader, string, "%s is no status: as a number it is 0x with eight digits",
                    ha_quote(word).text);
    else
        ha_read_no_such(reader, ha_read_place(reader, string), "status", word,
                        ha_status_nearest(word));
    return false;
}

bool ha_read_choice(struct ha_reader *reader, struct ha_node string, const char *kind,
                    const char *const *words, size_t count, size_t *choice)
{
    const char *word = ha_node_string(string);
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(word, words[i])) {
            *choice = i;
            return true;
        }
    }
    ha_read_no_choice(reader, ha_read_place(reader, string), kind, word, words, count);
    return false;
}

/* The only word that goes on from another, as DISPATCH_LEVEL does from DISPATCH; or NULL. */
static const char *longer_word(const char *word, const char *const *words, size_t count)
{
    const char *longer = NULL;
    size_t length = strlen(word);
    for (size_t i = 0; i < count && length >= SHORTEST_BEGINNING; i++) {
        if (strncmp(words[i], word, length) != 0)
            continue;
        if (longer)
            return NULL;
        longer = words[i];
    }
    return longer;
}

void ha_read_no_choice(struct ha_reader *reader, size_t place, const char *kind,
                       const char *word, const char *const *words, size_t count)
{
    struct ha_text all = {0};
    const char *meant = ha_text_nearest(word, words, count);
    if (!meant)
        meant = longer_word(word, words, count);
    if (meant) {
        ha_read_no_such(reader, place, kind, word, meant);
        return;
    }
    for (size_t i = 0; i < count; i++)
        ha_text_addf(&all, "%s\"%s\"", i ? ", " : "", words[i]);
    HA_COMPLAIN_AT(reader, place, "there is no %s %s; there is: %s", kind, ha_quote(word).text,
                ha_text_string(&all));
    reader->no_memory |= all.lost;
    ha_text_close(&all);
}

void ha_read_no_such(struct ha_reader *reader, size_t place, const char *kind, const char *word,
                     const char *nearest)
{
    if (nearest)
        HA_COMPLAIN_AT(reader, place, "there is no %s %s; did you mean \"%s\"?", kind,
                       ha_quote(word).text, nearest);
    else
        HA_COMPLAIN_AT(reader, place, "there is no %s %s", kind, ha_quote(word).text);
}
