/*
 * play - many scenarios, one after another, and what is said about them
 *
 * Owns the verdict lines, the summary and the exit code.
 */
#include "hotadd/scenario.h"

#include <signal.h>
#include <string.h>

#include "edge/files.h"
#include "edge/load.h"
#include "edge/place.h"
#include "edge/run.h"

struct tally {
    const struct ha_play_options *options;
    FILE *log;                  /* where verdicts go */
    size_t passed, failed;
    bool unreadable;            /* or not to be judged, for want of means */
    bool wrong;                 /* something failed that no budget ended */
    int signal;
    int refused;                /* an enum ha_exit that ends it all */
};

static const char *paint(const struct tally *tally, const char *escape)
{
    return tally->options->color ? escape : "";
}

static void print_text(struct tally *tally, struct ha_text *text)
{
    fwrite(ha_text_string(text), 1, text->length, tally->log);
    if (text->lost) {
        fprintf(tally->log, "hotadd: error: %s\n", ha_err_text(HA_ENOMEM));
        tally->unreadable = true;
    }
    ha_text_close(text);
}

static void print_file_name(struct tally *tally, const char *name)
{
    struct ha_text text = {0};
    ha_add_file_name(&text, name);
    print_text(tally, &text);
}

/* Findings, each as a paragraph; notes and what the scenario expects fail nothing. */
static void print_findings(struct tally *tally, const struct ha_run *run)
{
    size_t count;
    struct ha_text text = {0}, command = {0};
    const struct ha_finding *finding = ha_judge_findings(run->judge, &count, NULL);
    ha_run_add_command(run, &command);
    for (size_t i = 0; i < count; i++) {
        if (ha_matcher_expects(run->matcher, &finding[i]))
            ha_text_add(&text, "expected ");
        ha_story_add_finding(&text, &finding[i],
                             ha_cast_name(run->watch.cast, HA_NS_DRIVER, finding[i].driver),
                             ha_text_string(&command), tally->options->color);
    }
    text.lost |= command.lost;
    print_text(tally, &text);
    ha_text_close(&command);
}

static void print_verdict(struct tally *tally, struct ha_run *run, bool passed)
{
    const struct ha_play_options *options = tally->options;
    FILE *log = tally->log;
    if (passed && options->quiet)
        return;
    if (!passed && options->output == HA_OUTPUT_VERDICT && !options->quiet)
        fprintf(log, "%s", ha_text_string(ha_story_text(run->story)));
    if (!passed || options->output == HA_OUTPUT_STORY)
        print_findings(tally, run);
    if (!passed)
        fprintf(log, "%s", ha_text_string(&run->report));
    fprintf(log, "%s%s%s  ", paint(tally, passed ? "\033[32m" : "\033[31m"),
            passed ? "pass" : "FAIL", paint(tally, "\033[0m"));
    print_file_name(tally, run->scenario->file);
    fprintf(log, ": %s (%llu add%s, %llu call%s)\n", run->scenario->name,
            (unsigned long long)run->watch.adds, run->watch.adds == 1 ? "" : "s",
            (unsigned long long)run->watch.calls, run->watch.calls == 1 ? "" : "s");
}

/* What the judge holds against the run that the scenario does not expect. */
static bool found_unexpected(const struct ha_run *run)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(run->judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (finding[i].severity == HA_ERROR && !ha_matcher_expects(run->matcher, &finding[i]))
            return true;
    return false;
}

static void count_verdict(struct tally *tally, struct ha_run *run)
{
    enum ha_ending ending = ha_machine_ending(run->machine);
    bool over_budget = ending == HA_END_BUDGET && run->scenario->expect.ending != HA_END_BUDGET;
    bool passed = run->differences == 0 && !over_budget && !tally->signal;
    print_verdict(tally, run, passed);
    tally->wrong |= !passed && (!over_budget || found_unexpected(run));
    tally->passed += passed;
    tally->failed += !passed;
}

static void play_scenario(struct tally *tally, const struct ha_scenario *scenario,
                          struct ha_loop *loop)
{
    struct ha_run run = {0};
    struct ha_error error = {""};
    int err = ha_run_play(&run, scenario, tally->options, loop, &tally->signal, &error);
    if (err == HA_OK) {
        count_verdict(tally, &run);
    } else {
        print_file_name(tally, scenario->file);
        fprintf(tally->log, ": error: %s\n", error.text);
        tally->failed++;
        /* Profile and knobs were checked before: what is left to be wrong there is the token. */
        if (tally->options->replay && (err == HA_EINVAL || err == HA_ESTALE))
            tally->refused = HA_EXIT_USAGE;
        else
            tally->unreadable = true;
    }
    ha_run_close(&run);
}

