/*
 * story - a trace as lines for a person
 *
 * Owns struct ha_story. A line is held back while it may still become a better one: a call that
 * was entered becomes one line with its leaving when nothing happens in between, and the calls
 * of one registration for processor after processor become one line as long as they are alike.
 */
#include "check/story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check/cast.h"
#include "check/nest.h"
#include "check/story_words.h"
#include "check/vocabulary.h"
#include "check/who.h"
#include "hotadd/profile.h"

#define THREAD_COLUMN 9

struct ha_story {
    struct ha_sink sink;
    struct ha_text text;
    struct ha_text words;           /* of the line in the making */
    struct ha_cast *cast;
    struct ha_nest nest;            /* what was shown to begin and not yet to end */
    bool color;

    struct ha_record begin;         /* TRACE_BEGIN, until the opening line is written */
    bool has_begin;
    struct ha_profile profile;

    struct ha_record opener;        /* entered, and nothing happened since */
    bool has_opener;
    struct ha_record first;         /* the calls that are alike */
    unsigned run;                   /* how many they are */
    struct ha_story_processor processor;
    unsigned unit_size;
};

static bool opens(unsigned kind)
{
    static const uint8_t openers[] = {HA_DRV_ENTRY_ENTER, HA_UNLOAD_ENTER, HA_REG_ENTER,
                                      HA_DEREG_ENTER, HA_CB_ENTER, HA_UNIT_BEGIN, HA_ADD_BEGIN};
    return memchr(openers, (int)kind, sizeof openers) != NULL;
}

/* Write the line whose words lie ready, in the columns of `record`. */
static void write_line(struct ha_story *story, const struct ha_record *record, enum ha_paint paint)
{
    size_t depth = ha_nest_depth(&story->nest, record->thread);
    struct ha_text thread = {0};

    ha_thread_words(story->cast, record->thread, &thread);
    ha_text_addf(&story->text, "%s%5" PRIu64 ".%03u ms  %-*s",
                 ha_paint_escape(HA_DIM, story->color), record->time_ns / 1000000,
                 (unsigned)(record->time_ns / 1000 % 1000), THREAD_COLUMN,
                 ha_text_string(&thread));
    ha_text_addf(&story->text, "%s %*s", ha_paint_escape(HA_PLAIN, story->color),
                 (int)(2 * depth), "");
    if (paint != HA_PLAIN)
        ha_text_add(&story->text, ha_paint_escape(paint, story->color));
    ha_text_add_bytes(&story->text, ha_text_string(&story->words), story->words.length);
    if (paint != HA_PLAIN)
        ha_text_add(&story->text, ha_paint_escape(HA_PLAIN, story->color));
    ha_text_add(&story->text, "\n");
    story->text.lost |= thread.lost || story->words.lost;
    ha_text_close(&thread);
    ha_text_clear(&story->words);
}

static void plain_leave(const struct ha_record *enter, struct ha_record *leave)
{
    struct ha_record pair[2];
    ha_record_split(enter, pair);
    *leave = pair[1];
}

static void finish_run(struct ha_story *story)
{
    struct ha_record leave;
    enum ha_paint paint;

    if (!story->run)
        return;
    plain_leave(&story->first, &leave);
    paint = ha_story_call(story->cast, &story->first, &leave,
                          story->first.as.cb.nt_number + story->run - 1, &story->words);
    story->run = 0;
    write_line(story, &story->first, paint);
}

/* "4 of 8 processors in 1 group, profile documented", with the knobs that somebody turned. */
static void write_opening(struct ha_story *story)
{
    struct ha_profile preset;
    const char *name;

    if (!story->has_begin)
        return;
    story->has_begin = false;
    name = ha_preset_name((enum ha_preset)story->profile.preset);
    ha_text_addf(&story->text, "%u of %u processors in %u group%s",
                 story->begin.as.begin.processors, story->begin.as.begin.maximum,
                 story->begin.as.begin.groups, story->begin.as.begin.groups == 1 ? "" : "s");
    if (story->begin.as.begin.nodes > 1)
        ha_text_addf(&story->text, ", %u nodes", story->begin.as.begin.nodes);
    ha_text_addf(&story->text, ", profile %s", name ? name : "unknown");
    preset = ha_profile_preset(name ? (enum ha_preset)story->profile.preset
                                    : HA_PRESET_DOCUMENTED);
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        const char *value = ha_knob_value_name((enum ha_knob)k, story->profile.knob[k]);
        if (story->profile.knob[k] != preset.knob[k])
            ha_text_addf(&story->text, ", %s=%s", ha_knob_name((enum ha_knob)k),
                         value ? value : "?");
    }
    ha_text_add(&story->text, "\n");
}

