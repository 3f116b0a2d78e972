/*
 * survey - see survey.h
 *
 * Owns the variants of a scenario: each is a search of its own, from the first run on, and its
 * trace and its tokens are those of a run under that profile.
 */
#include "edge/survey.h"

#include "edge/place.h"
#include "edge/run.h"

/* What is left of the runs and the time when so many variants come still. */
static void share_limits(struct ha_explore_options *options, uint64_t runs, uint64_t passed_ns,
                         uint32_t variants)
{
    if (options->runs) {
        uint64_t left = options->runs > runs ? options->runs - runs : 0;
        options->runs = left / variants ? left / variants : 1;
    }
    if (options->time_ns) {
        uint64_t left = options->time_ns > passed_ns ? options->time_ns - passed_ns : 0;
        options->time_ns = left / variants ? left / variants : 1;
    }
}

/* Whether two shares have the same branches before them; where one has not come so far they do. */
static bool go_together(const struct ha_explorer *share, const struct ha_explorer *other)
{
    uint64_t ordinary = ha_search_ordinary(share->search);
    uint64_t of_other = ha_search_ordinary(other->search);
    return !ordinary || !of_other || ordinary == of_other;
}

/* Take over what a share of a variant has come to. HA_OK or HA_ENOMEM. */
static int add_share(struct ha_survey *survey, const struct ha_explorer *share, uint32_t variant,
                     uint32_t turned)
{
    const struct ha_result *result = share->result;
    survey->runs += result->runs;
    survey->left += result->left;
    survey->complete &= result->complete;
    survey->strayed |= result->strayed || !go_together(share, survey->last.share);
    survey->bounds = share->bounds;
    ha_points_merge(&survey->points, ha_search_covered(share->search));
    int err = ha_finds_merge(&survey->finds, &result->finds, variant, turned);
    if (!err)
        err = ha_finds_merge(&survey->strays, &result->strays, variant, turned);
    return ha_points_lost(&survey->points) ? HA_ENOMEM : err;
}

/* HA_OK or HA_ENOMEM. */
static int add_variant(struct ha_survey *survey, uint32_t variant, uint32_t turned)
{
    const struct ha_jobs *jobs = &survey->last;
    struct ha_visited traces = {0};
    int err = HA_OK;
    for (uint32_t i = 0; i < jobs->count && !err; i++) {
        err = add_share(survey, &jobs->share[i], variant, turned);
        ha_visited_merge(&traces, &jobs->share[i].result->traces);
    }
    survey->traces += traces.count;
    err = traces.lost ? HA_ENOMEM : err;
    ha_visited_close(&traces);
    return err;
}

static bool has_enough(const struct ha_survey *survey, struct ha_loop *loop)
{
    const struct ha_explore_options *options = survey->options;
    return survey->strayed || ha_loop_signal(loop) || options->list ||
           (options->runs && survey->runs + survey->left >= options->runs) ||
           (survey->finds.count && !options->keep_going);
}

static void say_error(const struct ha_survey *survey, int err, struct ha_text *messages)
{
    ha_add_file_name(messages, survey->scenario->file);
    ha_text_addf(messages, ": error: %s\n", ha_jobs_trouble(&survey->last, err));
}

static int search_variant(struct ha_survey *survey, uint32_t variant,
                          const struct ha_explore_options *options, struct ha_loop *loop,
                          struct ha_text *messages)
{
    struct ha_profile profile = survey->profile;
    struct ha_text trouble = {0};
    uint32_t turned = ha_axes_turn(&survey->axes, variant, &profile);
    ha_jobs_close(&survey->last);
    int err = ha_jobs_run(&survey->last, survey->scenario, &profile, options, loop, &trouble);
    if (!err)
        err = add_variant(survey, variant, turned);
    if (err && err != HA_EREAD)
        say_error(survey, err, &trouble);
    if (err == HA_EINVAL && turned) {       /* as groups and a target that knows none */
        survey->unplayable++;
        err = HA_OK;
    } else if (trouble.length || trouble.lost) {
        ha_text_add(messages, ha_text_string(&trouble));
        messages->lost |= trouble.lost;
    }
    ha_text_close(&trouble);
    return err;
}

int ha_survey_run(struct ha_survey *survey, const struct ha_scenario *scenario,
                  const struct ha_explore_options *options, struct ha_loop *loop,
                  struct ha_text *messages)
{
    uint64_t begun_ns = ha_loop_now();
    *survey = (struct ha_survey){.scenario = scenario, .options = options,
                                     .profile = scenario->plan.profile, .complete = true};
    int err = ha_run_turn_profile(&options->play, &survey->profile, NULL);
    if (!err)
        err = ha_axes_read(&survey->axes, options->axes, NULL);
    uint32_t variants = ha_axes_variants(&survey->axes);
    for (uint32_t i = 0; i < variants && !err; i++) {
        struct ha_explore_options limited = *options;
        share_limits(&limited, survey->runs + survey->left, ha_loop_now() - begun_ns,
                     variants - i);
        err = search_variant(survey, i, &limited, loop, messages);
        if (!err && has_enough(survey, loop)) {
            survey->complete &= i + 1 == variants;
            break;
        }
    }
    ha_finds_sort(&survey->finds);
    return err;
}

void ha_survey_add_knobs(const struct ha_survey *survey, uint32_t variant, const char *first,
                         const char *next, struct ha_text *text)
{
    struct ha_profile profile = survey->profile;
    ha_axes_turn(&survey->axes, variant, &profile);
    for (uint32_t i = 0; i < survey->axes.count; i++) {
        enum ha_knob knob = survey->axes.knob[i];
        if (profile.knob[knob] == survey->profile.knob[knob])
            continue;
        ha_text_addf(text, "%s%s=%s", first, ha_knob_name(knob),
                     ha_knob_value_name(knob, profile.knob[knob]));
        first = next;
    }
}

void ha_survey_add_command(const struct ha_survey *survey, const struct ha_find *find,
                           struct ha_text *text)
{
    struct ha_play_options play = survey->options->play;
    struct ha_profile profile = survey->profile;
    struct ha_text token = {0};
    ha_axes_turn(&survey->axes, find->variant, &profile);
    ha_tape_write(&token, &find->answers, survey->scenario->plan.scenario_hash,
                  ha_profile_hash(&profile));
    play.replay = ha_text_string(&token);
    const struct ha_run run = {
        .scenario = survey->scenario, .options = &play, .plan = survey->scenario->plan};
    ha_run_add_command(&run, find->ending, text);
    ha_survey_add_knobs(survey, find->variant, " --set ", " --set ", text);
    text->lost |= token.lost;
    ha_text_close(&token);
}

void ha_survey_close(struct ha_survey *survey)
{
    ha_jobs_close(&survey->last);
    ha_finds_close(&survey->finds);
    ha_finds_close(&survey->strays);
    ha_points_close(&survey->points);
    *survey = (struct ha_survey){0};
}
