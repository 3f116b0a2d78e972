/* explore - the options of `hotadd explore` */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    "  --faults N           at most N failures in a run (default 1)\n"
    "  --preemptions N      at most N threads that let another one go first (default 1)\n"
    "  --deliveries N       at most N arrivals out of turn: late, early, twice (default 1)\n"
    "  --fixed-order        of threads that can go on, the ordinary one does\n"
    "  --depth N            of pct: how many decisions a mistake takes (default 2)\n"
    "  --seed S             of random and pct (default 1)\n"
    "  --runs N             at most N runs of a scenario\n"
    "  --for SECONDS        at most so long for a scenario, as 30s\n"
    "  --keep-going         search on when something was found\n"
    "  --brute              also runs that go on as an earlier one did\n"
    "  --list               print the choice points of the ordinary course, and search nothing\n"
    "  --profile NAME, --set KNOB=VALUE, --driver NAME=PATH, --modules DIR, --strict\n"
    "                       as for run\n"
    "  --quiet              only what was found, and the summary\n"
    "  --color WHEN         auto, always or never; NO_COLOR is heeded by auto\n"
    "  --help, --version\n"
    "  --                   what follows are paths, whatever they begin with\n"
    "\n"
    "Exit codes: 0 nothing was found, and all within the bounds was played; 1 something was found;\n"
    "5 nothing was found so far; 6 a run was not the same when it was played again; otherwise as\n"
    "for run.\n";

struct command {
    struct ha_explore_options explore;
    const char **path, **set, **driver;
    bool auto_color;
};

static int wrong(const char *option, const char *value, const char *takes)
{
    fprintf(stderr, "hotadd explore: %s takes %s, not '%s'; try `hotadd explore --help`\n", option,
            takes, value);
    return HA_EXIT_USAGE;
}

static int read_number(const char *option, const char *value, uint64_t least, uint64_t most,
                       uint64_t *number)
{
    errno = 0;
    *number = strtoull(value, NULL, 10);
    if (!errno && value[0] && !value[strspn(value, "0123456789")] && *number >= least &&
        *number <= most)
        return HA_EXIT_OK;
    char takes[64];
    snprintf(takes, sizeof takes, "a number from %" PRIu64 " to %" PRIu64, least, most);
    return wrong(option, value, takes);
}

static int read_count(const char *option, const char *value, uint32_t least, uint32_t most,
                      uint32_t *count)
{
    uint64_t number;
    int result = read_number(option, value, least, most, &number);
    *count = (uint32_t)number;
    return result;
}

static int read_strategy(struct command *command, const char *value)
{
    static const char *const names[] = {
        [HA_SEARCH_DEPTH] = "depth", [HA_SEARCH_RANDOM] = "random", [HA_SEARCH_PCT] = "pct",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!strcmp(value, names[i])) {
            command->explore.strategy = (enum ha_strategy)i;
            return HA_EXIT_OK;
        }
    }
    return wrong("--strategy", value, "depth, random or pct");
}

static int read_faults(struct command *command, const char *value)
{
    return read_count("--faults", value, 0, 1000, &command->explore.bounds.faults);
}

static int read_preemptions(struct command *command, const char *value)
{
    return read_count("--preemptions", value, 0, 1000, &command->explore.bounds.preemptions);
}

static int read_deliveries(struct command *command, const char *value)
{
    return read_count("--deliveries", value, 0, 1000, &command->explore.bounds.deliveries);
}

static int read_depth(struct command *command, const char *value)
{
    return read_count("--depth", value, 1, 16, &command->explore.depth);
}

static int read_seed(struct command *command, const char *value)
{
    return read_number("--seed", value, 0, UINT64_MAX, &command->explore.seed);
}

static int read_runs(struct command *command, const char *value)
{
    return read_number("--runs", value, 1, UINT64_MAX, &command->explore.runs);
}

static int read_time(struct command *command, const char *value)
{
    size_t digits = strspn(value, "0123456789");
    unsigned long long seconds = strtoull(value, NULL, 10);
    if (digits == 0 || digits > 7 || seconds == 0 ||
        (value[digits] && strcmp(value + digits, "s") != 0))
        return wrong("--for", value, "a number of seconds, as 30s");
    command->explore.time_ns = seconds * UINT64_C(1000000000);
    return HA_EXIT_OK;
}

static int read_profile(struct command *command, const char *value)
{
    command->explore.play.profile = value;
    return HA_EXIT_OK;
}

