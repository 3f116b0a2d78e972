/*
 * jsonl - a record as a line of JSON
 *
 * Owns how each shape of check/vocabulary.h is spelled.
 */
#include "check/jsonl.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/names.h"
#include "check/jsonl_scan.h"
#include "check/vocabulary.h"
#include "hotadd/profile.h"

#define LARGEST_EXACT 9007199254740992u     /* 2^53: a double holds every integer up to here */

static void add_text(struct ha_text *text, const char *bytes, size_t room)
{
    const unsigned char *s = (const unsigned char *)bytes;
    const char *nul = memchr(bytes, '\0', room);
    size_t length = nul ? (size_t)(nul - bytes) : room;
    size_t good = 0;

    while (good < length) {
        size_t step = ha_utf8_sequence(s + good, length - good);
        if (!step)
            break;
        good += step;
    }
    if (good == length) {
        ha_text_add_json(text, bytes, length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        ha_text_addf(text, "%c%u", i ? ',' : '[', s[i]);
    ha_text_add(text, "]");
}

static void add_number(struct ha_text *text, uint64_t value)
{
    ha_text_addf(text, value > LARGEST_EXACT ? "\"%" PRIu64 "\"" : "%" PRIu64, value);
}

static void add_word(struct ha_text *text, const char *word, uint64_t value)
{
    if (word)
        ha_text_add_json(text, word, strlen(word));
    else
        add_number(text, value);
}

static void add_status(struct ha_text *text, uint64_t value)
{
    char buffer[HA_STATUS_TEXT];

    if (value > UINT32_MAX)
        add_number(text, value);
    else
        ha_text_addf(text, "\"%s\"", ha_status_text((int32_t)(uint32_t)value, buffer));
}

static void add_tag(struct ha_text *text, uint64_t value)
{
    char letters[4];
    bool printable = true;

    for (size_t i = 0; i < sizeof letters; i++) {
        letters[i] = (char)(value >> 8 * i & 0xff);
        printable &= letters[i] >= ' ' && letters[i] <= '~';
    }
    if (printable)
        ha_text_add_json(text, letters, sizeof letters);
    else
        ha_text_addf(text, "\"0x%08x\"", (unsigned)value);
}

static void add_relation(struct ha_text *text, uint64_t value)
{
    uint32_t argument = (uint32_t)value, relation = HA_RELATION_ASKED(argument);

    ha_text_add(text, "{\"relation\":");
    add_word(text, ha_relation_name(relation), relation);
    ha_text_addf(text, ",\"processor_given\":%s,\"buffer_given\":%s}",
                 argument & HA_RELATION_OF_PROCESSOR ? "true" : "false",
                 argument & HA_RELATION_INTO_BUFFER ? "true" : "false");
}

static void add_place(struct ha_text *text, const unsigned char *member)
{
    uint16_t group;

    memcpy(&group, member, sizeof group);
    ha_text_addf(text, "{\"group\":%u,\"number\":%u,\"reserved\":%u}", group, member[2], member[3]);
}

/* As the WDK writes them: two numbers are short and one is long, and the rest goes byte by byte. */
static void add_guid(struct ha_text *text, const unsigned char *member)
{
    uint32_t first;
    uint16_t pair[2];

    memcpy(&first, member, sizeof first);
    memcpy(pair, member + 4, sizeof pair);
    ha_text_addf(text, "\"{%08x-%04x-%04x-", (unsigned)first, pair[0], pair[1]);
    for (size_t i = 8; i < 16; i++)
        ha_text_addf(text, i == 10 ? "-%02x" : "%02x", member[i]);
    ha_text_add(text, "}\"");
}

/* The shape that a field has in this record, and its word if it is one. */
static enum ha_shape settle(const struct ha_field *field, const struct ha_record *record,
                            uint64_t value, const char **word)
{
    enum ha_shape shape = field->shape;
    uint64_t none = field->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * field->size) - 1;

    *word = NULL;
    switch (field->shape) {
    case HA_SHAPE_WORD:
        *word = field->word((unsigned)value);
        break;
    case HA_SHAPE_WORD_OR_NULL:
        *word = value == field->bits ? "null" : field->word((unsigned)value);
        shape = value == field->bits ? HA_SHAPE_NUMBER : HA_SHAPE_WORD;
        break;
    case HA_SHAPE_KNOB_VALUE:
        *word = ha_knob_value_name((enum ha_knob)record->id, (unsigned)value);
        shape = HA_SHAPE_WORD;
        break;
    case HA_SHAPE_FLAG:
        *word = value ? "true" : "false";
        break;
    case HA_SHAPE_OR_NULL:
        *word = value == none ? "null" : NULL;
        break;
    case HA_SHAPE_HANDLE:
        *word = value ? NULL : "null";
        break;
    case HA_SHAPE_ANSWER:
        shape = ha_answer_shape(field, record->as.query.routine);
        break;
    default:
        break;
    }
    return shape;
}

static void add_value(struct ha_text *text, const struct ha_field *field,
                      const struct ha_record *record)
{
    const char *member = (const char *)record + field->offset;
    const char *word;
    uint64_t value;

    if (field->shape == HA_SHAPE_TEXT) {
        add_text(text, member, field->size);
        return;
    }
    if (field->shape == HA_SHAPE_PLACE) {
        add_place(text, (const unsigned char *)member);
        return;
    }
    if (field->shape == HA_SHAPE_GUID) {
        add_guid(text, (const unsigned char *)member);
        return;
    }
    value = ha_field_value(field, record);
    switch (settle(field, record, value, &word)) {
    case HA_SHAPE_HEX:
        ha_text_addf(text, "\"0x%" PRIx64 "\"", value);
        break;
    case HA_SHAPE_STATUS:
        add_status(text, value);
        break;
    case HA_SHAPE_WORD:
        add_word(text, word, value);
        break;
    case HA_SHAPE_SIGNED:
        ha_text_addf(text, "%d", (int)(int32_t)(uint32_t)value);
        break;
    case HA_SHAPE_TAG:
        add_tag(text, value);
        break;
    case HA_SHAPE_RELATION:
        add_relation(text, value);
        break;
    default:
        if (word)
            ha_text_add(text, word);
        else
            add_number(text, value);
    }
}

static void add_fields(struct ha_text *text, const struct ha_field *field, size_t count,
                       const struct ha_record *record)
{
    for (size_t i = 0; i < count; i++) {
        if (field[i].shape == HA_SHAPE_IF_ANY && !ha_field_value(&field[i], record))
            continue;
        ha_text_add(text, ",\"");
        ha_text_add(text, field[i].name);
        ha_text_add(text, "\":");
        add_value(text, &field[i], record);
    }
}

static void add_line(struct ha_text *text, const struct ha_record *record)
{
    const struct ha_field *field;
    size_t start = text->length;
    size_t count;

    field = ha_fields_of_all(&count);
    add_fields(text, field, count, record);
    field = ha_fields_of_kind(record->kind, &count);
    add_fields(text, field, count, record);
    ha_text_add(text, "}\n");
    if (text->length > start)
        text->bytes[start] = '{';   /* in the place of the first field's comma */
}

void ha_jsonl_add(struct ha_text *text, const struct ha_record *record)
{
    struct ha_record pair[2];

    if (ha_record_span(record) == 1) {
        add_line(text, record);
        return;
    }
    ha_record_split(record, pair);
    add_line(text, &pair[0]);
    add_line(text, &pair[1]);
}

static void add_member(struct ha_text *text, const char *name, const char *value, size_t room)
{
    ha_text_addf(text, ",\"%s\":", name);
    add_text(text, value, room);
}

void ha_jsonl_add_finding(struct ha_text *text, const struct ha_finding *finding,
                          const char *from)
{
    static const char *const weights[] = {
        [HA_NOTE] = "note", [HA_WARNING] = "warning", [HA_ERROR] = "error",
    };

    ha_text_addf(text, "{\"event\":\"%s\",\"rule\":\"%s\",\"severity\":\"%s\",\"record\":",
                 finding->severity == HA_NOTE ? "NOTE" : "VIOLATION", finding->rule->id,
                 weights[finding->severity]);
    add_number(text, finding->seq);
    ha_text_add(text, ",\"count\":");
    add_number(text, finding->count);
    ha_text_addf(text, ",\"driver\":%u", finding->driver);
    add_member(text, "call", finding->call, sizeof finding->call);
    add_member(text, "expected", finding->expected, sizeof finding->expected);
    add_member(text, "seen", finding->seen, sizeof finding->seen);
    if (finding->place[0])
        add_member(text, "place", finding->place, sizeof finding->place);
    if (from)
        add_member(text, "from", from, strlen(from));
    ha_text_add(text, "}\n");
}
