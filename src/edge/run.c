/*
 * run - one scenario: what plays it, and those who watch
 *
 * Owns struct ha_run. Its playing hands out facts; judge, matcher, story and watch take them as
 * they come, a slice of the run at a time.
 */
#include "edge/run.h"

#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/race.h"
#include "check/jsonl.h"
#include "edge/module_option.h"
#include "edge/place.h"

#define BYTES_A_SLICE ((size_t)1 << 20)     /* of what is told: a step may be very many calls */

/* What a trace says of itself: who reads only findings wants to know this, too. */
static bool is_companion(unsigned kind)
{
    switch (kind) {
    case HA_TRACE_BEGIN: case HA_KNOB: case HA_GROUP: case HA_NODE: case HA_PROCESSOR:
    case HA_MEMORY: case HA_NAME:
        return true;
    default:
        return false;
    }
}

static bool is_full(enum ha_detail detail)
{
    return detail == HA_DETAIL_CALLS || detail == HA_DETAIL_LOCKS;
}

static bool goes_out(const struct ha_watch *watch, unsigned kind)
{
    return is_full(watch->detail) ||
           (watch->detail == HA_DETAIL_VIOLATIONS && is_companion(kind));
}

static void watch_records(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_watch *watch = (struct ha_watch *)(void *)sink;
    for (size_t i = 0; i < count; i++) {
        watch->lost |= !ha_cast_take(watch->cast, &first[i]);
        watch->calls += first[i].kind == HA_CB_ENTER || first[i].kind == HA_CB_CALL;
        watch->pnp_calls +=
            first[i].kind == HA_PNP_CB_ENTER || first[i].kind == HA_PNP_CB_CALL;
        watch->adds += first[i].kind == HA_ADD_BEGIN;
        watch->time_ns = first[i].time_ns;
        if (watch->wants_jsonl && goes_out(watch, first[i].kind))
            ha_jsonl_add(&watch->jsonl, &first[i]);
    }
}

int ha_run_turn_profile(const struct ha_play_options *options, struct ha_profile *profile,
                        struct ha_error *error)
{
    enum ha_preset preset;
    int err = HA_OK;
    if (options->profile) {
        err = ha_profile_find(options->profile, &preset, error);
        if (!err)
            *profile = ha_profile_preset(preset);
    }
    for (size_t i = 0; i < options->set_count && !err; i++) {
        char knob[64];
        const char *equals = strchr(options->set[i], '=');
        size_t length = equals ? (size_t)(equals - options->set[i]) : 0;
        if (!equals || length >= sizeof knob)
            return ha_error_set(error, HA_EINVAL, "'%.60s' is not of the form knob=value",
                                options->set[i]);
        memcpy(knob, options->set[i], length);
        knob[length] = '\0';
        err = ha_profile_set(profile, knob, equals + 1, error);
    }
    return err;
}

static bool tells_at_once(const struct ha_play_options *options)
{
    return options->output == HA_OUTPUT_STORY && is_full(options->detail) &&
           (!options->quiet || options->out_path);
}

/* Whether anybody reads the story: at once, or when the run has failed. */
static bool wants_story(const struct ha_play_options *options)
{
    bool later = options->output == HA_OUTPUT_JUNIT ||
                 (options->output == HA_OUTPUT_VERDICT && !options->quiet);
    return tells_at_once(options) || (later && is_full(options->detail));
}

/* Whether a token, if there is one, has answers: they come behind format, scenario and profile. */
static bool has_answers(const char *token)
{
    unsigned parts = 0;
    while (token && (token = strchr(token, '-')) != NULL) {
        token++;
        parts++;
    }
    return parts > 2;
}

/*
 * What is expected of the run. Of a course that is not the ordinary one, or under a profile that is
 * not the scenario's own, its author has said nothing of calls, counts and ends; the violations
 * tell who was meant to be at fault.
 */
static const struct ha_expect *choose_expectations(struct ha_run *run)
{
    const struct ha_expect *expect = &run->scenario->expect;
    run->rules_only = memcmp(run->plan.profile.knob, run->scenario->plan.profile.knob,
                             sizeof run->plan.profile.knob) != 0 ||
                      has_answers(run->options->replay);
    if (!run->rules_only)
        return expect;
    run->rules.violation = expect->violation;
    run->rules.violation_count = expect->violation_count;
    return &run->rules;
}