static int read_set(struct command *command, const char *value)
{
    command->set[command->explore.play.set_count++] = value;
    return HA_EXIT_OK;
}

static int read_driver(struct command *command, const char *value)
{
    command->driver[command->explore.play.driver_count++] = value;
    return HA_EXIT_OK;
}

static int read_modules(struct command *command, const char *value)
{
    command->explore.play.modules = value;
    return HA_EXIT_OK;
}

static int read_color(struct command *command, const char *value)
{
    command->auto_color = !strcmp(value, "auto");
    command->explore.play.color = !strcmp(value, "always");
    if (!command->auto_color && !command->explore.play.color && strcmp(value, "never") != 0)
        return wrong("--color", value, "auto, always or never");
    return HA_EXIT_OK;
}

static const struct {
    const char *name;
    int (*read)(struct command *command, const char *value);
} valued[] = {
    {"--strategy", read_strategy},       {"--faults", read_faults},
    {"--preemptions", read_preemptions}, {"--deliveries", read_deliveries},
    {"--depth", read_depth},             {"--seed", read_seed},
    {"--runs", read_runs},               {"--for", read_time},
    {"--profile", read_profile},         {"--set", read_set},
    {"--driver", read_driver},           {"--modules", read_modules},
    {"--color", read_color},
};

static bool read_flag(struct command *command, const char *word)
{
    struct ha_explore_options *explore = &command->explore;
    const struct { const char *name; bool *flag; } flags[] = {
        {"--fixed-order", &explore->bounds.fixed_order}, {"--keep-going", &explore->keep_going},
        {"--brute", &explore->brute}, {"--list", &explore->list},
        {"--strict", &explore->play.strict}, {"--quiet", &explore->play.quiet},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (!strcmp(word, flags[i].name)) {
            *flags[i].flag = true;
            return true;
        }
    }
    return false;
}

/* An option that has a value, as "--name value" or "--name=value". */
static int read_option(struct command *command, int count, char **argument, int *i)
{
    const char *word = argument[*i];
    size_t length = strcspn(word, "=");
    for (size_t k = 0; k < sizeof valued / sizeof valued[0]; k++) {
        if (strlen(valued[k].name) != length || strncmp(valued[k].name, word, length) != 0)
            continue;
        if (word[length] == '=')
            return valued[k].read(command, word + length + 1);
        if (*i + 1 < count)
            return valued[k].read(command, argument[++*i]);
        fprintf(stderr, "hotadd explore: %s needs a value; try `hotadd explore --help`\n", word);
        return HA_EXIT_USAGE;
    }
    fprintf(stderr, "hotadd explore: there is no option '%s'; try `hotadd explore --help`\n", word);
    return HA_EXIT_USAGE;
}

static int explore(struct command *command, int count, char **argument)
{
    struct ha_play_options *play = &command->explore.play;
    bool paths_only = false;
    for (int i = 0; i < count; i++) {
        int result = HA_EXIT_OK;
        if (paths_only || argument[i][0] != '-' || !argument[i][1])
            command->path[play->path_count++] = argument[i];
        else if (ha_cli_answer(argument[i], usage))
            return HA_EXIT_OK;
        else if (!strcmp(argument[i], "--"))
            paths_only = true;
        else if (!read_flag(command, argument[i]))
            result = read_option(command, count, argument, &i);
        if (result)
            return result;
    }
    if (!play->path_count) {
        fputs("hotadd explore: name a scenario file or a folder; try `hotadd explore --help`\n",
              stderr);
        return HA_EXIT_USAGE;
    }
    if (command->auto_color)
        play->color = ha_cli_is_colorful(STDOUT_FILENO);
    return ha_explore_files(&command->explore);
}

int ha_cli_explore(int count, char **argument)
{
    const char **path = calloc((size_t)count + 1, sizeof *path);
    const char **set = calloc((size_t)count + 1, sizeof *set);
    const char **driver = calloc((size_t)count + 1, sizeof *driver);
    struct command command = {
        .explore = {.play = {.path = path, .set = set, .driver = driver,
                             .record_budget = 1000000, .out = stdout, .log = stderr},
                    .bounds = {.faults = 1, .preemptions = 1, .deliveries = 1},
                    .depth = 2, .seed = 1},
        .path = path, .set = set, .driver = driver, .auto_color = true,
    };
    int result = HA_EXIT_UNREADABLE;
    if (path && set && driver)
        result = explore(&command, count, argument);
    else
        fputs("hotadd: error: out of memory\n", stderr);
    free(path);
    free(set);
    free(driver);
    return result;
}
