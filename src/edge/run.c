/*
 * run - one scenario: a machine that plays it, and those who watch
 *
 * Owns struct ha_run. The machine writes facts; judge, matcher, story and watch take them as
 * they come, a slice of the run at a time.
 */
#include "edge/run.h"

#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "check/jsonl.h"

#define STEPS_A_SLICE 64
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

static bool goes_out(const struct ha_watch *watch, unsigned kind)
{
    return watch->detail == HA_DETAIL_CALLS ||
           (watch->detail == HA_DETAIL_VIOLATIONS && is_companion(kind));
}

static void watch_records(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_watch *watch = (struct ha_watch *)(void *)sink;
    for (size_t i = 0; i < count; i++) {
        watch->lost |= !ha_cast_take(watch->cast, &first[i]);
        watch->calls += first[i].kind == HA_CB_ENTER || first[i].kind == HA_CB_CALL;
        watch->adds += first[i].kind == HA_ADD_BEGIN;
        watch->time_ns = first[i].time_ns;
        if (watch->wants_jsonl && goes_out(watch, first[i].kind))
            ha_jsonl_add(&watch->jsonl, &first[i]);
    }
    if (watch->in_step && ha_loop_is_called(watch->loop))
        ha_machine_interrupt(watch->machine, HA_END_SIGNAL);
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
    return options->output == HA_OUTPUT_STORY && options->detail == HA_DETAIL_CALLS &&
           (!options->quiet || options->out_path);
}

/* Whether anybody reads the story: at once, or when the run has failed. */
static bool wants_story(const struct ha_play_options *options)
{
    bool later = options->output == HA_OUTPUT_JUNIT ||
                 (options->output == HA_OUTPUT_VERDICT && !options->quiet);
    return tells_at_once(options) || (later && options->detail == HA_DETAIL_CALLS);
}

/*
 * What is expected of the run. Under a profile that is not the scenario's own, its author has
 * said nothing of calls, counts and ends; the violations tell who was meant to be at fault.
 */
static const struct ha_expect *choose_expectations(struct ha_run *run)
{
    const struct ha_expect *expect = &run->scenario->expect;
    run->rules_only = memcmp(run->plan.profile.knob, run->scenario->plan.profile.knob,
                             sizeof run->plan.profile.knob) != 0;
    if (!run->rules_only)
        return expect;
    run->rules.violation = expect->violation;
    run->rules.violation_count = expect->violation_count;
    return &run->rules;
}

