/* run - the options of `hotadd run` */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "hotadd/scenario.h"

#define LONGEST_HANG_S 86400u

static const char usage[] =
    "hotadd run [OPTION...] FILE|DIR...\n"
    "\n"
    "Plays scenario files, and all *.json below a folder. One file shows its story; of several,\n"
    "each has a line, and those that fail show theirs.\n"
    "\n"
    "  --profile NAME       read the documents as this preset does, whatever the scenario says:\n"
    "                       documented, observed, intro, strict_stop, adversarial, ws2008;\n"
    "                       all: one after another those that a driver must pass, and intro and\n"
    "                       strict_stop for what it relies on\n"
    "  --set KNOB=VALUE     turn one knob; may be repeated\n"
    "  --driver NAME=PATH   take the code of this driver from another module; may be repeated\n"
    "  --modules DIR        paths of modules count from there, not from the scenarios' folders\n"
    "  --replay TOKEN       repeat the run of a token, which a finding names\n"
    "  --threads WHAT       one: one simulated thread at a time (the default); coroutines: the\n"
    "                       same on a single thread of the host; free: those in compiled\n"
    "                       drivers side by side, for builds with ThreadSanitizer\n"
    "  --format story       the story of every scenario\n"
    "  --format jsonl       the trace on standard output, all else on standard error\n"
    "  --format tap|junit   a test protocol there instead, a test for each scenario and profile\n"
    "  --out FILE           story, trace or protocol into a file, verdicts on standard output\n"
    "  --trace WHAT         calls (all, the default), locks (and every lock), violations\n"
    "                       (findings only), none\n"
    "  --filter GLOB        only scenarios whose path or name matches\n"
    "  --list               print what would be played\n"
    "  --strict             warnings fail, too; there is no rule yet whose breach is a warning\n"
    "  --coverage           say at the end which rules, states, failures and knobs were met\n"
    "  --accept             write calls and violations of each run into its file, as expected\n"
    "  --realtime           simulated time passes no faster than the clock\n"
    "  --budget RECORDS     end a run that writes more records than this (default 100000000)\n"
    "  --hang SECONDS       stop a compiled driver that calls nothing and does not return for so\n"
    "                       long (default 10); 0: wait for ever\n"
    "  --no-fork            run compiled drivers in this process, for a debugger\n"
    "  --break-at SEQ       with --no-fork: SIGTRAP before the record with that number\n"
    "  --quiet              only what fails, is left out or was accepted, and the summary\n"
    "  --color WHEN         auto, always or never; NO_COLOR is heeded by auto\n"
    "  --help, --version\n"
    "  --                   what follows are paths, whatever they begin with\n"
    "\n"
    "The last line is `N passed, N failed`.\n";

/* What the command line says, as far as it has been read. */
struct command {
    struct ha_play_options play;
    const char **path, **set, **driver;     /* room for every argument */
    bool auto_color;
};

static int wrong(const char *option, const char *value, const char *expected)
{
    return ha_cli_wrong("run", option, value, expected);
}

static int read_profile(struct command *command, const char *value)
{
    command->play.profile = value;
    return HA_EXIT_OK;
}

static int read_set(struct command *command, const char *value)
{
    command->set[command->play.set_count++] = value;
    return HA_EXIT_OK;
}

static int read_driver(struct command *command, const char *value)
{
    command->driver[command->play.driver_count++] = value;
    return HA_EXIT_OK;
}

static int read_modules(struct command *command, const char *value)
{
    if (!value[0])
        return wrong("--modules", value, "the name of a folder");
    command->play.modules = value;
    return HA_EXIT_OK;
}

static int read_replay(struct command *command, const char *value)
{
    command->play.replay = value;
    return HA_EXIT_OK;
}

static int read_threads(struct command *command, const char *value)
{
    static const char *const names[] = {
        [HA_THREADS_ONE] = "one", [HA_THREADS_FREE] = "free",
        [HA_THREADS_COROUTINES] = "coroutines",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!strcmp(value, names[i])) {
            command->play.threads = (enum ha_threads)i;
            return HA_EXIT_OK;
        }
    }
    return wrong("--threads", value, "one, free or coroutines");
}

static int read_format(struct command *command, const char *value)
{
    return ha_cli_read_format("run", value, &command->play.output);
}

static int read_trace(struct command *command, const char *value)
{
    static const struct { const char *name; enum ha_detail detail; } details[] = {
        {"calls", HA_DETAIL_CALLS}, {"violations", HA_DETAIL_VIOLATIONS},
        {"none", HA_DETAIL_NONE},     {"locks", HA_DETAIL_LOCKS},
    };
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++) {
        if (!strcmp(value, details[i].name)) {
            command->play.detail = details[i].detail;
            return HA_EXIT_OK;
        }
    }
    return wrong("--trace", value, "calls, locks, violations or none");
}

static int read_out(struct command *command, const char *value)
{
    return ha_cli_read_out("run", value, &command->play.out_path);
}

