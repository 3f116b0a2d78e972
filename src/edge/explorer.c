/*
 * explorer - see explorer.h
 *
 * Owns the course of a search.
 */
#include "edge/explorer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "check/cast.h"
#include "check/expect.h"
#include "edge/breaches.h"
#include "edge/module_option.h"
#include "edge/run.h"
#include "sim/search_words.h"

#define SLICE_NS UINT64_C(20000000)

/* Of what a worker and its parent have in common. */
static struct ha_arena *memory_of(struct ha_explorer *explorer)
{
    return explorer->apart ? &explorer->memory : NULL;
}

/* Words may be NULL. HA_OK or HA_ENOMEM. */
static int note(struct ha_explorer *explorer, const struct ha_finding *finding,
                enum ha_ending ending, const char *words)
{
    const struct ha_shown shown = {
        .finding = finding, .ending = ending, .run = explorer->result->runs, .words = words,
        .driver = ha_cast_name(ha_judge_cast(explorer->judge), HA_NS_DRIVER, finding->driver)};
    struct ha_tape_input answers;
    int err = ha_search_answers(explorer->search, &answers);
    if (!err)
        err = ha_finds_note(&explorer->result->finds, &shown, &answers);
    ha_tape_close(&answers);
    return err;
}

/* A run that ended otherwise than foreseen; a crash or hang has a place, as findings have. */
static int note_end(struct ha_explorer *explorer, enum ha_ending ending,
                    const struct ha_crash *crash)
{
    const struct ha_cast *cast = ha_judge_cast(explorer->judge);
    struct ha_finding finding = {.rule = NULL};
    struct ha_text words = {0}, place = {0};
    if (!crash)
        return note(explorer, &finding, ending, NULL);
    finding.driver = crash->crash.driver;
    ha_crash_place(crash, cast, &place);
    snprintf(finding.call, sizeof finding.call, "%s", ha_text_string(&place));
    ha_crash_tell(crash, cast, ending, explorer->options->play.hang_s, &words);
    int err = words.lost || place.lost || crash->lost
                  ? HA_ENOMEM : note(explorer, &finding, ending, ha_text_string(&words));
    ha_text_close(&words);
    ha_text_close(&place);
    return err;
}

/* What a run has come to, against what any does. HA_OK or HA_ENOMEM. */
static int look_at_state(struct ha_explorer *explorer)
{
    struct ha_finding finding = {.rule = NULL};
    int differences = ha_always_compare(&explorer->always);
    const char *words = ha_text_string(&explorer->always.report);
    if (differences <= 0)
        return differences;
    snprintf(finding.call, sizeof finding.call, "%.*s", (int)strcspn(words, "\n"), words);
    return note(explorer, &finding, HA_END_NOT_YET, words);
}

/* What the run that has ended shows; `crash` is NULL for most. HA_OK or HA_ENOMEM. */
static int look(struct ha_explorer *explorer, enum ha_ending ending, const struct ha_crash *crash)
{
    const struct ha_expect *expect = &explorer->scenario->expect;
    enum ha_ending foreseen = expect->ending ? expect->ending : HA_END_NORMALLY;
    struct ha_result *result = explorer->result;
    size_t count;
    bool lost;
    const struct ha_finding *finding = ha_judge_findings(explorer->judge, &count, &lost);
    int err = lost ? HA_ENOMEM : HA_OK;
    result->runs++;
    ha_visited_add(&result->traces, ha_search_identity(explorer->search));
    for (size_t i = 0; i < count && !err; i++) {
        if (!ha_severity_fails(finding[i].severity, explorer->options->play.strict) ||
            ha_rule_may_be_found(expect, finding[i].rule) ||
            ha_violation_is_expected(&finding[i], expect->violation, expect->violation_count,
                                     ha_judge_cast(explorer->judge)))
            continue;
        err = note(explorer, &finding[i], HA_END_NOT_YET, NULL);
    }
    bool may_end = expect->explored_endings >> ending & 1;
    if (!err && (ending == HA_END_NORMALLY || ending == foreseen) && !crash)
        err = look_at_state(explorer);
    if (!err && ending != HA_END_NORMALLY && ending != foreseen && !may_end)
        err = note_end(explorer, ending, crash);
    return ha_search_lost(explorer->search) || result->traces.lost ? HA_ENOMEM : err;
}

/* How many of so many runs are of the share. */
static uint64_t most_runs(const struct ha_explorer *explorer, uint64_t runs)
{
    const struct ha_share *share = &explorer->share;
    return runs / share->count + (share->index < runs % share->count);
}

static bool has_enough(const struct ha_explorer *explorer)
{
    const struct ha_explore_options *options = explorer->options;
    const struct ha_result *result = explorer->result;
    return (result->finds.count && !options->keep_going) ||
           (options->runs && result->runs + result->left >= most_runs(explorer, options->runs)) ||
           (options->time_ns && ha_loop_now() - explorer->begun_ns >= options->time_ns);
}