/* Whatever was held back cannot become better any more. */
static void finish_held(struct ha_story *story)
{
    write_opening(story);
    finish_run(story);
    if (!story->has_opener)
        return;
    story->has_opener = false;
    ha_story_opening(story->cast, &story->opener, &story->words);
    write_line(story, &story->opener, HA_PLAIN);
    story->text.lost |= !ha_nest_push(&story->nest, &story->opener);
}

/* Whether a call found and left everything as callbacks ordinarily do. */
static bool uneventful(const struct ha_record *enter, const struct ha_record *leave)
{
    struct ha_record plain;

    plain_leave(enter, &plain);
    return leave->as.cb_leave.op_out == plain.as.cb_leave.op_out &&
           leave->as.cb_leave.affinity_mask == plain.as.cb_leave.affinity_mask &&
           leave->as.cb_leave.affinity_group == plain.as.cb_leave.affinity_group &&
           leave->irql == enter->irql && leave->regions == enter->regions &&
           !(leave->flags & HA_CB_CONTEXT_CHANGED);
}

static bool continues_run(const struct ha_story *story, const struct ha_record *enter)
{
    const struct ha_record *first = &story->first;

    return story->run && enter->id == first->id && enter->thread == first->thread &&
           enter->flags == first->flags && enter->driver == first->driver &&
           enter->as.cb.operation == first->as.cb.operation &&
           enter->as.cb.status == first->as.cb.status &&
           enter->as.cb.nt_number == first->as.cb.nt_number + story->run;
}

/* A call of which nothing was seen but its entering and leaving. */
static void take_call(struct ha_story *story, const struct ha_record *enter,
                      const struct ha_record *leave)
{
    enum ha_paint paint;

    if (uneventful(enter, leave) && continues_run(story, enter)) {
        story->run++;
        return;
    }
    finish_run(story);
    if (uneventful(enter, leave)) {
        story->first = *enter;
        story->run = 1;
        return;
    }
    paint = ha_story_call(story->cast, enter, leave, enter->as.cb.nt_number, &story->words);
    write_line(story, enter, paint);
}

static void take_closer(struct ha_story *story, const struct ha_record *closer)
{
    struct ha_record opener = story->opener;
    bool merged = story->has_opener && ha_belongs(&opener, closer);
    enum ha_paint paint;
    bool known;

    if (merged)
        story->has_opener = false;
    if (merged && closer->kind == HA_CB_LEAVE) {
        take_call(story, &opener, closer);
        return;
    }
    finish_held(story);
    known = merged || ha_nest_pop(&story->nest, closer, &opener);
    if (!known && (closer->kind == HA_CB_LEAVE || closer->kind == HA_WAIT_END))
        return;     /* a wait that did not block, or a call of which only the end is left */
    if (closer->kind == HA_CB_LEAVE) {
        ha_text_add(&story->words, "leaves ");
        paint = ha_story_call(story->cast, &opener, closer, opener.as.cb.nt_number, &story->words);
    } else {
        paint = ha_story_fact(story->cast, closer, known && !merged ? &opener : NULL,
                              &story->processor, &story->words);
    }
    write_line(story, closer, paint);
}

