/*
 * jsonl_value - the value of one field, from JSON Lines into a record
 *
 * Owns how each shape of check/vocabulary.h is read: what check/jsonl.c writes, and besides that a
 * plain number wherever a word or 0x stands for one.
 */
#include "check/jsonl_value.h"

#include <inttypes.h>
#include <string.h>

#include "base/names.h"
#include "hotadd/profile.h"

#define GUID_TEXT 38u           /* "{97fadb10-4e33-40ae-359c-8bef029dbdd0}" */
#define TAG_TEXT 4u
#define LONGEST_WORD 64u

static uint64_t largest(const struct ha_field *field)
{
    if (field->bits)
        return (uint64_t)(field->bits / (field->bits & -field->bits));
    return field->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * field->size) - 1;
}

static void store(const struct ha_field *field, uint64_t value, struct ha_record *record)
{
    unsigned char *member = (unsigned char *)record + field->offset;
    uint16_t value16 = (uint16_t)value;
    uint32_t value32 = (uint32_t)value;
    unsigned bits = field->bits;

    if (field->shape == HA_SHAPE_SEQUENCE)
        ha_record_number(record, value);
    else if (bits)
        *member = (unsigned char)((*member & ~bits) | ((unsigned)value * (bits & -bits) & bits));
    else if (field->size == 1)
        *member = (unsigned char)value;
    else if (field->size == 2)
        memcpy(member, &value16, sizeof value16);
    else if (field->size == 4)
        memcpy(member, &value32, sizeof value32);
    else
        memcpy(member, &value, sizeof value);
}

/* Store a number that was read at `at`, if the member has room for it. */
static bool put(struct ha_cursor *cursor, const char *at, const struct ha_field *field,
                uint64_t value, struct ha_record *record)
{
    uint64_t most = field->shape == HA_SHAPE_SEQUENCE ? (UINT64_C(1) << 48) - 1 : largest(field);

    if (value > most)
        return ha_cursor_wrong(cursor, at, "\"%s\" is at most %" PRIu64, field->name, most);
    store(field, value, record);
    return true;
}

static bool read_number(struct ha_cursor *cursor, const struct ha_field *field,
                        struct ha_record *record)
{
    uint64_t value;

    ha_cursor_peek(cursor);
    const char *at = cursor->at;
    return ha_cursor_number(cursor, &value, NULL) && put(cursor, at, field, value, record);
}

static bool read_signed(struct ha_cursor *cursor, const struct ha_field *field,
                        struct ha_record *record)
{
    uint64_t value;
    bool negative;

    ha_cursor_peek(cursor);
    const char *at = cursor->at;
    if (!ha_cursor_number(cursor, &value, &negative))
        return false;
    if (value > (uint64_t)INT32_MAX + negative)
        return ha_cursor_wrong(cursor, at, "\"%s\" has 32 bits with a sign", field->name);
    store(field, negative ? (uint64_t)-(int64_t)value & UINT32_MAX : value, record);
    return true;
}

/* A word that the table does not have; it may be a number in quotes. */
static bool read_other(struct ha_cursor *cursor, const struct ha_words *words,
                       const struct ha_field *field, ha_word_table table, const char *at,
                       struct ha_span span, struct ha_record *record)
{
    char word[LONGEST_WORD + 1] = "";
    const char *nearest;

    if (span.length && span.bytes[0] >= '0' && span.bytes[0] <= '9') {
        cursor->at = at;
        return read_number(cursor, field, record);
    }
    if (span.length <= LONGEST_WORD)
        memcpy(word, span.bytes, span.length);
    nearest = word[0] ? ha_words_nearest(words, table, word) : NULL;
    if (!nearest)
        return ha_cursor_wrong(cursor, at, "\"%s\" is no value of \"%s\"",
                               ha_show(span.bytes, span.length).text, field->name);
    return ha_cursor_wrong(cursor, at, "\"%s\" is no value of \"%s\"; did you mean \"%s\"?",
                           ha_show(span.bytes, span.length).text, field->name, nearest);
}

static bool read_word(struct ha_cursor *cursor, const struct ha_words *words,
                      const struct ha_field *field, ha_word_table table,
                      struct ha_record *record)
{
    char first = ha_cursor_peek(cursor);
    const char *at = cursor->at;
    struct ha_span span;
    uint32_t number;

    if (first != '"')
        return first >= '0' && first <= '9' ? read_number(cursor, field, record)
                                            : ha_cursor_expected(cursor, "a word in quotes");
    if (!ha_cursor_string(cursor, &span))
        return false;
    if (!ha_words_find(words, table, span.bytes, span.length, &number))
        return read_other(cursor, words, field, table, at, span, record);
    return put(cursor, at, field, number, record);
}

static bool read_knob_value(struct ha_cursor *cursor, const struct ha_field *field,
                            struct ha_record *record)
{
    char first = ha_cursor_peek(cursor);
    const char *at = cursor->at, *name;
    struct ha_span span;

