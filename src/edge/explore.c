/*
 * explore - scenarios, one after another, each searched
 *
 * Owns which files, where what is printed goes, and the exit code.
 */
#include "hotadd/explore.h"

#include <signal.h>
#include <stdlib.h>

#include "base/error.h"
#include "edge/explore_check.h"
#include "edge/explore_report.h"
#include "edge/files.h"
#include "edge/filter.h"
#include "edge/module_option.h"
#include "edge/output.h"
#include "edge/place.h"

/* What has become of a file. */
enum fate { PASSED, FOUND, OPEN, STRAYED, LISTED, UNREAD, UNWANTED, FATE_COUNT };

struct course {
    const struct ha_explore_options *options;
    FILE *finds, *verdicts, *messages;
    struct ha_loop *loop;
    bool *driver_met;           /* which of the options' drivers some scenario has */
    size_t fates[FATE_COUNT];   /* files */
    bool unreadable;            /* or not written */
    int refused;                /* an enum ha_exit that ends it all */
    int signal;
};

static void say_lost(struct course *course)
{
    fprintf(course->messages, "hotadd: error: %s\n", ha_err_text(HA_ENOMEM));
    course->unreadable = true;
}

static void print_messages(struct course *course, struct ha_text *text)
{
    fputs(ha_text_string(text), course->messages);
    if (text->lost)
        say_lost(course);
    ha_text_close(text);
}

static enum fate fate_of(const struct ha_survey *survey)
{
    return survey->strayed ? STRAYED : survey->finds.count ? FOUND
         : survey->complete ? PASSED : OPEN;
}

/* All that there is to say of a scenario, or that memory is lacking for that. */
static enum fate print_result(struct course *course, const struct ha_survey *survey)
{
    const struct ha_explore_options *options = course->options;
    struct ha_text finds = {0}, summary = {0};
    bool lists = options->list && !survey->strayed;
    if (lists)
        ha_explore_report_points(survey, &finds);
    else
        ha_explore_report_finds(survey, &finds);
    if (!lists && (!options->play.quiet || survey->finds.count || !survey->complete))
        ha_explore_report_summary(survey, &summary);
    bool whole = !finds.lost && !summary.lost;
    if (whole) {
        fputs(ha_text_string(&finds), course->finds);
        fputs(ha_text_string(&summary), course->verdicts);
    } else {
        say_lost(course);
    }
    ha_text_close(&finds);
    ha_text_close(&summary);
    return !whole ? UNREAD : lists ? LISTED : fate_of(survey);
}

static enum fate search(struct course *course, const struct ha_scenario *scenario)
{
    struct ha_explore_options options = *course->options;
    struct ha_survey survey = {0};
    struct ha_text messages = {0};
    if (options.list)
        options.runs = 1;
    int err = ha_survey_run(&survey, scenario, &options, course->loop, &messages);
    course->signal = ha_loop_signal(course->loop);
    enum fate fate = err ? UNREAD : print_result(course, &survey);
    print_messages(course, &messages);
    ha_survey_close(&survey);
    return fate;
}

static enum fate search_wanted(struct course *course, const struct ha_scenario *scenario)
{
    bool lost = false;
    ha_module_option_meet(&course->options->play, scenario, course->driver_met);
    bool wanted = ha_filter_matches(course->options->play.filter, scenario, &lost);
    if (lost) {
        say_lost(course);
        return UNREAD;
    }
    return wanted ? search(course, scenario) : UNWANTED;
}

static enum fate search_file(struct course *course, const char *path)
{
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    enum fate fate = UNREAD;
    int err = ha_scenario_load_file(path, course->loop, &scenario, &messages);
    course->signal = ha_loop_signal(course->loop);
    if (!err) {
        fate = course->signal ? UNWANTED : search_wanted(course, &scenario);
        ha_scenario_close(&scenario);
    } else if (err != HA_EREAD) {
        ha_add_file_name(&messages, path);
        ha_text_addf(&messages, ": error: %s\n", ha_err_text(err));
    }
    print_messages(course, &messages);
    return fate;
}

/* Say what ends it all before it has begun. */
static void refuse(struct course *course, int code, const char *reason)
{
    fprintf(course->messages, "hotadd: error: %s\n", reason);
    course->refused = code;
}

