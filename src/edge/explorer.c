/*
 * explorer - see explorer.h
 *
 * Owns the course of a search.
 */
#include "edge/explorer.h"

#include "base/error.h"
#include "check/cast.h"
#include "check/expect.h"
#include "edge/breaches.h"
#include "edge/module_option.h"
#include "edge/run.h"

#define SLICE_NS UINT64_C(20000000)

/* HA_OK or HA_ENOMEM. */
static int note(struct ha_explorer *explorer, const struct ha_finding *finding,
                enum ha_ending ending)
{
    const struct ha_shown shown = {
        .finding = finding, .ending = ending, .run = explorer->runs,
        .driver = ha_cast_name(ha_judge_cast(explorer->judge), HA_NS_DRIVER, finding->driver)};
    struct ha_tape_input answers;
    int err = ha_search_answers(explorer->search, &answers);
    if (!err)
        err = ha_finds_note(&explorer->finds, &shown, &answers);
    ha_tape_close(&answers);
    return err;
}

/* What the run that has ended shows. HA_OK or HA_ENOMEM. */
static int look(struct ha_explorer *explorer)
{
    const struct ha_expect *expect = &explorer->scenario->expect;
    enum ha_ending ending = explorer->playing->state.ending;
    enum ha_ending foreseen = expect->ending ? expect->ending : HA_END_NORMALLY;
    size_t count, told = 0;
    bool lost;
    const struct ha_finding *finding = ha_judge_findings(explorer->judge, &count, &lost);
    int err = lost ? HA_ENOMEM : HA_OK;
    ha_visited_add(&explorer->traces, ha_search_identity(explorer->search));
    for (size_t i = 0; i < count && !err; i++) {
        if (!ha_severity_fails(finding[i].severity, explorer->options->play.strict) ||
            ha_rule_may_be_found(expect, finding[i].rule) ||
            ha_violation_is_expected(&finding[i], expect->violation, expect->violation_count,
                                     ha_judge_cast(explorer->judge)))
            continue;
        told++;
        err = note(explorer, &finding[i], HA_END_NOT_YET);
    }
    bool may_end = expect->explored_endings >> ending & 1;
    if (!err && ending != HA_END_NORMALLY && ending != foreseen && !may_end && !told)
        err = note(explorer, &(struct ha_finding){.rule = NULL}, ending);
    return err;
}

static bool has_enough(const struct ha_explorer *explorer)
{
    const struct ha_explore_options *options = explorer->options;
    return (explorer->finds.count && !options->keep_going) ||
           (options->runs && explorer->runs + explorer->left >= options->runs) ||
           (options->time_ns && ha_loop_now() - explorer->begun_ns >= options->time_ns);
}

static int play_to_end(struct ha_explorer *explorer)
{
    int err = HA_OK;
    ha_judge_reset(explorer->judge);
    while (!err && !explorer->playing->state.over)
        err = ha_playing_slice(explorer->playing, HA_NO_LIMIT);
    return err;
}

/* What comes out in two ways by itself says nothing about answers. HA_OK, or as play_run(). */
static int play_twin(struct ha_explorer *explorer)
{
    ha_search_again(explorer->search);
    ha_twin_again(&explorer->twin);
    int err = ha_playing_again(explorer->playing);
    if (!err)
        err = play_to_end(explorer);
    if (!err)
        err = ha_twin_end(&explorer->twin);
    explorer->strayed = explorer->twin.differs;
    return err;
}

/* One run, and what it shows. HA_OK, or what ended it for want of means. */
static int play_run(struct ha_explorer *explorer)
{
    bool first = explorer->runs + explorer->left == 0;
    int err = first ? HA_OK : ha_playing_again(explorer->playing);
    if (!err)
        err = play_to_end(explorer);
    if (!err && first && !ha_loop_is_called(explorer->loop))
        err = play_twin(explorer);
    if (err)
        return err;
    explorer->strayed |= ha_search_strayed(explorer->search);
    if (explorer->strayed)
        return HA_OK;
    if (ha_search_left(explorer->search)) {
        explorer->left++;
    } else {
        explorer->runs++;
        err = look(explorer);
    }
    return ha_search_lost(explorer->search) || explorer->traces.lost ? HA_ENOMEM : err;
}