    if (first != '"')
        return read_number(cursor, field, record);
    if (!ha_cursor_string(cursor, &span))
        return false;
    for (unsigned value = 0;
         (name = ha_knob_value_name((enum ha_knob)record->id, value)) != NULL; value++)
        if (strlen(name) == span.length && !memcmp(name, span.bytes, span.length))
            return put(cursor, at, field, value, record);
    name = ha_knob_name((enum ha_knob)record->id);
    return ha_cursor_wrong(cursor, at, "\"%s\" is no value of %s",
                           ha_show(span.bytes, span.length).text, name ? name : "this knob");
}

static bool read_tag(struct ha_cursor *cursor, const struct ha_field *field,
                     struct ha_record *record)
{
    char letters[TAG_TEXT] = "";
    char first = ha_cursor_peek(cursor);
    const char *at = cursor->at;
    struct ha_span span;
    size_t length;
    uint32_t tag = 0;

    if (first != '"')
        return read_number(cursor, field, record);
    if (!ha_cursor_string(cursor, &span))
        return false;
    if (!ha_span_decode(span, letters, sizeof letters, &length) || length < TAG_TEXT) {
        if (length < TAG_TEXT)
            return ha_cursor_wrong(cursor, at, "a tag has four characters, or is a number as "
                                   "\"0x0100424d\"");
        cursor->at = at;
        return read_number(cursor, field, record);
    }
    for (size_t i = 0; i < TAG_TEXT; i++)
        tag |= (uint32_t)(unsigned char)letters[i] << 8 * i;
    store(field, tag, record);
    return true;
}

static bool read_guid(struct ha_cursor *cursor, unsigned char *member)
{
    /* Where in the text the digits of each byte are: two numbers are short and one is long. */
    static const unsigned char places[16] = {7, 5, 3, 1, 12, 10, 17, 15,
                                             20, 22, 25, 27, 29, 31, 33, 35};
    static const char form[] = "{00000000-0000-0000-0000-000000000000}";
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    struct ha_span span;

    ha_cursor_peek(cursor);
    const char *at = cursor->at;
    if (!ha_cursor_string(cursor, &span))
        return false;
    bool good = span.length == GUID_TEXT;
    for (size_t i = 0; i < GUID_TEXT && good; i++)
        good = form[i] == '0' ? memchr(digits, span.bytes[i], sizeof digits - 1) != NULL
                              : span.bytes[i] == form[i];
    if (!good)
        return ha_cursor_wrong(cursor, at, "a GUID is written as "
                               "\"{97fadb10-4e33-40ae-359c-8bef029dbdd0}\"");
    for (size_t i = 0; i < sizeof places; i++) {
        const char *pair = span.bytes + places[i];
        const char *high = memchr(digits, pair[0], sizeof digits - 1);
        const char *low = memchr(digits, pair[1], sizeof digits - 1);
        member[i] = (unsigned char)(((high - digits) & 15) << 4 | ((low - digits) & 15));
    }
    return true;
}

/* As an array of bytes, when they are no UTF-8 by themselves. */
static bool read_bytes(struct ha_cursor *cursor, const struct ha_field *field, char *member)
{
    bool more = true;

    if (!ha_cursor_take(cursor, '[', "a string, or an array of bytes"))
        return false;
    for (size_t i = 0; more; i++) {
        uint64_t byte;
        ha_cursor_peek(cursor);
        const char *at = cursor->at;
        if (!ha_cursor_number(cursor, &byte, NULL))
            return false;
        if (byte > UINT8_MAX || i == field->size)
            return ha_cursor_wrong(cursor, at, "\"%s\" has at most %u bytes, each at most 255",
                                   field->name, (unsigned)field->size);
        member[i] = (char)(unsigned char)byte;
        more = ha_cursor_peek(cursor) == ',';
        cursor->at += more;
    }
    return ha_cursor_take(cursor, ']', "',' or ']'");
}

static bool read_text(struct ha_cursor *cursor, const struct ha_field *field, char *member)
{
    char first = ha_cursor_peek(cursor);
    const char *at = cursor->at;
    struct ha_span span;
    size_t length;

    memset(member, 0, field->size);
    if (first != '"')
        return read_bytes(cursor, field, member);
    if (!ha_cursor_string(cursor, &span))
        return false;
    if (!ha_span_decode(span, member, field->size, &length))
        return ha_cursor_wrong(cursor, at, "\"%s\" has at most %u bytes; what is longer goes on in "
                               "another record, with \"more\":true", field->name,
                               (unsigned)field->size);
    return true;
}

/* The members of the one or the other small object, in any order, each once. */
enum { GROUP, NUMBER, RESERVED, RELATION, OF_PROCESSOR, INTO_BUFFER, PARTS };
static const struct { const char *name; struct ha_field field; } parts[PARTS] = {
    [GROUP] = {"group", {"group", HA_SHAPE_NUMBER, 2, 0, 0, NULL}},
    [NUMBER] = {"number", {"number", HA_SHAPE_NUMBER, 1, 0, 2, NULL}},
    [RESERVED] = {"reserved", {"reserved", HA_SHAPE_NUMBER, 1, 0, 3, NULL}},
    [RELATION] = {"relation", {"relation", HA_SHAPE_WORD, 4, 0, 0, ha_relation_name}},
    [OF_PROCESSOR] = {"processor_given", {"processor_given", HA_SHAPE_FLAG, 1, 0, 4, NULL}},
    [INTO_BUFFER] = {"buffer_given", {"buffer_given", HA_SHAPE_FLAG, 1, 0, 5, NULL}},
};