static void search_files(struct course *course, const struct ha_files *files)
{
    course->loop = ha_loop_open();
    if (!course->loop) {
        refuse(course, HA_EXIT_INTERNAL, "no event loop: memory or descriptors are lacking");
        return;
    }
    for (size_t i = 0; i < files->count && !course->signal; i++)
        course->fates[search_file(course, files->path[i])]++;
    ha_loop_close(course->loop);
}

/* A driver that no scenario has is most likely misspelt; what was not read might have had it. */
static void check_drivers(struct course *course)
{
    const struct ha_play_options *play = &course->options->play;
    struct ha_error error = {""};
    if (!course->signal && !course->refused && !course->unreadable && !course->fates[UNREAD] &&
        ha_module_option_unmet(play, course->driver_met, &error))
        refuse(course, HA_EXIT_USAGE, error.text);
}

static bool did_nothing(const struct course *course)
{
    size_t done = 0;
    for (int fate = 0; fate < FATE_COUNT; fate++)
        done += fate == UNWANTED ? 0 : course->fates[fate];
    return !done && !course->unreadable && !course->refused && !course->signal;
}

static void sum_up(const struct course *course)
{
    const struct ha_play_options *play = &course->options->play;
    const size_t *fates = course->fates;
    if (did_nothing(course) && play->filter)
        fprintf(course->messages, "hotadd: no scenario matches '%s'\n", play->filter);
    else if (did_nothing(course))
        fputs("hotadd: no scenario was found\n", course->messages);
    if (course->signal)
        fprintf(course->options->list ? course->messages : course->verdicts,
                "hotadd: ended by %s\n", course->signal == SIGINT ? "SIGINT" : "SIGTERM");
    if (!course->options->list)
        fprintf(course->verdicts, "%zu passed, %zu failed\n", fates[PASSED],
                fates[FOUND] + fates[OPEN] + fates[STRAYED] + fates[UNREAD]);
}

static int exit_code(const struct course *course)
{
    const size_t *fates = course->fates;
    if (course->signal)
        return course->signal == SIGINT ? HA_EXIT_SIGINT : HA_EXIT_SIGTERM;
    if (course->refused)
        return course->refused;
    if (course->unreadable || fates[UNREAD])
        return HA_EXIT_UNREADABLE;
    if (fates[STRAYED])
        return HA_EXIT_STRAYED;
    if (fates[FOUND])
        return HA_EXIT_FAILED;
    if (fates[OPEN])
        return HA_EXIT_BUDGET;
    return fates[PASSED] || fates[LISTED] ? HA_EXIT_OK : HA_EXIT_NOTHING;
}

static void find_files(struct course *course, struct ha_files *files)
{
    const struct ha_play_options *play = &course->options->play;
    struct ha_text messages = {0};
    for (size_t i = 0; i < play->path_count; i++) {
        int err = ha_files_add(files, play->path[i], &messages);
        course->unreadable |= err != HA_OK;
        if (err == HA_ENOMEM)
            ha_text_addf(&messages, "hotadd: error: %s\n", ha_err_text(err));
    }
    print_messages(course, &messages);
}

static void open_output(struct course *course)
{
    struct ha_text message = {0};
    FILE *file = ha_output_open(course->options->play.out_path, &message);
    if (file)
        course->finds = file;
    else
        refuse(course, HA_EXIT_UNREADABLE, ha_text_string(&message));
    ha_text_close(&message);
}

int ha_explore_files(const struct ha_explore_options *options)
{
    struct course course = {.options = options, .finds = options->play.out,
                            .verdicts = options->play.out, .messages = options->play.log};
    struct ha_files files = {0};
    struct ha_error error = {""};
    bool written = true;
    course.driver_met = calloc(options->play.driver_count + 1, sizeof *course.driver_met);
    find_files(&course, &files);
    if (!course.driver_met)
        refuse(&course, HA_EXIT_UNREADABLE, ha_err_text(HA_ENOMEM));
    else if (ha_explore_check(options, &files, &error))
        refuse(&course, HA_EXIT_USAGE, error.text);
    else if (options->play.out_path)
        open_output(&course);
    if (!course.refused) {
        search_files(&course, &files);
        check_drivers(&course);
        if (options->play.out_path)
            written = ha_output_close(course.finds);
    }
    sum_up(&course);
    written &= ha_output_is_written(options->play.out) && ha_output_is_written(options->play.log);
    if (!written) {
        fputs("hotadd: error: not everything could be written\n", options->play.log);
        course.unreadable = true;
    }
    ha_files_close(&files);
    free(course.driver_met);
    return exit_code(&course);
}