static void play_file(struct tally *tally, const char *path, struct ha_loop *loop)
{
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    int err = ha_scenario_load_file(path, loop, &scenario, &messages);
    print_text(tally, &messages);
    if (err) {
        if (err != HA_EREAD) {
            print_file_name(tally, path);
            fprintf(tally->log, ": error: %s\n", ha_err_text(err));
        }
        tally->signal = ha_loop_signal(loop);
        tally->unreadable = true;
        tally->failed++;
        return;
    }
    play_scenario(tally, &scenario, loop);
    ha_scenario_close(&scenario);
}

static void find_files(const struct ha_play_options *options, struct ha_files *files,
                       struct tally *tally)
{
    struct ha_text messages = {0};
    for (size_t i = 0; i < options->path_count; i++) {
        int err = ha_files_add(files, options->path[i], &messages);
        tally->unreadable |= err != HA_OK;
        if (err == HA_ENOMEM) {
            ha_add_file_name(&messages, options->path[i]);
            ha_text_addf(&messages, ": error: %s\n", ha_err_text(err));
            tally->failed++;
        }
    }
    tally->failed += files->unsearched;
    print_text(tally, &messages);
}

/* What is wrong with the command line whatever the scenarios are. */
static void check_command(struct tally *tally, size_t files)
{
    const struct ha_play_options *options = tally->options;
    struct ha_profile profile = ha_profile_preset(HA_PRESET_DOCUMENTED);
    struct ha_error error = {""};
    if (files > 1 && options->replay)
        snprintf(error.text, sizeof error.text, "a token repeats one scenario, not %zu", files);
    ha_run_turn_profile(options, &profile, &error);
    if (error.text[0]) {
        fprintf(options->log, "hotadd: error: %s\n", error.text);
        tally->refused = HA_EXIT_USAGE;
    }
}

static int exit_code(const struct tally *tally)
{
    if (tally->signal)
        return tally->signal == SIGINT ? HA_EXIT_SIGINT : HA_EXIT_SIGTERM;
    if (tally->refused)
        return tally->refused;
    if (tally->unreadable)
        return HA_EXIT_UNREADABLE;
    if (tally->failed)
        return tally->wrong ? HA_EXIT_FAILED : HA_EXIT_BUDGET;
    return tally->passed ? HA_EXIT_OK : HA_EXIT_NOTHING;
}

static bool is_written(FILE *file)
{
    return fflush(file) == 0 && !ferror(file);
}

int ha_play(const struct ha_play_options *options)
{
    struct ha_play_options play = *options;
    struct tally tally = {.options = &play,
                          .log = options->output == HA_OUTPUT_JSONL ? options->log : options->out};
    struct ha_files files = {0};
    find_files(options, &files, &tally);
    if (files.count == 1 && play.output == HA_OUTPUT_VERDICT)
        play.output = HA_OUTPUT_STORY;
    check_command(&tally, files.count);
    struct ha_loop *loop = ha_loop_open();
    if (!loop) {
        fprintf(options->log, "hotadd: error: no event loop: memory or descriptors are lacking\n");
        tally.refused = HA_EXIT_INTERNAL;
    }
    for (size_t i = 0; i < files.count && !tally.signal && !tally.refused; i++)
        play_file(&tally, files.path[i], loop);
    if (loop)
        ha_loop_close(loop);
    if (!files.count && !tally.unreadable && !tally.refused)
        fprintf(options->log, "hotadd: no scenario was found\n");
    if (tally.signal)
        fprintf(tally.log, "hotadd: ended by %s\n",
                tally.signal == SIGINT ? "SIGINT" : "SIGTERM");
    fprintf(tally.log, "%zu passed, %zu failed\n", tally.passed, tally.failed);
    if (!is_written(options->out) || !is_written(options->log)) {
        fprintf(options->log, "hotadd: error: not everything could be written\n");
        tally.unreadable = true;
    }
    ha_files_close(&files);
    return exit_code(&tally);
}
