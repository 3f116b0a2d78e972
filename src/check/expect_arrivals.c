/*
 * expect_arrivals - the arrivals and removals that drivers heard of
 *
 * Owns struct ha_arrivals. What a scenario names is counted as it comes, in room that does not
 * grow with the run; only who asks for a list of all calls has one kept.
 */
#include "check/expect_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check/story_words.h"
#include "hotadd/error.h"

/* What came of an expectation: how often, in which records, and what its client heard besides. */
struct ha_seen_arrival {
    uint64_t count, first, last;
    struct ha_record other;     /* the first; of no kind while there is none */
};

/* The records in which the two calls of an order came first; 0 for not yet. */
struct ha_seen_order {
    uint64_t before, after;
};

bool ha_arrivals_open(struct ha_arrivals *arrivals, const struct ha_expect *expect)
{
    arrivals->arrival_count = expect->arrival_count;
    arrivals->order_count = expect->order_count;
    arrivals->seen = calloc(expect->arrival_count + 1, sizeof *arrivals->seen);
    arrivals->order = calloc(expect->order_count + 1, sizeof *arrivals->order);
    return arrivals->seen && arrivals->order;
}

void ha_arrivals_reset(struct ha_arrivals *arrivals)
{
    memset(arrivals->seen, 0, arrivals->arrival_count * sizeof *arrivals->seen);
    memset(arrivals->order, 0, arrivals->order_count * sizeof *arrivals->order);
    ha_nest_clear(&arrivals->open);
    arrivals->kept_count = 0;
}

void ha_arrivals_close(struct ha_arrivals *arrivals)
{
    free(arrivals->seen);
    free(arrivals->order);
    free(arrivals->kept);
    ha_nest_close(&arrivals->open);
    ha_text_close(&arrivals->words);
    *arrivals = (struct ha_arrivals){0};
}

static bool is_arrival(const struct ha_record *record)
{
    return record->kind == HA_PNP_CB_ENTER || record->kind == HA_PNP_CB_CALL;
}

static bool keep(struct ha_arrivals *arrivals, const struct ha_record *record)
{
    if (arrivals->kept_count == arrivals->kept_room) {
        size_t room = arrivals->kept_room ? 2 * arrivals->kept_room : 16;
        struct ha_record *kept = realloc(arrivals->kept, room * sizeof *kept);
        if (!kept)
            return false;
        arrivals->kept = kept;
        arrivals->kept_room = room;
    }
    arrivals->kept[arrivals->kept_count++] = *record;
    return true;
}

static void count_arrival(const struct ha_expected_arrival *expected,
                          struct ha_seen_arrival *seen, const struct ha_made_call *call,
                          const struct ha_record *record)
{
    if (!ha_call_matches(expected->call, call)) {
        if (!seen->other.kind && ha_call_is_of(expected->call, call))
            seen->other = *record;
        return;
    }
    seen->last = ha_record_seq(record);
    if (!seen->count++)
        seen->first = seen->last;
}

/* A call that came with the record `seq`. */
static void note_order(struct ha_arrivals *arrivals, const struct ha_expect *expect,
                       const struct ha_made_call *call, uint64_t seq)
{
    for (size_t i = 0; i < arrivals->order_count; i++) {
        struct ha_seen_order *order = &arrivals->order[i];
        if ((!order->before || seq < order->before)
            && ha_call_is_meant(expect->order[i].before, call))
            order->before = seq;
        if ((!order->after || seq < order->after)
            && ha_call_is_meant(expect->order[i].after, call))
            order->after = seq;
    }
}

/* A processor-change call counts from its beginning on, but what it wrote is known at its end. */
static bool take_call(struct ha_arrivals *arrivals, const struct ha_expect *expect,
                      const struct ha_cast *cast, const struct ha_record *record)
{
    struct ha_record enter = *record;
    bool ends = record->kind == HA_CB_LEAVE;

    if (ends && !ha_nest_pop(&arrivals->open, record, &enter))
        return true;
    if (record->kind == HA_CB_ENTER && !ha_nest_push(&arrivals->open, record))
        return false;
    ha_text_clear(&arrivals->words);
    ha_call_words(cast, &enter, ends ? record : NULL, &arrivals->words);
    const struct ha_made_call call = {.words = ha_text_string(&arrivals->words),
                                      .group = enter.as.cb.group, .number = enter.as.cb.number};
    note_order(arrivals, expect, &call, ha_record_seq(&enter));
    return !arrivals->words.lost;
}

