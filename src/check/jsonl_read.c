/*
 * jsonl_read - JSON Lines back into records, a line at a time
 *
 * Owns struct ha_jsonl_reader: which keys a line may have, each once, and which it must have.
 */
#include "check/jsonl_read.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"
#include "check/jsonl_value.h"
#include "check/vocabulary.h"

#define MOST_FIELDS 24u
#define LONGEST_KEY 32u
#define NOWHERE UINT32_MAX

/* The fields of a line of one kind: those of every record, then its own. */
struct layout {
    const struct ha_field *own;
    uint32_t count;
    uint32_t all;               /* a bit for each field */
    uint8_t length[MOST_FIELDS];
    uint8_t lack[MOST_FIELDS];  /* what a line lacks without it, or HA_LACK_NEVER */
};

struct ha_jsonl_reader {
    struct ha_words *words;
    const struct ha_field *common;
    uint32_t common_count, event;       /* the latter: which of them names the kind */
    struct layout layout[HA_KIND_COUNT];    /* of the kinds that have appeared */
    uint64_t lacking;
    uint64_t seq, time_ns;              /* of the latest record */
    uint16_t active;
    bool ended;
    /* The line in hand. */
    struct ha_cursor cursor;
    const char *start;
    uint32_t seen;                      /* a bit for each field */
    bool has_id, finding;
};

static const struct ha_field *field_at(const struct ha_jsonl_reader *reader, unsigned kind,
                                       uint32_t place)
{
    return place < reader->common_count ? &reader->common[place]
                                        : &reader->layout[kind].own[place - reader->common_count];
}

static void lay_out(struct ha_jsonl_reader *reader, unsigned kind)
{
    struct layout *layout = &reader->layout[kind];
    size_t own;

    layout->own = ha_fields_of_kind(kind, &own);
    layout->count = reader->common_count + (uint32_t)own;
    assert(layout->count <= MOST_FIELDS);
    layout->all = (UINT32_C(1) << layout->count) - 1;
    for (uint32_t i = 0; i < layout->count; i++) {
        layout->length[i] = (uint8_t)strlen(field_at(reader, kind, i)->name);
        layout->lack[i] = (uint8_t)ha_lack_of(kind, field_at(reader, kind, i)->name);
    }
}

struct ha_jsonl_reader *ha_jsonl_reader_create(void)
{
    struct ha_jsonl_reader *reader = calloc(1, sizeof *reader);
    size_t common;

    if (!reader)
        return NULL;
    reader->words = ha_words_create();
    if (!reader->words) {
        free(reader);
        return NULL;
    }
    reader->common = ha_fields_of_all(&common);
    reader->common_count = (uint32_t)common;
    for (uint32_t i = 0; i < reader->common_count; i++)
        if (reader->common[i].word == ha_kind_name)
            reader->event = i;
    return reader;
}

void ha_jsonl_reader_destroy(struct ha_jsonl_reader *reader)
{
    if (!reader)
        return;
    ha_words_destroy(reader->words);
    free(reader);
}

const struct ha_cursor *ha_jsonl_reader_wrong(const struct ha_jsonl_reader *reader)
{
    return &reader->cursor;
}

uint64_t ha_jsonl_reader_lacking(const struct ha_jsonl_reader *reader)
{
    return reader->lacking;
}

static bool is_key(struct ha_span key, const char *name, size_t length)
{
    return key.length == length && !memcmp(key.bytes, name, length);
}

/* Where a key is among the fields of a line, NOWHERE when it is none; `guess` is tried first. */
static uint32_t find_key(const struct ha_jsonl_reader *reader, unsigned kind, struct ha_span key,
                         uint32_t guess)
{
    const struct layout *layout = &reader->layout[kind];

    if (guess < layout->count
        && is_key(key, field_at(reader, kind, guess)->name, layout->length[guess]))
        return guess;
    for (uint32_t i = 0; i < layout->count; i++)
        if (is_key(key, field_at(reader, kind, i)->name, layout->length[i]))
            return i;
    return NOWHERE;
}

