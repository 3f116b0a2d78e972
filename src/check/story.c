/*
 * story - a trace as lines for a person
 *
 * Owns struct ha_story. A line is held back while it may still become a better one: a call that
 * was entered becomes one line with its leaving when nothing happens in between, and the calls
 * of one registration for processor after processor become one line as long as they are alike.
 * Why a removal is refused is told at its end, and a deadlock when all who wait are known.
 */
#include "check/story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "check/cast.h"
#include "check/nest.h"
#include "check/story_deadlock.h"
#include "check/story_fold.h"
#include "check/story_print.h"
#include "check/story_words.h"
#include "check/vocabulary.h"
#include "check/who.h"
#include "hotadd/profile.h"

#define THREAD_COLUMN 9              /* as wide as most; it grows with the widest so far */

struct ha_story {
    struct ha_sink sink;
    struct ha_text text;
    struct ha_text words;           /* of the line in the making */
    struct ha_cast *cast;
    struct ha_nest nest;            /* what was shown to begin and not yet to end */
    bool color;
    size_t thread_column;

    struct ha_record begin;         /* TRACE_BEGIN, until the opening line is written */
    bool has_begin;
    struct ha_profile profile;

    struct ha_record opener;        /* entered, and nothing happened since */
    bool has_opener;
    struct ha_fold fold;            /* the calls that are alike */
    struct ha_deadlock deadlock;
    struct ha_record deadlocked;    /* the first record of it */
    struct ha_print said;
    struct ha_story_processor processor;
    unsigned unit_size;
};

/* Write the line whose words lie ready, in the columns of `record`, and so much deeper. */
static void write_indented(struct ha_story *story, const struct ha_record *record, unsigned indent,
                           enum ha_paint paint)
{
    size_t depth = ha_nest_depth(&story->nest, record->thread) + indent;
    struct ha_text thread = {0};