static uint64_t search_slice(void *argument)
{
    struct ha_explorer *explorer = argument;
    uint64_t begun = ha_loop_now();
    do {
        if (has_enough(explorer))
            return HA_LOOP_DONE;
        if (!ha_search_next(explorer->search)) {
            explorer->complete = true;
            return HA_LOOP_DONE;
        }
        explorer->err = play_run(explorer);
        if (explorer->err || explorer->strayed)
            return HA_LOOP_DONE;
    } while (ha_loop_now() - begun < SLICE_NS);
    return 0;
}

static bool is_called_off(void *argument)
{
    return ha_loop_is_called(((const struct ha_explorer *)argument)->loop);
}

static bool has_no_limit(void *argument)
{
    (void)argument;
    return false;
}

static void blame(void *argument, size_t driver, const struct ha_text *sentences)
{
    const struct ha_explorer *explorer = argument;
    ha_scenario_blame_module(explorer->scenario, driver, sentences, explorer->messages);
}

static int open_playing(struct ha_explorer *explorer, struct ha_text *trouble)
{
    explorer->sink[0] = ha_judge_sink(explorer->judge);
    explorer->sink[1] = &explorer->twin.sink;
    ha_twin_init(&explorer->twin);
    const struct ha_playing_options playing = {
        .plan = &explorer->plan,
        .search = explorer->search,
        .record_budget = explorer->options->play.record_budget,
        .sink = explorer->sink,
        .sink_count = 2,
        .loop = explorer->loop,
        .is_called_off = is_called_off,
        .has_enough = has_no_limit,
        .blame = blame,
        .argument = explorer,
    };
    return ha_playing_open(&playing, false, &explorer->playing, trouble);
}

int ha_explorer_run(struct ha_explorer *explorer, const struct ha_scenario *scenario,
                    const struct ha_explore_options *options, struct ha_loop *loop,
                    struct ha_text *messages)
{
    struct ha_error reason = {""};
    struct ha_text trouble = {0};
    const struct ha_search_options search = {
        .strategy = options->strategy, .bounds = options->bounds, .depth = options->depth,
        .seed = options->seed,
        .skips = options->strategy == HA_SEARCH_DEPTH && !options->brute};
    *explorer = (struct ha_explorer){.scenario = scenario, .options = options, .loop = loop,
                                     .plan = scenario->plan, .messages = messages};
    int err = ha_run_turn_profile(&options->play, &explorer->plan.profile, &reason);
    if (!err)
        err = ha_module_option_turn(&options->play, scenario, &explorer->plan, &explorer->drivers);
    explorer->judge = ha_judge_create();
    explorer->search = ha_search_create(&search);
    if (!err && (!explorer->judge || !explorer->search))
        err = HA_ENOMEM;
    if (!err)
        err = open_playing(explorer, &trouble);
    if (!err) {
        explorer->begun_ns = ha_loop_now();
        ha_loop_run(loop, search_slice, explorer);
        ha_finds_sort(&explorer->finds);
        err = explorer->err;
    }
    if (err && err != HA_EREAD)
        ha_text_addf(messages, "%s: error: %s\n", scenario->file,
                     reason.text[0] ? reason.text
                                    : trouble.length ? ha_text_string(&trouble) : ha_err_text(err));
    ha_text_close(&trouble);
    return err;
}

void ha_explorer_close(struct ha_explorer *explorer)
{
    ha_playing_close(explorer->playing);
    ha_search_destroy(explorer->search);
    ha_judge_destroy(explorer->judge);
    ha_visited_close(&explorer->traces);
    ha_twin_close(&explorer->twin);
    ha_bag_close(&explorer->drivers);
    ha_finds_close(&explorer->finds);
    *explorer = (struct ha_explorer){0};
}