static int open_watchers(struct ha_run *run, const struct ha_loop *loop)
{
    const struct ha_play_options *options = run->options;
    run->judge = ha_judge_create();
    run->matcher = ha_matcher_create(choose_expectations(run));
    if (wants_story(options))
        run->story = ha_story_create(options->color && options->out == options->log);
    run->watch.cast = ha_cast_create();
    run->watch.sink.take = watch_records;
    run->watch.machine = run->machine;
    run->watch.loop = loop;
    run->watch.wants_jsonl = options->output == HA_OUTPUT_JSONL;
    run->watch.detail = options->detail;
    if (!run->judge || !run->matcher || !run->watch.cast || (wants_story(options) && !run->story))
        return HA_ENOMEM;
    if (options->accept)
        ha_matcher_keep_calls(run->matcher);
    struct ha_sink *sinks[] = {ha_judge_sink(run->judge), ha_matcher_sink(run->matcher),
                               &run->watch.sink, run->story ? ha_story_sink(run->story) : NULL,
                               run->coverage ? &run->coverage->sink : NULL};
    int err = HA_OK;
    for (size_t i = 0; i < sizeof sinks / sizeof sinks[0] && !err; i++)
        if (sinks[i])
            err = ha_machine_add_sink(run->machine, sinks[i]);
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

/* How long the next step has to wait, if simulated time must not overtake the clock. */
static uint64_t time_left(const struct ha_run *run)
{
    uint64_t passed_ns = ha_loop_now() - run->begun_ns, due_ns;
    if (!run->options->realtime || !ha_player_next_due(run->machine, &due_ns))
        return 0;
    return due_ns > passed_ns ? due_ns - passed_ns : 0;
}

static uint64_t play_slice(void *argument)
{
    struct ha_run *run = argument;
    const struct ha_text *text = progress(run);
    uint64_t left_ns = 0;
    bool more = true;
    for (int i = 0; i < STEPS_A_SLICE && more && !left_ns; i++) {
        if (text && text->length > BYTES_A_SLICE)
            break;
        left_ns = time_left(run);
        run->watch.in_step = true;
        if (!left_ns)
            run->err = ha_player_step(run->machine, &more);
        run->watch.in_step = false;
    }
    ha_machine_flush(run->machine);
    print_progress(run);
    return more ? left_ns : HA_LOOP_DONE;
}

/*
 * What waited for a call or an event that never came, and what was to fail and was never asked
 * for: the scenario does not show what it says.
 */
static int compare_causes(struct ha_run *run)
{
    const struct ha_plan *plan = &run->plan;
    int differences = 0;
    for (size_t i = 0; (i = ha_player_waiting(run->machine, i)) < plan->event_count; i++) {
        ha_text_addf(&run->report, "events: what event %zu waits for never came\n", i + 1);
        differences++;
    }
    for (size_t i = 0; (i = ha_player_unstruck(run->machine, i)) < plan->fault_count; i++) {
        ha_text_addf(&run->report, "faults: fault %zu never struck\n", i + 1);
        differences++;
    }
    return differences;
}

int ha_run_compare(struct ha_run *run)
{
    enum ha_ending ending = ha_machine_ending(run->machine);
    int differences = 0;
    ha_text_clear(&run->report);
    ha_breaches_close(&run->breaches);
    if (!run->rules_only)
        differences = ha_matcher_compare(run->matcher, run->judge, &run->report);
    if (differences < 0 || ha_matcher_lost(run->matcher))
        return HA_ENOMEM;
    if (!run->rules_only && ending == HA_END_NORMALLY)
        differences += compare_causes(run);
    int err = ha_breaches_add_run(&run->breaches, run->judge, run->matcher, run->options->strict,
                                  ending, run->scenario->expect.ending);
    if (err)
        return err;
    if (run->rules_only && ha_breaches_hold_end(&run->breaches))
        ha_text_addf(&run->report, "end: the run ended by \"%s\", which nobody foresees\n",
                     ha_ending_name(ending));
    /* A breach that differs from no expectation is a warning that --strict makes an error. */
    return differences ? differences : (int)run->breaches.count;
}

/* The judge's findings follow a trace in JSON Lines. False when memory was lacking. */
static bool print_findings(struct ha_run *run)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(run->judge, &count, NULL);
    struct ha_text text = {0};
    if (run->watch.wants_jsonl && run->options->detail != HA_DETAIL_NONE)
        for (size_t i = 0; i < count; i++)
            ha_jsonl_add_finding(&text, &finding[i]);
    fwrite(ha_text_string(&text), 1, text.length, run->options->out);
    bool whole = !text.lost;
    ha_text_close(&text);
    return whole;
}

static int conclude(struct ha_run *run, struct ha_error *error)
{
    bool lost;
    size_t findings;
    ha_judge_findings(run->judge, &findings, &lost);
    if (run->err)
        return ha_error_set(error, run->err, "%s", ha_err_text(run->err));
    if (ha_machine_replayed(run->machine))
        return ha_error_set(error, HA_ESTALE,
                            "the token is stale: the run does not ask what the token answers");
    run->differences = ha_run_compare(run);
    if (run->differences < 0 || run->report.lost || run->watch.lost || lost ||
        (run->story && ha_story_text(run->story)->lost) || !print_findings(run))
        return ha_error_set(error, HA_ENOMEM, "out of memory");
    if (run->coverage)
        ha_coverage_add(run->coverage, run->judge);
    return HA_OK;
}

int ha_run_play(struct ha_run *run, const struct ha_scenario *scenario,
                const struct ha_play_options *options, struct ha_loop *loop, int *signal,
                struct ha_error *error)
{
    run->scenario = scenario;
    run->options = options;
    *signal = 0;
    run->plan = scenario->plan;
    int err = ha_run_turn_profile(options, &run->plan.profile, error);
    if (err)
        return err;
    struct ha_machine_options machine = ha_player_options(&run->plan, options->replay);
    machine.record_budget = options->record_budget;
    err = ha_machine_create(&machine, &run->machine, error);
    if (err)
        return err;
    err = open_watchers(run, loop);
    if (err)
        return ha_error_set(error, err, "%s", ha_err_text(err));

    err = ha_player_begin(run->machine, &run->plan);
    if (err)
        return ha_error_set(error, err, "%s", ha_err_text(err));
    run->begun_ns = ha_loop_now();
    *signal = ha_loop_run(loop, play_slice, run);
    if (*signal) {
        ha_machine_stop(run->machine, HA_END_SIGNAL);
        print_progress(run);
    }
    return conclude(run, error);
}

void ha_run_close(struct ha_run *run)
{
    ha_machine_destroy(run->machine);
    ha_story_destroy(run->story);
    ha_matcher_destroy(run->matcher);
    ha_judge_destroy(run->judge);
    ha_cast_destroy(run->watch.cast);
    ha_text_close(&run->watch.jsonl);
    ha_text_close(&run->report);
    ha_breaches_close(&run->breaches);
    ha_scenario_close(&run->accepted);
    *run = (struct ha_run){0};
}
