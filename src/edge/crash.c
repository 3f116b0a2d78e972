/* crash - see crash.h. Owns struct ha_crash. */
#include "edge/crash.h"

#include <inttypes.h>

#include "base/names.h"
#include "check/story_words.h"
#include "check/who.h"

static void take_record(struct ha_crash *crash, const struct ha_record *record)
{
    struct ha_record opener;
    if (record->kind == HA_CRASH)
        crash->crash = *record;
    else if (record->kind != HA_TRACE_END)
        crash->before = *record;
    if (ha_opener_of(record->kind))
        ha_nest_pop(&crash->nest, record, &opener);
    else if (ha_opens(record->kind))
        crash->lost |= !ha_nest_push(&crash->nest, record);
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_crash *crash = (struct ha_crash *)(void *)sink;
    for (size_t i = 0; i < count; i++)
        take_record(crash, &first[i]);
}

void ha_crash_init(struct ha_crash *crash)
{
    *crash = (struct ha_crash){.sink = {.take = take}};
}

void ha_crash_close(struct ha_crash *crash)
{
    ha_nest_close(&crash->nest);
}

/* "hang: code of mine runs on in mine.sync Start 4 on processor 2" */
static void hang_words(const struct ha_crash *crash, const struct ha_cast *cast,
                       const struct ha_record *place, struct ha_text *text)
{
    ha_text_add(text, "hang: code of ");
    if (crash->crash.driver)
        ha_driver_words(cast, crash->crash.driver, text);
    else
        ha_text_add(text, "no driver");
    ha_text_add(text, " runs on");
    if (place)
        ha_story_place(cast, place, text);
    ha_text_addf(text, ", on processor %u", crash->crash.processor);
}

void ha_crash_place(const struct ha_crash *crash, const struct ha_cast *cast,
                    struct ha_text *text)
{
    const struct ha_record *place = ha_story_place_of(&crash->nest, crash->crash.thread);
    if (place)
        ha_story_place(cast, place, text);
}

void ha_crash_tell(const struct ha_crash *crash, const struct ha_cast *cast,
                   enum ha_ending ending, uint32_t hang_s, struct ha_text *text)
{
    const struct ha_record *what = &crash->crash;
    const char *kind = ha_kind_name(crash->before.kind);
    const struct ha_story_setting setting = {
        .opener = ha_story_place_of(&crash->nest, what->thread)};
    char irql[HA_IRQL_TEXT];
    if (!what->kind)
        return;
    if (ending == HA_END_HANG)
        hang_words(crash, cast, setting.opener, text);
    else
        ha_story_fact(cast, what, &setting, text);
    ha_text_addf(text, " at %s\n  on thread ", ha_irql_text(what->irql, irql));
    ha_thread_words(cast, what->thread, text);
    ha_text_addf(text, "; before it, record %" PRIu64 " is %s", ha_record_seq(&crash->before),
                 kind ? kind : "?");
    if (ending == HA_END_HANG)
        ha_text_addf(text, "\n  nothing was recorded for %u s", (unsigned)hang_s);
    ha_text_add(text, "\n");
}
