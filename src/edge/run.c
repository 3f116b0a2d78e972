/*
 * run - one scenario: a machine that plays it, and those who watch
 *
 * Owns struct ha_run. The machine writes facts; judge, matcher, story and watch take them as
 * they come, a slice of the run at a time.
 */
#include "edge/run.h"

#include <string.h>

#include "base/error.h"
#include "check/jsonl.h"
#include "core/tape.h"
#include "edge/place.h"

#define STEPS_A_SLICE 64

static void watch_records(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_watch *watch = (struct ha_watch *)(void *)sink;
    for (size_t i = 0; i < count; i++) {
        watch->lost |= !ha_cast_take(watch->cast, &first[i]);
        watch->calls += first[i].kind == HA_CB_ENTER || first[i].kind == HA_CB_CALL;
        watch->adds += first[i].kind == HA_ADD_BEGIN;
        if (watch->wants_jsonl)
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

static int open_watchers(struct ha_run *run)
{
    run->judge = ha_judge_create();
    run->matcher = ha_matcher_create(&run->scenario->expect);
    run->story = ha_story_create(run->options->color);
    run->watch.cast = ha_cast_create();
    run->watch.sink.take = watch_records;
    run->watch.wants_jsonl = run->options->output == HA_OUTPUT_JSONL;
    if (!run->judge || !run->matcher || !run->story || !run->watch.cast)
        return HA_ENOMEM;
    struct ha_sink *sinks[] = {ha_judge_sink(run->judge), ha_matcher_sink(run->matcher),
                               &run->watch.sink, ha_story_sink(run->story)};
    size_t count = sizeof sinks / sizeof sinks[0] - run->watch.wants_jsonl;
    int err = HA_OK;
    for (size_t i = 0; i < count && !err; i++)
        err = ha_machine_add_sink(run->machine, sinks[i]);
    return err;
}

/* What was written since the last slice goes out as it comes, if it can only be one story. */
static void print_progress(struct ha_run *run)
{
    struct ha_text *text = run->watch.wants_jsonl ? &run->watch.jsonl : NULL;
    if (run->options->output == HA_OUTPUT_STORY && !run->options->quiet)
        text = ha_story_text(run->story);
    if (!text)
        return;
    fwrite(ha_text_string(text), 1, text->length, run->options->out);
    fflush(run->options->out);          /* whole lines, also when the log goes the same way */
    run->watch.lost |= text->lost;
    ha_text_clear(text);
}

static bool play_slice(void *argument)
{
    struct ha_run *run = argument;
    bool more = true;
    for (int i = 0; i < STEPS_A_SLICE && more; i++)
        run->err = ha_player_step(run->machine, &more);
    ha_machine_flush(run->machine);
    print_progress(run);
    return more;
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
    run->differences = ha_matcher_compare(run->matcher, run->judge, &run->report);
    if (run->differences < 0 || run->report.lost || run->watch.lost || lost ||
        ha_story_text(run->story)->lost)
        return ha_error_set(error, HA_ENOMEM, "out of memory");
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
    err = open_watchers(run);
    if (err)
        return ha_error_set(error, err, "%s", ha_err_text(err));

    ha_player_begin(run->machine, &run->plan);
    *signal = ha_loop_run(loop, play_slice, run);
    if (*signal) {
        ha_machine_stop(run->machine, HA_END_SIGNAL);
        print_progress(run);
    }
    return conclude(run, error);
}

/* As one word of a shell, whatever a terminal would make of it. */
static void add_escaped_word(struct ha_text *text, const char *word)
{
    ha_text_add(text, "$'");
    for (const char *c = word; *c; c++)
        if (*c >= ' ' && *c < 0x7f && *c != '\'' && *c != '\\')
            ha_text_add_bytes(text, c, 1);
        else
            ha_text_addf(text, "\\%03o", (unsigned)(unsigned char)*c);
    ha_text_add(text, "'");
}

static void add_word(struct ha_text *text, const char *word)
{
    if (!ha_file_name_is_plain(word)) {
        add_escaped_word(text, word);
        return;
    }
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./:,@%";
    if (word[0] && word[strspn(word, plain)] == '\0') {
        ha_text_add(text, word);
        return;
    }
    ha_text_add(text, "'");
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            ha_text_add(text, "'\\''");
        else
            ha_text_add_bytes(text, c, 1);
    ha_text_add(text, "'");
}

void ha_run_add_command(const struct ha_run *run, struct ha_text *text)
{
    const struct ha_play_options *options = run->options;
    struct ha_tape_input answers = {0};
    ha_text_add(text, "hotadd run ");
    add_word(text, run->scenario->file);
    if (options->profile)
        ha_text_addf(text, " --profile %s", options->profile);
    for (size_t i = 0; i < options->set_count; i++)
        ha_text_addf(text, " --set %s", options->set[i]);
    if (ha_machine_ending(run->machine) == HA_END_BUDGET)
        ha_text_addf(text, " --budget %llu", (unsigned long long)options->record_budget);
    ha_text_add(text, " --replay ");
    if (options->replay)
        ha_text_add(text, options->replay);
    else
        ha_tape_write(text, &answers, run->plan.scenario_hash,
                      ha_profile_hash(&run->plan.profile));
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
    *run = (struct ha_run){0};
}