static int play_to_end(struct ha_explorer *explorer, struct ha_playing *playing)
{
    int err = ha_hearing_begin(&explorer->hearing, playing->checkpoints);
    ha_always_begin(&explorer->always);
    return err ? err : ha_playing_run(playing);
}

/* What comes out in two ways by itself says nothing about answers. HA_OK, or as play_run(). */
static int play_twin(struct ha_explorer *explorer, struct ha_playing *playing)
{
    ha_search_again(explorer->search);
    ha_twin_again(&explorer->twin);
    int err = play_to_end(explorer, playing);
    if (!err)
        err = ha_twin_end(&explorer->twin);
    if (!err && explorer->twin.differs)
        err = ha_explorer_note_twin(explorer);
    return err;
}

/* One run, and what it shows. HA_OK, or what ended it for want of means. */
static int play_run(struct ha_explorer *explorer, struct ha_playing *playing)
{
    struct ha_result *result = explorer->result;
    bool first = !result->begun, counts = ha_search_is_mine(explorer->search);
    if (first)
        ha_twin_begin(&explorer->twin);
    int err = play_to_end(explorer, playing);
    if (!err && first && !playing->options.is_called_off(playing->options.argument))
        err = play_twin(explorer, playing);
    if (err)
        return err;
    result->begun = true;
    if (playing->state.ending != HA_END_SIGNAL)
        ha_search_end(explorer->search);
    if (!result->strayed && ha_search_strayed(explorer->search))
        return ha_explorer_note_question(explorer);
    if (result->strayed)
        return HA_OK;
    if (counts && !ha_search_left(explorer->search))
        return look(explorer, playing->state.ending, NULL);
    result->left += counts;
    return ha_search_lost(explorer->search) ? HA_ENOMEM : HA_OK;
}

/* Where the worker does this, it changes nothing that the parent has to know but the result. */
static int play_runs(void *argument, struct ha_playing *playing)
{
    struct ha_explorer *explorer = argument;
    struct ha_result *result = explorer->result;
    uint64_t begun = ha_loop_now();
    int err = HA_OK;
    do {
        result->over = has_enough(explorer);
        if (!result->over)
            result->complete = result->over = !ha_search_next(explorer->search);
        if (result->over)
            break;
        err = play_run(explorer, playing);
        result->over = result->strayed;
    } while (!err && !result->over && ha_loop_now() - begun < SLICE_NS);
    return err;
}

