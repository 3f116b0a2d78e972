/*
 * play - many scenarios, one after another, each under the profiles that are wanted
 *
 * Owns what comes before the first scenario and after the last: which files, where output goes,
 * the summary and the exit code.
 */
#include "hotadd/scenario.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "edge/files.h"
#include "edge/filter.h"
#include "edge/load.h"
#include "edge/module_option.h"
#include "edge/output.h"
#include "edge/place.h"
#include "edge/play_check.h"
#include "edge/report_parts.h"
#include "edge/tally.h"

static bool is_wanted(struct ha_tally *tally, const struct ha_scenario *scenario)
{
    bool lost = false;
    bool wanted = ha_filter_matches(tally->options->filter, scenario, &lost);
    if (lost)
        ha_tally_lost(tally);
    return wanted;
}

static void play_file(struct ha_tally *tally, const char *path, struct ha_loop *loop)
{
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    int err = ha_scenario_load_file(path, loop, &scenario, &messages);
    tally->signal = ha_loop_signal(loop);
    if (tally->signal) {                /* nothing is known of a file that was not played */
        ha_text_close(&messages);
        if (!err)
            ha_scenario_close(&scenario);
        return;
    }
    if (err) {
        if (err != HA_EREAD) {
            ha_add_file_name(&messages, path);
            ha_text_addf(&messages, ": error: %s\n", ha_err_text(err));
        }
        tally->unreadable = true;
        ha_tally_fail(tally, &(struct ha_outcome){.file = path, .message = &messages});
        return;
    }
    ha_module_option_meet(tally->options, &scenario, tally->driver_met);
    bool wanted = is_wanted(tally, &scenario);
    if (wanted && tally->options->list)
        ha_tally_list(tally, &scenario);
    else if (wanted)
        ha_tally_play(tally, &scenario, loop);
    ha_text_close(&messages);
    ha_scenario_close(&scenario);
}

/* All files that are meant. Returns the first path that could not be searched, or NULL. */
static const char *find_files(struct ha_tally *tally, struct ha_files *files,
                              struct ha_text *messages)
{
    const struct ha_play_options *options = tally->options;
    const char *unfound = NULL;
    for (size_t i = 0; i < options->path_count; i++) {
        int err = ha_files_add(files, options->path[i], messages);
        if (err == HA_ENOMEM) {
            ha_add_file_name(messages, options->path[i]);
            ha_text_addf(messages, ": error: %s\n", ha_err_text(err));
        }
        tally->unreadable |= err != HA_OK;
        unfound = err && !unfound ? options->path[i] : unfound;
    }
    return unfound;
}

/* Say what ends the play before it has begun; `code` is an enum ha_exit. */
static void refuse(struct ha_tally *tally, int code, const char *reason)
{
    fprintf(tally->messages, "hotadd: error: %s\n", reason);
    tally->refused = code;
}

/* Where verdicts and payload go; a file for the payload is opened when nothing is wrong. */
static void direct_output(struct ha_play_options *play, size_t files)
{
    bool one_run = files == 1 && !ha_wants_all_profiles(play);
    if (play->output == HA_OUTPUT_VERDICT && !play->list && (one_run || play->out_path))
        play->output = HA_OUTPUT_STORY;
    if (play->out_path || play->output < HA_OUTPUT_JSONL)
        play->log = play->out;
}

static void open_payload(struct ha_tally *tally, struct ha_play_options *play)
{
    struct ha_text message = {0};
    play->out = ha_output_open(play->out_path, &message);
    if (!play->out)
        refuse(tally, HA_EXIT_UNREADABLE, ha_text_string(&message));
    ha_text_close(&message);
}