    ha_thread_words(story->cast, record->thread, &thread);
    if (thread.length > story->thread_column)
        story->thread_column = thread.length;
    ha_text_addf(&story->text, "%s%5" PRIu64 ".%03u ms  %-*s",
                 ha_paint_escape(HA_DIM, story->color), record->time_ns / 1000000,
                 (unsigned)(record->time_ns / 1000 % 1000), (int)story->thread_column,
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

static void write_line(struct ha_story *story, const struct ha_record *record, enum ha_paint paint)
{
    write_indented(story, record, 0, paint);
}

static void finish_fold(struct ha_story *story)
{
    struct ha_fold *fold = &story->fold;
    struct ha_record pair[2];
    enum ha_paint paint;

    if (!fold->count)
        return;
    ha_record_split(&fold->first, pair);
    paint = ha_story_call(story->cast, &pair[0], &pair[1], ha_fold_at(fold, fold->count - 1),
                          &story->words);
    fold->count = 0;
    write_line(story, &fold->first, paint);
}

static void write_opening(struct ha_story *story)
{
    if (!story->has_begin)
        return;
    story->has_begin = false;
    ha_story_head(&story->begin, &story->profile, &story->text);
}

/* The words of a line of the deadlock are ready. */
static void write_deadlock_line(void *argument, unsigned indent)
{
    struct ha_story *story = argument;

    write_indented(story, &story->deadlocked, indent, HA_RED);
}

/* The driver whose code the thread is in, 0 for none: lines there need not name it again. */
static uint16_t driver_around(const struct ha_story *story, uint32_t thread)
{
    const struct ha_record *opener;

    for (size_t i = 0; (opener = ha_nest_at(&story->nest, thread, i)) != NULL; i++)
        if (opener->driver && opener->kind != HA_WAIT_BEGIN)
            return opener->driver;
    return 0;
}

/* The record without its driver where the lines around it name that. */
static struct ha_record as_seen_there(const struct ha_story *story, const struct ha_record *record)
{
    struct ha_record seen = *record;

    if (record->driver == driver_around(story, record->thread))
        seen.driver = 0;
    return seen;
}

/* That a driver acts at another IRQL than it was called at: raising makes no line of its own. */
static void irql_words(struct ha_story *story, const struct ha_record *record)
{
    bool shown = record->kind == HA_QUERY ? record->as.query.routine != HA_RT_CURRENT_IRQL
                                          : record->kind == HA_ALLOC || record->kind == HA_FREE ||
                                                record->kind == HA_REFUSED;
    const struct ha_record *opener;
    char buffer[HA_IRQL_TEXT];
    uint8_t called_at = 0;

    for (size_t i = 0; (opener = ha_nest_at(&story->nest, record->thread, i)) != NULL; i++) {
        if (opener->kind != HA_REG_ENTER && opener->kind != HA_DEREG_ENTER) {
            called_at = opener->irql;
            break;
        }
    }
    if (shown && record->irql != called_at)
        ha_text_addf(&story->words, ", at %s", ha_irql_text(record->irql, buffer));
}

/* Whatever was held back cannot become better any more. */
static void finish_held(struct ha_story *story)
{
    struct ha_record opener;

    write_opening(story);
    finish_fold(story);
    ha_deadlock_tell(&story->deadlock, story->cast, &story->nest, &story->words,
                     write_deadlock_line, story);
    if (!story->has_opener)
        return;
    story->has_opener = false;
    opener = story->opener;
    if (opener.kind == HA_DEREG_ENTER)
        opener = as_seen_there(story, &opener);
    ha_story_opening(story->cast, &opener, &story->words);
    write_line(story, &story->opener, HA_PLAIN);
    story->text.lost |= !ha_nest_push(&story->nest, &story->opener);
}

/* A call of which nothing was seen but its entering and leaving. */
static void take_call(struct ha_story *story, const struct ha_record *enter,
                      const struct ha_record *leave)
{
    enum ha_paint paint;

    if (ha_fold_take(&story->fold, enter, leave))
        return;
    finish_fold(story);
    if (ha_fold_take(&story->fold, enter, leave))
        return;
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
        opener.as.cb.status = 0;        /* the line of its entering says it */
        ha_text_add(&story->words, "leaves ");
        paint = ha_story_call(story->cast, &opener, closer, opener.as.cb.nt_number, &story->words);
    } else {
        const struct ha_story_setting setting = {known ? &opener : NULL, !merged,
                                                 story->processor, NULL};
        struct ha_record seen = *closer;
        if (closer->kind == HA_DEREG_RETURN)
            seen = as_seen_there(story, closer);
        paint = ha_story_fact(story->cast, &seen, &setting, &story->words);
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
    case HA_GROUP: case HA_NODE: case HA_PROCESSOR: case HA_MEMORY: case HA_BUDGET: case HA_NAME:
    case HA_THREAD: case HA_CHOICE: case HA_REG_LOCKED: case HA_DEREG_LOCKED: case HA_ACTIVE:
    case HA_SCHED: case HA_POOL_LIMITS:
    case HA_INTERFACE: case HA_DEVICE_STARTED: case HA_IFACE_UP: case HA_REF:
    case HA_LOCK_ORDER:
        return true;
    case HA_IFACE_DOWN:
        return record->driver != 0;     /* IFACE_SET says whose doing it is */
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
    case HA_DEBUG_PRINT:
        return !ha_print_take(&story->said, record);
    default:
        return record->kind >= HA_KIND_COUNT;
    }
}

static void take_fact(struct ha_story *story, const struct ha_record *record)
{
    struct ha_story_setting setting = {NULL, false, story->processor, &story->said.text};
    struct ha_record seen;
    enum ha_paint paint;

    finish_held(story);
    if (record->kind == HA_CRASH)
        setting.opener = ha_story_place_of(&story->nest, record->thread);
    seen = *record;
    if (record->kind >= HA_ALLOC)
        seen = as_seen_there(story, record);
    paint = ha_story_fact(story->cast, &seen, &setting, &story->words);
    irql_words(story, record);
    write_line(story, record, paint);
    if (record->kind == HA_WAIT_BEGIN)
        story->text.lost |= !ha_nest_push(&story->nest, record);
}

/* Note in the removal that the thread is making why it is refused; its end will tell. */
static bool note_refused_removal(struct ha_story *story, const struct ha_record *record)
{
    bool held = story->has_opener && story->opener.thread == record->thread;
    struct ha_record *opener = held ? &story->opener : ha_nest_at(&story->nest, record->thread, 0);

    if (record->kind != HA_MISUSE || !ha_story_is_refused_removal(record) || !opener ||
        (opener->kind != HA_DEREG_ENTER && opener->kind != HA_PNP_UNREG_ENTER))
        return false;
    opener->as.misuse = record->as.misuse;
    return true;
}

static void take_deadlock(struct ha_story *story, const struct ha_record *record)
{
    if (!story->deadlock.count) {
        finish_held(story);
        story->deadlocked = *record;
    }
    story->text.lost |= !ha_deadlock_take(&story->deadlock, record);
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
    } else if (is_silent(story, record) || note_refused_removal(story, record)) {
        return;
    } else if (record->kind == HA_DEADLOCK) {
        take_deadlock(story, record);
    } else if (record->kind != HA_WAIT_BEGIN && ha_opens(record->kind)) {
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
        if (ha_record_span(&first[i]) == 1) {
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
    story->thread_column = THREAD_COLUMN;
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
    ha_deadlock_close(&story->deadlock);
    ha_print_close(&story->said);
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
