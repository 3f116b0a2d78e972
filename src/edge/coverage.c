/*
 * coverage - see coverage.h
 *
 * Owns struct ha_coverage and its report. A rule is exercised when a run held something that it
 * speaks of: only then does keeping it mean anything.
 */
#include "edge/coverage.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/names.h"

#define WIDTH 100
#define MARGIN 12           /* "  never     " */

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
    }
}

void ha_coverage_init(struct ha_coverage *coverage)
{
    *coverage = (struct ha_coverage){.sink = {take}};
}

void ha_coverage_add(struct ha_coverage *coverage, const struct ha_judge *judge)
{
    size_t count;
    const struct ha_rule *rule = ha_rules(&count);
    assert(count <= HA_COVERAGE_RULES);
    for (size_t i = 0; i < count; i++)
        if (ha_judge_exercised(judge, &rule[i]))
            coverage->rules[i / 64] |= UINT64_C(1) << i % 64;
}

/* A word of a list that goes on in the next line where this one is full. */
static void add_word(struct ha_text *text, const char *word)
{
    const char *line = strrchr(ha_text_string(text), '\n');
    size_t used = line ? strlen(line + 1) : text->length;
    if (used > MARGIN) {
        ha_text_add(text, used + strlen(word) + 3 > WIDTH ? ",\n" : ", ");
        ha_text_pad(text, MARGIN);
    }
    ha_text_add(text, word);
}

static void add_label(struct ha_text *text, const char *label)
{
    ha_text_addf(text, "  %-*s", MARGIN - 2, label);
}

static bool exercised(const struct ha_coverage *coverage, size_t rule)
{
    return coverage->rules[rule / 64] >> rule % 64 & 1;
}

static void write_rules(const struct ha_coverage *coverage, struct ha_text *text)
{
    size_t count, met = 0;
    const struct ha_rule *rule = ha_rules(&count);
    for (size_t i = 0; i < count; i++)
        met += exercised(coverage, i);
    ha_text_addf(text, "coverage: %zu of %zu rules exercised\n", met, count);
    if (met == count)
        return;
    add_label(text, "never");
    for (size_t i = 0; i < count; i++)
        if (!exercised(coverage, i))
            add_word(text, rule[i].id);
    ha_text_add(text, "\n");
}

static void write_states(const struct ha_coverage *coverage, struct ha_text *text)
{
    static const char *const phases[2] = {"hot-add", "existing"};
    for (size_t phase = 0; phase < 2; phase++) {
        add_label(text, phases[phase]);
        for (unsigned state = 0; state < HA_COVERAGE_STATES; state++)
            ha_text_addf(text, "%s%s %" PRIu64, state ? ", " : "", ha_state_short(state),
                         coverage->calls[phase][state]);
        ha_text_add(text, "\n");
    }
}

static void write_arrivals(const struct ha_coverage *coverage, struct ha_text *text)
{
    add_label(text, "PnP");
    for (unsigned event = HA_PNP_ARRIVAL; event < HA_PNP_EVENT_COUNT; event++)
        ha_text_addf(text, "%s%s %" PRIu64, event > HA_PNP_ARRIVAL ? ", " : "",
                     ha_pnp_event_name(event), coverage->told[event]);
    ha_text_add(text, "\n");
}

/* "failure_order=forward|reverse" */
static void add_values(struct ha_text *word, enum ha_knob knob, unsigned values)
{
    ha_text_add(word, ha_knob_name(knob));
    for (unsigned value = 0; values >> value; value++) {
        const char *name = ha_knob_value_name(knob, value);
        if (values >> value & 1)
            ha_text_addf(word, "%c%s", (values & ((1u << value) - 1)) ? '|' : '=',
                         name ? name : "?");
    }
}

/* Knobs that were turned in some run, with their values; the others stood at their default. */
static void write_knobs(const struct ha_coverage *coverage, struct ha_text *text)
{
    bool turned = false;
    add_label(text, "knobs");
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        struct ha_text word = {0};
        if (coverage->values[k] <= 1)
            continue;
        turned = true;
        add_values(&word, (enum ha_knob)k, coverage->values[k]);
        add_word(text, ha_text_string(&word));
        text->lost |= word.lost;
        ha_text_close(&word);
    }
    ha_text_add(text, turned ? "\n" : "none was turned\n");
}

void ha_coverage_write(const struct ha_coverage *coverage, struct ha_text *text)
{
    write_rules(coverage, text);
    write_states(coverage, text);
    write_arrivals(coverage, text);
    write_knobs(coverage, text);
}