static bool unknown_key(struct ha_jsonl_reader *reader, unsigned kind, struct ha_span key)
{
    const struct layout *layout = &reader->layout[kind];
    const char *names[MOST_FIELDS], *nearest = NULL;
    char word[LONGEST_KEY + 1] = "";

    for (uint32_t i = 0; i < layout->count; i++)
        names[i] = field_at(reader, kind, i)->name;
    if (key.length <= LONGEST_KEY) {
        memcpy(word, key.bytes, key.length);
        nearest = ha_text_nearest(word, names, layout->count);
    }
    if (!nearest)
        return ha_cursor_wrong(&reader->cursor, key.bytes - 1, "%s has no \"%s\"",
                               ha_kind_name(kind), ha_show(key.bytes, key.length).text);
    return ha_cursor_wrong(&reader->cursor, key.bytes - 1, "%s has no \"%s\"; did you mean \"%s\"?",
                           ha_kind_name(kind), ha_show(key.bytes, key.length).text, nearest);
}

/* The kind; findings of another judge have names that are none of a record. */
static bool read_event(struct ha_jsonl_reader *reader, struct ha_record *record)
{
    struct ha_cursor *cursor = &reader->cursor, before;
    struct ha_span span;

    ha_cursor_peek(cursor);
    before = *cursor;
    if (!ha_cursor_string(cursor, &span))
        return false;
    reader->finding = is_key(span, "VIOLATION", 9) || is_key(span, "NOTE", 4);
    if (reader->finding)
        return true;
    *cursor = before;
    if (!ha_value_read(cursor, reader->words, &reader->common[reader->event], 0, record))
        return false;
    if (record->kind == HA_CB_CALL || record->kind == HA_PNP_CB_CALL)
        return ha_cursor_wrong(cursor, before.at, "%s is written as the two lines that it stands "
                               "for", ha_kind_name(record->kind));
    return ha_kind_name(record->kind)
           || ha_cursor_wrong(cursor, before.at, "no event has the number %u",
                              (unsigned)record->kind);
}

/*
 * Something depends on a member that may come later: look for that one from the beginning of the
 * line on, and read it out of its turn.
 */
static bool read_ahead(struct ha_jsonl_reader *reader, const struct ha_field *wanted,
                       struct ha_record *record)
{
    struct ha_cursor *cursor = &reader->cursor;
    size_t length = strlen(wanted->name);
    const char *before = cursor->at;
    bool more = true, good = true, found = false;

    cursor->at = reader->start;
    for (bool first = true; more && good && !found; first = false) {
        struct ha_span key = {"", 0, false};
        good = ha_cursor_key(cursor, first, &key, &more);
        found = good && more && is_key(key, wanted->name, length);
        if (found)
            good = wanted == &reader->common[reader->event]
                       ? read_event(reader, record)
                       : ha_value_read(cursor, reader->words, wanted, 0, record);
        else if (good && more)
            good = ha_cursor_skip(cursor);
    }
    if (good)
        cursor->at = before;
    return good;
}

/* A record's id under a name of its own must be the one that "id" says. */
static bool agree_on_id(struct ha_jsonl_reader *reader, const struct ha_field *field,
                        const char *at, uint32_t before, const struct ha_record *record)
{
    if (reader->has_id && record->id != before)
        return ha_cursor_wrong(&reader->cursor, at, "\"%s\" and another member name two things",
                               field->name);
    reader->has_id = true;
    return true;
}

static bool read_field(struct ha_jsonl_reader *reader, uint32_t place, struct ha_record *record)
{
    const struct ha_field *field = field_at(reader, record->kind, place);
    const char *at = reader->cursor.at;
    uint32_t before = record->id, routine = 0;

    if (place == reader->event)
        return ha_cursor_skip(&reader->cursor);         /* it was read ahead */
    if (field->shape == HA_SHAPE_KNOB_VALUE || field->shape == HA_SHAPE_ANSWER) {
        /* What the value is depends on the first field of its kind: the knob, the routine. */
        if (!(reader->seen >> reader->common_count & 1)
            && !read_ahead(reader, reader->layout[record->kind].own, record))
            return false;
        routine = record->kind == HA_QUERY ? record->as.query.routine : 0;
    }
    if (!ha_value_read(&reader->cursor, reader->words, field, routine, record))
        return false;
    return field->offset != offsetof(struct ha_record, id)
           || agree_on_id(reader, field, at, before, record);
}

static bool read_members(struct ha_jsonl_reader *reader, struct ha_record *record)
{
    struct ha_cursor *cursor = &reader->cursor;
    uint32_t place = 0;

    for (bool first = true;; first = false) {
        struct ha_span key;
        bool more;
        if (!ha_cursor_key(cursor, first, &key, &more))
            return false;
        if (!more)
            return true;
        place = find_key(reader, record->kind, key, place);
        if (place == NOWHERE)
            return unknown_key(reader, record->kind, key);
        if (reader->seen >> place & 1)
            return ha_cursor_wrong(cursor, key.bytes - 1, "\"%s\" is there twice",
                                   ha_show(key.bytes, key.length).text);
        if (!read_field(reader, place, record))
            return false;
        reader->seen |= UINT32_C(1) << place++;
    }
}