static int read_filter(struct command *command, const char *value)
{
    if (!value[0])
        return wrong("--filter", value, "a pattern, as '*veto*'");
    command->play.filter = value;
    return HA_EXIT_OK;
}

static int read_budget(struct command *command, const char *value)
{
    errno = 0;
    unsigned long long number = strtoull(value, NULL, 10);
    if (errno || number == 0 || value[strspn(value, "0123456789")])
        return wrong("--budget", value, "a number of records, 1 or more");
    command->play.record_budget = number;
    return HA_EXIT_OK;
}

static int read_hang(struct command *command, const char *value)
{
    errno = 0;
    unsigned long long number = strtoull(value, NULL, 10);
    if (errno || !value[0] || number > LONGEST_HANG_S || value[strspn(value, "0123456789")])
        return wrong("--hang", value, "a number of seconds, at most 86400, or 0 for no limit");
    command->play.hang_s = (uint32_t)number;
    return HA_EXIT_OK;
}

static int read_break(struct command *command, const char *value)
{
    errno = 0;
    unsigned long long number = strtoull(value, NULL, 10);
    if (errno || number == 0 || value[strspn(value, "0123456789")])
        return wrong("--break-at", value, "the number of a record, 1 or more");
    command->play.break_at = number;
    return HA_EXIT_OK;
}

static int read_color(struct command *command, const char *value)
{
    return ha_cli_read_color("run", value, &command->auto_color, &command->play.color);
}

static const struct {
    const char *name;
    int (*read)(struct command *command, const char *value);
} valued[] = {
    {"--profile", read_profile}, {"--set", read_set},       {"--replay", read_replay},
    {"--driver", read_driver},   {"--modules", read_modules},
    {"--format", read_format},   {"--budget", read_budget}, {"--color", read_color},
    {"--out", read_out},         {"--trace", read_trace},   {"--filter", read_filter},
    {"--hang", read_hang},       {"--break-at", read_break}, {"--threads", read_threads},
};

static const struct {
    const char *name;
    size_t offset;      /* of a bool in struct ha_play_options */
} flags[] = {
    {"--quiet", offsetof(struct ha_play_options, quiet)},
    {"--strict", offsetof(struct ha_play_options, strict)},
    {"--coverage", offsetof(struct ha_play_options, coverage)},
    {"--list", offsetof(struct ha_play_options, list)},
    {"--accept", offsetof(struct ha_play_options, accept)},
    {"--realtime", offsetof(struct ha_play_options, realtime)},
    {"--no-fork", offsetof(struct ha_play_options, no_fork)},
};

static bool read_flag(struct command *command, const char *word)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (!strcmp(word, flags[i].name)) {
            *(bool *)(void *)((char *)&command->play + flags[i].offset) = true;
            return true;
        }
    }
    return false;
}

static int read_option(struct command *command, int count, char **argument, int *i)
{
    for (size_t k = 0; k < sizeof valued / sizeof valued[0]; k++) {
        const char *value = NULL;
        if (ha_cli_valued("run", valued[k].name, count, argument, i, &value))
            return value ? valued[k].read(command, value) : HA_EXIT_USAGE;
    }
    return ha_cli_unknown("run", argument[*i]);
}

static int play(struct command *command, int count, char **argument)
{
    bool paths_only = false;
    for (int i = 0; i < count; i++) {
        int result = HA_EXIT_OK;
        if (paths_only) {
            command->path[command->play.path_count++] = argument[i];
            continue;
        }
        if (ha_cli_answer(argument[i], usage))
            return HA_EXIT_OK;
        if (!strcmp(argument[i], "--"))
            paths_only = true;
        else if (read_flag(command, argument[i]))
            continue;
        else if (argument[i][0] == '-' && argument[i][1])
            result = read_option(command, count, argument, &i);
        else
            command->path[command->play.path_count++] = argument[i];
        if (result)
            return result;
    }
    if (!command->play.path_count) {
        fputs("hotadd run: name a scenario file or a folder; try `hotadd run --help`\n", stderr);
        return HA_EXIT_USAGE;
    }
    if (command->auto_color)
        command->play.color = ha_cli_wants_color(command->play.output, command->play.out_path);
    return ha_play(&command->play);
}

int ha_cli_run(int count, char **argument)
{
    const char **path = calloc((size_t)count + 1, sizeof *path);
    const char **set = calloc((size_t)count + 1, sizeof *set);
    const char **driver = calloc((size_t)count + 1, sizeof *driver);
    struct command command = {
        .play = {.path = path, .set = set, .driver = driver, .record_budget = 100000000,
                 .hang_s = 10,
                 .out = stdout, .log = stderr},
        .path = path, .set = set, .driver = driver, .auto_color = true,
    };
    int result = HA_EXIT_INTERNAL;
    if (path && set && driver)
        result = play(&command, count, argument);
    else
        fputs("hotadd: out of memory\n", stderr);
    free(path);
    free(set);
    free(driver);
    return result;
}