/* Take an object of three of these members into a record that stands for it. */
static bool read_object(struct ha_cursor *cursor, const struct ha_words *words, unsigned first_part,
                        struct ha_record *object)
{
    unsigned seen = 0;
    bool more;

    if (!ha_cursor_take(cursor, '{', "'{'"))
        return false;
    for (bool first = true;; first = false) {
        struct ha_span key;
        unsigned part = first_part, last = first_part + 3;
        ha_cursor_peek(cursor);
        if (!ha_cursor_key(cursor, first, &key, &more) || !more)
            return !cursor->wrong && (seen == 7
                   || ha_cursor_wrong(cursor, cursor->at - 1, "needs \"%s\", \"%s\" and \"%s\"",
                                      parts[first_part].name, parts[first_part + 1].name,
                                      parts[first_part + 2].name));
        while (part < last && (strlen(parts[part].name) != key.length
                               || memcmp(parts[part].name, key.bytes, key.length)))
            part++;
        if (part == last || (seen >> (part - first_part) & 1))
            return ha_cursor_wrong(cursor, key.bytes - 1, "there is no key \"%s\" here%s",
                                   ha_show(key.bytes, key.length).text,
                                   part == last ? "" : " a second time");
        seen |= 1u << (part - first_part);
        if (!ha_value_read(cursor, words, &parts[part].field, 0, object))
            return false;
    }
}

static bool read_place(struct ha_cursor *cursor, const struct ha_words *words,
                       unsigned char *member)
{
    struct ha_record object = {0};

    if (!read_object(cursor, words, GROUP, &object))
        return false;
    memcpy(member, &object, 4);
    return true;
}

static bool read_relation(struct ha_cursor *cursor, const struct ha_words *words,
                          const struct ha_field *field, struct ha_record *record)
{
    struct ha_record object = {0};
    unsigned char given[8];
    uint32_t argument;

    ha_cursor_peek(cursor);
    const char *at = cursor->at;
    if (!read_object(cursor, words, RELATION, &object))
        return false;
    memcpy(given, &object, sizeof given);
    memcpy(&argument, &object, sizeof argument);
    if (argument != HA_RELATION_ASKED(argument))
        return ha_cursor_wrong(cursor, at, "\"relation\" is at most %u", HA_RELATION_ASKED(~0u));
    argument |= (given[4] ? HA_RELATION_OF_PROCESSOR : 0)
                | (given[5] ? HA_RELATION_INTO_BUFFER : 0);
    store(field, argument, record);
    return true;
}

/* A number, or null for another one. */
static bool read_or_null(struct ha_cursor *cursor, const struct ha_field *field, uint64_t null,
                         struct ha_record *record)
{
    if (!ha_cursor_null(cursor))
        return read_number(cursor, field, record);
    store(field, null, record);
    return true;
}

void ha_value_leave_out(const struct ha_field *field, struct ha_record *record)
{
    if (field->shape == HA_SHAPE_OR_NULL || field->shape == HA_SHAPE_WORD_OR_NULL)
        store(field, largest(field), record);
}

bool ha_value_read(struct ha_cursor *cursor, const struct ha_words *words,
                   const struct ha_field *field, uint32_t routine, struct ha_record *record)
{
    unsigned char *member = (unsigned char *)record + field->offset;
    enum ha_shape shape = field->shape;
    bool flag;

    if (shape == HA_SHAPE_ANSWER)
        shape = ha_answer_shape(field, routine);
    switch (shape) {
    case HA_SHAPE_WORD:
        return read_word(cursor, words, field, field->word, record);
    case HA_SHAPE_WORD_OR_NULL:
        if (!ha_cursor_null(cursor))
            return read_word(cursor, words, field, field->word, record);
        store(field, largest(field), record);
        return true;
    case HA_SHAPE_STATUS:
        return read_word(cursor, words, field, NULL, record);
    case HA_SHAPE_FLAG:
        if (!ha_cursor_flag(cursor, &flag))
            return false;
        store(field, flag, record);
        return true;
    case HA_SHAPE_OR_NULL:
        return read_or_null(cursor, field, largest(field), record);
    case HA_SHAPE_HANDLE:
        return read_or_null(cursor, field, 0, record);
    case HA_SHAPE_KNOB_VALUE:
        return read_knob_value(cursor, field, record);
    case HA_SHAPE_SIGNED:
        return read_signed(cursor, field, record);
    case HA_SHAPE_TAG:
        return read_tag(cursor, field, record);
    case HA_SHAPE_RELATION:
        return read_relation(cursor, words, field, record);
    case HA_SHAPE_GUID:
        return read_guid(cursor, member);
    case HA_SHAPE_PLACE:
        return read_place(cursor, words, member);
    case HA_SHAPE_TEXT:
        return read_text(cursor, field, (char *)member);
    default:
        return read_number(cursor, field, record);
    }
}
