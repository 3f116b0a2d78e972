/*
 * coverage - see coverage.h
 *
 * Owns struct ha_coverage and its report. A rule is exercised when a run held something that it
 * speaks of: only then does keeping it mean anything.
 */
#include "edge/coverage.h"

#include <assert.h>

#include "base/names.h"
#include "check/lacking.h"
#include "check/rules.h"
#include "edge/topic.h"

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_coverage *coverage = (struct ha_coverage *)(void *)sink;
    for (size_t i = 0; i < count; i++) {
        unsigned state = HA_CB_STATE(first[i].flags);
        bool call = first[i].kind == HA_CB_ENTER || first[i].kind == HA_CB_CALL;
        bool told = first[i].kind == HA_PNP_CB_ENTER || first[i].kind == HA_PNP_CB_CALL;
        if (call && state < HA_COVERAGE_STATES)
            coverage->calls[(first[i].flags & HA_CB_EXISTING) != 0][state]++;
        else if (told && first[i].as.pnp_cb.event < HA_PNP_EVENT_COUNT)
            coverage->told[first[i].as.pnp_cb.event]++;
        else if (first[i].kind == HA_KNOB && first[i].id < HA_KNOB_COUNT &&
                 first[i].as.knob.value < 8)
            coverage->values[first[i].id] |= (uint8_t)(1u << first[i].as.knob.value);
        ha_mishaps_take(&coverage->mishaps, &first[i]);
    }
}

void ha_coverage_init(struct ha_coverage *coverage)
{
    *coverage = (struct ha_coverage){.sink = {take}};
}

void ha_coverage_close(struct ha_coverage *coverage)
{
    ha_mishaps_close(&coverage->mishaps);
}

void ha_coverage_take_back(struct ha_coverage *coverage, const struct ha_coverage *then)
{
    struct ha_nest inside = coverage->mishaps.inside;   /* may have moved since */
    *coverage = *then;
    coverage->mishaps.inside = inside;
}

void ha_coverage_add(struct ha_coverage *coverage, const struct ha_judge *judge, uint64_t lacking)
{
    size_t count;
    const struct ha_rule *rule = ha_rules(&count);
    assert(count <= HA_COVERAGE_RULES);
    for (size_t i = 0; i < count; i++)
        if (ha_judge_exercised(judge, &rule[i]) && !ha_lack_hides(lacking, &rule[i]))
            coverage->rules[i / 64] |= UINT64_C(1) << i % 64;
    ha_mishaps_begin(&coverage->mishaps);
}

void ha_coverage_add_races(struct ha_coverage *coverage)
{
    coverage->rules[HA_RULE_RACE_1 / 64] |= UINT64_C(1) << HA_RULE_RACE_1 % 64;
}

static bool exercised(const struct ha_coverage *coverage, size_t rule)
{
    return coverage->rules[rule / 64] >> rule % 64 & 1;
}

/* What a rule needs that an ordinary run does not have; NULL for any other. */
static const char *need_of(size_t rule)
{
    switch (rule) {
    case HA_RULE_RACE_1: return "--threads free, in a build with ThreadSanitizer";
    case HA_RULE_ORD_10: return "a trace from elsewhere: nothing is rebalanced here";
    default:             return NULL;
    }
}

static void write_rules(const struct ha_coverage *coverage, struct ha_text *text)
{
    size_t count, met = 0, needy = 0;
    const struct ha_rule *rule = ha_rules(&count);
    for (size_t i = 0; i < count; i++) {
        met += exercised(coverage, i);
        needy += !exercised(coverage, i) && need_of(i);
    }
    ha_text_addf(text, "coverage: %zu of %zu rules exercised\n", met, count);
    if (met + needy < count)
        ha_topic_label(text, "  never");
    for (size_t i = 0; i < count; i++)
        if (!exercised(coverage, i) && !need_of(i))
            ha_topic_word(text, rule[i].id);
    if (met + needy < count)
        ha_text_add(text, "\n");
    for (size_t i = 0; i < count; i++) {
        if (exercised(coverage, i) || !need_of(i))
            continue;
        ha_topic_label(text, rule[i].id);
        ha_text_addf(text, "needs %s\n", need_of(i));
    }
}

static void write_calls(const struct ha_coverage *coverage, struct ha_text *text)
{
    const struct ha_topic topics[] = {
        {"hot-add", coverage->calls[0], 0, HA_COVERAGE_STATES, ha_state_short, NULL},
        {"existing", coverage->calls[1], 0, HA_COVERAGE_STATES, ha_state_short, NULL},
        {"PnP", coverage->told, HA_PNP_ARRIVAL, HA_PNP_EVENT_COUNT, ha_pnp_event_name, NULL},
    };
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        ha_topic_write(&topics[i], text);
}

/* "failure_order=forward|reverse" */
static void add_values(struct ha_text *text, enum ha_knob knob, unsigned values)
{
    struct ha_text word = {0};
    ha_text_add(&word, ha_knob_name(knob));
    for (unsigned value = 0; values >> value; value++)
        if (values >> value & 1)
            ha_text_addf(&word, "%c%s", values & ((1u << value) - 1) ? '|' : '=',
                         ha_knob_value_name(knob, value));
    ha_topic_word(text, ha_text_string(&word));
    text->lost |= word.lost;
    ha_text_close(&word);
}

/* All values that there are, a bit for each. */
static unsigned values_of(enum ha_knob knob)
{
    unsigned values = 0;
    for (unsigned value = 0; ha_knob_value_name(knob, value); value++)
        values |= 1u << value;
    return values;
}

/* Knobs that were turned in some run, with their values; the others stood at their default. */
static void write_knobs(const struct ha_coverage *coverage, struct ha_text *text)
{
    bool turned = false, missed = false;
    ha_topic_label(text, "knobs");
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        unsigned played = coverage->values[k] & values_of((enum ha_knob)k);
        if (played > 1)
            add_values(text, (enum ha_knob)k, played);
        turned |= played > 1;
    }
    ha_text_add(text, turned ? "\n" : "none was turned\n");
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        unsigned unplayed = values_of((enum ha_knob)k) & ~(unsigned)coverage->values[k];
        if (unplayed && !missed)
            ha_topic_label(text, "  never");
        if (unplayed)
            add_values(text, (enum ha_knob)k, unplayed);
        missed |= unplayed != 0;
    }
    if (missed)
        ha_text_add(text, "\n");
}

void ha_coverage_write(const struct ha_coverage *coverage, struct ha_text *text)
{
    write_rules(coverage, text);
    write_calls(coverage, text);
    ha_mishaps_write(&coverage->mishaps, text);
    write_knobs(coverage, text);
}
