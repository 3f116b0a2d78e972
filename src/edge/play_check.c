/*
 * play_check - see play_check.h
 *
 * Owns the table of options that contradict each other.
 */
#include "edge/play_check.h"

#include <string.h>

#include "base/error.h"
#include "edge/module_option.h"
#include "edge/output.h"
#include "edge/run.h"

static bool all_profiles(const struct ha_play_options *options)
{
    return options->profile && !strcmp(options->profile, HA_PROFILE_ALL);
}

static bool has_profile(const struct ha_play_options *options)
{
    return options->profile != NULL;
}

static bool has_knobs(const struct ha_play_options *options)
{
    return options->set_count > 0;
}

static bool has_replay(const struct ha_play_options *options)
{
    return options->replay != NULL;
}

static bool has_format(const struct ha_play_options *options)
{
    return options->output != HA_OUTPUT_VERDICT;
}

static bool has_out(const struct ha_play_options *options)
{
    return options->out_path != NULL;
}

static bool has_coverage(const struct ha_play_options *options)
{
    return options->coverage;
}

static bool frees_threads(const struct ha_play_options *options)
{
    return options->threads == HA_THREADS_FREE;
}

static bool breaks(const struct ha_play_options *options)
{
    return options->break_at != 0;
}

static bool lists(const struct ha_play_options *options)
{
    return options->list;
}

static bool accepts(const struct ha_play_options *options)
{
    return options->accept;
}

typedef bool asked_for(const struct ha_play_options *options);

/* The sentence goes on from "--first and --second do not go together: ". */
static const struct {
    asked_for *first, *second;
    const char *names[2], *reason;
} contradictions[] = {
    {has_replay, all_profiles, {"--replay", "--profile all"}, "a token repeats one run"},
    {accepts, has_profile, {"--accept", "--profile"},
     "a scenario expects what comes out under its own profile"},
    {accepts, has_knobs, {"--accept", "--set"},
     "a scenario expects what comes out under its own profile"},
    {accepts, has_replay, {"--accept", "--replay"},
     "a scenario expects what its ordinary run brings"},
    {frees_threads, has_replay, {"--threads free", "--replay"},
     "no token says when a thread was how far"},
    {frees_threads, accepts, {"--threads free", "--accept"},
     "a scenario expects what its ordinary run brings"},
    {frees_threads, breaks, {"--threads free", "--break-at"},
     "a record has another number in every run"},
    {lists, has_replay, {"--list", "--replay"}, "a list runs nothing"},
    {lists, accepts, {"--list", "--accept"}, "a list runs nothing"},
    {lists, has_coverage, {"--list", "--coverage"}, "a list runs nothing"},
    {lists, has_format, {"--list", "--format"}, "a list has no format"},
    {lists, has_out, {"--list", "--out"}, "a list goes to standard output"},
};

/* What a stop before a record asks for besides. */
static int check_break(const struct ha_play_options *options, const struct ha_files *files,
                       struct ha_error *error)
{
    if (!options->break_at)
        return HA_OK;
    if (!options->no_fork)
        return ha_error_set(error, HA_EINVAL,
                            "--break-at needs --no-fork: a debugger that waits for the signal "
                            "does not follow into a worker");
    if (files->count > 1 || all_profiles(options))
        return ha_error_set(error, HA_EINVAL, "--break-at stops in one run, not in several");
    return HA_OK;
}

int ha_play_check(const struct ha_play_options *options, const struct ha_files *files,
                  struct ha_error *error)
{
    struct ha_profile profile = ha_profile_preset(HA_PRESET_DOCUMENTED);
    struct ha_play_options turned = *options;
    for (size_t i = 0; i < sizeof contradictions / sizeof contradictions[0]; i++)
        if (contradictions[i].first(options) && contradictions[i].second(options))
            return ha_error_set(error, HA_EINVAL, "%s and %s do not go together: %s",
                                contradictions[i].names[0], contradictions[i].names[1],
                                contradictions[i].reason);
    if (files->count > 1 && options->replay)
        return ha_error_set(error, HA_EINVAL, "a token repeats one scenario, not %zu",
                            files->count);
    if (check_break(options, files, error) || ha_module_option_check(options, error))
        return HA_EINVAL;
    if (options->out_path && ha_output_overwrites(options->out_path, files->path, files->count))
        return ha_error_set(error, HA_EINVAL, "--out would write over a scenario that is read");
    if (all_profiles(options))
        turned.profile = NULL;
    return ha_run_turn_profile(&turned, &profile, error);
}