/* What the line does not say, as the value that says least. */
static void leave_out(const struct ha_jsonl_reader *reader, const struct ha_field *field,
                      struct ha_record *record)
{
    switch (field->offset) {
    case offsetof(struct ha_record, seq_low): ha_record_number(record, reader->seq + 1); break;
    case offsetof(struct ha_record, time_ns): record->time_ns = reader->time_ns; break;
    case offsetof(struct ha_record, active):  record->active = reader->active; break;
    default:                                  ha_value_leave_out(field, record); break;
    }
}

static bool fill_in(struct ha_jsonl_reader *reader, struct ha_record *record)
{
    const struct layout *layout = &reader->layout[record->kind];
    uint32_t missing = layout->all & ~reader->seen;

    for (uint32_t place = 0; missing >> place; place++) {
        const struct ha_field *field = field_at(reader, record->kind, place);
        if (!(missing >> place & 1) || field->shape == HA_SHAPE_IF_ANY
            || (field->offset == offsetof(struct ha_record, id) && reader->has_id))
            continue;
        if (layout->lack[place] == HA_LACK_NEVER)
            return ha_cursor_wrong(&reader->cursor, reader->start - 1, "%s needs \"%s\"",
                                   ha_kind_name(record->kind), field->name);
        reader->lacking |= HA_LACK_BIT(layout->lack[place]);
        leave_out(reader, field, record);
    }
    return true;
}

/* Where the record stands in its trace. */
static bool follow(struct ha_jsonl_reader *reader, const struct ha_record *record)
{
    uint64_t seq = ha_record_seq(record);

    if (reader->ended && record->kind != HA_TRACE_BEGIN)
        return ha_cursor_wrong(&reader->cursor, reader->start - 1,
                               "behind TRACE_END only TRACE_BEGIN begins anything");
    if (seq <= reader->seq)
        return ha_cursor_wrong(&reader->cursor, reader->start - 1,
                               "record %" PRIu64 " behind record %" PRIu64
                               ": a trace has them in the order of \"seq\"", seq, reader->seq);
    reader->ended = record->kind == HA_TRACE_END;
    reader->seq = seq;
    reader->time_ns = record->time_ns;
    reader->active = record->active;
    return true;
}

static bool read_record(struct ha_jsonl_reader *reader, struct ha_record *record)
{
    if (!read_members(reader, record))
        return false;
    if (record->kind == HA_TRACE_BEGIN) {
        reader->seq = reader->time_ns = reader->lacking = 0;
        reader->active = record->as.begin.processors;
        if (record->as.begin.format != HA_TRACE_FORMAT)
            return ha_cursor_wrong(&reader->cursor, reader->start - 1,
                                   "this program reads format %u and no other", HA_TRACE_FORMAT);
    }
    return fill_in(reader, record) && follow(reader, record);
}

enum ha_line ha_jsonl_read(struct ha_jsonl_reader *reader, const char *line, size_t length,
                           struct ha_record *record)
{
    struct ha_cursor *cursor = &reader->cursor;
    bool good;

    cursor->at = line;
    cursor->end = line + length;
    cursor->wrong = NULL;
    ha_cursor_peek(cursor);
    if (cursor->at == cursor->end)
        return HA_LINE_BLANK;
    if (!ha_cursor_take(cursor, '{', "'{'"))
        return HA_LINE_WRONG;
    memset(record, 0, sizeof *record);
    reader->start = cursor->at;
    reader->seen = 0;
    reader->has_id = reader->finding = false;
    good = read_ahead(reader, &reader->common[reader->event], record);
    if (good && !record->kind && !reader->finding)
        good = ha_cursor_wrong(cursor, reader->start - 1, "there is no \"event\"");
    if (good && !reader->layout[record->kind].count)
        lay_out(reader, record->kind);
    if (good && reader->finding)
        cursor->at = reader->start - 1;
    good = good && (reader->finding ? ha_cursor_skip(cursor) : read_record(reader, record));
    if (good) {
        ha_cursor_peek(cursor);
        good = cursor->at == cursor->end || ha_cursor_expected(cursor, "the end of the line");
    }
    return !good ? HA_LINE_WRONG : reader->finding ? HA_LINE_FINDING : HA_LINE_RECORD;
}