static bool is_called_off(void *argument)
{
    const struct ha_explorer *explorer = argument;
    return explorer->called_off || ha_loop_is_called(explorer->loop);
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

struct ha_playing_options ha_explorer_playing(struct ha_explorer *explorer)
{
    explorer->sink[0] = &explorer->hearing.sink;
    explorer->sink[1] = &explorer->twin.sink;
    explorer->sink[2] = &explorer->always.sink;
    return (struct ha_playing_options){
        .plan = &explorer->plan,
        .search = explorer->search,
        .work = play_runs,
        .record_budget = explorer->options->play.record_budget,
        .record_places = ha_plan_is_compiled(&explorer->plan),
        .hang_s = explorer->options->play.hang_s,
        .sink = explorer->sink,
        .sink_count = explorer->always.matcher ? 3 : 2,
        .loop = explorer->loop,
        .is_called_off = is_called_off,
        .has_enough = has_no_limit,
        .blame = blame,
        .argument = explorer,
    };
}

static int open_playing(struct ha_explorer *explorer)
{
    const struct ha_playing_options playing = ha_explorer_playing(explorer);
    ha_judge_reset(explorer->judge);    /* it will hear how the trace begins */
    ha_always_restart(&explorer->always);
    return ha_playing_open(&playing, explorer->apart, &explorer->playing, &explorer->trouble);
}

/* A run was lost with its worker, and was not lost again. HA_OK, or what ends the search. */
static int see_loss(struct ha_explorer *explorer, const struct ha_playing_state *lost)
{
    if (lost->ending != HA_END_CRASH || lost->crash.as.crash.signal != SIGKILL)
        return ha_explorer_note_lost(explorer, lost);
    ha_text_add(&explorer->trouble, "a process that plays its runs was killed");
    return HA_ETHREAD;
}

/*
 * The worker was lost in a run: see what that run shows, and have another worker go on behind it.
 * Returns as ha_playing_open() and ha_playing_slice().
 */
static int replace_worker(struct ha_explorer *explorer)
{
    const struct ha_playing_state lost = explorer->playing->state;
    struct ha_result *result = explorer->result;
    bool counts = ha_search_is_mine(explorer->search);
    struct ha_crash crash;
    enum ha_ending ending = HA_END_NOT_YET;
    ha_playing_close(explorer->playing);
    explorer->playing = NULL;
    ha_crash_init(&crash);
    int err = ha_twin_end(&explorer->twin);         /* what it knew of the course is lost */
    if (!err)
        err = ha_explorer_repeat(explorer, &crash, &ending);
    bool is_lost = ending == HA_END_CRASH || ending == HA_END_HANG;
    bool called_off = is_called_off(explorer);
    if (!err && is_lost && counts)
        err = look(explorer, ending, &crash);
    ha_crash_close(&crash);
    if (!err && !is_lost && !called_off)
        err = see_loss(explorer, &lost);
    result->begun = true;
    result->over = result->strayed || called_off || has_enough(explorer);
    return err || result->over ? err : open_playing(explorer);
}

bool ha_explorer_is_over(const struct ha_explorer *explorer)
{
    return explorer->err || explorer->result->over;
}

bool ha_explorer_rests(struct ha_explorer *explorer)
{
    if (explorer->at_work)
        explorer->at_work = !ha_playing_has_worked(explorer->playing, &explorer->err);
    return !explorer->at_work;
}

void ha_explorer_go_on(struct ha_explorer *explorer)
{
    const struct ha_playing_state *state = &explorer->playing->state;
    if (!explorer->at_work) {
        explorer->at_work = true;
        ha_playing_begin_work(explorer->playing);
    }
    if (ha_explorer_rests(explorer) && !explorer->err &&
        (state->ending == HA_END_CRASH || state->ending == HA_END_HANG))
        explorer->err = replace_worker(explorer);
}

static int open_result(struct ha_explorer *explorer)
{
    struct ha_arena *memory;
    int err = explorer->apart ? ha_arena_open_shared(&explorer->memory) : HA_OK;
    if (err)
        return err;
    memory = memory_of(explorer);
    explorer->result = ha_heap_take(memory, sizeof *explorer->result);
    if (!explorer->result)
        return HA_ENOMEM;
    explorer->result->finds.memory = explorer->result->strays.memory = memory;
    explorer->result->traces.memory = memory;
    return HA_OK;
}

static int open_all(struct ha_explorer *explorer)
{
    const struct ha_explore_options *options = explorer->options;
    int err = ha_module_option_turn(&options->play, explorer->scenario, &explorer->plan,
                                    &explorer->drivers);
    explorer->apart = explorer->share.count > 1 || ha_run_is_apart(&options->play, &explorer->plan);
    if (!err)
        err = open_result(explorer);
    if (err)
        return err;
    struct ha_search_options search = ha_search_settle((struct ha_search_options){
        .strategy = options->strategy, .bounds = options->bounds,
        .depth = options->depth ? options->depth : 2, .seed = options->seed,
        .share = explorer->share, .memory = memory_of(explorer)});
    search.skips = search.strategy == HA_SEARCH_DEPTH && !options->brute;
    explorer->bounds = search.bounds;
    explorer->judge = ha_judge_create();
    explorer->search = ha_search_create(&search);
    err = ha_always_open(&explorer->always, &explorer->scenario->expect);
    if (err || !explorer->judge || !explorer->search)
        return HA_ENOMEM;
    ha_judge_spare_notes(explorer->judge);      /* what is found fails, and no note does */
    ha_hearing_init(&explorer->hearing, explorer->judge);
    return open_playing(explorer);
}

int ha_explorer_open(struct ha_explorer *explorer, const struct ha_scenario *scenario,
                     const struct ha_profile *profile, const struct ha_explore_options *options,
                     struct ha_share share, const struct ha_loop *loop, struct ha_text *messages)
{
    *explorer = (struct ha_explorer){.scenario = scenario, .options = options, .share = share,
                                     .loop = loop, .plan = scenario->plan, .messages = messages,
                                     .begun_ns = ha_loop_now()};
    explorer->plan.profile = *profile;
    ha_twin_init(&explorer->twin);
    return open_all(explorer);
}

static void close_result(struct ha_explorer *explorer)
{
    struct ha_result *result = explorer->result;
    if (!result)
        return;
    ha_visited_close(&result->traces);
    ha_finds_close(&result->finds);
    ha_finds_close(&result->strays);
    ha_heap_give(memory_of(explorer), result, sizeof *result);
}

void ha_explorer_close(struct ha_explorer *explorer)
{
    ha_playing_close(explorer->playing);
    ha_search_destroy(explorer->search);
    ha_hearing_close(&explorer->hearing);
    ha_judge_destroy(explorer->judge);
    ha_always_close(&explorer->always);
    ha_twin_close(&explorer->twin);
    ha_bag_close(&explorer->drivers);
    ha_text_close(&explorer->trouble);
    close_result(explorer);
    ha_arena_close(&explorer->memory);
    *explorer = (struct ha_explorer){0};
}