/* Note which processor an add is about; it has an index from its first call on. */
static void note_processor(struct ha_story *story, const struct ha_record *record)
{
    if (record->kind == HA_ADD_BEGIN)
        story->processor.known = false;
    else if (record->kind == HA_CB_ENTER && !(record->flags & HA_CB_EXISTING))
        story->processor = (struct ha_story_processor){
            true, record->as.cb.nt_number, record->as.cb.group, record->as.cb.number};
    else if (record->kind == HA_ACTIVE)
        story->processor = (struct ha_story_processor){
            true, record->as.up.nt_number, record->as.up.group, record->as.up.number};
}

/* Records that make no line of their own. */
static bool is_silent(struct ha_story *story, const struct ha_record *record)
{
    switch (record->kind) {
    case HA_GROUP: case HA_NODE: case HA_PROCESSOR: case HA_MEMORY: case HA_NAME: case HA_THREAD:
    case HA_CHOICE: case HA_REG_LOCKED: case HA_DEREG_LOCKED: case HA_ACTIVE: case HA_SCHED:
        return true;
    case HA_HW_START:
        return record->as.status.status == 0;
    case HA_UNIT_BEGIN:
        story->unit_size = record->as.unit.processors;
        return story->unit_size <= 1;
    case HA_UNIT_END:
        return story->unit_size <= 1;
    case HA_WAIT_BEGIN:
        return !record->as.wait.blocked;
    case HA_TRACE_END:
        return record->as.end.ending == HA_END_NORMALLY;
    default:
        return record->kind >= HA_KIND_COUNT;
    }
}

static void take_fact(struct ha_story *story, const struct ha_record *record)
{
    enum ha_paint paint;

    finish_held(story);
    paint = ha_story_fact(story->cast, record, NULL, &story->processor, &story->words);
    write_line(story, record, paint);
    if (record->kind == HA_WAIT_BEGIN)
        story->text.lost |= !ha_nest_push(&story->nest, record);
}

static void start_over(struct ha_story *story, const struct ha_record *begin)
{
    finish_held(story);
    ha_cast_reset(story->cast);
    ha_nest_clear(&story->nest);
    story->processor.known = false;
    story->unit_size = 0;
    story->begin = *begin;
    story->has_begin = true;
    story->profile = (struct ha_profile){.preset = (uint8_t)begin->as.begin.preset};
}

static void take_record(struct ha_story *story, const struct ha_record *record)
{
    if (!ha_cast_take(story->cast, record))
        story->text.lost = true;
    note_processor(story, record);
    if (record->kind == HA_TRACE_BEGIN) {
        start_over(story, record);
    } else if (record->kind == HA_KNOB) {
        if (record->id < HA_KNOB_COUNT)
            story->profile.knob[record->id] = (uint8_t)record->as.knob.value;
    } else if (is_silent(story, record)) {
        return;
    } else if (opens(record->kind)) {
        if (story->has_opener || record->kind != HA_CB_ENTER)
            finish_held(story);
        write_opening(story);
        story->opener = *record;
        story->has_opener = true;
    } else if (ha_opener_of(record->kind)) {
        take_closer(story, record);
    } else {
        take_fact(story, record);
    }
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_story *story = (struct ha_story *)sink;

    for (size_t i = 0; i < count; i++) {
        struct ha_record pair[2];
        if (first[i].kind != HA_CB_CALL) {
            take_record(story, &first[i]);
            continue;
        }
        ha_record_split(&first[i], pair);
        take_record(story, &pair[0]);
        take_record(story, &pair[1]);
    }
}

struct ha_story *ha_story_create(bool color)
{
    struct ha_story *story = calloc(1, sizeof *story);

    if (!story)
        return NULL;
    story->sink.take = take;
    story->color = color;
    story->cast = ha_cast_create();
    if (!story->cast) {
        free(story);
        return NULL;
    }
    return story;
}

void ha_story_destroy(struct ha_story *story)
{
    if (!story)
        return;
    ha_nest_close(&story->nest);
    ha_text_close(&story->words);
    ha_text_close(&story->text);
    ha_cast_destroy(story->cast);
    free(story);
}

struct ha_sink *ha_story_sink(struct ha_story *story)
{
    return &story->sink;
}

struct ha_text *ha_story_text(struct ha_story *story)
{
    finish_held(story);
    return &story->text;
}
