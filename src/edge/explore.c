/*
 * explore - scenarios, one after another, each searched
 *
 * Owns which files, what is printed of a search, and the exit code.
 */
#include "hotadd/explore.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "check/story.h"
#include "edge/explorer.h"
#include "edge/files.h"
#include "edge/place.h"
#include "edge/play_check.h"
#include "edge/run.h"
#include "sim/search_words.h"

struct course {
    const struct ha_explore_options *options;
    struct ha_loop *loop;
    size_t searched, found, open, strayed;      /* scenarios */
    bool unreadable;
    int signal;
};

/* The command line that repeats the run with these answers. */
static void add_command(const struct ha_explorer *explorer, const struct ha_tape_input *answers,
                        struct ha_text *text)
{
    struct ha_play_options play = explorer->options->play;
    struct ha_text token = {0};
    ha_explorer_add_token(explorer, answers, &token);
    play.replay = ha_text_string(&token);
    const struct ha_run run = {
        .scenario = explorer->scenario, .options = &play, .plan = explorer->plan};
    ha_run_add_command(&run, text);
    text->lost |= token.lost;
    ha_text_close(&token);
}

static void add_indented(const char *words, struct ha_text *text)
{
    while (words && *words) {
        size_t length = strcspn(words, "\n");
        ha_text_addf(text, "  %.*s\n", (int)length, words);
        words += length + (words[length] == '\n');
    }
}

static void add_find(const struct ha_explorer *explorer, const struct ha_find *find,
                     struct ha_text *text)
{
    struct ha_text command = {0};
    add_command(explorer, &find->answers, &command);
    if (find->finding.rule) {
        ha_story_add_finding(text, &find->finding, find->driver[0] ? find->driver : NULL,
                             NULL, ha_text_string(&command), explorer->options->play.color);
    } else {
        ha_text_addf(text, "error: the run ended by \"%s\"\n", ha_ending_name(find->ending));
        add_indented(find->words, text);
        ha_text_addf(text, "  repeat    %s\n", ha_text_string(&command));
    }
    ha_search_add_found(text, find->runs, explorer->result->runs);
    text->lost |= command.lost;
    ha_text_close(&command);
}

/* Where the ordinary course was not the same when it was played again. */
static void add_difference(const struct ha_result *result, struct ha_text *text)
{
    ha_text_add(text, "  the ordinary course came out in two ways, which differ first here:\n");
    for (int i = 0; i < 2; i++)
        ha_text_add(text, result->difference[i][0] ? result->difference[i] : "(nothing more)\n");
}

static void add_summary(const struct ha_explorer *explorer, struct ha_text *text)
{
    const struct ha_result *result = explorer->result;
    ha_text_addf(text, "%s  ", result->strayed ? "STRAYED" : result->finds.count ? "FOUND"
                             : result->complete ? "pass" : "open");
    ha_add_file_name(text, explorer->scenario->file);
    ha_text_addf(text, ": %s (", explorer->scenario->name);
    ha_search_add_counts(text, result->runs, result->left, result->traces.count);
    ha_text_add(text, ")\n");
    if (result->difference[0])
        add_difference(result, text);
    if (result->complete)
        ha_search_add_complete(text, result->runs + result->left,
                               &explorer->options->bounds);
}

static void print(struct course *course, const struct ha_explorer *explorer)
{
    const struct ha_result *result = explorer->result;
    struct ha_text text = {0};
    for (size_t i = 0; i < result->finds.count; i++)
        add_find(explorer, &result->finds.find[i], &text);
    if (!course->options->play.quiet || result->finds.count || !result->complete)
        add_summary(explorer, &text);
    fputs(ha_text_string(&text), course->options->play.out);
    course->unreadable |= text.lost;
    ha_text_close(&text);
}

static void list_points(struct course *course, const struct ha_explorer *explorer)
{
    struct ha_text text = {0};
    size_t count;
    const struct ha_search_point *point = ha_search_points(explorer->search, &count);
    ha_add_file_name(&text, explorer->scenario->file);
    ha_text_add(&text, ": ");
    ha_search_add_number(&text, count, "choice point", "choice points");
    ha_text_add(&text, " in the ordinary course\n");
    for (size_t i = 0; i < count; i++) {
        ha_text_addf(&text, "  %4zu  %-9s %s", i, ha_choice_kind_name(point[i].kind),
                     point[i].label);
        if (point[i].about != HA_NOTHING)
            ha_text_addf(&text, " %" PRIu32, point[i].about);
        ha_text_addf(&text, ", %" PRIu32 " answers\n", point[i].options);
    }
    fputs(ha_text_string(&text), course->options->play.out);
    course->unreadable |= text.lost;
    ha_text_close(&text);
}

static void search(struct course *course, const struct ha_scenario *scenario)
{
    struct ha_explore_options options = *course->options;
    struct ha_explorer explorer = {0};
    struct ha_text messages = {0};
    if (options.list)
        options.runs = 1;
    int err = ha_explorer_run(&explorer, scenario, &options, course->loop, &messages);
    course->signal = ha_loop_signal(course->loop);
    if (err) {
        fputs(ha_text_string(&messages), course->options->play.log);
        course->unreadable = true;
    } else if (options.list) {
        list_points(course, &explorer);
        course->searched++;
    } else {
        print(course, &explorer);
        course->searched++;
        if (explorer.result->strayed)
            course->strayed++;
        else if (explorer.result->finds.count)
            course->found++;
        else if (!explorer.result->complete)
            course->open++;
    }
    ha_explorer_close(&explorer);
    ha_text_close(&messages);
}

static void search_file(struct course *course, const char *path)
{
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    int err = ha_scenario_load_file(path, course->loop, &scenario, &messages);
    course->signal = ha_loop_signal(course->loop);
    if (err) {
        fputs(err == HA_EREAD ? ha_text_string(&messages) : ha_err_text(err),
              course->options->play.log);
        course->unreadable = true;
    } else {
        if (!course->signal)
            search(course, &scenario);
        ha_scenario_close(&scenario);
    }
    ha_text_close(&messages);
}

static int exit_code(const struct course *course)
{
    if (course->signal)
        return course->signal == SIGINT ? HA_EXIT_SIGINT : HA_EXIT_SIGTERM;
    if (course->unreadable)
        return HA_EXIT_UNREADABLE;
    if (course->strayed)
        return HA_EXIT_STRAYED;
    if (course->found)
        return HA_EXIT_FAILED;
    if (course->open)
        return HA_EXIT_BUDGET;
    return course->searched ? HA_EXIT_OK : HA_EXIT_NOTHING;
}

int ha_explore_files(const struct ha_explore_options *options)
{
    struct course course = {.options = options, .loop = ha_loop_open()};
    struct ha_files files = {0};
    struct ha_text messages = {0};
    if (!course.loop) {
        fputs("hotadd: error: no event loop: memory or descriptors are lacking\n",
              options->play.log);
        return HA_EXIT_INTERNAL;
    }
    for (size_t i = 0; i < options->play.path_count; i++)
        course.unreadable |= ha_files_add(&files, options->play.path[i], &messages) != HA_OK;
    fputs(ha_text_string(&messages), options->play.log);
    for (size_t i = 0; i < files.count && !course.signal; i++)
        search_file(&course, files.path[i]);
    if (!options->list)
        fprintf(options->play.out, "%zu passed, %zu failed\n",
                course.searched - course.found - course.open - course.strayed,
                course.found + course.open + course.strayed);
    ha_text_close(&messages);
    ha_files_close(&files);
    ha_loop_close(course.loop);
    return exit_code(&course);
}
