/*
 * explore_check - see explore_check.h
 *
 * Owns the table of options that contradict each other. What is wrong with one alone, the reader
 * of options says, or whoever uses it.
 */
#include "edge/explore_check.h"

#include <string.h>

#include "base/error.h"
#include "edge/axes.h"
#include "edge/jobs.h"
#include "edge/play_check.h"

typedef bool asked_for(const struct ha_explore_options *options);

static bool all_profiles(const struct ha_explore_options *options)
{
    return options->play.profile && !strcmp(options->play.profile, HA_PROFILE_ALL);
}

static bool lists(const struct ha_explore_options *options)
{
    return options->list;
}

static bool has_runs(const struct ha_explore_options *options)
{
    return options->runs != 0;
}

static bool has_time(const struct ha_explore_options *options)
{
    return options->time_ns != 0;
}

static bool has_out(const struct ha_explore_options *options)
{
    return options->play.out_path != NULL;
}

static bool has_depth(const struct ha_explore_options *options)
{
    return options->depth != 0;
}

static bool is_brute(const struct ha_explore_options *options)
{
    return options->brute;
}

static bool goes_by_chance(const struct ha_explore_options *options)
{
    return options->strategy == HA_SEARCH_RANDOM || options->strategy == HA_SEARCH_PCT;
}

static bool has_no_depth(const struct ha_explore_options *options)
{
    return options->strategy != HA_SEARCH_PCT;
}

static bool sweeps(const struct ha_explore_options *options)
{
    return options->strategy == HA_SEARCH_FAULTS || options->strategy == HA_SEARCH_PAIRS;
}

static bool has_faults(const struct ha_explore_options *options)
{
    return options->bounds.faults != HA_BOUND_USUAL;
}

static bool has_preemptions(const struct ha_explore_options *options)
{
    return options->bounds.preemptions != HA_BOUND_USUAL;
}

static bool has_deliveries(const struct ha_explore_options *options)
{
    return options->bounds.deliveries != HA_BOUND_USUAL;
}

static bool has_jobs(const struct ha_explore_options *options)
{
    return options->jobs > 1;
}

static bool stays_here(const struct ha_explore_options *options)
{
    return options->play.no_fork;
}

/* The sentence goes on from "--first and --second do not go together: ". */
static const struct {
    asked_for *first, *second;
    const char *names[2], *reason;
} contradictions[] = {
    {lists, has_runs, {"--list", "--runs"}, "a list searches nothing"},
    {lists, has_time, {"--list", "--for"}, "a list searches nothing"},
    {lists, has_jobs, {"--list", "--jobs"}, "a list searches nothing"},
    {stays_here, has_jobs, {"--no-fork", "--jobs"}, "each job is a process of its own"},
    {lists, has_out, {"--list", "--out"}, "a list goes to standard output"},
    {is_brute, goes_by_chance, {"--brute", "--strategy random or pct"},
     "these leave no run before its end"},
    {has_depth, has_no_depth, {"--depth", "a strategy other than pct"},
     "it says how many decisions pct takes"},
    {sweeps, has_faults, {"--strategy faults or pairs", "--faults"}, "a sweep has its own bounds"},
    {sweeps, has_preemptions, {"--strategy faults or pairs", "--preemptions"},
     "a sweep has its own bounds"},
    {sweeps, has_deliveries, {"--strategy faults or pairs", "--deliveries"},
     "a sweep has its own bounds"},
};

int ha_explore_check(const struct ha_explore_options *options, const struct ha_files *files,
                     struct ha_error *error)
{
    struct ha_axes axes;
    if (all_profiles(options))
        return ha_error_set(error, HA_EINVAL, "a search has one profile at a time, not --profile "
                                              HA_PROFILE_ALL);
    if (options->jobs > HA_JOBS_MOST)
        return ha_error_set(error, HA_EINVAL, "a search has at most %u jobs, not %u",
                            HA_JOBS_MOST, (unsigned)options->jobs);
    for (size_t i = 0; i < sizeof contradictions / sizeof contradictions[0]; i++)
        if (contradictions[i].first(options) && contradictions[i].second(options))
            return ha_error_set(error, HA_EINVAL, "%s and %s do not go together: %s",
                                contradictions[i].names[0], contradictions[i].names[1],
                                contradictions[i].reason);
    if (goes_by_chance(options) && !options->list && !options->runs && !options->time_ns)
        return ha_error_set(error, HA_EINVAL,
                            "what goes by chance has no end by itself: say --runs or --for");
    int err = ha_axes_read(&axes, options->axes, error);
    return err ? err : ha_play_check(&options->play, files, error);
}
