/* search_words - see search_words.h */
#include "sim/search_words.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/names.h"
#include "core/tape.h"
#include "hotadd/error.h"

void ha_search_add_number(struct ha_text *text, uint64_t number, const char *one,
                          const char *many)
{
    ha_text_addf(text, "%" PRIu64 " %s", number, number == 1 ? one : many);
}

void ha_search_add_found(struct ha_text *text, uint64_t found, uint64_t runs)
{
    ha_text_addf(text, "  found     in %" PRIu64 " of ", found);
    ha_search_add_number(text, runs, "run", "runs");
    ha_text_add(text, "\n");
}

void ha_search_add_seed(struct ha_text *text, enum ha_strategy strategy, uint64_t seed)
{
    if (strategy == HA_SEARCH_RANDOM || strategy == HA_SEARCH_PCT)
        ha_text_addf(text, "by chance: seed %" PRIu64 "\n", seed);
}

void ha_search_add_point(struct ha_text *text, const struct ha_search_point *point)
{
    ha_text_addf(text, "%-9s %s", ha_choice_kind_name(point->kind), point->label);
    if (point->about != HA_NOTHING)
        ha_text_addf(text, " %" PRIu32, point->about);
    ha_text_addf(text, ", %" PRIu32 " answers, before record %" PRIu64, point->options,
                 point->seq);
    if (point->thread)
        ha_text_addf(text, " of thread %" PRIu32, point->thread);
    ha_text_add(text, "\n");
}

void ha_search_add_stray(struct ha_text *text, const struct ha_search_stray *stray)
{
    ha_text_addf(text, "  a run that began as an earlier one then asked otherwise, at choice point "
                       "%zu:\n    before  ", stray->number);
    ha_search_add_point(text, &stray->was);
    ha_text_add(text, "    now     ");
    if (stray->is.label)
        ha_search_add_point(text, &stray->is);
    else
        ha_text_add(text, "(nothing more)\n");
}

void ha_search_add_counts(struct ha_text *text, uint64_t runs, uint64_t left, uint64_t traces)
{
    ha_search_add_number(text, runs, "run", "runs");
    ha_text_add(text, ", ");
    if (left)
        ha_text_addf(text, "%" PRIu64 " left, ", left);
    ha_search_add_number(text, traces, "distinct trace", "distinct traces");
}

static void add_bounds(const struct ha_search_bounds *bounds, struct ha_text *text)
{
    ha_search_add_number(text, bounds->faults, "fault", "faults");
    ha_text_add(text, ", ");
    ha_search_add_number(text, bounds->preemptions, "preemption", "preemptions");
    ha_text_add(text, " and ");
    ha_search_add_number(text, bounds->deliveries, "delivery out of turn",
                         "deliveries out of turn");
    if (bounds->fixed_order)
        ha_text_add(text, ", threads in their ordinary order");
}

void ha_search_add_complete(struct ha_text *text, uint64_t runs,
                            const struct ha_search_bounds *bounds)
{
    ha_text_add(text, "complete: ");
    ha_search_add_number(text, runs, "run", "runs");
    ha_text_add(text, ", all with at most ");
    add_bounds(bounds, text);
    ha_text_add(text, "\n");
}

int ha_search_answers(const struct ha_search *search, struct ha_tape_input *answers)
{
    size_t count;
    const struct ha_search_point *point = ha_search_points(search, &count);
    *answers = (struct ha_tape_input){.answer = malloc((count + 1) * sizeof *answers->answer)};
    if (!answers->answer)
        return HA_ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (point[i].answer)
            answers->answer[answers->count++] =
                (struct ha_answer){(uint32_t)i, point[i].answer};
    return HA_OK;
}