/* `unfound` is a path that could not be searched, with the messages about all of them. */
static void play_files(struct ha_tally *tally, const struct ha_files *files, const char *unfound,
                       struct ha_text *messages)
{
    struct ha_loop *loop = ha_loop_open();
    if (!loop) {
        refuse(tally, HA_EXIT_INTERNAL, "no event loop: memory or descriptors are lacking");
        return;
    }
    ha_report_begin(&tally->report, tally->options);
    if (unfound)
        ha_tally_fail(tally, &(struct ha_outcome){.file = unfound, .message = messages});
    for (size_t i = 0; i < files->count && !tally->signal && !tally->refused; i++)
        play_file(tally, files->path[i], loop);
    ha_report_end(&tally->report, tally->signal == SIGINT ? "SIGINT" :
                                  tally->signal ? "SIGTERM" : NULL);
    tally->unreadable |= tally->report.lost;
    ha_loop_close(loop);
}

/* A driver that no scenario has is most likely misspelt; what was not read might have had it. */
static void check_drivers(struct ha_tally *tally)
{
    struct ha_error error = {""};
    if (!tally->signal && !tally->refused && !tally->unreadable &&
        ha_module_option_unmet(tally->options, tally->driver_met, &error))
        refuse(tally, HA_EXIT_USAGE, error.text);
}

/* What is said after the last verdict. */
static void sum_up(struct ha_tally *tally)
{
    const struct ha_play_options *options = tally->options;
    if (options->coverage && !tally->refused) {
        struct ha_text text = {0};
        ha_coverage_write(&tally->coverage, &text);
        ha_report_print(&tally->report, options->log, &text);
        tally->unreadable |= tally->report.lost;
    }
    if (tally->signal)
        fprintf(options->list ? tally->messages : options->log, "hotadd: ended by %s\n",
                tally->signal == SIGINT ? "SIGINT" : "SIGTERM");
    if (!options->list)
        fprintf(options->log, "%zu passed, %zu failed\n", tally->passed, tally->failed);
}

static int exit_code(const struct ha_tally *tally)
{
    if (tally->signal)
        return tally->signal == SIGINT ? HA_EXIT_SIGINT : HA_EXIT_SIGTERM;
    if (tally->refused)
        return tally->refused;
    if (tally->unreadable)
        return HA_EXIT_UNREADABLE;
    if (tally->failed)
        return tally->wrong ? HA_EXIT_FAILED : HA_EXIT_BUDGET;
    return tally->passed || tally->listed ? HA_EXIT_OK : HA_EXIT_NOTHING;
}

static void say_nothing_was_run(const struct ha_tally *tally)
{
    if (tally->passed || tally->failed || tally->listed || tally->left_out || tally->unreadable ||
        tally->refused || tally->signal)
        return;
    if (tally->options->filter)
        fprintf(tally->messages, "hotadd: no scenario matches '%s'\n", tally->options->filter);
    else
        fprintf(tally->messages, "hotadd: no scenario was found\n");
}

int ha_play(const struct ha_play_options *options)
{
    struct ha_play_options play = *options;
    struct ha_tally tally = {.options = &play, .messages = options->log};
    struct ha_files files = {0};
    struct ha_text messages = {0};
    struct ha_error error = {""};
    bool written = true;
    ha_coverage_init(&tally.coverage);
    tally.driver_met = calloc(options->driver_count + 1, sizeof *tally.driver_met);
    const char *unfound = find_files(&tally, &files, &messages);
    direct_output(&play, files.count);
    if (!tally.driver_met)
        refuse(&tally, HA_EXIT_UNREADABLE, ha_err_text(HA_ENOMEM));
    else if (ha_play_check(options, &files, &error))
        refuse(&tally, HA_EXIT_USAGE, error.text);
    else if (options->out_path)
        open_payload(&tally, &play);
    if (!tally.refused) {
        play_files(&tally, &files, unfound, &messages);
        check_drivers(&tally);
        if (options->out_path)
            written = ha_output_close(play.out);
    }
    say_nothing_was_run(&tally);
    sum_up(&tally);
    written &= ha_output_is_written(options->out) && ha_output_is_written(options->log);
    if (!written) {
        fprintf(options->log, "hotadd: error: not everything could be written\n");
        tally.unreadable = true;
    }
    ha_coverage_close(&tally.coverage);
    ha_text_close(&messages);
    ha_files_close(&files);
    free(tally.driver_met);
    return exit_code(&tally);
}