static int open_watchers(struct ha_run *run)
{
    const struct ha_play_options *options = run->options;
    run->judge = ha_judge_create();
    run->matcher = ha_matcher_create(choose_expectations(run));
    if (wants_story(options))
        run->story = ha_story_create(options->color && options->out == options->log);
    run->watch.cast = ha_cast_create();
    run->watch.sink.take = watch_records;
    run->watch.wants_jsonl = options->output == HA_OUTPUT_JSONL;
    run->watch.detail = options->detail;
    if (!run->judge || !run->matcher || !run->watch.cast || (wants_story(options) && !run->story))
        return HA_ENOMEM;
    if (options->accept)
        ha_matcher_keep_calls(run->matcher);
    int err = ha_always_open(&run->always, &run->scenario->expect);
    ha_always_begin(&run->always);
    return err;
}

/* What goes out as it comes, if it can only be one story; NULL otherwise. */
static struct ha_text *progress(struct ha_run *run)
{
    if (tells_at_once(run->options))
        return ha_story_text(run->story);
    return run->watch.wants_jsonl ? &run->watch.jsonl : NULL;
}

/* What was written since the last slice. */
static void print_progress(struct ha_run *run)
{
    struct ha_text *text = progress(run);
    if (!text)
        return;
    fwrite(ha_text_string(text), 1, text->length, run->options->out);
    fflush(run->options->out);          /* whole lines, also when the log goes the same way */
    run->watch.lost |= text->lost;
    ha_text_clear(text);
}

static bool is_called_off(void *argument)
{
    return ha_loop_is_called(((const struct ha_run *)argument)->loop);
}

static bool has_enough(void *argument)
{
    const struct ha_text *text = progress(argument);
    return text && text->length > BYTES_A_SLICE;
}

static uint64_t play_slice(void *argument)
{
    struct ha_run *run = argument;
    const struct ha_playing_state *state = &run->playing->state;
    bool paced = run->options->realtime;
    run->err = ha_playing_slice(run->playing, paced ? ha_loop_now() - run->begun_ns : HA_NO_LIMIT);
    print_progress(run);
    if (run->err || state->over)
        return HA_LOOP_DONE;
    /* Simulated time must not overtake the clock. */
    uint64_t passed_ns = ha_loop_now() - run->begun_ns;
    return paced && state->has_due && state->due_ns > passed_ns ? state->due_ns - passed_ns : 0;
}

/* The judge's findings follow a trace in JSON Lines. False when memory was lacking. */
static bool print_findings(struct ha_run *run)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(run->judge, &count, NULL);
    struct ha_text text = {0};
    if (run->watch.wants_jsonl && run->options->detail != HA_DETAIL_NONE)
        for (size_t i = 0; i < count; i++)
            ha_jsonl_add_finding(&text, &finding[i],
                                 ha_symbols_find(run->symbols, finding[i].place));
    fwrite(ha_text_string(&text), 1, text.length, run->options->out);
    bool whole = !text.lost;
    ha_text_close(&text);
    return whole;
}

/* False when memory was lacking. */
static bool want_symbols(struct ha_run *run)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(run->judge, &count, NULL);
    run->symbols = ha_symbols_create(&run->plan);
    bool whole = run->symbols != NULL;
    for (size_t i = 0; i < count && whole; i++)
        whole = ha_symbols_want(run->symbols, finding[i].place);
    return whole;
}

/* Say what went wrong as a line about the scenario. Returns `err`. */
static int complain(const struct ha_run *run, struct ha_text *error, int err, const char *sentence)
{
    ha_add_file_name(error, run->scenario->file);
    ha_text_addf(error, ": error: %s\n", sentence);
    return err;
}

bool ha_plan_is_compiled(const struct ha_plan *plan)
{
    for (size_t i = 0; i < plan->driver_count; i++)
        if (plan->driver[i].module)
            return true;
    return false;
}

bool ha_run_is_apart(const struct ha_play_options *options, const struct ha_plan *plan)
{
    return !options->no_fork && ha_plan_is_compiled(plan);
}

static bool looks_for_races(const struct ha_run *run)
{
    return HA_RACES_ARE_WATCHED && run->options->threads == HA_THREADS_FREE &&
           ha_plan_is_compiled(&run->plan);
}

