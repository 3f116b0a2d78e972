/* explore - the options of `hotadd explore` */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "hotadd/explore.h"

static const char usage[] =
    "hotadd explore [OPTION...] FILE|DIR...\n"
    "\n"
    "Plays scenarios again and again, with what could go either way going another way each time,\n"
    "and prints what breaks a rule, with the command that repeats it.\n"
    "\n"
    "  --strategy depth     all runs within the bounds, one after another (the default)\n"
    "  --strategy random    runs by chance, within the bounds\n"
    "  --strategy pct       threads by chance, few decisions at a time: see --depth\n"
    "  --strategy faults    each failure by itself, once and from then on, all else as usual\n"
    "  --strategy pairs     and each two of them: what fails while a failure is undone\n"
    "  --axes KNOB,KNOB...  under each value of these knobs, the scenario's own ones first\n"
    "  --faults N           at most N failures in a run (default 1)\n"
    "  --preemptions N      at most N threads that let another one go first (default 1)\n"
    "  --deliveries N       at most N arrivals out of turn: late, early, twice; and timers and\n"
    "                       events ahead of threads that could go on (default 1)\n"
    "  --fixed-order        of threads that can go on, the ordinary one does\n"
    "  --depth N            of pct: how many decisions a mistake takes (default 2)\n"
    "  --seed S             of random and pct (default 1)\n"
    "  --runs N             at most N runs of a scenario\n"
    "  --for SECONDS        at most so long for a scenario, as 30s\n"
    "  --jobs N             in N processes at once, from 1 to 64 (default 1)\n"
    "  --keep-going         search on when something was found\n"
    "  --brute              also runs that go on as an earlier one did\n"
    "  --list               print the choice points of the ordinary course, and search nothing\n"
    "  --out FILE           what was found into a file, verdicts on standard output\n"
    "  --profile NAME, --set KNOB=VALUE, --driver NAME=PATH, --modules DIR, --filter GLOB,\n"
    "  --budget RECORDS, --strict, --hang SECONDS, --no-fork\n"
    "                       as for run; the budget of a run is 1000000 by itself\n"
    "  --quiet              only what was found, and the summary\n"
    "  --color WHEN         auto, always or never; NO_COLOR is heeded by auto\n"
    "  --help, --version\n"
    "  --                   what follows are paths, whatever they begin with\n"
    "\n"
    "Exit codes: 0 nothing was found, and all within the bounds was played; 1 something was\n"
    "found; 5 nothing was found so far; 6 a run was not the same when it was played again;\n"
    "otherwise as for run.\n";

struct command {
    struct ha_cli_play shared;              /* first */
    struct ha_explore_options explore;
};

static struct ha_explore_options *explore_of(void *command)
{
    return &((struct command *)command)->explore;
}

static int read_count(const char *option, const char *value, uint32_t *count)
{
    uint64_t number = 0;
    int result = ha_cli_read_number("explore", option, value, 0, 1000, "a number from 0 to 1000",
                                    &number);
    *count = (uint32_t)number;
    return result;
}

static int read_strategy(void *command, const char *value)
{
    static const struct ha_cli_word words[] = {
        {"depth", HA_SEARCH_DEPTH},   {"random", HA_SEARCH_RANDOM}, {"pct", HA_SEARCH_PCT},
        {"faults", HA_SEARCH_FAULTS}, {"pairs", HA_SEARCH_PAIRS},
    };
    int meaning = HA_SEARCH_DEPTH;
    int result = ha_cli_read_word("explore", "--strategy", value, words,
                                  sizeof words / sizeof words[0], &meaning);
    explore_of(command)->strategy = (enum ha_strategy)meaning;
    return result;
}

static int read_faults(void *command, const char *value)
{
    return read_count("--faults", value, &explore_of(command)->bounds.faults);
}

static int read_preemptions(void *command, const char *value)
{
    return read_count("--preemptions", value, &explore_of(command)->bounds.preemptions);
}

static int read_deliveries(void *command, const char *value)
{
    return read_count("--deliveries", value, &explore_of(command)->bounds.deliveries);
}

static int read_axes(void *command, const char *value)
{
    explore_of(command)->axes = value;
    return HA_EXIT_OK;
}

static int read_depth(void *command, const char *value)
{
    uint64_t depth = 0;
    int result = ha_cli_read_number("explore", "--depth", value, 1, 16, "a number from 1 to 16",
                                    &depth);
    explore_of(command)->depth = (uint32_t)depth;
    return result;
}

static int read_seed(void *command, const char *value)
{
    return ha_cli_read_number("explore", "--seed", value, 0, UINT64_MAX, "a number",
                              &explore_of(command)->seed);
}

static int read_runs(void *command, const char *value)
{
    return ha_cli_read_number("explore", "--runs", value, 1, UINT64_MAX, "a number from 1 on",
                              &explore_of(command)->runs);
}

static int read_time(void *command, const char *value)
{
    char digits[8] = "";
    size_t length = strspn(value, "0123456789");
    uint64_t seconds = 0;
    if (length < sizeof digits && (!value[length] || !strcmp(value + length, "s")))
        memcpy(digits, value, length);
    for (const char *c = digits; *c; c++)
        seconds = 10 * seconds + (uint64_t)(*c - '0');
    explore_of(command)->time_ns = seconds * UINT64_C(1000000000);
    return seconds ? HA_EXIT_OK
                   : ha_cli_wrong("explore", "--for", value, "a number of seconds, as 30s");
}

static int read_jobs(void *command, const char *value)
{
    uint64_t jobs = 0;
    int result = ha_cli_read_number("explore", "--jobs", value, 1, 64, "a number from 1 to 64",
                                    &jobs);
    explore_of(command)->jobs = (uint32_t)jobs;
    return result;
}

#define FLAG(member) NULL, offsetof(struct command, explore.member)

static const struct ha_cli_option options[] = {
    {"--strategy", read_strategy, 0},
    {"--faults", read_faults, 0},
    {"--preemptions", read_preemptions, 0},
    {"--deliveries", read_deliveries, 0},
    {"--axes", read_axes, 0},
    {"--depth", read_depth, 0},
    {"--seed", read_seed, 0},
    {"--runs", read_runs, 0},
    {"--for", read_time, 0},
    {"--jobs", read_jobs, 0},
    {"--fixed-order", FLAG(bounds.fixed_order)},
    {"--keep-going", FLAG(keep_going)},
    {"--brute", FLAG(brute)},
    {"--list", FLAG(list)},
};

static int explore(void *command)
{
    explore_of(command)->play = ((struct command *)command)->shared.play;
    return ha_explore_files(explore_of(command));
}

int ha_cli_explore(int count, char **argument)
{
    static const struct ha_cli_player player = {
        "explore", usage, {options, sizeof options / sizeof options[0]}, explore};
    struct command command = {
        .shared.play.record_budget = 1000000,
        .explore = {.bounds = {.faults = HA_BOUND_USUAL, .preemptions = HA_BOUND_USUAL,
                               .deliveries = HA_BOUND_USUAL},
                    .seed = 1}};
    return ha_cli_play(&player, &command, count, argument);
}