bool ha_arrivals_take(struct ha_arrivals *arrivals, const struct ha_expect *expect,
                      const struct ha_cast *cast, const struct ha_record *record)
{
    bool is_call = record->kind >= HA_CB_ENTER && record->kind <= HA_CB_CALL;

    if (is_call && arrivals->order_count)
        return take_call(arrivals, expect, cast, record);
    if (!is_arrival(record))
        return true;
    if (arrivals->keeps && !keep(arrivals, record))
        return false;
    if (!arrivals->arrival_count && !arrivals->order_count)
        return true;
    ha_text_clear(&arrivals->words);
    ha_arrival_words(cast, record, &arrivals->words);
    struct ha_made_call call = {.words = ha_text_string(&arrivals->words)};
    ha_cast_place_of(cast, record->as.pnp_cb.interface, &call.group, &call.number);
    for (size_t i = 0; i < arrivals->arrival_count; i++)
        count_arrival(&expect->arrival[i], &arrivals->seen[i], &call, record);
    note_order(arrivals, expect, &call, ha_record_seq(record));
    return !arrivals->words.lost;
}

static void times_words(uint64_t times, struct ha_text *report)
{
    if (times == 1)
        ha_text_add(report, "once");
    else
        ha_text_addf(report, "%" PRIu64 " times", times);
}

static void expectation_words(const struct ha_expected_arrival *expected, struct ha_text *report)
{
    ha_text_addf(report, "arrivals: \"%s\" was %sexpected", expected->call,
                 expected->most ? "" : "not ");
    if (!expected->most)
        return;
    ha_text_add(report, " ");
    if (expected->least != expected->most)
        ha_text_addf(report, "%" PRIu32 " to ", expected->least);
    if (expected->least != expected->most && expected->most == 1)
        ha_text_add(report, "1 times");
    else
        times_words(expected->most, report);
}

static int compare_arrival(const struct ha_expected_arrival *expected,
                           const struct ha_seen_arrival *seen, const struct ha_cast *cast,
                           struct ha_text *report)
{
    if (seen->count >= expected->least && seen->count <= expected->most)
        return 0;
    expectation_words(expected, report);
    if (seen->count) {
        ha_text_add(report, " and came ");
        times_words(seen->count, report);
        ha_text_addf(report, seen->count == 1 ? " (record %" PRIu64 : " (records %" PRIu64,
                     seen->first);
        if (seen->count > 1)
            ha_text_addf(report, "%s%" PRIu64, seen->count == 2 ? " and " : " to ", seen->last);
        ha_text_add(report, ")");
    } else {
        ha_text_add(report, " and did not come");
    }
    if (seen->other.kind && seen->count < expected->least) {
        ha_text_add(report, "; another that came is \"");
        ha_arrival_words(cast, &seen->other, report);
        ha_text_addf(report, "\" (record %" PRIu64 ")", ha_record_seq(&seen->other));
    }
    ha_text_add(report, "\n");
    return 1;
}

static int compare_order(const struct ha_expected_order *expected,
                         const struct ha_seen_order *seen, struct ha_text *report)
{
    if (seen->before && seen->after && seen->before < seen->after)
        return 0;
    ha_text_addf(report, "arrivals: \"%s\" was expected before \"%s\", but ", expected->before,
                 expected->after);
    if (!seen->before && !seen->after)
        ha_text_add(report, "neither came\n");
    else if (!seen->before || !seen->after)
        ha_text_addf(report, "\"%s\" did not come\n",
                     seen->before ? expected->after : expected->before);
    else if (seen->before == seen->after)
        ha_text_addf(report, "both are the same call (record %" PRIu64 ")\n", seen->before);
    else
        ha_text_addf(report, "came after it (records %" PRIu64 " and %" PRIu64 ")\n",
                     seen->before, seen->after);
    return 1;
}

int ha_arrivals_compare(const struct ha_arrivals *arrivals, const struct ha_expect *expect,
                        const struct ha_cast *cast, struct ha_text *report)
{
    int differences = 0;

    for (size_t i = 0; i < expect->arrival_count; i++)
        differences += compare_arrival(&expect->arrival[i], &arrivals->seen[i], cast, report);
    for (size_t i = 0; i < expect->order_count; i++)
        differences += compare_order(&expect->order[i], &arrivals->order[i], report);
    return differences;
}

int ha_arrivals_compare_kept(const struct ha_arrivals *arrivals, const struct ha_cast *cast,
                             size_t first, const char *const *pattern, size_t pattern_count,
                             struct ha_text *report)
{
    struct ha_made_call *made = calloc(arrivals->kept_count + 1, sizeof *made);
    struct ha_text words = {0};
    int differences = HA_ENOMEM;

    for (size_t i = 0; i < arrivals->kept_count; i++) {
        ha_arrival_words(cast, &arrivals->kept[i], &words);
        ha_text_add_bytes(&words, "", 1);
    }
    if (made && !words.lost) {
        const char *next = words.bytes;
        for (size_t i = 0; i < arrivals->kept_count; i++) {
            made[i].words = next;
            ha_cast_place_of(cast, arrivals->kept[i].as.pnp_cb.interface, &made[i].group,
                             &made[i].number);
            next += strlen(next) + 1;
        }
        differences = ha_calls_compare("arrivals", pattern, pattern_count, made + first,
                                       arrivals->kept_count - first, report);
    }
    ha_text_close(&words);
    free(made);
    return differences;
}