static int conclude(struct ha_run *run, struct ha_text *error)
{
    bool lost;
    size_t findings;
    ha_judge_findings(run->judge, &findings, &lost);
    if (run->err)
        return complain(run, error, run->err, ha_err_text(run->err));
    if (run->playing->state.stale)
        return complain(run, error, HA_ESTALE,
                        "the token is stale: the run does not ask what the token answers");
    ha_run_ask(run);
    run->differences = ha_run_compare(run);
    if (run->differences < 0 || run->causes.lost || run->report.lost || run->watch.lost ||
        run->crash.lost || lost || !want_symbols(run) ||
        (run->story && ha_story_text(run->story)->lost) || !print_findings(run))
        return complain(run, error, HA_ENOMEM, ha_err_text(HA_ENOMEM));
    if (run->coverage)
        ha_coverage_add(run->coverage, run->judge, 0);
    if (run->coverage && looks_for_races(run))
        ha_coverage_add_races(run->coverage);
    return HA_OK;
}

static void blame(void *argument, size_t driver, const struct ha_text *sentences)
{
    const struct ha_run *run = argument;
    ha_scenario_blame_module(run->scenario, driver, sentences, run->error);
}

static int open_playing(struct ha_run *run, struct ha_text *error)
{
    const struct ha_play_options *options = run->options;
    bool apart = ha_run_is_apart(options, &run->plan);
    struct ha_text trouble = {0};
    struct ha_sink **sink = run->sink;
    size_t count = 0;
    sink[count++] = ha_judge_sink(run->judge);
    sink[count++] = ha_matcher_sink(run->matcher);
    sink[count++] = &run->watch.sink;
    if (run->always.matcher)
        sink[count++] = &run->always.sink;
    if (run->story)
        sink[count++] = ha_story_sink(run->story);
    if (run->coverage)
        sink[count++] = &run->coverage->sink;
    if (apart) {
        ha_crash_init(&run->crash);
        sink[count++] = &run->crash.sink;
    }
    const struct ha_playing_options playing = {
        .plan = &run->plan,
        .replay = options->replay,
        .threads = options->threads,
        .record_budget = options->record_budget,
        .record_locks = options->detail == HA_DETAIL_LOCKS,
        .record_places = ha_plan_is_compiled(&run->plan),
        .break_at = options->break_at,
        .hang_s = options->hang_s,
        .sink = sink,
        .sink_count = count,
        .loop = run->loop,
        .is_called_off = is_called_off,
        .has_enough = has_enough,
        .blame = blame,
        .argument = run,
    };
    int err = ha_playing_open(&playing, apart, &run->playing, &trouble);
    if (err && err != HA_EREAD)
        complain(run, error, err, trouble.length && !trouble.lost ? ha_text_string(&trouble)
                                                                  : ha_err_text(err));
    ha_text_close(&trouble);
    return err;
}

int ha_run_play(struct ha_run *run, const struct ha_scenario *scenario,
                const struct ha_play_options *options, struct ha_loop *loop, int *signal,
                struct ha_text *error)
{
    struct ha_error reason = {""};
    run->scenario = scenario;
    run->options = options;
    run->loop = loop;
    run->error = error;
    *signal = 0;
    run->plan = scenario->plan;
    int err = ha_run_turn_profile(options, &run->plan.profile, &reason);
    if (err)
        return complain(run, error, err, reason.text);
    err = ha_module_option_turn(options, scenario, &run->plan, &run->drivers);
    if (!err)
        err = open_watchers(run);
    if (err)
        return complain(run, error, err, ha_err_text(err));
    err = open_playing(run, error);
    if (err)
        return err;

    run->begun_ns = ha_loop_now();
    *signal = ha_loop_run(loop, play_slice, run);
    if (*signal) {
        ha_playing_stop(run->playing, HA_END_SIGNAL);
        print_progress(run);
    }
    return conclude(run, error);
}

void ha_run_close(struct ha_run *run)
{
    ha_playing_close(run->playing);
    ha_bag_close(&run->drivers);
    ha_story_destroy(run->story);
    ha_matcher_destroy(run->matcher);
    ha_always_close(&run->always);
    ha_judge_destroy(run->judge);
    ha_cast_destroy(run->watch.cast);
    ha_crash_close(&run->crash);
    ha_text_close(&run->watch.jsonl);
    ha_text_close(&run->causes);
    ha_text_close(&run->report);
    ha_symbols_destroy(run->symbols);
    ha_breaches_close(&run->breaches);
    ha_scenario_close(&run->accepted);
    *run = (struct ha_run){0};
}
